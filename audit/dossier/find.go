package dossier

import (
	"encoding/json"
	"maps"
	"slices"

	"evenhand/audit"
	"evenhand/features"
)

// Match is where an id was found.
type Match struct {
	Table, Column string
	Customer      string
}

// idColumns are the columns that an id is looked for in, in order of
// preference: what it most likely means first.
var idColumns = []struct{ table, column string }{
	{"decisions", "decision_id"}, {"limits", "event_id"}, {"limits", "account_id"}, {"decisions", "account_id"},
	{"decisions", "application_id"}, {"repayments", "loan_id"}, {"repayments", "account_id"},
	{"decisions", "customer_id"}, {"limits", "customer_id"}, {"repayments", "customer_id"},
}

// Finder returns a check that looks for an id among the rows of the export and
// calls found with what it means, nil when it is nowhere. It has no cases.
func Finder(id string, found func(*Match)) *audit.Check {
	need := func(table string, optional ...string) audit.TableNeed {
		n := audit.TableNeed{Table: table, IfPresent: true, Required: []string{"customer_id"}}
		for _, c := range optional {
			n.Optional = append(n.Optional, audit.Want{Column: c})
		}
		return n
	}
	return &audit.Check{
		Name: "find", Title: audit.T("find", "查找"), Doc: "find\n\nlooks for one id", DocZh: "查找\n\n查找一个编号", Chapter: "ingest",
		Needs: audit.Needs{Tables: []audit.TableNeed{
			need("decisions", "decision_id", "account_id", "application_id"),
			need("limits", "event_id", "account_id"),
			need("repayments", "loan_id", "account_id"),
		}},
		New: func(env *audit.Env) (audit.State, error) {
			return &finder{id: id, env: env, found: found, seen: map[[2]string]string{}}, nil
		},
		Conclude: func(*audit.Env, []audit.Case, []audit.Metric) []audit.Finding { return nil },
	}
}

// finder keeps, by table and column, the least customer that has the id.
type finder struct {
	id    string
	env   *audit.Env
	found func(*Match)
	seen  map[[2]string]string
	rows  int64
}

func (f *finder) Update(b *features.Batch) {
	f.rows += int64(b.N)
	l := f.env.Layouts[b.Table]
	customer := &b.Cols[l.Index("customer_id")]
	for _, c := range idColumns {
		if c.table != b.Table || l.Index(c.column) < 0 {
			continue
		}
		v := &b.Cols[l.Index(c.column)]
		for i := range b.N {
			if string(v.Opaque(i)) == f.id {
				f.put([2]string{c.table, c.column}, string(customer.Opaque(i)))
			}
		}
	}
}

func (f *finder) put(k [2]string, customer string) {
	if old, ok := f.seen[k]; !ok || customer < old {
		f.seen[k] = customer
	}
}

func (f *finder) Merge(o audit.State) {
	other := o.(*finder)
	f.rows += other.rows
	for _, k := range slices.SortedFunc(maps.Keys(other.seen), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		f.put(k, other.seen[k])
	}
}

func (f *finder) Finish(r *audit.Result) {
	var m *Match
	for _, c := range idColumns {
		if customer, ok := f.seen[[2]string{c.table, c.column}]; ok {
			m = &Match{c.table, c.column, customer}
			break
		}
	}
	f.found(m)
	r.Coverage = append(r.Coverage, audit.Coverage{Check: "find", RowsIn: f.rows, Judged: f.rows})
}

type finderData struct {
	Rows int64
	Seen [][3]string
}

func (f *finder) MarshalBinary() ([]byte, error) {
	d := finderData{Rows: f.rows}
	for _, c := range idColumns {
		if v, ok := f.seen[[2]string{c.table, c.column}]; ok {
			d.Seen = append(d.Seen, [3]string{c.table, c.column, v})
		}
	}
	return json.Marshal(d)
}

func (f *finder) UnmarshalBinary(data []byte) error {
	var d finderData
	if err := json.Unmarshal(data, &d); err != nil {
		return err
	}
	f.rows, f.seen = d.Rows, map[[2]string]string{}
	for _, s := range d.Seen {
		f.seen[[2]string{s[0], s[1]}] = s[2]
	}
	return nil
}
