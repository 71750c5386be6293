package clauses

import "evenhand/audit"

// All lists every clause, by regime. The ones with Verified were read; a
// circular that was withdrawn, a guidance that was rescinded, or an article
// whose number could not be made sure is not here.
var All = []*Rule{
	PIPL24, PIPLAudit, AuditMeasures, InternetLoans22, InternetLoansCap, InternetLoansModels, AssistedLoans, ConsumerFinance, ConsumerLaw,
	GDPR22, CCD18, AIActData, AIActRecords, AIActOversight, AIActAccuracy, AIActImpact, AIActExplain,
	ConsumerDuty, CONC,
	RegBNotice, RegBAdverse, RegBGroups, RegBRecords, FourFifths, FCRA615, SR262,
}

// China.
var (
	PIPL24 = &Rule{ID: "cn-pipl-24", Regime: "cn", Standing: Verified, Checked: checked,
		Name: audit.T("PIPL 24", "个人信息保护法 第二十四条"),
		Point: audit.T("automated decisions are transparent and their results fair; no unreasonable differences in terms; on request an explanation of a decision of weight, and the right to refuse one made by automated means alone",
			"自动化决策应当保证决策的透明度和结果公平、公正，不得实行不合理的差别待遇；对个人权益有重大影响的决定，个人有权要求说明，并有权拒绝仅通过自动化决策作出决定"),
		Limits: audit.T("the explanation is owed on request; specific reasons with every denial are not asked for here", "说明以个人要求为前提；本条并不要求每次拒绝都列明具体原因")}
	PIPLAudit = &Rule{ID: "cn-pipl-54", Whole: true, Regime: "cn", Standing: Verified, Checked: checked,
		Name:  audit.T("PIPL 54, 55(2), 56", "个人信息保护法 第五十四条、第五十五条第（二）项、第五十六条"),
		Point: audit.T("regular compliance audits; an impact assessment before automated decisions, kept for three years at least", "定期合规审计；自动化决策事前开展个人信息保护影响评估，报告至少保存三年")}
	AuditMeasures = &Rule{ID: "cn-pi-audit", Whole: true, Regime: "cn", Standing: Verified, Checked: checked,
		Name:  audit.T("China, measures on compliance audits of personal information protection (from 2025-05-01)", "个人信息保护合规审计管理办法（2025-05-01起施行）"),
		Point: audit.T("what such an audit looks at, automated decisions among it", "合规审计的内容，包括自动化决策")}
	InternetLoans22 = &Rule{ID: "cn-internet-loans-22", Regime: "cn", Standing: Verified, Checked: checked,
		Name:   audit.T("China, interim measures on commercial banks' internet loans, Art 22", "商业银行互联网贷款管理暂行办法 第二十二条"),
		Point:  audit.T("manual review as the necessary supplement of approval by models, with triggers that are set", "建立人工复核验证机制，作为对风险模型自动审批的必要补充，并明确触发条件"),
		Limits: audit.T("consumer finance companies: by reference", "消费金融公司参照执行")}
	InternetLoansCap = &Rule{ID: "cn-internet-loans-21", Regime: "cn", Standing: Verified, Checked: checked,
		Name:   audit.T("China, interim measures on commercial banks' internet loans, Art 21", "商业银行互联网贷款管理暂行办法 第二十一条"),
		Point:  audit.T("a prudent limit of credit from what is known of the borrower's risk", "根据借款人风险数据审慎确定授信额度"),
		Limits: audit.T("consumer finance companies: by reference", "消费金融公司参照执行")}
	InternetLoansModels = &Rule{ID: "cn-internet-loans-ch3", Regime: "cn", Standing: Sure, Checked: checked,
		Name:   audit.T("China, interim measures on commercial banks' internet loans, chapter 3", "商业银行互联网贷款管理暂行办法 第三章"),
		Point:  audit.T("risk data and risk models: development, validation, monitoring, retirement, records", "风险数据和风险模型管理：开发、验证、监测、退出及记录"),
		Limits: audit.T("consumer finance companies: by reference", "消费金融公司参照执行")}
	AssistedLoans = &Rule{ID: "cn-assisted-loans", Regime: "cn", Standing: Verified, Checked: checked,
		Name:  audit.T("China, notice No. 9 [2025] on banks' internet loans with partners (from 2025-10-01)", "金规〔2025〕9号 关于加强商业银行互联网助贷业务管理的通知（2025-10-01起施行）"),
		Point: audit.T("the bank decides on risk on its own; partners are listed and managed", "银行独立风控、自主决策；合作机构名单制管理")}
	ConsumerFinance = &Rule{ID: "cn-consumer-finance", Regime: "cn", Standing: Verified, Checked: checked,
		Name:  audit.T("China, measures on consumer finance companies (from 2024-04-18)", "消费金融公司管理办法（2024-04-18起施行）"),
		Point: audit.T("risk control of its own; a cap of 200,000 yuan; a chapter on consumer protection", "自主风险控制；单户授信上限20万元；消费者权益保护专章")}
	ConsumerLaw = &Rule{ID: "cn-consumer-law", Regime: "cn", Standing: Verified, Checked: checked,
		Name:  audit.T("China, Consumer Protection Law Art 8, 10, 20", "消费者权益保护法 第八条、第十条、第二十条"),
		Point: audit.T("the right to know, fair dealing, no false or misleading statement", "知情权、公平交易权，不得作虚假或者引人误解的宣传")}
)

// The European Union.
var (
	GDPR22 = &Rule{ID: "eu-gdpr-22", Regime: "eu", Standing: Verified, Checked: checked,
		Name: audit.T("GDPR 15(1)(h), 22", "欧盟 GDPR 第15(1)(h)条、第22条"),
		Point: audit.T("no decision of weight by automated processing alone without safeguards; meaningful information about the procedure that was applied (CJEU C-634/21, C-203/22)",
			"未经保障措施不得仅凭自动化处理作出重大决定；应提供关于实际采用的决策过程的有意义信息（欧盟法院 C-634/21、C-203/22）")}
	CCD18 = &Rule{ID: "eu-ccd2-18", Regime: "eu", Standing: Sure, Checked: checked,
		Name:   audit.T("CCD2 2023/2225 Art 18", "欧盟 2023/2225 号消费信贷指令 第18条"),
		Point:  audit.T("human intervention, explanation and a way to contest; the applicant is told of a rejection; no data from social networks", "人工介入、说明与异议途径；应告知被拒绝；不得使用社交网络数据"),
		Limits: audit.T("applies from 2026-11-20", "2026-11-20起适用")}
	AIActData = &Rule{ID: "eu-aiact-10", Regime: "eu", Standing: Verified, Checked: checked,
		Name:   audit.T("EU AI Act, Annex III 5(b), Art 10", "欧盟《人工智能法》附件三第5(b)项、第10条"),
		Point:  audit.T("credit scoring of persons is high-risk; data and models are examined for possible bias", "自然人信用评分属高风险；检查数据与模型可能的偏差"),
		Limits: aiActFrom}
	AIActRecords = &Rule{ID: "eu-aiact-12", Regime: "eu", Standing: Sure, Checked: checked,
		Name:   audit.T("EU AI Act, Art 12, 26", "欧盟《人工智能法》第12条、第26条"),
		Point:  audit.T("logs that let decisions be traced, kept for six months at least", "可追溯的记录，至少保存六个月"),
		Limits: aiActFrom}
	AIActOversight = &Rule{ID: "eu-aiact-14", Regime: "eu", Standing: Sure, Checked: checked,
		Name:   audit.T("EU AI Act, Art 13, 14", "欧盟《人工智能法》第13条、第14条"),
		Point:  audit.T("transparency to those who use the system; human oversight", "对部署者透明；人工监督"),
		Limits: aiActFrom}
	AIActAccuracy = &Rule{ID: "eu-aiact-15", Regime: "eu", Standing: Sure, Checked: checked,
		Name:   audit.T("EU AI Act, Art 15", "欧盟《人工智能法》第15条"),
		Point:  audit.T("accuracy, robustness, consistent performance", "准确性、稳健性与表现一致"),
		Limits: aiActFrom}
	AIActImpact = &Rule{ID: "eu-aiact-27", Whole: true, Regime: "eu", Standing: Sure, Checked: checked,
		Name:   audit.T("EU AI Act, Art 27", "欧盟《人工智能法》第27条"),
		Point:  audit.T("assessment of the impact on fundamental rights", "基本权利影响评估"),
		Limits: aiActFrom}
	AIActExplain = &Rule{ID: "eu-aiact-86", Regime: "eu", Standing: Sure, Checked: checked,
		Name:   audit.T("EU AI Act, Art 86", "欧盟《人工智能法》第86条"),
		Point:  audit.T("explanation of individual decisions", "对个别决定的说明"),
		Limits: aiActFrom}

	aiActFrom = audit.T("duties of Annex III systems from 2027-12-02", "附件三系统的义务自2027-12-02起适用")
)

// The United Kingdom.
var (
	ConsumerDuty = &Rule{ID: "uk-prin-2a", Regime: "uk", Standing: Verified, Checked: checked,
		Name:  audit.T("UK FCA PRIN 2A (Consumer Duty), 2A.9", "英国 FCA PRIN 2A（消费者责任）、2A.9"),
		Point: audit.T("understanding, support, no foreseeable harm; outcomes of customers are monitored", "理解、支持、避免可预见的损害；监测客户结果")}
	CONC = &Rule{ID: "uk-conc-5-2a", Regime: "uk", Standing: Sure, Checked: checked,
		Name:  audit.T("UK FCA CONC 5.2A", "英国 FCA CONC 5.2A"),
		Point: audit.T("creditworthiness is assessed before credit is given or a limit raised", "放款或提高额度之前评估信用状况")}
)

// The United States.
var (
	RegBNotice = &Rule{ID: "us-regb-9", Regime: "us", Standing: Verified, Checked: checked,
		Name: audit.T("12 CFR 1002.9", "美国《B条例》12 CFR 1002.9"),
		Point: audit.T("notice within 30 days of a completed application or of adverse action on an account (90 after a counteroffer), with the principal reasons, specific; \"internal standards\" or a score not reached are not enough",
			"收到完整申请或对账户采取不利行动后30日内通知（反要约为90日），列明具体的主要原因；仅称“内部标准”或未达评分不够")}
	RegBAdverse = &Rule{ID: "us-regb-2c", Regime: "us", Standing: Verified, Checked: checked,
		Name: audit.T("12 CFR 1002.2(c)", "美国《B条例》12 CFR 1002.2(c)"),
		Point: audit.T("adverse action: also a refusal to raise a limit that was applied for, and an unfavourable change of an account",
			"不利行动：也包括拒绝所申请的提额，以及对账户的不利变更"),
		Limits: audit.T("not a change that affects substantially all of a class, nor action on delinquency or inactivity", "不含影响某类账户大体全部的变更，也不含因逾期或不活跃采取的行动")}
	RegBGroups = &Rule{ID: "us-regb-4", Regime: "us", Standing: Verified, Checked: checked,
		Name:   audit.T("12 CFR 1002.4, 1002.6 as amended", "美国《B条例》12 CFR 1002.4、1002.6（修订后）"),
		Point:  audit.T("no discrimination in any aspect of a credit transaction", "信贷交易各环节不得歧视"),
		Limits: audit.T("no effects test at the federal level since 2026-07-21; states and other acts differ: ratios here are measures of risk", "联邦层面自2026-07-21起不再采用效果检验；各州及其他法律不同，此处比率仅为风险度量")}
	RegBRecords = &Rule{ID: "us-regb-12", Whole: true, Regime: "us", Standing: Sure, Checked: checked,
		Name:  audit.T("12 CFR 1002.12(b)", "美国《B条例》12 CFR 1002.12(b)"),
		Point: audit.T("records of applications kept for 25 months", "申请记录保存25个月")}
	FourFifths = &Rule{ID: "us-ugesp-4d", Regime: "us", Standing: Sure, Checked: checked,
		Name:   audit.T("29 CFR 1607.4(D)", "美国 29 CFR 1607.4(D)"),
		Point:  audit.T("the four-fifths rule: a rate under four fifths of the highest group's is regarded as a sign of adverse impact", "五分之四规则：低于最高群体比率五分之四的，视为存在不利影响的迹象"),
		Limits: audit.T("a convention of employment selection; no legal test for credit", "招聘甄选中的惯例；并非信贷领域的法律检验标准")}
	FCRA615 = &Rule{ID: "us-fcra-615a", Regime: "us", Standing: Sure, Checked: checked,
		Name:  audit.T("FCRA 615(a), 15 USC 1681m(a)", "美国《公平信用报告法》第615(a)条"),
		Point: audit.T("adverse action on a report: the score, its key factors (four at most, and inquiries), the agency", "依据信用报告的不利行动：告知评分、关键因素（至多四项，另加查询）及征信机构")}
	SR262 = &Rule{ID: "us-sr-26-2", Regime: "us", Standing: Verified, Checked: checked,
		Name:   audit.T("SR 26-2 / OCC 2026-13 / FIL-15-2026", "美国 SR 26-2 / OCC 2026-13 / FIL-15-2026"),
		Point:  audit.T("model risk: inventory, ongoing monitoring, outcomes analysis", "模型风险：模型清单、持续监测、结果分析"),
		Limits: audit.T("principles, not enforceable, aimed at banks above 30 billion dollars; took the place of SR 11-7 on 2026-04-17", "原则性、非强制，主要面向300亿美元以上银行；2026-04-17取代 SR 11-7")}
)
