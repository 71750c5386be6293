package drift

import (
	"math"
	"strings"

	"evenhand/audit"
)

// mixWhat names what a metric is of, with a capital.
var mixWhat = map[string]audit.Text{
	"mix=reason":                audit.T("The mix of denial reasons", "拒绝理由构成"),
	"mix=channel":               audit.T("The mix of channels", "渠道构成"),
	"mix=partner":               audit.T("The mix of partners", "合作方构成"),
	"mix=product":               audit.T("The mix of products", "产品构成"),
	"approval_rate_difference":  audit.T("The approval rate", "通过率"),
	"override_rate_difference":  audit.T("The share of decisions overridden", "被推翻决策占比"),
	"manual_rate_difference":    audit.T("The share decided by hand", "人工决策占比"),
	"technical_rate_difference": audit.T("The share with a technical error", "技术错误占比"),
}

// mixConclude makes one finding of each mix and rate that moved: over all rows,
// and of those that did not move so, one of what moved within versions. What
// only moved from one version to the next, and technical errors in months with
// an incident, are declared: told in the metrics, and no finding.
func mixConclude(env *audit.Env, _ []audit.Case, metrics []audit.Metric) []audit.Finding {
	type cluster struct {
		what   string
		within bool
	}
	by := map[cluster][]*audit.Metric{}
	var order []cluster
	held := map[string]bool{} // compared within versions
	for i := range metrics {  // sorted: by name, segment, group, then period
		m := &metrics[i]
		what := m.Name
		if m.Name == mixPSI {
			what = m.Group
		}
		if m.Segment != "" && m.Reference != "" && m.Status != audit.Insufficient {
			held[what] = true
		}
		if m.Status < audit.Warn || mixWhat[what].IsZero() {
			continue
		}
		k := cluster{what, m.Segment != ""}
		if by[k] == nil {
			order = append(order, k)
		}
		by[k] = append(by[k], m)
	}
	var out []audit.Finding
	for _, k := range order {
		if k.within && by[cluster{k.what, false}] != nil {
			continue // told with the drift over all rows
		}
		inside := by[cluster{k.what, true}]
		switch {
		case !k.within && held[k.what] && inside == nil,
			k.what == "technical_rate_difference" && incidents(env, by[k]):
			continue
		}
		if k.within {
			inside = nil
		}
		out = append(out, mixFinding(k.what, by[k], inside))
	}
	return out
}

// incidents reports whether there was an incident in each of the periods.
func incidents(env *audit.Env, ms []*audit.Metric) bool {
	b := env.Lookups["incidents"]
	if b == nil {
		return false
	}
	set := env.Settings.(*MixSettings)
	periods, err := (&Settings{Reference: set.Reference, Every: set.Every}).periods(env)
	if err != nil {
		return false // New has refused it
	}
	from, to := b.Cols[env.Col("incidents", "starts_at")].Ints, b.Cols[env.Col("incidents", "ends_at")].Ints
	for _, m := range ms {
		p, seen := periods.Index(m.Period), false
		for i := range b.N {
			seen = seen || periods.Of(from[i]) <= p && periods.Of(to[i]) >= p
		}
		if !seen {
			return false
		}
	}
	return true
}

// mixFinding describes the periods of a mix or rate that are flagged, ms, and
// those flagged within versions.
func mixFinding(what string, ms, inside []*audit.Metric) audit.Finding {
	f := audit.Finding{Check: mixName, Severity: audit.S3, Grade: audit.E3, Cause: "DRIFT", Clauses: monitoring(), ID: audit.StableID(mixName, what, ms[0].Segment)}
	first, worst := ms[0], ms[0]
	for _, m := range ms {
		f.Metrics = append(f.Metrics, m.ID())
		if m.Period < first.Period {
			first = m
		}
		if math.Abs(m.Value) > math.Abs(worst.Value) {
			worst = m
		}
	}
	subject := mixWhat[what]
	if worst.Segment != "" {
		column, value, _ := strings.Cut(worst.Segment, "=")
		zh := "模型版本"
		if column == "policy_version" {
			zh = "政策版本"
		}
		subject = audit.T(subject.En+" within "+strings.ReplaceAll(column, "_", " ")+" "+value, zh+" "+value+" 内的"+subject.Zh)
	}
	if worst.Name == mixPSI {
		f.Title = audit.Tf(" drifted: PSI %.3[1]f in %[2]s against %[3]s", "发生漂移：%[2]s 相对 %[3]s 的 PSI 为 %.3[1]f", worst.Value, worst.Period, worst.Reference)
		f.What = audit.Tf("Periods past the threshold and no chance: %[1]d, the first in %[2]s. The worst is %[3]s: PSI %.3[4]f on %[5]d rows against %[6]d; two samples of one distribution stay under %.4[7]f at these sizes (95 %%).",
			"有 %[1]d 个时期超过阈值且非偶然，最早为 %[2]s。最严重的是 %[3]s：PSI 为 %.3[4]f（%[5]d 条对 %[6]d 条）；同一分布的两个样本在此样本量下以 95 %% 的概率低于 %.4[7]f。",
			len(ms), first.Period, worst.Period, worst.Value, worst.N, worst.NRef, worst.Effect)
	} else {
		f.Title = audit.Tf(" changed: %[1]s in %[2]s, %[3]s in %[4]s", "有变化：%[2]s 为 %[1]s，%[4]s 为 %[3]s",
			audit.Percent(worst.K, worst.N), worst.Period, audit.Percent(worst.KRef, worst.NRef), worst.Reference)
		f.What = audit.Tf("Periods past the threshold and no chance: %[1]d, the first in %[2]s. The worst is %[3]s: a change of %.1[4]f percentage points (95 %% interval %.1[5]f to %.1[6]f; %[7]s, corrected p %[8]s).",
			"有 %[1]d 个时期超过阈值且非偶然，最早为 %[2]s。最严重的是 %[3]s：变化 %.1[4]f 个百分点（95 %% 区间 %.1[5]f 至 %.1[6]f；%[7]s，校正后 p %[8]s）。",
			len(ms), first.Period, worst.Period, 100*worst.Value, 100*worst.Low, 100*worst.High, worst.Test, audit.PText(worst.PAdjusted))
	}
	f.Title.En, f.Title.Zh = subject.En+f.Title.En, subject.Zh+f.Title.Zh
	var within []string
	for _, m := range inside {
		if s := m.Segment; len(within) == 0 || within[len(within)-1] != s {
			within = append(within, s)
		}
		f.Metrics = append(f.Metrics, m.ID())
	}
	if len(within) > 0 {
		f.What.En += " It moved within " + strings.Join(within, ", ") + " too, so that a new version does not explain it."
		f.What.Zh += "在 " + strings.Join(within, "、") + " 之内也有变动，因此不能以更换版本来解释。"
	}
	f.What.En += " It is a screening number of grade E3: applicants, channels, systems or the practice of deciding changed; it does not say that a decision is wrong."
	f.What.Zh += "这是筛查指标（证据等级 E3）：说明申请人、渠道、系统或决策做法发生了变化，并不说明某个决策有误。"
	f.Remedy = audit.T(
		"Find what changed from the first flagged period on: the registry of models and policies, channels and partners, incidents, instructions to reviewers. Where nobody decided it, treat it as an undeclared change of policy.",
		"查明自首个异常时期起发生了什么变化：模型与政策登记、渠道与合作方、系统事件、对审核人员的指引。若无人作出过决定，应视为未申报的政策变更。")
	return f
}
