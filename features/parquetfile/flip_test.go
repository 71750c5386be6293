package parquetfile_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"evenhand/features/parquetfile"
)

// crcFile is a file whose pages carry checksums.
var crcFile = filepath.Join("..", "..", "fixtures", "dialects", "11_page_index_crc.parquet")

// readBytes reads b as a file called x.parquet.
func readBytes(t testing.TB, dir string, b []byte) (*content, error) {
	t.Helper()
	path := filepath.Join(dir, "x.parquet")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return readAll(context.Background(), []string{path}, dialectSpecs("00"), parquetfile.Options{})
}

// TestBitFlips reads a file with one bit flipped: refused, or the same values.
func TestBitFlips(t *testing.T) {
	good, err := os.ReadFile(crcFile)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	want, err := readBytes(t, dir, good)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(7, 7))
	n := 600
	if *long {
		n = 8 * len(good)
	}
	refused, same := 0, 0
	for i := range n {
		bit := r.IntN(8 * len(good))
		if *long {
			bit = i
		}
		bad := bytes.Clone(good)
		bad[bit/8] ^= 1 << (bit % 8)
		got, err := readBytes(t, dir, bad)
		switch {
		case err != nil:
			refused++
			if !typed(err) {
				t.Errorf("bit %d: %v", bit, err)
			}
		case got.digest != want.digest || got.rows != want.rows:
			for col := range want.byCol {
				if got.byCol[col] != want.byCol[col] {
					t.Errorf("bit %d of byte %d of %d: %s differs silently", bit%8, bit/8, len(good), col)
				}
			}
		default:
			same++
		}
	}
	t.Logf("%d refused, %d with the same values", refused, same)
	if refused == 0 || same == 0 {
		t.Error("the test is vacuous")
	}
}

// TestTruncation reads every prefix, at a step.
func TestTruncation(t *testing.T) {
	good, err := os.ReadFile(crcFile)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for n := 0; n < len(good); n += 97 {
		if _, err := readBytes(t, dir, good[:n]); err == nil || !typed(err) {
			t.Errorf("the first %d bytes: %v", n, err)
		}
	}
}
