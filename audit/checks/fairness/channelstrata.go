package fairness

import (
	"evenhand/audit/checks/internal/bands"
	"evenhand/audit/stats"
	"evenhand/features"
)

// alike numbers the strata of decisions that one product and policy version
// made: those that judged rows have, in the order they are met.
type alike struct {
	keys stats.Keys // product, NUL, policy version

	// The strata by code of the product and of the version, each plus one; a
	// stratum plus one, 0 when it was not met yet.
	of               []uint32
	product, version *features.Dict
	versions         int
}

// pack adds the rows' strata, shifted, to keys.
func (s *alike) pack(keys []uint64, product, version *features.Vector, rows []int32, shift uint) {
	if s.product != product.Dict || s.version != version.Dict || s.versions != version.Dict.Len()+1 {
		s.product, s.version, s.versions, s.of = product.Dict, version.Dict, version.Dict.Len()+1, s.of[:0]
	}
	for len(s.of) < (product.Dict.Len()+1)*s.versions {
		s.of = append(s.of, 0)
	}
	for j, i := range rows {
		at := &s.of[int(product.Codes[i]+1)*s.versions+int(version.Codes[i]+1)]
		if *at == 0 {
			id := s.keys.ID(product.Text(int(i)) + "\x00" + version.Text(int(i)))
			*at = 1 + uint32(id)%(bands.MaxStrata/sideRoom) // overrideparity adds sides
		}
		keys[j] |= uint64(*at-1) << shift
	}
}

// scoresOf gathers the scores of rows; nil when the export has none.
func scoresOf(to []float64, b *features.Batch, column int, rows []int32) []float64 {
	v := &b.Cols[column]
	if !v.Present {
		return nil
	}
	to = to[:0]
	for _, i := range rows {
		to = append(to, v.Floats[i])
	}
	return to
}

// sortedNames writes the names of keys, sorted, and returns the rank of each.
func sortedNames(e *stats.Encoder, k *stats.Keys) []int32 {
	var names []string
	for _, id := range k.Sorted() {
		names = append(names, k.Value(id))
	}
	e.Strings(names)
	return k.Ranks()
}
