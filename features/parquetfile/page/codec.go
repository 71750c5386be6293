package page

import (
	"bytes"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
)

// codec fills dst, whose length is the size promised, from the compressed
// src. More bytes than promised are an error, never memory.
type codec interface {
	decode(dst, src []byte) error
}

var errSize = fmt.Errorf("not of the size that its header says")

// Codecs holds one decompressor of each kind a reader met.
type Codecs struct {
	byKind map[format.CompressionCodec]codec
}

// Get returns the decompressor of a codec, nil for stored pages.
func (cs *Codecs) Get(k format.CompressionCodec) (codec, error) {
	if k == format.Uncompressed {
		return nil, nil
	}
	if c, ok := cs.byKind[k]; ok {
		return c, nil
	}
	var c codec
	switch k {
	case format.Snappy:
		c = snappyCodec{}
	case format.Gzip:
		c = &gzipCodec{}
	case format.Brotli:
		c = &brotliCodec{}
	case format.Zstd:
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecodeAllCapLimit(true))
		if err != nil {
			return nil, err
		}
		c = zstdCodec{d}
	case format.Lz4Raw:
		c = lz4Raw{}
	case format.Lz4:
		c = lz4Legacy{}
	case format.LZO:
		return nil, fmt.Errorf("is compressed with LZO, which cannot be read; export with zstd or snappy")
	default:
		return nil, fmt.Errorf("is compressed with codec %d, which is unknown: %w", int32(k), ErrCorrupt)
	}
	if cs.byKind == nil {
		cs.byKind = map[format.CompressionCodec]codec{}
	}
	cs.byKind[k] = c
	return c, nil
}

// Close gives back what the decompressors hold.
func (cs *Codecs) Close() {
	for _, c := range cs.byKind {
		if z, ok := c.(zstdCodec); ok {
			z.d.Close()
		}
	}
	cs.byKind = nil
}

type snappyCodec struct{}

func (snappyCodec) decode(dst, src []byte) error {
	if n, err := snappy.DecodedLen(src); err != nil {
		return err
	} else if n != len(dst) {
		return errSize
	}
	out, err := snappy.Decode(dst, src)
	if err == nil && len(out) != len(dst) {
		err = errSize
	}
	return err
}

type zstdCodec struct{ d *zstd.Decoder }

func (z zstdCodec) decode(dst, src []byte) error {
	// The capacity is the limit: see WithDecodeAllCapLimit.
	out, err := z.d.DecodeAll(src, dst[:0:len(dst)])
	if err == nil && len(out) != len(dst) {
		err = errSize
	}
	return err
}

type gzipCodec struct {
	r  *gzip.Reader
	in bytes.Reader
}

func (g *gzipCodec) decode(dst, src []byte) error {
	g.in.Reset(src)
	if g.r == nil {
		r, err := gzip.NewReader(&g.in)
		if err != nil {
			return err
		}
		g.r = r
	} else if err := g.r.Reset(&g.in); err != nil {
		return err
	}
	return readExactly(dst, g.r)
}

type brotliCodec struct {
	r  *brotli.Reader
	in bytes.Reader
}

func (b *brotliCodec) decode(dst, src []byte) error {
	b.in.Reset(src)
	if b.r == nil {
		b.r = brotli.NewReader(&b.in)
	} else if err := b.r.Reset(&b.in); err != nil {
		return err
	}
	return readExactly(dst, b.r)
}

// readExactly fills dst and makes sure that r ends there: its checksum, if
// any, is only looked at then.
func readExactly(dst []byte, r io.Reader) error {
	if _, err := io.ReadFull(r, dst); err != nil {
		return err
	}
	var more [1]byte
	switch n, err := io.ReadFull(r, more[:]); {
	case n > 0:
		return errSize
	case err != io.EOF:
		return err
	}
	return nil
}
