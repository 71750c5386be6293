package limit

import (
	"bytes"
	"fmt"
	"math"
	"time"

	"evenhand/audit"
	"evenhand/features"
)

// What a panel counts: the first five and sums of the rows, then of accounts.
const (
	stalledPanelRows = iota
	stalledPanelPastDue
	stalledPanelPastDue30
	stalledPanelLimits
	stalledPanelOutstanding
	stalledPanelAccounts
	stalledPanelAccounts2
	stalledPanelRaised
	stalledPanelLowered
	stalledPanelUnchanged
	stalledPanelClean
	stalledPanelCleanUsed
	stalledPanelCounters
)

// stalledPanel counts limits of which the export has one row an account and
// month: what the limit was, and no events.
type stalledPanel struct {
	n   [stalledPanelCounters]int64
	dpd int // column, or -1
}

func (p *stalledPanel) bind(env *audit.Env, s *StalledSettings) error {
	p.dpd = -1
	if s.PanelDPD == "" {
		return nil
	}
	p.dpd = env.Layouts["limits"].Index(audit.FeatureColumn(s.PanelDPD))
	if p.dpd < 0 || env.Layouts["limits"].Specs[p.dpd].Kind != features.Float {
		return fmt.Errorf("checks: %s: panel_dpd %q is no number among the features of the limits; map it under tables.limits.features", stalledName, s.PanelDPD)
	}
	return nil
}

// add counts the rows of a customer.
func (p *stalledPanel) add(s *stalledState, t *audit.Timeline) {
	c, b := s.ledger.limitColumns, t.Limits.Batch
	for lo := t.Limits.Lo; lo < t.Limits.Hi; {
		id := c.account.id(b, lo)
		hi := lo + 1
		for hi < t.Limits.Hi && bytes.Equal(c.account.id(b, hi), id) {
			hi++
		}
		p.account(s, b, lo, hi)
		lo = hi
	}
}

func (p *stalledPanel) account(s *stalledState, b *features.Batch, lo, hi int) {
	c := s.ledger.limitColumns
	first, last, since, until := int64(none), int64(none), int64(none), int64(none)
	readings, used := 0, 0
	clean, use := true, 0.0
	for i := lo; i < hi; i++ {
		p.n[stalledPanelRows]++
		if p.dpd >= 0 {
			dpd := b.Cols[p.dpd].Floats[i]
			clean = clean && dpd == 0
			p.n[stalledPanelPastDue] += stalledTruth(dpd > 0)
			p.n[stalledPanelPastDue30] += stalledTruth(dpd >= 30)
		}
		owed := c.outstanding.int(b, i)
		if owed != none {
			p.n[stalledPanelOutstanding] += owed
		}
		limit := c.after.int(b, i)
		if limit == none {
			continue
		}
		p.n[stalledPanelLimits] += limit
		if readings++; first == none {
			first, since = limit, c.at.int(b, i)
		}
		last, until = limit, c.at.int(b, i)
		if limit > 0 && owed != none {
			use += float64(owed) / float64(limit)
			used++
		}
	}
	p.n[stalledPanelAccounts] += stalledTruth(readings > 0)
	if readings < 2 {
		return
	}
	p.n[stalledPanelAccounts2]++
	p.n[stalledPanelRaised] += stalledTruth(last > first)
	p.n[stalledPanelLowered] += stalledTruth(last < first)
	p.n[stalledPanelUnchanged] += stalledTruth(last == first)
	if last == first && clean && stalledMonths(since, until, s.env.Plan.Zone(), false) >= s.settings.PanelMonths {
		p.n[stalledPanelClean]++
		p.n[stalledPanelCleanUsed] += stalledTruth(used > 0 && use/float64(used) >= s.settings.PanelUse)
	}
}

func (p *stalledPanel) merge(o *stalledPanel) {
	for i, n := range o.n {
		p.n[i] += n
	}
}

// write adds the metrics of a panel.
func (p *stalledPanel) write(m *stalledMeasures) {
	s := m.settings
	clean := fmt.Sprintf("limit_stalled_%dm_clean", s.PanelMonths)
	m.count("limit_rows", p.n[stalledPanelRows])
	m.count("limit_accounts", p.n[stalledPanelAccounts])
	m.count("limit_accounts_2plus", p.n[stalledPanelAccounts2])
	for _, x := range []struct {
		name string
		at   int
	}{{"limit_raised", stalledPanelRaised}, {"limit_lowered", stalledPanelLowered}, {"limit_unchanged", stalledPanelUnchanged}} {
		m.countOf(x.name, p.n[x.at], p.n[stalledPanelAccounts2])
	}
	m.countOf(clean, p.n[stalledPanelClean], p.n[stalledPanelAccounts2])
	m.countOf(fmt.Sprintf("%s_util%.0f", clean, math.Round(100*s.PanelUse)), p.n[stalledPanelCleanUsed], p.n[stalledPanelAccounts2])
	if p.dpd >= 0 {
		m.countOf("limit_rows_past_due", p.n[stalledPanelPastDue], p.n[stalledPanelRows])
		m.countOf("limit_rows_past_due_30", p.n[stalledPanelPastDue30], p.n[stalledPanelRows])
	}
	m.sum("limit_total", p.n[stalledPanelLimits], p.n[stalledPanelRows])
	m.sum("outstanding_total", p.n[stalledPanelOutstanding], p.n[stalledPanelRows])
}

func stalledTruth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// stalledMonths is the number of months from one instant to another, by the
// calendar of the zone: of whole ones only, or of the months' names.
func stalledMonths(from, to int64, zone *time.Location, whole bool) int {
	if from == none || to == none {
		return 0
	}
	a, b := time.UnixMicro(from).In(zone), time.UnixMicro(to).In(zone)
	n := (b.Year()-a.Year())*12 + int(b.Month()) - int(a.Month())
	if whole && b.Before(a.AddDate(0, n, 0)) {
		n--
	}
	return n
}

// What is counted of instalments: rows, and sums in minor units.
const (
	stalledDueRows = iota
	stalledDueUnpaid
	stalledDueLate
	stalledDueLate30
	stalledDueShort
	stalledDueAmounts
	stalledDuePaid
	stalledDueCounters
)

// stalledDues counts the rows of the repayments.
type stalledDues struct{ n [stalledDueCounters]int64 }

// stalledRepayments are the columns of the repayments.
type stalledRepayments struct{ due, amount, paidAt, paid column }

func stalledRepaymentsOf(env *audit.Env) stalledRepayments {
	return stalledRepayments{
		columnOf(env, "repayments", "due_date"), columnOf(env, "repayments", "due_amount"),
		columnOf(env, "repayments", "paid_at"), columnOf(env, "repayments", "paid_amount"),
	}
}

func (d *stalledDues) add(s *stalledState, t *audit.Timeline) {
	c, b := &s.rep, t.Repayments.Batch
	for i := t.Repayments.Lo; i < t.Repayments.Hi; i++ {
		due, amount, at, paid := c.due.int(b, i), c.amount.int(b, i), c.paidAt.int(b, i), c.paid.int(b, i)
		d.n[stalledDueRows]++
		if amount != none {
			d.n[stalledDueAmounts] += amount
		}
		if paid != none {
			d.n[stalledDuePaid] += paid
			d.n[stalledDueShort] += stalledTruth(amount != none && paid < amount)
		}
		switch {
		case at == none:
			d.n[stalledDueUnpaid]++
		case due != none:
			late := s.calendar.Day(at) - due
			d.n[stalledDueLate] += stalledTruth(late > int64(s.settings.LateGrace))
			d.n[stalledDueLate30] += stalledTruth(late > 30)
		}
	}
}

func (d *stalledDues) merge(o *stalledDues) {
	for i, n := range o.n {
		d.n[i] += n
	}
}

// write adds the metrics of instalments.
func (d *stalledDues) write(m *stalledMeasures) {
	m.count("instalments", d.n[stalledDueRows])
	for _, x := range []struct {
		name string
		at   int
	}{{"instalments_unpaid", stalledDueUnpaid}, {"instalments_late", stalledDueLate}, {"instalments_late_30", stalledDueLate30}, {"instalments_short", stalledDueShort}} {
		m.countOf(x.name, d.n[x.at], d.n[stalledDueRows])
	}
	m.sum("instalments_due_total", d.n[stalledDueAmounts], d.n[stalledDueRows])
	m.sum("instalments_paid_total", d.n[stalledDuePaid], d.n[stalledDueRows])
}
