package telemetry

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// lastSuccess is the one number that outlives a run: a failed one writes that
// of the file it replaces.
const lastSuccess = "evenhand_last_success_timestamp_seconds"

// label is a name and a value.
type label struct{ name, value string }

// exposition is a file in Prometheus' text format.
type exposition struct {
	b    strings.Builder
	base []label
}

// family begins the samples of one gauge.
func (e *exposition) family(name, help string) func(value float64, labels ...label) {
	fmt.Fprintf(&e.b, "# HELP %s %s\n# TYPE %s gauge\n", name, escapeHelp(help), name)
	return func(value float64, labels ...label) {
		var pairs []string
		for _, l := range slices.Concat(e.base, labels) {
			pairs = append(pairs, l.name+`="`+escapeLabel(l.value)+`"`)
		}
		fmt.Fprintf(&e.b, "%s{%s} %s\n", name, strings.Join(pairs, ","), strconv.FormatFloat(value, 'g', -1, 64))
	}
}

// one writes a gauge of one sample.
func (e *exposition) one(name, help string, value float64) { e.family(name, help)(value) }

var (
	helpEscapes  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	labelEscapes = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
)

func escapeHelp(s string) string  { return helpEscapes.Replace(strings.ToValidUTF8(s, "\uFFFD")) }
func escapeLabel(s string) string { return labelEscapes.Replace(strings.ToValidUTF8(s, "\uFFFD")) }

// Prometheus is the run in the text format of Prometheus, for the textfile
// collector of node_exporter. Previous is the file that it replaces, nil
// without one. Labels are the command, the plan, names of checks and words of
// the vocabulary: a bounded number of series, and never data.
func (r *Run) Prometheus(previous []byte) []byte {
	e := &exposition{base: []label{{"command", r.Command}, {"plan", r.Plan}}}
	success := 1.0
	if r.failed() {
		success = 0
	}
	ended := float64(r.Ended.UnixMilli()) / 1000
	e.one("evenhand_last_run_timestamp_seconds", "when the last run ended", ended)
	e.one("evenhand_last_run_success", "1: the last run published its report, whatever it found; 0: it failed", success)
	e.one("evenhand_last_run_exit_code", "exit code of the last run: 1 when a gate failed, 64 and above when the run did", float64(r.Exit))
	e.one("evenhand_last_run_duration_seconds", "how long the last run took", float64(r.Ended.Sub(r.Started).Milliseconds())/1000)
	if success == 1 {
		e.one(lastSuccess, "when a run last published its report", ended)
	} else if at, ok := sampleOf(previous, lastSuccess); ok {
		e.one(lastSuccess, "when a run last published its report", at)
	}
	e.family("evenhand_build_info", "the program that ran; always 1")(1, label{"version", strings.TrimPrefix(r.Binary, "evenhand ")})
	if r.Summary != nil && !r.failed() {
		r.results(e)
	}
	return []byte(e.b.String())
}

// results tells what the run read and found.
func (r *Run) results(e *exposition) {
	s := r.Summary
	gate := 0.0
	if r.Exit == 1 {
		gate = 1
	}
	e.one("evenhand_gate_failed", "1: a gate of the plan failed", gate)
	e.one("evenhand_rows_read", "rows of the export", float64(s.RowsRead))
	e.one("evenhand_rows_judged", "rows judged, by each table's widest check", float64(s.RowsJudged))
	e.one("evenhand_cells_refused", "cells that could not be read, and count as null", float64(s.CellsRefused))
	rows := e.family("evenhand_table_rows", "rows of each table of the export")
	for _, t := range s.Tables {
		rows(float64(t.Rows), label{"table", t.Name})
	}
	findings := e.family("evenhand_findings", "findings by severity, S1 the worst; waived ones too")
	for _, n := range s.Severities {
		findings(float64(n.Count), label{"severity", n.Name})
	}
	byCheck, cases, judged := map[string]float64{}, map[string]float64{}, map[string]float64{}
	status := map[string]float64{"ran": 0, "degraded": 0, "skipped": 0}
	for _, c := range s.Coverage {
		status[c.Status]++
		if c.Status == "skipped" {
			continue
		}
		byCheck[c.Check], cases[c.Check], judged[c.Check] = 0, float64(c.Cases), float64(c.Judged)
	}
	for _, f := range s.Findings {
		byCheck[f.Check]++
	}
	each := func(name, help, key string, values map[string]float64) {
		sample := e.family(name, help)
		for _, k := range slices.Sorted(maps.Keys(values)) {
			sample(values[k], label{key, k})
		}
	}
	each("evenhand_checks", "checks by how they ran", "status", status)
	each("evenhand_check_findings", "findings of each check that ran", "check", byCheck)
	each("evenhand_check_cases", "cases of each check that ran", "check", cases)
	each("evenhand_check_judged", "rows judged by each check that ran", "check", judged)
	substance := e.family("evenhand_cases", "cases by the verdict on the outcome")
	for _, n := range s.Substances {
		substance(float64(n.Count), label{"substance", n.Name})
	}
	disclosure := e.family("evenhand_cases_disclosure", "cases by the verdict on what the customer was told")
	for _, n := range s.Disclosures {
		disclosure(float64(n.Count), label{"disclosure", n.Name})
	}
	metrics := e.family("evenhand_metrics", "numbers of the report by their status")
	for _, n := range s.Statuses {
		metrics(float64(n.Count), label{"status", n.Name})
	}
	if r.Waivers != nil {
		waivers := map[string]float64{}
		for state, n := range r.Waivers {
			waivers[state] = float64(n)
		}
		each("evenhand_waivers", "waivers of the plan by state", "state", waivers)
	}
}

// sampleOf reads the first sample of a gauge off a file in the text format.
func sampleOf(file []byte, name string) (float64, bool) {
	lines := bufio.NewScanner(bytes.NewReader(file))
	for lines.Scan() {
		line := lines.Text()
		if !strings.HasPrefix(line, name+"{") {
			continue
		}
		v, err := strconv.ParseFloat(line[strings.LastIndexByte(line, ' ')+1:], 64)
		return v, err == nil
	}
	return 0, false
}
