package pack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
)

// inspect reads a pack and makes every check of it.
func inspect(dir string, trust Trust) (*opened, *Outcome, error) {
	p, foreign, err := read(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: can't be read: %w", dir, err)
	}
	o := &Outcome{Dir: dir, Kind: "pack"}
	o.Lines = append(o.Lines,
		Line{About: "files", Text: fmt.Sprintf("%d files of the report and %d about it, nothing else", len(p.payload), len(p.tags)), Wrong: foreign},
		p.tagLine(), p.payloadLine(), p.statementLine(), p.signatureLine(trust))
	if p.keyID != "" {
		o.signed = byInside
		if len(trust.Keys) > 0 {
			o.signed = byTrusted
		}
	}
	if p.tags[TokenFile] != nil {
		o.Lines = append(o.Lines, p.tokenLine(trust))
	}
	o.Lines = append(o.Lines, p.reportLine())
	if p.statement != nil {
		o.Lines = append(o.Lines, p.placeLine())
	}
	return p, o, nil
}

// tagLine holds the tag files against their manifest.
func (p *opened) tagLine() Line {
	l := Line{About: "tags"}
	listed, err := parseManifest(p.tags[TagManifestFile])
	if err != nil {
		l.Wrong = append(l.Wrong, TagManifestFile+": "+err.Error())
		return l
	}
	for _, name := range slices.Sorted(maps.Keys(listed)) {
		switch text, ok := p.tags[name]; {
		case !ok:
			l.Wrong = append(l.Wrong, fmt.Sprintf("%s: is listed in %s and missing", name, TagManifestFile))
		case digestOf(text) != listed[name]:
			l.Wrong = append(l.Wrong, changed(name, digestOf(text), listed[name], TagManifestFile))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.tags)) {
		if listed[name] == "" && name != TagManifestFile {
			l.Wrong = append(l.Wrong, fmt.Sprintf("%s: is not listed in %s", name, TagManifestFile))
		}
	}
	if got := string(p.tags[BagFile]); got != bagText {
		l.Wrong = append(l.Wrong, BagFile+": is not that of a bag of version 1.0")
	}
	l.Text = fmt.Sprintf("%d files with the digests of %s", len(listed), TagManifestFile)
	return l
}

// payloadLine holds the payload against its manifest.
func (p *opened) payloadLine() Line {
	l := Line{About: "payload"}
	listed, err := parseManifest(p.tags[ManifestFile])
	if err != nil {
		l.Wrong = append(l.Wrong, ManifestFile+": "+err.Error())
		return l
	}
	for _, name := range slices.Sorted(maps.Keys(listed)) {
		switch f, ok := p.payload[name]; {
		case !ok:
			l.Wrong = append(l.Wrong, fmt.Sprintf("%s: is listed in %s and missing", name, ManifestFile))
		case f.sha256 != listed[name]:
			l.Wrong = append(l.Wrong, changed(name, f.sha256, listed[name], ManifestFile))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.payload)) {
		if listed[name] == "" {
			l.Wrong = append(l.Wrong, fmt.Sprintf("%s: is not listed in %s", name, ManifestFile))
		}
	}
	l.Text = fmt.Sprintf("%d files, %d bytes, with the digests of %s", len(listed), p.size(), ManifestFile)
	return l
}

func (p *opened) size() (n int64) {
	for _, f := range p.payload {
		n += f.size
	}
	return n
}

func changed(name, is, said, by string) string {
	return fmt.Sprintf("%s: was changed: its SHA-256 is %s, %s says %s", name, short(is), by, short(said))
}

// statementLine reads the statement, and holds the rest of the bag against it.
func (p *opened) statementLine() Line {
	l := Line{About: "statement"}
	say := func(name, format string, args ...any) {
		l.Wrong = append(l.Wrong, name+": "+fmt.Sprintf(format, args...))
	}
	_, inside, keyID, err := openEnvelope(p.tags[EnvelopeFile])
	switch {
	case err != nil:
		say(EnvelopeFile, "is damaged: %v", err)
	case !bytes.Equal(inside, p.tags[StatementFile]):
		say(StatementFile, "is not the statement in %s", EnvelopeFile)
	}
	p.keyID = keyID
	if p.statement, err = readStatement(p.tags[StatementFile]); err != nil {
		p.statement = nil
		say(StatementFile, "is damaged: %v", err)
		return l
	}
	s := p.statement
	if !bytes.Equal(s.info(), p.tags[InfoFile]) {
		say(InfoFile, "is not what the statement says")
	}
	if n := p.size(); n != s.Predicate.PayloadBytes {
		say(StatementFile, "says that the payload has %d bytes; it has %d", s.Predicate.PayloadBytes, n)
	}
	if listed, err := parseManifest(p.tags[ManifestFile]); err == nil && !bytes.Equal(s.manifest(), p.tags[ManifestFile]) {
		say(ManifestFile, "is not what the statement says")
		for _, f := range s.Subject {
			if d := f.Digest[algorithm]; listed[f.Name] != d {
				say(f.Name, "has SHA-256 %s by the statement, not %q as %s says", short(d), short(listed[f.Name]), ManifestFile)
			}
			delete(listed, f.Name)
		}
		for _, name := range slices.Sorted(maps.Keys(listed)) {
			say(name, "is not named by the statement")
		}
	}
	l.Text = fmt.Sprintf("names all %d files; %s and %s follow from it", len(s.Subject), ManifestFile, InfoFile)
	return l
}

// signatureLine holds the envelope against the trusted keys, or the one inside.
func (p *opened) signatureLine(trust Trust) Line {
	l := Line{About: "signature"}
	e, _, keyID, err := openEnvelope(p.tags[EnvelopeFile])
	if err != nil {
		l.Wrong = append(l.Wrong, EnvelopeFile+": is damaged, so no signature can be looked at")
		return l
	}
	inside := p.tags[KeyFile]
	if keyID == "" {
		l.Note = "NOT SIGNED: anybody could have written this pack"
		if inside != nil {
			l.Wrong = append(l.Wrong, EnvelopeFile+": is not signed, though there is a "+KeyFile)
		}
		if len(trust.Keys) > 0 {
			l.Wrong = append(l.Wrong, EnvelopeFile+": is not signed, and a key was given to hold it against")
		}
		return l
	}
	key, err := ParsePublicKey(inside)
	switch {
	case inside == nil:
		l.Wrong = append(l.Wrong, KeyFile+": is missing")
		return l
	case err != nil:
		l.Wrong = append(l.Wrong, KeyFile+": "+err.Error())
		return l
	case key.ID() != keyID || !bytes.Equal(key.pem(), inside):
		l.Wrong = append(l.Wrong, fmt.Sprintf("%s: is key %s; the envelope was signed by key %s", KeyFile, short(key.ID()), short(keyID)))
	}
	if err := key.check(e); err != nil {
		l.Wrong = append(l.Wrong, EnvelopeFile+": "+err.Error())
		return l
	}
	l.Text = "ECDSA P-256 by key " + keyID
	if len(trust.Keys) == 0 {
		l.Note = "the signature is by the key inside the pack; give -key to hold it against one you trust"
		return l
	}
	if !slices.ContainsFunc(trust.Keys, func(k *PublicKey) bool { return k.ID() == key.ID() }) {
		l.Wrong = append(l.Wrong, fmt.Sprintf("%s: was signed by key %s, which is not one that you trust", EnvelopeFile, keyID))
	}
	l.Text = l.Text + ", which you trust"
	return l
}

func (p *opened) tokenLine(trust Trust) Line {
	l := Line{About: "timestamp"}
	t, err := readToken(p.tags[TokenFile], p.tags[EnvelopeFile])
	if err != nil {
		l.Wrong = append(l.Wrong, TokenFile+": "+err.Error())
		return l
	}
	at := t.Time.Format("2006-01-02T15:04:05Z")
	l.Text = "this envelope existed at " + at
	if t.Signer != "" {
		l.Text = fmt.Sprintf("this envelope existed at %s, says %s", at, t.Signer)
	}
	switch {
	case trust.Authorities != nil:
		if err := t.trusted(trust.Authorities); err != nil {
			l.Wrong = append(l.Wrong, TokenFile+": "+err.Error())
		}
		l.Text = l.Text + ", which you trust"
	case t.Signer == "":
		l.Note = "the token carries no certificate, so its signature was not looked at; `openssl ts -verify` can"
	default:
		l.Note = "anybody can be an authority; give -tsa to hold this one against the root that you trust"
	}
	return l
}

// reportLine holds the report inside against its own manifest, and what the
// statement says of the run against the report.
func (p *opened) reportLine() Line {
	dir := filepath.Join(p.dir, payload)
	m, l := reportLine(dir)
	for i, w := range l.Wrong {
		l.Wrong[i] = payload + "/" + w
	}
	if m == nil || p.statement == nil {
		return l
	}
	s, err := describe(dir, m)
	if err != nil {
		l.Wrong = append(l.Wrong, err.Error())
		return l
	}
	s.Predicate.Sequence, s.Predicate.Previous = p.statement.Predicate.Sequence, p.statement.Predicate.Previous
	for _, field := range differing(&s.Predicate, &p.statement.Predicate) {
		l.Wrong = append(l.Wrong, fmt.Sprintf("%s: its %s is not the report's", StatementFile, field))
	}
	return l
}

// differing names the fields in which two predicates differ.
func differing(a, b *Predicate) (names []string) {
	x, y := fields(a), fields(b)
	for _, name := range slices.Sorted(maps.Keys(x)) {
		if x[name] != y[name] {
			names = append(names, name)
		}
	}
	return names
}

func fields(p *Predicate) map[string]string {
	raw, err := json.Marshal(p)
	m := map[string]json.RawMessage{}
	if err = errors.Join(err, json.Unmarshal(raw, &m)); err != nil {
		panic("pack: " + err.Error()) // it was read from JSON
	}
	out := map[string]string{}
	for name, v := range m {
		out[name] = string(v)
	}
	return out
}

// placeLine says where in its chain the pack is; the chain itself is looked at
// when all packs are.
func (p *opened) placeLine() Line {
	l := Line{About: "chain"}
	if prev := p.statement.Predicate.Previous; prev != nil {
		l.Text = fmt.Sprintf("pack %d, after the one with envelope %s", p.statement.Predicate.Sequence, prev.Envelope)
	} else {
		l.Text = "pack 1, the first"
	}
	return l
}
