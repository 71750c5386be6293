package main

import (
	"io/fs"
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
)

// leastMemory is what the readers and the runtime need by themselves.
const leastMemory = 64 << 20

// memoryUnits are the units of -memory, longest first.
var memoryUnits = []struct {
	name  string
	bytes float64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1},
}

// parseMemory reads a size such as 512MiB or 2GB.
func parseMemory(s string) (int64, error) {
	for _, u := range memoryUnits {
		digits, ok := strings.CutSuffix(s, u.name)
		if !ok {
			continue
		}
		x, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
		if err != nil || strings.ContainsAny(digits, "xXpPnNiI_+-") || x*u.bytes > math.MaxInt64/2 {
			break
		}
		if x*u.bytes < leastMemory {
			return 0, usagef("-memory %s: too little; give at least %dMiB", s, leastMemory>>20)
		}
		return int64(x * u.bytes), nil
	}
	return 0, usagef("-memory %s: no size; write a number and its unit, such as 512MiB or 2GB", s)
}

// memoryLimit returns the memory to do with: as given, else a quarter of the
// machine's.
func (j *auditJob) memoryLimit() int64 {
	if j.memory != "" {
		if n, err := parseMemory(j.memory); err == nil { // else validate has said so
			return n
		}
	}
	if n := machineMemory(os.DirFS("/")); n > 0 {
		return max(n/4, leastMemory)
	}
	return 1 << 30
}

// limitMemory holds the process to the limit, and returns the parts of it that
// timelines and the hashes of keys may take: the rest is for readers, the
// checks' states and what the garbage collector has yet to find.
func (j *auditJob) limitMemory() (timelines, keys int64) {
	limit := j.memoryLimit()
	if now := debug.SetMemoryLimit(-1); limit < now { // GOMEMLIMIT may ask for less
		debug.SetMemoryLimit(limit)
	}
	return limit / 3, max(limit/16, 8<<20)
}

// machineMemory returns the machine's memory, or the limit of the process'
// control group when that is lower; 0 when neither is told, as on other systems
// than Linux. root is the file system.
func machineMemory(root fs.FS) int64 {
	total := int64(0)
	if text, err := fs.ReadFile(root, "proc/meminfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) == 3 && f[0] == "MemTotal:" && f[2] == "kB" {
				if n, err := strconv.ParseInt(f[1], 10, 64); err == nil && n < math.MaxInt64>>10 {
					total = n << 10
				}
			}
		}
	}
	lower := func(file string) {
		text, err := fs.ReadFile(root, file)
		if err != nil {
			return
		}
		// Unlimited is "max", or a number close to the largest.
		if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n > 0 && (total == 0 || n < total) && n < 1<<60 {
			total = n
		}
	}
	groups, _ := fs.ReadFile(root, "proc/self/cgroup")
	for line := range strings.Lines(string(groups)) {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3) // number:controllers:path
		if len(f) != 3 {
			continue
		}
		tree, file := "sys/fs/cgroup", "memory.max"
		if f[1] != "" {
			if !strings.Contains(","+f[1]+",", ",memory,") {
				continue
			}
			tree, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		}
		// A group can have no more than those around it.
		for at := path.Clean("/" + f[2]); ; at = path.Dir(at) {
			lower(path.Join(tree, at, file))
			if at == "/" {
				break
			}
		}
	}
	return total
}
