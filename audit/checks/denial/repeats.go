package denial

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// repeats applies R0.7: for every record that is one of at least
// repeat_denials denials of a customer, each of another application, within
// repeat_days and none with a specific reason, it says so.
func (s *state) repeats(list []*record) []string {
	out := make([]string, len(list))
	var order []int // denials without a specific reason, by customer and time
	for i, r := range list {
		if r.denied && r.rules&(r01|r02) != 0 && r.lens[2] > 0 && r.at != none {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := list[a], list[b]
		return cmp.Or(bytes.Compare(s.records.id(x, 2), s.records.id(y, 2)), cmp.Compare(x.at, y.at))
	})
	for lo := 0; lo < len(order); {
		customer := s.records.id(list[order[lo]], 2)
		hi := lo
		var first []int // of each application
		seen := map[string]bool{}
		for ; hi < len(order) && string(s.records.id(list[order[hi]], 2)) == string(customer); hi++ {
			if app := string(s.records.id(list[order[hi]], 1)); !seen[app] {
				seen[app] = true
				first = append(first, order[hi])
			}
		}
		s.mark(list, first, out)
		lo = hi
	}
	return out
}

// mark writes, for the denials of one customer, those that repeat.
func (s *state) mark(list []*record, denials []int, out []string) {
	n := s.settings.RepeatDenials
	for to := n - 1; to < len(denials); to++ {
		run := denials[to-n+1 : to+1]
		if s.calendar.day(list[run[n-1]].at)-s.calendar.day(list[run[0]].at) > int64(s.settings.RepeatDays) {
			continue
		}
		var dates []string
		for _, i := range run {
			dates = append(dates, date(s.calendar.day(list[i].at)))
		}
		for _, i := range run {
			if out[i] == "" {
				out[i] = fmt.Sprintf("%d denials without a specific reason: %s", n, strings.Join(dates, ", "))
			}
		}
	}
}
