package baseline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"evenhand/audit/stats"
)

// ErrNotBaseline is wrapped by errors about bytes that are no baseline at all,
// or one of a version that this program doesn't read.
var ErrNotBaseline = errors.New("not a baseline that can be read")

// MaxBytes is more than any baseline needs.
const MaxBytes = 64 << 20

// Encode returns the bytes of f.
func (f *File) Encode() []byte {
	f.sort()
	c := *f
	c.Format, c.Version = Format, Version
	for _, s := range []*[]string{&c.Plans, &c.Inputs, &c.Policies} {
		if *s == nil {
			*s = []string{}
		}
	}
	if c.Models == nil {
		c.Models = []Named{}
	}
	if c.Parts == nil {
		c.Parts = []Part{}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(&c); err != nil {
		panic("baseline: " + err.Error()) // every field has an encoding, and edges are finite
	}
	return compact(b.Bytes())
}

// compact puts a bin or a level on one line.
var pairs = regexp.MustCompile(`\{\s+("(?:from|value)": [^\n]*,)\s+("n": \d+)\s+\}`)

func compact(b []byte) []byte { return pairs.ReplaceAll(b, []byte("{$1 $2}")) }

// Parse reads what Encode wrote, and makes sure that it is whole.
func Parse(data []byte) (*File, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("%w: %d bytes are more than the %d that any has", ErrNotBaseline, len(data), MaxBytes)
	}
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&head); err != nil || head.Format != Format {
		return nil, fmt.Errorf("%w: it does not begin as one; name the baseline.json of an earlier report", ErrNotBaseline)
	}
	if head.Version != Version {
		return nil, fmt.Errorf("%w: it has version %d, and this program reads version %d; write it anew with this program", ErrNotBaseline, head.Version, Version)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	f := &File{}
	if err := d.Decode(f); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotBaseline, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something follows its end", ErrNotBaseline)
	}
	if err := f.validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotBaseline, err)
	}
	f.sort()
	return f, nil
}

func (f *File) validate() error {
	if f.Least < 1 {
		return fmt.Errorf("least is %d, which is no number of rows", f.Least)
	}
	if err := span(f.From, f.To); err != nil {
		return err
	}
	seen := map[string]bool{}
	once := func(parts ...string) error {
		k := strings.Join(parts, "\x1f")
		if seen[k] {
			return fmt.Errorf("%s is there twice", strings.Join(parts, ", "))
		}
		seen[k] = true
		return nil
	}
	for i := range f.Parts {
		p := &f.Parts[i]
		if err := errors.Join(once(p.Check), span(p.From, p.To)); err != nil {
			return err
		}
		for j := range p.Numbers {
			n := &p.Numbers[j]
			if err := errors.Join(once(p.Check, n.Name, "number"), n.validate(f.Least)); err != nil {
				return err
			}
		}
		for j := range p.Levels {
			l := &p.Levels[j]
			if err := errors.Join(once(p.Check, l.Name, "levels"), l.validate(f.Least)); err != nil {
				return err
			}
		}
	}
	return nil
}

func span(from, to string) error {
	for _, day := range []string{from, to} {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return fmt.Errorf("%q is no day", day)
		}
	}
	if from > to {
		return fmt.Errorf("it begins on %s and ends before, on %s", from, to)
	}
	return nil
}

// maxRows is more than anybody has, so that many baselines add up in an int64.
const maxRows = 1 << 50

// counted adds up counts, each 0 or at least least where open, and makes sure
// that their sum is a number of rows.
type counted struct {
	total int64
	err   error
}

func (c *counted) add(what string, n, least int64, open bool) {
	switch {
	case c.err != nil:
	case n < 0 || n > maxRows-c.total:
		c.err = fmt.Errorf("%s: %d is no count of rows", what, n)
	case n < least && !(open && n == 0):
		c.err = fmt.Errorf("%s: %d rows are fewer than the %d that a baseline tells of", what, n, least)
	default:
		c.total += n
	}
}

func (n *Number) validate(least int64) error {
	var c counted
	c.add(n.Name, n.Missing, least, true)
	for i, b := range n.Bins {
		c.add(n.Name, b.N, least, false)
		switch {
		case i > 0 && !(b.Edge > n.Bins[i-1].Edge):
			return fmt.Errorf("%s: its bins are out of order at %v", n.Name, b.Edge)
		case b.Edge != stats.LowerEdge(b.Edge):
			return fmt.Errorf("%s: no bin begins at %v", n.Name, b.Edge)
		}
	}
	if c.err == nil && len(n.Bins) == 0 {
		return fmt.Errorf("%s: it has no bins", n.Name)
	}
	return c.err
}

func (l *Levels) validate(least int64) error {
	var c counted
	c.add(l.Name, l.Missing, least, true)
	c.add(l.Name, l.Other, least, true)
	for i, v := range l.Values {
		c.add(l.Name, v.N, least, false)
		if v.Value == "" || i > 0 && !(v.Value > l.Values[i-1].Value) {
			return fmt.Errorf("%s: its values are out of order at %q", l.Name, v.Value)
		}
	}
	if c.err == nil && len(l.Values) == 0 {
		return fmt.Errorf("%s: it has no values", l.Name)
	}
	return c.err
}
