package parquetfile_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"evenhand/features"
	"evenhand/features/parquetfile"
)

var long = flag.Bool("long", false, "also compare with pyarrow on foreign files")

// corpusFiles lists the foreign files beside the repository.
func corpusFiles(t *testing.T) []string {
	root := filepath.Join("..", "..", "..", "shared", "corpus")
	if _, err := os.Stat(root); err != nil {
		t.Skipf("%s is not there", root)
	}
	var files []string
	for _, ext := range []string{"parquet", "parq", "encrypted"} {
		found, err := filepath.Glob(filepath.Join(root, "*", "*."+ext))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	slices.Sort(files)
	if len(files) < 100 {
		t.Fatalf("%d files in %s", len(files), root)
	}
	return files
}

// variants are the ways in which one column is read.
func variants(f features.Field) map[string]features.Spec {
	from := []string{f.Name}
	m := map[string]features.Spec{}
	var k features.Kind
	exp := 0
	switch {
	case f.Natural == features.TextList:
		return map[string]features.Spec{"natural": {Name: "x", Kind: features.TextList, From: from}}
	case f.Natural == features.Text:
		k = features.Opaque
	case f.Natural == features.Money:
		k = features.Money
		fmt.Sscanf(f.Type[strings.IndexByte(f.Type, ',')+1:], "%d", &exp)
		m["float"] = features.Spec{Kind: features.Float, From: from}
	default:
		k = f.Natural
	}
	if k == features.Int {
		m["float"] = features.Spec{Kind: features.Float, From: from}
	}
	m["text"] = features.Spec{Kind: features.Text, From: from}
	if exp <= 9 {
		m["natural"] = features.Spec{Kind: k, From: from, Exponent: exp, Zone: time.UTC}
	}
	for name, s := range m {
		s.Name = "x"
		m[name] = s
	}
	return m
}

// foreign is what reading one file gave: digests by column and variant.
type foreign struct {
	err  error
	cols map[string]string
	errs map[string]error
	bad  map[string]int64 // bad cells, counted
	// mended says that the file's INT96 is read for what it means.
	mended bool
}

func readForeign(file string) *foreign {
	f := &foreign{cols: map[string]string{}, errs: map[string]error{}, bad: map[string]int64{}}
	s, err := parquetfile.OpenPaths(context.Background(), "decisions", []string{file}, parquetfile.Options{MaxDistinct: 1 << 20})
	if err != nil {
		f.err = err
		return f
	}
	f.mended = slices.ContainsFunc(s.Notes(), func(n parquetfile.Note) bool { return strings.Contains(n.Text, "fastparquet wrote") })
	for _, field := range s.Fields() {
		for v, spec := range variants(field) {
			key := field.Name + " " + v
			c, err := readAll(context.Background(), []string{file}, []features.Spec{spec}, parquetfile.Options{})
			if err != nil {
				f.errs[key] = err
				continue
			}
			f.bad[key] = c.tally.Columns["x"].Bad
			f.cols[key] = fmt.Sprint(c.byCol["x"], " ", c.rows)
		}
	}
	return f
}

// typed reports whether err is of a kind that the command can map.
func typed(err error) bool {
	var de *parquetfile.DataError
	return errors.As(err, &de) || errors.Is(err, parquetfile.ErrNotFound) || errors.Is(err, parquetfile.ErrChanged)
}

// TestCorpus reads every foreign file: each is read or refused by name, in
// bounded time.
func TestCorpus(t *testing.T) {
	debug.SetMemoryLimit(1 << 30)
	defer debug.SetMemoryLimit(1 << 62)
	read, refused := 0, 0
	for _, file := range corpusFiles(t) {
		start := time.Now()
		f := readForeign(file)
		if d := time.Since(start); d > 2*time.Second {
			t.Logf("%s took %v", file, d)
		}
		if f.err != nil {
			refused++
			if !typed(f.err) {
				t.Errorf("%s: %v", file, f.err)
			}
			continue
		}
		read++
		for col, err := range f.errs {
			if !typed(err) || !strings.Contains(err.Error(), file) {
				t.Errorf("%s: %s: %v", file, col, err)
			}
		}
	}
	t.Logf("%d files read, %d refused", read, refused)
}

// TestAgainstArrow compares with the values that pyarrow reads, on every
// foreign file and dialect. It needs -long, and a Python with pyarrow in
// EVENHAND_PYTHON.
func TestAgainstArrow(t *testing.T) {
	python := os.Getenv("EVENHAND_PYTHON")
	if !*long || python == "" {
		t.Skip("give -long, and in EVENHAND_PYTHON a Python that has pyarrow")
	}
	files := corpusFiles(t)
	for _, dir := range dialectDirs(t) {
		more, _ := filepath.Glob(filepath.Join(dir, "[0-8]*.parquet"))
		files = append(files, more...)
	}
	cmd := exec.Command(python, filepath.Join("testdata", "values.py"))
	cmd.Stdin = strings.NewReader(strings.Join(files, "\n"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	compareArrow(t, string(out))
}

func compareArrow(t *testing.T, out string) {
	var f *foreign
	file := ""
	columns, equal, absent, onlyOurs, onlyTheirs := 0, 0, 0, 0, 0
	unescape := strings.NewReplacer(`\s`, " ", `\n`, "\n")
	for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
		w := strings.Split(line, " ")
		switch w[0] {
		case "error":
			if f := readForeign(w[1]); f.err == nil && len(f.errs) == 0 {
				onlyOurs++
				t.Logf("%s is read here, but not by pyarrow: %s", w[1], strings.Join(w[2:], " "))
			}
		case "file":
			file = w[1]
			if f = readForeign(file); f.err != nil {
				onlyTheirs++
				t.Logf("refused: %v", f.err)
			}
		case "col":
			if f.err != nil {
				continue
			}
			columns++
			name := unescape.Replace(w[1]) + " " + w[2]
			want := w[3] + " " + w[4]
			got, ok := f.cols[name]
			switch {
			case ok && got == want:
				equal++
			case ok && f.bad[name] > 0:
				t.Logf("%s: %s has %d bad cells here", file, name, f.bad[name])
			case ok && f.mended && strings.HasSuffix(name, " natural"):
				t.Logf("%s: %s: fastparquet's INT96 is read for what it means", file, name)
			case ok:
				t.Errorf("%s: %s differs", file, name)
			case f.errs[name] != nil:
				onlyTheirs++
				t.Logf("refused: %s: %v", name, f.errs[name])
			default:
				absent++
				t.Logf("%s: %s is not offered", file, name)
			}
		case "skip":
			t.Logf("pyarrow: %s: %s", file, line)
		}
	}
	t.Logf("%d columns compared, %d equal, %d not offered; %d files or columns refused here alone, %d files by pyarrow alone",
		columns, equal, absent, onlyTheirs, onlyOurs)
	if equal < 1000 {
		t.Errorf("only %d columns compared equal", equal)
	}
}
