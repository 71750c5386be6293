package page

import (
	"encoding/binary"
	"errors"

	"github.com/pierrec/lz4/v4"
)

// lz4Raw is LZ4_RAW: one LZ4 block, without a frame.
type lz4Raw struct{}

func (lz4Raw) decode(dst, src []byte) error {
	n, err := lz4.UncompressBlock(src, dst)
	if err == nil && n != len(dst) {
		err = errSize
	}
	return err
}

// lz4Legacy is the deprecated LZ4 codec, which different writers understood
// differently. Hadoop's is a sequence of blocks behind their two sizes, big
// endian; others wrote one bare block. Both carry enough redundancy to be told
// apart: the sizes must add up exactly.
type lz4Legacy struct{}

var errLZ4 = errors.New("neither Hadoop's LZ4 nor a bare LZ4 block; export with zstd or snappy")

func (lz4Legacy) decode(dst, src []byte) error {
	if hadoopLZ4(dst, src) {
		return nil
	}
	if (lz4Raw{}).decode(dst, src) == nil {
		return nil
	}
	return errLZ4
}

func hadoopLZ4(dst, src []byte) bool {
	for len(src) > 0 {
		if len(src) < 8 {
			return false
		}
		size := int64(binary.BigEndian.Uint32(src))
		packed := int64(binary.BigEndian.Uint32(src[4:]))
		src = src[8:]
		if size > int64(len(dst)) || packed > int64(len(src)) {
			return false
		}
		if n, err := lz4.UncompressBlock(src[:packed], dst[:size]); err != nil || int64(n) != size {
			return false
		}
		dst, src = dst[size:], src[packed:]
	}
	return len(dst) == 0
}
