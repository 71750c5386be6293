package fairness

import (
	"evenhand/audit"
	"evenhand/audit/checks/internal/bands"
	"evenhand/audit/checks/internal/decided"
	"evenhand/audit/stats"
	"evenhand/features"
)

// channel is the state of channelparity.
type channel struct {
	env      *audit.Env
	settings *ChannelSettings
	judge    decided.Judge

	product, version, score int // columns
	strata                  alike
	columns                 []channelColumn

	// Scratch: keys of a stratum and an outcome, with a value, and scores.
	base, keys []uint64
	scores     []float64
}

// channelColumn counts the rows by stratum, score, value and outcome.
type channelColumn struct {
	crossColumn
	counts bands.Counts
}

func newChannel(env *audit.Env) (*channel, error) {
	s := &channel{env: env, settings: env.Settings.(*ChannelSettings)}
	if err := s.settings.Validate(); err != nil {
		return nil, err
	}
	s.judge = decided.New(env, false)
	s.product, s.version, s.score = env.Col("decisions", "product"), env.Col("decisions", "policy_version"), env.Col("decisions", "score")
	for _, name := range []string{"channel", "partner"} {
		c := channelColumn{crossColumn: crossColumn{column: env.Col("decisions", name)}}
		c.plan.Name = name
		s.columns = append(s.columns, c)
	}
	return s, nil
}

// Update counts the rows of a batch.
func (s *channel) Update(b *features.Batch) {
	if b.Table != "decisions" {
		return
	}
	judged, approved := s.judge.Rows(b)
	s.scores = scoresOf(s.scores, b, s.score, judged)
	s.base = s.base[:0]
	for _, a := range approved {
		s.base = append(s.base, uint64(a)<<bands.CellShift)
	}
	s.strata.pack(s.base, &b.Cols[s.product], &b.Cols[s.version], judged, bands.StratumShift)
	for i := range s.columns {
		c := &s.columns[i]
		if !b.Cols[c.column].Present {
			continue
		}
		s.keys = append(s.keys[:0], s.base...)
		c.pack(s.keys, b, judged, bands.CellShift+1)
		c.counts.AddSlice(s.keys, s.scores)
	}
}

// Merge adds o's counts.
func (s *channel) Merge(other audit.State) {
	o := other.(*channel)
	s.judge.Merge(&o.judge)
	strata := s.strata.keys.Merge(&o.strata.keys)
	for i := range s.columns {
		values := s.columns[i].keys.Merge(&o.columns[i].keys)
		s.columns[i].counts.Merge(&o.columns[i].counts, renumberBit(strata, values))
	}
}

// renumberBit renumbers strata, and cells that are a value and a bit.
func renumberBit(strata, values []int32) func(stratum, cell uint32) (uint32, uint32) {
	return func(stratum, cell uint32) (uint32, uint32) {
		return uint32(strata[stratum]), uint32(values[cell>>1])<<1 | cell&1
	}
}

// MarshalBinary encodes the counts.
func (s *channel) MarshalBinary() ([]byte, error) {
	var e stats.Encoder
	s.judge.Encode(&e)
	strata := sortedNames(&e, &s.strata.keys)
	for i := range s.columns {
		values := sortedNames(&e, &s.columns[i].keys)
		s.columns[i].counts.Encode(&e, renumberBit(strata, values))
	}
	return e.Data(), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *channel) UnmarshalBinary(data []byte) error {
	d := stats.NewDecoder(data)
	judge := s.judge
	judge.Decode(d)
	strata := decode(d, 1)[0]
	columns := make([]channelColumn, len(s.columns))
	for i := range columns {
		columns[i].column, columns[i].plan = s.columns[i].column, s.columns[i].plan
		columns[i].keys = decode(d, 1)[0]
		columns[i].counts.Decode(d)
		left := judge.Judged()
		columns[i].counts.Each(func(stratum, cell uint32, n int64) {
			if left -= n; n < 0 || left < 0 {
				d.Fail("more rows are counted than judged")
			}
			if int(stratum) >= strata.Len() || int(cell>>1) >= columns[i].keys.Len() {
				d.Fail("a cell has no name")
			}
		})
	}
	if err := d.Finish(); err != nil {
		return err
	}
	s.judge, s.strata, s.columns = judge, alike{keys: strata}, columns
	return nil
}
