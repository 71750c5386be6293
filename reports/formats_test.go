package reports

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// testInputs are the test runs, in every language.
func testInputs() map[string]Input {
	out := map[string]Input{}
	for name, in := range map[string]func() Input{"realistic": realistic, "clean": clean, "hostile": attack, "empty": empty} {
		for _, lang := range []string{"en", "zh", "both"} {
			i := in()
			i.Lang, i.Plan.Gates.FailOn = lang, "fail"
			out[name+"-"+lang] = i
		}
	}
	return out
}

func TestParseExtra(t *testing.T) {
	for asked, want := range map[string]string{
		"": "", "csv": "csv", "junit, sarif,csv,csv": "sarif csv junit", "html,summary": "", "html,csv": "csv",
		"all": strings.Join(extraNames()[:len(extraNames())-1], " "), "all,csv": strings.Join(extraNames()[:len(extraNames())-1], " "),
	} {
		got, err := ParseExtra(asked)
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%q: got %v, %v", asked, got, err)
		}
	}
	_, err := ParseExtra("csv,pdf,docx")
	if err == nil || !strings.Contains(err.Error(), "docx, pdf;") || !strings.Contains(err.Error(), "sarif") || !strings.Contains(err.Error(), "all") {
		t.Errorf("got %v", err)
	}
}

// TestExtra holds that a report has the extra files that were asked for, that
// the manifest lists them, and that the files always written are the same.
func TestExtra(t *testing.T) {
	plain, with := t.TempDir(), t.TempDir()
	in := realistic()
	if err := New(in).Write(plain); err != nil {
		t.Fatal(err)
	}
	in = realistic()
	var err error
	if in.Extra, err = ParseExtra(AllFormats); err != nil || len(in.Extra) == 0 {
		t.Fatal(in.Extra, err)
	}
	if err := New(in).Write(with); err != nil {
		t.Fatal(err)
	}
	m, err := Verify(with)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range Formats {
		listed := slices.ContainsFunc(m.Files, func(d FileDigest) bool { return d.Name == f.File })
		a, missing := os.ReadFile(filepath.Join(plain, f.File))
		b, err := os.ReadFile(filepath.Join(with, f.File))
		if err != nil || !listed || f.Extra != (missing != nil) || missing == nil && !bytes.Equal(a, b) {
			t.Errorf("%s: listed %v, %v, without -format %v", f.File, listed, err, missing)
		}
	}
}

// TestExtraIsText holds of every extra format in text that it is valid UTF-8
// without hidden characters, absolute paths or rare raw values.
func TestExtraIsText(t *testing.T) {
	n := 0
	for name, in := range testInputs() {
		r := New(in)
		for _, f := range Formats {
			if !f.Extra || f.File == "cases.xlsx" {
				continue
			}
			n++
			b, err := r.render(f)
			if err != nil {
				t.Fatal(err)
			}
			b = bytes.TrimPrefix(b, []byte(byteOrderMark))
			if !utf8.Valid(b) {
				t.Errorf("%s of %s is no UTF-8", f.File, name)
			}
			for _, c := range string(b) {
				if hidden(c) && !(c == '\r' && f.Name == "csv") {
					t.Errorf("%s of %s: character %U came through", f.File, name, c)
					break
				}
			}
			for _, bad := range []string{"/srv/", "/etc/", "13800000000", "zzrare", "%!"} {
				if i := bytes.Index(b, []byte(bad)); i >= 0 {
					t.Errorf("%s of %s has %s: %s", f.File, name, bad, b[max(0, i-30):min(len(b), i+40)])
				}
			}
		}
	}
	if n == 0 {
		t.Fatal("no extra formats")
	}
}
