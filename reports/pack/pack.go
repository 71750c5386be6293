// Package pack makes a published report into evidence, and verifies it: a bag
// (RFC 8493) whose payload one signed in-toto statement names file by file,
// chained to the pack before it.
//
// Everything in a pack is a pure function of the report, the pack before it
// and the signing key: signatures are deterministic (RFC 6979), and the clock
// has no say. Only a timestamp token, made outside, says when.
//
// Nothing in a pack needs this package to be believed: README shows how
// sha256sum, openssl and jq verify one.
package pack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"evenhand/reports"
	"evenhand/reports/publish"
)

// The files of a pack beside its payload: RFC 8493 calls them tag files.
const (
	BagFile         = "bagit.txt"
	InfoFile        = "bag-info.txt"
	ManifestFile    = "manifest-sha256.txt"
	TagManifestFile = "tagmanifest-sha256.txt"
	StatementFile   = "statement.json"
	EnvelopeFile    = "envelope.json"
	KeyFile         = "key.pub.pem"  // in a signed pack
	TokenFile       = "envelope.tsr" // in a pack with a timestamp
	payload         = "data"         // the directory of the report
)

var (
	// ErrIDs is wrapped when the ids of the report are pseudonyms under a key
	// that nobody keeps, so that no id of the evidence could ever be resolved.
	ErrIDs = errors.New("no pack can be made of this report")
	// ErrExists is wrapped when another pack, or something else, is where the
	// pack was to be: evidence is never replaced.
	ErrExists = errors.New("will not be replaced")
	// ErrOptions is wrapped when the options contradict each other.
	ErrOptions = errors.New("no pack was made")
	// ErrDamaged is wrapped when a report or pack does not hold.
	ErrDamaged = errors.New("does not hold")
)

// Options say how a pack is made.
type Options struct {
	// Key signs; nil makes a pack that is not signed.
	Key *SigningKey
	// Previous is the directory of the pack before this one, "" for the first
	// of a chain. In a series it is found.
	Previous string
	// Token is an RFC 3161 response over the envelope, nil for none.
	Token []byte
}

// Made says what Make did.
type Made struct {
	Dir      string // of the pack
	Sequence int
	Envelope string // SHA-256 of envelope.json, in hex: keep it elsewhere, it names the pack
	// Existed: the very pack was there already, and nothing was written.
	Existed bool
}

// Make makes the pack of a published report, whole or not at all, in the new
// directory out. With a slash at its end, out is a series: the pack goes below
// it, under its number, chained to the last one there. What is there is left
// alone, except that a pack equal but for a timestamp token gets the token.
func Make(ctx context.Context, report, out string, o Options) (*Made, error) {
	m, err := reports.Verify(report)
	if err != nil {
		return nil, fmt.Errorf("%s: the report %w: %w", report, ErrDamaged, err)
	}
	if Inside(out, report) {
		return nil, fmt.Errorf("%w: %s is inside the report %s, and would go with it; name a place outside", ErrOptions, out, report)
	}
	b := &build{report: report, options: o}
	if b.subject, err = describe(report, m); err != nil {
		return nil, err
	}
	if strings.HasSuffix(out, "/") || strings.HasSuffix(out, string(filepath.Separator)) {
		return b.append(ctx, filepath.Clean(out))
	}
	if err := b.chain(o.Previous); err != nil {
		return nil, err
	}
	return b.publish(ctx, filepath.Clean(out))
}

// Inside reports whether the path out is the directory report or below it: a
// report is replaced as a whole, and evidence in it would go.
func Inside(out, report string) bool {
	a, err1 := filepath.Abs(resolved(out))
	b, err2 := filepath.Abs(resolved(report))
	rel, err3 := filepath.Rel(b, a)
	return errors.Join(err1, err2, err3) == nil && filepath.IsLocal(rel)
}

// resolved is path without symbolic links, as far as it exists.
func resolved(path string) string {
	path = filepath.Clean(path)
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	dir, base := filepath.Split(path)
	if dir == "" || dir == path || base == ".." {
		return path
	}
	return filepath.Join(resolved(dir), base)
}

// build is a pack being made.
type build struct {
	report  string
	options Options
	subject *Statement // without its place in a chain

	statement, envelope []byte
	sequence            int
}

// chain puts the pack after the one in dir, and signs.
func (b *build) chain(dir string) error {
	if dir == "" {
		return b.sign(nil)
	}
	p, err := open(dir)
	if err != nil {
		return err
	}
	return b.after(p)
}

// after chains the pack to p.
func (b *build) after(p *opened) error {
	if p.keyID != "" && b.options.Key == nil {
		return fmt.Errorf("%w: the pack before it, %s, is signed, so this one is to be signed too", ErrOptions, p.dir)
	}
	return b.sign(p.asPrevious())
}

func (b *build) sign(previous *Previous) (err error) {
	s := *b.subject
	s.Predicate.Sequence, s.Predicate.Previous = 1, previous
	if previous != nil {
		s.Predicate.Sequence = previous.Sequence + 1
	}
	b.sequence = s.Predicate.Sequence
	if b.statement, err = encode(&s); err != nil {
		return err
	}
	b.envelope, err = wrap(b.statement, b.options.Key)
	return err
}

// tags returns the tag files, in the order in which they are written.
func (b *build) tags() ([]tag, error) {
	s := &Statement{}
	if err := decode(b.statement, s); err != nil {
		return nil, err
	}
	tags := []tag{
		{BagFile, []byte(bagText)},
		{InfoFile, s.info()},
		{ManifestFile, s.manifest()},
		{StatementFile, b.statement},
		{EnvelopeFile, b.envelope},
	}
	if b.options.Key != nil {
		tags = append(tags, tag{KeyFile, b.options.Key.Public().pem()})
	}
	if b.options.Token != nil {
		if _, err := readToken(b.options.Token, b.envelope); err != nil {
			return nil, fmt.Errorf("the timestamp token: %w: %w", err, ErrOptions)
		}
		tags = append(tags, tag{TokenFile, b.options.Token})
	}
	return append(tags, tag{TagManifestFile, tagManifest(tags)}), nil
}

// publish writes the pack to out, unless it is there.
func (b *build) publish(ctx context.Context, out string) (*Made, error) {
	tags, err := b.tags()
	if err != nil {
		return nil, err
	}
	made := &Made{Dir: out, Sequence: b.sequence, Envelope: digestOf(b.envelope)}
	mark := ""
	switch state, err := b.there(out, tags); {
	case err != nil:
		return nil, err
	case state == same:
		made.Existed = true
		return made, nil
	case state == lacksToken:
		mark = EnvelopeFile
	}
	err = publish.Dir(ctx, out, mark, func(dir string) error { return b.fill(ctx, dir, tags) })
	if err != nil {
		return nil, err
	}
	return made, nil
}

// fill writes the payload, holds it against the statement, and writes the tag
// files after it.
func (b *build) fill(ctx context.Context, dir string, tags []tag) error {
	data := filepath.Join(dir, payload)
	if err := os.Mkdir(data, 0o755); err != nil {
		return err
	}
	for _, f := range b.subject.Subject {
		name := filepath.Base(f.Name)
		d, err := publish.Write(ctx, data, name, func(w io.Writer) error { return copyFile(w, filepath.Join(b.report, name)) })
		if err != nil {
			return err
		}
		if d.SHA256 != f.Digest[algorithm] {
			return fmt.Errorf("%s: changed while it was packed; make the report again", filepath.Join(b.report, name))
		}
	}
	for _, t := range tags {
		_, err := publish.Write(ctx, dir, t.name, func(w io.Writer) error { _, err := w.Write(t.text); return err })
		if err != nil {
			return err
		}
	}
	return nil
}

func copyFile(w io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

// presence is what is where a pack is to go.
type presence int

const (
	nothing presence = iota
	same
	lacksToken // all but the token that is to be added
)

// there looks at out. Everything but nothing, the same pack, or the same pack
// without the token is an error.
func (b *build) there(out string, tags []tag) (presence, error) {
	entries, err := os.ReadDir(out)
	switch {
	case errors.Is(err, os.ErrNotExist), err == nil && len(entries) == 0:
		return nothing, nil
	case err != nil:
		return nothing, fmt.Errorf("%s: is no directory and %w; name one that does not exist yet", out, ErrExists)
	}
	p, err := open(out)
	if err != nil {
		return nothing, fmt.Errorf("%s: holds something that is no whole pack, and %w; name a directory that does not exist yet: %w", out, ErrExists, err)
	}
	state := same
	for _, t := range tags {
		had := p.tags[t.name]
		switch {
		case slices.Equal(had, t.text), t.name == TagManifestFile:
		case t.name == TokenFile && had == nil:
			state = lacksToken
		default:
			return nothing, fmt.Errorf("%s: holds another pack, and evidence %w: its %s differs; name another directory", out, ErrExists, t.name)
		}
	}
	return state, nil
}
