package fairness

import (
	"slices"

	"evenhand/audit"
	"evenhand/audit/stats"
)

// Merge adds o's counts.
func (s *override) Merge(other audit.State) {
	o := other.(*override)
	s.judge.Merge(&o.judge)
	for i, n := range o.excluded {
		s.excluded[i] += n
	}
	for i, n := range o.all {
		s.all[i] += n
	}
	strata := s.strata.keys.Merge(&o.strata.keys)
	reviewers := s.reviewer.keys.Merge(&o.reviewer.keys)
	s.reviewers.Merge(o.reviewers.Map(renumberReviewer(reviewers)))
	s.referrals.Merge(o.referrals.Map(renumberReferral(reviewers, strata)))
	for d := range s.dims {
		x, from := &s.dims[d], &o.dims[d]
		groups := x.keys.Merge(&from.keys)
		x.counts.Merge(&from.counts, renumberSide(strata, groups))
		x.reviewers.Merge(from.reviewers.Map(renumberPair(reviewers, groups)))
	}
}

// renumberSide renumbers strata that are a number and a side, and cells that are
// a group and a bit.
func renumberSide(strata, groups []int32) func(stratum, cell uint32) (uint32, uint32) {
	return func(stratum, cell uint32) (uint32, uint32) {
		return uint32(strata[stratum>>sideBits])<<sideBits | stratum&(sideRoom-1), uint32(groups[cell>>1])<<1 | cell&1
	}
}

const caseMask = 1<<overrideBits - 1

func renumberReviewer(reviewers []int32) func(uint64) uint64 {
	return func(k uint64) uint64 { return uint64(reviewers[k>>overrideBits])<<overrideBits | k&caseMask }
}

func renumberPair(reviewers, groups []int32) func(uint64) uint64 {
	return func(k uint64) uint64 {
		group := k & (1<<reviewerShift - 1) >> overrideBits
		return uint64(reviewers[k>>reviewerShift])<<reviewerShift | uint64(groups[group])<<overrideBits | k&caseMask
	}
}

func renumberReferral(reviewers, strata []int32) func(uint64) uint64 {
	return func(k uint64) uint64 {
		stratum := k & (1<<reviewerShift - 1) >> 1
		return uint64(reviewers[k>>reviewerShift])<<reviewerShift | uint64(strata[stratum])<<1 | k&1
	}
}

// MarshalBinary encodes the counts.
func (s *override) MarshalBinary() ([]byte, error) {
	var e stats.Encoder
	s.judge.Encode(&e)
	e.Ints(s.excluded[:])
	e.Ints(s.all[:])
	strata := sortedNames(&e, &s.strata.keys)
	reviewers := sortedNames(&e, &s.reviewer.keys)
	e.Value(s.reviewers.Map(renumberReviewer(reviewers)))
	e.Value(s.referrals.Map(renumberReferral(reviewers, strata)))
	for d := range s.dims {
		x := &s.dims[d]
		groups := sortedNames(&e, &x.keys)
		x.counts.Encode(&e, renumberSide(strata, groups))
		e.Value(x.reviewers.Map(renumberPair(reviewers, groups)))
	}
	return e.Data(), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote.
func (s *override) UnmarshalBinary(data []byte) error {
	d := stats.NewDecoder(data)
	back := &override{env: s.env, settings: s.settings, product: s.product, version: s.version, score: s.score, decider: s.decider, judge: s.judge}
	back.judge.Decode(d)
	excluded, all := d.Ints(), d.Ints()
	if len(excluded) != len(back.excluded) || len(all) != len(back.all) {
		d.Fail("wrong number of guards or cases")
		return d.Finish()
	}
	// No count exceeds the rows that were judged.
	left := back.judge.Judged()
	take := func(left *int64, n int64) {
		if n < 0 || n > *left {
			d.Fail("more rows are counted than judged")
			*left = -1
			return
		}
		*left -= n
	}
	for _, n := range slices.Concat(excluded, all) {
		take(&left, n)
	}
	copy(back.excluded[:], excluded)
	copy(back.all[:], all)
	names := decode(d, 2)
	back.strata.keys, back.reviewer = names[0], s.reviewer
	back.reviewer.keys, back.reviewer.dict, back.reviewer.of = names[1], nil, nil
	d.Value(&back.reviewers)
	left = back.judge.Judged()
	for k, n := range back.reviewers.All() {
		take(&left, n)
		if k>>overrideBits >= uint64(names[1].Len()) {
			d.Fail("a reviewer has no name")
			return d.Finish()
		}
	}
	d.Value(&back.referrals)
	left = back.judge.Judged()
	for k, n := range back.referrals.All() {
		take(&left, n)
		if k>>reviewerShift >= uint64(names[1].Len()) || k&(1<<reviewerShift-1)>>1 >= uint64(names[0].Len()) {
			d.Fail("a reviewer or stratum has no name")
			return d.Finish()
		}
	}
	for i := range s.dims {
		x := overrideDim{crossColumn: crossColumn{plan: s.dims[i].plan, column: s.dims[i].column}}
		x.keys = decode(d, 1)[0]
		x.counts.Decode(d)
		left = back.judge.Judged()
		x.counts.Each(func(stratum, cell uint32, n int64) {
			take(&left, n)
			if int(stratum>>sideBits) >= names[0].Len() || int(cell>>1) >= x.keys.Len() {
				d.Fail("a cell has no name")
			}
		})
		d.Value(&x.reviewers)
		left = back.judge.Judged()
		for k, n := range x.reviewers.All() {
			take(&left, n)
			if k>>reviewerShift >= uint64(names[1].Len()) || k&(1<<reviewerShift-1)>>overrideBits >= uint64(x.keys.Len()) {
				d.Fail("a reviewer or group has no name")
				return d.Finish()
			}
		}
		back.dims = append(back.dims, x)
	}
	if err := d.Finish(); err != nil {
		return err
	}
	*s = *back
	return nil
}
