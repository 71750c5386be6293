package reports

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/google/go-cmp/cmp"
)

// TestFormats holds of every format that it has a name and a file of its own,
// and gives the same bytes twice, whatever order its input came in.
func TestFormats(t *testing.T) {
	if len(Formats) == 0 {
		t.Fatal("no formats")
	}
	seen := map[string]bool{ManifestFile: true}
	for _, f := range Formats {
		if f.Name == "" || f.Doc == "" || f.Write == nil || seen[f.File] || filepath.Base(f.File) != f.File {
			t.Errorf("format %q, file %q: is unfinished, or its file is another's", f.Name, f.File)
		}
		seen[f.File] = true
		for name, make1 := range map[string]func() Input{"realistic": realistic, "clean": clean, "attack": attack, "empty": empty} {
			a, err := New(make1()).render(f)
			if err != nil {
				t.Fatalf("%s of %s: %v", f.File, name, err)
			}
			in := make1()
			slices.Reverse(in.Result.Findings)
			slices.Reverse(in.Result.Metrics)
			slices.Reverse(in.Result.Coverage)
			slices.Reverse(in.Checks)
			slices.Reverse(in.Tables)
			for _, table := range in.Tables {
				slices.Reverse(table.Files)
			}
			b, err := New(in).render(f)
			if err != nil {
				t.Fatal(err)
			}
			if len(a) == 0 || !bytes.Equal(a, b) {
				t.Errorf("%s of %s: %d bytes, and other bytes from another order", f.File, name, len(a))
			}
		}
	}
}

// TestWriteTwice holds that two directories are equal, manifest included.
func TestWriteTwice(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	for _, dir := range []string{a, b} {
		if err := New(realistic()).Write(dir); err != nil {
			t.Fatal(err)
		}
	}
	files, _ := os.ReadDir(a)
	if len(files) != len(New(empty()).formats())+1 {
		t.Fatalf("%d files", len(files))
	}
	for _, f := range files {
		x, _ := os.ReadFile(filepath.Join(a, f.Name()))
		y, _ := os.ReadFile(filepath.Join(b, f.Name()))
		if !bytes.Equal(x, y) {
			t.Errorf("%s differs", f.Name())
		}
	}
}

// empty is a run of nothing.
func empty() Input { return Input{Plan: testPlan(), Result: &audit0} }

func TestArrowFields(t *testing.T) {
	r := New(realistic())
	tables := 0
	var all strings.Builder
	for _, f := range Formats {
		if filepath.Ext(f.File) != ".arrow" {
			continue
		}
		tables++
		b, err := r.render(f)
		if err != nil {
			t.Fatal(err)
		}
		file, err := ipc.NewFileReader(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		schema := file.Schema()
		for key, want := range map[string]string{"evenhand.table": f.Name, "evenhand.schema_version": "1", "evenhand.plan_sha256": digestOf(planText), "evenhand.currency": "CNY"} {
			if got, _ := schema.Metadata().GetValue(key); got != want {
				t.Errorf("%s: %s is %q", f.File, key, got)
			}
		}
		all.WriteString("# " + f.File + ": " + f.Doc + "\n")
		for _, field := range schema.Fields() {
			doc, _ := field.Metadata.GetValue("doc")
			if doc == "" {
				t.Errorf("%s: %s is not documented", f.File, field.Name)
			}
			null := ""
			if field.Nullable {
				null = ", may be null"
			}
			all.WriteString(field.Name + " " + field.Type.String() + null + ": " + doc + "\n")
		}
	}
	if tables != 6 {
		t.Fatalf("%d tables", tables)
	}
	golden(t, "fields.txt", []byte(all.String()))
}

func TestArrowValues(t *testing.T) {
	in := realistic()
	in.Result.Cases = slices.Grow(in.Result.Cases, 200_000)
	for len(in.Result.Cases) < 2*batchRows+7 { // several record batches
		in.Result.Cases = append(in.Result.Cases, in.Result.Cases[0])
	}
	r := New(in)
	b, err := r.render(casesFormat)
	if err != nil {
		t.Fatal(err)
	}
	file, err := ipc.NewFileReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for i := range file.NumRecords() {
		rec, err := file.Record(i)
		if err != nil {
			t.Fatal(err)
		}
		amount := rec.Column(slices.IndexFunc(rec.Schema().Fields(), func(f arrow.Field) bool { return f.Name == "amount" })).(*array.Int64)
		for j := range int(rec.NumRows()) {
			if amount.Value(j) != r.res.Cases[rows+j].Amount {
				t.Fatalf("row %d: amount %d", rows+j, amount.Value(j))
			}
		}
		rows += int(rec.NumRows())
	}
	if rows != len(in.Result.Cases) || file.NumRecords() != 3 {
		t.Errorf("%d rows in %d batches", rows, file.NumRecords())
	}
}

// TestArrowInPython reads the tables with the readers people have: pyarrow,
// and DuckDB and Polars where they are installed.
func TestArrowInPython(t *testing.T) {
	python := os.Getenv("EVENHAND_PYTHON")
	if python == "" {
		python = "python3"
	}
	if err := exec.Command(python, "-c", "import pyarrow").Run(); err != nil {
		t.Skipf("%s has no pyarrow (EVENHAND_PYTHON names another): %v", python, err)
	}
	dir := t.TempDir()
	r := New(realistic())
	if err := r.Write(dir); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "testdata/read.py", dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	delete(got, "readers")
	var amount, hidden float64
	for _, c := range r.res.Cases {
		amount += float64(c.Amount)
	}
	for _, m := range r.res.Metrics {
		if m.Suppressed {
			hidden++
		}
	}
	c := r.res.Cases[0]
	want := map[string]any{
		"cases": float64(len(r.res.Cases)), "findings": float64(len(r.res.Findings)), "metrics": float64(len(r.res.Metrics)), "coverage": float64(len(r.res.Coverage)),
		"amount": amount, "suppressed_without_value": hidden, "at": float64(c.At), "at_type": "timestamp[us, tz=UTC]",
		"evidence": []any{map[string]any{"name": c.Evidence[0].Name, "value": c.Evidence[0].Value}, map[string]any{"name": c.Evidence[1].Name, "value": c.Evidence[1].Value}},
		"title_zh": r.res.Findings[0].Title.Zh,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("Python read something else (-written +read):\n%s", d)
	}
	t.Logf("read back by Python: %s", out)
}
