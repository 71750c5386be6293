package suppress

import (
	"slices"
	"testing"
)

func TestHide(t *testing.T) {
	cells := func(ns ...int64) []*Cell {
		var out []*Cell
		for _, n := range ns {
			out = append(out, &Cell{N: n})
		}
		return out
	}
	hidden := func(cs []*Cell) (out []bool) {
		for _, c := range cs {
			out = append(out, c.Hidden)
		}
		return out
	}
	t.Run("a lonely cell takes the smallest with it", func(t *testing.T) {
		cs := cells(50, 9, 30, 40)
		Hide([]*Sum{{Cells: cs}}, 10)
		if want := []bool{false, true, true, false}; !slices.Equal(hidden(cs), want) {
			t.Errorf("%v, want %v", hidden(cs), want)
		}
	})
	t.Run("two hide each other", func(t *testing.T) {
		cs := cells(50, 9, 3)
		Hide([]*Sum{{Cells: cs}}, 10)
		if want := []bool{false, true, true}; !slices.Equal(hidden(cs), want) {
			t.Errorf("%v, want %v", hidden(cs), want)
		}
	})
	t.Run("an open cell takes none with it", func(t *testing.T) {
		cs := cells(50, 9, 30)
		cs[1].Open = true
		Hide([]*Sum{{Cells: cs}}, 10)
		if want := []bool{false, true, false}; !slices.Equal(hidden(cs), want) {
			t.Errorf("%v, want %v", hidden(cs), want)
		}
	})
	t.Run("the rows and columns of a table", func(t *testing.T) {
		// 9 | 40 | 50 and 60 | 70 | 80: the hidden square must have two in each
		// row and each column.
		cs := cells(9, 40, 50, 60, 70, 80)
		Hide([]*Sum{{Cells: cs[:3]}, {Cells: cs[3:]}, {Cells: []*Cell{cs[0], cs[3]}}, {Cells: []*Cell{cs[1], cs[4]}}, {Cells: []*Cell{cs[2], cs[5]}}}, 10)
		if want := []bool{true, true, false, true, true, false}; !slices.Equal(hidden(cs), want) {
			t.Errorf("%v, want %v", hidden(cs), want)
		}
	})
	t.Run("a total is hidden last", func(t *testing.T) {
		cs := cells(39, 9, 30)
		Hide([]*Sum{{Whole: true, Cells: cs}}, 10)
		if want := []bool{false, true, true}; !slices.Equal(hidden(cs), want) {
			t.Errorf("%v, want %v", hidden(cs), want)
		}
	})
	t.Run("the difference of two sums", func(t *testing.T) {
		// Of all of a column 1, 5 and 5 are hidden, of a row of it 5 and 5: the
		// difference is a person.
		cs := cells(1, 5, 5, 60, 70)
		Hide([]*Sum{{Cells: []*Cell{cs[0], cs[1], cs[2], cs[3]}}, {Cells: []*Cell{cs[1], cs[2], cs[4]}}}, 10)
		if !cs[3].Hidden && !cs[4].Hidden {
			t.Error("one withheld cell follows from two sums")
		}
	})
	t.Run("bounds", func(t *testing.T) {
		// Two cells that add up to 2 are of one row each.
		cs := cells(1, 1, 30, 40)
		Hide([]*Sum{{Cells: cs}}, 10)
		if want := []bool{true, true, true, false}; !slices.Equal(hidden(cs), want) {
			t.Errorf("%v, want %v", hidden(cs), want)
		}
	})
}
