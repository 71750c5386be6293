package main

import (
	"runtime"

	"github.com/spf13/cobra"

	"evenhand/audit/checks"
	"evenhand/reports"
)

// scenarioCommand is `evenhand scenario`: an audit with other checks.
func scenarioCommand() *cobra.Command {
	j := &auditJob{checks: checks.Scenarios}
	cmd := &cobra.Command{
		Use:   "scenario [-c audit.yaml] [-o DIR]",
		Short: "replay the plan's policies otherwise: cut-offs, rules, limits, shocks, alternatives",
		Long: `scenario replays the export under policies, applicants and systems that differ
from what was: cut-offs shifted, rules off, limits scaled, incomes cut, outages
multiplied. Of each it tells approvals, adverse impact, whom it would swap in and
out, expected bads, exposure and loss; then the smallest shift that breaks a
limit, and alternatives to cut-offs and points with less adverse impact.

It reads the same plan as audit, which holds its settings under checks: stress,
reversestress and lessdiscriminatory, and writes the same files to a directory of
its own. What it finds are candidates for review, never advice.`,
		Example: `  evenhand scenario -c audit.yaml -o scenarios
  evenhand scenario -c audit.yaml -o scenarios -workers 8 -lang zh
  evenhand checks stress                  what the numbers mean, and the settings`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			j.stdout, j.stderr = cmd.OutOrStdout(), cmd.ErrOrStderr()
			return j.watch.observe(cmd.Context(), j, cmd.Name(), j.run)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&j.plan, "plan", "c", "audit.yaml", "the plan")
	f.StringVarP(&j.out, "out", "o", "evenhand-scenarios", "directory of the report; an earlier report there is replaced as a whole")
	f.IntVar(&j.workers, "workers", runtime.GOMAXPROCS(0), "workers; they change speed, never an answer")
	f.StringVar(&j.memory, "memory", "", "memory to do with, e.g. 512MiB or 2GB; what exceeds it goes to temporary files, and no answer changes (default a quarter of the machine's)")
	f.StringVar(&j.lang, "lang", "both", langUsage)
	f.StringVar(&j.format, "format", "", reports.FormatFlag())
	f.StringVar(&j.profile, "cpuprofile", "", "write a CPU profile to this file")
	f.BoolVarP(&j.quiet, "quiet", "q", false, "no progress, no summary")
	j.gateFlags(f)
	j.watch.flags(f)
	return cmd
}
