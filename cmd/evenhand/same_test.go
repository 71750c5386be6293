package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/checks"
	"evenhand/fixtures"
)

// TestSameBytes: workers, time zone, locale, processors, working directory,
// file names' order and running again change no byte of what is published.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := unpack(fixtures.Book(), filepath.Join(dir, "book")); err != nil {
		t.Fatal(err)
	}
	type sameRun struct {
		name, cwd, plan string
		env             []string
		args            []string
	}
	runs := []sameRun{
		{"one worker", ".", "book/audit.yaml", nil, []string{"-workers", "1"}},
		{"eight workers", ".", "book/audit.yaml", []string{"GOMAXPROCS=16"}, []string{"-workers", "8"}},
		{"elsewhere", "book", "audit.yaml", []string{"TZ=Asia/Kathmandu", "LANG=tr_TR.UTF-8", "LC_ALL=tr_TR.UTF-8", "GOMAXPROCS=1"}, nil},
		{"absolute", "/", filepath.Join(dir, "book/audit.yaml"), []string{"TZ=America/New_York"}, []string{"-workers", "3"}},
	}
	demos, _ := demoed(t) // with as many workers as there are processors
	want := filepath.Join(demos, "book", "report")
	if raced { // what takes the most workers is what it watches
		runs = slices.DeleteFunc(runs, func(r sameRun) bool { return r.name != "eight workers" && r.name != "elsewhere" })
	}
	for i, r := range runs {
		out := filepath.Join(dir, "report"+strconv.Itoa(i))
		cwd := r.cwd
		if !filepath.IsAbs(cwd) {
			cwd = filepath.Join(dir, cwd)
		}
		o := evenhand(t, cwd, r.env, append([]string{"audit", "-c", r.plan, "-o", out, "-q", "-format", "all"}, r.args...)...)
		if o.code != exitFindings {
			t.Fatalf("%s: exit %d: %s", r.name, o.code, o.stderr)
		}
		sameTree(t, r.name, want, out)
	}

	// The same rows in files whose names sort the other way round.
	for i, part := range entries(t, filepath.Join(dir, "book/decisions")) {
		old := filepath.Join(dir, "book/decisions", part)
		if err := os.Rename(old, filepath.Join(dir, "book/decisions", "part-"+string(rune('z'-i))+".parquet")); err != nil {
			t.Fatal(err)
		}
	}
	o := evenhand(t, dir, nil, "audit", "-c", "book/audit.yaml", "-o", "renamed", "-q")
	if o.code != exitFindings {
		t.Fatalf("renamed files: exit %d: %s", o.code, o.stderr)
	}
	if a, b := resultDigest(t, want), resultDigest(t, filepath.Join(dir, "renamed")); a != b {
		t.Errorf("files in another order: digest %.12s, want %.12s", b, a)
	}
}

func sameTree(t *testing.T, name, want, got string) {
	t.Helper()
	files := 0
	err := fs.WalkDir(os.DirFS(want), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		a, err := os.ReadFile(filepath.Join(want, path))
		if err != nil {
			return err
		}
		b, err := os.ReadFile(filepath.Join(got, path))
		if err != nil {
			return err
		}
		if string(a) != string(b) {
			t.Errorf("%s: %s differs", name, path)
		}
		return nil
	})
	if err != nil || files < 7 {
		t.Fatalf("%s: %d files (%v)", name, files, err)
	}
}

// TestReplace: a report takes an earlier one's place as a whole, and a run that
// fails leaves the earlier one.
func TestReplace(t *testing.T) {
	dir := t.TempDir()
	if err := unpack(fixtures.Loanapp(), dir); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if o := evenhand(t, dir, nil, "audit", "-o", "report", "-q"); o.code != exitFindings {
			t.Fatalf("exit %d: %s", o.code, o.stderr)
		}
	}
	before := resultDigest(t, filepath.Join(dir, "report"))
	if err := os.Truncate(filepath.Join(dir, "loanapp.parquet"), 1000); err != nil {
		t.Fatal(err)
	}
	if o := evenhand(t, dir, nil, "audit", "-o", "report", "-q"); o.code != exitData {
		t.Fatalf("a truncated file: exit %d: %s", o.code, o.stderr)
	}
	if after := resultDigest(t, filepath.Join(dir, "report")); after != before {
		t.Error("a failed run changed the report")
	}
	for _, name := range entries(t, dir) {
		if strings.Contains(name, "tmp") {
			t.Errorf("%s was left", name)
		}
	}
}

// TestCleanBook: a lender without faults is not accused of any: no verdict is
// against it, and findings are advice at most.
func TestCleanBook(t *testing.T) {
	dir, o := cleanBook(t)
	if o.code != exitOK || !strings.Contains(o.stdout, "No finding is serious") || regexp.MustCompile(`(?m)^  S[123]`).MatchString(o.stdout) {
		t.Errorf("exit %d: %s%s", o.code, o.stdout, o.stderr)
	}
	for _, k := range readKases(t, filepath.Join(dir, "report", "cases.arrow")) {
		switch {
		case k.substance == "UNJUSTIFIED", k.substance == "TECHNICAL",
			k.disclosure != "ADEQUATE" && k.disclosure != "NOT_ASSESSED" && k.disclosure != "NOT_DUE" && k.disclosure != "EXEMPT":
			t.Errorf("%s %s is %s, %s (%s)", k.check, k.key, k.substance, k.disclosure, k.cause)
		}
	}
}

// TestPlanSchema holds the published schema against the code.
func TestPlanSchema(t *testing.T) {
	const file = "../../fixtures/plan.schema.json"
	got, err := audit.PlanSchema(checks.Known())
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != string(got) {
		t.Errorf("%s is not what the code says (%v); run go test ./cmd/evenhand -run PlanSchema -update", file, err)
	}
}
