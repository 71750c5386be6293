package reports

import (
	"cmp"
	"math"
	"slices"

	"evenhand/audit"
)

// familyTiles has one tile for each family that speaks in metrics, with its
// worst flagged number.
func (r *Report) familyTiles() []tile {
	var tiles []tile
	for _, name := range []string{"fairness", "drift", "replication"} {
		for _, c := range chapters {
			if c.Name == name {
				tiles = append(tiles, r.familyTile(name, c.Title))
			}
		}
	}
	return tiles
}

func (r *Report) familyTile(family string, title audit.Text) tile {
	t := tile{Title: title, Href: "#chapter-" + family}
	var why []audit.Text
	live, found := false, false
	for _, c := range r.checks {
		if c.Chapter != family {
			continue
		}
		found = true
		if cov := r.coverage[c.Name]; cov != nil && cov.Status != "skipped" {
			live = true
		} else {
			why = append(why, reasons(cov))
		}
	}
	if !live {
		t.State, t.Word, t.Href = "none", levelWords["none"], ""
		t.Note = audit.T("no check of this version covers it", "本版本没有对应的检查")
		if found {
			t.Note = joinTexts(compactTexts(why))
		}
		return t
	}
	var ms []*audit.Metric
	insufficient := 0
	for i := range r.res.Metrics {
		m := &r.res.Metrics[i]
		if r.chapterOf(m.Check) != family || m.Suppressed {
			continue
		}
		if m.Status == audit.Insufficient {
			insufficient++
			continue
		}
		if !math.IsNaN(m.Value) {
			ms = append(ms, m)
		}
	}
	t.State, t.Word = r.worstOf(func(check string) bool { return r.chapterOf(check) == family })
	if len(ms) == 0 {
		if insufficient > 0 {
			t.State, t.Word = "none", levelWords["insufficient"]
			t.Note = audit.Tf("%[1]s numbers, none with enough rows", "%[1]s 个指标，样本均不足", thousands(int64(insufficient)))
		}
		return t
	}
	m := slices.MinFunc(ms, worseMetric)
	flagged := 0
	for _, x := range ms {
		if x.Status >= audit.Warn {
			flagged++
		}
	}
	u := unitOf(m)
	t.Facts = []fact{{Name: r.metricName(m.Name), Value: u.value(m.Value), Row: &rowLink{ID: m.ID()}}}
	if i := u.interval(m.Low, m.High); i.En != none {
		t.Facts = append(t.Facts, fact{Name: levelOf(m.Level), Value: i})
	}
	if !math.IsNaN(m.Threshold) {
		t.Facts = append(t.Facts, fact{Name: audit.T("threshold", "阈值"), Value: u.value(m.Threshold)})
	}
	t.Facts = append(t.Facts, fact{Name: audit.T("rows", "范围"), Value: r.timedSlice(m)})
	t.Facts = append(t.Facts, fact{Name: audit.T("n", "样本量 n"), Value: same(thousands(m.N))})
	t.Note = audit.Tf("%[1]s of %[2]s numbers flagged; %[3]s insufficient", "%[2]s 个指标中 %[1]s 个越限或预警；%[3]s 个样本不足",
		thousands(int64(flagged)), thousands(int64(len(ms))), thousands(int64(insufficient)))
	return t
}

func levelOf(level float64) audit.Text {
	if math.IsNaN(level) {
		return audit.T("interval", "区间")
	}
	l := formatFixed(level*100, 0)
	return audit.T(l+nbsp+"% interval", l+"% 区间")
}

// worseMetric orders metrics by how much they say about their family: flagged
// before not, the customary names before others, far from the threshold before
// near, and the whole before its slices.
func worseMetric(a, b *audit.Metric) int {
	return cmp.Or(
		-cmp.Compare(a.Status, b.Status),
		cmp.Compare(rankOf(a.Name), rankOf(b.Name)),
		cmp.Compare(sliced(a), sliced(b)),
		-cmp.Compare(distance(a), distance(b)),
		cmp.Compare(a.ID(), b.ID()))
}

func sliced(m *audit.Metric) (n int) {
	if m.Period != "" {
		n++
	}
	if m.Segment != "" {
		n++
	}
	return n
}

// distance says how far past its threshold a metric is: which side is bad is
// seen from its status.
func distance(m *audit.Metric) float64 {
	if math.IsNaN(m.Threshold) {
		return 0
	}
	d := math.Abs(m.Value - m.Threshold)
	if m.Status < audit.Warn {
		return -d
	}
	return d
}

func compactTexts(ts []audit.Text) []audit.Text {
	var out []audit.Text
	for _, t := range ts {
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}
