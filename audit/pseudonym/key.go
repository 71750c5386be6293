// Package pseudonym takes persons out of a result: ids become keyed pseudonyms,
// and so do texts that too few rows have.
//
// A pseudonym is the first 128 bits of HMAC-SHA-256 under a key of the lender's.
// Hashes without a key could be enumerated.
package pseudonym

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
)

// How ids leave in a report.
const (
	Plain   = "plain"   // as the export has them
	Keyed   = "keyed"   // under the lender's key: the same in every report
	Derived = "derived" // under a key made of the export: they hold for it alone
)

// IDs says how ids leave in a report, and under which key.
type IDs struct {
	Mode  string `json:"mode"`
	KeyID string `json:"key_id,omitempty"`
}

// Key makes pseudonyms. It never leaves the process.
type Key struct {
	mode   string
	secret []byte
}

// least is the bytes that a lender's key has at least.
const least = 16

// ParseKey reads a key in hex or base64. The error never quotes it.
func ParseKey(text string) (*Key, error) {
	text = strings.TrimSpace(text)
	secret, err := hex.DecodeString(text)
	if err != nil {
		secret, err = base64.StdEncoding.DecodeString(text)
	}
	if err != nil {
		secret, err = base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	}
	switch {
	case err != nil:
		return nil, errors.New("the key is neither hex nor base64; make one by: openssl rand -hex 32")
	case len(secret) < least:
		return nil, errors.New("the key is shorter than 16 bytes; make one by: openssl rand -hex 32")
	}
	return &Key{Keyed, secret}, nil
}

// Derive makes the key of an export from the seeds of its files, by table. The
// order and the names of a table's files make no difference.
func Derive(seeds map[string][][]byte) *Key {
	tables := make([]string, 0, len(seeds))
	for t := range seeds {
		tables = append(tables, t)
	}
	slices.Sort(tables)
	h := sha256.New()
	h.Write([]byte("evenhand derived key\x00"))
	for _, t := range tables {
		h.Write([]byte(t + "\x00"))
		files := slices.Clone(seeds[t])
		slices.SortFunc(files, slices.Compare)
		for _, f := range files {
			sum := sha256.Sum256(f)
			h.Write(sum[:])
		}
	}
	return &Key{Derived, h.Sum(nil)}
}

// IDs says how ids leave under k; a nil key leaves them plain.
func (k *Key) IDs() IDs {
	if k == nil {
		return IDs{Mode: Plain}
	}
	h := sha256.New()
	h.Write([]byte("evenhand key id"))
	h.Write(k.secret)
	return IDs{k.mode, hex.EncodeToString(h.Sum(nil)[:4])}
}

// Of returns the pseudonym of an id: 32 digits in hex, "" for "".
func (k *Key) Of(id string) string { return k.sum("", id) }

func (k *Key) sum(domain, s string) string {
	if s == "" {
		return ""
	}
	h := hmac.New(sha256.New, k.secret)
	h.Write([]byte(domain))
	h.Write([]byte(s))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// rare stands for a text that too few rows have. One of no letters tells
// nothing, and stays.
func (k *Key) rare(s string) string {
	if s == "" {
		return ""
	}
	return "(rare " + k.sum("text\x00", s)[:8] + ")"
}
