//go:build unix

package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// childMode makes the test binary a run that publishes: "whole", or "inplace"
// for the way that must not pass.
const childMode = "EVENHAND_PUBLISH_CHILD"

func TestMain(m *testing.M) {
	if mode := os.Getenv(childMode); mode != "" {
		if err := child(mode, os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(74)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child publishes 20 files of 40 kB, slowly enough to be killed between them.
func child(mode, out string) error {
	fill := func(dir string) error {
		var written []Digest
		for i := range 20 {
			d, err := Write(context.Background(), dir, fmt.Sprintf("part-%02d", i), func(w io.Writer) error {
				for range 40 {
					if _, err := w.Write([]byte(strings.Repeat(string(rune('a'+i)), 1024))); err != nil {
						return err
					}
				}
				time.Sleep(time.Millisecond)
				return nil
			})
			if err != nil {
				return err
			}
			written = append(written, d)
		}
		_, err := Write(context.Background(), dir, mark, func(w io.Writer) error { return json.NewEncoder(w).Encode(written) })
		return err
	}
	if mode == "inplace" {
		if err := os.MkdirAll(out, 0o755); err != nil {
			return err
		}
		return fill(out)
	}
	return Dir(context.Background(), out, mark, fill)
}

// state is "absent", "whole", or what is wrong.
func state(out string) string {
	b, err := os.ReadFile(filepath.Join(out, mark))
	if os.IsNotExist(err) {
		if _, err := os.Stat(out); os.IsNotExist(err) {
			return "absent"
		}
		return "half-written: no manifest"
	}
	var files []Digest
	if err := json.Unmarshal(b, &files); err != nil {
		return "half-written: " + err.Error()
	}
	for _, d := range files {
		data, err := os.ReadFile(filepath.Join(out, d.Name))
		if err != nil {
			return "half-written: " + err.Error()
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != d.SHA256 {
			return "half-written: " + d.Name
		}
	}
	return "whole"
}

// killed runs the child many times, killing each at a random moment in [0,
// 1.3 × its time), and counts in what state it left the place. The clock and
// chance are the test's own, not the code's.
func killed(t *testing.T, mode string, runs int) map[string]int {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	start := func(out string) *exec.Cmd {
		cmd := exec.Command(self, out)
		cmd.Env = append(os.Environ(), childMode+"="+mode, "GORACE=atexit_sleep_ms=0") // else a race build idles a second at its end
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	var takes time.Duration // of the run before: the machine may be busy by turns
	whole := func(out string) error {
		begun := time.Now()
		err := start(out).Wait()
		takes = time.Since(begun)
		return err
	}
	for i := range 2 { // the first one is slow
		if err := whole(filepath.Join(dir, fmt.Sprintf("first-%d", i))); err != nil {
			t.Fatal(err)
		}
	}
	states := map[string]int{}
	for i := range runs {
		out := filepath.Join(dir, fmt.Sprintf("out-%03d", i))
		cmd := start(out)
		time.Sleep(time.Duration(rand.Float64() * 1.3 * float64(takes)))
		cmd.Process.Kill()
		cmd.Wait()
		states[strings.SplitN(state(out), ":", 2)[0]]++
		if mode != "whole" {
			continue
		}
		if err := whole(out); err != nil || state(out) != "whole" {
			t.Fatalf("run again after the kill: %v, %s", err, state(out))
		}
		if left, _ := filepath.Glob(out + ".*"); len(left) > 0 {
			t.Fatalf("left behind: %v", left)
		}
		os.RemoveAll(out)
	}
	t.Logf("%s: %v of runs of %v", mode, states, takes)
	return states
}

// TestKilled holds that a run killed at any moment leaves nothing or all, and
// that the next run is whole and cleans up.
func TestKilled(t *testing.T) {
	const runs = 60
	s := killed(t, "whole", runs)
	if s["half-written"] > 0 || s["whole"]+s["absent"] != runs {
		t.Errorf("%v", s)
	}
	if s["whole"] < runs/10 || s["absent"] < runs/10 {
		t.Errorf("the test is vacuous: %v", s)
	}
}

// TestKilledInPlaceIsCaught holds that the test above can fail: files written
// in place are found half-written.
func TestKilledInPlaceIsCaught(t *testing.T) {
	if s := killed(t, "inplace", 25); s["half-written"] == 0 {
		t.Errorf("writing in place passed: %v", s)
	}
}
