package main

import (
	"testing"
	"testing/fstest"
)

func TestParseMemory(t *testing.T) {
	for s, want := range map[string]int64{
		"512MiB": 512 << 20, "64MiB": 64 << 20, "2GB": 2e9, "1.5GiB": 3 << 29, "100000kB": 1e8, "100000 KB": 1e8, "1TiB": 1 << 40, "134217728B": 1 << 27,
		"": 0, "512": 0, "MiB": 0, "-1GiB": 0, "1e3GiB": 1000 << 30, "NaNGiB": 0, "infGB": 0, "0x10GiB": 0, "1_0GiB": 0, "63MiB": 0, "0GiB": 0, "9999999TiB": 0, "1GiB ": 0, "1Gib": 0,
	} {
		got, err := parseMemory(s)
		if got != want || (err == nil) != (want > 0) || err != nil && exitCode(err) != exitUsage {
			t.Errorf("%q is %d (%v), want %d", s, got, err, want)
		}
	}
}

func TestMachineMemory(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	info := file("MemTotal:       16384000 kB\nMemFree:        1 kB\n")
	const total = 16384000 << 10
	for name, c := range map[string]struct {
		root fstest.MapFS
		want int64
	}{
		"nothing":   {fstest.MapFS{}, 0},
		"no groups": {fstest.MapFS{"proc/meminfo": info}, total},
		"v2, no limit": {fstest.MapFS{
			"proc/meminfo": info, "proc/self/cgroup": file("0::/a/b\n"), "sys/fs/cgroup/a/b/memory.max": file("max\n"),
		}, total},
		"v2, limit above": {fstest.MapFS{
			"proc/meminfo": info, "proc/self/cgroup": file("0::/a/b\n"), "sys/fs/cgroup/a/b/memory.max": file("max\n"), "sys/fs/cgroup/a/memory.max": file("1073741824\n"),
		}, 1 << 30},
		"v2, in a container": {fstest.MapFS{
			"proc/meminfo": info, "proc/self/cgroup": file("0::/\n"), "sys/fs/cgroup/memory.max": file("536870912\n"),
		}, 1 << 29},
		"v1": {fstest.MapFS{
			"proc/meminfo": info, "proc/self/cgroup": file("5:cpu,cpuacct:/x\n4:memory:/x\n"),
			"sys/fs/cgroup/memory/x/memory.limit_in_bytes": file("268435456\n"), "sys/fs/cgroup/memory/memory.limit_in_bytes": file("9223372036854771712\n"),
		}, 1 << 28},
		"more than there is": {fstest.MapFS{
			"proc/meminfo": info, "proc/self/cgroup": file("0::/\n"), "sys/fs/cgroup/memory.max": file("99999999999999\n"),
		}, total},
	} {
		if got := machineMemory(c.root); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
