package pack

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// byHand is the shell text by which README says to verify a pack.
func byHand(t *testing.T) string {
	t.Helper()
	const heading = "### Verifying a pack without evenhand\n"
	for _, file := range []string{"../../README.md", "testdata/by-hand.md"} {
		_, text, ok := strings.Cut(string(get(t, filepath.FromSlash(file))), heading)
		if !ok {
			continue
		}
		block := regexp.MustCompile("(?s)```sh\n(.*?)```").FindStringSubmatch(text)
		if block == nil {
			t.Fatalf("%s: there is no shell block after the heading", file)
		}
		t.Logf("as in %s", file)
		return block[1]
	}
	t.Fatal("nothing says how to verify a pack by hand")
	return ""
}

// TestByHand runs README's commands on packs that hold and on packs that don't.
func TestByHand(t *testing.T) {
	for _, tool := range []string{"bash", "sha256sum", "openssl", "jq", "base64", "cmp"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("needs %s", tool)
		}
	}
	script := byHand(t)
	run := func(dir string) (string, error) {
		cmd := exec.Command("bash", "-c", script)
		cmd.Dir = dir
		text, err := cmd.CombinedOutput()
		return string(text), err
	}
	key := testKey(t, 7)
	packs := filepath.Join(t.TempDir(), "packs")
	first := mustMake(t, fakeReport(t, "one", nil), packs+"/", Options{Key: key})
	whole := mustMake(t, fakeReport(t, "two", nil), packs+"/", Options{Key: key}).Dir
	for _, dir := range []string{first.Dir, whole} {
		text, err := run(dir)
		if err != nil || !strings.Contains(text, key.Public().ID()) || !strings.Contains(text, "Verified OK") {
			t.Fatalf("%v\n%s", err, text)
		}
		if dir == whole && !strings.Contains(text, first.Envelope) {
			t.Errorf("the pack before is not named:\n%s", text)
		}
		if o := verify(t, dir, Trust{}); !o.OK() {
			t.Errorf("the commands left something behind: %v", o.wrong())
		}
	}
	files := snapshot(t, whole)
	for name, text := range files {
		dir := copyTree(t, whole)
		path := filepath.Join(dir, filepath.FromSlash(name))
		if text == "" {
			put(t, path, []byte("x"))
		} else {
			flip(t, path, len(text)/2)
		}
		if out, err := run(dir); err == nil {
			t.Errorf("a byte of %s was changed, and the commands are content:\n%s", name, out)
		}
		if strings.HasSuffix(name, ManifestFile) || name == BagFile || name == InfoFile {
			continue
		}
		relist(t, dir)
		if out, err := run(dir); err == nil {
			t.Errorf("a byte of %s was changed and listed, and the commands are content:\n%s", name, out)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if out, err := run(dir); err == nil {
			t.Errorf("%s was dropped, and the commands are content:\n%s", name, out)
		}
	}
	for _, name := range []string{"extra", "data/extra", ".hidden"} {
		dir := copyTree(t, whole)
		put(t, filepath.Join(dir, filepath.FromSlash(name)), []byte("x"))
		if out, err := run(dir); err == nil {
			t.Errorf("%s was added, and the commands are content:\n%s", name, out)
		}
	}
}
