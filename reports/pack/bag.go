package pack

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

const bagText = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

// tag is a tag file.
type tag struct {
	name string
	text []byte
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func (s *Statement) sort() {
	slices.SortFunc(s.Subject, func(a, b Subject) int { return cmp.Compare(a.Name, b.Name) })
}

// info is the text of bag-info.txt. It follows from the statement, so that the
// signature is over it too. There is no Bagging-Date: the clock has no say.
func (s *Statement) info() []byte {
	p := &s.Predicate
	return fmt.Appendf(nil, "External-Identifier: sha256:%s\nInternal-Sender-Identifier: evenhand pack %d\nPayload-Oxum: %d.%d\n",
		p.ResultDigest, p.Sequence, p.PayloadBytes, len(s.Subject))
}

// manifest is the text of manifest-sha256.txt, which follows from the statement.
func (s *Statement) manifest() []byte {
	var b bytes.Buffer
	for _, f := range s.Subject {
		writeLine(&b, f.Digest[algorithm], f.Name)
	}
	return b.Bytes()
}

// tagManifest is the text of tagmanifest-sha256.txt over the other tag files.
func tagManifest(tags []tag) []byte {
	sorted := slices.SortedFunc(slices.Values(tags), func(a, b tag) int { return cmp.Compare(a.name, b.name) })
	var b bytes.Buffer
	for _, t := range sorted {
		writeLine(&b, digestOf(t.text), t.name)
	}
	return b.Bytes()
}

// writeLine writes a line of a manifest, with the two spaces of sha256sum.
func writeLine(b *bytes.Buffer, digest, name string) {
	b.WriteString(digest)
	b.WriteString("  ")
	b.WriteString(escape.Replace(name))
	b.WriteByte('\n')
}

// escape is the encoding of names in manifests, RFC 8493 section 2.1.3.
var escape = strings.NewReplacer("%", "%25", "\n", "%0A", "\r", "%0D")

var unescape = strings.NewReplacer("%25", "%", "%0A", "\n", "%0a", "\n", "%0D", "\r", "%0d", "\r")

// parseManifest reads a manifest into digests by name. Names lead nowhere
// outside the pack, and none comes twice.
func parseManifest(text []byte) (map[string]string, error) {
	out := map[string]string{}
	if len(text) == 0 {
		return nil, errors.New("is empty")
	}
	if text[len(text)-1] != '\n' {
		return nil, errors.New("ends in the middle of a line")
	}
	for i, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		digest, name, ok := strings.Cut(line, "  ")
		if !ok || !isDigest(digest) {
			return nil, fmt.Errorf("line %d is no digest, two spaces and a name", i+1)
		}
		name = unescape.Replace(name)
		if base := strings.TrimPrefix(name, payload+"/"); !isName(base) {
			return nil, fmt.Errorf("line %d names %q, which is no file of the pack", i+1, name)
		}
		if out[name] != "" {
			return nil, fmt.Errorf("line %d names %q again", i+1, name)
		}
		out[name] = digest
	}
	return out, nil
}
