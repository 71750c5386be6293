package limit

import (
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
	"evenhand/audit/checks/internal/cases"
)

// A spell is the time from a grant or rise of a limit to its next rise, or to
// the export: it ends or goes on. Without policies, accounts are held against
// the spells of their peers: clean accounts of the same product whose limit
// was, at the start, within the same power of two.
type stalledSpell struct {
	stratum string
	ended   bool
	days    int64
}

const stalledSep = "\x1f"

func (x *stalledSpell) name() string {
	end := "on"
	if x.ended {
		end = "end"
	}
	return x.stratum + stalledSep + end + stalledSep + strconv.FormatInt(x.days, 10)
}

// stalledSpellOf reads what name wrote.
func stalledSpellOf(name string) (stalledSpell, bool) {
	head, days, ok := stalledCut(name)
	stratum, end, also := stalledCut(head)
	n, err := strconv.ParseInt(days, 10, 64)
	return stalledSpell{stratum, end == "end", n}, ok && also && err == nil && n >= 0 && (end == "on" || end == "end")
}

func stalledCut(s string) (before, after string, ok bool) {
	i := strings.LastIndex(s, stalledSep)
	if i < 0 {
		return "", "", false
	}
	return s[:i], s[i+len(stalledSep):], true
}

// stratum names the peers of an account with this limit.
func (s *stalledState) stratum(product string, limit int64) string {
	band := bits.Len64(uint64(max(0, limit/s.scale)))
	if band == 0 {
		return product + " <1"
	}
	return product + " " + strconv.FormatInt(1<<(band-1), 10) + "-" + strconv.FormatInt(1<<band-1, 10)
}

// spells counts the spells of a clean account, when there is no policy to
// replay.
func (s *stalledState) spells(w *stalledAccount, guard int) {
	if s.env.Policies != nil {
		return
	}
	switch guard {
	case stalledClosed, stalledFrozen, stalledUnlimited, stalledLate, stalledFew, stalledHardship:
		return
	}
	c, b := s.ledger.limitColumns, w.batch
	open := stalledSpell{}
	from := int64(none)
	for i := range w.writes {
		x := &w.writes[i]
		if x.state != applied || x.at > s.asOf || c.temporary.int(b, x.row) != none {
			continue
		}
		grant := x.kind == "grant"
		if !grant && (x.kind != "increase" || x.delta < s.step(x.before)) {
			continue
		}
		if from != none && !grant {
			open.ended, open.days = true, (x.at-from)/day
			s.peers.AddN(open.name(), 1)
		}
		open, from = stalledSpell{stratum: s.stratum(w.product, x.after)}, x.at
	}
	if from != none {
		open.days = (s.asOf - from) / day
		s.peers.AddN(open.name(), 1)
	}
}

// stalledPeers holds, by stratum, the wait that few peers exceed.
type stalledPeers struct {
	longest map[string]int64 // days
	count   map[string]int64 // peers
}

// waits finds, for each stratum, the first day on which the Kaplan-Meier
// estimate of going on without a rise is no more than share. As many spells as
// that share of all, at most, are found to be longer: each of these has a mass
// of at least 1/n beyond that day.
func (s *stalledState) waits(share float64, least int) *stalledPeers {
	out := &stalledPeers{map[string]int64{}, map[string]int64{}}
	by := map[string][]stalledSpellCount{}
	var strata []string
	for _, v := range s.peers.Values() {
		x, _ := stalledSpellOf(v.Name)
		if by[x.stratum] == nil {
			strata = append(strata, x.stratum)
		}
		by[x.stratum] = append(by[x.stratum], stalledSpellCount{x, v.N})
	}
	for _, name := range strata {
		spells := by[name]
		slices.SortFunc(spells, func(a, b stalledSpellCount) int {
			if a.days != b.days {
				return int(a.days - b.days)
			}
			return int(stalledTruth(b.ended) - stalledTruth(a.ended)) // ends before what goes on
		})
		var risk, ends int64
		for _, x := range spells {
			risk += x.n
			ends += x.n * stalledTruth(x.ended)
		}
		out.count[name] = risk
		if ends < int64(least) {
			continue
		}
		survive := 1.0
		for _, x := range spells {
			if x.ended {
				survive *= float64(risk-x.n) / float64(risk)
				if survive <= share {
					out.longest[name] = x.days
					break
				}
			}
			risk -= x.n
		}
	}
	return out
}

type stalledSpellCount struct {
	stalledSpell
	n int64
}

// watch adds the rule to the case of an account that nearly all peers would
// have seen raised by now.
func (p *stalledPeers) watch(k *cases.Kept) {
	stratum := k.Item(stalledPeersItem)
	longest, ok := p.longest[stratum]
	if !ok || k.Notes[stalledWaited] <= longest {
		return
	}
	k.Rules = append(k.Rules, "R2.5")
	slices.Sort(k.Rules)
	k.Grade = audit.E3
	k.Evidence = append(k.Evidence, audit.Item{Name: "peers", Value: strconv.FormatInt(p.count[stratum], 10)},
		audit.Item{Name: "peers_longest_usual_wait_days", Value: strconv.FormatInt(longest, 10)})
}
