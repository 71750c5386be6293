package driver_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/driver"
	"evenhand/features"
)

// walk is the smallest check of timelines: it writes down every customer, and
// every row of every table in the order given.
type walk struct {
	env  *audit.Env
	seen map[string]string // by customer
	out  *map[string]string
}

var walked = []string{"decisions", "repayments", "payments", "limits", "features"}

func (w *walk) Customer(t *audit.Timeline) {
	var s strings.Builder
	for _, name := range walked {
		rows := t.Of(name)
		for i := rows.Lo; i < rows.Hi; i++ {
			fmt.Fprintf(&s, "%s:", name)
			for c, spec := range w.env.Layouts[name].Specs {
				if v := &rows.Batch.Cols[c]; filled(v, i) && !v.IsNull(i) {
					fmt.Fprintf(&s, " %s=%s", spec.Name, show(v, i))
				}
			}
			if sc := rows.Batch.Scores; sc != nil {
				fmt.Fprintf(&s, " -> %d %v", sc.Model[i], sc.Score[i])
			}
			s.WriteString("\n")
		}
	}
	id := string(t.Customer)
	if w.seen[id] != "" {
		panic("customer " + id + " comes twice")
	}
	w.seen[id] = s.String()
}

func filled(v *features.Vector, i int) bool {
	return len(v.Codes) > i && v.Kind == features.Text || len(v.Floats) > i || len(v.Ints) > i || len(v.Offsets) > i
}

func show(v *features.Vector, i int) string {
	switch v.Kind {
	case features.Text:
		return v.Text(i)
	case features.Opaque:
		return string(v.Opaque(i))
	case features.Float:
		return fmt.Sprint(v.Floats[i])
	}
	return fmt.Sprint(v.Ints[i])
}

func (w *walk) Merge(o audit.State) {
	for id, s := range o.(*walk).seen {
		if w.seen[id] != "" {
			panic("customer " + id + " comes twice")
		}
		w.seen[id] = s
	}
}

func (w *walk) Finish(r *audit.Result) {
	*w.out = w.seen
	r.Coverage = append(r.Coverage, audit.Coverage{Check: "walk", Judged: 1})
}
func (w *walk) MarshalBinary() ([]byte, error)    { return json.Marshal(w.seen) }
func (w *walk) UnmarshalBinary(data []byte) error { return json.Unmarshal(data, &w.seen) }

// walkCheck needs every table as timelines, those with features with them.
func walkCheck(out *map[string]string) *audit.Check {
	c := &audit.Check{
		Name: "walk", Title: audit.T("walk", "走"), Doc: "walk\n\nwalks.", DocZh: "走\n\n走。", Chapter: "limits",
		New: func(e *audit.Env) (audit.State, error) {
			return &walk{env: e, seen: map[string]string{}, out: out}, nil
		},
		Conclude: func(*audit.Env, []audit.Case, []audit.Metric) []audit.Finding { return nil },
	}
	for _, name := range walked {
		c.Needs.Tables = append(c.Needs.Tables, audit.TableNeed{Table: name, IfPresent: true, Timeline: true, Features: name == "limits" || name == "features"})
	}
	return c
}

// follow runs walkCheck over tables in CSV.
func follow(t *testing.T, tables map[string]string, more, card string, opt driver.Options) map[string]string {
	t.Helper()
	var out map[string]string
	c := walkCheck(&out)
	text := "version: 1\nas_of: 2026-06-30\ntimezone: UTC\n" + more + "\ntables:\n"
	sources := map[string]features.Source{}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		text += fmt.Sprintf("  %s: {files: [%s.parquet]}\n", name, name)
		src, err := audittest.NewSource(name, tables[name], 37, 11)
		if err != nil {
			t.Fatal(err)
		}
		sources[name] = src
	}
	p, err := audit.ParsePlan("plan.yaml", []byte(text), []*audit.Check{c})
	if err != nil {
		t.Fatal(err)
	}
	models, err := p.LoadModels(func(string) ([]byte, error) { return []byte(card), nil })
	if err != nil {
		t.Fatal(err)
	}
	res, err := driver.Run(context.Background(), driver.Input{Plan: p, Checks: []*audit.Check{c}, Sources: sources, Models: models}, opt)
	if err != nil {
		t.Fatal(err)
	}
	if why := fmt.Sprint(res.Coverage[0].Why); strings.Contains(tables["payments"], "nobody's") != strings.Contains(why, "1 payments are of loans") {
		t.Errorf("the coverage says %s", why)
	}
	return out
}

// lifeTables are made-up rows of all tables, always the same, in the order that
// the seed gives.
func lifeTables(customers int, seed uint64) map[string]string {
	rng := rand.New(rand.NewPCG(1, 1))
	heads := map[string]string{
		"decisions":  "decision_id,application_id,customer_id,product,decided_at,outcome",
		"repayments": "loan_id,installment_no,customer_id,due_date,due_amount",
		"payments":   "payment_id,loan_id,paid_at,amount",
		"limits":     "event_id,account_id,customer_id,at,kind,limit_after",
		"features":   "customer_id,as_of",
	}
	rows := map[string][]string{}
	add := func(table, format string, args ...any) {
		rows[table] = append(rows[table], fmt.Sprintf(format, args...))
	}
	day := func() string { return fmt.Sprintf("2026-%02d-%02d", 1+rng.IntN(6), 1+rng.IntN(28)) }
	for c := range customers {
		for d := range rng.IntN(4) {
			add("decisions", "d%d-%d,a,c%d,cash,%s,approved", c, d, c, day())
			for n := range rng.IntN(5) {
				add("repayments", "l%d-%d,%d,c%d,%s,10000", c, d, n, c, day())
				add("payments", "p%d-%d-%d,l%d-%d,%s,10000", c, d, n, c, d, day())
			}
		}
		for e := range rng.IntN(5) {
			add("limits", "e%d-%d,acc%d,c%d,%s,evaluate,%d", c, e, c, c, day(), 1000*e)
			add("features", "c%d,%s", c, day())
		}
	}
	add("payments", "p,nobody's,2026-01-01,100")
	out := map[string]string{}
	order := rand.New(rand.NewPCG(seed, 2))
	for _, table := range walked {
		list := rows[table]
		order.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		out[table] = heads[table] + "\n" + strings.Join(list, "\n") + "\n"
	}
	return out
}

// TestTimelines: every customer comes once, with the same rows in the same
// order, whatever the workers, the limit and the order of the export.
func TestTimelines(t *testing.T) {
	const customers = 150
	want := follow(t, lifeTables(customers, 1), "", "", driver.Options{})
	if len(want) < customers*2/3 {
		t.Fatalf("%d customers", len(want))
	}
	rows := map[string]int{}
	for id, text := range want {
		last := ""
		for line := range strings.Lines(text) {
			table, _, _ := strings.Cut(line, ":")
			rows[table]++
			if table == "payments" && !strings.Contains(line, "loan_id=l"+id[1:]+"-") {
				t.Errorf("customer %s has the payment %s", id, line)
			}
			if table == "repayments" { // ordered by loan, number
				if line < last {
					t.Errorf("customer %s: %s after %s", id, line, last)
				}
				last = line
			}
		}
	}
	for table, text := range lifeTables(customers, 1) {
		n := strings.Count(text, "\n") - 1
		if table == "payments" {
			n-- // nobody's
		}
		if rows[table] != n {
			t.Errorf("%s: %d rows of %d", table, rows[table], n)
		}
	}
	for _, memory := range []int64{0, 1, 20_000} {
		for _, workers := range []int{1, 3} {
			got := follow(t, lifeTables(customers, uint64(memory)), "", "", driver.Options{Memory: memory, Workers: workers, TempDir: t.TempDir()})
			if !maps.Equal(got, want) {
				t.Errorf("memory %d, %d workers: other timelines", memory, workers)
			}
		}
	}
}
