package policy

import "slices"

// Mismatch is a kind of departure of a recorded decision from the replayed one.
type Mismatch uint8

// The kinds of mismatch, by their codes in the report.
const (
	Agrees           Mismatch = iota // no mismatch, or none that can be told
	RecordedOverride                 // D1: a person decided otherwise, and it is on record
	HiddenOverride                   // D2: a person decided otherwise, and no override is on record
	OtherVersion                     // D3: another version gives it, or the version was not in force
	TieRule                          // D4: a score equal to a cut-off, taken the other way
	UnknownKnockout                  // D5: a reason that no version's rules have
	Technical                        // D6: a technical error was recorded as a decision
	Unexplained                      // D7: none of these
)

var mismatchWords = [...]struct{ code, en, zh string }{
	Agrees:           {"", "as the policy says", "与政策一致"},
	RecordedOverride: {"D1", "recorded override", "有记录的人工改判"},
	HiddenOverride:   {"D2", "override without a record", "没有记录的人工改判"},
	OtherVersion:     {"D3", "cut-off of another version of the policy", "适用了其他版本政策的标准"},
	TieRule:          {"D4", "score equal to the cut-off, taken the wrong way", "评分恰好等于标准线，处理方向有误"},
	UnknownKnockout:  {"D5", "knock-out that no version of the policy has", "任何版本政策中都没有的拒绝规则"},
	Technical:        {"D6", "technical error recorded as a decision", "技术错误被记录为审批结果"},
	Unexplained:      {"D7", "unexplained", "无法解释"},
}

// Code is "D1" to "D7", "" for Agrees.
func (m Mismatch) Code() string { return mismatchWords[m].code }

// Words says the kind in English and in Chinese.
func (m Mismatch) Words() (en, zh string) { return mismatchWords[m].en, mismatchWords[m].zh }

// Departure is what is known of a decision and its replays. Outcomes are
// indexes into features.Outcomes.
type Departure struct {
	Recorded uint8
	Replayed uint8 // features.Undecided: not known
	Edge     bool  // the replayed score is within tolerance of a cut-off
	Decider  string
	Override string   // the reason recorded for an override
	Failed   bool     // row-level proof of a technical error
	InForce  bool     // the replayed version was in force when it was decided
	Others   []uint8  // outcomes under the registry's other versions, that hold for the product
	Tied     uint8    // outcome with the other tie rule; features.Undecided: not known
	Reasons  []string // codes recorded
	Known    []string // codes of the rules of every version that holds for the product
}

// Classify returns the kind of mismatch: the first that fits of technical
// errors, overrides, tie rules, other versions and unknown knock-outs. An
// outcome that is neither approval, denial nor referral is no decision of the
// policy and no mismatch; what a person decided after a referral is a recorded
// override. Of an edge case a machine's decision is no mismatch either.
func Classify(d Departure) Mismatch {
	if d.Failed && d.Recorded != d.Replayed {
		return Technical
	}
	if d.Recorded > referred || d.Replayed > referred || d.Recorded == d.Replayed {
		return Agrees
	}
	person := d.Decider == "manual" || d.Decider == "override"
	switch {
	case d.Decider == "override", d.Override != "", person && d.Replayed == referred:
		return RecordedOverride
	case d.Edge:
		return Agrees
	case person:
		return HiddenOverride
	case d.Tied == d.Recorded:
		return TieRule
	case !d.InForce, slices.Contains(d.Others, d.Recorded):
		return OtherVersion
	case d.Recorded == denied && slices.ContainsFunc(d.Reasons, func(c string) bool { return !slices.Contains(d.Known, c) }):
		return UnknownKnockout
	}
	return Unexplained
}

// Codes returns the reason codes that a policy's rules, cooling-off times and
// terms stand for, sorted.
func (p *Policy) Codes() []string {
	var out []string
	for i := range int(p.ruleOfTerm(p.bound(boundNewUser))) + 1 {
		out = append(out, p.RuleReasons(i)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Adverse reports whether an outcome is worse for the customer than another:
// denied than referred, referred than approved_lower, that than approved.
// Outcomes that are none of these are not compared.
func Adverse(outcome, than uint8) bool {
	rank := [...]int{approved: 0, approvedLower: 1, denied: 3, referred: 2}
	return outcome <= referred && than <= referred && rank[outcome] > rank[than]
}
