package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"evenhand/audit"
	"evenhand/audit/checks"
)

func checksCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "checks [NAME]",
		Short: "list the checks, or print one's manual page",
		Example: `  evenhand checks
  evenhand checks approvalparity`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			out := cmd.OutOrStdout()
			if len(args) == 0 {
				for _, c := range checks.All {
					fmt.Fprintf(out, "%-18s %s · %s\n", c.Name, c.Title.En, c.Title.Zh)
				}
				return nil
			}
			for _, c := range checks.All {
				if c.Name == args[0] {
					return printCheck(out, c)
				}
			}
			return usagef("there is no check %q; `evenhand checks` lists them", args[0])
		},
	}
}

func printCheck(w io.Writer, c *audit.Check) error {
	fmt.Fprintf(w, "%s: %s\n\nSettings (plan: checks: %s:)\n", c.Name, c.Doc, c.Name)
	for _, s := range audit.SettingsOf(c) {
		fmt.Fprintf(w, "  %-20s %v: %s\n", s.Name, s.Default, s.Doc)
	}
	return nil
}
