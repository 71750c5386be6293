package audittest

import (
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"evenhand/audit"
	"evenhand/audit/baseline"
	"evenhand/audit/driver"
	"evenhand/features"
)

var update = flag.Bool("update", false, "rewrite the .want files of fixtures")

// Run runs check over the fixture and compares the cases with the tables'
// `want` columns and the result with the .want files. known are the checks
// that the fixture's plan may name besides.
func Run(t *testing.T, check *audit.Check, file string, known ...*audit.Check) {
	t.Helper()
	res := run(t, check, known, file, 5, 3, 2)
	ar := parse(t, file)
	judged := false
	for _, f := range ar.Files {
		if table, ok := strings.CutSuffix(f.Name, ".csv"); ok {
			judged = wants(t, table, string(f.Data), res) || judged
		}
	}
	sections := map[string]string{
		"metrics.want": renderMetrics(res), "findings.want": renderFindings(res), "coverage.want": renderCoverage(res),
	}
	changed := false
	for i, f := range ar.Files {
		got, ok := sections[f.Name]
		if !ok {
			continue
		}
		judged = true
		if want := string(f.Data); want != got {
			if *update {
				ar.Files[i].Data, changed = []byte(got), true
			} else {
				t.Errorf("%s: %s differs (run with -update to accept):\n%s", file, f.Name, diff(want, got))
			}
		}
	}
	if changed {
		if err := os.WriteFile(file, txtar.Format(ar), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if !judged {
		t.Errorf("%s: no want column and no .want file: the fixture can't fail", file)
	}
}

func parse(t *testing.T, file string) *txtar.Archive {
	t.Helper()
	ar, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return ar
}

// Result is what check finds in the fixture, and the fixture's plan.
func Result(t *testing.T, check *audit.Check, file string, known ...*audit.Check) (*audit.Plan, *audit.Result) {
	t.Helper()
	return drive(t, check, known, file, 1<<30, 1<<30, 1)
}

// run drives the check over the fixture with the given cut of rows.
func run(t *testing.T, check *audit.Check, known []*audit.Check, file string, unit, batch, workers int) *audit.Result {
	t.Helper()
	_, res := drive(t, check, known, file, unit, batch, workers)
	return res
}

func drive(t *testing.T, check *audit.Check, known []*audit.Check, file string, unit, batch, workers int) (*audit.Plan, *audit.Result) {
	t.Helper()
	files := map[string][]byte{}
	for _, f := range parse(t, file).Files {
		files[f.Name] = f.Data
	}
	if len(known) == 0 {
		known = []*audit.Check{check}
	}
	plan, err := audit.ParsePlan("plan.yaml", files["plan.yaml"], known)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	models, err := plan.LoadModels(func(path string) ([]byte, error) {
		if data, ok := files[path]; ok {
			return data, nil
		}
		return nil, fmt.Errorf("%s: not in the fixture", path)
	})
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	policies, err := plan.LoadPolicies(func(path string) ([]byte, error) {
		if data, ok := files[path]; ok {
			return data, nil
		}
		return nil, fmt.Errorf("%s: not in the fixture", path)
	})
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	var earlier *baseline.File
	if data, ok := files["baseline.json"]; ok {
		if earlier, err = baseline.Parse(data); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	sources := map[string]features.Source{}
	for name, data := range files {
		if table, ok := strings.CutSuffix(name, ".csv"); ok {
			if sources[table], err = NewSource(table, string(data), unit, batch); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
		}
	}
	res, err := driver.Run(context.Background(), driver.Input{
		Plan: plan, Checks: []*audit.Check{check}, Sources: sources, Models: models, Policies: policies, Baseline: earlier,
	}, driver.Options{Workers: workers})
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return plan, res
}

// wants compares the cases of a table with its want column.
func wants(t *testing.T, table, text string, res *audit.Result) bool {
	t.Helper()
	r := csv.NewReader(strings.NewReader(text))
	r.Comment, r.TrimLeadingSpace = '#', true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Index(rows[0], "want")
	if want < 0 {
		return false
	}
	key := slices.Index(rows[0], features.TableNamed(table).Key[0])
	if key < 0 {
		t.Fatalf("%s.csv: a table with a want column must have its key under the canonical name", table)
	}
	got := map[string][]string{}
	for _, c := range res.Cases {
		if c.Table == table {
			got[c.Key] = append(got[c.Key], caseLine(&c))
		}
	}
	for i, row := range rows[1:] {
		line := strings.Join(got[row[key]], "; ")
		ok := line == ""
		if row[want] != "" {
			re, err := regexp.Compile(row[want])
			if err != nil {
				t.Fatalf("%s.csv: row %d: %v", table, i+1, err)
			}
			ok = re.MatchString(line)
		}
		if !ok {
			t.Errorf("%s.csv: %s: got case %q, want match for %q", table, row[key], line, row[want])
		}
		delete(got, row[key])
	}
	for _, k := range slices.Sorted(maps.Keys(got)) {
		t.Errorf("%s.csv: case for %s, which is no row: %q", table, k, got[k])
	}
	return true
}

func caseLine(c *audit.Case) string {
	return strings.Join([]string{strings.Join(c.Rules, ","), c.Cause, c.Substance.String(), c.Disclosure.String(), c.Grade.String()}, " ")
}

// render is the whole result as text, every number to its last bit.
func render(r *audit.Result) string {
	var s strings.Builder
	for _, c := range r.Cases {
		fmt.Fprintf(&s, "case %+v\n", c)
	}
	for _, m := range r.Metrics {
		bits := ""
		for _, x := range []float64{m.Value, m.Low, m.High, m.P, m.PAdjusted, m.Effect, m.Gap} {
			bits += fmt.Sprintf(" %016x", math.Float64bits(x))
		}
		fmt.Fprintf(&s, "metric %+v%s\n", m, bits)
	}
	for _, f := range r.Findings {
		fmt.Fprintf(&s, "finding %+v\n", f)
	}
	for _, c := range r.Coverage {
		fmt.Fprintf(&s, "coverage %+v\n", c)
	}
	return s.String() + fmt.Sprintf("tests %+v\n", r.Tests)
}

func renderMetrics(r *audit.Result) string {
	var s strings.Builder
	for _, m := range r.Metrics {
		s.WriteString(m.Name)
		for _, p := range [][2]string{{"period", m.Period}, {"segment", m.Segment}, {"group", m.Group}, {"reference", m.Reference}} {
			if p[1] != "" {
				fmt.Fprintf(&s, " %s=%q", p[0], p[1])
			}
		}
		fmt.Fprintf(&s, ": %s", number(m.Value))
		if !math.IsNaN(m.Low) || !math.IsNaN(m.High) {
			fmt.Fprintf(&s, " [%s, %s]", number(m.Low), number(m.High))
		}
		if m.N != 0 {
			fmt.Fprintf(&s, " %d/%d", m.K, m.N)
		}
		if m.Test != "" {
			fmt.Fprintf(&s, " %s p=%s q=%s", m.Test, number(m.P), number(m.PAdjusted))
		}
		fmt.Fprintf(&s, " %s", m.Status)
		if m.Suppressed {
			s.WriteString(" suppressed")
		}
		s.WriteString("\n")
	}
	return s.String()
}

func renderFindings(r *audit.Result) string {
	var s strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&s, "%s %s cases=%d customers=%d amount=%d %s %s %s\n", f.Severity, f.Cause, f.Cases, f.Customers, f.Amount, f.Substance, f.Disclosure, f.Grade)
		for _, x := range []struct {
			name string
			text audit.Text
		}{{"title", f.Title}, {"what", f.What}, {"remedy", f.Remedy}, {"customer", f.Customer}} {
			if !x.text.IsZero() {
				fmt.Fprintf(&s, "  %s: %s\n  %s: %s\n", x.name, x.text.En, x.name, x.text.Zh)
			}
		}
		if f.FirstSeen != 0 || f.LastSeen != 0 {
			fmt.Fprintf(&s, "  seen: %s to %s\n", utc(f.FirstSeen), utc(f.LastSeen))
		}
		fmt.Fprintf(&s, "  samples: %s\n", strings.Join(f.Samples, " "))
	}
	return s.String()
}

func renderCoverage(r *audit.Result) string {
	var s strings.Builder
	for _, c := range r.Coverage {
		fmt.Fprintf(&s, "%s %s rows=%d judged=%d cases=%d\n", c.Check, c.Status, c.RowsIn, c.Judged, c.Cases)
		for _, e := range c.Excluded {
			fmt.Fprintf(&s, "  excluded %d: %s / %s\n", e.Rows, e.Guard.En, e.Guard.Zh)
		}
		for _, w := range c.Why {
			fmt.Fprintf(&s, "  why: %s / %s\n", w.En, w.Zh)
		}
	}
	return s.String()
}

func number(x float64) string {
	if math.IsNaN(x) {
		return "-"
	}
	return fmt.Sprintf("%.6g", x)
}

func utc(us int64) string { return time.UnixMicro(us).UTC().Format("2006-01-02T15:04:05Z") }

// diff lists the lines of want and got that differ, without alignment beyond
// common head and tail: enough to see what changed.
func diff(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for len(w) > 0 && len(g) > 0 && w[0] == g[0] {
		w, g = w[1:], g[1:]
	}
	for len(w) > 0 && len(g) > 0 && w[len(w)-1] == g[len(g)-1] {
		w, g = w[:len(w)-1], g[:len(g)-1]
	}
	const most = 20
	cut := func(lines []string) []string {
		if len(lines) > most {
			return append(lines[:most:most], "…")
		}
		return lines
	}
	return "-" + strings.Join(cut(w), "\n-") + "\n+" + strings.Join(cut(g), "\n+")
}
