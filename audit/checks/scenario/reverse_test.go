package scenario

import (
	"fmt"
	"math"
	"testing"

	"evenhand/audit"
)

// TestReverseIsReplay: the smallest shifts are those of replaying one policy
// after the other.
func TestReverseIsReplay(t *testing.T) {
	const far = 35 // replays are slow
	at := map[int]*replayed{}
	for _, ratio := range []float64{0.5, 0.7, 0.8, 0.95} {
		l := aLender()
		l.n = 300
		l.settings = fmt.Sprintf("reversestress: {ratio: %v, approvals: 0.8, rise: 0.2}", ratio)
		r := l.run(t, ReverseStress, 1)
		shifted := func(d int) *replayed {
			if at[d] == nil {
				x := l
				x.cut, x.refer = fmt.Sprintf("%d.0", 540+d), fmt.Sprintf("%d.0", 530+d)
				at[d] = x.replay(t)
			}
			return at[d]
		}
		air := func(d int) float64 {
			p := shifted(d)
			if p.approved["M"] == 0 {
				return math.NaN()
			}
			return float64(p.approved["F"]) / float64(p.n["F"]) / (float64(p.approved["M"]) / float64(p.n["M"]))
		}
		first := func(sign int, broken func(d int) bool) float64 {
			for d := 0; d <= far; d++ {
				if broken(sign * d) {
					return float64(sign * d)
				}
			}
			return math.NaN()
		}
		name, broken := "reverse_air_score_shift", func(d int) bool { return air(d) < ratio }
		if broken(0) {
			name, broken = "reverse_air_recovery_score_shift", func(d int) bool { return air(d) >= ratio }
		}
		for _, c := range []struct {
			metric, direction, group string
			want                     float64
		}{
			{name, "stricter", "sex=F", first(1, broken)},
			{name, "looser", "sex=F", first(-1, broken)},
			{"reverse_approvals_score_shift", "stricter", "", first(1, func(d int) bool { return float64(shifted(d).all()) < 0.8*float64(shifted(0).all()) })},
			{"reverse_loss_score_shift", "looser", "", first(-1, func(d int) bool { return shifted(d).loss > 1.2*shifted(0).loss })},
		} {
			m := metricOf(t, r, c.metric, "direction="+c.direction, c.group)
			if math.Abs(m.Value) > far {
				m.Value, m.Warnings = math.NaN(), append(m.Warnings, audit.Text{})
			}
			if m.Value != c.want && !(m.Value != m.Value && c.want != c.want) {
				t.Errorf("ratio %v: %s %s: %v, replays give %v", ratio, c.metric, c.direction, m.Value, c.want)
			}
			if (m.Value != m.Value) != (len(m.Warnings) == 1) {
				t.Errorf("%s: value %v, warnings %v", c.metric, m.Value, m.Warnings)
			}
		}
	}
}
