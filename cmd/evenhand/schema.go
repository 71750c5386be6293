package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"evenhand/audit"
	"evenhand/audit/checks"
	"evenhand/audit/timeline"
	"evenhand/features"
	"evenhand/reports"
	"evenhand/reports/compare"
)

func schemaCommand() *cobra.Command {
	asJSON, lang := false, ""
	cmd := &cobra.Command{
		Use:   "schema [TABLE|plan|history|results|summary|diff]",
		Short: "print the data contract, the plan's JSON Schema, or the results' schemas",
		Example: `  evenhand schema                   every table of the contract
  evenhand schema decisions         one table
  evenhand schema plan              JSON Schema of audit.yaml
  evenhand schema history           facts of a customer's history, for policies
  evenhand schema results           tables and fields of a report
  evenhand schema summary           JSON Schema of summary.json
  evenhand schema diff              JSON Schema of what diff -o FILE.json writes`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			out := cmd.OutOrStdout()
			tables := features.Schema
			if len(args) == 1 {
				switch args[0] {
				case "plan":
					data, err := audit.PlanSchema(checks.Known())
					if err == nil {
						data, err = describedIn(lang, data)
					}
					if err == nil {
						_, err = out.Write(append(data, '\n'))
					}
					return err
				case "history":
					for _, f := range timeline.Facts {
						if _, err := fmt.Fprintf(out, "history.%-22s %s\n", f.Name, f.Doc); err != nil {
							return err
						}
					}
					return nil
				case "diff":
					_, err := out.Write(compare.Schema())
					return err
				case "summary":
					data, err := reports.SummarySchema()
					if err == nil {
						_, err = out.Write(data)
					}
					return err
				case "results":
					_, err := io.WriteString(out, reports.SchemaText())
					return err
				}
				t := features.TableNamed(args[0])
				if t == nil {
					return usagef("there is no table %q; the contract has %s", args[0], strings.Join(tableNames(), ", "))
				}
				tables = []features.Table{*t}
			}
			if asJSON {
				enc := json.NewEncoder(out)
				enc.SetIndent("", "  ")
				return enc.Encode(contract(tables))
			}
			printContract(out, tables, printedIn(lang))
			return nil
		},
	}
	cmd.Flags().StringVar(&lang, "lang", "", "language of the descriptions: en or zh (default en; of tables $"+langVariable+")")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the contract as JSON")
	return cmd
}

func tableNames() (names []string) {
	for _, t := range features.Schema {
		names = append(names, t.Name)
	}
	return names
}

func printContract(w io.Writer, tables []features.Table, lang string) {
	for _, t := range tables {
		fmt.Fprintf(w, "%s (key %s): %s\n", t.Name, strings.Join(t.Key, ", "), docIn(lang, t.Doc))
		for _, c := range t.Columns {
			mark := "?"
			if c.Required {
				mark = "!"
			}
			fmt.Fprintf(w, "  %-22s%s %-13s %s\n", c.Name, mark, c.Kind, docIn(lang, c.Doc))
			if len(c.Enum) > 0 {
				fmt.Fprintf(w, "  %-22s  %-13s one of %s\n", "", "", strings.Join(c.Enum, ", "))
			}
		}
		if t.Features {
			fmt.Fprintf(w, "  %-22s  %-13s %s\n", "…", "", "feature, group and segment columns, as the plan names them")
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w, "! required   ? optional   money is in minor units (分, cents)   timestamps are UTC")
}

type contractColumn struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Required bool     `json:"required"`
	Enum     []string `json:"enum,omitempty"`
	Doc      string   `json:"doc"`
}

type contractTable struct {
	Name     string           `json:"name"`
	Key      []string         `json:"key"`
	Doc      string           `json:"doc"`
	Features bool             `json:"features"`
	Columns  []contractColumn `json:"columns"`
}

func contract(tables []features.Table) []contractTable {
	var out []contractTable
	for _, t := range tables {
		ct := contractTable{Name: t.Name, Key: t.Key, Doc: t.Doc, Features: t.Features}
		for _, c := range t.Columns {
			ct.Columns = append(ct.Columns, contractColumn{c.Name, c.Kind.String(), c.Required, c.Enum, c.Doc})
		}
		out = append(out, ct)
	}
	return out
}
