package pack

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"evenhand/reports"
)

// What a statement says of its own form. A change of what a field means gets
// another PredicateType; fields may be added.
const (
	StatementType = "https://in-toto.io/Statement/v1"
	PredicateType = "urn:evenhand:evidence-pack:v1"
	payloadType   = "application/vnd.in-toto+json"
	algorithm     = "sha256"
)

// Statement is what a pack attests: an in-toto Statement v1.
type Statement struct {
	Type          string    `json:"_type"`
	Subject       []Subject `json:"subject"` // every payload file, by name
	PredicateType string    `json:"predicateType"`
	Predicate     Predicate `json:"predicate"`
}

// Subject is one payload file, named from the top of the pack.
type Subject struct {
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest"` // sha256
}

// Predicate is what the run was: everything that went in, by digest, and how
// much of it was judged.
type Predicate struct {
	Sequence int       `json:"sequence"` // 1, 2, … in its chain
	Previous *Previous `json:"previous"` // null for the first

	ResultDigest string          `json:"result_sha256"`
	PayloadBytes int64           `json:"payload_bytes"`
	Binary       string          `json:"binary"` // build info of the command that wrote the report
	IDs          IDs             `json:"ids"`
	Plan         Named           `json:"plan"`
	Policies     *Named          `json:"policies"` // null: none were replayed
	Models       json.RawMessage `json:"models"`   // as in the report's manifest
	DataDigest   string          `json:"data_sha256"`
	Inputs       json.RawMessage `json:"inputs"` // tables with their files: size, digest, rows, row groups
	Counts       Counts          `json:"counts"`
}

// Previous names the pack before.
type Previous struct {
	Sequence int    `json:"sequence"`
	Envelope string `json:"envelope_sha256"`
}

// IDs says in what form ids of people are in the report: plain, keyed (HMAC
// under the lender's key, which KeyID names), or derived (under a key nobody
// keeps).
type IDs struct {
	Mode  string `json:"mode"`
	KeyID string `json:"key_id"`
}

// Named is a file by name and content.
type Named struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// Counts are rows, cells and numbers, over all tables and checks.
type Counts struct {
	Read       int64 `json:"rows_read"`
	Judged     int64 `json:"rows_judged"`
	Refused    int64 `json:"cells_refused"`
	Suppressed int64 `json:"metrics_suppressed"`
	Findings   int64 `json:"findings"`
}

// describe makes the statement of a report that holds, still without a place in a chain.
func describe(dir string, m *reports.Manifest) (*Statement, error) {
	var from struct {
		IDs      *IDs            `json:"ids"`
		Plan     Named           `json:"plan"`
		Policies *Named          `json:"policies"`
		Models   json.RawMessage `json:"models"`
		Inputs   json.RawMessage `json:"tables"`
	}
	raw, err := os.ReadFile(filepath.Join(dir, reports.ManifestFile))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &from); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, reports.ManifestFile), err)
	}
	s := &Statement{Type: StatementType, PredicateType: PredicateType}
	p := &s.Predicate
	p.ResultDigest, p.DataDigest, p.Binary = m.ResultDigest, m.DataDigest, m.Binary
	p.Plan, p.Policies, p.Models, p.Inputs = from.Plan, from.Policies, from.Models, from.Inputs
	p.IDs = IDs{Mode: "plain"}
	if from.IDs != nil {
		p.IDs = *from.IDs
	}
	if p.IDs.Mode == "derived" {
		return nil, fmt.Errorf("%s: %w: its ids are pseudonyms under a key made from the export itself, which nobody keeps; set EVENHAND_ID_KEY and audit again, or write `privacy: {ids: plain}` into the plan", dir, ErrIDs)
	}
	if p.Counts, err = countsOf(dir); err != nil {
		return nil, err
	}
	for _, f := range m.Files {
		s.add(f.Name, f.Size, f.SHA256)
	}
	s.add(reports.ManifestFile, int64(len(raw)), digestOf(raw))
	s.sort()
	return s, nil
}

func (s *Statement) add(name string, size int64, sha256 string) {
	s.Subject = append(s.Subject, Subject{payload + "/" + name, map[string]string{algorithm: sha256}})
	s.Predicate.PayloadBytes += size
}

// countsOf reads the counts from the report's summary; a report without one
// has none.
func countsOf(dir string) (c Counts, err error) {
	path := filepath.Join(dir, "summary.json")
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	var summary struct {
		Counts
		Tests struct {
			Suppressed int64 `json:"suppressed"`
		} `json:"tests"`
		Findings []struct{} `json:"findings"`
	}
	if err := json.Unmarshal(raw, &summary); err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	c = summary.Counts
	c.Suppressed, c.Findings = summary.Tests.Suppressed, int64(len(summary.Findings))
	return c, nil
}

// encode is the one text of a statement: two spaces, one newline at the end.
func encode(s *Statement) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(s)
	return b.Bytes(), err
}

// decode reads JSON of which nothing may be left over.
func decode(raw []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("there is something after its end")
	}
	return nil
}

// readStatement reads a statement of the form that this package writes.
func readStatement(raw []byte) (*Statement, error) {
	s := &Statement{}
	if err := decode(raw, s); err != nil {
		return nil, err
	}
	p := &s.Predicate
	switch {
	case s.Type != StatementType:
		return nil, fmt.Errorf("its _type is %q, not %s", s.Type, StatementType)
	case s.PredicateType != PredicateType:
		return nil, fmt.Errorf("its predicateType is %q; this version of evenhand knows %s", s.PredicateType, PredicateType)
	case p.Sequence < 1:
		return nil, fmt.Errorf("its sequence is %d; a chain begins with 1", p.Sequence)
	case (p.Previous == nil) != (p.Sequence == 1):
		return nil, fmt.Errorf("its sequence is %d, which doesn't go with what it says of a previous pack", p.Sequence)
	case p.Previous != nil && (p.Previous.Sequence != p.Sequence-1 || !isDigest(p.Previous.Envelope)):
		return nil, fmt.Errorf("pack %d names pack %d, envelope %q, as the previous one", p.Sequence, p.Previous.Sequence, p.Previous.Envelope)
	case !isDigest(p.ResultDigest):
		return nil, fmt.Errorf("result_sha256 %q is no SHA-256", p.ResultDigest)
	case len(s.Subject) == 0:
		return nil, errors.New("it names no file")
	}
	last := ""
	for _, f := range s.Subject {
		name, inside := strings.CutPrefix(f.Name, payload+"/")
		if !inside || !isName(name) {
			return nil, fmt.Errorf("it names %q, which is no file of the payload", f.Name)
		}
		if len(f.Digest) != 1 || !isDigest(f.Digest[algorithm]) {
			return nil, fmt.Errorf("%s: its digest is to be one SHA-256", f.Name)
		}
		if f.Name <= last {
			return nil, fmt.Errorf("%s: is named twice or out of order", f.Name)
		}
		last = f.Name
	}
	return s, nil
}

func isDigest(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == 32 && strings.ToLower(s) == s
}

// isName reports whether a file of the payload may be called so.
func isName(s string) bool {
	return s != "" && s != "." && s != ".." && !strings.ContainsAny(s, "/\\\x00")
}
