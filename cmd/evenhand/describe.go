package main

import (
	"cmp"
	"maps"
	"path/filepath"
	"runtime/debug"
	"slices"

	"evenhand/audit"
	"evenhand/audit/policy"
	"evenhand/features/parquetfile"
	"evenhand/reports"
)

// describe lists the inputs for the report's provenance.
func describe(sources map[string]*parquetfile.Source, result *audit.Result) []reports.TableInput {
	var out []reports.TableInput
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		t := reports.TableInput{Name: name, Files: sources[name].Files(), Tally: result.Tallies[name]}
		for _, f := range t.Files {
			t.Rows += f.Rows
		}
		for _, n := range sources[name].Notes() {
			t.Notes = append(t.Notes, n.File+": "+n.Text)
		}
		out = append(out, t)
	}
	return out
}

func describeModels(models []audit.ScoringModel, result *audit.Result) []reports.ModelInput {
	var out []reports.ModelInput
	for i, m := range models {
		in := reports.ModelInput{
			Version: m.Spec.Version, Format: m.Model.Format(), Name: m.Model.Name(),
			File: filepath.Base(m.Spec.File), SHA256: m.Digest, Rows: result.Scored[i], Spec: m.Spec,
		}
		if result.Usage != nil {
			in.Usage = &result.Usage[i]
		}
		out = append(out, in)
	}
	return out
}

// describePolicies names the text that the replayed policies were read from.
func describePolicies(plan *audit.Plan, policies *policy.Registry) (d reports.FileDigest) {
	if policies != nil {
		d = reports.FileDigest{Name: cmp.Or(plan.PolicyFile, plan.Name), SHA256: policies.Digest}
	}
	return d
}

// version names the binary by what it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "evenhand"
	}
	v := "evenhand " + info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			v += " " + s.Value
		}
	}
	return v + " " + info.GoVersion
}
