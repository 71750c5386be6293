package page

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

func lz4Block(t testing.TB, b []byte) []byte {
	dst := make([]byte, lz4.CompressBlockBound(len(b)))
	var c lz4.Compressor
	n, err := c.CompressBlock(b, dst)
	if err != nil || n == 0 {
		t.Fatal(n, err)
	}
	return dst[:n]
}

// hadoop frames blocks as Hadoop's codec does.
func hadoop(t testing.TB, parts ...[]byte) []byte {
	var out []byte
	for _, p := range parts {
		z := lz4Block(t, p)
		out = binary.BigEndian.AppendUint32(out, uint32(len(p)))
		out = binary.BigEndian.AppendUint32(out, uint32(len(z)))
		out = append(out, z...)
	}
	return out
}

// TestCodecs: each codec gives back what went in, and refuses data of another
// size than promised without taking memory for it.
func TestCodecs(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	in := make([]byte, 300_000)
	for i := range in {
		in[i] = byte(r.IntN(4))
	}
	var gz, br bytes.Buffer
	g := gzip.NewWriter(&gz)
	g.Write(in)
	g.Close()
	b := brotli.NewWriter(&br)
	b.Write(in)
	b.Close()
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	var cs Codecs
	defer cs.Close()
	for _, c := range []struct {
		name string
		kind format.CompressionCodec
		data []byte
	}{
		{"snappy", format.Snappy, snappy.Encode(nil, in)},
		{"gzip", format.Gzip, gz.Bytes()},
		{"brotli", format.Brotli, br.Bytes()},
		{"zstd", format.Zstd, z.EncodeAll(in, nil)},
		{"lz4 raw", format.Lz4Raw, lz4Block(t, in)},
		{"lz4 bare", format.Lz4, lz4Block(t, in)},
		{"lz4 hadoop", format.Lz4, hadoop(t, in)},
		{"lz4 hadoop, two blocks", format.Lz4, hadoop(t, in[:100_000], in[100_000:])},
	} {
		t.Run(c.name, func(t *testing.T) {
			dec, err := cs.Get(c.kind)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // decompressors are used again
				out := make([]byte, len(in))
				if err := dec.decode(out, c.data); err != nil || !bytes.Equal(in, out) {
					t.Fatalf("differs, error %v", err)
				}
				for _, n := range []int{0, 1, len(in) - 1, len(in) + 1, 2 * len(in)} {
					if err := dec.decode(make([]byte, n, n+1000), c.data); err == nil {
						t.Errorf("%d bytes were taken for %d", len(in), n)
					}
				}
				if err := dec.decode(make([]byte, len(in)), c.data[:len(c.data)/2]); err == nil {
					t.Error("half the data is enough")
				}
				if err := dec.decode(make([]byte, len(in)), nil); err == nil {
					t.Error("no data is enough")
				}
			}
		})
	}
	for _, k := range []format.CompressionCodec{format.LZO, 99, -1} {
		if _, err := cs.Get(k); err == nil {
			t.Errorf("codec %d is known", k)
		}
	}
}
