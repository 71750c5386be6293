package audittest

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"evenhand/audit"
	"evenhand/audit/driver"
	"evenhand/features"
	"evenhand/features/parquetfile"
	"evenhand/features/storage"
)

// Lender opens the export of the plan text, called file, whose paths start from
// dir, with its models and policies: what to run checks on. The files are closed
// when the test ends.
func Lender(t testing.TB, file, text, dir string, checks ...*audit.Check) driver.Input {
	t.Helper()
	plan, err := audit.ParsePlan(file, []byte(text), checks)
	if err != nil {
		t.Fatal(err)
	}
	plan.Dir = dir
	in := driver.Input{Plan: plan, Checks: checks, Sources: map[string]features.Source{}}
	if in.Models, err = plan.LoadModels(os.ReadFile); err != nil {
		t.Fatal(err)
	}
	if in.Policies, err = plan.LoadPolicies(os.ReadFile); err != nil {
		t.Fatal(err)
	}
	for name, table := range plan.Tables {
		var paths []string
		for _, p := range table.Files {
			if !filepath.IsAbs(p) {
				p = filepath.Join(dir, p)
			}
			paths = append(paths, p)
		}
		inputs, err := storage.Expand(paths)
		if err != nil {
			t.Fatal(err)
		}
		s, err := parquetfile.Open(context.Background(), name, inputs, parquetfile.Options{Int96Zone: plan.Int96Zone(name)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		in.Sources[name] = s
	}
	return in
}

// Audit runs checks over the plan audit.yaml in dir.
func Audit(t testing.TB, dir string, workers int, checks ...*audit.Check) (*audit.Plan, *audit.Result) {
	t.Helper()
	file := filepath.Join(dir, "audit.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	in := Lender(t, file, string(text), dir, checks...)
	return in.Plan, Drive(t, in, workers)
}

// Drive runs the checks of an input.
func Drive(t testing.TB, in driver.Input, workers int) *audit.Result {
	t.Helper()
	r, err := driver.Run(context.Background(), in, driver.Options{Workers: workers, TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}
