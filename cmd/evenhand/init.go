package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"evenhand/audit/draft"
	"evenhand/features/parquetfile"
)

// peekRows is how many rows init looks at in each column: enough to see a
// vocabulary, little enough to take no time.
const peekRows = 50_000

func initCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "init FILE…",
		Short: "write a plan for Parquet files, guessing the mapping",
		Long: `init looks at Parquet files (or directories and globs: one argument a table)
and writes a commented plan. What it guessed is marked "# check", what it could
not is marked "# TODO"; nothing that could change an answer silently is guessed.`,
		Example: `  evenhand init decisions.parquet > audit.yaml
  evenhand init export/decisions export/repayments.parquet -o audit.yaml`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("no file: name the export's Parquet files, one argument a table")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			var exports []draft.Export
			for _, path := range args {
				src, err := openFiles(cmd.Context(), filepath.Base(path), []string{path})
				if err != nil {
					return err
				}
				defer src.Close()
				exports = append(exports, export(cmd, path, out, src))
			}
			data, err := draft.Draft(exports)
			if err != nil {
				return dataError{err}
			}
			if out == "" {
				_, err = cmd.OutOrStdout().Write(data)
				return err
			}
			if _, err := os.Stat(out); err == nil {
				return usagef("%s exists; name another file by -o", out)
			}
			return os.WriteFile(out, data, 0o644)
		},
	}
	cmd.Flags().StringVarP(&out, "out", "o", "", "the plan to write; default: standard output")
	return cmd
}

// export describes one table to the drafter. Its path is written relative to
// the plan when the plan's place is known.
func export(cmd *cobra.Command, path, out string, src *parquetfile.Source) draft.Export {
	shown := filepath.ToSlash(path)
	if out != "" && !filepath.IsAbs(path) {
		if rel, err := filepath.Rel(filepath.Dir(out), path); err == nil {
			shown = filepath.ToSlash(rel)
		}
	}
	return draft.Export{
		Path: shown, Fields: src.Fields(),
		Peek: func(field string) (draft.Peek, error) {
			p, err := src.Peek(cmd.Context(), field, peekRows)
			d := draft.Peek{Rows: p.Rows, Nulls: p.Nulls, Min: p.Min, Max: p.Max}
			for _, v := range p.Values {
				d.Values = append(d.Values, v.Text)
			}
			return d, err
		},
	}
}
