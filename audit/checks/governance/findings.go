package governance

import (
	"fmt"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/clauses"
)

// manyRows is the number of rows outside of a model's service that is no slip.
const manyRows = 100

// conclude makes one finding of each version outside of its service, used for a
// wrong product, edited, registered twice, or stale, and one of each feature
// that goes missing, has untrained values, or never changes.
func conclude(env *audit.Env, list []audit.Case, metrics []audit.Metric) []audit.Finding {
	var out []audit.Finding
	for _, table := range []string{decisions, limits} {
		c := &concluder{env: env, table: table}
		for i := range list {
			if list[i].Table == table {
				c.cases = append(c.cases, &list[i])
			}
		}
		for i := range metrics {
			if plain, limit := strings.CutPrefix(metrics[i].Name, metricOf(limits, "")); limit == (table == limits) {
				c.metrics = append(c.metrics, named{&metrics[i], plain})
			}
		}
		out = append(out, c.findings()...)
	}
	return out
}

// concluder makes the findings of one table.
type concluder struct {
	env     *audit.Env
	table   string
	cases   []*audit.Case
	metrics []named
}

// named is a metric with its name in terms of decisions.
type named struct {
	*audit.Metric
	name string
}

func (m named) version() string { return strings.TrimPrefix(m.Segment, versionPrefix) }
func (m named) feature() string { return strings.TrimPrefix(m.Group, featurePrefix) }

// of returns the metrics called name.
func (c *concluder) of(name string) []named {
	var out []named
	for _, m := range c.metrics {
		if m.name == name {
			out = append(out, m)
		}
	}
	return out
}

// model returns what the plan says of a version, nil when it has none.
func (c *concluder) model(version string) *audit.ScoringModel {
	for i := range c.env.Models {
		s := &c.env.Models[i].Spec
		label := s.Label()
		if s.Product != "" {
			label += "/" + s.Product
		}
		if label == version {
			return &c.env.Models[i]
		}
	}
	return nil
}

// rows says how many rows of the table there are.
func (c *concluder) rows(n int64) audit.Text {
	one, many, zh := "decision", "decisions", " 笔决策"
	if c.table == limits {
		one, many, zh = "limit evaluation", "limit evaluations", " 次额度评估"
	}
	if n == 1 {
		many = one
	}
	return audit.T(audit.Thousands(n)+" "+many, audit.Thousands(n)+zh)
}

func (c *concluder) findings() []audit.Finding {
	var out []audit.Finding
	for _, m := range c.of(digestMatch) {
		if m.K == 0 {
			out = append(out, c.edited(m))
		}
	}
	for _, m := range c.of(outsideService) {
		if m.K > 0 {
			out = append(out, c.outside(m))
		}
	}
	for _, m := range c.of(otherProduct) {
		if m.K > 0 {
			out = append(out, c.misused(m))
		}
	}
	out = append(out, c.byFeature(missingShift, c.missing)...)
	out = append(out, c.byFeature(untrained, c.foreign)...)
	out = append(out, c.byFeature(constantInput, c.constant)...)
	for _, m := range c.of(sameFile) {
		out = append(out, c.twins(m))
	}
	for _, m := range c.of(staleModel) {
		if m.K > 0 {
			out = append(out, c.stale(m))
		}
	}
	return out
}

// finding fills what findings of a cause have in common. key tells it from the
// others of its cause.
func (c *concluder) finding(cause, key string, severity audit.Severity, of ...named) audit.Finding {
	f := audit.Finding{
		ID: audit.StableID(name, c.table, cause, key), Check: name, Severity: severity, Cause: cause, Rules: []string{rules[cause]},
		Substance: audit.Indeterminate, Disclosure: audit.NotAssessed, Grade: audit.E1, Remedy: remedies[cause],
		Clauses: []audit.Clause{
			clauses.SR262.Cite("model inventory, ongoing monitoring", "模型清单与持续监测"),
			clauses.InternetLoansModels.Cite("", ""),
		},
	}
	for _, m := range of {
		f.Metrics = append(f.Metrics, m.ID())
	}
	return f
}

// rowsOf counts the decisions of a version: how many a finding without cases
// bears on.
func (c *concluder) rowsOf(version string) (n int64) {
	for _, m := range c.of(versionShare) {
		if m.version() == version {
			n = m.K
		}
	}
	return n
}

func (c *concluder) edited(m named) audit.Finding {
	f := c.finding(editedCause, m.version(), audit.S2, m)
	x := c.model(m.version())
	f.Harm = c.rowsOf(m.version())
	f.Title = audit.Tf("The file of model %s is not the one that was approved (edited in place)", "模型 %s 的文件并非经批准的文件（已被就地改动）", m.version())
	f.What = audit.Tf(
		"The file %[1]s has the SHA-256 %[2]s; the plan registers %[3]s. The version scored %[4]s. Recomputed scores are those of the file as it is, so they can't show what the approved one would have said.",
		"文件 %[1]s 的 SHA-256 为 %[2]s，审计方案登记的是 %[3]s。该版本用于 %[5]s。复算评分出自现有文件，因而无法说明经批准的文件会给出什么评分。",
		x.Spec.File, x.Digest, strings.ToLower(x.Spec.SHA256), c.rows(f.Harm).En, c.rows(f.Harm).Zh)
	return f
}

func (c *concluder) twins(m named) audit.Finding {
	other := strings.TrimPrefix(m.Reference, versionPrefix)
	f := c.finding(twinCause, m.Segment+" "+m.Reference, audit.S4, m)
	f.Title = audit.Tf("Versions %s and %s are the same model file", "版本 %s 与 %s 是同一个模型文件", other, m.version())
	f.What = audit.T("The files of both versions are the same, byte by byte: either one of them was registered with the wrong file, or a version was counted up without a change. Scores under one can't be told from those under the other.",
		"两个版本的文件逐字节相同：要么其中之一登记了错误的文件，要么版本号变更而模型未变。两者的评分无从区分。")
	return f
}

func (c *concluder) outside(m named) audit.Finding {
	severity := audit.S3
	if m.K >= manyRows {
		severity = audit.S2
	}
	f := c.finding(outsideCause, m.version(), severity, m)
	cases.Fill(&f, c.listed(outsideCause, func(k *audit.Case) bool { return k.Item("model") == m.version() }))
	if m.Segment == "" {
		f.Title = audit.Tf("Scored while no model was in service: %[1]s", "没有模型在用时的评分：%[2]s",
			c.rows(m.K).En, c.rows(m.K).Zh)
		f.What = audit.Tf("The export does not say which model scored a row, and at %[1]s of %[2]s (%[3]s) none was in service by the plan.",
			"导出未记录由哪个模型评分；%[4]s中有 %[1]s 笔（%[3]s）发生时，按审计方案没有任何模型在用。", audit.Thousands(m.K), c.rows(m.N).En, audit.Percent(m.K, m.N), c.rows(m.N).Zh)
		c.limited(&f, m.K)
		return f
	}
	x := c.model(m.version())
	service := audit.T("", "")
	add := func(en, zh, at string) {
		if at != "" {
			service.En, service.Zh = service.En+", "+en+" "+at, service.Zh+"，"+zh+" "+at
		}
	}
	add("trained on data up to", "训练数据截至", x.Spec.TrainedTo)
	add("deployed", "上线", x.Spec.Deployed)
	add("retired", "下线", x.Spec.Retired)
	f.Title = audit.Tf("Scored by model %[1]s outside of its time of service: %[2]s", "模型 %[1]s 在用期之外的评分：%[3]s",
		m.version(), c.rows(m.K).En, c.rows(m.K).Zh)
	f.What = audit.Text{
		En: fmt.Sprintf("Of %s that name model %s, %s (%s) took place outside of its service%s. Either the version was not in service as registered, or the version on record is wrong.",
			c.rows(m.N).En, m.version(), audit.Thousands(m.K), audit.Percent(m.K, m.N), service.En),
		Zh: fmt.Sprintf("记录为模型 %s 的 %s中有 %s 笔（%s）发生在其在用期之外%s。要么该版本实际的上下线与登记不符，要么记录的版本有误。",
			m.version(), c.rows(m.N).Zh, audit.Thousands(m.K), audit.Percent(m.K, m.N), service.Zh),
	}
	c.limited(&f, m.K)
	return f
}

func (c *concluder) misused(m named) audit.Finding {
	f := c.finding(productCause, m.version(), audit.S3, m)
	cases.Fill(&f, c.listed(productCause, func(k *audit.Case) bool { return k.ModelVersion == m.version() }))
	f.Title = audit.Tf("Model %[1]s was used for products that it is not registered for: %[2]s", "模型 %[1]s 被用于未登记的产品：%[3]s",
		m.version(), c.rows(m.K).En, c.rows(m.K).Zh)
	f.What = audit.Tf("Model %[3]s is on record at %[1]s of products that the plan does not register it for.", "%[2]s记录为模型 %[3]s，而审计方案仅将其登记用于其他产品。", c.rows(m.K).En, c.rows(m.K).Zh, m.version())
	c.limited(&f, m.K)
	return f
}

// limited says that not all rows are listed.
func (c *concluder) limited(f *audit.Finding, n int64) {
	if f.Cases < n {
		f.What.En += fmt.Sprintf(" %d of them, by hash of their key, are listed.", f.Cases)
		f.What.Zh += fmt.Sprintf("按主键的哈希列出其中 %d 笔。", f.Cases)
	}
}

func (c *concluder) listed(cause string, is func(*audit.Case) bool) []*audit.Case {
	var out []*audit.Case
	for _, k := range c.cases {
		if k.Cause == cause && is(k) {
			out = append(out, k)
		}
	}
	return out
}

func (c *concluder) stale(m named) audit.Finding {
	f := c.finding(staleCause, m.version(), audit.S4, m)
	f.Harm = m.K
	most, since := 0.0, audit.T("it was deployed", "上线")
	for _, x := range c.of(ageMax) {
		if x.version() == m.version() {
			most = x.Value
			f.Metrics = append(f.Metrics, x.ID())
		}
	}
	if c.model(m.version()).Spec.TrainedTo != "" {
		since = audit.T("its training data ended", "训练数据截止")
	}
	set := c.env.Settings.(*Settings)
	f.Title = audit.Tf("Model %[1]s was more than %[2]d months old at %[3]s", "模型 %[1]s 在 %[4]s时已超过 %[2]d 个月",
		m.version(), set.MaxAgeMonths, c.rows(m.K).En, c.rows(m.K).Zh)
	f.What = audit.Text{
		En: fmt.Sprintf("Of its %s, at %s (%s) more than %d months had passed since %s; at the last, %.0f. A model may serve well for long: see the drift of its scores and their calibration.",
			c.rows(m.N).En, audit.Thousands(m.K), audit.Percent(m.K, m.N), set.MaxAgeMonths, since.En, most),
		Zh: fmt.Sprintf("其 %s中有 %s 笔（%s）距%s已超过 %d 个月，最长 %.0f 个月。模型可以长期有效：请参看评分漂移与校准情况。",
			c.rows(m.N).Zh, audit.Thousands(m.K), audit.Percent(m.K, m.N), since.Zh, set.MaxAgeMonths, most),
	}
	return f
}

func count(n int64, one, many string) string {
	if n == 1 {
		many = one
	}
	return audit.Thousands(n) + " " + many
}
