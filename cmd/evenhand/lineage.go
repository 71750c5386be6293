package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"evenhand/audit"
	"evenhand/audit/driver"
	"evenhand/audit/gate"
	"evenhand/features/parquetfile"
	"evenhand/features/storage"
	"evenhand/reports"
	"evenhand/reports/publish"
	"evenhand/reports/telemetry"
)

// watch tells whoever watches the job how it went: log records, an OpenLineage
// file and Prometheus metrics. They lie outside the report, and know clock and
// paths; the report doesn't.
type watch struct {
	form    string // of the log
	lineage string // file; "": none
	metrics string // file; "": none

	log *slog.Logger // nil: text
	run telemetry.Run
	now func() time.Time
	id  func() string
}

func (w *watch) flags(f *pflag.FlagSet) {
	logFlag(f, &w.form)
	f.StringVar(&w.lineage, "openlineage", "", "write the run to this file as OpenLineage events, a line each: START, then COMPLETE or FAIL (job namespace: OPENLINEAGE_NAMESPACE, else evenhand)")
	f.StringVar(&w.metrics, "metrics", "", "write the run's metrics to this file in the text format of Prometheus, for the textfile collector; also when the run fails")
}

func (w *watch) validate(out string) error {
	if err := validLog(w.form); err != nil {
		return err
	}
	for flag, file := range map[string]string{"-openlineage": w.lineage, "-metrics": w.metrics} {
		if file == "" {
			continue
		}
		if info, err := os.Stat(filepath.Dir(file)); err != nil || !info.IsDir() {
			return usagef("%s %s: its directory does not exist", flag, file)
		}
		if rel, err := filepath.Rel(absolute(out), absolute(file)); err == nil && filepath.IsLocal(rel) {
			return usagef("%s %s: lies in the report, which holds what its manifest lists and nothing else; name a file beside it", flag, file)
		}
	}
	return nil
}

// observe runs a job and tells of it, however it ends.
func (w *watch) observe(ctx context.Context, j *auditJob, command string, run func(context.Context) error) (err error) {
	if err := w.validate(j.out); err != nil {
		return err
	}
	if w.now == nil {
		w.now, w.id = time.Now, newUUID
	}
	w.log = newLogger(j.stderr, w.form)
	w.run = telemetry.Run{ID: w.id(), Command: command, Plan: j.plan, Namespace: os.Getenv("OPENLINEAGE_NAMESPACE"), Binary: version(), Started: w.now(),
		Output: absolute(j.out), Subject: map[string]string{}}
	if w.run.Namespace == "" {
		w.run.Namespace = "evenhand"
	}
	w.info("started", "command", command, "plan", j.plan, "version", w.run.Binary, "workers", j.workers)
	if w.lineage != "" {
		if err := writeWhole(w.lineage, w.run.Event(telemetry.Start)); err != nil {
			return err
		}
	}
	defer func() {
		if p := recover(); p != nil {
			w.end(ctx, &driver.Broken{Cause: "panic"})
			panic(p) // told to the user where all are
		}
	}()
	return w.end(ctx, run(ctx))
}

// end tells how the run ended. That what was to be told can't be written is an
// error only where there is none yet.
func (w *watch) end(ctx context.Context, err error) error {
	code, seen := ending(ctx, err)
	w.run.Ended, w.run.Exit = w.now(), code
	kind := telemetry.Complete
	if code != exitOK && code != exitFindings {
		kind, w.run.Error = telemetry.Fail, seen.Error()
	}
	var wrong error
	if w.lineage != "" {
		wrong = writeWhole(w.lineage, append(w.run.Event(telemetry.Start), w.run.Event(kind)...))
	}
	if w.metrics != "" {
		previous, _ := os.ReadFile(w.metrics) // there need not be any
		if e := writeWhole(w.metrics, w.run.Prometheus(previous)); wrong == nil {
			wrong = e
		}
	}
	w.info("ended", "exit", code, "seconds", seconds(w.run.Ended.Sub(w.run.Started)))
	if wrong != nil && kind == telemetry.Complete {
		return fmt.Errorf("the report is out, but %w", wrong)
	}
	return err
}

// opened notes what is read.
func (w *watch) opened(plan *audit.Plan, suite []*audit.Check, sources map[string]*parquetfile.Source) {
	for _, c := range suite {
		if len(c.Needs.Tables) > 0 {
			w.run.Subject[c.Name] = c.Needs.Tables[0].Table
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		in := telemetry.Input{Table: name, Fields: sources[name].Fields()}
		for _, f := range sources[name].Files() {
			path := f.Path
			if !storage.Remote(path) && !filepath.IsAbs(path) {
				path = absolute(filepath.Join(plan.Dir, path))
			}
			in.Files, in.Rows, in.Bytes = append(in.Files, path), in.Rows+f.Rows, in.Bytes+f.Size
		}
		w.run.Inputs = append(w.run.Inputs, in)
		w.info("opened", "table", name, "files", len(in.Files), "rows", in.Rows, "bytes", in.Bytes)
	}
}

// published notes what came out.
func (w *watch) published(report *reports.Report, out string) {
	w.run.Summary, w.run.Waivers = report.Facts(), map[string]int{gate.StateExpired: 0, gate.StateUnused: 0, gate.StateOutgrown: 0, gate.StateBarred: 0, gate.StateExpiring: 0, gate.StateInForce: 0, gate.StateElsewhere: 0}
	for _, v := range report.Gate().Waivers {
		w.run.Waivers[v.State]++
	}
	entries, err := os.ReadDir(out)
	if err != nil {
		entries = nil // moved away already: its size is not known
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			w.run.Files = append(w.run.Files, telemetry.OutputFile{Name: e.Name(), Size: info.Size()})
		}
	}
	findings := []any{}
	for _, n := range w.run.Summary.Severities {
		findings = append(findings, n.Name, n.Count)
	}
	w.info("published", "report", out, "result_sha256", report.Digest(), slog.Group("findings", findings...),
		"rows_read", w.run.Summary.RowsRead, "rows_judged", w.run.Summary.RowsJudged, "cells_refused", w.run.Summary.CellsRefused,
		"seconds", w.took())
}

// took is how long the run has taken, in seconds; 0 when nobody watches.
func (w *watch) took() float64 {
	if w.now == nil {
		return 0
	}
	return seconds(w.now().Sub(w.run.Started))
}

func (w *watch) info(msg string, args ...any) {
	if w.log != nil {
		w.log.Info(msg, args...)
	}
}

// progress shows how far the job is, in the log's form.
func (w *watch) progress(stderr io.Writer) *progress {
	p := newProgress(stderr)
	if p.log = w.log; w.log != nil {
		p.bar = false
	}
	return p
}

func seconds(d time.Duration) float64 { return float64(d.Milliseconds()) / 1000 }

// absolute is the path from the root; the path itself where that can't be told.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// newUUID is a random UUID, version 4.
func newUUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0F|0x40, b[8]&0x3F|0x80
	s := hex.EncodeToString(b[:])
	return strings.Join([]string{s[:8], s[8:12], s[12:16], s[16:20], s[20:]}, "-")
}

// writeWhole puts a file in place by one rename: collectors look at any moment.
func writeWhole(path string, data []byte) error {
	return publish.File(context.Background(), path, 0o644, func(w io.Writer) error { _, err := w.Write(data); return err })
}
