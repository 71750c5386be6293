package reports

import (
	"regexp"
	"testing"

	"evenhand/audit"
	"evenhand/audit/timeline"
	"evenhand/features"
)

var han = regexp.MustCompile(`\p{Han}`)

// TestContractIsChinese: every column, value and fact has a Chinese word, and no
// word stands for a column that is gone.
func TestContractIsChinese(t *testing.T) {
	columns := map[string]bool{}
	for _, table := range features.Schema {
		if !han.MatchString(word(tableWords, table.Name).Zh) {
			t.Errorf("table %s has no Chinese", table.Name)
		}
		for _, c := range table.Columns {
			columns[c.Name] = true
			if !han.MatchString(columnWords[c.Name]) {
				t.Errorf("column %s.%s has no Chinese", table.Name, c.Name)
			}
			for _, v := range c.Enum {
				if !han.MatchString(recordedIn(c.Name, v).Zh) {
					t.Errorf("%s.%s: value %s has no Chinese", table.Name, c.Name, v)
				}
			}
		}
	}
	for name := range columnWords {
		if !columns[name] {
			t.Errorf("%s is no column", name)
		}
	}
	for _, f := range timeline.Facts {
		name := f.Name
		if !han.MatchString(factWords[name]) {
			t.Errorf("fact %s has no Chinese", name)
		}
	}
}

// TestSaid: names and values of evidence in Chinese, and what the lender wrote
// untouched.
func TestSaid(t *testing.T) {
	in := clean()
	in.Plan.Dictionary = map[string]audit.FeatureInfo{"dti": {En: "debt to income", Zh: "负债收入比"}}
	in.Checks[0].Evidence = audit.Evidence(map[string]string{"held_since": "差额起始日", "changed *": "变化：@1", "* of * rows": "$2 行中 $1 行", "code *": "代码 $1", "before *": "事件前 $1", "no data": "无数据"})
	check := in.Checks[0].Name
	r := New(in)
	for _, c := range []struct{ name, value, en, zh string }{
		{"held_since", "2026-01-02", "held since = 2026-01-02", "差额起始日 = 2026-01-02"},
		{"changed dti", "0.3 -> 0.4", "changed debt to income = 0.3 -> 0.4", "变化：负债收入比 = 0.3 -> 0.4"},
		{"changed x", "3 of 4 rows", "changed x = 3 of 4 rows", "变化：x = 4 行中 3 行"},
		{"changed ", " of  rows", "changed  =  of  rows", "changed  =  of  rows"},
		{"dti", "yes", "debt to income = yes", "负债收入比 = 是"},
		{"factors", "dti, limit_before, x", "factors = dti, limit_before, x", "factors = 负债收入比，事件前额度，x"},
		{"outcome", "denied", "outcome = denied", "决策结果 = 拒绝"},
		{"engine_status", "error", "engine status = error", "引擎状态 = error"},
		{"reasons given", "no", "reasons given = no", "reasons given = no"},
		{"rule", "income", "rule = income", "规则 = income"},
		{"limit_override", "yes", "limit override = yes", "实验可改额度 = 是"},
		{"binding", "score_band", "binding = score_band", "binding = 评分档位"},
	} {
		if got := r.items(check, []audit.Item{{Name: c.name, Value: c.value}}); got != audit.T(c.en, c.zh) {
			t.Errorf("%s: %q", c.name, got)
		}
	}
	for _, c := range [][2]string{
		{"before 1.00, code A, b", "事件前 1.00，代码 A，b"}, {"keep R1; before 2", "keep R1；事件前 2"}, {"R1, R2; no", "R1, R2; no"}, {"", ""}, {"denied", "denied"},
	} {
		if got := r.note(check, c[0]); got != audit.T(c[0], c[1]) {
			t.Errorf("%q: %q", c[0], got)
		}
	}
	if got := columnNote("outcome denied; reasons R1; limits; product a b"); got.Zh != "决策结果 拒绝；理由代码 R1；limits；产品 a b" {
		t.Errorf("%q", got.Zh)
	}
}

func TestSliceWords(t *testing.T) {
	in := clean()
	in.Plan.Dictionary = map[string]audit.FeatureInfo{"dti": {Zh: "负债收入比"}}
	r := New(in)
	for _, c := range []struct {
		m  audit.Metric
		zh string
	}{
		{audit.Metric{}, "全部"},
		{audit.Metric{Period: "2026-01"}, "2026-01"},
		{audit.Metric{Period: "2026-01", Segment: "feature=dti"}, "2026-01 · 特征=负债收入比"},
		{audit.Metric{Segment: "channel=app", Group: "sex=(unknown)"}, "渠道=app · sex=（未知）"},
		{audit.Metric{Segment: "outcome=denied", Group: "replay=referred"}, "决策结果=拒绝 · 复算结果=转人工审核"},
		{audit.Metric{Segment: "table=limits"}, "表=额度"},
		{audit.Metric{Group: "cause=INCIDENT"}, "原因=系统事故"},
		{audit.Metric{Segment: "strata=score_decile", Group: "sex=女"}, "分层=评分十分位 · sex=女"},
		{audit.Metric{Segment: "series=approval_in_band"}, "序列=评分相同时的通过率"},
	} {
		if got := r.sliceWords(&c.m); got.Zh != c.zh || c.m.Period+c.m.Segment+c.m.Group != "" && got.En != slice(&c.m).En {
			t.Errorf("%q, not %q", got, c.zh)
		}
	}
}

// TestChartSlices: titles, tips and labels of charts say slices as the tables do.
func TestChartSlices(t *testing.T) {
	for _, c := range []struct{ segment, group, of, slice, label string }{
		{"hour=07", "", "hour", "时刻=07", "07"},
		{"strata=score_decile", "sex=F", "sex", "分层=评分十分位 · sex=F", "评分十分位 · F"},
		{"strata=channel", "", "", "分层=渠道", "渠道"},
		{"", "replay=denied", "replay", "复算结果=拒绝", "拒绝"},
		{"series=score", "", "series", "序列=评分", "评分"},
		{"product==cash=1", "", "", "产品==cash=1", "产品==cash=1"},
	} {
		m := &audit.Metric{Segment: c.segment, Group: c.group}
		if got := slice(m); got.Zh != c.slice {
			t.Errorf("slice %q, not %q", got.Zh, c.slice)
		}
		if got := label(m, c.of); got.Zh != c.label {
			t.Errorf("label %q, not %q", got.Zh, c.label)
		}
	}
}
