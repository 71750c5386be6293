package parquetfile_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"evenhand/features"
	"evenhand/features/parquetfile"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// TestCaps: each cap refuses by name what exceeds it, and lets through what
// does not.
func TestCaps(t *testing.T) {
	type wide struct {
		A string `parquet:"a,zstd"`
		B int64  `parquet:"b"`
	}
	rows := make([]wide, 3000)
	for i := range rows {
		rows[i] = wide{A: strings.Repeat("x", 1000) + fmt.Sprint(i), B: int64(i)}
	}
	path := writeRows(t, rows)
	id := features.Spec{Name: "a", Kind: features.Opaque, From: []string{"a"}}
	text := features.Spec{Name: "a", Kind: features.Text, From: []string{"a"}}
	if _, err := readAll(t.Context(), []string{path}, []features.Spec{id, text}, parquetfile.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		opts parquetfile.Options
		spec features.Spec
		want string
	}{
		{parquetfile.Options{MaxFooter: 10}, id, "the footer has"},
		{parquetfile.Options{MaxPage: 1000}, id, "a page has"},
		{parquetfile.Options{MaxUnit: 10_000}, id, "the columns wanted have more than"},
		{parquetfile.Options{MaxUnitRows: 100}, id, "claims 3000 rows"},
		{parquetfile.Options{MaxCell: 100}, id, "a value has"},
		{parquetfile.Options{MaxHeld: 100_000}, id, "at once"},
		{parquetfile.Options{MaxDistinct: 100}, text, "more than 100 distinct values"},
		{parquetfile.Options{MaxColumns: 1}, id, "2 columns"},
	} {
		_, err := readAll(t.Context(), []string{path}, []features.Spec{c.spec}, c.opts)
		wantData(t, err, path)
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.opts, err)
		}
	}
}

// TestLyingFooter: lengths and counts that a footer claims are compared with
// what there is, before memory is taken for them.
func TestLyingFooter(t *testing.T) {
	good, err := os.ReadFile(crcFile)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, n := range []uint32{0, 1, uint32(len(good) - 11), uint32(len(good)), 1 << 31, 1<<32 - 1} {
		b := bytes.Clone(good)
		binary.LittleEndian.PutUint32(b[len(b)-8:], n)
		if _, err := readBytes(t, dir, b); err == nil || !typed(err) {
			t.Errorf("footer of %d: %v", n, err)
		}
	}
	// Lists that claim 2^31 elements: of schema elements, row groups, columns.
	for _, footer := range [][]byte{
		{0x15, 2, 0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07},
		{0x15, 2, 0x19, 0x2c, 0x48, 1, 's', 0x15, 2, 0, 0x15, 2, 0x25, 0, 0x18, 1, 'x', 0, 0x16, 2, 0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07},
		bytes.Repeat([]byte{0x1c}, 1<<20),
		// A list of five million empty strings, and no schema.
		append([]byte{0x15, 2, 0x79, 0xf8, 0xc0, 0x96, 0xb1, 0x02}, make([]byte, 5_000_001)...),
		bytes.Repeat([]byte{0x19, 0x19}, 1<<20),
	} {
		b := append([]byte("PAR1"), footer...)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(footer)))
		b = append(b, "PAR1"...)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := readBytes(t, dir, b)
		runtime.ReadMemStats(&after)
		if err == nil || !typed(err) {
			t.Errorf("% x…: %v", footer[:8], err)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 64<<20 {
			t.Errorf("% x…: %d bytes allocated", footer[:8], got)
		}
	}
}

// TestBombs reads small files that promise gigabytes, in a process of their
// own: refused within a gigabyte. -test.run has it run as that process.
func TestBombs(t *testing.T) {
	if path := os.Getenv("EVENHAND_TEST_BOMB"); path != "" {
		s, err := parquetfile.OpenPaths(t.Context(), "decisions", []string{path}, parquetfile.Options{})
		if err == nil {
			f := s.Fields()[0]
			_, err = readAll(t.Context(), []string{path}, []features.Spec{{Name: "x", Kind: f.Natural, From: []string{f.Name}}}, parquetfile.Options{})
		}
		wantData(t, err, path)
		status, _ := os.ReadFile("/proc/self/status")
		if _, peak, ok := strings.Cut(string(status), "VmHWM:"); ok {
			kib := 0
			fmt.Sscan(peak, &kib)
			if kib > 1<<20 {
				t.Errorf("took %d MiB", kib>>10)
			}
		}
		return
	}
	files := []string{writeBomb(t)}
	for _, dir := range dialectDirs(t) {
		more, err := filepath.Glob(filepath.Join(dir, "9[78]*.parquet"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, more...)
	}
	for _, file := range files {
		cmd := exec.Command(os.Args[0], "-test.run=^TestBombs$")
		cmd.Env = append(os.Environ(), "EVENHAND_TEST_BOMB="+file)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", file, err, out)
			continue
		}
		if d := cmd.ProcessState.UserTime(); d.Seconds() > 2 {
			t.Errorf("%s took %v", file, d)
		}
	}
}

// writeBomb writes pages of 48 MiB that compress to nothing.
func writeBomb(t *testing.T) string {
	type row struct {
		A string `parquet:"a"`
	}
	path := filepath.Join(t.TempDir(), "bomb.parquet")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := parquet.NewGenericWriter[row](f, parquet.Compression(&zstd.Codec{}), parquet.PageBufferSize(48<<20))
	cell := strings.Repeat("\x00", 24<<20)
	for range 4 {
		if _, err := w.Write([]row{{cell}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}
