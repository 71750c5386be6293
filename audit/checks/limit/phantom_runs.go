package limit

import (
	"strconv"

	"evenhand/audit"
)

// view is one look at an account: a display, or a draw that was tried.
type view struct {
	row                 int
	at                  int64
	displayed, drawable int64 // minor units, or none
	limit               int64 // of the ledger, or none
	owed                int64 // outstanding and holds; none when unknown
	reason              bool  // on the screen
	draw                bool  // a draw that was declined
}

// entitled is what the customer may draw, and whether that is known exactly.
func (v *view) entitled() (int64, bool) {
	if v.limit == none {
		return v.displayed, false
	}
	if v.owed == none {
		return max(v.limit, 0), false
	}
	return max(v.limit-v.owed, 0), true
}

// run is a run of views that show more than can be drawn.
type run struct {
	views   []view
	until   int64 // when it was first seen to be over; none while it is not
	phantom int   // views that are as good as nothing
	silent  bool  // a view without a reason
	before  *view // the last view before it
}

func (r *run) first() *view { return &r.views[0] }
func (r *run) last() *view  { return &r.views[len(r.views)-1] }

// lasts is how long the run is known to have lasted, µs.
func (r *run) lasts() int64 { return r.last().at - r.first().at }

// lag reports whether the run is no more than display lag: seen once, or for no
// longer than lag µs.
func (r *run) lag(lag int64) bool { return len(r.views) < 2 && r.lasts() <= lag }

// real reports whether the run is a phantom: seen as good as nothing twice, or
// over a day.
func (r *run) real() bool { return r.phantom >= 2 || r.phantom == 1 && r.lasts() >= day }

// days is how many days it lasted, begun ones counted, to the as-of instant
// when nobody saw it end.
func (r *run) days(asOf int64) int64 {
	end := r.until
	if end == none {
		end = max(asOf, r.last().at)
	}
	return (end - r.first().at + day - 1) / day
}

// looks reads the views of an account.
func (s *phantom) looks(a *account) {
	s.views = s.views[:0]
	owed := int64(none)
	shown := int64(none)
	for i := a.lo; i < a.hi; i++ {
		c := s.ledger.limitColumns
		kind := c.kind.text(a.batch, i)
		at := c.at.int(a.batch, i)
		if at == none {
			continue
		}
		if x := c.outstanding.int(a.batch, i); x != none {
			owed = x + max(c.holds.int(a.batch, i), 0)
		}
		displayed, drawable := c.displayed.int(a.batch, i), c.draw.int(a.batch, i)
		v := view{row: i, at: at, displayed: displayed, drawable: drawable, owed: owed, reason: s.reasoned(a, i)}
		switch {
		case kind == "display" && displayed != none:
			shown = displayed
			if drawable == none {
				s.n[pNoDrawable]++
				continue
			}
			s.n[pDisplays]++
		case kind == "draw":
			if displayed == none {
				v.displayed = shown
			}
			s.draw(a, &v)
			if drawable == none || displayed == none {
				continue
			}
			v.draw = true
		default:
			continue
		}
		v.limit = a.limitAt(at)
		if kind == "display" && drawable <= units(10, s.scale) {
			s.drawable.AddN(strconv.FormatInt(drawable, 10), 1)
		}
		technical := s.class(c.errorCode.text(a.batch, i)) == "technical"
		s.excess.Add(at, technical || s.asGoodAsNothing(&v))
		s.views = append(s.views, v)
	}
}

// reasoned reports whether a reason was on the screen.
func (s *phantom) reasoned(a *account, i int) bool {
	return s.screen.text(a.batch, i) != ""
}

// runs cuts the views of an account into runs and judges each.
func (s *phantom) runs(a *account) {
	r := run{views: s.run[:0], until: none}
	var before *view
	end := func(until int64) {
		if len(r.views) > 0 {
			r.until = until
			s.judge(a, &r)
		}
		s.run = r.views[:0]
		r = run{views: s.run, until: none}
	}
	for i := range s.views {
		v := &s.views[i]
		if v.displayed <= v.drawable {
			end(v.at)
			s.cut(a, before, v)
			before = v
			continue
		}
		if len(r.views) == 0 {
			r.before = before
		}
		if !v.draw {
			s.n[pGaps]++
		}
		r.views = append(r.views, *v)
		r.silent = r.silent || !v.reason
		if s.asGoodAsNothing(v) {
			r.phantom++
		}
		before = v
	}
	end(none)
}

// asGoodAsNothing is R3.1's condition on one view.
func (s *phantom) asGoodAsNothing(v *view) bool { return s.settings.asGoodAsNothing(v, s.scale) }

func (x *PhantomSettings) asGoodAsNothing(v *view, scale int64) bool {
	e, _ := v.entitled()
	most := max(units(x.MaxDrawable, scale), int64(x.MaxShare*float64(e)))
	return v.displayed >= units(x.MinDisplayed, scale) && e >= units(x.MinDraw, scale) && e > v.drawable && v.drawable <= most
}

// cut is R3.5 where displayed and drawable fall together: a second limit that
// nobody was told of.
func (s *phantom) cut(a *account, before, v *view) {
	if before == nil || before.drawable <= 0 || v.draw {
		return
	}
	if s.falls(a, before, v) {
		s.keepCut(a, before, v)
	}
}

// falls reports whether the drawable amount fell by the cut share or more with
// no event that explains it: the limit did not change, and what is owed did
// not grow by as much.
func (s *phantom) falls(a *account, before, v *view) bool {
	if before == nil || before.drawable <= 0 || float64(v.drawable) > (1-s.settings.CutShare)*float64(before.drawable) {
		return false
	}
	e, known := v.entitled()
	if !known || v.drawable >= e || float64(v.drawable) > (1-s.settings.CutShare)*float64(e) {
		return false
	}
	for i := before.row + 1; i <= v.row; i++ {
		switch s.ledger.kind.text(a.batch, i) {
		case "decrease", "expire", "freeze", "close":
			return false
		}
	}
	return true
}

// draw counts a draw and lists it when it was declined although it was within
// what was displayed (R3.4), or, where no display is on record, within the
// limit (grade E4).
func (s *phantom) draw(a *account, v *view) {
	c := s.ledger.limitColumns
	requested, granted := c.requested.int(a.batch, v.row), c.granted.int(a.batch, v.row)
	declined := granted == 0 || granted == none && s.declined(c.result.text(a.batch, v.row))
	if requested == none || requested <= 0 {
		return
	}
	limit := a.limitAt(v.at)
	within := v.displayed
	if within == none && limit != none && v.owed != none {
		within = limit - v.owed
	}
	if within == none || requested > within {
		s.n[pDrawOver]++
		return
	}
	s.n[pDraws]++
	if !declined {
		return
	}
	class := s.class(c.errorCode.text(a.batch, v.row), c.result.text(a.batch, v.row), c.reason.text(a.batch, v.row))
	switch {
	case class == "technical":
		s.n[pDrawTechnical]++
		s.keepDraw(a, v, requested)
	case !s.displays && class == "":
		s.keepInferred(a, v, requested)
	}
}

func (s *phantom) declined(result string) bool {
	switch result {
	case "declined", "denied", "failed", "error", "rejected", "refused":
		return true
	}
	return false
}

// account judges one account.
func (s *phantom) account(a *account) {
	s.product, s.phantomHere = "", false
	for i := a.lo; i < a.hi && s.product == ""; i++ {
		s.product = s.ledger.product.text(a.batch, i)
	}
	s.looks(a)
	if len(s.views) == 0 {
		return
	}
	s.runs(a)
	s.accounts.AddN(s.product, 1)
	if s.phantomHere {
		s.phantoms.AddN(s.product, 1)
	}
}

var _ audit.TimelineState = (*phantom)(nil)
