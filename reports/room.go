package reports

// room is how much of a large result the page shows; the rest is in the tables.
type room struct {
	cards   int  // findings told in full; further ones are listed
	figures int  // charts of a chapter
	samples int  // cases of a finding
	rows    int  // rows of a large table
	rest    int  // findings that are listed
	plan    int  // bytes of the plan
	text    int  // bytes of any one text
	manuals bool // what each check does, in full
}

// rooms are tried one after another until the page is no larger than mostPage:
// it has to open from a mail attachment, however large the result.
var rooms = []room{
	{30, 5, 4, 24, 400, 200_000, 6000, true}, {24, 5, 4, 20, 400, 100_000, 6000, true}, {18, 5, 3, 16, 400, 60_000, 6000, true},
	{12, 4, 3, 12, 400, 40_000, 4000, true}, {8, 3, 3, 8, 300, 30_000, 3000, true}, {5, 2, 3, 5, 200, 20_000, 2000, true},
	{5, 2, 3, 5, 100, 10_000, 800, false}, {3, 1, 3, 3, 40, 2_000, 200, false},
}

// roomsFor are the rooms of a page: half as many languages leave room for
// twice as much.
func roomsFor(lang string) []room {
	if lang == inBoth {
		return rooms
	}
	return append([]room{{45, 6, 5, 36, 1000, 400_000, 6000, true}}, rooms...)
}

// mostPage is the size in bytes that the page is kept under.
const mostPage = 985_000

// moreFigures is how many charts more a chapter has that shows numbers over
// time beside those over all of it.
var moreFigures = map[string]int{"fairness": 4, "drift": 2}

// leastFigures is how many charts of metrics a chapter has, however many charts
// of causes there are: the two of recourse and that of reasons.
var leastFigures = map[string]int{"denials": 3}
