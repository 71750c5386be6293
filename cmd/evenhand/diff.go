package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"evenhand/audit/checks"
	"evenhand/reports/compare"
)

// diffJob is one run of `evenhand diff`.
type diffJob struct {
	old, new string
	outs     []string
	lang     string
	failOn   string
	all      bool
	quiet    bool
	stdout   io.Writer
}

func diffCommand() *cobra.Command {
	j := &diffJob{}
	cmd := &cobra.Command{
		Use:   "diff OLD NEW [-o FILE.html|.md|.json]",
		Short: "hold a report against an earlier one: what is new, fixed or worse",
		Long: `diff reads two published reports, checks every file of both against its
manifest, and says which findings are new, worse, fixed, better or unchanged,
and which numbers changed by more than chance.

Findings are matched by id. One that is gone is fixed only when its check ran
again on comparable rows; else it is not comparable. Numbers are matched by id,
too. A change counts when the 95 % interval of the change excludes none, when it
survives Benjamini-Hochberg over all numbers compared (5 %), and when it is at
least 1 percentage point, or 5 % of a ratio or another number. On the same data
every change counts that is large enough: it is no chance.

A baseline (audit -baseline) is another thing: it holds the rows of an export
against the distributions of an earlier one, and what drifted is a finding.`,
		Example: `  evenhand diff report-may report-june
  evenhand diff report-may report-june -o june.html -lang both
  evenhand diff report-may report-june -o june.json -o june.md -fail-on new -q`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usagef("diff takes two directories of reports, the older one first; see evenhand diff -h")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			j.old, j.new, j.stdout = args[0], args[1], cmd.OutOrStdout()
			return j.run()
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&j.outs, "out", "o", nil, "write the comparison to this file, as its ending says: .html, .md or .json; several may be given")
	f.StringVar(&j.lang, "lang", "both", "language: en, zh or both (a page in both, on the terminal that of $"+langVariable+", else English)")
	f.StringVar(&j.failOn, "fail-on", "worse", "what exits 1: new (a new finding), worse (a new or worse one) or never; waived findings apart")
	f.BoolVar(&j.all, "all", false, "list what is unchanged too")
	f.BoolVarP(&j.quiet, "quiet", "q", false, "print nothing unless -fail-on is reached")
	return cmd
}

// diffGates are the values of -fail-on.
var diffGates = []string{"new", "worse", "never"}

func (j *diffJob) run() error {
	if !slices.Contains(diffGates, j.failOn) {
		return usagef("-fail-on %s: use %s", j.failOn, either(diffGates))
	}
	if !slices.Contains(pageLangs, j.lang) {
		return usagef("-lang %s: use %s", j.lang, either(pageLangs))
	}
	for _, out := range j.outs {
		if !slices.Contains(diffForms, filepath.Ext(out)) {
			return usagef("-o %s: the ending says the form; use %s", out, either(diffForms))
		}
	}
	old, err := readReport(j.old)
	if err != nil {
		return err
	}
	new, err := readReport(j.new)
	if err != nil {
		return err
	}
	d := compare.Compare(old, new)
	if j.all {
		d.Metrics.All()
	}
	opt := compare.Options{Words: compare.WordsOf(checks.Known()), Lang: j.lang, All: j.all}
	for _, out := range j.outs {
		if err := writeDiff(d, out, opt); err != nil {
			return err
		}
	}
	fails := d.Fails(j.failOn)
	if fails || !j.quiet {
		if _, err := io.WriteString(j.stdout, d.Text(compare.Options{Words: opt.Words, Lang: printedIn(j.lang), All: j.all})); err != nil {
			return err
		}
	}
	if fails {
		return &gateError{}
	}
	return nil
}

// readReport reads one side; what is no report is wrong data, and what is not
// there a missing input.
func readReport(dir string) (*compare.Report, error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	r, err := compare.Read(dir)
	if errors.Is(err, compare.ErrNotReport) {
		return nil, dataError{err}
	}
	return r, err
}

// diffForms are the endings of the files that diff writes.
var diffForms = []string{".html", ".md", ".json"}

func writeDiff(d *compare.Diff, out string, opt compare.Options) error {
	var b bytes.Buffer
	var err error
	switch filepath.Ext(out) {
	case ".html":
		err = d.HTML(&b, opt)
	case ".md":
		b.WriteString(d.Markdown(opt))
	case ".json":
		err = d.JSON(&b)
	}
	if err == nil {
		err = os.WriteFile(out, b.Bytes(), 0o666)
	}
	if err != nil {
		return fmt.Errorf("the comparison can't be written: %w", err)
	}
	return nil
}

// pageLangs are the languages of a page.
var pageLangs = []string{"en", "zh", "both"}
