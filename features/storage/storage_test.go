package storage

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tree makes files below a temporary directory and changes into it.
func tree(t *testing.T, files ...string) {
	t.Helper()
	dir := t.TempDir()
	for _, f := range files {
		p := filepath.Join(dir, filepath.FromSlash(f))
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(f), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
}

func TestExpand(t *testing.T) {
	tree(t,
		"a.parquet", "b.parquet", "[x].parquet",
		"day/dt=2026-01-01/p0.parquet", "day/dt=2026-01-02/p0.parquet", "day/dt=2026-01-02/p1.parquet",
		"day/dt=__HIVE_DEFAULT_PARTITION__/p0.parquet", "day/_SUCCESS", "day/._SUCCESS.crc", "day/_temporary/0/p9.parquet",
		"city/city=%E4%B8%8A%E6%B5%B7%2F1/k=v=w/p.parquet",
		"deep/x/y/z.parquet", "deep/z.parquet", "deep/x/.hidden/z.parquet",
		"other/p0.parquet",
	)
	in := func(path, shown, name string, parts ...Partition) Input {
		return Input{Path: filepath.FromSlash(path), Shown: shown, Name: name, Partitions: parts}
	}
	dt := func(v string) Partition { return Partition{Name: "dt", Value: v} }
	null := Partition{Name: "dt", Null: true}
	for _, c := range []struct {
		patterns []string
		want     []Input
	}{
		{[]string{"b.parquet", "a.parquet"}, []Input{in("a.parquet", "a.parquet", "a.parquet"), in("b.parquet", "b.parquet", "b.parquet")}},
		{[]string{"a.parquet", "./a.parquet", "[ab].parquet"}, []Input{
			in("a.parquet", "a.parquet", "a.parquet"), in("b.parquet", "b.parquet", "b.parquet")}},
		{[]string{"[x].parquet"}, []Input{in("[x].parquet", "[x].parquet", "[x].parquet")}},
		{[]string{"day"}, []Input{
			in("day/dt=2026-01-01/p0.parquet", "dt=2026-01-01/p0.parquet", "dt=2026-01-01/p0.parquet", dt("2026-01-01")),
			in("day/dt=2026-01-02/p0.parquet", "dt=2026-01-02/p0.parquet", "dt=2026-01-02/p0.parquet", dt("2026-01-02")),
			in("day/dt=2026-01-02/p1.parquet", "dt=2026-01-02/p1.parquet", "dt=2026-01-02/p1.parquet", dt("2026-01-02")),
			in("day/dt=__HIVE_DEFAULT_PARTITION__/p0.parquet", "dt=__HIVE_DEFAULT_PARTITION__/p0.parquet", "dt=__HIVE_DEFAULT_PARTITION__/p0.parquet", null),
		}},
		{[]string{"day/dt=2026-01-0[2-9]/*1.parquet"}, []Input{
			in("day/dt=2026-01-02/p1.parquet", "day/dt=2026-01-02/p1.parquet", "dt=2026-01-02/p1.parquet", dt("2026-01-02"))}},
		{[]string{"city"}, []Input{in("city/city=%E4%B8%8A%E6%B5%B7%2F1/k=v=w/p.parquet", "city=%E4%B8%8A%E6%B5%B7%2F1/k=v=w/p.parquet", "city=%E4%B8%8A%E6%B5%B7%2F1/k=v=w/p.parquet",
			Partition{Name: "city", Value: "上海/1"}, Partition{Name: "k", Value: "v=w"})}},
		{[]string{"deep/**/z.parquet"}, []Input{in("deep/x/y/z.parquet", "deep/x/y/z.parquet", "x/y/z.parquet"), in("deep/z.parquet", "deep/z.parquet", "z.parquet")}},
		{[]string{"d*p/x"}, []Input{in("deep/x/y/z.parquet", "deep/x/y/z.parquet", "deep/x/y/z.parquet")}},
		{[]string{"other", "day/dt=2026-01-01"}, []Input{ // one name under two roots
			in("day/dt=2026-01-01/p0.parquet", "p0.parquet", "day/dt=2026-01-01/p0.parquet"),
			in("other/p0.parquet", "p0.parquet", "other/p0.parquet")}},
	} {
		got, err := Expand(c.patterns)
		if err != nil {
			t.Errorf("%v: %v", c.patterns, err)
			continue
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%v: -want +got\n%s", c.patterns, d)
		}
	}
}

func TestExpandRefusals(t *testing.T) {
	tree(t, "delta/_delta_log/0.json", "delta/p.parquet", "delta/sub/p.parquet", "ice/metadata/v1.metadata.json", "ice/data/p.parquet", "hudi/.hoodie/x", "hudi/p.parquet",
		"empty/_SUCCESS", "bad/a=%zz/p.parquet", "twice/a=1/a=2/p.parquet")
	for _, c := range []struct {
		pattern, want string
		notFound      bool
	}{
		{"nope.parquet", "no such file", true},
		{"nope*.parquet", "no file matches", true},
		{"nope/*.parquet", "no file matches", true},
		{"empty", "holds no file", true},
		{"delta", "point at a snapshot", false},
		{"delta/*.parquet", "point at a snapshot", false},
		{"delta/sub/*.parquet", "point at a snapshot", false},
		{"*/p.parquet", "point at a snapshot", false},
		{"ice", "Iceberg", false},
		{"ice/data/*", "Iceberg", false},
		{"hudi", "Hudi", false},
		{"bad", "percent-encoded", false},
		{"twice", "twice", false},
		{"[", "malformed", false},
		{"gopher://x/y", "no reader for gopher://", false},
	} {
		_, err := Expand([]string{c.pattern})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.pattern, err)
		}
		if errors.Is(err, ErrNotFound) != c.notFound {
			t.Errorf("%s: not found is %v: %v", c.pattern, !c.notFound, err)
		}
	}
}

func TestOpenLocal(t *testing.T) {
	tree(t, "a", "d/x")
	f, err := Open("a")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if id, err := Stat("a"); err != nil || !id.Equal(f.Identity()) || f.Size() != 1 {
		t.Errorf("%v %v", id, err)
	}
	if err := os.WriteFile("a", []byte("bb"), 0o600); err != nil {
		t.Fatal(err)
	}
	if id, err := Stat("a"); err != nil || id.Equal(f.Identity()) {
		t.Errorf("a change was not seen: %v %v", id, err)
	}
	if _, err := Open("d"); err == nil || !strings.Contains(err.Error(), "directory") {
		t.Error(err)
	}
	if _, err := Open("nope"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if _, err := Open("gopher://x"); err == nil || !strings.Contains(err.Error(), "gopher") {
		t.Error(err)
	}
}

// memory is a handle over bytes, as parquet-go-source's are: one position.
type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

// TestHandles reads one pooled file from many goroutines at once.
func TestHandles(t *testing.T) {
	data := make([]byte, 10_000)
	for i := range data {
		data[i] = byte(i * 7)
	}
	opened := 0
	h := &handles{path: "mem", id: Identity{Size: int64(len(data))}, open: func() (handle, error) {
		opened++
		return memory{bytes.NewReader(data)}, nil
	}}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for off := g; off < len(data)-100; off += 97 {
				p := make([]byte, 100)
				if n, err := h.ReadAt(p, int64(off)); n != 100 || err != nil || !bytes.Equal(p, data[off:off+100]) {
					t.Errorf("at %d: %d, %v", off, n, err)
				}
			}
		})
	}
	wg.Wait()
	if opened > 8 {
		t.Errorf("%d handles for 8 readers", opened)
	}
	p := make([]byte, 100)
	if n, err := h.ReadAt(p, int64(len(data)-10)); n != 10 || err != io.EOF {
		t.Errorf("across the end: %d, %v", n, err)
	}
	if n, err := h.ReadAt(p, int64(len(data))); n != 0 || err != io.EOF {
		t.Errorf("at the end: %d, %v", n, err)
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	if _, err := h.ReadAt(p, 0); err == nil {
		t.Error("read after close")
	}
}
