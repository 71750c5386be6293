package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"evenhand/audit"
	"evenhand/audit/checks"
	"evenhand/audit/driver"
	"evenhand/features"
	"evenhand/features/parquetfile"
	"evenhand/reports"
)

// auditJob is one run of `evenhand audit`: its flags say how, the plan says what.
type auditJob struct {
	plan       string
	checks     []*audit.Check // nil: all those of an audit
	baselines  []string
	out        string
	workers    int
	memory     string // a size; "" is a quarter of the machine's
	lang       string
	format     string   // extra formats, as typed
	extra      []string // the same, read
	quiet      bool
	pack       packJob
	failOn     string // in place of the plan's gates.fail_on
	today      string // day that waivers are held against; "": the plan's as-of day
	profile    string
	noProgress bool
	watch      watch
	stdout     io.Writer
	stderr     io.Writer
}

func auditCommand() *cobra.Command {
	j := &auditJob{}
	cmd := &cobra.Command{
		Use:   "audit [-c audit.yaml] [-o DIR]",
		Short: "audit an export as the plan says",
		Example: `  evenhand audit -c audit.yaml -o report
  evenhand audit -c audit.yaml -o report -workers 8 -memory 2GiB -lang zh`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			j.stdout, j.stderr = cmd.OutOrStdout(), cmd.ErrOrStderr()
			return j.watch.observe(cmd.Context(), j, cmd.Name(), j.run)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&j.plan, "plan", "c", "audit.yaml", "the plan")
	f.StringArrayVar(&j.baselines, "baseline", nil, "baseline.json of an earlier report, to hold drift against instead of the first period; several are merged")
	f.StringVarP(&j.out, "out", "o", "evenhand-report", "directory of the report; an earlier report there is replaced as a whole")
	f.IntVar(&j.workers, "workers", runtime.GOMAXPROCS(0), "workers; they change speed, never an answer")
	f.StringVar(&j.memory, "memory", "", "memory to do with, e.g. 512MiB or 2GB; what exceeds it goes to temporary files, and no answer changes (default a quarter of the machine's)")
	f.StringVar(&j.lang, "lang", "both", langUsage)
	f.StringVar(&j.pack.out, "pack", "", "make an evidence pack of the report in this directory, or below it when it ends in a slash")
	j.pack.flags(f)
	f.StringVar(&j.format, "format", "", reports.FormatFlag())
	f.StringVar(&j.profile, "cpuprofile", "", "write a CPU profile to this file")
	f.BoolVarP(&j.quiet, "quiet", "q", false, "no progress, no summary")
	j.gateFlags(f)
	j.watch.flags(f)
	return cmd
}

// run is the straight line from file to report.
func (j *auditJob) run(ctx context.Context) error {
	if err := j.validate(); err != nil {
		return err
	}
	stop, err := startProfile(j.profile)
	if err != nil {
		return err
	}
	defer stop()
	plan, err := readPlan(j.plan)
	if err != nil {
		return err
	}
	place, err := reports.Reserve(j.out)
	if err != nil {
		return err
	}
	defer place.Release()
	ids, err := readIdentities(plan)
	if err != nil {
		return err
	}
	if err := j.pack.allows(ids, j.out); err != nil {
		return err
	}
	models, err := readModels(plan)
	if err != nil {
		return err
	}
	policies, err := plan.LoadPolicies(os.ReadFile)
	if err != nil {
		return err
	}
	earlier, err := readBaselines(plan, j.baselines)
	if err != nil {
		return err
	}
	sources, err := openTables(ctx, plan)
	if err != nil {
		return err
	}
	defer closeAll(sources)
	j.watch.opened(plan, j.suite(), sources)

	bar := j.watch.progress(j.stderr)
	result, err := driver.Run(ctx, driver.Input{
		Plan: plan, Checks: j.suite(), Sources: asSources(sources), Models: models, Policies: policies, Baseline: earlier,
	}, j.options(bar))
	bar.done()
	if err != nil {
		return err
	}
	if err := verify(ctx, sources); err != nil {
		return err
	}
	report := reports.New(reports.Input{
		Plan: plan, Checks: j.suite(), Result: result,
		Tables: describe(sources, result), Models: describeModels(models, result), Policies: describePolicies(plan, policies), Binary: version(), Lang: j.lang, Extra: j.extra,
		Key: ids.of(sources), Vocabulary: vocabulary(models, policies), Today: j.today,
	})
	if err := report.Publish(ctx, place); err != nil {
		return err
	}
	j.watch.published(report, j.out)
	if !j.quiet {
		fmt.Fprint(j.stdout, report.Summary(printedIn(j.lang)))
		fmt.Fprintf(j.stdout, "%s\n", filepath.Join(j.out, "report.html"))
	}
	if err := j.pack.run(ctx, j.out, j.stdout, j.quiet, printedIn(j.lang)); err != nil {
		return unpacked(ctx, err)
	}
	return j.gate(report)
}

// suite is the list of checks that the job runs.
func (j *auditJob) suite() []*audit.Check {
	if j.checks != nil {
		return j.checks
	}
	return checks.All
}

func (j *auditJob) validate() error {
	if j.workers < 1 {
		return usagef("-workers %d: at least one worker is needed", j.workers)
	}
	if j.memory != "" {
		if _, err := parseMemory(j.memory); err != nil {
			return err
		}
	}
	if err := j.pack.validate(); err != nil {
		return err
	}
	if err := j.validGate(); err != nil {
		return err
	}
	var err error
	if j.extra, err = reports.ParseExtra(j.format); err != nil {
		return usagef("-format: %v", err)
	}
	return validLang(j.lang, "both")
}

const langUsage = "languages of the page: zh, en, or both with a switch; what is printed is in the one of zh and en, and with both in that of $" + langVariable + ", else in English"

// validLang takes en, zh and what else the command knows.
func validLang(lang string, also ...string) error {
	known := append([]string{"en", "zh"}, also...)
	if !slices.Contains(known, lang) {
		return usagef("-lang %s: use %s", lang, strings.Join(known, " or "))
	}
	return nil
}

func (j *auditJob) options(bar *progress) driver.Options {
	o := driver.Options{Workers: j.workers}
	o.Memory, o.Keys = j.limitMemory()
	bar.lang = printedIn(j.lang)
	if !j.quiet && !j.noProgress {
		o.Progress = bar.report
	}
	return o
}

func readPlan(path string) (*audit.Plan, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, usagef("%v; write a plan with `evenhand init FILE… > audit.yaml`", err)
	}
	plan, err := audit.ParsePlan(filepath.Base(path), data, checks.Known())
	if err != nil {
		return nil, err
	}
	plan.Dir = filepath.Dir(path)
	return plan, nil
}

func readModels(plan *audit.Plan) ([]audit.ScoringModel, error) {
	models, err := plan.LoadModels(os.ReadFile)
	var wrong audit.PlanError
	if err != nil && !errors.As(err, &wrong) {
		return nil, dataError{err}
	}
	return models, err
}

// openTables opens the files of every table of the plan.
func openTables(ctx context.Context, plan *audit.Plan) (map[string]*parquetfile.Source, error) {
	sources := map[string]*parquetfile.Source{}
	for _, name := range slices.Sorted(maps.Keys(plan.Tables)) {
		src, err := openTable(ctx, plan, name)
		if err != nil {
			closeAll(sources)
			return nil, err
		}
		sources[name] = src
	}
	return sources, nil
}

func asSources(in map[string]*parquetfile.Source) map[string]features.Source {
	out := map[string]features.Source{}
	for name, s := range in {
		out[name] = s
	}
	return out
}

func closeAll(sources map[string]*parquetfile.Source) {
	for _, s := range sources {
		s.Close()
	}
}

// verify hashes every input and makes sure that none changed while it was read.
func verify(ctx context.Context, sources map[string]*parquetfile.Source) error {
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		if err := sources[name].Verify(ctx); err != nil {
			return err
		}
	}
	return nil
}
