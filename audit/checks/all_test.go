package checks

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
)

func TestValid(t *testing.T) {
	if len(All) < 5 {
		t.Fatalf("%d checks", len(All))
	}
	if err := audit.Validate(All); err != nil {
		t.Error(err)
	}
}

// TestManualsAgree holds that the Chinese manual page has the sections of the
// English one, and every name, code and number of each section.
func TestManualsAgree(t *testing.T) {
	term := regexp.MustCompile(`\b[a-z0-9]+(?:_[a-z0-9]+)+|\b[A-Z]+[0-9](?:\.[0-9])?\b|[0-9]+(?:[.,e-][0-9]+)*`)
	for _, c := range All {
		en, zh := strings.Split(c.Doc, "\n\n"), strings.Split(c.DocZh, "\n\n")
		if len(en) != len(zh) {
			t.Errorf("%s: %d sections in English, %d in Chinese", c.Name, len(en), len(zh))
			continue
		}
		found := 0
		for i := range en {
			for _, s := range term.FindAllString(en[i], -1) {
				found++
				if !strings.Contains(zh[i], s) {
					t.Errorf("%s: %s is missing from section %d in Chinese", c.Name, s, i+1)
				}
			}
		}
		if found < 5 {
			t.Errorf("%s: only %d terms compared", c.Name, found)
		}
	}
}

// TestFixtures runs every check on its own fixtures, FAMILY/testdata/NAME.txtar
// and NAME-*.txtar: cases, metrics and findings must be the ones written there,
// and the laws of State must hold.
func TestFixtures(t *testing.T) {
	for _, c := range All {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			own, err := filepath.Glob("*/testdata/" + c.Name + ".txtar")
			if err != nil {
				t.Fatal(err)
			}
			more, err := filepath.Glob("*/testdata/" + c.Name + "-*.txtar")
			if err != nil {
				t.Fatal(err)
			}
			own = append(own, more...)
			if len(own) == 0 {
				t.Fatal("no fixture")
			}
			for _, f := range own {
				audittest.Run(t, c, f, All...)
			}
		})
	}
}

// TestLaws proves the laws of State for every check on every fixture, its own
// and the others'.
func TestLaws(t *testing.T) {
	files, err := filepath.Glob("*/testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures (%v)", err)
	}
	for _, c := range All {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			ran := 0
			for _, f := range files {
				if audittest.Laws(t, c, f, All...) {
					ran++
				}
			}
			if ran == 0 {
				t.Error("it ran on no fixture")
			}
		})
	}
}
