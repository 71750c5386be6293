package shuffle

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"evenhand/features"
)

// TestOrder: whatever the writers, the order of arrival and the limit, the rows
// come back sorted by key, order and all other columns.
func TestOrder(t *testing.T) {
	tables := []Table{testTable("x"), testTable("y")}
	for _, c := range []struct{ rows, keys int }{{0, 1}, {1, 1}, {300, 3}, {20000, 400}, {6000, 1}} {
		rng := rand.New(rand.NewPCG(1, uint64(c.rows)))
		rows, want := make([][][]cell, 2), make([][][]cell, 2)
		for i := range tables {
			for range c.rows {
				row := randomRow(rng, c.keys)
				rows[i] = append(rows[i], row)
				if row[0] != nil {
					kept := slices.Clone(row)
					kept[10] = nil
					want[i] = append(want[i], kept)
				}
			}
			slices.SortFunc(want[i], compareRows(&tables[i]))
		}
		for _, memory := range []int64{0, 1, 100_000, 1 << 20, 1 << 30} {
			for writers := 1; writers <= 3; writers += 2 {
				got, s := run(t, tables, rows, Options{Memory: memory, Workers: 2, Expect: memory * int64(writers-1), Dir: t.TempDir()}, writers, 1+c.rows/7, uint64(memory))
				for i := range want {
					same(t, got[i], want[i])
				}
				if memory == 100_000 && c.rows == 20000 && (s.Spilled() < 1_000_000 || s.Partitions() < 32) {
					t.Errorf("%d bytes spilled, %d partitions", s.Spilled(), s.Partitions())
				}
				if memory == 0 && s.Spilled() > 0 {
					t.Errorf("%d bytes spilled without a limit", s.Spilled())
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

func same(t *testing.T, got, want [][]cell) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for n := range want {
		if !slices.EqualFunc(got[n], want[n], func(a, b cell) bool { return compareCells(a, b) == 0 }) {
			t.Fatalf("row %d is %v, want %v", n, got[n], want[n])
		}
	}
}

// TestCodes: codes of texts are in the order of the texts, so that they too do
// not depend on arrival.
func TestCodes(t *testing.T) {
	tables := []Table{testTable("x")}
	rng := rand.New(rand.NewPCG(3, 3))
	var rows [][]cell
	for range 500 {
		rows = append(rows, randomRow(rng, 50))
	}
	_, s := run(t, tables, [][][]cell{rows}, Options{}, 2, 13, 5)
	defer s.Close()
	batches, err := s.Reader().Load(0)
	if err != nil {
		t.Fatal(err)
	}
	d := batches[0].Cols[3].Dict
	for c := 1; c < d.Len(); c++ {
		if d.Value(int32(c-1)) >= d.Value(int32(c)) {
			t.Errorf("code %d is %q, after %q", c, d.Value(int32(c)), d.Value(int32(c-1)))
		}
	}
	if d.Len() != 5 {
		t.Errorf("%d values", d.Len())
	}
}

// TestVia: rows without the key get it from another table: the least of
// several, and none drops them.
func TestVia(t *testing.T) {
	loans, payments := testTable("loans"), testTable("payments")
	payments.Key, payments.Order, payments.Via = 1, []int{1, 2}, &Via{Table: 0, Match: 1}
	rng := rand.New(rand.NewPCG(9, 9))
	rows := make([][][]cell, 2)
	holder := map[string]string{}
	for range 5000 {
		row := randomRow(rng, 300)
		row[1] = fmt.Sprintf("loan%d", rng.IntN(900))
		rows[0] = append(rows[0], row)
		if loan := row[1].(string); row[0] != nil {
			if least, ok := holder[loan]; !ok || row[0].(string) < least {
				holder[loan] = row[0].(string)
			}
		}
	}
	var want [][]cell
	dropped := 0
	for range 20000 {
		row := randomRow(rng, 300)
		row[1] = fmt.Sprintf("loan%d", rng.IntN(1000))
		if rng.IntN(50) == 0 {
			row[1] = nil
		}
		rows[1] = append(rows[1], row)
		if row[1] == nil {
			continue
		}
		if _, ok := holder[row[1].(string)]; !ok {
			dropped++
			continue
		}
		kept := slices.Clone(row)
		kept[10] = holder[row[1].(string)] // in place of the column not kept
		want = append(want, kept)
	}
	slices.SortFunc(want, func(x, y []cell) int {
		return cmp.Or(compareCells(x[10], y[10]), compareRows(&payments)(x, y))
	})
	for i := range want {
		want[i][10] = nil
	}
	if dropped == 0 {
		t.Fatal("no loan is unknown")
	}
	for _, memory := range []int64{0, 1, 200_000} {
		for writers := 1; writers <= 3; writers += 2 {
			got, s := run(t, []Table{loans, payments}, rows, Options{Memory: memory, Dir: t.TempDir()}, writers, 777, uint64(writers+int(memory)))
			same(t, got[1], want)
			if n := s.Dropped(1); n != int64(dropped) {
				t.Errorf("%d rows dropped, want %d", n, dropped)
			}
			s.Close()
		}
	}
}

// TestTemporaries: none is left once the shuffle is closed, nor, where files
// can be unlinked while open, before.
func TestTemporaries(t *testing.T) {
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(4, 4))
	var rows [][]cell
	for range 5000 {
		rows = append(rows, randomRow(rng, 50))
	}
	_, s := run(t, []Table{testTable("x")}, [][][]cell{rows}, Options{Memory: 10_000, Dir: dir}, 1, 500, 1)
	if s.Spilled() == 0 {
		t.Error("nothing spilled")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v left (%v)", left, err)
	}
}

// broken is a file on a disk that is full after a while, or can't be read.
type broken struct {
	bytes.Buffer
	room int
}

var errFull = errors.New("no space left on device")

func (f *broken) WriteAt(b []byte, at int64) (int, error) {
	if f.room -= len(b); f.room < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func (f *broken) ReadAt(b []byte, at int64) (int, error) { return 0, errors.New("input/output error") }
func (f *broken) Close() error                           { return nil }

func TestErrors(t *testing.T) {
	defer func(was func(string) (spillFile, error)) { create = was }(create)
	rng := rand.New(rand.NewPCG(5, 5))
	var rows [][]cell
	for range 5000 {
		rows = append(rows, randomRow(rng, 50))
	}
	for _, c := range []struct {
		create func(string) (spillFile, error)
		want   string
	}{
		{func(string) (spillFile, error) { return nil, os.ErrPermission }, "can't make a file: permission denied"},
		{func(string) (spillFile, error) { return &broken{room: 100_000}, nil }, "can't write: no space left on device"},
		{func(string) (spillFile, error) { return &broken{room: 1 << 30}, nil }, "can't read: input/output error"},
	} {
		create = c.create
		s := New([]Table{testTable("x")}, Options{Memory: 10_000, Dir: "the-directory"})
		w := s.Writer()
		var err error
		for chunk := range slices.Chunk(rows, 100) {
			if err = w.Add(0, batchOf(chunk, features.NewDict())); err != nil {
				break
			}
		}
		if err == nil {
			_, err = s.Reader().Load(0)
		}
		if err == nil || !strings.Contains(err.Error(), "the-directory") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
		if again := w.Close(); again == nil {
			t.Errorf("%s: closing the writer says nothing", c.want)
		}
		s.Close()
	}
}
