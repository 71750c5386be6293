package audit

import "cmp"

// Comparison is one sheet of a comparison file: a denied applicant of one group
// beside an approved applicant of the reference group who scored no better and
// is no better on anything that the policy reads. It is for a human reviewer of
// the two files, and no finding: what the files say besides is not in the
// export.
type Comparison struct {
	Check                                string
	Dimension, Group, Reference          string // of the plan's groups: "sex", "F", "M"
	Product, PolicyVersion, ModelVersion string
	Cutoff                               float64 // of the score, both sides' own; NaN: unknown
	Denied, Approved                     Compared
	// Benchmark says that the approved applicant is the weakest approved one of
	// the reference group in the marginal band of these versions, by score.
	Benchmark bool
	// Everywhere says that the approved applicant is no better on any input of the
	// model either.
	Everywhere bool
	// Controls is how many approved applicants of the reference group in the
	// band are no better than the denied one.
	Controls int64
	Items    []ComparedItem // what the decision reads, in a fixed order
}

// Compared is one side of a Comparison.
type Compared struct {
	Key, Customer    string
	At               int64 // µs UTC
	Outcome, Decider string
	Score            float64
}

// ComparedItem is one feature or column, as both sides have it.
type ComparedItem struct {
	Name, Denied, Approved string
	Better                 string // who is better there: "denied", "approved" or "same"
}

func (a *Comparison) compare(b *Comparison) int {
	return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.Dimension, b.Dimension), cmp.Compare(a.Group, b.Group),
		cmp.Compare(a.Product, b.Product), cmp.Compare(a.Denied.Key, b.Denied.Key), cmp.Compare(a.Approved.Key, b.Approved.Key))
}
