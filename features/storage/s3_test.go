package storage

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/parquet-go/parquet-go"
)

func TestS3Open(t *testing.T) {
	st := newStore(t)
	content := noise(100_000)
	for _, key := range []string{"a.parquet", "year=2025/part 1+ü%2F.parquet", "deep/er//x"} {
		st.put(key, content)
		url := "s3://exports/" + key
		in, err := Expand([]string{url})
		if err != nil || len(in) != 1 || in[0].Path != url || in[0].Shown != url {
			t.Fatalf("Expand(%s) = %v, %v", url, in, err)
		}
		f := open(t, in[0].Path)
		if f.Size() != int64(len(content)) {
			t.Errorf("%s: size %d", url, f.Size())
		}
		id := f.Identity()
		if id.Size != f.Size() || len(id.Tag) < 10 || !id.Modified.IsZero() {
			t.Errorf("%s: identity %+v", url, id)
		}
		if now, err := Stat(url); err != nil || !now.Equal(id) {
			t.Errorf("%s: Stat = %+v, %v", url, now, err)
		}
		got := make([]byte, 1000)
		if n, err := f.ReadAt(got, 5000); n != 1000 || err != nil || !bytes.Equal(got, content[5000:6000]) {
			t.Errorf("%s: ReadAt = %d, %v", url, n, err)
		}
		want := "[HEAD HEAD GET bytes=5000-5999]"
		if got := fmt.Sprint(st.took()); got != want {
			t.Errorf("%s: requests %s, want %s", url, got, want)
		}
	}
	if !Remote("s3://exports/a.parquet") {
		t.Error("s3 is not Remote")
	}
}

func TestS3EndpointOfService(t *testing.T) {
	st := newStore(t)
	st.put("x", noise(10))
	t.Setenv("AWS_ENDPOINT_URL_S3", os.Getenv("AWS_ENDPOINT_URL"))
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	open(t, "s3://exports/x")
}

// TestS3ReadAt compares the ends of reads with those of a local file.
func TestS3ReadAt(t *testing.T) {
	st := newStore(t)
	for _, size := range []int{0, 1, 10, 4096} {
		content := noise(size)
		st.put("x", content)
		local := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(local, content, 0o600); err != nil {
			t.Fatal(err)
		}
		far, near := open(t, "s3://exports/x"), open(t, local)
		n := int64(size)
		for _, off := range []int64{0, 1, n - 1, n, n + 1, 1 << 40} {
			for _, length := range []int64{0, 1, 9, n - 1, n, n + 1, n + 5000} {
				if off < 0 || length < 0 {
					continue
				}
				a, b := make([]byte, length), make([]byte, length)
				na, ea := far.ReadAt(a, off)
				nb, eb := near.ReadAt(b, off)
				if na != nb || ea != eb || !bytes.Equal(a, b) {
					t.Errorf("size %d, %d bytes at %d: %d, %v; of a local file %d, %v", size, length, off, na, ea, nb, eb)
				}
			}
		}
		if _, err := far.ReadAt(make([]byte, 1), -1); err == nil {
			t.Error("negative offset: no error")
		}
	}
}

func TestS3ReadAtConcurrent(t *testing.T) {
	st := newStore(t)
	content := noise(3 << 20)
	st.put("x", content)
	f := open(t, "s3://exports/x")
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(1, uint64(g)))
			for range 25 {
				off := rng.IntN(len(content) - 1)
				b := make([]byte, 1+rng.IntN(min(200_000, len(content)-off)))
				if n, err := f.ReadAt(b, int64(off)); err != nil || n != len(b) || !bytes.Equal(b, content[off:off+len(b)]) {
					t.Errorf("%d bytes at %d: %d, %v", len(b), off, n, err)
				}
			}
		})
	}
	wg.Wait()
	if h := f.(*handles); len(h.free) > 8 {
		t.Errorf("%d handles for 8 readers", len(h.free))
	}
	if st.conns > 16 {
		t.Errorf("%d connections for 200 reads: none is used again", st.conns)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if _, err := f.ReadAt(make([]byte, 1), 0); err == nil || !strings.Contains(err.Error(), "after close") {
		t.Errorf("read after close: %v", err)
	}
}

// TestS3Parquet reads a committed file both ways, with no help of ours.
func TestS3Parquet(t *testing.T) {
	local := filepath.Join("..", "..", "fixtures", "dialects", "00_reference.parquet")
	content, err := os.ReadFile(local)
	if err != nil {
		t.Fatal(err)
	}
	st := newStore(t)
	st.put("00_reference.parquet", content)
	digest := func(path string) (string, int64) {
		f := open(t, path)
		pf, err := parquet.OpenFile(f, f.Size())
		if err != nil {
			t.Fatal(err)
		}
		h := sha256.New()
		r := parquet.NewReader(pf)
		defer r.Close()
		rows := make([]parquet.Row, 64)
		for {
			n, err := r.ReadRows(rows)
			for _, row := range rows[:n] {
				fmt.Fprintf(h, "%+v\n", row)
			}
			if errors.Is(err, io.EOF) {
				return fmt.Sprintf("%x", h.Sum(nil)), pf.NumRows()
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	want, rows := digest(local)
	if rows == 0 {
		t.Fatal("the file has no rows")
	}
	if got, _ := digest("s3://exports/00_reference.parquet"); got != want {
		t.Errorf("from the store %s, locally %s", got, want)
	}
}
