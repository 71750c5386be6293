package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"runtime"

	"github.com/spf13/cobra"

	"evenhand/audit"
	"evenhand/audit/checks"
	"evenhand/audit/dossier"
	"evenhand/audit/driver"
	"evenhand/audit/policy"
	"evenhand/audit/pseudonym"
	"evenhand/features"
	"evenhand/features/parquetfile"
	"evenhand/reports"
)

// explainJob is one run of `evenhand explain`.
type explainJob struct {
	auditJob
	id   string
	page string

	models   []audit.ScoringModel
	policies *policy.Registry
	sources  map[string]*parquetfile.Source
}

func explainCommand() *cobra.Command {
	j := &explainJob{}
	cmd := &cobra.Command{
		Use:   "explain ID [-c audit.yaml] [-o FILE.html]",
		Short: "open one decision's or account's dossier",
		Long: `explain looks for ID, or the id that it is the pseudonym of in a report, among
the decisions, applications, accounts, limit events, loans and customers of the
export, in this order, and prints what is known: inputs, score and contributions,
rule path, reasons given and recomputed, verdicts of the whole audit, timeline,
and what would change it. A dossier has ids as they are: it is for inside.

The verdicts are those of the audit of the whole export, which runs for it.`,
		Example: `  evenhand explain D0001234 -c audit.yaml
  evenhand explain A000077 -c audit.yaml -o dossier.html -lang zh`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return usagef("explain takes one id; see evenhand explain -h")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			j.id, j.stdout, j.stderr = args[0], cmd.OutOrStdout(), cmd.ErrOrStderr()
			return j.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.StringVarP(&j.plan, "plan", "c", "audit.yaml", "the plan")
	f.StringVarP(&j.page, "out", "o", "", "write the dossier as a page to this file too")
	f.IntVar(&j.workers, "workers", runtime.GOMAXPROCS(0), "workers; they change speed, never an answer")
	f.StringVar(&j.memory, "memory", "", "memory to do with, as of audit; no answer changes")
	f.StringVar(&j.lang, "lang", "both", langUsage)
	f.BoolVarP(&j.quiet, "quiet", "q", false, "no progress")
	logFlag(f, &j.watch.form)
	return cmd
}

// run is the straight line from an id to its dossier: find whose it is, open
// that customer's rows, audit the whole export, put the verdicts in.
func (j *explainJob) run(ctx context.Context) (err error) {
	if err := errors.Join(j.validate(), validLog(j.watch.form)); err != nil {
		return err
	}
	plan, err := readPlan(j.plan)
	if err != nil {
		return err
	}
	if j.models, err = readModels(plan); err != nil {
		return err
	}
	if j.policies, err = plan.LoadPolicies(os.ReadFile); err != nil {
		return err
	}
	if j.sources, err = openTables(ctx, plan); err != nil {
		return err
	}
	defer closeAll(j.sources)

	if err := j.real(ctx, plan); err != nil {
		return err
	}
	match, err := j.find(ctx, plan)
	if err != nil {
		return err
	}
	file, err := j.open(ctx, plan, match)
	if err != nil {
		return err
	}
	j.watch.log = newLogger(j.stderr, j.watch.form)
	bar := j.watch.progress(j.stderr)
	result, err := driver.Run(ctx, j.input(plan, checks.All, asSources(j.sources)), j.options(bar))
	bar.done()
	if err != nil {
		return err
	}
	file.Take(result.Cases)
	report := reports.New(reports.Input{
		Plan: plan, Checks: checks.All, Result: result, Tables: describe(j.sources, result),
		Models: describeModels(j.models, result), Binary: version(), Lang: j.lang,
	})
	if j.page != "" {
		if err := j.write(report, file); err != nil {
			return err
		}
	}
	_, err = io.WriteString(j.stdout, report.DossierText(file, printedIn(j.lang)))
	return err
}

func (j *explainJob) input(plan *audit.Plan, run []*audit.Check, sources map[string]features.Source) driver.Input {
	return driver.Input{Plan: plan, Checks: run, Sources: sources, Models: j.models, Policies: j.policies}
}

// find returns what the id means in this export.
func (j *explainJob) find(ctx context.Context, plan *audit.Plan) (*dossier.Match, error) {
	var match *dossier.Match
	finder := dossier.Finder(j.id, func(m *dossier.Match) { match = m })
	if _, err := driver.Run(ctx, j.input(plan, []*audit.Check{finder}, asSources(j.sources)), driver.Options{Workers: j.workers}); err != nil {
		return nil, err
	}
	if match == nil {
		return nil, usagef("no decision, application, account, limit event, loan or customer of the export is called %q", j.id)
	}
	return match, nil
}

// open returns the dossier of the customer that the id belongs to, without
// verdicts. Payments are found by the customer's loans, so that two runs over
// the customer's rows alone are needed: the first finds the loans.
func (j *explainJob) open(ctx context.Context, plan *audit.Plan, match *dossier.Match) (*dossier.Dossier, error) {
	var file *dossier.Dossier
	loans := map[string]bool{}
	for range 2 {
		sources := map[string]features.Source{}
		for name, s := range j.sources {
			switch name {
			case "decisions", "repayments", "limits", "features":
				sources[name] = &features.Filter{Source: s, Column: "customer_id", Keep: map[string]bool{match.Customer: true}}
			case "payments":
				sources[name] = &features.Filter{Source: s, Column: "loan_id", Keep: loans}
			}
		}
		collector := dossier.Collector(j.id, match, func(d *dossier.Dossier) { file = d })
		if _, err := driver.Run(ctx, j.input(plan, []*audit.Check{collector}, sources), driver.Options{Workers: 1}); err != nil {
			return nil, err
		}
		if file == nil {
			return nil, usagef("the export has no rows of the customer of %q", j.id)
		}
		if j.sources["payments"] == nil {
			break
		}
		for _, l := range file.Loans {
			loans[l] = true
		}
	}
	return file, nil
}

func (j *explainJob) write(report *reports.Report, file *dossier.Dossier) error {
	var b bytes.Buffer
	if err := report.WriteDossier(&b, file); err != nil {
		return err
	}
	return writePrivate(j.page, b.Bytes()) // it has the customer's own ids
}

// real makes a pseudonym the id that it stands for; what is none, or stands for
// nothing in the export, stays as it is.
func (j *explainJob) real(ctx context.Context, plan *audit.Plan) error {
	digits, ok := pseudonym.IsPseudonym(j.id)
	if !ok || plan.Privacy.Plain() {
		return nil
	}
	found, _, err := resolve(ctx, plan, []string{digits}, j.sources, j.workers)
	if err != nil {
		return err
	}
	switch {
	case len(found) > 1:
		return usagef("%s is the beginning of %d pseudonyms; give more digits", j.id, len(found))
	case len(found) == 1:
		j.id = found[0].ID
	}
	return nil
}
