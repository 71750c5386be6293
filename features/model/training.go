package model

// Training is implemented by models whose file tells what values their training
// data had.
type Training interface {
	// Range returns the least and the most value of a numeric input; ok is false
	// where the file does not tell.
	Range(input int) (least, most float64, ok bool)
	// Codes returns the category codes of a numeric input, ascending; nil where
	// its values are no codes, or the file does not tell. Not to be changed.
	Codes(input int) []float64
	// Seen reports whether a categorical input had a level; ok is false where
	// the file does not tell.
	Seen(input int, level string) (seen, ok bool)
}
