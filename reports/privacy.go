package reports

import (
	"evenhand/audit"
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

// id is a cell with an id: of a pseudonym the first digits, which are enough to
// ask for it by.
func (r *Report) id(s string) cell {
	const shown, all = 12, 32
	if r.ids.KeyID == "" || len(s) < all {
		return code(s)
	}
	if _, ok := pseudonym.IsPseudonym(s); !ok {
		return code(s)
	}
	return cell{Text: same(s[:shown] + s[all:]), Code: true, Whole: s}
}

// idWords says how the report has ids.
func (r *Report) idWords() audit.Text {
	switch r.ids.Mode {
	case pseudonym.Keyed:
		return audit.T("pseudonyms: HMAC-SHA-256 under the lender's key of this key id, 128 bits; `evenhand resolve` finds the id", "假名：以该标识所指的机构密钥计算的 HMAC-SHA-256，128 位；由 evenhand resolve 还原")
	case pseudonym.Derived:
		return audit.T("pseudonyms under a key made of the export: they hold for this export alone; `evenhand resolve` finds the id", "假名：密钥由本次导出数据生成，仅适用于本次导出；由 evenhand resolve 还原")
	}
	return audit.T("as the export has them: the plan says so", "按审计方案的声明，与导出数据一致")
}
