package shuffle

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"
)

// memory is a temporary file in memory, to look at what the disk sees.
type memory struct{ b []byte }

func (m *memory) WriteAt(b []byte, at int64) (int, error) {
	if n := int(at) + len(b) - len(m.b); n > 0 {
		m.b = append(m.b, make([]byte, n)...)
	}
	return copy(m.b[at:], b), nil
}

func (m *memory) ReadAt(b []byte, at int64) (int, error) {
	n := copy(b, m.b[at:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (m *memory) Close() error { return nil }

// TestSealed: whatever the pieces that are written and read, what comes back is
// what went in, and the file has nothing of it.
func TestSealed(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	want := bytes.Repeat([]byte("customer C0001234, "), 5000)
	var file memory
	s := seal(&file)
	for at := 0; at < len(want); {
		n := min(1+rng.IntN(700), len(want)-at)
		if _, err := s.WriteAt(bytes.Clone(want[at:at+n]), int64(at)); err != nil {
			t.Fatal(err)
		}
		at += n
	}
	if bytes.Contains(file.b, []byte("C000")) || bytes.Contains(file.b, []byte("customer")) {
		t.Error("the file shows what was written")
	}
	if len(file.b) != len(want) || bytes.Contains(file.b[1000:], file.b[:64]) {
		t.Error("the key stream repeats")
	}
	for range 300 {
		lo := rng.IntN(len(want))
		got := make([]byte, 1+rng.IntN(len(want)-lo))
		if _, err := s.ReadAt(got, int64(lo)); err != nil || !bytes.Equal(got, want[lo:lo+len(got)]) {
			t.Fatalf("bytes %d to %d come back otherwise (%v)", lo, lo+len(got), err)
		}
	}
	var other memory
	if _, err := seal(&other).WriteAt(bytes.Clone(want), 0); err != nil || bytes.Equal(other.b, file.b) {
		t.Error("two files have one key")
	}
}

// TestSpillShowsNothing spills rows and looks at what the disk saw.
func TestSpillShowsNothing(t *testing.T) {
	defer func(was func(string) (spillFile, error)) { create = was }(create)
	file := &memory{}
	create = func(string) (spillFile, error) { return file, nil }
	s := New([]Table{repayments()}, Options{Memory: 1 << 20})
	w := s.Writer()
	for _, b := range instalments(1<<16, true) {
		if err := w.Add(0, &b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if len(file.b) < 1<<20 {
		t.Fatalf("%d bytes were spilled", len(file.b))
	}
	for _, id := range []string{"L00000", "C00000", "C00001"} {
		if bytes.Contains(file.b, []byte(id)) {
			t.Errorf("the file shows ids that begin with %s", id)
		}
	}
}
