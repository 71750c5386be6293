package pack

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fails holds that a verification fails, and names what.
func fails(t *testing.T, about, dir string, trust Trust, name string) {
	t.Helper()
	o, err := Verify(dir, trust)
	if err != nil {
		t.Errorf("%s: not verified at all: %v", about, err)
		return
	}
	if o.OK() {
		t.Errorf("%s: it passes: %s", about, o.Verdict())
		return
	}
	if !slices.ContainsFunc(o.wrong(), func(w string) bool { return strings.Contains(w, name) }) {
		t.Errorf("%s: %s is not named: %q", about, name, o.wrong())
	}
	if !strings.Contains(o.Verdict(), "NOT HOLD") || o.First() == "" {
		t.Errorf("%s: the verdict is %q, the first wrong %q", about, o.Verdict(), o.First())
	}
}

// copyTree copies a pack or a series, to be tampered with.
func copyTree(t *testing.T, from string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), filepath.Base(from))
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

// relist makes the manifests say what is there: what a forger does who has no
// key.
func relist(t *testing.T, dir string) {
	t.Helper()
	files := snapshot(t, dir)
	var payloads, tags []tag
	for _, name := range slices.Sorted(maps.Keys(files)) {
		switch {
		case strings.HasPrefix(name, payload+"/"):
			payloads = append(payloads, tag{name, []byte(files[name])})
		case name != TagManifestFile && name != ManifestFile:
			tags = append(tags, tag{name, []byte(files[name])})
		}
	}
	list := tagManifest(payloads)
	put(t, filepath.Join(dir, ManifestFile), list)
	put(t, filepath.Join(dir, TagManifestFile), tagManifest(append(tags, tag{ManifestFile, list})))
}

// TestTamper changes a pack in every way that somebody might who has or has
// not heard of manifests; the one thing he lacks is the key.
func TestTamper(t *testing.T) {
	key, other := testKey(t, 7), testKey(t, 8)
	trust := Trust{Keys: []*PublicKey{key.Public()}}
	whole := filepath.Join(t.TempDir(), "pack")
	report := fakeReport(t, "one", nil)
	mustMake(t, report, whole, Options{Key: key})
	foreign := filepath.Join(t.TempDir(), "foreign")
	mustMake(t, fakeReport(t, "two", nil), foreign, Options{Key: key})
	files := snapshot(t, whole)
	if len(files) != 12 {
		t.Fatalf("the pack has %d files", len(files))
	}

	t.Run("a byte", func(t *testing.T) {
		for name, text := range files {
			for _, at := range slices.Compact([]int{0, len(text) / 2, max(0, len(text)-1)}) {
				for _, listed := range []bool{false, true} {
					if listed && strings.HasSuffix(name, ManifestFile) {
						continue // the manifests are what is made anew
					}
					dir := copyTree(t, whole)
					path := filepath.Join(dir, filepath.FromSlash(name))
					if text == "" {
						put(t, path, []byte("x"))
					} else {
						flip(t, path, at)
					}
					if listed {
						relist(t, dir)
					}
					fails(t, name, dir, trust, name)
					fails(t, name+", no key given", dir, Trust{}, name)
				}
			}
		}
	})
	t.Run("cut short, lengthened", func(t *testing.T) {
		for name, text := range files {
			for _, now := range []string{"", text + "\n", text + text} {
				if now == text {
					continue
				}
				dir := copyTree(t, whole)
				put(t, filepath.Join(dir, filepath.FromSlash(name)), []byte(now))
				fails(t, name, dir, trust, name)
			}
		}
	})
	t.Run("dropped", func(t *testing.T) {
		for name := range files {
			for _, listed := range []bool{false, true} {
				if listed && strings.HasSuffix(name, ManifestFile) {
					continue
				}
				dir := copyTree(t, whole)
				if err := os.Remove(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
					t.Fatal(err)
				}
				if listed {
					relist(t, dir)
				}
				fails(t, name, dir, trust, name)
			}
		}
		dir := copyTree(t, whole)
		if err := os.RemoveAll(filepath.Join(dir, payload)); err != nil {
			t.Fatal(err)
		}
		fails(t, "all of the payload", dir, trust, "data/report.html")
	})
	t.Run("added", func(t *testing.T) {
		for _, name := range []string{"extra.txt", "data/extra.txt", ".hidden", "data/.hidden", "fetch.txt", "envelope.tsr", "data/bagit.txt"} {
			for _, listed := range []bool{false, true} {
				dir := copyTree(t, whole)
				put(t, filepath.Join(dir, filepath.FromSlash(name)), []byte("x"))
				if listed {
					relist(t, dir)
				}
				fails(t, "added "+name, dir, trust, name)
			}
		}
		for _, name := range []string{"more", "data/more"} {
			dir := copyTree(t, whole)
			if err := os.Mkdir(filepath.Join(dir, filepath.FromSlash(name)), 0o755); err != nil {
				t.Fatal(err)
			}
			fails(t, "added directory "+name, dir, trust, name)
		}
	})
	t.Run("links", func(t *testing.T) {
		for _, name := range []string{"statement.json", "data/report.html", "data"} {
			dir := copyTree(t, whole)
			path := filepath.Join(dir, filepath.FromSlash(name))
			away := filepath.Join(t.TempDir(), "away")
			if err := os.Rename(path, away); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(away, path); err != nil {
				t.Skip(err)
			}
			fails(t, "a link for "+name, dir, trust, name)
		}
	})
	t.Run("swapped", func(t *testing.T) {
		for _, listed := range []bool{false, true} {
			dir := copyTree(t, whole)
			put(t, filepath.Join(dir, "data", "report.html"), []byte(files["data/cases.arrow"]))
			put(t, filepath.Join(dir, "data", "cases.arrow"), []byte(files["data/report.html"]))
			if listed {
				relist(t, dir)
			}
			fails(t, "two files swapped", dir, trust, "data/report.html")
			fails(t, "two files swapped", dir, trust, "data/cases.arrow")
		}
	})
	t.Run("another pack's", func(t *testing.T) {
		for _, names := range [][]string{{EnvelopeFile}, {EnvelopeFile, StatementFile}, {EnvelopeFile, StatementFile, InfoFile}, {StatementFile}} {
			dir := copyTree(t, whole)
			for _, name := range names {
				put(t, filepath.Join(dir, name), get(t, filepath.Join(foreign, name)))
			}
			relist(t, dir)
			want := StatementFile
			if len(names) > 1 {
				want = ManifestFile
			}
			fails(t, "another pack's "+strings.Join(names, " and "), dir, trust, want)
		}
	})
	t.Run("signed again", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "forged")
		mustMake(t, report, dir, Options{Key: other})
		fails(t, "signed by another", dir, trust, EnvelopeFile)
		if o := verify(t, dir, Trust{}); !o.OK() || !strings.Contains(o.Verdict(), "the key inside") {
			t.Errorf("without a key it can't be told: %s", o.Verdict())
		}
		// The trusted key beside a foreign signature.
		put(t, filepath.Join(dir, KeyFile), []byte(files[KeyFile]))
		relist(t, dir)
		fails(t, "the trusted key beside it", dir, trust, KeyFile)
		// The signature taken off.
		dir = copyTree(t, whole)
		bare := &build{options: Options{}, subject: nil, statement: []byte(files[StatementFile])}
		var err error
		if bare.envelope, err = wrap(bare.statement, nil); err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(dir, EnvelopeFile), bare.envelope)
		relist(t, dir)
		fails(t, "not signed any more", dir, trust, EnvelopeFile)
		fails(t, "not signed any more, no key given", dir, Trust{}, EnvelopeFile)
	})
	t.Run("names", func(t *testing.T) {
		dir := copyTree(t, whole)
		put(t, filepath.Join(dir, "data", "a\x1b[2J\nb"), []byte("x"))
		o := verify(t, dir, trust)
		if o.OK() || strings.ContainsAny(strings.Join(o.wrong(), ""), "\x1b\n") {
			t.Errorf("a name reaches the terminal: %q", o.wrong())
		}
	})
	t.Run("outside", func(t *testing.T) {
		for _, line := range []string{"../report.html", "/etc/passwd", "data/../../x", "~/x", "data/"} {
			dir := copyTree(t, whole)
			put(t, filepath.Join(dir, ManifestFile), []byte(files[ManifestFile]+digestOf(nil)+"  "+line+"\n"))
			fails(t, "a name outside", dir, trust, ManifestFile)
		}
	})
}

// TestTamperSeries breaks a chain of packs.
func TestTamperSeries(t *testing.T) {
	key, other := testKey(t, 7), testKey(t, 8)
	whole := filepath.Join(t.TempDir(), "packs")
	var names []string
	var last *Made
	for _, say := range []string{"a", "b", "c", "d"} {
		last = mustMake(t, fakeReport(t, say, nil), whole+"/", Options{Key: key})
		names = append(names, filepath.Base(last.Dir))
	}
	if o := verify(t, whole, Trust{Last: last.Envelope}); !o.OK() {
		t.Fatal(o.wrong())
	}
	at := func(dir string, i int) string { return filepath.Join(dir, names[i]) }
	rename := func(from, to string) {
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 3 { // a run is missing
		dir := copyTree(t, whole)
		if err := os.RemoveAll(at(dir, i)); err != nil {
			t.Fatal(err)
		}
		fails(t, "missing", dir, Trust{}, "after pack "+string(rune('1'+i))+", which is missing")
		fails(t, "missing", dir, Trust{}, names[i+1])
	}
	dir := copyTree(t, whole)
	os.RemoveAll(at(dir, 1))
	os.RemoveAll(at(dir, 2))
	fails(t, "two missing", dir, Trust{}, "2 to 3")

	dir = copyTree(t, whole) // the last is missing: only a digest kept elsewhere tells
	os.RemoveAll(at(dir, 3))
	if o := verify(t, dir, Trust{}); !o.OK() || !strings.Contains(o.Lines[0].Note, "-last") {
		t.Errorf("the end cut off: %v, %+v", o.wrong(), o.Lines)
	}
	fails(t, "the end cut off", dir, Trust{Last: last.Envelope}, names[2])

	dir = copyTree(t, whole) // two directories change names
	rename(at(dir, 1), filepath.Join(dir, "x"))
	rename(at(dir, 2), at(dir, 1))
	rename(filepath.Join(dir, "x"), at(dir, 2))
	fails(t, "reordered", dir, Trust{}, names[1])
	fails(t, "reordered", dir, Trust{}, names[2])

	dir = copyTree(t, whole) // another second pack, after the same first
	fork := filepath.Join(dir, "000002-0123456789ab")
	mustMake(t, fakeReport(t, "other", nil), fork, Options{Key: key, Previous: at(dir, 0)})
	fails(t, "forked", dir, Trust{}, "forks")
	os.RemoveAll(at(dir, 1)) // … in its place
	m := verify(t, fork, Trust{})
	if !m.OK() {
		t.Fatal(m.wrong())
	}
	fails(t, "another in its place", dir, Trust{}, names[2])

	for i, by := range []*SigningKey{other, nil} { // the last one signed anew, or not at all
		dir = copyTree(t, whole)
		os.RemoveAll(at(dir, 3))
		b := Options{Key: by, Previous: at(dir, 2)}
		if by == nil { // Make refuses to: take the signature off
			b.Key = other
		}
		mustMake(t, fakeReport(t, "d", nil), at(dir, 3), b)
		if by == nil {
			bare, err := wrap(get(t, filepath.Join(at(dir, 3), StatementFile)), nil)
			if err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(at(dir, 3), EnvelopeFile), bare)
			if err := os.Remove(filepath.Join(at(dir, 3), KeyFile)); err != nil {
				t.Fatal(err)
			}
			relist(t, at(dir, 3))
			if o := verify(t, at(dir, 3), Trust{}); !o.OK() {
				t.Fatal(i, o.wrong())
			}
		}
		fails(t, "the last signed anew", dir, Trust{}, names[3])
		fails(t, "the last signed anew, a key given", dir, Trust{Keys: []*PublicKey{key.Public()}}, names[3])
	}
	for i := range names { // a byte anywhere
		dir = copyTree(t, whole)
		flip(t, filepath.Join(at(dir, i), "data", "summary.json"), 3)
		fails(t, "a byte", dir, Trust{}, names[i]+"/data/summary.json")
		if err := os.Remove(filepath.Join(at(dir, i), StatementFile)); err != nil {
			t.Fatal(err)
		}
		fails(t, "no statement", dir, Trust{}, names[i]+"/"+StatementFile)
	}
	// A change of key is no fault when both keys are trusted.
	dir = copyTree(t, whole)
	mustMake(t, fakeReport(t, "e", nil), dir+"/", Options{Key: other})
	fails(t, "another key", dir, Trust{}, "000005-")
	if o := verify(t, dir, Trust{Keys: []*PublicKey{key.Public(), other.Public()}}); !o.OK() {
		t.Errorf("both keys trusted: %v", o.wrong())
	}
	if _, err := Verify(t.TempDir(), Trust{}); err == nil {
		t.Error("an empty directory passes")
	}
}
