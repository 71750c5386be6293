package parquetfile

import "time"

// Options bound what a file may cost to read, and settle what its format
// leaves open. The zero value of a field means its default.
type Options struct {
	// MaxFooter bounds the footer in bytes; 64 MiB.
	MaxFooter int64
	// MaxPage bounds one page's uncompressed bytes; 256 MiB.
	MaxPage int64
	// MaxUnit bounds the uncompressed bytes of the columns read from one row
	// group; 2 GiB.
	MaxUnit int64
	// MaxUnitRows bounds the rows of one row group; 32 Mi. A few bytes can
	// promise billions.
	MaxUnitRows int64
	// MaxCell bounds one string or id in bytes; 1 MiB.
	MaxCell int
	// MaxHeld bounds the bytes one reader holds in page and dictionary
	// buffers; 384 MiB.
	MaxHeld int64
	// MaxDistinct bounds the distinct values of one text column; 4 Mi.
	MaxDistinct int
	// MaxColumns bounds the columns of a file, nested ones counted by leaf;
	// 20,000.
	MaxColumns int
	// MaxDepth bounds the nesting of columns; 64.
	MaxDepth int
	// Int96Zone is the zone in which INT96 timestamps were written: nil for
	// UTC, as Spark and Hive do; Impala before 2.9 could write local time.
	Int96Zone *time.Location
	// HideValues keeps cells out of messages: their shape is told instead.
	HideValues bool
}

func (o Options) withDefaults() Options {
	def(&o.MaxFooter, 64<<20)
	def(&o.MaxPage, 256<<20)
	def(&o.MaxUnit, 2<<30)
	def(&o.MaxUnitRows, 32<<20)
	def(&o.MaxCell, 1<<20)
	def(&o.MaxHeld, 384<<20)
	def(&o.MaxDistinct, 4<<20)
	def(&o.MaxColumns, 20_000)
	def(&o.MaxDepth, 64)
	return o
}

func def[T int | int64](p *T, v T) {
	if *p == 0 {
		*p = v
	}
}
