package reports

import (
	"evenhand/audit/pseudonym"
)

// mask takes persons out of everything that the report says, before anything
// looks at it: no format can forget to.
func (r *Report) mask(in Input) {
	r.ids = in.Key.IDs()
	if in.Key == nil {
		return
	}
	words := pseudonym.NewWords(in.Plan, in.Checks)
	for _, v := range in.Vocabulary {
		words.Add(v)
	}
	m := pseudonym.NewMask(in.Key, words, r.res.Texts, in.Plan.Honesty.Suppress)
	m.Result(r.res, in.Checks)
	for i := range r.tables {
		t := &r.tables[i]
		t.Tally = m.Tally(t.Tally)
		for k := range t.Files { // publishedFiles cloned them
			t.Files[k].Path = m.Path(t.Files[k].Path)
		}
		notes := make([]string, len(t.Notes))
		for k, n := range t.Notes {
			notes[k] = m.Prose(n)
		}
		t.Notes = notes
	}
}
