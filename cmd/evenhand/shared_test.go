package main

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"evenhand/fixtures"
)

// What several tests look at is made once, when the first of them asks. They
// read it only: who changes anything makes their own.
var (
	sharedDir = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "evenhand-test-") })

	demoOnce, cleanOnce sync.Once
	demoRun, cleanRun   = outcome{code: -1}, outcome{code: -1}
)

// shared is a directory that ends with the process.
func shared(t *testing.T, name string) string {
	t.Helper()
	dir, err := sharedDir()
	if err == nil {
		dir = filepath.Join(dir, name)
		err = os.MkdirAll(dir, 0o777)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func removeShared() {
	if dir, err := sharedDir(); err == nil {
		os.RemoveAll(dir)
	}
}

// demoed runs the demo in both languages with every format: below dir are book,
// german and loanapp, and in each the export and its report.
func demoed(t *testing.T) (dir string, o outcome) {
	t.Helper()
	dir = shared(t, "demo")
	demoOnce.Do(func() { demoRun = evenhand(t, dir, nil, "demo", "-format", "all") })
	if demoRun.code != exitOK {
		t.Fatalf("the demo: exit %d: %s", demoRun.code, demoRun.stderr)
	}
	return filepath.Join(dir, "evenhand-demo"), demoRun
}

// cleanBook makes and audits the book of a lender without faults.
func cleanBook(t *testing.T) (dir string, o outcome) {
	t.Helper()
	dir = shared(t, "clean")
	cleanOnce.Do(func() {
		opt := fixtures.Default
		opt.Clean = true
		if err := fixtures.Generate(dir, opt); err != nil {
			t.Fatal(err)
		}
		cleanRun = evenhand(t, dir, nil, "audit", "-o", "report")
	})
	if cleanRun.code != exitOK && cleanRun.code != exitFindings {
		t.Fatalf("the clean book: exit %d: %s", cleanRun.code, cleanRun.stderr)
	}
	return dir, cleanRun
}
