package denial

// genericPhrases are wordings that name no reason: they fit every denial. The
// first ones are those of the complaints; Regulation B, 12 CFR 1002.9(b)(2),
// names "internal standards or policies" and "failed to achieve a qualifying
// score" as insufficient. A plan's lexicon adds to them.
var genericPhrases = []string{
	"综合评分不足", "综合评分不够", "综合评分过低", "综合评分较低", "综合评分未达标", "综合评分未通过", "综合评分未达到要求", "综合评分",
	"评分不足", "评分过低", "评分较低", "评分未达标", "信用评分不足", "信用评分过低", "综合信用评分不足", "信用分不足",
	"暂无授信", "暂无额度", "无授信额度", "暂无可用额度", "暂不符合", "暂不满足", "不符合准入条件", "不符合授信条件", "不符合贷款条件", "不符合申请条件",
	"系统评估未通过", "综合评估未通过", "综合评估不足", "评估未通过", "风险评估未通过", "未通过综合评估", "未通过系统评估", "未通过评估",
	"审核未通过", "审批未通过", "未通过审核", "未通过审批", "系统审核未通过", "资质不符", "综合资质不足", "综合条件不符",
	"内部政策", "内部标准", "内部规定", "内部规则", "政策原因", "风控未通过", "风控拒绝", "风控政策", "风控原因",
	"其他原因", "其它原因", "其他", "其它", "暂时无法提供服务", "暂无法提供服务",

	"internal policy", "internal policies", "internal standards", "internal criteria", "internal rules",
	"credit policy", "lending policy", "company policy", "bank policy", "lending criteria", "credit criteria", "risk policy",
	"did not meet score", "did not meet criteria", "did not meet our criteria", "did not meet minimum score", "did not meet requirements", "did not meet our requirements",
	"does not meet criteria", "does not meet our criteria", "does not meet requirements", "do not meet our criteria", "do not meet criteria", "do not meet requirements",
	"insufficient score", "insufficient credit score", "insufficient total score", "insufficient overall score", "low score", "low credit score", "score too low", "credit score too low",
	"score below cutoff", "score below cut off", "score below threshold", "score below minimum", "score not sufficient", "failed scoring", "failed score",
	"failed to achieve qualifying score", "failed to achieve a qualifying score", "did not achieve a qualifying score", "qualifying score",
	"credit scoring system", "overall score", "comprehensive score", "comprehensive evaluation", "overall assessment",
	"did not pass review", "did not pass assessment", "failed review", "failed assessment", "failed evaluation", "system evaluation failed", "system decision", "declined by system",
	"other", "other reason", "other reasons", "general reasons",
}

// fillerWords carry no reason either, but are only looked at in prose, and
// only in what generic phrases leave over. Words that could name a factor
// (收入, 负债, 逾期, history, income …) must not be here.
const fillerWords = `
尊敬的 客户 用户 您好 您的 您 你的 你 非常 很 抱歉 遗憾 经过 经 因为 由于 因 本次 此次 该 贷款 借款 信贷 授信 额度 申请 我们 我行 我司 本行 本公司 平台 系统
综合 评估 评定 评审 审核 审批 审查 结果 未能 暂未 未 不能 无法 不予 不 通过 获批 批准 暂时 暂 目前 当前 为 提供 服务 感谢 支持 敬请 请 稍后 以后 后续 再次 重新 再试 再 试
理解 谅解 关注 给 带来 不便 和 与 及 被 已 是 在 了 的 拒绝 婉拒 原因 理由 如下 达到 满足 符合 条件 要求 标准 准入 我 相关 规定 政策 所 致 故 而 对 可 以 有 仍
a an the of to by for on in at with and or is are was were be been has have had we our us you your this that it its as from not unable cannot can could
sorry regret unfortunately dear customer applicant sir madam thank thanks application request loan apply applied decision result declined denied decline deny rejected refused approve approved approval
due because reason reasons based after upon review reviewed assessment evaluation time present currently moment please try again later offer provide company bank lender system did does do
meet met satisfy requirements criteria standards policy policies inform that following at were careful consideration regarding`
