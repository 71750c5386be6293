package dossier

import (
	"cmp"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/recourse"
	"evenhand/audit/replay"
	"evenhand/features"
)

// builder opens dossiers on timelines laid out as env says.
type builder struct {
	env     *audit.Env
	id      string
	match   *Match
	engines map[string]*replay.Engine

	searchers map[string]*recourse.Searcher // made when first needed
}

func newBuilder(env *audit.Env, id string, m *Match) (*builder, error) {
	b := &builder{env: env, id: id, match: m, engines: map[string]*replay.Engine{}, searchers: map[string]*recourse.Searcher{}}
	for _, table := range []string{"decisions", "limits"} {
		if env.Layouts[table] == nil {
			continue
		}
		e, err := replay.New(env, table, false)
		if err != nil {
			return nil, err
		}
		b.engines[table] = e
	}
	return b, nil
}

// build opens the dossier of a customer.
func (b *builder) build(t *audit.Timeline) *Dossier {
	d := &Dossier{ID: b.id, Table: b.match.Table, Column: b.match.Column, Customer: string(t.Customer)}
	b.ids(d, t)
	for _, table := range []string{"decisions", "limits"} {
		rows := t.Of(table)
		for i := rows.Lo; i < rows.Hi; i++ {
			if b.concerns(table, rows.Batch, i) {
				d.Decisions = append(d.Decisions, b.decision(table, rows.Batch, i))
			}
		}
	}
	slices.SortStableFunc(d.Decisions, func(x, y Decision) int {
		return cmp.Or(cmp.Compare(y.asked(), x.asked()), cmp.Compare(y.At, x.At), cmp.Compare(x.Key, y.Key))
	})
	for _, table := range []string{"decisions", "repayments", "payments", "limits"} {
		rows := t.Of(table)
		for i := rows.Lo; i < rows.Hi; i++ {
			d.Events = append(d.Events, b.event(table, rows.Batch, i)...)
		}
	}
	slices.SortStableFunc(d.Events, func(x, y audit.Event) int {
		return cmp.Or(cmp.Compare(x.At, y.At), cmp.Compare(x.What, y.What), cmp.Compare(x.Key, y.Key))
	})
	d.Steps = b.steps(t.Limits)
	return d
}

func (d *Decision) asked() int {
	if d.Asked {
		return 1
	}
	return 0
}

// concerns reports whether a row is one the dossier replays: the one asked
// for, or, when the id is of an account, loan or customer, every decision, and
// every evaluation.
func (b *builder) concerns(table string, batch *features.Batch, i int) bool {
	if table == "limits" && b.text(table, batch, "kind", i) != "evaluate" && b.text(table, batch, "event_id", i) != b.id {
		return false
	}
	if b.match.Column == "decision_id" || b.match.Column == "application_id" {
		return table == "decisions" && b.text(table, batch, b.match.Column, i) == b.id
	}
	if b.match.Column == "event_id" {
		return table == "limits" && b.text(table, batch, "event_id", i) == b.id
	}
	if b.match.Column == "account_id" {
		return b.text(table, batch, "account_id", i) == b.id
	}
	return true
}

func (b *builder) ids(d *Dossier, t *audit.Timeline) {
	add := func(to *[]string, v string) {
		if v != "" && !slices.Contains(*to, v) {
			*to = append(*to, v)
		}
	}
	for _, table := range []string{"decisions", "repayments", "limits"} {
		rows := t.Of(table)
		for i := rows.Lo; i < rows.Hi; i++ {
			add(&d.Accounts, b.text(table, rows.Batch, "account_id", i))
			if table == "repayments" {
				add(&d.Loans, b.text(table, rows.Batch, "loan_id", i))
			}
		}
	}
	slices.Sort(d.Accounts)
	slices.Sort(d.Loans)
}

// text is a Text or Opaque cell by column name, "" when there is none.
func (b *builder) text(table string, batch *features.Batch, column string, i int) string {
	c := b.env.Layouts[table].Index(column)
	if c < 0 || batch.Cols[c].Unread() {
		return ""
	}
	return b.value(&b.env.Layouts[table].Specs[c], &batch.Cols[c], i)
}

// number is an integer cell; ok is false when it is null.
func (b *builder) number(table string, batch *features.Batch, column string, i int) (int64, bool) {
	c := b.env.Layouts[table].Index(column)
	if c < 0 || batch.Cols[c].Unread() || batch.Cols[c].IsNull(i) {
		return 0, false
	}
	return batch.Cols[c].Ints[i], true
}

// decision replays one row.
func (b *builder) decision(table string, batch *features.Batch, i int) Decision {
	l := b.env.Layouts[table]
	d := Decision{Table: table, Key: b.text(table, batch, features.TableNamed(table).Key[0], i), Limit: -1, Now: -1, Next: -1}
	d.At, _ = b.number(table, batch, replay.Moments[table], i)
	d.Asked = d.Key == b.id || b.match.Column == "application_id" || b.match.Column == "account_id" && table == "limits"
	for c, s := range l.Specs {
		v := &batch.Cols[c]
		if strings.Contains(s.Name, ":") || v.Unread() || v.IsNull(i) {
			continue
		}
		d.Recorded = append(d.Recorded, audit.Item{Name: s.Name, Value: b.value(&s, v, i)})
	}
	row := batch.Slice(i, i+1)
	var one features.Batch
	one.Table = table
	one.Append(&row)
	one.Scores, one.Replay = row.Scores, row.Replay
	b.score(table, &one, &d)
	b.replay(table, &one, &d)
	d.Inputs = b.inputs(table, &one, &d)
	d.Reasons = b.reasons(table, &one, &d)
	return d
}
