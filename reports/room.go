package reports

// room is how much of a large result the page shows; the rest is in the tables.
type room struct {
	cards   int // findings told in full; further ones are listed
	figures int // charts of a chapter
	rows    int // rows of a large table
}

// rooms are tried one after another until the page is no larger than mostPage:
// it has to open from a mail attachment, however large the result.
var rooms = []room{{30, 5, 24}, {24, 5, 20}, {18, 5, 16}, {12, 4, 12}, {8, 3, 8}, {5, 2, 5}}

// mostPage is the size in bytes that the page is kept under.
const mostPage = 985_000

// moreFigures is how many charts more a chapter has that shows every column of
// groups in a chart of its own.
var moreFigures = map[string]int{"fairness": 2}

// leastFigures is how many charts of metrics a chapter has, however many charts
// of causes there are: the two of recourse and that of reasons.
var leastFigures = map[string]int{"denials": 3}
