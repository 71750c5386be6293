package denial

import (
	"math"

	"evenhand/audit"
	"evenhand/features"
)

// The rules that can fire, as bits of record.rules.
const (
	d07 = 1 << iota // a review by a person was skipped
	r01             // ABSENT
	r02             // GENERIC
	r03             // LATE
	r05             // NO_ROUTE
	r06             // against the policy
	r07             // repeat
)

var ruleNames = []string{"D7", "R0.1", "R0.2", "R0.3", "R0.5", "R0.6", "R0.7"}

// disclosureRules are the rules about what applicants were told.
const disclosureRules = r01 | r02 | r03 | r05

// lapse is the fault behind a verdict: what one remedy would mend.
type lapse uint8

const (
	noReasonRecorded lapse = iota
	noNotice
	noticeWithoutReason
	genericReason
	lateNotice
	appealNotOffered
	appealOverdue
	appealAutomatic
	causes

	noLapse = causes // told rightly, or not judged
)

var causeNames = [causes]string{
	"NO_REASON_RECORDED", "NO_NOTICE", "NOTICE_WITHOUT_REASON", "GENERIC_REASON",
	"LATE_NOTICE", "APPEAL_NOT_OFFERED", "APPEAL_OVERDUE", "APPEAL_WITHOUT_HUMAN",
}

var causeVerdicts = [causes]audit.Disclosure{
	audit.Absent, audit.Absent, audit.Absent, audit.Generic,
	audit.Late, audit.NoRoute, audit.NoRoute, audit.NoRoute,
}

// told is what a row says about the reasons an applicant was given.
type told struct {
	best     wording // of what was shown
	phrase   string  // the first generic wording shown
	recorded bool    // a reason is on record, shown or not
	noticed  bool    // a notice is dated
	inText   bool    // the generic wording is the text's
}

// told reads the reasons of row i.
func (s *state) told(i int) told {
	c := &s.col
	t := told{noticed: !c.notice.IsNull(i)}
	out := t.noticed || !s.hasNotice // reasons recorded count as shown
	list, reads := c.reasons.List(i), s.recorded.Known()
	for _, code := range list {
		t.recorded = t.recorded || code != features.Null && reads[code].wording != noReason
	}
	if s.hasShown {
		list, reads = c.shown.List(i), s.shown.Known()
	} else if !out {
		list = nil
	}
	for _, code := range list {
		if code != features.Null {
			s.see(&t, reads[code])
		}
	}
	text := c.text.Opaque(i)
	if len(text) == 0 {
		return t
	}
	r := s.readText(text)
	t.recorded = t.recorded || r.wording != noReason
	if (out || s.hasShown) && t.best < mixed {
		if r.wording == mixed {
			s.n[textsMixed]++
		}
		t.inText = t.best == noReason && r.wording == generic
		t.take(r)
	}
	return t
}

// see counts a code that was shown.
func (s *state) see(t *told, r read) {
	if r.wording == noReason {
		return
	}
	s.n[codesShown]++
	if r.wording == unlisted {
		s.n[codesUnlisted]++
	}
	t.take(r)
}

func (t *told) take(r read) {
	if r.wording == generic && t.best == noReason {
		t.phrase = r.phrase
	}
	t.best = max(t.best, r.wording)
}

// mostTexts bounds the cache of texts, which need not repeat.
const mostTexts = 1 << 14

func (s *state) readText(text []byte) read {
	if r, ok := s.texts[string(text)]; ok {
		return r
	}
	r := s.lexicon.classify(text, true)
	if len(s.texts) < mostTexts {
		s.texts[string(text)] = r
	}
	return r
}

// judge judges an adverse decision, keeps it when it is a case, and returns
// its verdict on what was told. x is what the replay makes of it; nil without
// one.
func (s *state) judge(b *features.Batch, i int, denied bool, period int32, x *ruling) audit.Disclosure {
	r := record{start: none, notice: instant(s.col.notice, i), denied: denied, appeal: -1, cause: noLapse, replayed: features.Undecided, score: math.NaN(), recomputed: math.NaN()}
	var t told
	r.verdict = s.tell(&r, &t, i, period)
	if x != nil {
		s.hold(&r, b, i, x)
	}
	if r.rules != 0 {
		s.keep(&r, &t, i)
	}
	return r.verdict
}

// tell judges what the applicant of row i was told.
func (s *state) tell(r *record, t *told, i int, period int32) audit.Disclosure {
	c := &s.col
	for from, v := range [...]*features.Vector{c.completed, c.submitted, c.decided} {
		if at := instant(v, i); at != none {
			r.start, r.startFrom = at, uint8(from)
			break
		}
	}
	if s.isExempt(i) {
		s.n[isExempt]++
		return audit.Exempt
	}
	if !s.assessed() {
		return audit.NotAssessed
	}
	started := int64(none)
	due := int64(none)
	if r.start != none {
		started = s.calendar.day(r.start)
		due = started + int64(s.settings.NoticeDays)
	}
	*t = s.told(i)
	switch {
	case t.best >= mixed:
	case t.best == generic:
		r.rules |= r02
		r.cause = genericReason
	case r.start == none:
		s.n[isUndated]++
		return audit.NotAssessed
	case s.asOf <= due:
		s.n[isNotDue]++
		return audit.NotDue
	default:
		r.rules |= r01
		r.cause = noReasonRecorded
		if t.noticed {
			r.cause = noticeWithoutReason
		} else if t.recorded {
			r.cause = noNotice
		}
	}
	s.time(r, t, started, due, period)
	s.route(r, i)
	if r.rules == 0 {
		return audit.Adequate
	}
	return causeVerdicts[r.cause]
}

// isExempt reports whether row i has a declared exemption from disclosure.
func (s *state) isExempt(i int) bool {
	e := s.col.exemption.Codes[i]
	return e != features.Null && s.exemptions.Known()[e]
}

// time applies R0.3 and counts the days to the notice.
func (s *state) time(r *record, t *told, started, due int64, period int32) {
	if !t.noticed {
		if s.hasNotice && t.best != noReason {
			s.n[noticesUndated]++
		}
		return
	}
	if started == none {
		return
	}
	on := s.calendar.day(r.notice)
	days := min(max(on-started, -1), maxDays)
	s.cube.Add(uint64(noticeDays)<<kindShift | uint64(period+1)<<periodShift | uint64(days+1))
	if on > due {
		if r.rules == 0 {
			r.cause = lateNotice
		}
		r.rules |= r03
		r.late = int32(min(on-due, 1<<30))
	}
}

// route applies R0.5.
func (s *state) route(r *record, i int) {
	why := causes
	if len(s.appeals.faults) > 0 {
		if f, ok := s.appeals.index[string(s.col.id.Opaque(i))]; ok {
			s.matched[f] = true
			r.appeal = f
			why = appealAutomatic
			if s.appeals.faults[f].overdue {
				why = appealOverdue
			}
		}
	}
	if s.settings.RequireAppeal && !s.col.offered.IsNull(i) && s.col.offered.Ints[i] == 0 {
		r.unoffered = true
		why = appealNotOffered
	}
	if why == causes {
		return
	}
	if r.rules == 0 {
		r.cause = why
	}
	r.rules |= r05
}
