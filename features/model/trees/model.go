package trees

import (
	"maps"
	"math"
	"slices"
)

// Model is what a model file holds: a forest, how its cells are had from data,
// and what becomes of its margin.
type Model struct {
	Forest *Forest
	Inputs []Input // of the forest's cells, in their order
	// Sigmoid is the steepness of the logistic function that turns the margin
	// into a probability; 0: the objective has none.
	Sigmoid float64
	// Link brings the margin to the target's scale where there is no Sigmoid.
	Link Link
	// Mean says that the probability or target is that of the margin divided by
	// the number of trees (LightGBM's random forests, whose raw score is a sum).
	Mean bool
}

// Input is a feature of a model.
type Input struct {
	Name string
	// Levels has the codes of categories that are texts, by text; nil where the
	// input reads numbers.
	Levels map[string]int32
	// Codes has those of categories that are numbers; nil where there are none,
	// or the trees read the values themselves.
	Codes *Codes
	// Info is what the file tells of the values in training, as LightGBM writes
	// it: "[0:91000]", "0:1:2" or "none"; "": nothing.
	Info string
}

// Link is what an objective without probabilities does to the margin.
type Link uint8

const (
	Identity    Link = iota // leaves the margin as it is
	Exponential             // e to the margin
	Square                  // the margin squared, with its sign
)

// Codes are the codes of categories that are numbers.
type Codes struct {
	Values []float64 // ascending
	Codes  []float64 // of Values
}

// NewCodes makes the codes of these values.
func NewCodes(codes map[float64]float64) *Codes {
	c := &Codes{Values: slices.Sorted(maps.Keys(codes))}
	for _, x := range c.Values {
		c.Codes = append(c.Codes, codes[x])
	}
	return c
}

// Code is the code of a value, NaN where it has none.
func (c *Codes) Code(x float64) float64 {
	if i, ok := slices.BinarySearch(c.Values, x); ok {
		return c.Codes[i]
	}
	return math.NaN()
}
