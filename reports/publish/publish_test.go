package publish

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const mark = "manifest"

// names lists what is in a directory.
func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return strings.Join(out, " ")
}

// say fills a directory with one file and the mark.
func say(text string) func(string) error {
	return func(dir string) error {
		for _, name := range []string{"said", mark} {
			if _, err := Write(context.Background(), dir, name, func(w io.Writer) error { _, err := io.WriteString(w, text); return err }); err != nil {
				return err
			}
		}
		return nil
	}
}

func said(t *testing.T, out string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(out, "said"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestDirReplacesWhatIsItsOwn(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	for _, text := range []string{"one", "two"} {
		if err := Dir(context.Background(), out, mark, say(text)); err != nil {
			t.Fatal(err)
		}
		if got := said(t, out); got != text || names(t, dir) != "out" {
			t.Errorf("%s says %q", names(t, dir), got)
		}
	}
}

func TestReserveRefuses(t *testing.T) {
	dir := t.TempDir()
	foreign, file := filepath.Join(dir, "foreign"), filepath.Join(dir, "file")
	if err := os.MkdirAll(filepath.Join(foreign, "thesis"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{foreign, file} {
		if _, err := Reserve(out, mark); !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), out) {
			t.Errorf("%s: %v", out, err)
		}
	}
	if _, err := Reserve(filepath.Join(dir, "no", "such"), mark); !errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrForeign) {
		t.Errorf("missing parent: %v", err)
	}
	if got := names(t, dir); got != "file foreign" {
		t.Errorf("left %s", got)
	}
}

// TestSecondRunIsBusy holds that a place has one run at a time, also through a
// link, and that giving it up leaves nothing.
func TestSecondRunIsBusy(t *testing.T) {
	dir := t.TempDir()
	out, link := filepath.Join(dir, "out"), filepath.Join(dir, "link")
	if err := Dir(context.Background(), out, mark, say("one")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("out", link); err != nil {
		t.Skip(err)
	}
	first, err := Reserve(out, mark)
	if err != nil {
		t.Fatal(err)
	}
	if first.lock == nil {
		t.Skip("nothing can be locked here")
	}
	for _, name := range []string{out, link, out + "/."} {
		if _, err := Reserve(name, mark); !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := first.Publish(context.Background(), say("two")); err != nil {
		t.Fatal(err)
	}
	first.Release()
	first.Release()
	(*Place)(nil).Release()
	second, err := Reserve(link, mark)
	if err != nil {
		t.Fatal(err)
	}
	second.Release()
	if got := names(t, dir); got != "link out" || said(t, out) != "two" {
		t.Errorf("left %s, which says %q", got, said(t, out))
	}
	// The file of a dead run is no lock.
	if err := os.WriteFile(out+lockSuffix, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Dir(context.Background(), out, mark, say("three")); err != nil || said(t, out) != "three" {
		t.Errorf("%v, says %q", err, said(t, out))
	}
}

func TestFailedFillLeavesWhatWas(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	if err := Dir(context.Background(), out, mark, say("one")); err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left on device")
	err := Dir(context.Background(), out, mark, func(d string) error {
		_, err := Write(context.Background(), d, "said", func(w io.Writer) error { io.WriteString(w, "ha"); return full })
		return err
	})
	if !errors.Is(err, full) || !strings.Contains(err.Error(), "said") {
		t.Errorf("got %v", err)
	}
	stop := errors.New("told to stop")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(stop)
	if err := Dir(ctx, out, mark, say("late")); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	if got := names(t, dir); got != "out" || said(t, out) != "one" {
		t.Errorf("left %s, which says %q", got, said(t, out))
	}
}

func TestSweeps(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	mine := filepath.Join(dir, "out.tmp-notes")
	dead, alive := filepath.Join(dir, "out.tmp-1"), filepath.Join(dir, "out.tmp-2")
	for _, d := range []string{mine, dead, alive} {
		if err := os.MkdirAll(filepath.Join(d, "x"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	f := hold(alive)
	if f == nil {
		t.Skip("directories can't be locked here")
	}
	defer f.Close()
	if err := Dir(context.Background(), out, mark, say("one")); err != nil {
		t.Fatal(err)
	}
	if got := names(t, dir); got != "out out.tmp-2 out.tmp-notes" {
		t.Errorf("now there is %s", got)
	}
}

// TestReplaceAside takes the path of file systems without the exchange.
func TestReplaceAside(t *testing.T) {
	dir := t.TempDir()
	out, tmp := filepath.Join(dir, "out"), filepath.Join(dir, "out.tmp-9")
	for _, d := range []string{out, tmp} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(d, "said"), []byte(d), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := aside(tmp, out); err != nil {
		t.Fatal(err)
	}
	if said(t, out) != tmp || names(t, dir) != "out" {
		t.Errorf("now there is %s, written by %s", names(t, dir), said(t, out))
	}
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	write := func(s string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
	}
	for _, s := range []string{"one", "two"} {
		if err := File(context.Background(), path, 0o600, write(s)); err != nil {
			t.Fatal(err)
		}
	}
	full := errors.New("full")
	if err := File(context.Background(), path, 0o600, func(w io.Writer) error { io.WriteString(w, "thr"); return full }); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	taken := filepath.Join(dir, "taken")
	if err := os.Mkdir(taken, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{taken, filepath.Join(dir, "nowhere", "f")} {
		if err := File(context.Background(), bad, 0o600, write("x")); err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if err := os.Remove(taken); err != nil {
		t.Fatal(err)
	}
	b, _ := os.ReadFile(path)
	info, err := os.Stat(path)
	if err != nil || string(b) != "two" || info.Mode().Perm() != 0o600 || names(t, dir) != "f" {
		t.Errorf("%v: %q, %v, beside it %s", err, b, info.Mode(), names(t, dir))
	}
}
