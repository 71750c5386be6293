package denial

import (
	"testing"

	"evenhand/audit"
)

func TestClassify(t *testing.T) {
	l := newLexicon(&audit.Plan{Lexicon: []string{"模型未达标", "Tier-X"}})
	for text, want := range map[string]wording{
		"":          noReason,
		" - ":       noReason,
		"N/A":       noReason,
		"无":         noReason,
		"综合评分不足":    generic,
		"综合 评分，不足。": generic,
		"您的综合评分不足":  generic,
		"尊敬的客户：很抱歉，由于综合评分不足，您的申请未通过审批，请稍后再试。": generic,
		"暂无授信":             generic,
		"系统评估未通过":          generic,
		"您的申请未通过":          generic, // says no more than no
		"模型未达标":            generic, // the plan's
		"tier x":           generic,
		"INTERNAL  POLICY": generic,
		"internal_policy":  generic,
		"ＩＮＴＥＲＮＡＬ　ｐｏｌｉｃｙ": generic,
		"InternalPolicy": generic,
		"We regret that your application did not meet our criteria.":            generic,
		"You failed to achieve a qualifying score on our credit scoring system": generic,
		"Application denied": generic,
		"other":              generic,

		"综合评分不足：近三个月查询次数过多":                                 mixed,
		"暂不符合年龄要求":                                          mixed,
		"Insufficient score: debt-to-income ratio too high": mixed,

		"收入不足":                                     specific,
		"近三个月征信查询次数过多":                             specific,
		"负债比例过高":                                   specific,
		"您的年龄不符合要求":                                specific,
		"工作单位信息无法核实":                               specific,
		"Income insufficient for amount requested": specific,
		"Length of employment":                     specific,
		"Delinquent past obligations with others":  specific,
		"mother tongue":                            specific,
		"Unable to verify residence":               specific,
	} {
		if got := l.classify([]byte(text), true); got.wording != want {
			t.Errorf("%q is %v (%q), want %v", text, got.wording, got.phrase, want)
		}
	}
}

func TestClassifyCode(t *testing.T) {
	l := newLexicon(&audit.Plan{Reasons: map[string]audit.Reason{
		"R00": {Generic: true, Zh: "收入不足"},
		"R01": {Zh: "综合评分不足"},
		"R02": {Zh: "负债过高", En: "Debt too high"},
		"R03": {En: "Did not meet our criteria"},
	}})
	for code, want := range map[string]wording{
		"R00": generic, "R01": generic, "R02": specific, "R03": generic,
		"R99": unlisted, "INSUFFICIENT_SCORE": generic, "": noReason, "系统": unlisted,
	} {
		if got := l.code(code); got.wording != want {
			t.Errorf("%q is %v, want %v", code, got.wording, want)
		}
	}
	bare := newLexicon(&audit.Plan{})
	for code, want := range map[string]wording{"R99": specific, "LOW_SCORE": generic, "SYSTEM": specific, "n/a": noReason} {
		if got := bare.code(code); got.wording != want {
			t.Errorf("without a catalogue %q is %v, want %v", code, got.wording, want)
		}
	}
}

// The reasons of Regulation B's sample form C-1 are specific, save "Other".
func TestSampleForm(t *testing.T) {
	l := newLexicon(&audit.Plan{})
	for _, text := range []string{
		"Credit application incomplete", "Insufficient number of credit references provided", "Unacceptable type of credit references provided",
		"Unable to verify credit references", "Temporary or irregular employment", "Unable to verify employment", "Length of employment",
		"Income insufficient for amount of credit requested", "Excessive obligations in relation to income", "Unable to verify income",
		"Length of residence", "Temporary residence", "Unable to verify residence", "No credit file", "Limited credit experience",
		"Poor credit performance with us", "Delinquent past or present credit obligations with others", "Collection action or judgment",
		"Garnishment or attachment", "Foreclosure or repossession", "Bankruptcy", "Number of recent inquiries on credit bureau report",
		"Value or type of collateral not sufficient",
	} {
		if got := l.classify([]byte(text), true); got.wording != specific {
			t.Errorf("%q is %v (%q), want specific", text, got.wording, got.phrase)
		}
	}
	if got := l.classify([]byte("Other"), true); got.wording != generic {
		t.Errorf("Other is %v", got.wording)
	}
}

func FuzzClassify(f *testing.F) {
	l := newLexicon(&audit.Plan{})
	for _, s := range []string{"综合评分不足", "ﬁ Internal-policy", "\xff\x00other\x00", "ŉ’"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if a, b := l.classify([]byte(s), true), l.classify([]byte(s), true); a != b {
			t.Errorf("%q is %v, then %v", s, a, b)
		}
	})
}
