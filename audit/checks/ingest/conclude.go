package ingest

import (
	"fmt"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/rows"
	"evenhand/features"
)

// conclude makes one finding of each gate that a table fails.
func conclude(env *audit.Env, cases []audit.Case, metrics []audit.Metric) []audit.Finding {
	set := env.Settings.(*Settings)
	var out []audit.Finding
	for _, t := range features.Schema {
		for _, g := range order {
			var ms []*audit.Metric
			for i := range metrics {
				if m := &metrics[i]; m.Name == g && m.K > 0 && (g != orphanKey || m.Reach > audit.Pass || set.level(g) == "info" && m.Value > orphanWarn) && tableOf(m.Segment) == t.Name {
					ms = append(ms, m)
				}
			}
			if len(ms) > 0 {
				out = append(out, finding(set, g, t.Name, ms, cases))
			}
		}
	}
	return out
}

// order is the order of gates by rule.
var order = []string{duplicateKey, decidedTooEarly, noticeTooEarly, featureTooLate, future, mixedCurrency,
	unknownValue, badCell, nullRequired, unitSmell, emptyTable, orphanKey}

// tableOf returns the table of a segment: "table=decisions" or
// "column=decisions.outcome".
func tableOf(segment string) string {
	_, place, _ := strings.Cut(segment, "=")
	table, _, _ := strings.Cut(place, ".")
	return table
}

func finding(set *Settings, gate, table string, ms []*audit.Metric, cases []audit.Case) audit.Finding {
	g := gates[gate]
	f := audit.Finding{
		ID: audit.StableID(name, gate, table), Check: name, Grade: audit.E1,
		Cause: strings.ToUpper(gate), Rules: []string{g.rule}, Remedy: g.fix,
	}
	switch set.level(gate) {
	case "fail":
		f.Severity = audit.S2
	case "warn":
		f.Severity = audit.S3
	}
	switch gate {
	case unitSmell:
		f.Grade = audit.E4
	case orphanKey:
		for _, m := range ms {
			if m.Reach == audit.Fail {
				f.Severity = audit.S2
			}
		}
	}
	var n int64
	var details []string
	for _, m := range ms {
		f.Metrics = append(f.Metrics, m.ID())
		_, column, _ := strings.Cut(m.Segment, "column="+table+".")
		switch {
		case gate == unitSmell:
			n++
			details = append(details, fmt.Sprintf("%s, %s: ×%.3g (n = %d)", column, m.Group, m.Value, m.N))
		case m.Group != "": // a part of a column's count
			details = append(details, fmt.Sprintf("%s %s: %d", column, m.Group, m.K))
		default:
			n += m.K
			if column != "" {
				details = append(details, fmt.Sprintf("%s: %d / %d", column, m.K, m.N))
			}
		}
	}
	customers := map[string]bool{}
	sample := rows.NewSample(20, strings.Compare)
	for i := range cases {
		c := &cases[i]
		if c.Table != table || c.Cause != f.Cause {
			continue
		}
		c.Finding = f.ID
		if f.Cases == 0 || c.At < f.FirstSeen {
			f.FirstSeen = c.At
		}
		f.LastSeen = max(f.LastSeen, c.At)
		f.Cases++
		if c.Customer != "" {
			customers[c.Customer] = true
		}
		sample.Add(rows.HashString(0, c.Key), c.Key)
	}
	f.Customers = int64(len(customers))
	for _, it := range sample.Items() {
		f.Samples = append(f.Samples, it.Value)
	}
	f.Title = fill(g.title, table, n)
	f.What = g.what
	if len(details) > 0 {
		f.What.En += " " + strings.Join(details, "; ") + "."
		f.What.Zh += strings.Join(details, "；") + "。"
	}
	if f.Cases > 0 && f.Cases < n {
		f.What.En += fmt.Sprintf(" %d of the %d are listed.", f.Cases, n)
		f.What.Zh += fmt.Sprintf("列出其中 %[2]d 条中的 %[1]d 条。", f.Cases, n)
	}
	return f
}

// fill puts place and count into a title; not every title has both.
func fill(t audit.Text, place string, n int64) audit.Text {
	one := strings.NewReplacer("%[1]s", place, "%[2]d", fmt.Sprint(n))
	return audit.T(one.Replace(t.En), one.Replace(t.Zh))
}
