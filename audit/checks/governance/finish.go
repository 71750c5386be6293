package governance

import (
	"math"
	"strings"
	"time"

	"evenhand/audit"
	"evenhand/audit/checks/internal/shares"
)

// The names of the metrics; those of limits start with limit_.
const (
	versionShare   = "version_share"
	outsideService = "outside_service"
	unknownVersion = "unknown_version"
	unnamedVersion = "unnamed_version"
	otherProduct   = "wrong_product"
	overlapDays    = "version_overlap_days"
	digestMatch    = "digest_match"
	sameFile       = "same_file"
	inputCoverage  = "input_coverage"
	missingShift   = "missing_shift"
	lostToInput    = "lost_to_input"
	constantInput  = "constant_input"
	untrained      = "untrained_values"
	ageMin         = "model_age_months_min"
	ageMedian      = "model_age_months_median"
	ageMax         = "model_age_months_max"
	staleModel     = "stale_model"
	snapshotAge    = "snapshot_age_days"
	snapshotOld    = "snapshot_old"
)

const (
	versionPrefix = "model_version="
	featurePrefix = "feature="
)

// Finish implements audit.State.
func (s *state) Finish(r *audit.Result) {
	cov := audit.Coverage{Check: name}
	for i, t := range s.tables {
		if i == 0 {
			t.registry(r)
		}
		t.finish(r)
		t.exclude(&cov)
	}
	r.Coverage = append(r.Coverage, cov)
}

// exclude adds the rows of the table to the coverage.
func (t *table) exclude(cov *audit.Coverage) {
	if !t.versioned {
		cov.Why = append(cov.Why, audit.Tf(
			"without %[1]s.model_version: the models' times of service tell which one scored a row, so that none can lie outside of its own",
			"缺少 %[1]s.model_version：只能按模型的在用期判断由哪个版本评分，因而无法发现某版本在其在用期之外的评分", t.table))
	}
	var judged int64
	for m := range t.models {
		judged += t.models[m].rows
	}
	cov.RowsIn += t.rows
	cov.Judged += judged
	for _, x := range []audit.Excluded{
		{Guard: audit.T("test rows", "测试记录"), Rows: t.test},
		{Guard: audit.T("neither a model version nor a score", "既无模型版本也无评分"), Rows: t.aside},
		{Guard: audit.T("the plan has no model for it", "审计方案中没有对应的模型"), Rows: t.none[-1-unknown] + t.none[-1-unnamed] + t.none[-1-wrongProduct]},
		{Guard: audit.T("no model in service at the time", "当时没有在用的模型"), Rows: t.none[-1-unclaimed]},
	} {
		if t.table == limits {
			if x.Rows == 0 {
				continue
			}
			x.Guard.En, x.Guard.Zh = "limit events: "+x.Guard.En, "额度事件："+x.Guard.Zh
		}
		cov.Excluded = append(cov.Excluded, x)
	}
}

// registry adds what the plan and the model files say by themselves.
func (t *table) registry(r *audit.Result) {
	for i := range t.facts.models {
		m := &t.facts.models[i]
		if want := m.Spec.SHA256; want != "" {
			x := audit.NewMetric(name, digestMatch)
			x.Segment, x.Value, x.K, x.N = versionPrefix+m.label, 1, 1, 1
			if !strings.EqualFold(want, m.Digest) {
				x.Value, x.K, x.Reach = 0, 0, audit.Fail
			}
			r.Metrics = append(r.Metrics, x)
		}
		for j := range i {
			if o := &t.facts.models[j]; o.Digest == m.Digest && o.Spec.Version != m.Spec.Version {
				x := audit.NewMetric(name, sameFile)
				x.Segment, x.Reference, x.Value, x.K, x.N, x.Reach = versionPrefix+m.label, versionPrefix+o.label, 1, 1, 1, audit.Warn
				r.Metrics = append(r.Metrics, x)
			}
		}
	}
}

// finish adds the metrics and cases of the table.
func (t *table) finish(r *audit.Result) {
	first := len(r.Metrics)
	var all int64
	for m := range t.models {
		all += t.models[m].rows
	}
	for _, n := range t.none {
		all += n
	}
	for m := range t.models {
		u, f := &t.models[m], &t.facts.models[m]
		t.share(r, versionShare, f, "", u.rows, all)
		if f.window {
			t.fault(r, outsideService, versionPrefix+f.label, u.outside, u.rows)
		}
		t.months(r, u, f)
		t.inputs(r, u, f)
	}
	for _, v := range t.unknown.Values() {
		t.fault(r, unknownVersion, versionPrefix+v.Name, v.N, all)
	}
	for _, v := range t.wrong.Values() {
		t.fault(r, otherProduct, versionPrefix+v.Name, v.N, all)
	}
	if !t.versioned {
		t.fault(r, outsideService, "", t.none[-1-unclaimed], all)
	}
	if t.col.version >= 0 {
		t.fault(r, unnamedVersion, "", t.none[-1-unnamed], all)
	}
	t.overlaps(r)
	t.snapshotAges(r)
	for i := first; i < len(r.Metrics); i++ {
		r.Metrics[i].Name = metricOf(t.table, r.Metrics[i].Name)
	}
	t.cases(r)
	t.use(r)
}

// metricOf is what a metric is called of a table.
func metricOf(table, metric string) string {
	if table == limits {
		return "limit_" + metric
	}
	return metric
}

// share adds k of n rows of a model, by feature or over all.
func (t *table) share(r *audit.Result, metric string, f *modelFacts, feature string, k, n int64) *audit.Metric {
	m := audit.NewMetric(name, metric)
	m.Segment = versionPrefix + f.label
	if feature != "" {
		m.Group = featurePrefix + feature
	}
	t.rate(&m, k, n)
	if n == 0 {
		return &m // not published
	}
	r.Metrics = append(r.Metrics, m)
	return &r.Metrics[len(r.Metrics)-1]
}

// rate sets the share k of n with its interval.
func (t *table) rate(m *audit.Metric, k, n int64) {
	shares.Set(m, k, n, t.env.Plan.Honesty)
}

// fault adds a share of rows that should be 0.
func (t *table) fault(r *audit.Result, metric, segment string, k, n int64) {
	if n == 0 {
		return
	}
	m := audit.NewMetric(name, metric)
	m.Segment, m.Threshold = segment, 0
	t.rate(&m, k, n)
	if k > 0 && m.Reach != audit.Insufficient {
		m.Reach = audit.Warn
	}
	r.Metrics = append(r.Metrics, m)
}

// months adds the ages of a model at its decisions.
func (t *table) months(r *audit.Result, u *usage, f *modelFacts) {
	least, median, most, n := quantiles(u.months)
	if n == 0 {
		return
	}
	for _, x := range []struct {
		name  string
		value int
	}{{ageMin, least}, {ageMedian, median}, {ageMax, most}} {
		m := audit.NewMetric(name, x.name)
		m.Segment, m.Value, m.N = versionPrefix+f.label, float64(x.value), n
		r.Metrics = append(r.Metrics, m)
	}
	var old int64
	for k, c := range u.months {
		if k > t.set.MaxAgeMonths {
			old += c
		}
	}
	m := audit.NewMetric(name, staleModel)
	m.Segment, m.Threshold = versionPrefix+f.label, 0
	t.rate(&m, old, n)
	if old > 0 && m.Reach != audit.Insufficient {
		m.Reach = audit.Warn
	}
	r.Metrics = append(r.Metrics, m)
}

// overlaps adds the days on which two versions scored rows of one product.
func (t *table) overlaps(r *audit.Result) {
	for i := range t.models {
		for j := range i {
			if t.facts.models[i].Spec.Version == t.facts.models[j].Spec.Version {
				continue
			}
			both, either := t.together(&t.models[j], &t.models[i])
			if both == 0 {
				continue
			}
			m := audit.NewMetric(name, overlapDays)
			m.Segment, m.Reference = versionPrefix+t.facts.models[i].label, versionPrefix+t.facts.models[j].label
			m.Value, m.K, m.N = float64(both), both, either
			r.Metrics = append(r.Metrics, m)
		}
	}
}

// snapshotAges adds how old features were at the decision.
func (t *table) snapshotAges(r *audit.Result) {
	for k, s := range t.age {
		_, median, _, n := quantiles(s)
		if n == 0 {
			continue
		}
		m := audit.NewMetric(name, snapshotAge)
		m.Group, m.Value, m.N = featurePrefix+t.known[k].feature, float64(median), n
		r.Metrics = append(r.Metrics, m)
		var old int64
		for day, c := range s {
			if day > t.set.SnapshotDays {
				old += c
			}
		}
		m = audit.NewMetric(name, snapshotOld)
		m.Group = featurePrefix + t.known[k].feature
		t.rate(&m, old, n)
		m.Threshold = math.NaN()
		r.Metrics = append(r.Metrics, m)
	}
}

// instant writes an instant in the plan's zone.
func (t *table) instant(us int64) string {
	return time.UnixMicro(us).In(t.env.Plan.Zone()).Format(time.RFC3339)
}
