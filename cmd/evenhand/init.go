package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"evenhand/audit/draft"
	"evenhand/features/model"
	"evenhand/features/parquetfile"
	"evenhand/features/storage"
)

// peekRows is how many rows init looks at in each column: enough to see a
// vocabulary, little enough to take no time.
const peekRows = 50_000

// often is how many rows have a value that a plan may quote; of a small export
// twice has to do.
const often = 10

func initCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "init FILE…",
		Short: "write a plan for Parquet files, guessing the mapping",
		Long: `init looks at Parquet files (or directories and globs: one argument a table)
and writes a commented plan. What it guessed is marked "# check", what it could
not is marked "# TODO"; nothing that could change an answer silently is guessed.
Model files beside the data, or in a directory called models there, are offered
with their SHA-256.`,
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
			data, err := draft.Draft(exports, modelsBeside(args, out)...)
			if err != nil {
				return dataError{err}
			}
			data = draftIn(printedBy(cmd), data)
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

// modelsBeside finds the model files in the directories of the exports, and in
// directories called models there, by path. Whatever can't be read is no model.
func modelsBeside(paths []string, out string) []draft.Model {
	var found []draft.Model
	seen := map[string]bool{}
	for _, p := range paths {
		if storage.Remote(p) {
			continue
		}
		dirs := []string{filepath.Dir(p)}
		if info, err := os.Stat(p); err == nil && info.IsDir() {
			dirs = append(dirs, p)
		}
		for _, dir := range dirs {
			for _, dir := range []string{dir, filepath.Join(dir, "models")} {
				dir = filepath.Clean(dir)
				if !seen[dir] {
					seen[dir] = true
					found = append(found, modelsIn(dir, out)...)
				}
			}
		}
	}
	slices.SortFunc(found, func(a, b draft.Model) int { return strings.Compare(a.Path, b.Path) })
	return found
}

// modelFiles are the extensions of model files.
var modelFiles = []string{".json", ".pmml", ".txt", ".ubj", ".xml", ".yaml", ".yml"}

// largestModel is the size, in bytes, up to which init looks into a file: it
// should take no time.
const largestModel = 64 << 20

// modelsIn lists the model files of a directory.
func modelsIn(dir, out string) []draft.Model {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var found []draft.Model
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() || info.Size() > largestModel || !slices.Contains(modelFiles, strings.ToLower(filepath.Ext(path))) {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		i := slices.IndexFunc(model.Formats, func(f model.Format) bool { return f.Detect(data) })
		if i < 0 {
			continue
		}
		sum := sha256.Sum256(data)
		d := draft.Model{Path: shown(path, out), Format: model.Formats[i].Name, SHA256: hex.EncodeToString(sum[:])}
		if m, err := model.Load(e.Name(), data, ""); err != nil {
			d.Problem = strings.TrimPrefix(err.Error(), e.Name()+": ")
		} else {
			d.Name, d.Format = m.Name(), m.Format()
			for _, in := range m.Inputs() {
				d.Inputs = append(d.Inputs, in.Name)
			}
		}
		found = append(found, d)
	}
	return found
}

// shown is a path as the plan names it: relative to the plan when its place is
// known.
func shown(path, out string) string {
	if out != "" && !filepath.IsAbs(path) {
		if rel, err := filepath.Rel(filepath.Dir(out), path); err == nil {
			path = rel
		}
	}
	return filepath.ToSlash(path)
}

// export describes one table to the drafter.
func export(cmd *cobra.Command, path, out string, src *parquetfile.Source) draft.Export {
	return draft.Export{
		Path: shown(path, out), Fields: src.Fields(),
		Peek: func(field string) (draft.Peek, error) {
			p, err := src.Peek(cmd.Context(), field, peekRows)
			d := draft.Peek{Rows: p.Rows, Nulls: p.Nulls, Min: p.Min, Max: p.Max}
			for _, v := range p.Values {
				// A plan is kept and passed on: what few rows have may point at somebody.
				if v.Count >= often || p.Rows < 100*often && v.Count > 1 {
					d.Values = append(d.Values, v.Text)
				}
			}
			return d, err
		},
	}
}
