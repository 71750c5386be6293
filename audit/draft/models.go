package draft

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Model is a model file that lies beside the export.
type Model struct {
	Path   string // as the plan should name it
	Format string // one of model.Formats
	Name   string // as the file gives it
	SHA256 string // of the file, in hex
	Inputs []string
	// Problem says why a file that looks like a model can't be one; "" when it
	// can.
	Problem string
}

// offerModels writes the models as lines to uncomment: those found, each under
// the version that it seems to be, and a line for each other version.
func (d *drafter) offerModels(w *writer, t *table) {
	if t.guess("score") == nil && t.guess("pd") == nil && len(d.models) == 0 {
		return
	}
	w.line(0, "")
	w.line(0, "# models: # uncomment to recompute the recorded scores")
	const most = 8
	var versions []string
	if g := t.guess("model_version"); g != nil && len(g.from) == 1 {
		versions = t.fieldNamed(g.from[0]).Values
		versions = versions[:min(len(versions), most)]
	}
	var usable []*Model
	for i := range d.models {
		if m := &d.models[i]; m.Problem == "" {
			usable = append(usable, m)
		}
	}
	used := map[*Model]bool{}
	for _, v := range versions {
		m := only(usable, v, versions)
		if m == nil {
			w.line(0, "#   - {version: %s, file: MODEL.json}", quote(v))
			continue
		}
		used[m] = true
		t.offerModel(w, m, v, "")
	}
	for _, m := range usable {
		switch {
		case used[m]:
		case len(versions) > 0:
			w.line(0, "#   # found, of no version that the export names: %s (%s, sha256 %s)", quote(m.Path), m.Format, m.SHA256)
		case len(usable) == 1:
			t.offerModel(w, m, "", "")
		default:
			t.offerModel(w, m, stem(m.Path), "check: the version; ")
		}
	}
	if len(versions)+len(usable) == 0 {
		w.line(0, "#   - {file: MODEL.json}")
	}
	for _, m := range d.models {
		if m.Problem != "" {
			w.line(0, "#   # %s is no model that can be used: %s", quote(m.Path), quote(m.Problem))
		}
	}
}

// offerModel writes one model, and which of its inputs the export lacks.
func (t *table) offerModel(w *writer, m *Model, version, note string) {
	if version != "" {
		version = "version: " + quote(version) + ", "
	}
	inputs := fmt.Sprintf("%d inputs", len(m.Inputs))
	if len(m.Inputs) == 1 {
		inputs = "1 input"
	}
	w.line(0, "#   - {%sfile: %s, sha256: %s} # %s%s, %s", version, quote(m.Path), m.SHA256, note, m.Format, inputs)
	var lacking []string
	for _, in := range m.Inputs {
		if !slices.ContainsFunc(t.fields, func(f field) bool { return f.Name == in }) {
			lacking = append(lacking, quote(in))
		}
	}
	const most = 10
	if n := len(lacking); n > 0 {
		if n > most {
			lacking = append(lacking[:most:most], fmt.Sprintf("and %d more", n-most))
		}
		w.line(0, "#   # the export has no columns of these names; map them by inputs: or under features: %s", strings.Join(lacking, ", "))
	}
}

// only returns the one model that seems to be of a version and of no other,
// nil when none or several do.
func only(models []*Model, version string, versions []string) *Model {
	var found *Model
	for _, m := range models {
		if !m.seems(version) || slices.ContainsFunc(versions, func(v string) bool { return v != version && m.seems(v) }) {
			continue
		}
		if found != nil {
			return nil
		}
		found = m
	}
	return found
}

// seems reports whether the file's name, or the one it gives itself, has the
// version.
func (m *Model) seems(version string) bool {
	v := normal(version)
	if v == "" {
		return false
	}
	for _, name := range []string{m.Name, stem(m.Path)} {
		if normal(name) == v || slices.Contains(tokens(name), v) {
			return true
		}
	}
	return false
}

// stem is a file's name without its extension.
func stem(file string) string {
	base := path.Base(file)
	return strings.TrimSuffix(base, path.Ext(base))
}
