package shuffle

import (
	"encoding/binary"
	"math/bits"
)

// hash is a 64-bit hash of a key with a fixed seed: multiply and fold, eight
// bytes at a time. It spreads well enough to cut partitions by its high bits
// and to find keys by its low ones; it is no defence against chosen keys, which
// would cost time, not answers.
func hash(b []byte) uint64 {
	const m1, m2 = 0xa0761d6478bd642f, 0xe7037ed1a0b428db
	h := uint64(len(b)) ^ m2
	for ; len(b) > 8; b = b[8:] {
		h = fold(h^binary.LittleEndian.Uint64(b), m1)
	}
	var last uint64
	switch n := len(b); {
	case n == 8:
		last = binary.LittleEndian.Uint64(b)
	case n >= 4:
		last = uint64(binary.LittleEndian.Uint32(b)) | uint64(binary.LittleEndian.Uint32(b[n-4:]))<<32
	case n > 0:
		last = uint64(b[0]) | uint64(b[n/2])<<8 | uint64(b[n-1])<<16
	}
	return fold(fold(h^last, m1), m2)
}

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
