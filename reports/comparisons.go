package reports

import (
	"io"
	"math"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"evenhand/audit"
)

// comparisonsFormat is the comparison files: for a person who reviews the
// applications of like applicants of two groups side by side.
var comparisonsFormat = Format{
	Name: "comparisons", File: "comparisons.arrow",
	Doc: "one row a denied applicant of a group beside an approved one of the reference group who is no stronger: for file review by a person, no finding",
	Write: func(r *Report, w io.Writer) error {
		return writeTable(r, w, "comparisons", comparisonColumns, r.res.Comparisons)
	},
}

type comparison = audit.Comparison

var comparedType = arrow.StructOf(
	arrow.Field{Name: "name", Type: textType}, arrow.Field{Name: "denied", Type: textType},
	arrow.Field{Name: "approved", Type: textType}, arrow.Field{Name: "better", Type: textType})

var comparisonColumns = concat(
	[]column[comparison]{
		textColumn("check", "check that set them beside each other", func(c *comparison) string { return c.Check }),
		textColumn("dimension", "group column of the plan", func(c *comparison) string { return c.Dimension }),
		textColumn("group", "group of the denied applicant", func(c *comparison) string { return c.Group }),
		textColumn("reference", "group of the approved applicant", func(c *comparison) string { return c.Reference }),
		textColumn("product", "product of both", func(c *comparison) string { return c.Product }),
		textColumn("policy_version", "recorded policy version of both", func(c *comparison) string { return c.PolicyVersion }),
		textColumn("model_version", "recorded model version of both", func(c *comparison) string { return c.ModelVersion }),
		floatColumn("cutoff", "cut-off of the score for both; null: unknown", func(c *comparison) float64 { return c.Cutoff }),
	},
	sideColumns("denied", func(c *comparison) *audit.Compared { return &c.Denied }),
	sideColumns("approved", func(c *comparison) *audit.Compared { return &c.Approved }),
	[]column[comparison]{
		boolColumn("benchmark", "the approved applicant is the weakest approved one of the reference group in the marginal band, by score", func(c *comparison) bool { return c.Benchmark }),
		boolColumn("everywhere", "the approved applicant is no better on any input of the model either", func(c *comparison) bool { return c.Everywhere }),
		intColumn("controls", "approved applicants of the reference group in the band who are no better by score and by what the policy reads", func(c *comparison) int64 { return c.Controls }),
		structsColumn("items", "what the decision reads, side by side: name, value of the denied, value of the approved, who is better (denied, approved, same)", comparedType,
			func(c *comparison) []audit.ComparedItem { return c.Items },
			func(s *array.StructBuilder, i *audit.ComparedItem) {
				appendText(s.FieldBuilder(0), i.Name)
				appendText(s.FieldBuilder(1), i.Denied)
				appendText(s.FieldBuilder(2), i.Approved)
				appendText(s.FieldBuilder(3), i.Better)
			}),
	})

// sideColumns are the columns of one side.
func sideColumns(side string, of func(*comparison) *audit.Compared) []column[comparison] {
	return []column[comparison]{
		textColumn(side+"_key", "decision of the "+side+" applicant", func(c *comparison) string { return of(c).Key }),
		textColumn(side+"_customer", "customer of the "+side+" applicant, as the export or the pack's key has it", func(c *comparison) string { return of(c).Customer }),
		instantColumn(side+"_at", "when it was decided", func(c *comparison) int64 { return of(c).At }),
		textColumn(side+"_outcome", "outcome on record", func(c *comparison) string { return of(c).Outcome }),
		textColumn(side+"_decider", "who decided; empty: not recorded", func(c *comparison) string { return of(c).Decider }),
		floatColumn(side+"_score", "recomputed score, recorded where none was recomputed; null: none", func(c *comparison) float64 { return of(c).Score }),
	}
}

// sheetsShown is how many comparison sheets a group has on the page.
const sheetsShown = 2

// sheetTable sets the first comparison sheets of each group side by side; nil
// where there are none.
func (r *Report) sheetTable() *table {
	if len(r.res.Comparisons) == 0 {
		return nil
	}
	t := &table{Head: right(head(
		audit.T("denied", "被拒"), audit.T("approved", "获通过"), audit.T("scores (cut-off)", "评分（分数线）"),
		audit.T("decided by", "决定方式"), audit.T("the denied is better on", "被拒者更好的项"), audit.T("the approved is better on", "获通过者更好的项"), audit.T("the same on", "相同项数")), 2, 6)}
	last, n := "", 0
	for i := range r.res.Comparisons {
		c := &r.res.Comparisons[i]
		at := c.Check + "\x1f" + c.Dimension + "\x1f" + c.Group
		if at != last {
			last, n = at, 0
		}
		if n++; n > sheetsShown {
			continue
		}
		row := r.sheetRow(c)
		if n == 1 {
			row[0].Over = audit.Tf("%s=%s beside %s=%s", "%s=%s 与 %s=%s 对照", c.Dimension, c.Group, c.Dimension, c.Reference)
		}
		t.Rows = append(t.Rows, row)
	}
	t.Note = audit.T(
		"For file review by a person, and no finding: what the files say besides is not in the export. B marks the benchmark, the weakest approved applicant of the reference group. The first "+itoa(sheetsShown)+" sheets a group; all "+
			thousands(int64(len(r.res.Comparisons)))+" are in "+comparisonsFormat.File+".",
		"供人工查阅档案，不构成问题：档案中的其他内容不在导出数据中。B 为基准，即评分最弱的、获通过的参照群体申请人。每个群体列出前 "+itoa(sheetsShown)+" 份；全部 "+
			thousands(int64(len(r.res.Comparisons)))+" 份见 "+comparisonsFormat.File+"。")
	return t
}

func (r *Report) sheetRow(c *comparison) []cell {
	better := map[string][]audit.Text{}
	alike := 0
	for i := range c.Items {
		it := &c.Items[i]
		if it.Better == "same" {
			alike++
			continue
		}
		name, ok := r.feature(it.Name)
		if !ok {
			name = same(it.Name)
		}
		better[it.Better] = append(better[it.Better], audit.T(
			name.En+" "+it.Denied+" : "+it.Approved, name.Zh+" "+r.said(c.Check, it.Denied)+" : "+r.said(c.Check, it.Approved)))
	}
	score := func(x float64) string {
		if math.IsNaN(x) {
			return none
		}
		return strconv.FormatFloat(x, 'g', 6, 64)
	}
	approved := r.id(c.Approved.Key)
	if c.Benchmark {
		approved.Text = same(approved.Text.En + " B")
	}
	return []cell{
		r.id(c.Denied.Key), approved, num(score(c.Denied.Score) + " : " + score(c.Approved.Score) + " (" + score(c.Cutoff) + ")"),
		words(audit.T(c.Denied.Decider+", "+c.Approved.Decider, enumZh(c.Denied.Decider)+"，"+enumZh(c.Approved.Decider))),
		words(joinTexts(better["denied"])), words(joinTexts(better["approved"])), num(itoa(alike)),
	}
}
