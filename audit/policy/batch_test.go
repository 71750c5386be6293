package policy_test

import (
	"encoding/csv"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"evenhand/audit"
	"evenhand/audit/policy"
	"evenhand/audit/policy/expr"
	"evenhand/features"
)

const planHead = "version: 1\nas_of: 2026-06-30\ntables: {decisions: {files: x}}\n"

// parsePolicies reads the policies of a plan's text, as a plan does.
func parsePolicies(text string) (*audit.Plan, *policy.Registry, error) {
	plan, err := audit.ParsePlan("plan.yaml", []byte(planHead+text), nil)
	if err != nil {
		return nil, nil, err
	}
	r, err := plan.LoadPolicies(nil)
	return plan, r, err
}

func mustPolicies(t testing.TB, text string) (*audit.Plan, *policy.Registry) {
	t.Helper()
	plan, r, err := parsePolicies(text)
	if err != nil {
		t.Fatal(err)
	}
	return plan, r
}

// table is a batch read from CSV text. Columns of the contract have its kinds,
// money in units; others are numbers when all their cells are, else text.
// score is the recomputed score, and tolerance, want and what other columns the
// caller names are no columns of the batch.
type table struct {
	batch   features.Batch
	columns map[string]expr.Column
	aside   map[string][]string
}

func readTable(t testing.TB, name, text string, scale float64, aside ...string) *table {
	t.Helper()
	r := csv.NewReader(strings.NewReader(text))
	r.Comment, r.TrimLeadingSpace, r.LazyQuotes = '#', true, true
	rows, err := r.ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%s: %d rows, %v", name, len(rows), err)
	}
	out := &table{columns: map[string]expr.Column{}, aside: map[string][]string{}, batch: features.Batch{Table: name, N: len(rows) - 1}}
	for c, head := range rows[0] {
		head = strings.TrimSpace(head)
		var cells []string
		for _, row := range rows[1:] {
			cells = append(cells, strings.TrimSpace(row[c]))
		}
		if slices.Contains(aside, head) {
			out.aside[head] = cells
			continue
		}
		kind := features.Float
		if col, ok := features.TableNamed(name).Column(head); ok {
			kind = col.Kind
		} else if slices.ContainsFunc(cells, func(s string) bool { _, err := strconv.ParseFloat(s, 64); return s != "" && err != nil }) {
			kind = features.Text
		}
		v := vector(t, kind, cells, scale)
		column := expr.Column{Index: len(out.batch.Cols), Kind: kind}
		if kind == features.Money {
			column.Scale = scale
		}
		if head == "score" {
			s := &features.Scores{Score: v.Floats, Margin: v.Floats, Model: make([]int16, len(cells))}
			for i, x := range v.Floats {
				if x != x {
					s.Model[i] = -1
				}
			}
			out.batch.Scores, column.Score = s, true
		}
		out.columns[head] = column
		out.batch.Cols = append(out.batch.Cols, v)
	}
	return out
}

func vector(t testing.TB, kind features.Kind, cells []string, scale float64) features.Vector {
	v := features.Vector{Kind: kind, Present: true}
	if kind == features.Text {
		v.Dict = features.NewDict()
	}
	for _, s := range cells {
		if kind == features.Text {
			code := features.Null
			if s != "" {
				code = v.Dict.CodeOf(s)
			}
			v.Codes = append(v.Codes, code)
			continue
		}
		x, err := math.NaN(), error(nil)
		switch {
		case s == "":
		case kind == features.Instant:
			var at time.Time
			at, err = time.Parse(time.RFC3339, s)
			x = float64(at.UnixMicro())
		default:
			x, err = strconv.ParseFloat(s, 64)
		}
		if err != nil {
			t.Fatal(err)
		}
		if kind == features.Float {
			v.Floats = append(v.Floats, x)
			continue
		}
		if kind == features.Money {
			x = math.Round(x * scale)
		}
		v.Valid = append(v.Valid, x == x)
		if x != x {
			x = 0
		}
		v.Ints = append(v.Ints, int64(x))
	}
	return v
}

func (t *table) resolve(name string) (expr.Column, bool) {
	c, ok := t.columns[name]
	return c, ok
}
