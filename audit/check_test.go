package audit_test

import (
	"strings"
	"testing"

	"evenhand/audit"
)

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*audit.Check)
		want  string // "": valid
	}{
		{"valid", func(*audit.Check) {}, ""},
		{"name of two words", func(c *audit.Check) { c.Name = "two words" }, "one lower-case word"},
		{"no manual page", func(c *audit.Check) { c.Doc = "" }, "Doc must be"},
		{"title only", func(c *audit.Check) { c.Doc = "title\n\n" }, "Doc must be"},
		{"title of two lines", func(c *audit.Check) { c.Doc = "title\nmore\n\nbody" }, "Doc must be"},
		{"no Chinese page", func(c *audit.Check) { c.DocZh = "" }, "DocZh must be"},
		{"Chinese without a title", func(c *audit.Check) { c.DocZh = "\n\n正文。" }, "DocZh must be"},
		{"no Chinese title", func(c *audit.Check) { c.Title.Zh = "" }, "missing in a language"},
		{"no state", func(c *audit.Check) { c.New = nil }, "required"},
		{"no table", func(c *audit.Check) { c.Needs.Tables = nil }, "reads no table"},
	} {
		t.Run(c.name, func(t *testing.T) {
			check := &audit.Check{
				Name: "sum", Title: audit.T("sum", "和"), Chapter: "ingest",
				Doc: "Sum\n\nAdds up.", DocZh: "合计\n\n求和。",
				Needs:    audit.Needs{Tables: []audit.TableNeed{{Table: "decisions"}}},
				New:      func(*audit.Env) (audit.State, error) { return nil, nil },
				Conclude: func(*audit.Env, []audit.Case, []audit.Metric) []audit.Finding { return nil },
			}
			c.spoil(check)
			err := audit.Validate([]*audit.Check{check})
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
