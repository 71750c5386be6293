package model

// Specials is implemented by models in which single values of a numeric input,
// such as codes for what is not known, count for themselves. Specials returns
// those of an input; with its Edges they are all the places at which what the
// input adds can change.
type Specials interface{ Specials(input int) []float64 }

// Specials returns the values with attributes of their own.
func (c *card) Specials(input int) []float64 { return c.chars[input].special }

// Specials returns those of the model that is scaled.
func (s *scaledSum) Specials(input int) []float64 {
	if m, ok := s.sum.(Specials); ok {
		return m.Specials(input)
	}
	return nil
}
