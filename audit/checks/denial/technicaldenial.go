package denial

import (
	"fmt"
	"slices"

	"evenhand/audit"
	law "evenhand/audit/clauses"
)

const technicalName = "technicaldenial"

// TechnicalDenial finds failures of systems that were recorded as denials.
var TechnicalDenial = &audit.Check{
	Name:     technicalName,
	Title:    audit.T("Technical failures recorded as denials", "技术故障被记为拒绝"),
	Doc:      technicalDoc,
	DocZh:    technicalDocZh,
	Words:    technicalMetrics,
	Evidence: audit.Evidence(technicalEvidence),
	IDs:      []string{itemIncident},
	Article:  "004",
	Chapter:  "denials",
	Clauses:  law.IDs(law.PIPL24, law.InternetLoans22, law.GDPR22, law.CCD18, law.RegBNotice),
	Needs: audit.Needs{
		Tables: []audit.TableNeed{{
			Table:    "decisions",
			Required: []string{"decision_id", "customer_id", "product", "decided_at", "outcome"},
			Optional: []audit.Want{
				{Column: "account_id"}, {Column: "application_type"}, {Column: "is_test"}, {Column: "submitted_at"}, {Column: "notice_at"},
				{Column: "requested_amount"}, {Column: "channel"}, {Column: "policy_version"}, {Column: "model_version"}, {Column: "score"},
				{Column: "engine_status", Effect: audit.T("failures are read off error codes, time-outs and scores only", "只能从错误代码、超时和评分识别故障")},
				{Column: "error_code", Effect: audit.T("failures are read off the engine's status, time-outs and scores only", "只能从引擎状态、超时和评分识别故障")},
				{Column: "latency_ms", Effect: audit.T("time-outs are not looked for", "不识别超时")},
			},
		}},
		Lookups: []audit.TableNeed{{
			Table:    "incidents",
			Required: []string{"incident_id", "starts_at", "ends_at"},
			Optional: []audit.Want{{Column: "services"}, {Column: "error_codes"}},
		}},
		Replay: true,
	},
	Settings: func() any { return technicalDefaults() },
	New:      func(env *audit.Env) (audit.State, error) { return newTechnicalState(env) },
	Letter:   technicalLetter,
	Conclude: concludeTechnical,
}

func technicalDefaults() *TechnicalSettings {
	return &TechnicalSettings{
		TimeoutMS: 30_000, Sentinels: []float64{-1, -999, -9999, -99999, 9999, 99999, 999999}, HourSpread: 0.05,
		Regime: []string{"cn", "us", "eu"},
	}
}

// TechnicalSettings are the parameters of technicaldenial.
type TechnicalSettings struct {
	TimeoutMS  int64     `yaml:"timeout_ms" doc:"milliseconds from which a decision that failed ran into its time limit; 0: time-outs are not looked for; default 30000"`
	Sentinels  []float64 `yaml:"placeholder_scores" doc:"recorded scores that stand for none; default -1 (where a model says otherwise), -999, -9999, -99999, 9999, 99999 and 999999"`
	HourSpread float64   `yaml:"hour_spread" doc:"without engine_status, error_code and latency_ms: warn when the denial rate of an hour of the day is so far from that of all; default 0.05"`
	Regime     []string  `yaml:"regime" doc:"whose clauses findings are evidence for: cn, us, eu; default all"`
}

func (s *TechnicalSettings) validate() error {
	if s.TimeoutMS < 0 {
		return fmt.Errorf("checks: "+technicalName+": timeout_ms %d must not be negative", s.TimeoutMS)
	}
	if !(s.HourSpread >= 0 && s.HourSpread <= 1) {
		return fmt.Errorf("checks: "+technicalName+": hour_spread %v must be between 0 and 1", s.HourSpread)
	}
	for _, r := range s.Regime {
		if !slices.Contains([]string{"cn", "us", "eu"}, r) {
			return fmt.Errorf("checks: "+technicalName+": regime %q is unknown; use cn, us or eu", r)
		}
	}
	return nil
}

const technicalDoc = `Technical failures recorded as denials

An application whose engine failed was not decided on. This check finds denials
(outcome denied) whose own row proves a failure (rule R4.6, grade E1), first
that fits:

	technical status   engine_status or error_code is of the class technical, by the
	                   plan's errors and, for codes that they lack, by a built-in lexicon
	time-out           latency_ms of timeout_ms or more, with a status or code that no
	                   catalogue explains, or without a score beside a model_version
	placeholder score  the recorded score is one of placeholder_scores, and not the model's;
	                   one between -10 and 10 only where the model gives another
	missing score      no recorded score beside a model_version, though the policy, replayed,
	                   gets as far as a score

The last three give way to a knock-out or another rule of the policy that needs
no score and denies in the replay. A fraud hold (class fraud of status or code) is
never judged here, and classes business, partner_quota and review are rules'
outcomes. Missing scores on more than 20 % of the denials are taken for a gap in
the export. Test rows and prescreens are left out.

A case is TECHNICAL: the outcome stands on no decision, so that a new one is owed.
Whether the new one will be an approval is not said. What the customer was told is
judged by unexplaineddenial. The cause is INCIDENT when the row lies in the window
of an incident whose failures are in excess: the rate of failures among decisions
is higher than in the same hours of the same weekdays of the 4 weeks before, the
lower end of the 95 % score interval of the ratio (Miettinen and Nurminen) above 1.
It is of grade E1 when the incident names the row's error code, else E3.
An incident without an excess is no cause: then, and outside incidents, the cause
is TECHNICAL_ERROR.

	technical_denial_rate      share of denials that were failures; by period, product, channel, hour
	denial_rate                by hour of the day
	denial_rate_hour_spread    the greatest distance of an hour's denial rate; chi-square over hours
	incident_failure_excess    ratio of failure rates, in each incident against before
	incident_denial_excess     the same of denials

Without engine_status, error_code, latency_ms and incidents only the hours are
screened (grade E4), and no denial is called technical for it. With incidents
alone, an excess of denials is a finding of grade E3 without cases.

Source: domain design, rule R4.6 and the order of causes.`

const technicalDocZh = `技术故障被记为拒绝

引擎发生故障的申请，并未真正得到决策。本检查找出记录本身即可证明故障的拒绝
（outcome 为 denied；规则 R4.6，证据等级 E1），按下列顺序取最先符合的一项：

	引擎状态属技术故障  engine_status 或 error_code 属 technical 类：先看方案的 errors，
	                    其中没有的代码再看内置词库
	超时                latency_ms 达到 timeout_ms，且状态或代码无目录可解释，或有 model_version 而没有评分
	评分为占位值        记录的评分属 placeholder_scores，且不是模型算出的值；介于 -10 与 10
	                    之间的，须模型算出的是另一个值
	缺少评分            有 model_version 而没有评分，但按政策复算须用到评分

后三项在政策复算由无需评分的规则（硬性拒绝等）作出拒绝时不成立。欺诈管控（状态或
代码属 fraud 类）一律不在此判断；business、partner_quota、review 各类是规则的结
果。缺少评分的拒绝超过 20 % 的，视为导出数据不全。测试记录和预筛不参与判断。

案例的结果判定为 TECHNICAL：该结果没有决策依据，应重新作出决定；新决定是否通过，
此处不作判断。客户被告知了什么，由 unexplaineddenial 判断。记录处于事故时段之内、
且该事故的故障明显偏多的，原因为 INCIDENT：决策的故障率高于此前 4 周相同星期、相
同时段，即比值的 95 % 区间（Miettinen-Nurminen 得分法）下限大于 1。事故列有该错误代码
的，等级为 E1，否则为 E3。故障没有偏多的事故不构成原因：此时以及事故之外，原因为
TECHNICAL_ERROR。

	technical_denial_rate      拒绝中实为故障的占比；按期间、产品、渠道、小时
	denial_rate                各小时的拒绝率
	denial_rate_hour_spread    各小时拒绝率的最大偏离；对各小时作卡方检验
	incident_failure_excess    各事故期间与此前的故障率之比
	incident_denial_excess     同上，拒绝率之比

缺少 engine_status、error_code、latency_ms 和事故表时，只按小时筛查（等级 E4），
不据此认定任何拒绝属于技术故障。只有事故表时，拒绝偏多作为等级 E3 的问题列出，不
列案例。

来源：领域设计中的规则 R4.6 和原因的顺序。`
