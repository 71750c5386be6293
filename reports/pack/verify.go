package pack

import (
	"crypto/x509"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"evenhand/reports"
)

// Trust is what a verification is held against beside the files themselves.
type Trust struct {
	// Authorities are the roots that timestamps are held against, nil for none.
	Authorities *x509.CertPool

	Keys []*PublicKey // one of them is to have signed; none: the key inside is taken, and the outcome says so
	Last string       // SHA-256 of the envelope of the last pack of a series, "" when it is not known
}

// Line is one check of a verification.
type Line struct {
	About string
	Text  string   // what was looked at and holds
	Note  string   // what the reader has to know all the same
	Wrong []string // what does not hold; each names its file
}

// Outcome is what a verification found.
type Outcome struct {
	Dir   string
	Kind  string // report, pack, or series
	Lines []Line
	Packs []*Outcome // of a series

	signed seal
}

// seal is how far a signature can be relied on.
type seal int

const (
	unsigned seal = iota
	byInside      // the key inside: anybody could have put it there
	byTrusted
)

// Verdict is the outcome in a few words.
func (o *Outcome) Verdict() string {
	what := map[string]string{"report": "the report", "pack": "the pack"}[o.Kind]
	if len(o.Packs) == 1 {
		what = "the chain of one pack"
	} else if o.Kind == "series" {
		what = fmt.Sprintf("the chain of %d packs", len(o.Packs))
	}
	if n := len(o.wrong()); n > 0 {
		return fmt.Sprintf("%s DOES NOT HOLD: %d wrong", what, n)
	}
	switch {
	case o.Kind == "report":
		return what + " holds; reports are not signed"
	case o.signed == unsigned:
		return what + " is whole, but NOT SIGNED"
	case o.signed == byInside:
		return what + " holds, by the key inside"
	}
	return what + " holds, by a key that you trust"
}

// First is the first thing that is wrong, "" when nothing is.
func (o *Outcome) First() string {
	if wrong := o.wrong(); len(wrong) > 0 {
		return wrong[0]
	}
	return ""
}

// OK reports whether everything holds.
func (o *Outcome) OK() bool { return len(o.wrong()) == 0 }

func (o *Outcome) wrong() (all []string) {
	for _, p := range o.Packs {
		for _, w := range p.wrong() {
			all = append(all, filepath.Base(p.Dir)+"/"+w)
		}
	}
	for _, l := range o.Lines {
		all = append(all, l.Wrong...)
	}
	return all
}

// Verify looks at a report, a pack, or a directory of packs. The error is one
// of reading, or says that dir is none of these.
func Verify(dir string, trust Trust) (*Outcome, error) {
	o, err := look(dir, trust)
	if o != nil {
		o.clean()
	}
	return o, err
}

// clean takes out of an outcome what a terminal would obey: names of files and
// of authorities are a stranger's.
func (o *Outcome) clean() {
	for _, p := range o.Packs {
		p.clean()
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		l.Text, l.Note = printable(l.Text), printable(l.Note)
		for k, w := range l.Wrong {
			l.Wrong[k] = printable(w)
		}
	}
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

func look(dir string, trust Trust) (*Outcome, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	has := func(names ...string) bool {
		return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return slices.Contains(names, e.Name()) })
	}
	switch {
	case has(required...):
		_, o, err := inspect(dir, trust)
		return o, err
	case has(reports.ManifestFile):
		return verifyReport(dir), nil
	}
	names, _ := seriesOf(dir, entries)
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: is neither a report nor a pack nor a directory of packs: %w", dir, ErrDamaged)
	}
	return verifySeries(dir, names, trust)
}

func verifyReport(dir string) *Outcome {
	o := &Outcome{Dir: dir, Kind: "report"}
	m, line := reportLine(dir)
	if m != nil {
		line.Note = "a report is not signed: anybody could have written it; `evenhand pack` makes evidence of it"
	}
	o.Lines = append(o.Lines, line)
	return o
}

// reportLine holds a report against its own manifest.
func reportLine(dir string) (*reports.Manifest, Line) {
	l := Line{About: "report"}
	m, err := reports.Verify(dir)
	if err != nil {
		text := strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), "")
		for _, w := range strings.Split(text, "\n") {
			l.Wrong = append(l.Wrong, strings.TrimPrefix(w, "open "))
		}
		return nil, l
	}
	l.Text = fmt.Sprintf("%d files as manifest.json lists them; result %s", len(m.Files), short(m.ResultDigest))
	return m, l
}
