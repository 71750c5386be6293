package limit

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/driver"
	"evenhand/features"
)

// Where groups are dealt out at random, no more runs are flagged than the plan's
// alpha allows.
func TestParityUnderTheNull(t *testing.T) {
	const rounds = 100 // of each of the two checks
	for _, x := range []struct {
		check *audit.Check
		file  string
	}{{IncreaseParity, "testdata/increaseparity.txtar"}, {LimitParity, "testdata/limitparity.txtar"}} {
		ar, err := txtar.ParseFile(x.file)
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		for _, f := range ar.Files {
			files[f.Name] = string(f.Data)
		}
		plan, err := audit.ParsePlan("plan.yaml", []byte(files["plan.yaml"]), []*audit.Check{x.check})
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(1, 2))
		flagged, tests := 0, 0
		for range rounds {
			sources := map[string]features.Source{}
			for name, data := range files {
				table, ok := strings.CutSuffix(name, ".csv")
				if !ok {
					continue
				}
				if table == "decisions" {
					data = dealt(data, []string{"sex", "age"}, rng)
				}
				if sources[table], err = audittest.NewSource(table, data, 1<<20, 1<<20); err != nil {
					t.Fatal(err)
				}
			}
			res, err := driver.Run(context.Background(), driver.Input{Plan: plan, Checks: []*audit.Check{x.check}, Sources: sources}, driver.Options{Workers: 1})
			if err != nil {
				t.Fatal(err)
			}
			tests += res.Tests.Run
			if len(res.Findings) > 0 {
				flagged++
			}
		}
		t.Logf("%s: %d of %d runs flagged, %d tests", x.check.Name, flagged, rounds, tests)
		if most := 10; flagged > most || tests < rounds { // 5 expected at most; 10 or fewer in 99 % of the time then
			t.Errorf("%s: %d of %d runs flagged, %d tests", x.check.Name, flagged, rounds, tests)
		}
	}
}

// dealt deals the values of columns of a CSV table out to its rows at random.
func dealt(data string, columns []string, rng *rand.Rand) string {
	rows := strings.Split(strings.TrimSpace(data), "\n")
	cells := make([][]string, len(rows))
	for i, r := range rows {
		cells[i] = strings.Split(r, ",")
	}
	for c, name := range cells[0] {
		for _, want := range columns {
			if name != want {
				continue
			}
			rng.Shuffle(len(cells)-1, func(i, j int) { cells[i+1][c], cells[j+1][c] = cells[j+1][c], cells[i+1][c] })
		}
	}
	for i := range cells {
		rows[i] = strings.Join(cells[i], ",")
	}
	return strings.Join(rows, "\n") + "\n"
}
