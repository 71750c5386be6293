package recourse

import (
	"math"
	"testing"

	"evenhand/features"
)

const small = `evenhand: card
version: 1
target: bad
closed: left
characteristics:
  - {name: used, edges: [0.3, 0.6], points: [30, 10, 0], missing: 5}
  - {name: late, edges: [1, 3], points: [20, 10, 0], special: {-9: 4}, missing: 0}
  - {name: years, edges: [2], points: [0, 10], missing: 0}
`

const things = `dictionary:
  used: {good: lower, mutable: yes, step: 0.1, least: 0}
  late: {good: lower, mutable: slow, step: 1, least: 0}
  years: {good: higher, mutable: slow, step: 1, cost: 3}
  loans: {good: lower, mutable: yes, step: 1, least: 0}
  ratio: {good: lower, mutable: no, step: 1}
  nostep: {good: lower, mutable: yes}
`

// TestSearch: what is found of single rows, in words.
func TestSearch(t *testing.T) {
	const rules = `policies:
  - version: a
    missing: pass
    rules:
      - {id: loans, when: loans > 3}
      - {id: ratio, when: ratio > 0.5}
      - {id: hold, stage: fraud, when: flag == 1}
      - {id: cut, cutoff: {approve: 40}}
`
	const head = "decision_id,decided_at,used,late,years,loans,ratio,flag\n"
	for _, c := range []struct{ row, want string }{
		{"0.65,0,5,1,0,0", "used 0.65>0.55"},            // 0+20+10: one change, past the nearest edge
		{"0.35,2,1,1,0,0", "used 0.35>0.25"},            // 10+10+0: one change goes before two
		{"0.65,1,1,1,0,0", "used 0.65>0.25"},            // 0+10+0: one large change goes before two small ones
		{"0.65,,0,1,0,0", "used 0.65>0.25 years 0>2"},   // what is missing is not changed
		{"0.65,-9,0,1,0,0", "used 0.65>0.25 years 0>2"}, // nor is a code
		{"0.1,0,5,6,0,0", "loans 6>3"},                  // the knock-out alone
		{"0.65,0,5,6,0,0", "loans 6>3 used 0.65>0.55"},  // both
		{"0.65,3,0,6,0.9,0", "unreachable"},             // more than one thing in the way
		{"0.1,0,5,1,0.9,0", "unreachable"},              // by a rule that nobody can change
		{",,,6,0,0", "unreachable"},                     // nothing to change for the score
		{"0.1,0,5,1,0,1", "exempt"},                     // a hold
		{"0.65,0,5,1,0,1", "exempt"},
		{"0.65,0,5,6,0,1", "exempt"}, // a hold behind what could be changed
	} {
		w := open(t, things+rules, small, "decisions", head+"d1,2026-01-01,"+c.row+"\n", "used", "late", "years", "loans", "ratio", "flag")
		got := w.search(t, Limits{})
		if r, ok := got[0]; !ok || r.String() != c.want {
			t.Errorf("%s: %v, want %s", c.row, got, c.want)
		}
	}
}

// TestLimit: a limit that stays is raised by what bound it.
func TestLimit(t *testing.T) {
	const rules = `policies:
  - version: a
    limit: {min_of: [{id: band, matrix: {rows: {cuts: [40, 55]}, cells: [[1000], [3000], [9000]]}}, {id: loans, value: "12000.0 - loans * 2000.0"}], step: 500}
    ladder: {when: "ratio < 0.5 && loans < 6", factor: 4, missing: raise}
`
	const head = "event_id,account_id,customer_id,at,kind,limit_before,used,late,years,loans,ratio,product\n"
	for _, c := range []struct{ row, want string }{
		{"100000,0.65,0,5,1,0", "used 0.65>0.55"},                     // the band
		{"300000,0.35,0,1,5,0", "loans 5>4 used 0.35>0.25 years 1>2"}, // the term and the band
		{"100000,0.1,0,5,6,0", "loans 6>5"},                           // the conditions
		{"100000,0.65,0,5,1,0.9", "unreachable"},                      // conditions out of reach
		{"900000,0.1,0,5,0,0", "unreachable"},                         // the highest band
	} {
		w := open(t, things+rules, small, "limits", head+"e1,a,c,2026-01-01,evaluate,"+c.row+",line\n", "used", "late", "years", "loans", "ratio")
		if w.batch.Replay.Limit[0] < 0 {
			t.Fatalf("%s: no limit", c.row)
		}
		s := New(w.engine(t), w.env, "limits", Limits{Rows: 20000})
		now := w.batch.Cols[w.env.Layouts["limits"].Index("limit_before")].Ints[0]
		s.Search(w.batch, []int32{0}, []int64{now}, func(_ int, r *Result) {
			if r.String() != c.want {
				t.Errorf("%s: %s, want %s", c.row, r, c.want)
			}
		})
	}
}

// TestBudget: a search of a model that is no sum stops at its budget and says
// so.
func TestBudget(t *testing.T) {
	const rules = "policies: [{version: a, missing: pass, rules: [{id: cut, cutoff: {approve: 55}}]}]\n"
	const row = "decision_id,decided_at,used,late,years\nd1,2026-01-01,0.65,2,1\n"
	for _, c := range []struct {
		rows   int
		want   string
		proved bool
	}{{1000, "late 2>0 used 0.65>0.25 years 1>2", true}, {24, "late 2>0 used 0.65>0.25 years 1>2?", false}, {2, "late 2>0 used 0.65>0.25 years 1>2?", false}} {
		w := open(t, things+rules, small, "decisions", row, "used", "late", "years")
		w.env.Models[0].Model = noSum(w.env.Models[0].Model)
		r := w.search(t, Limits{Rows: c.rows})[0]
		if r.String() != c.want || r.Proved != c.proved {
			t.Errorf("%d rows: %s (%+v)", c.rows, r, r)
		}
	}
}

func TestLever(t *testing.T) {
	down := lever{low: 0, high: 1, step: 0.1, grain: grain(0.1)}
	up := lever{up: true, low: math.Inf(-1), high: math.Inf(1), step: 0.25, grain: grain(0.25)}
	if x := down.at(0.7, 4); x != 0.3 {
		t.Errorf("0.7 less four tenths is %v", x)
	}
	for _, c := range []struct {
		what      string
		got, want int32
	}{
		{"most", down.most(0.7), 7}, {"most of a code", down.most(-9), 0}, {"most of nothing", down.most(math.NaN()), 0},
		{"most at the end", down.most(0), 0}, {"most beyond the other end", down.most(3), 0}, {"most without an end", up.most(1), 1 << 30},
		{"reach on a cut", down.reach(0.7, 0.3, false, 7), 4}, {"reach beyond it", down.reach(0.7, 0.3, true, 7), 5},
		{"reach past the end", down.reach(0.7, -1, false, 7), 8}, {"reach what is there", down.reach(0.7, 0.9, false, 7), 0},
		{"reach upwards", up.reach(1, 2.1, false, 100), 5}, {"reach nothing", up.reach(1, math.NaN(), false, 100), 101},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", c.what, c.got, c.want)
		}
	}
	for _, c := range []struct{ k, lo, hi int32 }{{0, 0, 3}, {3, 0, 3}, {4, 4, 4}, {5, 5, 7}} {
		if lo, hi := down.cell(0.7, c.k, 7, []float64{0.3, 2}); lo != c.lo || hi != c.hi {
			t.Errorf("cell of %d: %d to %d", c.k, lo, hi)
		}
	}
}

// Rows without anything that can be changed are out of reach, and say why.
func TestNoLever(t *testing.T) {
	w := open(t, "dictionary: {used: {good: lower, mutable: no, step: 1}}\npolicies: [{version: a, rules: [{id: cut, cutoff: {approve: 90}}]}]\n", small, "decisions",
		"decision_id,decided_at,used,late,years\nd1,2026-01-01,0.65,2,1\n")
	s := New(w.engine(t), w.env, "decisions", Limits{})
	if len(s.Names()) != 0 {
		t.Errorf("levers %v", s.Names())
	}
	if o := w.batch.Replay.Outcome[0]; features.Outcomes[o] != "denied" {
		t.Fatal(o)
	}
	s.Search(w.batch, []int32{0}, nil, func(_ int, r *Result) {
		if r.Status != Unreachable || r.Rule != 0 || !r.Proved {
			t.Errorf("%+v", r)
		}
	})
}
