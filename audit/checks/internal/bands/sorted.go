package bands

import (
	"maps"
	"slices"
)

func sorted[V any](m map[uint64]V) []uint64 { return slices.Sorted(maps.Keys(m)) }
