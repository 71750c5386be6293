package main

// exitStatusZh is exitStatus in Chinese, line by line.
const exitStatusZh = `  0    已完成；审计方案的各道门禁均已通过
  1    已完成并发布；有门禁未通过：审计方案中的 gates，或 -fail-on
  64   命令行或审计方案有误
  65   数据或模型文件有误
  66   缺少输入，或输入在读取期间有改动
  70   内部错误
  74   读取或写入失败
  75   另一次运行正在写入同一目录
  143  因收到信号而停止
`

// formatsZh says in Chinese what the files of a report are, by name.
var formatsZh = map[string]string{
	"findings.arrow":    "每行一项发现，按损害程度排序：最严重者在前",
	"cases.arrow":       "每行一项经判定有问题的决定或账户",
	"comparisons.arrow": "每行将某群体中一位被拒绝的申请人与参照群体中一位资质不优于其的获批申请人对照：供人工复核档案，并非问题",
	"remedies.arrow":    "每行一项贷款机构应作出的重新决定、应退金额、应作评估或应予更正的案例，附客户告知文本",
	"metrics.arrow":     "每行一个数字，涉及记录的一个切片和一个群体，附采信所需的全部信息",
	"coverage.arrow":    "每行一项检查：是否运行，涉及多少记录",
	"baseline.json":     "评分、特征和结果的分布，供 `evenhand audit -baseline` 使用：只有粗略计数，没有记录",
	"summary.json":      "供程序读取的报告摘要：文件摘要值、计数、覆盖范围和发现",
	"governance.json":   "治理对照表：本次运行的各项检查为哪些条款提供证据、解读的把握程度及核对日期",
	"report.html":       "供人阅读的报告：一个双语页面，不需要网络",
	"findings.sarif":    "供代码扫描看板使用的发现：英文 SARIF 2.1.0，内含中文翻译",
	"cases.csv":         "供电子表格使用的案例：RFC 4180，UTF-8 带字节顺序标记，没有单元格会成为公式",
	"cases.xlsx":        "含发现、案例、指标和覆盖范围的工作簿，没有单元格会成为公式",
	"summary.md":        "供工单使用的报告摘要：不超过 200 行的 GitHub 风格 Markdown",
	"junit.xml":         "供 CI 服务器使用：各项检查作为测试，每章一个测试集、每项检查一个测试；达到审计方案门禁的发现为未通过",
	"manifest.json":     "其他各文件以及全部输入的摘要值",
}
