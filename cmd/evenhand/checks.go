package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"evenhand/audit"
	"evenhand/audit/checks"
)

func checksCommand() *cobra.Command {
	var lang string
	cmd := &cobra.Command{
		Use:   "checks [NAME]",
		Short: "list the checks, or print one's manual page",
		Example: `  evenhand checks
  evenhand checks approvalparity
  evenhand checks approvalparity -lang zh`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if lang == "" && os.Getenv(langVariable) == "zh" {
				lang = "zh"
			}
			out := cmd.OutOrStdout()
			if len(args) == 0 {
				for _, c := range checks.Known() {
					title := c.Title.En + " · " + c.Title.Zh
					if lang != "" {
						title = c.Title.In(lang)
					}
					fmt.Fprintf(out, "%-18s %s\n", c.Name, title)
				}
				return nil
			}
			for _, c := range checks.Known() {
				if c.Name == args[0] {
					return printCheck(out, c, lang)
				}
			}
			return usagef("there is no check %q; `evenhand checks` lists them", args[0])
		},
	}
	cmd.Flags().StringVar(&lang, "lang", "", "language of the list or the manual page: en or zh (default $"+langVariable+"; else the list in both, a page in en)")
	return cmd
}

func printCheck(w io.Writer, c *audit.Check, lang string) error {
	if lang == "zh" {
		fmt.Fprintf(w, "%s：%s\n\n设置（审计方案 checks: %s:）\n", c.Name, c.DocZh, c.Name)
	} else {
		fmt.Fprintf(w, "%s: %s\n\nSettings (plan: checks: %s:)\n", c.Name, c.Doc, c.Name)
	}
	for _, s := range audit.SettingsOf(c) {
		fmt.Fprintf(w, "  %-20s %v: %s\n", s.Name, s.Default, docIn(lang, s.Doc))
	}
	return nil
}
