package cause

import (
	"math/bits"
	"slices"

	"evenhand/audit"
)

// Player is one of the three things that a change of outcome is shared between.
type Player int

// The players: whether the new features, model and policy are in force.
const (
	NewFeatures Player = 1 << iota
	NewModel
	NewPolicy
)

// Shapley returns the exact Shapley shares of features, model and policy in
// the change of an outcome: y[s] is the outcome (1 approved, 0 not; or a limit
// in minor units) when the players in s (a sum of Player) are new. The shares
// are in sixths of the unit of y and sum to 6*(y[7]-y[0]).
//
// A player's share is the mean of what it adds to those before it, over the
// six orders of three players: 2 of 6 first, 1 of 6 after either other alone,
// 2 of 6 last.
func Shapley(y [8]int64) (features, model, policy int64) {
	var share [3]int64
	for i := range share {
		me := uint(1) << i
		for s := uint(0); s < 8; s++ {
			if s&me == 0 {
				weight := [3]int64{2, 1, 2}[bits.OnesCount(s)]
				share[i] += weight * (y[s|me] - y[s])
			}
		}
	}
	return share[0], share[1], share[2]
}

// Primary returns the code that holds at least half of the sum of absolute
// shares, else Mixed, and the supported causes with their shares in parts of
// 1,000,000, in the order of codes; those without a share are left out. Where
// two hold half each, none is primary. Without any share the code is
// Unexplained.
//
// The parts are rounded so that they sum to exactly 1,000,000 in absolute
// value: the largest remainders are rounded up, the first code on a tie.
func Primary(codes []string, shares []int64) (string, []audit.Supported) {
	if len(codes) != len(shares) {
		panic("cause: as many codes as shares")
	}
	var total uint64
	for _, s := range shares {
		total += abs(s)
	}
	if total == 0 {
		return Unexplained, nil
	}
	parts := apportion(shares, total)
	primary, halves := Mixed, 0
	var out []audit.Supported
	for i, c := range codes {
		if shares[i] == 0 {
			continue
		}
		if 2*abs(shares[i]) >= total {
			primary, halves = c, halves+1
		}
		out = append(out, audit.Supported{Code: c, Grade: audit.E1, Share: parts[i]})
	}
	if halves > 1 {
		primary = Mixed
	}
	return primary, out
}

// apportion gives each share its parts of 1,000,000 of the total, with its
// sign.
func apportion(shares []int64, total uint64) []int64 {
	const whole = 1_000_000
	parts, rest := make([]int64, len(shares)), make([]uint64, len(shares))
	order := make([]int, len(shares))
	left := int64(whole)
	for i, s := range shares {
		hi, lo := bits.Mul64(abs(s), whole)
		q, r := bits.Div64(hi, lo, total)
		parts[i], rest[i], order[i] = int64(q), r, i
		left -= parts[i]
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case rest[a] > rest[b]:
			return -1
		case rest[a] < rest[b]:
			return 1
		}
		return 0
	})
	for _, i := range order[:left] {
		parts[i]++
	}
	for i, s := range shares {
		if s < 0 {
			parts[i] = -parts[i]
		}
	}
	return parts
}

func abs(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}
