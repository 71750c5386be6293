package main

import (
	"context"
	"path/filepath"

	"evenhand/audit"
	"evenhand/features/parquetfile"
	"evenhand/features/storage"
)

// openTable opens the files of one table of the plan.
func openTable(ctx context.Context, plan *audit.Plan, name string) (*parquetfile.Source, error) {
	var paths []string
	for _, p := range plan.Tables[name].Files {
		if !filepath.IsAbs(p) && !storage.Remote(p) {
			p = filepath.Join(plan.Dir, p)
		}
		paths = append(paths, p)
	}
	inputs, err := storage.Expand(paths)
	if err != nil {
		return nil, err
	}
	for i, in := range inputs {
		if storage.Remote(in.Path) || plan.Dir == "." {
			continue
		}
		// Reports name files as the plan does, wherever the job runs.
		if rel, err := filepath.Rel(plan.Dir, in.Path); err == nil && (filepath.IsLocal(rel) || !filepath.IsAbs(in.Path)) {
			inputs[i].Shown = filepath.ToSlash(rel)
		} else {
			inputs[i].Shown = in.Path
		}
	}
	return parquetfile.Open(ctx, name, inputs, parquetfile.Options{Int96Zone: plan.Int96Zone(name), HideValues: !plan.Privacy.Plain()})
}

// openFiles opens Parquet files by path, in the order given.
func openFiles(ctx context.Context, name string, paths []string) (*parquetfile.Source, error) {
	var inputs []storage.Input
	for _, p := range paths {
		in, err := storage.Expand([]string{p})
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, in...)
	}
	return parquetfile.Open(ctx, name, inputs, parquetfile.Options{})
}
