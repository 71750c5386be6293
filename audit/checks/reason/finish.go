package reason

import (
	"evenhand/audit"
	"evenhand/audit/checks/internal/cases"
)

var guardNames = [guards]audit.Text{
	isTest:       audit.T("test rows", "测试记录"),
	isPrescreen:  audit.T("prescreens, which are no applications", "预筛，并非申请"),
	isNotAdverse: audit.T("not against the applicant, or no decision", "结果并非不利，或并未作出决定"),
	isPerson:     audit.T("decided by a person", "由人工决定"),
	isExempt:     audit.T("exempt from disclosure: declared, a fraud hold, or a rule that need not be told", "豁免披露：已声明、欺诈管控，或规则无须告知"),
	isTechnical:  audit.T("the engine failed (see technicaldenial)", "引擎故障（见technicaldenial）"),
	isUntold:     audit.T("no reason code (see unexplaineddenial)", "没有原因代码（见unexplaineddenial）"),
	isGeneric:    audit.T("generic codes only (see unexplaineddenial)", "只有笼统的原因代码（见unexplaineddenial）"),
	isUnreplayed: audit.T("the policy could not be replayed, or there is none", "没有政策，或无法复算"),
	isOtherwise:  audit.T("the replay gives another outcome", "复算结果与记录不同"),
	isEdge:       audit.T("the score is within the tolerance of a cut-off", "评分与分数线之差在容差以内"),
	isMisscored:  audit.T("the score on record is not the model's (see scorematch)", "记录评分与模型不符（见scorematch）"),
	isUncoded:    audit.T("no code of the catalogue stands for what decided, or no model tells", "原因目录中没有对应决定因素的代码，或模型不足以判断"),
	isUnlisted:   audit.T("told by codes that the catalogue lacks", "所用代码不在原因目录之内"),
}

// Finish adds the cases, the metrics and the coverage of a single pass.
func (s *state) Finish(r *audit.Result) { s.finish(r, nil) }

// finish adds what both passes found; t is nil where one was enough.
func (s *state) finish(r *audit.Result, t *second) {
	all := newCounts(s.env)
	all.merge(&s.counts)
	var list cases.List
	list.Merge(&s.cases)
	if t != nil {
		all.merge(&t.counts)
		list.Merge(&t.cases)
	}
	for _, k := range list.All() {
		c := k.Case
		c.Check = checkName
		r.Cases = append(r.Cases, c)
	}
	m := &measures{state: s, r: r, counts: &all}
	m.write(t)
	c := s.coverage(all.all[nJudged])
	if t != nil {
		c.Excluded[isUncoded].Rows += t.contrary
	}
	r.Coverage = append(r.Coverage, c)
}

func (s *state) coverage(judged int64) audit.Coverage {
	c := audit.Coverage{Check: checkName, RowsIn: s.rowsIn, Judged: judged}
	for i, name := range guardNames {
		c.Excluded = append(c.Excluded, audit.Excluded{Guard: name, Rows: s.n[i]})
	}
	l := s.env.Layouts["decisions"]
	why := func(missing bool, en, zh string) {
		if missing {
			c.Why = append(c.Why, audit.T(en, zh))
		}
	}
	why(!s.hasShown && !l.Exported("reasons"), "neither reasons nor reasons_shown: there are no codes to judge", "没有reasons和reasons_shown：没有可供判断的原因代码")
	why(len(s.env.Plan.Reasons) == 0, "no catalogue of reasons: what codes stand for is not known, and none is judged wrong", "没有原因代码目录：不知代码所指，不认定任何原因有误")
	why(s.env.Policies == nil, "no policies: what decided is not known, and no reason is judged wrong", "没有政策：不知由何决定，不认定任何原因有误")
	why(len(s.env.Models) == 0, "no model: the reasons of denials by score are not judged", "没有模型：不判断按评分拒绝的原因")
	for i, m := range s.survey.Models {
		if !m.Rankable() {
			c.Why = append(c.Why, audit.Tf("model %s does not tell what each input adds: the reasons of its denials are not judged",
				"模型%s不能说明各输入的贡献：不判断其拒绝的原因", s.env.Models[i].Spec.Label()))
		}
	}
	return c
}
