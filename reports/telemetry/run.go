// Package telemetry tells schedulers, catalogues and monitors of a run: as
// OpenLineage events and as Prometheus metrics.
//
// What it writes lies outside the report and, unlike the report, knows clock,
// paths and how the run ended. It holds counts, names of tables, columns and
// checks, and digests: never an id or the value of a cell. Nothing here looks
// at the clock or draws a random number: both are given.
package telemetry

import (
	"path/filepath"
	"strings"
	"time"

	"evenhand/features"
	"evenhand/reports"
)

// Run is what is told of one run. What is not known yet, or never will be
// since the run failed, is empty.
type Run struct {
	ID        string // UUID of the run, new for each
	Command   string // "audit" or "scenario"
	Plan      string // the plan as the command line names it
	Namespace string // of the job, for catalogues
	Binary    string
	Started   time.Time
	Ended     time.Time

	Inputs []Input
	// Subject is the table that a check is about, by check.
	Subject map[string]string
	Output  string // absolute path of the report's directory
	Summary *reports.Summary
	Files   []OutputFile // of the report
	// Waivers counts the plan's waivers by state.
	Waivers map[string]int

	Exit  int
	Error string // one sentence; "" when the report is out
}

// Input is one table of the export.
type Input struct {
	Table  string
	Files  []string // as read: paths and URLs; local ones absolute
	Rows   int64
	Bytes  int64
	Fields []features.Field
}

// OutputFile is a file of the report.
type OutputFile struct {
	Name string
	Size int64
}

// failed reports whether the run ended without a report.
func (r *Run) failed() bool { return r.Error != "" }

// place is where files lie, as catalogues name datasets: a namespace and the
// one file, or the directory that all of them are in.
func place(files []string) (namespace, name string) {
	if len(files) == 0 {
		return "file", ""
	}
	name = files[0]
	for _, f := range files[1:] {
		name = common(name, f)
	}
	if scheme, rest, ok := strings.Cut(name, "://"); ok {
		bucket, key, _ := strings.Cut(rest, "/")
		if key == "" {
			key = "/"
		}
		return scheme + "://" + bucket, strings.TrimSuffix(key, "/")
	}
	return "file", filepath.ToSlash(name)
}

// common is the directory that two paths share.
func common(a, b string) string {
	if a == b {
		return a
	}
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	n := 0
	for n < len(as) && n < len(bs) && as[n] == bs[n] {
		n++
	}
	if n == len(as) || n == len(bs) { // one is a directory of the other
		return strings.Join(as[:n], "/")
	}
	if n <= 1 {
		return "/"
	}
	return strings.Join(as[:n], "/")
}
