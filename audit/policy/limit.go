package policy

import (
	"fmt"
	"math"
	"strconv"

	"evenhand/audit/policy/expr"
)

// unbounded is a limit that no term bounds.
const unbounded = math.MaxInt64

// limit is a compiled limit. A policy without one still has its new-user cap
// and experiments.
type limit struct {
	scope     *expr.Expr
	terms     []term
	base      int // number of the policy's own terms
	step      quantity
	amounts   []quantity
	minimum   quantity
	round     string
	below     uint8 // verdict; passes: the minimum is granted
	requested string
	column    int // of the amount asked for, or -1
	fixed     *quantity
}

// term is a compiled term.
type term struct {
	bound   int16
	scope   *expr.Expr
	value   quantity
	matrix  *matrix
	missing uint8 // verdict; passes: skipped; unsaid: `instead` is taken
	instead quantity
	// newcomer is who the term is for, when it is the cap of new customers.
	newcomer *newcomer
}

// newcomer says who is a new customer.
type newcomer struct {
	when    *expr.Expr
	missing bool // they are when that is not known
}

// matrix is a compiled matrix.
type matrix struct {
	rows, columns axis
	cells         []quantity // row by row
	fixed         []float64  // the cells, when all are plain numbers, and NaN
	times         quantity
}

// axis is a compiled axis. Without an expression it has one band.
type axis struct {
	of      quantity
	cuts    []float64
	texts   int // number of texts: `of` is the index of one, -1 for none
	right   bool
	missing int // -1: the term is missing
	scored  bool
	band    []int32
}

// limit compiles the limit of a policy, for the rows of an arm.
func (c *compiler) limit(table string, p *Policy, x Arm, armed bool) *limit {
	l := &limit{below: denies, requested: "cap", column: -1}
	if k := p.Limit; k != nil {
		l.base = len(k.Terms)
		l.step, l.minimum = c.number("limit.step", k.Step), c.number("limit.minimum", k.Minimum)
		l.amounts, l.round = c.numbers("limit.amounts", k.Amounts), k.Round
		if k.Below == "minimum" {
			l.below = passes
		} else {
			l.below = verdict(k.Below, denies)
		}
		if k.Requested != "" {
			l.requested = k.Requested
		}
		if table == decisions {
			l.scope = c.truth("limit.for", k.For)
		}
		if table == decisions || p.Ladder != nil {
			for i := range k.Terms {
				l.terms = append(l.terms, c.term(fmt.Sprintf("limit.min_of.%d.", i+1), &k.Terms[i], int16(i)))
			}
		}
	}
	if table == decisions && l.requested != "ignore" {
		if col, ok := c.lookup(requestedColumn); ok {
			l.column = col.Index
		}
	}
	if n := p.NewUser; n != nil && n.Limit != "" && (table == limits || p.Limit != nil) {
		l.terms = append(l.terms, term{
			bound: p.bound(boundNewUser), value: c.number("new_user.limit", n.Limit), missing: passes, newcomer: c.newcomer(n),
		})
	}
	if armed && x.Limit != "" {
		q := c.number("experiments", x.Limit)
		l.fixed = &q
	}
	return l
}

func (c *compiler) newcomer(n *NewUser) *newcomer {
	when := n.When
	if when == "" {
		when = Expr(fmt.Sprintf("%s < %d", factMonths, n.Months))
	}
	return &newcomer{when: c.truth("new_user.when", when), missing: n.Missing != "old"}
}

func (c *compiler) term(path string, x *Term, bound int16) term {
	t := term{bound: bound, scope: c.truth(path+"for", x.For), missing: verdict(x.Missing.word(), passes)}
	if x.missingAmount() {
		t.missing, t.instead = unsaid, c.number(path+"missing", x.Missing)
	}
	if x.Matrix == nil {
		t.value = c.number(path+"value", x.Value)
		return t
	}
	m := &matrix{rows: c.axis(path+"matrix.rows", &x.Matrix.Rows), times: c.number(path+"matrix.times", x.Matrix.Times)}
	m.columns = axis{missing: -1}
	if x.Matrix.Columns != nil {
		m.columns = c.axis(path+"matrix.columns", x.Matrix.Columns)
	}
	for i, row := range x.Matrix.Cells {
		m.cells = append(m.cells, c.numbers(fmt.Sprintf("%smatrix.cells.%d", path, i+1), row)...)
	}
	for i := range m.cells {
		if m.cells[i].x != nil {
			m.fixed = nil
			break
		}
		m.fixed = append(m.fixed, m.cells[i].constant)
	}
	t.matrix = m
	return t
}

// word is what a term's missing says when it is no amount.
func (x Expr) word() string {
	if x == "skip" {
		return ""
	}
	return string(x)
}

func (c *compiler) axis(path string, x *Axis) axis {
	a := axis{cuts: x.Cuts, right: x.Closed == "right", missing: -1, texts: len(x.Values)}
	if x.Missing != nil {
		a.missing = *x.Missing
	}
	of := x.of()
	if len(x.Values) > 0 {
		choice := "-1.0"
		for i := len(x.Values) - 1; i >= 0; i-- {
			choice = fmt.Sprintf("(%s) == %s ? %d.0 : (%s)", of, strconv.Quote(x.Values[i]), i, choice)
		}
		of = Expr(choice)
	}
	a.of = c.number(path+".of", of)
	a.scored = c.scored(a.of.x) && len(x.Values) == 0
	return a
}

func (a *axis) bands() int {
	if a.texts > 0 {
		return a.texts
	}
	return len(a.cuts) + 1
}
