package ingest

import "evenhand/audit"

// words are what a gate's finding says. title and fix take the place (a table
// or columns) as %[1]s and the count as %[2]d.
type words struct {
	title, what, fix audit.Text
}

var gates = map[string]gate{
	duplicateKey: {"fail", "G1", words{
		audit.T("%[1]s: keys of other rows repeated (n = %[2]d)", "%[1]s：%[2]d 行的主键与其他行重复"),
		audit.T("Every number that counts rows of this table counts these more than once.", "凡按行计数的指标都会重复计入这些记录。"),
		audit.T("Export each row once; if a row may have versions, export the last one or add the version to the key.", "每条记录只导出一次；如存在多个版本，请只导出最新版本或将版本并入主键。")}},
	decidedTooEarly: {"warn", "G2", words{
		audit.T("%[1]s: decisions made before the application was submitted (n = %[2]d)", "%[1]s：%[2]d 笔决策早于申请提交时间"),
		audit.T("One of the two instants is wrong, or they were taken from clocks or time zones that differ.", "两个时间之一有误，或取自不同的时钟或时区。"),
		audit.T("Check the sources and time zones of submitted_at and decided_at.", "核对 submitted_at 与 decided_at 的来源和时区。")}},
	noticeTooEarly: {"warn", "G3", words{
		audit.T("%[1]s: notices sent before the decision (n = %[2]d)", "%[1]s：%[2]d 份通知早于决策时间"),
		audit.T("A notice can't tell of a decision that was not made; deadlines computed from it can't be trusted.", "通知不可能早于决策；据此计算的时限不可信。"),
		audit.T("Check which notice is joined to the decision, and the time zones of notice_at and decided_at.", "核对与决策关联的是哪一份通知，以及 notice_at 与 decided_at 的时区。")}},
	featureTooLate: {"warn", "G4", words{
		audit.T("%[1]s: decisions on features that became available only later (n = %[2]d)", "%[1]s：%[2]d 笔决策包含决策之后才可用的特征"),
		audit.T("The snapshot is not what the decision was made on: features were back-filled. Recomputed scores of these rows may differ for that reason alone.", "快照并非决策当时所见：特征被回填。这些记录的复算评分可能仅因此而不同。"),
		audit.T("Export the snapshot stored with the decision instead of joining today's features.", "请导出决策时保存的快照，而不是关联当前特征。")}},
	future: {"warn", "G5", words{
		audit.T("%[1]s: rows dated after the export's as-of (n = %[2]d)", "%[1]s：%[2]d 行的时间晚于导出截止时点"),
		audit.T("Either the clocks or the plan's as_of are wrong, or test rows were exported.", "时钟或审计方案中的 as_of 有误，或导出了测试记录。"),
		audit.T("Check as_of in the plan, the time zone of the column, and the clocks of the source.", "核对审计方案中的 as_of、该列的时区以及来源系统的时钟。")}},
	mixedCurrency: {"fail", "G6", words{
		audit.T("%[1]s: accounts with events in several currencies (n = %[2]d)", "%[1]s：%[2]d 个账户存在多种币种的事件"),
		audit.T("Their limits can't be compared with one another.", "其额度之间无法比较。"),
		audit.T("Export one currency per account, or one account per currency.", "每个账户只用一种币种，或按币种分设账户。")}},
	unknownValue: {"warn", "G7", words{
		audit.T("%[1]s: values outside the vocabulary (n = %[2]d)", "%[1]s：%[2]d 个单元格的取值不在词表内"),
		audit.T("They are kept as other:VALUE and take part in no rule that asks for a known value.", "它们保留为 other:原值，不参与任何要求已知取值的规则。"),
		audit.T("Map the values in the plan (values:), or correct them at the source.", "在审计方案中映射这些取值（values:），或在来源处更正。")}},
	badCell: {"fail", "G8", words{
		audit.T("%[1]s: cells that could not be read as their column's type (n = %[2]d)", "%[1]s：%[2]d 个单元格无法按列类型读取"),
		audit.T("They are read as null.", "它们按空值处理。"),
		audit.T("Correct the cells, or declare them in the plan (missing:, unit:).", "更正这些单元格，或在审计方案中声明（missing:、unit:）。")}},
	nullRequired: {"fail", "G9", words{
		audit.T("%[1]s: nulls where the contract requires a value (n = %[2]d)", "%[1]s：%[2]d 个单元格违反必填要求而为空"),
		audit.T("Rows without them drop out of the checks that need them; each check's coverage counts them.", "缺失的记录会被相关检查排除；各检查的覆盖率已计入。"),
		audit.T("Fill the columns at the source.", "在来源处补全这些列。")}},
	unitSmell: {"warn", "G10", words{
		audit.T("%[1]s: products or periods that look like another unit, about 100 times apart (n = %[2]d)", "%[1]s：%[2]d 个产品或时期疑似单位不一致（相差约 100 倍）"),
		audit.T("The median there is 50 to 200 times that of all others, or a 50th to a 200th. It is a smell (yuan for fen), no proof: products may differ by as much.", "该处中位数为其余记录的 50–200 倍，或其 1/200–1/50。这只是迹象（元与分混用），并非证明：不同产品本就可能相差很大。"),
		audit.T("Check the unit where the amounts come from; if it is right, turn the gate off for this export.", "核对金额来源的单位；如无误，可在审计方案中关闭此项。")}},
	orphanKey: {"warn", "G12", words{
		audit.T("%[1]s: keys that the table they refer to lacks (n = %[2]d)", "%[1]s：所引用的主键在对应表中不存在（%[2]d 个）"),
		audit.T("What is joined by these keys is joined to nothing: repayments without their decision, appeals without what they are about.", "凭这些主键的关联落空：还款找不到对应决策，申诉找不到其对象。"),
		audit.T("Export both tables for the same customers and long enough a time, with ids made in the same way.", "两张表应导出相同的客户与足够长的时段，且标识的生成方式一致。")}},
	emptyTable: {"warn", "G11", words{
		audit.T("%[1]s has no rows", "%[1]s 没有记录"),
		audit.T("Nothing can be audited on an empty table: no finding there means nothing.", "空表无从审计：没有发现不代表没有问题。"),
		audit.T("Check the export job and the files the plan names.", "核查导出作业以及审计方案中所列文件。")}},
}
