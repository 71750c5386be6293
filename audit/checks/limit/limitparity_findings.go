package limit

import (
	"math"
	"strconv"

	"evenhand/audit"
)

// lpTitles say what is flagged: %[1]s the group, %[2]s the value, %[3]s the
// reference, %[4]s its number.
var lpTitles = map[string][2]string{
	lpDecreaseRatio: {"Within strata, limits of %[1]s are lowered %[2]s times as often as those of %[3]s, n = %[4]s", "在同层内，%[1]s的降额频率为%[3]s的%[2]s倍，n = %[4]s"},
	lpNoticeGap:     {"First decreases of %[1]s are told of in time less often than those of %[3]s, by %[2]s points of 100, n = %[4]s", "%[1]s首次降额的按时告知率比%[3]s低%[2]s个百分点，n = %[4]s"},
	lpPhantomGap:    {"Accounts of %[1]s show a phantom limit more often than those of %[3]s, by %[2]s points of 100, n = %[4]s", "%[1]s的账户出现虚额的比例比%[3]s高%[2]s个百分点，n = %[4]s"},
	lpInitialRatio:  {"Within strata, first limits of %[1]s are %[2]s of those of %[3]s, n = %[4]s", "在同层内，%[1]s的初始额度为%[3]s的%[2]s倍，n = %[4]s"},
	lpSizeRatio:     {"Within strata, increases of %[1]s are %[2]s of those of %[3]s in size, n = %[4]s", "在同层内，%[1]s的提额幅度为%[3]s的%[2]s倍，n = %[4]s"},
}

// concludeLimitParity makes one finding a group and metric that is flagged.
func concludeLimitParity(_ *audit.Env, _ []audit.Case, metrics []audit.Metric) []audit.Finding {
	var out []audit.Finding
	for i := range metrics {
		m := &metrics[i]
		title, ok := lpTitles[m.Name]
		if !ok || m.Status < audit.Warn {
			continue
		}
		points := m.Name == lpNoticeGap || m.Name == lpPhantomGap
		write := func(x float64) string {
			if points {
				return fixed(100*x, 1)
			}
			return fixed(x, 3)
		}
		value := m.Value
		if points {
			value = math.Abs(value)
		}
		f := audit.Finding{
			ID: audit.StableID(limitParityName, m.Name, m.Group, m.Reference), Check: limitParityName,
			Severity: audit.S3, Grade: audit.E3, Cause: "LIMIT_GAP", Clauses: groupClauses, Metrics: []string{m.ID()},
			Remedy: audit.T(
				"Find what opens the gap, rule by rule, at equal product and score; keep only what predicts repayment, and tell everybody of a decrease before it comes. Re-audit the next period.",
				"在同产品、同评分内逐条规则查明造成差距的原因；只保留确能预测还款的部分；降额一律事先告知；下一期复审。"),
			Customer: audit.T(
				"This figure is about groups and says nothing about a single account. You may ask why your own limit was changed.",
				"该数字反映群体情况，不说明任何一个账户。您可以询问本人额度变动的原因。"),
		}
		if m.EffectOf == "excess" {
			f.Harm = int64(math.Round(m.Effect))
		}
		args := []any{m.Group, write(value), groupName(m.Reference), audit.Thousands(m.N)}
		f.Title = audit.Tf(title[0], title[1], args...)
		counts := audit.Tf("%[1]s and %[2]s on record", "记录数分别为%[1]s和%[2]s", audit.Thousands(m.N), audit.Thousands(m.NRef))
		if m.K+m.KRef > 0 {
			counts = audit.Tf("%[1]s of %[2]s, against %[3]s of %[4]s", "%[2]s个中%[1]s个，参照群体%[4]s个中%[3]s个",
				audit.Thousands(m.K), audit.Thousands(m.N), audit.Thousands(m.KRef), audit.Thousands(m.NRef))
			if m.Name == lpDecreaseRatio {
				counts = audit.Tf("%[1]s decreases of %[2]s accounts, against %[3]s of %[4]s", "%[2]s个账户%[1]s次降额，参照群体%[4]s个账户%[3]s次",
					audit.Thousands(m.K), audit.Thousands(m.N), audit.Thousands(m.KRef), audit.Thousands(m.NRef))
			}
		}
		rest := audit.Tf(
			"; %[1]s %% interval %[2]s to %[3]s, threshold %[4]s; corrected p %[5]s. It says that groups fare differently, not why: inputs of the policy that are no stratum may explain it.",
			"；%[1]s %%区间%[2]s至%[3]s，阈值%[4]s；校正后p值%[5]s。仅说明各群体情况不同，不说明原因：未作为分层变量的政策输入可能解释该差距。",
			strconv.FormatFloat(100*m.Level, 'f', -1, 64), write(m.Low), write(m.High), write(m.Threshold), audit.PText(m.PAdjusted))
		f.What = audit.T(counts.En+rest.En, counts.Zh+rest.Zh)
		out = append(out, f)
	}
	return out
}
