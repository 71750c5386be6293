package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/spf13/cobra"

	"evenhand/audit"
	"evenhand/audit/driver"
	"evenhand/audit/pseudonym"
	"evenhand/features/parquetfile"
	"evenhand/reports"
)

// resolveJob is one run of `evenhand resolve`.
type resolveJob struct {
	plan    string
	report  string
	out     string
	workers int
	stdout  io.Writer
	asked   []string
}

func resolveCommand() *cobra.Command {
	j := &resolveJob{}
	cmd := &cobra.Command{
		Use:   "resolve [-c audit.yaml] PSEUDONYM…",
		Short: "find the ids of pseudonyms, where the export is",
		Long: `resolve hashes the ids of the export under the key that the report was made
with and prints those whose pseudonyms begin with what is asked for: at least 8
digits, as pages show them. With -report it writes the report's re-decision list
with the export's ids instead, for the engineers who work it off.

It takes the key from EVENHAND_ID_KEY, like audit; without one it works for a
report of this very export.`,
		Example: `  evenhand resolve -c audit.yaml 3fa29c0de1b2
  evenhand resolve -c audit.yaml -report report -o redecide.csv`,
		RunE: func(cmd *cobra.Command, args []string) error {
			j.asked, j.stdout = args, cmd.OutOrStdout()
			return j.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.StringVarP(&j.plan, "plan", "c", "audit.yaml", "the plan")
	f.StringVar(&j.report, "report", "", "the report whose re-decision list is wanted")
	f.StringVarP(&j.out, "out", "o", "", "the list, as CSV that only its owner may read; needs -report")
	f.IntVar(&j.workers, "workers", runtime.GOMAXPROCS(0), "workers; they change speed, never an answer")
	return cmd
}

func (j *resolveJob) run(ctx context.Context) error {
	switch {
	case (j.report == "") != (j.out == ""):
		return usagef("-report and -o go together")
	case (j.report == "") == (len(j.asked) == 0):
		return usagef("resolve takes pseudonyms, or -report DIR -o FILE.csv; see evenhand resolve -h")
	}
	asked := make([]string, len(j.asked))
	for i, a := range j.asked {
		var ok bool
		if asked[i], ok = pseudonym.IsPseudonym(a); !ok {
			return usagef("%s is no pseudonym: those have 8 to 32 digits in hex", a)
		}
	}
	plan, err := readPlan(j.plan)
	if err != nil {
		return err
	}
	if j.report != "" {
		return j.list(ctx, plan)
	}
	if plan.Privacy.Plain() {
		return usagef("%s: privacy.ids is plain: reports have the export's own ids", plan.Name)
	}
	found, _, err := resolve(ctx, plan, asked, nil, j.workers)
	if err != nil {
		return err
	}
	for _, m := range found {
		fmt.Fprintf(j.stdout, "%s  %s.%s  %s\n", m.Pseudonym, m.Table, m.Column, m.ID)
	}
	if len(found) == 0 {
		return usagef("no id of the export has this pseudonym: was the report made of this export, under this key?")
	}
	return nil
}

// list writes the re-decision list of a report with the export's ids.
func (j *resolveJob) list(ctx context.Context, plan *audit.Plan) error {
	list, err := reports.ReadRedecisions(j.report)
	if err != nil {
		return err
	}
	if list.IDs.Mode != pseudonym.Plain {
		found, key, err := resolve(ctx, plan, list.Pseudonyms(), nil, j.workers)
		if err != nil {
			return err
		}
		if id := key.IDs(); id != list.IDs {
			return usagef("%s: its ids are %s under the key %s, and those of this plan and export %s under %s", j.report, list.IDs.Mode, list.IDs.KeyID, id.Mode, id.KeyID)
		}
		ids := map[string]string{}
		for _, m := range found {
			ids[m.Pseudonym] = m.ID
		}
		if n := list.Resolve(ids); n > 0 {
			return dataError{fmt.Errorf("%s: %d ids of its re-decision list are not in the export", j.report, n)}
		}
	}
	var b bytes.Buffer
	if err := list.WriteCSV(&b); err != nil {
		return err
	}
	return writePrivate(j.out, b.Bytes())
}

// writePrivate writes a file that only its owner may read.
func writePrivate(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if err = f.Chmod(0o600); err == nil { // it may have been there
		_, err = f.Write(data)
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("%s can't be written: %w", path, err)
	}
	return nil
}

// resolve finds the ids that pseudonyms stand for. Without sources it opens the
// plan's; a key made of the export takes the hash of all its files.
func resolve(ctx context.Context, plan *audit.Plan, asked []string, sources map[string]*parquetfile.Source, workers int) ([]pseudonym.Match, *pseudonym.Key, error) {
	ids, err := readIdentities(plan)
	if err != nil {
		return nil, nil, err
	}
	if sources == nil {
		if sources, err = openTables(ctx, plan); err != nil {
			return nil, nil, err
		}
		defer closeAll(sources)
	}
	if ids.key == nil && !ids.plain {
		if err := verify(ctx, sources); err != nil {
			return nil, nil, err
		}
	}
	key := ids.of(sources)
	if key == nil || len(asked) == 0 {
		return nil, key, nil
	}
	var found []pseudonym.Match
	check := pseudonym.Resolver(key, asked, func(m []pseudonym.Match) { found = m })
	_, err = driver.Run(ctx, driver.Input{Plan: plan, Checks: []*audit.Check{check}, Sources: asSources(sources)}, driver.Options{Workers: max(workers, 1)})
	return found, key, err
}
