package compare

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
	"evenhand/reports"
)

// warnings are reasons to take the comparison with care, or not at all.
func warnings(old, new *Report) []audit.Text {
	out := []audit.Text{}
	o, n := old.Summary, new.Summary
	differ := func(what, zh, a, b string) {
		if a != b {
			out = append(out, audit.Tf(what+" differs: %[1]q, then %[2]q", zh+"不同：先为 %[1]q，后为 %[2]q", a, b))
		}
	}
	differ("lender", "机构", o.Lender, n.Lender)
	if o.Currency != n.Currency {
		out = append(out, audit.Tf("currency differs: %[1]s, then %[2]s; amounts are not comparable", "币种不同：先为 %[1]s，后为 %[2]s；金额不可比", o.Currency, n.Currency))
	}
	if a, b := length(o.FirstPeriod), length(n.FirstPeriod); a != b && a != "" && b != "" {
		out = append(out, audit.Tf("period differs: %[1]s, then %[2]s; numbers by period have nothing in common", "期间单位不同：先为 %[1]s，后为 %[2]s；分期指标互不对应", a, b))
	}
	if old.IDs != new.IDs || old.IDs.Mode == "derived" && o.DataDigest != n.DataDigest {
		out = append(out, audit.T("the key of the pseudonyms differs: the same customer has another id in each report", "假名密钥不同：同一客户在两份报告中的编号不同"))
	}
	if o.AsOf > n.AsOf && o.AsOf != "" && n.AsOf != "" {
		out = append(out, audit.Tf("the first report is as of %[1]s, later than the second's %[2]s: are they swapped?", "第一份报告截止 %[1]s，晚于第二份的 %[2]s：顺序是否颠倒？", o.AsOf, n.AsOf))
	}
	if o.SchemaVersion != n.SchemaVersion {
		out = append(out, audit.Tf("the layouts are of versions %[1]d and %[2]d: what only one of them has is not compared", "两份报告的格式版本为 %[1]d 与 %[2]d：仅一方具有的内容不作比较", o.SchemaVersion, n.SchemaVersion))
	}
	return out
}

// length tells the plan's period from the form of a label.
func length(label string) string {
	switch {
	case len(label) == 4:
		return "year"
	case len(label) == 7 && label[5] == 'Q':
		return "quarter"
	case len(label) == 7:
		return "month"
	case len(label) == 8:
		return "week"
	case len(label) == 10:
		return "day"
	}
	return ""
}

// between lists what changed between the runs besides the answers.
func between(old, new *Report) []Between {
	out := []Between{}
	o, n := old.Summary, new.Summary
	differ := func(what, name, a, b string) {
		if a != b {
			out = append(out, Between{what, name, a, b})
		}
	}
	differ("plan", "", o.Plan.SHA256, n.Plan.SHA256)
	differ("data", "", o.DataDigest, n.DataDigest)
	differ("policies", "", old.Policies, new.Policies)
	differ("binary", "", o.Binary, n.Binary)
	differ("schema", "", strconv.Itoa(o.SchemaVersion), strconv.Itoa(n.SchemaVersion))
	each := func(what string, a, b map[string]string) {
		names := maps.Clone(a)
		maps.Copy(names, b)
		for _, name := range slices.Sorted(maps.Keys(names)) {
			differ(what, name, a[name], b[name])
		}
	}
	each("model", models(o), models(n))
	each("table", tables(o), tables(n))
	each("check", checks(o), checks(n))
	return out
}

// models maps each version to the digests of its files.
func models(s *reports.Summary) map[string]string {
	out := map[string]string{}
	for _, m := range s.Models {
		name := m.Version
		if name == "" {
			name = m.File
		}
		out[name] = strings.TrimPrefix(out[name]+" "+m.SHA256, " ")
	}
	return out
}

// tables maps each table to its rows.
func tables(s *reports.Summary) map[string]string {
	out := map[string]string{}
	for _, t := range s.Tables {
		out[t.Name] = strconv.FormatInt(t.Rows, 10)
	}
	return out
}

func checks(s *reports.Summary) map[string]string {
	out := map[string]string{}
	for _, c := range s.Coverage {
		out[c.Check] = c.Status
	}
	return out
}

// periods lists the periods of the metrics of both reports.
func periods(old, new *Report) Periods {
	of := func(r *Report) map[string]bool {
		out := map[string]bool{}
		for _, m := range r.Metrics {
			if m.Period != "" && length(m.Period) == length(cmp.Or(r.Summary.FirstPeriod, m.Period)) {
				out[m.Period] = true
			}
		}
		return out
	}
	a, b := of(old), of(new)
	p := Periods{[]string{}, []string{}, []string{}}
	for _, l := range slices.Sorted(maps.Keys(a)) {
		if b[l] {
			p.Common = append(p.Common, l)
		} else {
			p.OnlyOld = append(p.OnlyOld, l)
		}
	}
	for _, l := range slices.Sorted(maps.Keys(b)) {
		if !a[l] {
			p.OnlyNew = append(p.OnlyNew, l)
		}
	}
	return p
}
