//go:build linux

package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"evenhand/reports"
)

// crashing is an audit of the German demo that tests interrupt.
type crashing struct {
	t    *testing.T
	dir  string // holds the plan and every output
	took time.Duration
}

// The first report, and how long it takes, are the same for all these tests.
var (
	crashOnce sync.Once
	crashTook time.Duration
)

// firstReport is what an audit publishes that nothing interrupts.
func firstReport(t *testing.T) string { return filepath.Join(shared(t, "crash"), "first") }

// fewer is how often something is tried: many times with -long, a few times
// else, and hardly under the race detector, where all that is tried is slow.
func fewer(many, few, hardly int) int {
	switch {
	case *long:
		return many
	case raced:
		return hardly
	}
	return few
}

func newCrashing(t *testing.T) *crashing {
	t.Helper()
	c := &crashing{t: t, dir: t.TempDir()}
	if err := os.CopyFS(c.dir, os.DirFS("../../fixtures/german")); err != nil {
		t.Fatal(err)
	}
	crashOnce.Do(func() {
		took := time.Hour // the fastest of three: the rest is the machine's
		for range 3 {
			start := time.Now()
			if code := c.wait(c.start("first")); code != exitOK {
				t.Fatalf("exit code %d", code)
			}
			took = min(took, time.Since(start))
		}
		if err := os.CopyFS(filepath.Join(shared(t, "crash"), "first"), os.DirFS(filepath.Join(c.dir, "first"))); err != nil {
			t.Fatal(err)
		}
		crashTook = took
	})
	if c.took = crashTook; c.took == 0 {
		t.Fatal("there is no first report")
	}
	return c
}

// start begins an audit that writes to out; before says what runs it.
func (c *crashing) start(out string, before ...string) *exec.Cmd {
	c.t.Helper()
	self, err := os.Executable()
	if err != nil {
		c.t.Fatal(err)
	}
	args := append(before, self, "audit", "-c", filepath.Join(c.dir, "audit.yaml"), "-o", filepath.Join(c.dir, out), "-q")
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), evenhandMain+"=1", "GORACE=atexit_sleep_ms=0")
	cmd.Stderr = &bytes.Buffer{}
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	return cmd
}

func (c *crashing) wait(cmd *exec.Cmd) int {
	cmd.Wait()
	return cmd.ProcessState.ExitCode()
}

// state is "absent", "whole" or "half-written".
func (c *crashing) state(out string) string {
	out = filepath.Join(c.dir, out)
	if _, err := os.Stat(out); os.IsNotExist(err) {
		return "absent"
	}
	if _, err := reports.Verify(out); err != nil {
		return "half-written"
	}
	return "whole"
}

// alone holds that nothing of a run is left beside its output.
func (c *crashing) alone(out string) {
	c.t.Helper()
	if left, _ := filepath.Glob(filepath.Join(c.dir, out+".*")); len(left) > 0 {
		c.t.Errorf("left behind: %v", left)
	}
}

func digestsOf(t *testing.T, out string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(out, reports.ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestKill9 kills audits at random moments: 200 of them with -long, of which
// 20 at least must have been whole and 20 absent, else nothing was tried.
func TestKill9(t *testing.T) {
	c := newCrashing(t)
	runs := fewer(200, 15, 3)
	want := digestsOf(t, firstReport(t))
	states := map[string]int{}
	for i := range runs {
		out := fmt.Sprintf("out-%03d", i)
		cmd := c.start(out)
		time.Sleep(time.Duration(rand.Float64() * 1.3 * float64(c.took)))
		cmd.Process.Kill()
		cmd.Wait()
		s := c.state(out)
		states[s]++
		if s == "half-written" {
			t.Errorf("%s is half-written", out)
		}
		if i%5 == 0 { // the next run cleans up, and says the same
			begun := time.Now()
			if code := c.wait(c.start(out)); code != exitOK || digestsOf(t, filepath.Join(c.dir, out)) != want {
				t.Errorf("run again after the kill: exit code %d, %s", code, c.state(out))
			}
			c.took = time.Since(begun) // the machine may be busy by turns
			c.alone(out)
		}
		os.RemoveAll(filepath.Join(c.dir, out))
	}
	t.Logf("%v of runs of %v", states, c.took)
	if *long && (states["whole"] < 20 || states["absent"] < 20) {
		t.Errorf("vacuous: %v", states)
	}
}

// TestKill9InPlaceIsCaught holds that a report copied file by file to its
// place is found half-written by the same means.
func TestKill9InPlaceIsCaught(t *testing.T) {
	c := newCrashing(t)
	from := firstReport(t)
	files, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]int{}
	for stop := range len(files) + 1 { // killed after so many files, the last one half
		out := fmt.Sprintf("inplace-%d", stop)
		if err := os.Mkdir(filepath.Join(c.dir, out), 0o755); err != nil {
			t.Fatal(err)
		}
		for i, f := range files[:stop] {
			b, err := os.ReadFile(filepath.Join(from, f.Name()))
			if err != nil {
				t.Fatal(err)
			}
			if i == stop-1 && stop < len(files) {
				b = b[:len(b)/2]
			}
			if err := os.WriteFile(filepath.Join(c.dir, out, f.Name()), b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		states[c.state(out)]++
	}
	if states["whole"] != 1 || states["half-written"] != len(files) {
		t.Errorf("%v of %d files", states, len(files))
	}
}

// TestTerminated sends SIGTERM at random: exit 143 within a second, nothing
// published.
func TestTerminated(t *testing.T) {
	c := newCrashing(t)
	runs := fewer(50, 8, 3)
	stopped := 0
	for i := range runs {
		out := fmt.Sprintf("out-%03d", i)
		cmd := c.start(out)
		time.Sleep(30*time.Millisecond + time.Duration(rand.Float64()*0.8*float64(c.took)))
		sent := time.Now()
		cmd.Process.Signal(syscall.SIGTERM)
		code := c.wait(cmd)
		took := time.Since(sent)
		switch {
		case code == exitTerm:
			stopped++
			if took > time.Second {
				t.Errorf("stopped after %v", took)
			}
			if s := c.state(out); s != "absent" {
				t.Errorf("stopped, yet the report is %s", s)
			}
			if msg := cmd.Stderr.(*bytes.Buffer).String(); !strings.Contains(msg, "nothing was published") {
				t.Errorf("said %q", msg)
			}
		case code == exitOK && c.state(out) == "whole": // it had come to the rename
		case code == -1 && c.state(out) == "absent": // before main: no handler yet
		default:
			t.Errorf("exit code %d, report %s", code, c.state(out))
		}
		c.alone(out)
	}
	if stopped < runs/2 {
		t.Errorf("only %d of %d were stopped", stopped, runs)
	}
}

// TestTwoRuns starts a second run 50 ms after the first: it must end at once
// with its own exit code, and the place be free when the holder is killed.
func TestTwoRuns(t *testing.T) {
	c := newCrashing(t)
	// The first run is stopped in its tracks, so that it holds the place.
	first := c.start("out")
	lock := filepath.Join(c.dir, "out.lock")
	for range 200 {
		if _, err := os.Stat(lock); err == nil {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	first.Process.Signal(syscall.SIGSTOP)
	time.Sleep(50 * time.Millisecond)
	start := time.Now()
	second := c.start("out")
	code := c.wait(second)
	if msg := second.Stderr.(*bytes.Buffer).String(); code != exitBusy || !strings.Contains(msg, "another run is writing it") {
		t.Errorf("exit code %d: %s", code, msg)
	}
	if took := time.Since(start); took > c.took/2+time.Second {
		t.Errorf("it took %v to say so", took)
	}
	first.Process.Signal(syscall.SIGCONT)
	if code := c.wait(first); code != exitOK || c.state("out") != "whole" {
		t.Errorf("the first run ended with %d, %s", code, c.state("out"))
	}
	c.alone("out")
	// A holder that is killed holds no more.
	third := c.start("out")
	for range 200 {
		if _, err := os.Stat(lock); err == nil {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	third.Process.Kill()
	third.Wait()
	if code := c.wait(c.start("out")); code != exitOK {
		t.Errorf("after the holder was killed: exit code %d", code)
	}
	c.alone("out")
}

// TestNoRoom lets writing fail: a limit on the size of files, and a file
// system that is full. Exit 74, the path named, nothing published or left.
func TestNoRoom(t *testing.T) {
	c := newCrashing(t)
	failed := func(t *testing.T, cmd *exec.Cmd, out string) {
		t.Helper()
		code, msg := c.wait(cmd), cmd.Stderr.(*bytes.Buffer).String()
		if code != exitIO || !strings.Contains(msg, out+".tmp-") || !strings.Contains(msg, "cannot be written") {
			t.Errorf("exit code %d: %s", code, msg)
		}
		if s := c.state(out); s != "absent" {
			t.Errorf("the report is %s", s)
		}
		c.alone(out)
	}
	t.Run("file size limit", func(t *testing.T) {
		prlimit, err := exec.LookPath("prlimit")
		if err != nil {
			t.Skip("no prlimit here")
		}
		failed(t, c.start("limited", prlimit, "--fsize=20000"), "limited")
	})
	t.Run("file system full", func(t *testing.T) {
		small := filepath.Join(c.dir, "small")
		if err := os.Mkdir(small, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mount("tmpfs", small, "tmpfs", 0, "size=128k"); err != nil {
			t.Skipf("no file system can be mounted here: %v", err)
		}
		defer syscall.Unmount(small, 0)
		failed(t, c.start("small/out"), "small/out")
		if left, _ := os.ReadDir(small); len(left) > 0 {
			t.Errorf("left on the full file system: %v", left)
		}
	})
	t.Run("directory that can't be written", func(t *testing.T) {
		if os.Geteuid() == 0 {
			t.Skip("nothing is read-only for root")
		}
		closed := filepath.Join(c.dir, "closed")
		if err := os.Mkdir(closed, 0o555); err != nil {
			t.Fatal(err)
		}
		if code := c.wait(c.start("closed/out")); code != exitIO {
			t.Errorf("exit code %d", code)
		}
	})
}

// TestSyncFails injects an error into the first fsync: it must end the run,
// and not be tried again.
func TestSyncFails(t *testing.T) {
	c := newCrashing(t)
	trace := c.strace(t, "failed", "-e", "trace=fsync,rename,renameat,renameat2", "-e", "inject=fsync:error=EIO:when=1")
	if code, msg := c.wait(trace.cmd), trace.cmd.Stderr.(*bytes.Buffer).String(); code != exitIO || !strings.Contains(msg, "input/output error") {
		t.Errorf("exit code %d: %s", code, msg)
	}
	if n := strings.Count(trace.read(t), "fsync("); n != 1 {
		t.Errorf("%d syncs after the first had failed", n-1)
	}
	if s := c.state("failed"); s != "absent" {
		t.Errorf("the report is %s", s)
	}
	c.alone("failed")
}

// TestSyncOrder reads the system calls of a run: every file is synced before
// the directory, that before the rename, and the parent after it.
func TestSyncOrder(t *testing.T) {
	c := newCrashing(t)
	trace := c.strace(t, "traced", "-y", "-e", "trace=fsync,rename,renameat,renameat2")
	if code := c.wait(trace.cmd); code != exitOK {
		t.Fatalf("exit code %d", code)
	}
	syncs := regexp.MustCompile(`fsync\(\d+<([^>]*)>`)
	rename := regexp.MustCompile(`rename(at2?)?\([^"]*"([^"]*traced\.tmp-\d+)"`)
	var order []string
	synced := map[string]bool{}
	tmp, renamed := "", false
	for _, line := range strings.Split(trace.read(t), "\n") {
		if m := rename.FindStringSubmatch(line); m != nil {
			tmp, renamed = filepath.Base(m[2]), true
			order = append(order, "rename")
			continue
		}
		m := syncs.FindStringSubmatch(line)
		if m == nil || !strings.HasPrefix(m[1], c.dir) {
			continue
		}
		rel, _ := filepath.Rel(c.dir, m[1])
		switch {
		case rel == ".":
			if !renamed {
				t.Error("the parent was synced before the rename only")
			}
			order = append(order, "parent")
		case !strings.Contains(rel, "/"):
			order = append(order, "directory")
		default:
			synced[filepath.Base(rel)] = true
			if last := len(order) - 1; last < 0 || order[last] != "file" {
				order = append(order, "file")
			}
		}
	}
	if got := strings.Join(order, " "); got != "file directory rename parent" {
		t.Errorf("order: %s (tmp %s)", got, tmp)
	}
	files, err := os.ReadDir(filepath.Join(c.dir, "traced"))
	if err != nil || len(files) == 0 {
		t.Fatal("no report", err)
	}
	for _, f := range files {
		if !synced[f.Name()] {
			t.Errorf("%s was not synced", f.Name())
		}
	}
}

// tracing is a run under strace.
type tracing struct {
	cmd  *exec.Cmd
	file string
}

func (c *crashing) strace(t *testing.T, out string, args ...string) tracing {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("no strace here")
	}
	if exec.Command(strace, "-o", "/dev/null", "true").Run() != nil {
		t.Skip("strace may not trace here")
	}
	file := filepath.Join(c.dir, out+"-trace")
	before := append([]string{strace, "-f", "-o", file}, args...)
	return tracing{c.start(out, before...), file}
}

func (x tracing) read(t *testing.T) string {
	t.Helper()
	f, err := os.Open(x.file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	if len(b) == 0 {
		t.Fatal("strace wrote nothing; exit code " + strconv.Itoa(x.cmd.ProcessState.ExitCode()))
	}
	return string(b)
}
