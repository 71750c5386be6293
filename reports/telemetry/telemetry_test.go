package telemetry

import (
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"evenhand/features"
	"evenhand/reports"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// told is a run that is told of, with names that need escaping.
func told(t *testing.T) *Run {
	t.Helper()
	r := &Run{
		ID: "3f5e5e7a-9c41-4f1b-8a55-0b6d0e8a1c11", Command: "audit", Plan: `plans/"odd"\plan.yaml`, Namespace: "lender", Binary: "evenhand v1.2.3 go1.26",
		Started: time.Date(2026, 7, 1, 2, 0, 0, 0, time.UTC), Ended: time.Date(2026, 7, 1, 2, 0, 12, 345e6, time.UTC),
		Inputs: []Input{
			{Table: "decisions", Files: []string{"/data/ex port/d/part-0.parquet", "/data/ex port/d/part-1.parquet"}, Rows: 1000, Bytes: 4096,
				Fields: []features.Field{{Name: "decision_id", Type: "string"}, {Name: "score", Type: "int64"}}},
			{Table: "limits", Files: []string{"s3://bucket/export/limits.parquet"}, Rows: 10, Bytes: 99},
		},
		Subject: map[string]string{"scorematch": "decisions", "stalledlimit": "limits", "twins": "decisions"},
		Output:  "/srv/report", Files: []OutputFile{{"report.html", 1000}, {"summary.json", 24}}, Waivers: map[string]int{"active": 2, "expired": 1}, Exit: 1,
		Summary: &reports.Summary{},
	}
	err := json.Unmarshal([]byte(`{"result_sha256": "`+strings.Repeat("ab", 32)+`", "rows_read": 1010, "rows_judged": 900, "cells_refused": 3,
		"tables": [{"name": "decisions", "rows": 1000, "cells": [{"column": "score", "cells": 1000, "nulls": 7}]}, {"name": "limits", "rows": 10}],
		"findings_by_severity": [{"name": "S1", "count": 2}, {"name": "S2", "count": 0}],
		"cases_by_substance": [{"name": "UNJUSTIFIED", "count": 5}], "cases_by_disclosure": [{"name": "LATE", "count": 4}], "metrics_by_status": [{"name": "fail", "count": 1}],
		"coverage": [{"check": "scorematch", "status": "ran", "judged": 900, "cases": 5}, {"check": "stalledlimit", "status": "degraded", "judged": 9}, {"check": "twins", "status": "skipped"}],
		"findings": [{"check": "scorematch"}, {"check": "scorematch"}]}`), r.Summary)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func failed(t *testing.T) *Run {
	r := told(t)
	r.Summary, r.Files, r.Waivers, r.Exit, r.Error = nil, nil, nil, 65, "decisions/part-1.parquet: row group 3: score: the page is cut off"
	return r
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (rewrite with -update):\n%s", name, diff)
	}
}

// TestEvents: the events are what the specification requires of them; the
// goldens were validated once against its JSON schemas.
func TestEvents(t *testing.T) {
	ok, bad := told(t), failed(t)
	golden(t, "complete.jsonl", append(ok.Event(Start), ok.Event(Complete)...))
	golden(t, "fail.jsonl", append(bad.Event(Start), bad.Event(Fail)...))
	for kind, line := range map[string][]byte{Start: ok.Event(Start), Complete: ok.Event(Complete), Fail: bad.Event(Fail)} {
		var e struct {
			EventType, EventTime, Producer, SchemaURL string
			Run                                       struct {
				RunID  string
				Facets map[string]map[string]any
			}
			Job             struct{ Namespace, Name string }
			Inputs, Outputs []struct {
				Namespace, Name                   string
				Facets, InputFacets, OutputFacets map[string]map[string]any
			}
		}
		if err := json.Unmarshal(line, &e); err != nil || strings.Count(string(line), "\n") != 1 {
			t.Fatalf("%s: %v", kind, err)
		}
		if _, err := time.Parse(time.RFC3339, e.EventTime); err != nil || e.EventType != kind || e.SchemaURL != specURL || e.Job.Name != `audit."odd"\plan` || e.Job.Namespace != "lender" {
			t.Errorf("%s: %+v %v", kind, e, err)
		}
		if !regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(e.Run.RunID) {
			t.Errorf("%s: run %q", kind, e.Run.RunID)
		}
		facets := e.Run.Facets
		for _, d := range append(e.Inputs, e.Outputs...) {
			if d.Namespace == "" || d.Name == "" {
				t.Errorf("%s: a data set without a name", kind)
			}
			for _, m := range []map[string]map[string]any{d.Facets, d.InputFacets, d.OutputFacets} {
				for name, f := range m {
					facets[name+d.Name] = f
				}
			}
		}
		if len(facets) < 5 {
			t.Errorf("%s: %d facets", kind, len(facets))
		}
		for name, f := range facets {
			if f["_producer"] != Producer || !strings.HasPrefix(f["_schemaURL"].(string), facetURL) {
				t.Errorf("%s: facet %s: %v", kind, name, f)
			}
		}
		if _, said := facets["errorMessage"]; said != (kind == Fail) || len(e.Outputs) == 1 != (kind == Complete) {
			t.Errorf("%s: errorMessage %v, %d outputs", kind, said, len(e.Outputs))
		}
	}
}

func TestPlace(t *testing.T) {
	for _, test := range []struct{ files, namespace, name string }{
		{"/a/b.parquet", "file", "/a/b.parquet"}, {"/a/b.parquet /a/c.parquet", "file", "/a"}, {"/a/x=1/b /a/x=2/b /a/x=2/c", "file", "/a"},
		{"/a/b /c/d", "file", "/"}, {"s3://k/a/b", "s3://k", "a/b"}, {"s3://k/a/b s3://k/a/c", "s3://k", "a"}, {"s3://k/b s3://k/c", "s3://k", ""}, {"/a/b /a/b/c", "file", "/a/b"},
	} {
		if ns, name := place(strings.Fields(test.files)); ns != test.namespace || name != test.name && name != "/" {
			t.Errorf("%s: %s %s", test.files, ns, name)
		}
	}
}

func TestPrometheus(t *testing.T) {
	ok := told(t).Prometheus(nil)
	golden(t, "ok.prom", ok)
	bad := failed(t).Prometheus(ok)
	golden(t, "failed.prom", bad)
	again := failed(t).Prometheus(bad)
	for _, file := range [][]byte{ok, bad, again} {
		samples := parse(t, string(file))
		if len(samples) < 5 {
			t.Fatalf("%d samples", len(samples))
		}
		if got := samples[lastSuccess]; got != 1782871212.345 {
			t.Errorf("the last success is at %v", got)
		}
	}
	if a, b := parse(t, string(ok)), parse(t, string(bad)); a["evenhand_last_run_success"] != 1 || b["evenhand_last_run_success"] != 0 || b["evenhand_last_run_exit_code"] != 65 {
		t.Errorf("%v %v", a, b)
	}
	if strings.Contains(string(bad), "part-1") || strings.Contains(string(failed(t).Prometheus(nil)), lastSuccess) {
		t.Error("an error's text is no label, and a success that never was has no time")
	}
}

// parse reads the text format strictly: HELP and TYPE before the samples of a
// family, every family once, no series twice. It returns samples by name (the
// last of a family).
func parse(t *testing.T, file string) map[string]float64 {
	t.Helper()
	var (
		help    = regexp.MustCompile(`^# HELP ([a-z_][a-z0-9_]*) ([^\\\n]|\\\\|\\n)+$`)
		kind    = regexp.MustCompile(`^# TYPE ([a-z_][a-z0-9_]*) gauge$`)
		sample  = regexp.MustCompile(`^([a-z_][a-z0-9_]*)\{((?:[a-z_]+="(?:[^"\\\n]|\\\\|\\"|\\n)*",?)*)\} (\S+)$`)
		out     = map[string]float64{}
		seen    = map[string]bool{}
		current string
		typed   bool
	)
	if !strings.HasSuffix(file, "\n") {
		t.Error("the last line is not ended")
	}
	for _, line := range strings.Split(strings.TrimSuffix(file, "\n"), "\n") {
		if m := help.FindStringSubmatch(line); m != nil {
			if seen[m[1]] || !strings.HasPrefix(m[1], "evenhand_") {
				t.Errorf("family %s", m[1])
			}
			current, typed, seen[m[1]] = m[1], false, true
			continue
		}
		if m := kind.FindStringSubmatch(line); m != nil {
			typed = m[1] == current
			continue
		}
		m := sample.FindStringSubmatch(line)
		if m == nil || m[1] != current || !typed {
			t.Fatalf("not the text format: %q", line)
		}
		series := m[1] + m[2]
		v, err := strconv.ParseFloat(m[3], 64)
		if err != nil || math.IsNaN(v) || seen[series] || strings.HasSuffix(m[2], ",") {
			t.Errorf("%q: %v", line, err)
		}
		seen[series], out[m[1]] = true, v
	}
	return out
}
