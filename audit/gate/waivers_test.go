package gate_test

import (
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/gate"
)

func TestWaivers(t *testing.T) {
	for _, test := range []struct {
		name, waivers, today string
		states, waived       string
		code                 int // with fail_on: info and only these findings not waived
	}{
		{"by id", "{expires: 2026-12-31, finding: 00000000a1}", "", "in_force", "a1", 1},
		{"all of them", "{expires: 2026-12-31, finding: 00000000a1}; {expires: 2026-12-31, finding: 00000000b2}; {expires: 2026-12-31, finding: 00000000c3}; {expires: 2026-12-31, finding: 00000000d4}", "", "in_force in_force in_force in_force", "a1 b2 c3 d4", 0},
		{"last day", "{expires: 2026-06-30, finding: 00000000c3}", "", "expiring", "c3", 1},
		{"the day after", "{expires: 2026-06-29, finding: 00000000c3}", "", "expired", "", 1},
		{"another day", "{expires: 2026-06-29, finding: 00000000c3}", "2026-06-29", "expiring", "c3", 1},
		{"a month before", "{expires: 2026-07-30, finding: 00000000c3}", "", "expiring", "c3", 1},
		{"longer", "{expires: 2026-07-31, finding: 00000000c3}", "", "in_force", "c3", 1},
		{"no such finding", "{expires: 2026-12-31, finding: 00000000e5}", "", "unused", "", 1},
		{"expired and unused", "{expires: 2025-12-31, finding: 00000000e5}", "", "expired", "", 1},
		{"cause", "{expires: 2026-12-31, check: stalled, cause: DATA_STALE}", "", "in_force", "c3", 1},
		{"another cause", "{expires: 2026-12-31, check: stalled, cause: LOST_UPDATE}", "", "unused", "", 1},
		{"another check's cause", "{expires: 2026-12-31, check: lost, cause: DATA_STALE}", "", "unused", "", 1},
		{"grave, by cause", "{expires: 2026-12-31, check: lost, cause: LOST_UPDATE}", "", "barred", "", 1},
		{"grown", "{expires: 2026-12-31, finding: 00000000a1, max_cases: 39}", "", "outgrown", "", 1},
		{"not grown", "{expires: 2026-12-31, finding: 00000000a1, max_cases: 40}", "", "in_force", "a1", 1},
		{"grown in people", "{expires: 2026-12-31, finding: 00000000b2, max_cases: 119}", "", "outgrown", "", 1},
		{"group", "{expires: 2026-12-31, check: parity, group: sex=F}", "", "in_force", "b2", 1},
		{"metric", "{expires: 2026-12-31, check: parity, metric: air}", "", "in_force", "b2", 1},
		{"another group", "{expires: 2026-12-31, check: parity, group: age=<25}", "", "unused", "", 1},
		{"segment", "{expires: 2026-12-31, check: parity, segment: product=cash}", "", "unused", "", 1},
		{"group of a finding without metrics", "{expires: 2026-12-31, check: stalled, group: sex=F}", "", "unused", "", 1},
		{"another run's check", "{expires: 2026-12-31, check: stress, metric: loss}", "", "elsewhere", "", 1},
		{"twice", "{expires: 2026-12-31, finding: 00000000c3}; {expires: 2026-12-31, check: stalled, cause: DATA_STALE}", "", "in_force in_force", "c3", 1},
		{"the first is over", "{expires: 2026-01-01, finding: 00000000c3}; {expires: 2026-12-31, check: stalled, cause: DATA_STALE}", "", "expired in_force", "c3", 1},
	} {
		text := "gates: {fail_on: info}\nwaivers:\n"
		for i, w := range strings.Split(test.waivers, "; ") {
			text += "  - {id: W" + string(rune('1'+i)) + ", reason: r, owner: o, " + w[1:] + "\n"
		}
		v := gate.Evaluate(gate.Input{Plan: plan(t, text), Checks: suite(), Result: result(), Today: test.today})
		var states, waived []string
		for _, w := range v.Waivers {
			states = append(states, w.State)
			if w.Says.En == "" || w.Says.Zh == "" || strings.Contains(w.Says.En+w.Says.Zh, "IDS") {
				t.Errorf("%s: says %q, %q", test.name, w.Says.En, w.Says.Zh)
			}
		}
		for _, f := range result().Findings {
			if v.Waived(f.ID) != nil {
				waived = append(waived, f.ID[8:])
			}
		}
		if got := strings.Join(states, " "); got != test.states {
			t.Errorf("%s: states %q, want %q", test.name, got, test.states)
		}
		if got := strings.Join(waived, " "); got != test.waived {
			t.Errorf("%s: waived %q, want %q", test.name, got, test.waived)
		}
		if v.Code() != test.code {
			t.Errorf("%s: code %d, want %d", test.name, v.Code(), test.code)
		}
	}
}

// A finding about more than what was accepted is not waived by part of it.
func TestWaiverOfPart(t *testing.T) {
	r := result()
	r.Metrics[1].Status = audit.Warn // age=<25 is past its limit as well
	p := plan(t, "waivers: [{id: W, reason: r, owner: o, expires: 2026-12-31, check: parity, group: sex=F}]\n")
	if v := gate.Evaluate(gate.Input{Plan: p, Checks: suite(), Result: r}); v.Waived("00000000b2") != nil || v.Waivers[0].State != gate.StateUnused {
		t.Errorf("state %s", v.Waivers[0].State)
	}
}

func TestWaiverSentences(t *testing.T) {
	v := verdict(t, `waivers:
  - {id: W1, reason: r, owner: o, expires: 2026-07-20, finding: 00000000c3}
  - {id: W2, reason: r, owner: o, expires: 2026-03-31, finding: 00000000d4}
  - {id: W3, reason: r, owner: o, expires: 2026-12-31, finding: 00000000e5}
  - {id: W4, reason: r, owner: o, expires: 2026-12-31, check: lost, cause: LOST_UPDATE}
  - {id: W5, reason: r, owner: o, expires: 2026-12-31, finding: 00000000a1, max_cases: 10}
`)
	for i, want := range []audit.Text{
		audit.T("in force until 2026-07-20; 20 days left: renew it or fix the finding; waives 00000000c3", "有效期至 2026-07-20；仅余 20 天：请续期或整改；豁免 00000000c3"),
		audit.T("expired on 2026-03-31; 00000000d4 again counts", "已于 2026-03-31 到期；00000000d4 重新计入"),
		audit.T("in force until 2026-12-31; no finding of this run is meant: it can be removed once that stays so", "有效期至 2026-12-31；未对应本次运行的任何问题：若持续如此即可删除"),
		audit.T("in force until 2026-12-31; not for 00000000a1: a grave finding that is proven is waived by its id only", "有效期至 2026-12-31；不适用于 00000000a1：已证实的重大问题只能按编号豁免"),
		audit.T("in force until 2026-12-31; lapsed for 00000000a1: more than 10 cases", "有效期至 2026-12-31；对 00000000a1 失效：案例多于 10 个"),
	} {
		if got := v.Waivers[i].Says; got != want {
			t.Errorf("%s: %+v", v.Waivers[i].ID, got)
		}
	}
	if (*gate.Verdict)(nil).Waived("x") != nil {
		t.Error("no verdict waives something")
	}
}
