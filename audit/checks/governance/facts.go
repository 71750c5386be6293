package governance

import (
	"math"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/features"
	"evenhand/features/model"
)

// facts are what does not change of one table.
type facts struct {
	table  string
	env    *audit.Env
	set    *Settings
	col    columns
	models []modelFacts
	known  []snapshot // features whose age is known
	// versioned says that the rows name their version, or that the models have
	// none; else their times of service tell.
	versioned bool
	scored    bool // the export has the scores
}

// columns are positions in the batch, -1 where the export has none.
type columns struct {
	id, at, version, product, score, test, customer, account, policy int
}

// modelFacts are what the registry says of a model.
type modelFacts struct {
	*audit.ScoringModel
	label, product string   // label: the version, with the product where it is for one only
	serves         [2]int64 // in service as the plan says: [from, to)
	from, to       int64    // may have scored: that, but not before it was trained
	window         bool     // … as the plan says
	begins         string   // what from is: deployed or trained_to
	ages           *ages    // nil: the plan has no date to count from
	inputs         []inputFacts
}

// inputFacts are what is known of an input.
type inputFacts struct {
	name, feature string
	col           int
	text          bool
	least, most   float64   // range of the training data
	ranged        bool      // … is known
	codes         []float64 // of the training data, ascending; nil: unknown
	seen          func(level string) (seen, ok bool)
	missing       float64 // share in training; NaN: unknown
}

// snapshot is a feature with the instant at which it was known.
type snapshot struct {
	feature   string
	value, at int // columns
}

const availableAt = "__available_at"

// newFacts returns nil for a table that says nothing of models.
func newFacts(env *audit.Env, table string) *facts {
	l := env.Layouts[table]
	if l == nil {
		return nil
	}
	f := &facts{table: table, env: env, set: env.Settings.(*Settings)}
	key, at := "decision_id", "decided_at"
	if table == limits {
		key, at = "event_id", "at"
	}
	exported := func(name string) int {
		if l.Exported(name) {
			return l.Index(name)
		}
		return -1
	}
	f.col = columns{
		id: env.Col(table, key), at: env.Col(table, at), version: exported("model_version"), product: exported("product"), score: exported("score"),
		test: exported("is_test"), customer: exported("customer_id"), account: exported("account_id"), policy: exported("policy_version"),
	}
	f.scored = f.col.score >= 0
	if table == limits && f.col.version < 0 && !f.scored {
		return nil
	}
	for i := range env.Models {
		f.models = append(f.models, f.model(l, &env.Models[i]))
	}
	f.versioned = f.col.version >= 0 || !slices.ContainsFunc(f.models, func(m modelFacts) bool { return m.Spec.Version != "" })
	for c, s := range l.Specs {
		value, ok := strings.CutSuffix(s.Name, availableAt)
		feature, isFeature := strings.CutPrefix(value, audit.FeatureColumn(""))
		if v := l.Index(value); ok && isFeature && v >= 0 {
			f.known = append(f.known, snapshot{feature, v, c})
		}
	}
	return f
}

func (f *facts) model(l *audit.Layout, m *audit.ScoringModel) modelFacts {
	plan := f.env.Plan
	out := modelFacts{ScoringModel: m, label: m.Spec.Label(), product: m.Spec.Product, begins: "deployed"}
	if out.product != "" {
		out.label += "/" + out.product
	}
	out.from, out.to = plan.Service(&m.Spec)
	out.serves = [2]int64{out.from, out.to}
	_, trained := plan.Trained(&m.Spec)
	since := out.from
	if trained != math.MaxInt64 {
		since = trained
		if out.from == math.MinInt64 {
			out.from, out.begins = trained, "trained_to"
		}
	}
	out.window = out.from != math.MinInt64 || out.to != math.MaxInt64
	if since != math.MinInt64 {
		out.ages = newAges(since, plan.AsOfMicros(), plan.Zone())
	}
	training := model.TrainingOf(m.Model)
	for i, in := range m.Model.Inputs() {
		x := inputFacts{name: in.Name, feature: m.Spec.Feature(in.Name), text: in.Kind == model.Categorical, missing: math.NaN()}
		x.col = l.Index(audit.FeatureColumn(x.feature))
		if share, ok := m.Spec.Training[in.Name]; ok {
			x.missing = share
		}
		if training != nil {
			x.least, x.most, x.ranged = training.Range(i)
			x.codes = training.Codes(i)
			x.seen = func(level string) (bool, bool) { return training.Seen(i, level) }
		}
		out.inputs = append(out.inputs, x)
	}
	return out
}

// readable reports whether the table has the inputs of a model.
func (m *modelFacts) readable() bool {
	for _, in := range m.inputs {
		if in.col < 0 {
			return false
		}
	}
	return true
}

// What claims a row, besides the index of a model.
const (
	unclaimed    = -1 // no model was in service
	unknown      = -2 // the plan lacks the version
	wrongProduct = -3 // the plan has the version for other products only
	unnamed      = -4 // the row names no version
)

// claim returns the model that the plan names for a version and product, or
// why there is none. It is the one whose score is recomputed: the most special
// one that fits.
func (f *facts) claim(version, product string) int16 {
	best, rank, elsewhere := int16(unknown), -1, false
	for i := range f.models {
		s := &f.models[i].Spec
		if s.Version != "" && s.Version != version {
			continue
		}
		if s.Product != "" && s.Product != product {
			elsewhere = elsewhere || s.Version != ""
			continue
		}
		if r := special(s); r > rank {
			best, rank = int16(i), r
		}
	}
	switch {
	case best >= 0:
		return best
	case version == "":
		return unnamed
	case elsewhere:
		return wrongProduct
	}
	return unknown
}

// serving returns the model in service at an instant, for exports whose rows
// name no version.
func (f *facts) serving(at int64, product string) int16 {
	best, rank := int16(unclaimed), -1
	for i := range f.models {
		m := &f.models[i]
		if at < m.serves[0] || at >= m.serves[1] || m.product != "" && m.product != product {
			continue
		}
		if r := special(&m.Spec); r > rank {
			best, rank = int16(i), r
		}
	}
	return best
}

func special(s *audit.ModelSpec) (rank int) {
	if s.Version != "" {
		rank += 2
	}
	if s.Product != "" {
		rank++
	}
	return rank
}

// column returns a column of the batch, nil when the export does not have it.
func column(b *features.Batch, i int) *features.Vector {
	if i < 0 || !b.Cols[i].Present {
		return nil
	}
	return &b.Cols[i]
}
