// Package stats has exact mergeable accumulators, and the tests and intervals
// on them, knowing nothing of credit.
//
// # Accumulators
//
// [Sum], [Moments], [Hist], [Cube] and [Keys] gather values in one pass and
// merge in any order: for every split of the same values, and every order of
// merging the parts, the encoding of the result is the same to the last bit,
// and so is every number read off it. The zero value of each is the empty
// accumulator and the identity of Merge. An accumulator is not safe for
// concurrent use; give each worker its own and merge.
//
// Each encodes itself (AppendBinary, MarshalBinary, UnmarshalBinary) in one
// canonical form: equal contents give equal bytes, and bytes that are not in
// that form are refused, never half-read. [Encoder] and [Decoder] are the same
// means for states built of them.
//
// # Methods
//
// One file a method; its comment argues for it and names the reference
// implementation whose stored values the tests compare with. Functions of
// counts agree with the reference to 1e-9; what is read off a [Hist] is exact
// when [Hist.Exact], else within the width of its bins.
//
// What can't be estimated (an empty denominator, a test without data) is NaN,
// never 0: NaN means "not estimable". Negative counts are a broken contract
// and panic. Intervals take the confidence level, such as 0.95.
package stats
