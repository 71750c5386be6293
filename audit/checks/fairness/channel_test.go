package fairness

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"evenhand/audit"
	"evenhand/features"
)

// strataRow is k approved of n decisions alike.
type strataRow struct {
	product, version, channel string
	score                     float64
	k, n                      int
}

func channelEnv(set *ChannelSettings) *audit.Env {
	var specs []features.Spec
	for _, c := range []string{"outcome", "application_type", "is_test", "product", "policy_version", "score", "channel", "partner"} {
		specs = append(specs, features.Spec{Name: c, From: []string{c}})
	}
	return &audit.Env{
		Plan:     &audit.Plan{Honesty: audit.Honesty{Alpha: 0.05, Level: 0.95, MinCell: 30, Suppress: 10}},
		Settings: set, Layouts: map[string]*audit.Layout{"decisions": audit.NewLayout(specs)},
	}
}

func channelSettings() *ChannelSettings { return ChannelParity.Settings().(*ChannelSettings) }

func channelBatch(rows []strataRow) *features.Batch {
	b := &features.Batch{Table: "decisions", Cols: make([]features.Vector, 8)}
	for i := range b.Cols {
		b.Cols[i] = features.Vector{Kind: features.Text, Present: i != 7, Dict: features.NewDict()}
	}
	b.Cols[2].Kind, b.Cols[5].Kind = features.Bool, features.Float
	for _, r := range rows {
		for i := range r.n {
			for c, s := range map[int]string{0: map[bool]string{true: "approved", false: "denied"}[i < r.k], 1: "", 3: r.product, 4: r.version, 6: r.channel, 7: ""} {
				code := features.Null
				if s != "" {
					code = b.Cols[c].Dict.CodeOf(s)
				}
				b.Cols[c].Codes = append(b.Cols[c].Codes, code)
			}
			b.Cols[2].Ints = append(b.Cols[2].Ints, 0)
			b.Cols[5].Floats = append(b.Cols[5].Floats, r.score)
			b.N++
		}
	}
	return b
}

func channelRun(t testing.TB, env *audit.Env, rows []strataRow) *audit.Result {
	t.Helper()
	s, err := newChannel(env)
	if err != nil {
		t.Fatal(err)
	}
	s.Update(channelBatch(rows))
	r := &audit.Result{}
	s.Finish(r)
	r.Settle(env.Plan.Honesty)
	r.Sort()
	return r
}

// Berkeley, 1973, its departments as products: statsmodels' StratifiedTable.
func TestChannelStrata(t *testing.T) {
	var rows []strataRow
	for _, d := range []struct {
		name                  string
		male, no, female, no2 int
	}{
		{"A", 512, 313, 89, 19}, {"B", 353, 207, 17, 8}, {"C", 120, 205, 202, 391},
		{"D", 138, 279, 131, 244}, {"E", 53, 138, 94, 299}, {"F", 22, 351, 24, 317},
	} {
		rows = append(rows, strataRow{d.name, "v", "app", 600, d.male, d.male + d.no}, strataRow{d.name, "v", "web", 600, d.female, d.female + d.no2})
	}
	r := channelRun(t, channelEnv(channelSettings()), rows)
	m := metricOf(t, r, channelOdds, "channel=app")
	for _, x := range []struct {
		what      string
		got, want float64
	}{{"or", m.Value, 0.9046967}, {"low", m.Low, 0.7719074}, {"high", m.High, 1.0603298}, {"p", m.P, 0.2323}} {
		if math.Abs(x.got-x.want) > 5e-5 {
			t.Errorf("%s = %v, want %v", x.what, x.got, x.want)
		}
	}
	if m.Status != audit.Pass || m.K != 1198 || m.NRef != 1835 {
		t.Errorf("%+v", m)
	}
	spread := metricOf(t, r, channelSpread, "channel=app")
	if math.Abs(spread.Effect-0.00207) > 5e-5 {
		t.Errorf("heterogeneity: %+v", spread)
	}
	if m := metricOf(t, r, channelOdds, "channel=web"); !math.IsNaN(m.P) || math.Abs(m.Value*0.9046967-1) > 1e-4 {
		t.Errorf("the mirror image: %+v", m)
	}
	if f := concludeChannel(nil, nil, r.Metrics); len(f) != 0 {
		t.Errorf("findings: %+v", f)
	}
}

// A channel whose applicants score worse is not behind; one that is denied at
// equal score is.
func TestChannelScore(t *testing.T) {
	for _, x := range []struct {
		quota    float64
		findings int
	}{{1, 0}, {0.4, 1}} {
		rng := rand.New(rand.NewPCG(3, 4))
		var rows []strataRow
		for range 6000 {
			channel, score := "app", 600+40*rng.NormFloat64()
			if rng.IntN(3) == 0 {
				channel, score = "partner", 560+40*rng.NormFloat64()
			}
			score = math.Round(score)
			p := 1 / (1 + math.Exp(-(score-580)/30))
			if channel == "partner" {
				p *= x.quota
			}
			k := 0
			if rng.Float64() < p {
				k = 1
			}
			rows = append(rows, strataRow{"cash", "v", channel, score, k, 1})
		}
		r := channelRun(t, channelEnv(channelSettings()), rows)
		f := concludeChannel(nil, nil, r.Metrics)
		if len(f) != x.findings {
			t.Errorf("quota %v: %+v %+v", x.quota, metricOf(t, r, channelOdds, "channel=partner"), f)
		}
	}
}

// Rows without a score are not alike: they are in the rates, and compared with
// nobody; and without the column nothing is compared.
func TestChannelUnscored(t *testing.T) {
	rows := []strataRow{
		{"cash", "v", "app", 600, 60, 100}, {"cash", "v", "web", 600, 60, 100},
		{"cash", "v", "app", math.NaN(), 90, 100}, {"cash", "v", "web", math.NaN(), 5, 100},
	}
	env := channelEnv(channelSettings())
	r := channelRun(t, env, rows)
	if m := metricOf(t, r, channelOdds, "channel=web"); m.N != 100 || math.Abs(m.Value-1) > 1e-12 {
		t.Errorf("%+v", m)
	}
	near(t, "rate", metricOf(t, r, channelRate, "channel=web").Value, 65./200)
	env.Layouts["decisions"].Specs[5].From = nil
	for _, m := range channelRun(t, env, rows).Metrics {
		if m.Name != channelRate {
			t.Errorf("compared without scores: %+v", m)
		}
	}
}

func TestChannelSettings(t *testing.T) {
	for _, bad := range []ChannelSettings{{}, {Odds: 1, Bands: 10}, {Odds: 2, Excess: -1, Bands: 10}, {Odds: 2}} {
		if bad.Validate() == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
	if err := channelSettings().Validate(); err != nil {
		t.Error(err)
	}
}

func TestChannelGarbage(t *testing.T) {
	env := channelEnv(channelSettings())
	s, _ := newChannel(env)
	s.Update(channelBatch([]strataRow{{"a", "v", "x", 5, 3, 9}, {"b", "", "", 7, 3, 4}}))
	good, _ := s.MarshalBinary()
	for i := range good {
		for _, x := range []byte{0, 1, 0x7f, 0xff} {
			bad := bytes.Clone(good)
			bad[i] = x
			fresh, _ := newChannel(env)
			if fresh.UnmarshalBinary(bad) == nil {
				fresh.Finish(&audit.Result{}) // must not panic
			}
		}
	}
}

func BenchmarkChannelParity(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	var rows []strataRow
	for range 4096 {
		rows = append(rows, strataRow{string(rune('a' + rng.IntN(3))), string(rune('v' + rng.IntN(2))), string(rune('p' + rng.IntN(4))), math.Round(600 + 50*rng.NormFloat64()), rng.IntN(2), 1})
	}
	batch := channelBatch(rows)
	batch.Cols[7] = batch.Cols[6]
	s, _ := newChannel(channelEnv(channelSettings()))
	for b.Loop() {
		s.Update(batch)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/row")
}
