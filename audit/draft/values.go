package draft

import (
	"cmp"
	"slices"
	"strings"

	"evenhand/features"
)

// words are lenders' words for outcomes, as normal writes them.
var words = map[string]string{
	"approved":       "approve approved accept accepted pass passed grant granted fund funded booked originated loanoriginated approvedbutnotaccepted unusedoffer success good y yes 通过 已通过 审批通过 批准 同意 核准 授信通过 成功",
	"approved_lower": "approvedlower approvedless partial partiallyapproved counteroffer 降额通过 部分通过",
	"denied":         "deny denied reject rejected refuse refused decline declined applicationdenied bad n no 拒绝 已拒绝 审批拒绝 不通过 未通过 否决 授信拒绝",
	"referred":       "refer referred review manual manualreview pending inreview 人工 转人工 人工审核 待审核 审核中",
	"withdrawn":      "withdraw withdrawn cancel cancelled canceled withdrawnbyapplicant 撤销 撤回 取消 已取消 放弃 客户放弃",
	"incomplete":     "incomplete fileclosedforincompleteness missinginfo 资料不全 补件 待补件",
	"error":          "error err failed failure timeout exception systemerror 异常 错误 失败 超时 系统异常",
}

// actions are the codes of action_taken in the Home Mortgage Disclosure Act.
// 6 is a purchase of another lender's loan: no decision.
var actions = map[string]string{"1": "approved", "2": "approved", "3": "denied", "4": "withdrawn", "5": "incomplete", "7": "denied", "8": "approved"}

// reading is how the values of a field read as outcomes.
type reading struct {
	from    *field
	values  [][2]string
	unknown []string
	rated   bool // good and bad rate loans, they don't decide
	coded   bool // 0 and 1 under a name that doesn't say which is which
}

// outcome guesses the column that says what was decided: the first by name
// whose values all read as outcomes, else the one that has most that do.
func (t *table) outcome(c features.Column) {
	var best *reading
	for _, name := range strings.Fields(outcomes) {
		for i := range t.fields {
			f := &t.fields[i]
			if f.key != normal(name) || f.Natural == features.Instant || f.Natural == features.Date || f.Natural == features.TextList || f.Natural == features.Money {
				continue
			}
			r := readOutcomes(f, name)
			if r == nil {
				continue
			}
			if best == nil || len(best.unknown) > len(r.unknown) {
				best = r
			}
		}
	}
	if best == nil {
		return
	}
	slices.SortFunc(best.values, func(a, b [2]string) int {
		return cmp.Or(slices.Index(c.Enum, a[1])-slices.Index(c.Enum, b[1]), strings.Compare(a[0], b[0]))
	})
	g := guess{column: c, from: []string{best.from.Name}, values: best.values, unknown: best.unknown}
	switch {
	case len(best.values) == 0:
		g.note = "check: no values were seen; add values: if they are not the contract's words"
	case best.rated:
		g.note = "check: this rates how loans went; is it what was decided?"
	case best.coded:
		g.note = "check: is 1 approved?"
	}
	t.guesses = append(t.guesses, g)
}

// readOutcomes reads f's values, nil when they are no outcomes.
func readOutcomes(f *field, name string) *reading {
	r := &reading{from: f}
	values := f.Values
	if f.Natural == features.Bool {
		values = []string{"true", "false"}
	}
	if len(values) == 0 {
		if f.Natural == features.Text && name == "outcome" && f.Rows == 0 {
			return r
		}
		return nil
	}
	negative := slices.Contains(strings.Fields(negatives), name)
	plain := map[string]bool{} // what was reached
	for _, v := range values {
		to := readOutcome(v, name, negative, values)
		if to == "" {
			r.unknown = append(r.unknown, v)
			continue
		}
		r.values = append(r.values, [2]string{v, to})
		plain[to] = true
		r.rated = r.rated || normal(v) == "good" || normal(v) == "bad"
	}
	zeroOne := binary(f) && f.Natural != features.Bool
	r.coded = (zeroOne || f.Natural == features.Bool) && !negative && !strings.HasPrefix(name, "appr") && !strings.HasPrefix(name, "acce") && name != "is_approved" && name != "是否通过"
	// Statuses of loans share a word or two with outcomes.
	if len(r.values) == 0 || len(r.unknown) > len(r.values) || !plain["approved"] && !plain["denied"] {
		return nil
	}
	return r
}

func readOutcome(v, name string, negative bool, values []string) string {
	if (name == "action_taken" || name == "action") && !slices.ContainsFunc(values, func(v string) bool { return len(v) != 1 || v < "1" || v > "8" }) {
		return actions[v]
	}
	switch strings.ToLower(v) {
	case "1", "true":
		return map[bool]string{true: "denied", false: "approved"}[negative]
	case "0", "false":
		return map[bool]string{true: "approved", false: "denied"}[negative]
	}
	key := normal(v)
	if negative && (key == "y" || key == "yes" || key == "n" || key == "no") {
		return map[bool]string{true: "denied", false: "approved"}[key[0] == 'y']
	}
	for _, to := range features.Outcomes {
		if slices.Contains(strings.Fields(words[to]), key) || key == normal(to) {
			return to
		}
	}
	return ""
}

// kinds are words inside lenders' words for events of limits and payments and
// for who or what decided.
var kinds = map[string][][2]string{
	"kind": {
		{"unfreeze", "unfreeze unlock 解冻"}, {"freeze", "freeze lock 冻结"}, {"promise", "promise 承诺"}, {"decrease", "decrease cut lower reduce down 降额 调低"},
		{"increase", "increase raise applied up 提额 调高"}, {"grant", "grant open initial new 授信 开通"}, {"evaluate", "evaluate evaluation review assess 评估"},
		{"display", "display show 展示"}, {"draw", "draw 支用 提款"}, {"expire", "expire 到期"}, {"close", "close 关闭 销户"},
		{"payoff", "payoff settle 结清"}, {"early", "early prepay 提前"}, {"refund", "refund 退款"}, {"reversal", "reversal revers 冲正"}, {"scheduled", "scheduled normal regular 正常"},
	},
	"decider":          {{"override", "override 干预"}, {"manual", "manual human 人工"}, {"auto", "auto system machine 自动 系统"}},
	"application_type": {{"limit_increase", "limit_increase increase 提额"}, {"drawdown", "draw 支用"}, {"reborrow", "reborrow repeat 复借"}, {"prescreen", "prescreen 预审"}, {"new_line", "new first 首次 新增"}},
	"trigger":          {{"customer", "customer user 客户"}, {"schedule", "schedule cron batch 定时"}, {"risk", "risk 风险"}, {"policy", "policy 策略"}, {"ops", "ops operation 运营"}, {"experiment", "experiment 实验"}},
	"result":           {{"overturned", "overturn success 成立"}, {"upheld", "upheld reject 维持 驳回"}, {"partial", "partial 部分"}, {"pending", "pending open 处理中"}},
}

// vocabulary guesses a column of few words from the values of the fields that
// are called like it: at least half of them must read as one.
func (t *table) vocabulary(c features.Column) {
	for _, name := range append([]string{c.Name}, strings.Fields(synonyms[t.contract.Name][c.Name])...) {
		for i := range t.fields {
			f := &t.fields[i]
			if f.key != normal(name) || f.Natural != features.Text || len(f.Values) == 0 || len(f.Values) == manyValues {
				continue
			}
			g := guess{column: c, from: []string{f.Name}}
			same := true
			for _, v := range f.Values {
				if to := readWord(c, v); to != "" {
					g.values = append(g.values, [2]string{v, to})
					same = same && v == to
				} else {
					g.unknown = append(g.unknown, v)
				}
			}
			if len(g.values) < len(g.unknown) || len(g.values) == 0 {
				continue
			}
			if same && len(g.unknown) == 0 {
				g.values = nil // they are the contract's words
			} else {
				g.note = "check"
			}
			t.guesses = append(t.guesses, g)
			return
		}
	}
}

func readWord(c features.Column, v string) string {
	for _, to := range c.Enum {
		if normal(v) == normal(to) {
			return to
		}
	}
	for _, k := range kinds[c.Name] {
		if !slices.Contains(c.Enum, k[0]) {
			continue
		}
		for _, word := range strings.Fields(k[1]) {
			// Short words stand alone: "up" is not in "setup".
			if len(word) > 3 && strings.Contains(normal(v), normal(word)) || slices.Contains(tokens(v), word) {
				return k[0]
			}
		}
	}
	return ""
}
