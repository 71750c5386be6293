package parquetfile

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/parquet-go/parquet-go/format"
)

// fastparquet writes a pandas column of datetime64[us] (or [ms], [s]) under
// INT96 without bringing its counts to nanoseconds: a moment of 2026 comes out
// in January 1970, and every reader agrees on that. The pandas metadata beside
// it says what the counts are, so they can be read for what they mean.

// mendFastparquet marks the INT96 columns whose counts are coarser than
// nanoseconds, and says so.
func (m *fileMeta) mendFastparquet(md *format.FileMetaData) {
	var pandas struct {
		Columns []struct {
			Name      string `json:"field_name"`
			NumpyType string `json:"numpy_type"`
		} `json:"columns"`
		Creator struct {
			Library string `json:"library"`
		} `json:"creator"`
	}
	for _, kv := range md.KeyValueMetadata {
		if kv.Key == "pandas" {
			// What is not the JSON it should be marks nothing.
			_ = json.Unmarshal([]byte(kv.Value), &pandas)
		}
	}
	if pandas.Creator.Library != "fastparquet" {
		return
	}
	for _, c := range pandas.Columns {
		unit, micros := "", int64(0)
		switch {
		case strings.HasPrefix(c.NumpyType, "datetime64[us"):
			unit, micros = "microseconds", 1
		case strings.HasPrefix(c.NumpyType, "datetime64[ms"):
			unit, micros = "milliseconds", 1_000
		case strings.HasPrefix(c.NumpyType, "datetime64[s"):
			unit, micros = "seconds", 1_000_000
		default:
			continue
		}
		for i := range m.leaves {
			if l := &m.leaves[i]; l.name == c.Name && l.phys == format.Int96 {
				l.int96Micros = micros
				m.notes = append(m.notes, fmt.Sprintf("column %s: fastparquet wrote %s as INT96 nanoseconds; values that fall in early 1970 are read as %s", c.Name, unit, unit))
			}
		}
	}
}

// early1970 bounds, in nanoseconds since 1970, the moments that are taken for
// counts of a coarser unit: microseconds of dates up to the year 2286.
const early1970 = 10_000_000_000_000_000

// fastparquetToMicros reads INT96 whose counts may be coarser than
// nanoseconds: what falls in early 1970 is such a count.
func fastparquetToMicros(c *column, v [][]byte, x []int64) {
	for i, b := range v {
		us, rest, ok := int96Micros(b)
		switch {
		case !ok:
			c.bad(i, len(x), c.formatInt96(b))
		case us >= 0 && us < early1970/1000:
			us = int96Nanos(b) * c.leaf.int96Micros
		case rest:
			c.mark(i, len(x), fTruncated)
		}
		x[i] = us
	}
}
