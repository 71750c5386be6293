package driver_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/driver"
	"evenhand/features"
)

// scoreReader notes what recomputed scores it is given, and reads twice.
type scoreReader struct {
	sum
	seen *seen
	pass int
}

type seen struct {
	scores, probabilities [3]int // rows, by pass
	score                 []float64
}

func (s *scoreReader) Update(b *features.Batch) {
	s.sum.Update(b)
	if b.Scores != nil {
		s.seen.scores[s.pass] += len(b.Scores.Score)
		s.seen.probabilities[s.pass] += len(b.Scores.Probability)
		s.seen.score = append(s.seen.score, b.Scores.Score...)
	}
}

func (s *scoreReader) Merge(o audit.State) { s.sum.Merge(&o.(*scoreReader).sum) }

func (s *scoreReader) Reread() func() audit.RowState {
	return func() audit.RowState { return &scoreReader{sum{col: s.col}, s.seen, 2} }
}

// TestScores: probabilities are computed only for those who read them, and
// scores in the first pass only; rows are scored by the model that they name.
func TestScores(t *testing.T) {
	var table strings.Builder
	table.WriteString("decision_id,application_id,customer_id,product,decided_at,outcome,latency_ms,model_version,x,pd\n")
	for i := range 20 { // batches of three: of one model, then of several
		fmt.Fprintf(&table, "d%d,a%d,c%d,cash,2026-01-01,approved,1,%s,%d,0.5\n", i, i, i, []string{"m1", "m2", "m3"}[max(0, i-9)%3], i)
	}
	const logistic = "evenhand: logistic\nversion: 1\ntarget: good\nintercept: %d\nnumeric: [{name: x, coef: 1}]\n"
	for _, c := range []struct {
		pd, output string
		want       int
	}{{"pd", "score", 20}, {"none", "score", 0}, {"none", "probability", 20}} {
		seen := &seen{}
		check := check(nil)
		check.Needs.Models = true
		check.Needs.Tables[0].Features = true
		check.Needs.Tables[0].Optional = []audit.Want{{Column: "pd", Probability: true}}
		check.New = func(e *audit.Env) (audit.State, error) {
			return &scoreReader{sum{col: e.Col("decisions", "latency_ms")}, seen, 1}, nil
		}
		p, err := audit.ParsePlan("plan.yaml", []byte(plan+"models: [{version: m1, file: '1'}, {version: m2, file: '2', output: "+c.output+"}]\n"), []*audit.Check{check})
		if err != nil {
			t.Fatal(err)
		}
		models, err := p.LoadModels(func(path string) ([]byte, error) {
			return fmt.Appendf(nil, logistic, 100*int(path[len(path)-1]-'0')), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		src, err := audittest.NewSource("decisions", strings.Replace(table.String(), ",pd\n", ","+c.pd+"\n", 1), 100, 3)
		if err != nil {
			t.Fatal(err)
		}
		res, err := driver.Run(context.Background(), driver.Input{
			Plan: p, Checks: []*audit.Check{check}, Models: models, Sources: map[string]features.Source{"decisions": src},
		}, driver.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if seen.scores != [3]int{0, 20, 0} || seen.probabilities != [3]int{0, c.want, 0} {
			t.Errorf("%+v: rows with scores %v, with probabilities %v", c, seen.scores, seen.probabilities)
		}
		for i, x := range seen.score {
			want := float64(i + 100*(1+max(0, i-9)%3))
			if named := max(0, i-9)%3 < 2; named && x != want || !named && x == x {
				t.Errorf("%+v: row %d has score %v", c, i, x)
			}
		}
		if fmt.Sprint(res.Scored) != "[13 4]" {
			t.Errorf("%+v: rows scored %v", c, res.Scored)
		}
	}
}

// keeper counts the batches whose columns it has to make anew.
type keeper struct {
	features.Source
	batches, made *int
}

func (k keeper) NewReader() features.Reader { return keeperReader{k.Source.NewReader(), k} }

type keeperReader struct {
	features.Reader
	keeper
}

func (r keeperReader) Next(b *features.Batch) (bool, error) {
	*r.batches++
	had := len(b.Cols)
	more, err := r.Reader.Next(b)
	if more && had != len(b.Cols) {
		*r.made++
	}
	return more, err
}

// TestColumnsAreKept: the reader gets the columns back that it filled, without
// the derived ones, since otherwise it would make them anew for every batch.
func TestColumnsAreKept(t *testing.T) {
	check := check(nil)
	check.Needs.Tables[0].Groups = true
	p, err := audit.ParsePlan("plan.yaml", []byte(plan+"groups: {age: {bands: [30], reference: '<30'}}\n"), []*audit.Check{check})
	if err != nil {
		t.Fatal(err)
	}
	src, err := audittest.NewSource("decisions", strings.ReplaceAll(strings.ReplaceAll(csv(20), ",approved,", ",approved,25,"), ",latency_ms", ",age,latency_ms"), 7, 3)
	if err != nil {
		t.Fatal(err)
	}
	k := keeper{src, new(int), new(int)}
	if _, err = driver.Run(context.Background(), driver.Input{
		Plan: p, Checks: []*audit.Check{check}, Sources: map[string]features.Source{"decisions": k},
	}, driver.Options{}); err != nil {
		t.Fatal(err)
	}
	if *k.batches < 8 || *k.made != 1 {
		t.Errorf("columns made %d times for %d batches", *k.made, *k.batches)
	}
}
