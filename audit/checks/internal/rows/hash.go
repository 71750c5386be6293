// Package rows has what several checks need to gather rows in any order:
// hashes of identifiers, samples by hash, and counts by dictionary code.
package rows

import (
	"encoding/binary"
	"math/bits"
)

// Primes of xxHash64: odd, with mixed bits.
const (
	prime1 = 0x9E3779B185EBCA87
	prime2 = 0xC2B2AE3D27D4EB4F
	prime3 = 0x165667B19E3779F9
)

// Hash returns a 64-bit hash of b that never changes. Hashes under different
// seeds are independent. It is no defence against keys made to collide: where
// a collision would matter, compare the keys.
func Hash(seed uint64, b []byte) uint64 {
	n := uint64(len(b))
	h := seed ^ prime3
	for len(b) >= 16 {
		h = mix(binary.LittleEndian.Uint64(b)^prime1^seed, binary.LittleEndian.Uint64(b[8:])^h)
		b = b[16:]
	}
	var lo, hi uint64
	switch {
	case len(b) >= 8:
		lo = binary.LittleEndian.Uint64(b)
		hi = binary.LittleEndian.Uint64(b[len(b)-8:])
	case len(b) >= 4:
		lo = uint64(binary.LittleEndian.Uint32(b))
		hi = uint64(binary.LittleEndian.Uint32(b[len(b)-4:]))
	case len(b) > 0:
		lo = uint64(b[0])<<16 | uint64(b[len(b)/2])<<8 | uint64(b[len(b)-1])
	}
	return mix(prime2^n, mix(lo^prime1^seed, hi^h))
}

// HashString is Hash for a string; it doesn't allocate for short ones.
func HashString(seed uint64, s string) uint64 {
	var buf [64]byte
	return Hash(seed, append(buf[:0], s...))
}

// HashInt chains an integer to a hash.
func HashInt(seed uint64, x int64) uint64 {
	return mix(uint64(x)^prime1, seed^prime2)
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
