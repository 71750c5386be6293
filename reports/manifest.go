package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"evenhand/audit/pseudonym"
	"evenhand/reports/publish"
)

// ManifestFile is the name of the list of all other files of a report. A
// directory that has it is a report.
const ManifestFile = "manifest.json"

// Manifest is what manifest.json says: the digest of every other file, and of
// everything that went in.
type Manifest struct {
	SchemaVersion int             `json:"schema_version"`
	Files         []FileDigest    `json:"files"`
	ResultDigest  string          `json:"result_sha256"`
	Plan          planDigest      `json:"plan"`
	DataDigest    string          `json:"data_sha256"`
	Tables        []manifestTable `json:"tables"`
	Models        []manifestModel `json:"models"`
	Policies      *planDigest     `json:"policies,omitempty"` // file, or the plan itself
	Binary        string          `json:"binary"`
	IDs           pseudonym.IDs   `json:"ids"` // mode: keyed, derived (for this export alone) or plain
}

// FileDigest is one file as a manifest lists it.
type FileDigest = publish.Digest

type planDigest struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

type manifestTable struct {
	Name  string      `json:"name"`
	Rows  int64       `json:"rows"`
	Files []inputFile `json:"files"`
}

type inputFile struct {
	Path      string `json:"path"`
	Size      int64  `json:"size"`
	SHA256    string `json:"sha256"`
	Rows      int64  `json:"rows"`
	RowGroups int    `json:"row_groups"`
	CreatedBy string `json:"created_by"`
}

type manifestModel struct {
	Version string `json:"version"`
	Format  string `json:"format"`
	Name    string `json:"name"`
	File    string `json:"file"`
	SHA256  string `json:"sha256"`
	Rows    int64  `json:"rows_scored"`
}

func (r *Report) writeManifest(w io.Writer, files []FileDigest) error {
	var policies *planDigest
	if r.policy.SHA256 != "" {
		policies = &planDigest{base(r.policy.Name), r.policy.SHA256}
	}
	return writeJSON(w, Manifest{
		SchemaVersion: SchemaVersion,
		Files:         files,
		ResultDigest:  r.digest,
		Plan:          r.planDigest(),
		DataDigest:    r.data,
		Tables:        r.manifestTables(),
		Models:        r.manifestModels(),
		Policies:      policies,
		Binary:        r.binary,
		IDs:           r.ids,
	})
}

func (r *Report) planDigest() planDigest {
	return planDigest{Name: base(r.plan.Name), SHA256: r.plan.Digest}
}

func (r *Report) manifestTables() []manifestTable {
	out := make([]manifestTable, len(r.tables))
	for i, t := range r.tables {
		files := make([]inputFile, len(t.Files))
		for j, f := range t.Files {
			files[j] = inputFile{f.Path, f.Size, f.SHA256, f.Rows, f.RowGroups, f.CreatedBy}
		}
		out[i] = manifestTable{t.Name, t.Rows, files}
	}
	return out
}

func (r *Report) manifestModels() []manifestModel {
	out := make([]manifestModel, len(r.models))
	for i, m := range r.models {
		out[i] = manifestModel{m.Version, m.Format, m.Name, base(m.File), m.SHA256, m.Rows}
	}
	return out
}

// base is the last element of a path, "" for none.
func base(p string) string {
	if p == "" {
		return ""
	}
	return filepath.Base(p)
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// Verify holds the directory of a report against its manifest: every file
// there, none changed, none besides. The error names each that is wrong.
func Verify(dir string) (*Manifest, error) {
	raw, err := os.ReadFile(filepath.Join(dir, ManifestFile))
	if err != nil {
		return nil, err
	}
	m := &Manifest{}
	if err := json.Unmarshal(raw, m); err != nil {
		return nil, fmt.Errorf("%s: is damaged: %w", filepath.Join(dir, ManifestFile), err)
	}
	var wrong []error
	known := map[string]bool{ManifestFile: true}
	for _, f := range m.Files {
		known[f.Name] = true
		if f.Name != filepath.Base(f.Name) {
			wrong = append(wrong, fmt.Errorf("%s: the manifest names a file outside the report", f.Name))
			continue
		}
		size, sum, err := digestFile(filepath.Join(dir, f.Name))
		switch {
		case err != nil:
			wrong = append(wrong, err)
		case size != f.Size || sum != f.SHA256:
			wrong = append(wrong, fmt.Errorf("%s: was changed: its SHA-256 is %s, the manifest says %s", f.Name, short(sum), short(f.SHA256)))
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !known[e.Name()] {
			wrong = append(wrong, fmt.Errorf("%s: is not in the manifest", e.Name()))
		}
	}
	return m, errors.Join(wrong...)
}

func digestFile(path string) (int64, string, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return n, hex.EncodeToString(h.Sum(nil)), err
}
