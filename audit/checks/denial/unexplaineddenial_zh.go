package denial

const docZh = `未按时说明具体原因、未提供申诉渠道的拒绝

判断申请人在得到不利决策（outcome 为 denied 或 approved_lower）时被告知了什么。
测试记录、预筛、申请人撤回和资料不全的申请不参与判断，各自单独计数；已登记
disclosure_exemption（依规豁免披露）的拒绝，以及截至方案的 as_of 告知期限未到的
拒绝，处理方式相同。

	R0.1  ABSENT    期限之内和期限之后均未告知任何原因
	R0.2  GENERIC   所告知的原因全部笼统，没有具体内容
	R0.3  LATE      通知晚于期限
	R0.5  NO_ROUTE  未提供申诉渠道；申诉长期未结；申诉未经人工处理
	R0.7            反复发生：同一客户多次被拒绝而未获告知具体原因

每笔拒绝只有一个判定，取 ABSENT、GENERIC、LATE、NO_ROUTE 中最先符合的一个，并列
出所触发的全部规则。R0.7 附加在它所计数的拒绝上，每份申请计一笔，本身不构成判
定。

已告知的原因：导出数据有 reasons_shown 的，以其为准；没有的，在 notice_at 有值时
（导出数据没有 notice_at 列的，则一律）取已记录的原因和 reason_text。原因目录标
明为笼统的代码，或代码本身、目录文字与词库相符的代码，视为笼统；目录中没有的代码
视为具体，另行报告。文字在去除笼统用语（内置用语及方案的词库）和无实义词之后没有
任何剩余的，视为笼统；比较时忽略空格、大小写、全角半角和标点。只要有一条具体原
因，该笔拒绝即视为已说明具体原因。笼统用语与其他文字并存的，视为具体，并予计数。

期限为 completed_at 之后 notice_days 个日历日，按方案所定时区计算；没有
completed_at 的，自 submitted_at 起算；仍没有的，自 decided_at 起算。最后一日发
出的通知视为按时。申诉无论已结未结，历时超过 appeal_days 日的，即为逾期。所对应
的决策不在被判断的拒绝之列的申诉，计入单独的指标。

判定直接依据导出数据（证据等级 E1）。按机构自身政策该笔拒绝是否成立，是另一个问
题：此处结果判定为 INDETERMINATE（无法判定），本检查发现的任何问题都不表示拒绝有
误。

	denials                          对申请人不利的决策笔数
	specific_reason_rate             被判断的拒绝中已说明具体原因的占比；Wilson 区间
	specific_reason_rate_difference  各群体与对照群体之差；Newcombe 区间，Fisher 精确检验或带 Yates 校正的卡方检验
	disclosure_VERDICT               该判定占全部此类决策的比例
	days_to_notice_p50, _p90         精确值，以日历日计（最近秩法）
	unlisted_reason_code_rate        所告知的原因代码中不在目录内的占比
	appeal_overdue_rate, appeal_without_human_rate, appeal_fault_unmatched

来源：美国 12 CFR 1002.9(a) 和 (b)(2) 及其范本表格 C-1；个人信息保护法第二十四条
（PIPL 24），其规定仅为应要求予以说明；欧盟 GDPR 第 15(1)(h) 条和第 22 条。所发
现的问题是可用于相关条款的证据，不是依该条款作出的判断。`
