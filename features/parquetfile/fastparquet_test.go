package parquetfile

import (
	"encoding/binary"
	"testing"
	"time"
)

// TestFastparquetUnits: counts of microseconds, milliseconds and seconds that
// stand where nanoseconds should, beside a moment that stands right.
func TestFastparquetUnits(t *testing.T) {
	meant := time.Date(2026, 1, 1, 10, 45, 2, 0, time.UTC)
	int96 := func(ns int64) []byte {
		const day = 86_400_000_000_000
		b := binary.LittleEndian.AppendUint64(nil, uint64(ns%day))
		return binary.LittleEndian.AppendUint32(b, uint32(ns/day+julian1970))
	}
	for _, c := range []struct {
		micros, count int64
	}{{1, meant.UnixMicro()}, {1_000, meant.UnixMilli()}, {1_000_000, meant.Unix()}} {
		col := &column{leaf: &leaf{int96Micros: c.micros}}
		x := make([]int64, 2)
		fastparquetToMicros(col, [][]byte{int96(c.count), int96(meant.UnixNano())}, x)
		for i, us := range x {
			if us != meant.UnixMicro() {
				t.Errorf("unit of %d µs, cell %d: %v", c.micros, i, time.UnixMicro(us).UTC())
			}
		}
	}
}
