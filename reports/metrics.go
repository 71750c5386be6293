package reports

import (
	"io"

	"github.com/apache/arrow/go/v17/arrow/array"

	"evenhand/audit"
)

var metricsFormat = Format{
	Name: "metrics", File: "metrics.arrow",
	Doc: "one row a number about a slice of the rows and a group, with everything needed to believe it",
	Write: func(r *Report, w io.Writer) error {
		return writeTable(r, w, "metrics", metricColumns, r.res.Metrics)
	},
}

type metric = audit.Metric

var bilingualType = arrowStruct("en", "zh")

var metricColumns = []column[metric]{
	textColumn("id", "row key: stable hash of check, name, period, segment, group and reference", (*metric).ID),
	textColumn("check", "check that computed it", func(m *metric) string { return m.Check }),
	textColumn("name", "name, as fairlearn spells it where it has the metric", func(m *metric) string { return m.Name }),
	textColumn("period", "period in the plan's time zone; empty: all periods", func(m *metric) string { return m.Period }),
	textColumn("segment", "column=value; empty: all rows", func(m *metric) string { return m.Segment }),
	textColumn("group", "column=value; empty: all rows", func(m *metric) string { return m.Group }),
	textColumn("reference", "group or period it is compared with; empty: none", func(m *metric) string { return m.Reference }),
	floatColumn("value", "the number; null: not estimable, or suppressed", func(m *metric) float64 { return m.Value }),
	floatColumn("low", "lower end of the interval", func(m *metric) float64 { return m.Low }),
	floatColumn("high", "upper end of the interval", func(m *metric) float64 { return m.High }),
	floatColumn("level", "level of the interval, e.g. 0.95", func(m *metric) float64 { return m.Level }),
	textColumn("interval", "method of the interval, e.g. wilson; empty: none", func(m *metric) string { return m.Interval }),
	intColumn("k", "numerator of the group; 0 when suppressed", func(m *metric) int64 { return m.K }),
	intColumn("n", "denominator of the group; 0 when suppressed", func(m *metric) int64 { return m.N }),
	intColumn("k_ref", "numerator of the reference", func(m *metric) int64 { return m.KRef }),
	intColumn("n_ref", "denominator of the reference", func(m *metric) int64 { return m.NRef }),
	textColumn("test", "significance test; empty: none", func(m *metric) string { return m.Test }),
	floatColumn("p", "raw p-value", func(m *metric) float64 { return m.P }),
	floatColumn("p_adjusted", "p-value corrected over all tests of the report", func(m *metric) float64 { return m.PAdjusted }),
	floatColumn("effect", "effect size", func(m *metric) float64 { return m.Effect }),
	textColumn("effect_of", "what effect is", func(m *metric) string { return m.EffectOf }),
	floatColumn("gap", "minimum detectable gap at these sizes, 80 % power", func(m *metric) float64 { return m.Gap }),
	floatColumn("threshold", "what value was held against", func(m *metric) float64 { return m.Threshold }),
	textColumn("status", "insufficient, pass, warn or fail", func(m *metric) string { return m.Status.String() }),
	boolColumn("suppressed", "a cell is too small to publish: the numbers are withheld", func(m *metric) bool { return m.Suppressed }),
	structsColumn("warnings", "caveats, in both languages", bilingualType,
		func(m *metric) []audit.Text { return m.Warnings }, appendBilingual),
}

func appendBilingual(s *array.StructBuilder, t *audit.Text) {
	appendText(s.FieldBuilder(0), t.En)
	appendText(s.FieldBuilder(1), t.Zh)
}
