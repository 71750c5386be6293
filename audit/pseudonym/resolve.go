package pseudonym

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/features"
)

// LeastDigits is how many digits of a pseudonym stand for it at least.
const LeastDigits = 8

// Match is an id of the export whose pseudonym was asked for.
type Match struct {
	Pseudonym     string // all of it
	Table, Column string // the first of the contract that has it
	ID            string
}

// IsPseudonym reports whether s can be a pseudonym or the beginning of one, and
// returns its digits: what stands in a report after a # or / is no part of it.
func IsPseudonym(s string) (digits string, ok bool) {
	if i := strings.IndexAny(s, "#/"); i >= 0 {
		s = s[:i]
	}
	s = strings.ToLower(s)
	return s, len(s) >= LeastDigits && len(s) <= 32 && strings.Trim(s, "0123456789abcdef") == ""
}

// Resolver returns a check that hashes every id of the export and calls found
// with those whose pseudonyms begin with what is asked for, by pseudonym. It has
// no cases.
func Resolver(key *Key, asked []string, found func([]Match)) *audit.Check {
	var needs []audit.TableNeed
	for _, t := range features.Schema {
		n := audit.TableNeed{Table: t.Name, IfPresent: true}
		for _, c := range t.Columns {
			if isID(c) {
				n.Optional = append(n.Optional, audit.Want{Column: c.Name})
			}
		}
		needs = append(needs, n)
	}
	wanted := map[uint32][]string{}
	for _, a := range asked {
		first, err := hex.DecodeString(a[:LeastDigits])
		if err != nil {
			panic("pseudonym: " + err.Error()) // IsPseudonym was not asked
		}
		k := binary.BigEndian.Uint32(first)
		wanted[k] = append(wanted[k], a)
	}
	return &audit.Check{
		Name: "resolve", Title: audit.T("resolve", "还原"), Doc: "resolve\n\nfinds the ids of pseudonyms", DocZh: "还原\n\n由假名查找编号", Chapter: "ingest",
		Needs: audit.Needs{Tables: needs},
		New: func(env *audit.Env) (audit.State, error) {
			return &resolver{env: env, mac: hmac.New(sha256.New, key.secret), wanted: wanted, found: found, seen: map[string]Match{}}, nil
		},
		Conclude: func(*audit.Env, []audit.Case, []audit.Metric) []audit.Finding { return nil },
	}
}

// isID reports whether a column of the contract holds ids: texts to customers
// are opaque too.
func isID(c features.Column) bool {
	return c.Kind == features.Opaque && strings.HasSuffix(c.Name, "_id")
}

// resolver keeps what it found by id.
type resolver struct {
	env    *audit.Env
	mac    hash.Hash
	wanted map[uint32][]string
	found  func([]Match)
	seen   map[string]Match
	rows   int64
	sum    []byte
}

func (r *resolver) Update(b *features.Batch) {
	r.rows += int64(b.N)
	for c, s := range r.env.Layouts[b.Table].Specs {
		v := &b.Cols[c]
		if v.Kind != features.Opaque || !v.Present || v.Unread() {
			continue
		}
		var last []byte
		for i := range b.N {
			id := v.Opaque(i)
			if len(id) == 0 || slices.Equal(id, last) {
				continue
			}
			last = id
			r.mac.Reset()
			r.mac.Write(id)
			r.sum = r.mac.Sum(r.sum[:0])
			prefixes := r.wanted[binary.BigEndian.Uint32(r.sum)]
			if prefixes == nil {
				continue
			}
			p := hex.EncodeToString(r.sum[:16])
			if slices.ContainsFunc(prefixes, func(a string) bool { return strings.HasPrefix(p, a) }) {
				r.put(Match{p, b.Table, s.Name, string(id)})
			}
		}
	}
}

func (r *resolver) put(m Match) {
	if old, ok := r.seen[m.ID]; !ok || place(m) < place(old) {
		r.seen[m.ID] = m
	}
}

// place is where the contract has a match's column.
func place(m Match) int {
	n := 0
	for _, t := range features.Schema {
		for _, c := range t.Columns {
			if n++; t.Name == m.Table && c.Name == m.Column {
				return n
			}
		}
	}
	return n
}

func (r *resolver) Merge(o audit.State) {
	other := o.(*resolver)
	r.rows += other.rows
	for _, m := range other.seen { // any order: the least place stays
		r.put(m)
	}
}

func (r *resolver) Finish(res *audit.Result) {
	r.found(r.list())
	res.Coverage = append(res.Coverage, audit.Coverage{Check: "resolve", RowsIn: r.rows, Judged: r.rows})
}

func (r *resolver) list() []Match {
	var out []Match
	for _, m := range r.seen {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.Pseudonym, b.Pseudonym), cmp.Compare(a.ID, b.ID))
	})
	return out
}

type resolverData struct {
	Rows int64
	Seen []Match
}

func (r *resolver) MarshalBinary() ([]byte, error) {
	return json.Marshal(resolverData{r.rows, r.list()})
}

func (r *resolver) UnmarshalBinary(data []byte) error {
	var d resolverData
	if err := json.Unmarshal(data, &d); err != nil {
		return fmt.Errorf("resolver: %w", err)
	}
	r.rows, r.seen = d.Rows, map[string]Match{}
	for _, m := range d.Seen {
		r.seen[m.ID] = m
	}
	return nil
}
