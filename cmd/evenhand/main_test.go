package main

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// TestMain lets the test binary be the command: a test that needs a process
// of its own (exit codes, memory, time) runs it with evenhandMain set.
func TestMain(m *testing.M) {
	if os.Getenv(evenhandMain) != "" {
		main()
	}
	code := m.Run()
	removeShared()
	os.Exit(code)
}

const evenhandMain = "EVENHAND_TEST_MAIN"

// outcome is how a run of the command ended.
type outcome struct {
	code           int
	stdout, stderr string
	took           time.Duration
	peak           int64 // bytes resident
}

// evenhand runs the command as a process in dir.
func evenhand(t *testing.T, dir string, env []string, args ...string) outcome {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), evenhandMain+"=1"), env...)
	var stdout, stderr capped
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	start := time.Now()
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	o := outcome{code: cmd.ProcessState.ExitCode(), stdout: string(stdout), stderr: string(stderr), took: time.Since(start)}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		o.peak = u.Maxrss << 10
	}
	return o
}

// capped keeps the first megabyte written to it.
type capped []byte

func (c *capped) Write(p []byte) (int, error) {
	if len(*c) < 1<<20 {
		*c = append(*c, p...)
	}
	return len(p), nil
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// resultDigest reads the digest of a report's answers.
func resultDigest(t *testing.T, report string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(report, "summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	var s struct {
		ResultDigest string `json:"result_sha256"`
	}
	if err := json.Unmarshal(data, &s); err != nil || s.ResultDigest == "" {
		t.Fatalf("summary.json has no result_sha256 (%v)", err)
	}
	return s.ResultDigest
}

// entries lists what lies in a directory.
func entries(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}
