package reports

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"evenhand/reports/publish"
)

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

// publishAt publishes where nobody else does.
func publishAt(r *Report, out string) error { return publishUntil(context.Background(), r, out) }

func publishUntil(ctx context.Context, r *Report, out string) error {
	place, err := Reserve(out)
	if err != nil {
		return err
	}
	defer place.Release()
	return r.Publish(ctx, place)
}

func TestPublish(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "report")
	if err := publishAt(New(clean()), out); err != nil {
		t.Fatal(err)
	}
	m, err := Verify(out)
	if err != nil || len(m.Files) != len(New(empty()).formats()) {
		t.Fatalf("%v, %+v", err, m)
	}
	// Again, over the first: the two exchange, and nothing is left beside.
	in := clean()
	in.Plan.Lender = "Another"
	if err := publishAt(New(in), out); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(filepath.Join(out, "summary.json")); !strings.Contains(string(b), "Another") {
		t.Error("the second report was not published")
	}
	if _, err := Verify(out); err != nil {
		t.Error(err)
	}
	if got := names(t, dir); got != "report" {
		t.Errorf("left beside the report: %s", got)
	}
}

func TestPublishThroughLinkAndIntoEmpty(t *testing.T) {
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty")
	if err := os.Mkdir(empty, 0o755); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink("empty", link); err != nil {
		t.Skip(err)
	}
	for range 2 {
		if err := publishAt(New(clean()), link); err != nil {
			t.Fatal(err)
		}
		if _, err := Verify(empty); err != nil {
			t.Error(err)
		}
	}
	if got := names(t, dir); got != "empty link" {
		t.Errorf("now there is %s", got)
	}
}

func TestPublishRefuses(t *testing.T) {
	dir := t.TempDir()
	foreign, file := filepath.Join(dir, "foreign"), filepath.Join(dir, "file")
	if err := os.MkdirAll(filepath.Join(foreign, "thesis"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{foreign, file} {
		err := publishAt(New(clean()), out)
		if !errors.Is(err, publish.ErrForeign) || !strings.Contains(err.Error(), out) {
			t.Errorf("%s: %v", out, err)
		}
	}
	err := publishAt(New(clean()), filepath.Join(dir, "no", "such"))
	if !errors.Is(err, fs.ErrNotExist) || errors.Is(err, publish.ErrForeign) {
		t.Errorf("missing parent: %v", err)
	}
	if got := names(t, dir) + "/" + names(t, foreign); got != "file foreign/thesis" {
		t.Errorf("now there is %s", got)
	}
}

// TestPublishFails holds that a format that fails halfway leaves the earlier
// report as it was, and nothing beside it.
func TestPublishFails(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "report")
	if err := publishAt(New(clean()), out); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(filepath.Join(out, ManifestFile))
	full := errors.New("no space left on device")
	defer func(f []Format) { Formats = f }(Formats)
	Formats = append(Formats[:len(Formats):len(Formats)], Format{File: "last", Write: func(_ *Report, w io.Writer) error {
		io.WriteString(w, "half")
		return full
	}})
	if err := publishAt(New(attack()), out); !errors.Is(err, full) || !strings.Contains(err.Error(), "last") {
		t.Errorf("got %v", err)
	}
	if err := publishAt(New(attack()), filepath.Join(dir, "new")); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	Formats = Formats[:len(Formats)-1]
	stop := errors.New("told to stop")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(stop)
	if err := publishUntil(ctx, New(attack()), out); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	after, _ := os.ReadFile(filepath.Join(out, ManifestFile))
	if string(before) != string(after) {
		t.Error("the earlier report was touched")
	}
	if _, err := Verify(out); err != nil {
		t.Error(err)
	}
	if got := names(t, dir); got != "report" {
		t.Errorf("left behind: %s", got)
	}
}

func TestVerifyNamesWhatIsWrong(t *testing.T) {
	for name, spoil := range map[string]func(out string) error{
		"cases.arrow": func(out string) error {
			f, err := os.OpenFile(filepath.Join(out, "cases.arrow"), os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.WriteAt([]byte("X"), 9)
			return err
		},
		"metrics.arrow": func(out string) error { return os.Remove(filepath.Join(out, "metrics.arrow")) },
		"extra.txt":     func(out string) error { return os.WriteFile(filepath.Join(out, "extra.txt"), nil, 0o644) },
		"manifest.json": func(out string) error { return os.Truncate(filepath.Join(out, "manifest.json"), 20) },
	} {
		out := filepath.Join(t.TempDir(), "report")
		if err := publishAt(New(clean()), out); err != nil {
			t.Fatal(err)
		}
		if err := spoil(out); err != nil {
			t.Fatal(err)
		}
		if _, err := Verify(out); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s was tampered with: %v", name, err)
		}
	}
}
