package reports

import (
	"os"
	"path/filepath"
	"testing"
)

// TestLook writes the test runs as reports into the directory EVENHAND_LOOK,
// for eyes and browsers.
func TestLook(t *testing.T) {
	dir := os.Getenv("EVENHAND_LOOK")
	if dir == "" {
		t.Skip("EVENHAND_LOOK names no directory")
	}
	for name, in := range map[string]Input{"realistic": realistic(), "hostile": attack(), "clean": clean(), "empty": empty()} {
		for _, lang := range []string{"en", "zh", "both"} {
			in.Lang = lang
			out := filepath.Join(dir, name+"-"+lang)
			if err := os.MkdirAll(out, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := New(in).Write(out); err != nil {
				t.Fatal(err)
			}
		}
	}
}
