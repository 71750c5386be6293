package consistency

import "evenhand/audit"

// dominatedWords names the metrics and causes of dominated.
var dominatedWords = map[string]audit.Text{
	domRate:     audit.T("denials beside weaker approvals", "受压拒绝占比"),
	domDepth:    audit.T("bins by which the weakest witness is worse", "最弱对照相差的分箱数"),
	domUneven:   audit.T("confirmed denials in which being worse earns points", "评分卡使更差者得分更高的拒绝"),
	domOverlap:  audit.T("denials in the marginal band at least as good as an approved control", "边际区间内不弱于获通过参照者的拒绝占比"),
	domCause:    audit.T("weaker applicants were approved", "条件更弱者获通过"),
	domMonotone: audit.T("a model or policy that goes another way than the dictionary", "模型或政策的方向与词典不一致"),
}

// dominatedEvidence is the evidence of dominated in Chinese (audit.Evidence).
var dominatedEvidence = map[string]string{
	domReplay: "按政策复算", domCount: "条件更弱的通过笔数", domDeepest: "最多相差的分箱数",
	domWitnessIs + "*": "条件更弱的通过 $1", domWitnessIs + "*, *": "对照 $1 的@2", "* or more": "$1 笔或更多", "* against *": "@1，本人为 @2",
	"unknown": "未知", "denied": "拒绝", "not denied": "不应拒绝",
}
