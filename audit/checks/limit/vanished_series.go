package limit

import (
	"slices"
	"strings"
	"time"

	"evenhand/audit"
	"evenhand/audit/cause"
)

// loadFinding is the finding that attempts fail under load.
func loadFinding(m *audit.Metric) audit.Finding {
	return audit.Finding{
		ID: audit.StableID(vanishedName, "LOAD"), Check: vanishedName, Severity: audit.S3,
		Title: audit.Tf("The slowest increases fail %.1[1]f times as often as the others, by odds", "最慢的提额失败的优势比为其余的%.1[1]f倍", m.Value),
		What: audit.Tf("%[1]s of %[2]s attempts in the top tenth of latency_ms, with ties, came to nothing, against %[3]s of %[4]s of the rest, compared within days; corrected p %[5]s. It points at concurrency, and says nothing about single cases.",
			"latency_ms最高十分之一（含并列）的%[2]s次尝试中%[1]s次没有结果，其余%[4]s次中%[3]s次，按日分层比较；校正后p值%[5]s。这指向并发问题，不说明单个案例。",
			audit.Thousands(m.K), audit.Thousands(m.N), audit.Thousands(m.KRef), audit.Thousands(m.NRef), audit.PText(m.PAdjusted)),
		Grade: audit.E3, Cause: cause.LostUpdate, Rules: []string{"R1.6"}, Metrics: []string{m.ID()},
		Remedy: audit.T("Test increments under load, write limits by compare-and-set on a version, and queue what can't be written.", "对提额做压力测试，按版本号比较后写入额度，无法写入的进入队列。"),
	}
}

// turnFinding is the finding that promises are kept less often from a day on,
// and of what the registry and the incidents say about it.
func turnFinding(env *audit.Env, m *audit.Metric) audit.Finding {
	product := strings.TrimPrefix(m.Segment, "product=")
	on := strings.TrimPrefix(m.Reference, "before ")
	t, err := time.Parse(time.DateOnly, on)
	if err != nil {
		panic("limit: " + err.Error())
	}
	first := t.Unix() / (24 * 3600)
	calendar := env.Plan.Calendar()
	f := audit.Finding{
		ID: audit.StableID(vanishedName, "R1.7", product, on), Check: vanishedName, Severity: audit.S3, Grade: audit.E3, Rules: []string{"R1.7"},
		Metrics: []string{m.ID()}, FirstSeen: calendar.Start(first), LastSeen: env.Plan.AsOfMicros(), Cause: cause.PolicyUndeclared,
		Title: audit.Tf("From %[1]s on, %.1[2]f %% of promised increases were kept, before that %.1[3]f %%", "自%[1]s起，承诺提额的兑现率为%.1[2]f %%，此前为%.1[3]f %%",
			on, 100*float64(m.K)/float64(m.N), 100*float64(m.KRef)/float64(m.NRef)),
		Remedy:   audit.T("Find what changed on that day: a release, a rule or a job; declare it in the registry if it was meant.", "查明当日发生的变更：发布、规则或任务；如属有意，应登记在政策中。"),
		Customer: makeUp,
	}
	note := audit.T("No version of the policy and no incident lies within two days of it.", "前后两日内没有政策版本变更，也没有故障。")
	near := func(x cause.OneIncident) bool {
		return x.From < calendar.Start(first+cause.DeclaredWithin+1) && x.To >= calendar.Start(first-cause.DeclaredWithin)
	}
	incidents := cause.NewIncidents(env)
	switch i := slices.IndexFunc(incidents.List, near); {
	case cause.Declared(env, calendar, product, first):
		f.Cause, f.Severity = cause.PolicyDeclared, audit.S4
		note = audit.T("A version of the policy came into force within two days of it.", "前后两日内有政策版本生效。")
	case i >= 0:
		f.Cause = cause.Incident
		note = audit.Tf("Incident %[1]s lies within two days of it; the overlap alone proves nothing.", "前后两日内有故障%[1]s；仅时间重合不构成证明。", incidents.List[i].ID)
	case env.Policies == nil:
		f.Cause = cause.Unexplained
		note = audit.T("No incident lies within two days of it; the plan has no policies to look at.", "前后两日内没有故障；审计方案中没有政策可供对照。")
	}
	f.What = audit.Tf("%[1]s of %[2]s promises due from that day, against %[3]s of %[4]s before; corrected p %[5]s. It is where to look, not a verdict on cases. ",
		"自当日起到期的%[2]s笔承诺中兑现%[1]s笔，此前%[4]s笔中兑现%[3]s笔；校正后p值%[5]s。这说明应在何处查找，不是对个案的判定。",
		audit.Thousands(m.K), audit.Thousands(m.N), audit.Thousands(m.KRef), audit.Thousands(m.NRef), audit.PText(m.PAdjusted))
	f.What.En += note.En
	f.What.Zh += note.Zh
	f.Causes = []audit.Supported{{Code: f.Cause, Grade: audit.E3}}
	return f
}

// gapFinding is the finding that a group's promises are kept less often.
func gapFinding(m *audit.Metric) audit.Finding {
	return audit.Finding{
		ID: audit.StableID(vanishedName, "GAP", m.Group, m.Reference), Check: vanishedName, Severity: audit.S3,
		Title: audit.Tf("%.1[2]f %% of the promises to %[1]s were kept, %.1[4]f %% of those to %[3]s", "对%[1]s的承诺兑现率为%.1[2]f %%，对%[3]s为%.1[4]f %%",
			m.Group, 100*float64(m.K)/float64(m.N), m.Reference, 100*float64(m.KRef)/float64(m.NRef)),
		What: audit.Tf("%[1]s of %[2]s promises against %[3]s of %[4]s; corrected p %[5]s. It says that promises are kept unequally, not why: some were not due by their conditions.",
			"%[2]s笔承诺中兑现%[1]s笔，参照群体%[4]s笔中兑现%[3]s笔；校正后p值%[5]s。这说明兑现情况不均，不说明原因：部分承诺依条件本不应兑现。",
			audit.Thousands(m.K), audit.Thousands(m.N), audit.Thousands(m.KRef), audit.Thousands(m.NRef), audit.PText(m.PAdjusted)),
		Grade: audit.E3, Cause: cause.Unexplained, Rules: []string{"R1.1"}, Metrics: []string{m.ID()},
		Remedy: audit.T("Find the channel, product or condition behind the difference, and keep promises alike.", "查明差异背后的渠道、产品或条件，同等兑现承诺。"),
	}
}
