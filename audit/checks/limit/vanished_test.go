package limit

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/features"
)

func TestVanishedFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/vanished*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures (%v)", err)
	}
	for _, f := range files {
		audittest.Run(t, VanishedIncrement, f, Ledger, VanishedIncrement)
		if !audittest.Laws(t, VanishedIncrement, f, Ledger, VanishedIncrement) {
			t.Errorf("%s: it did not run", f)
		}
	}
}

// ledgerOf reads the rows of one account as its ledger, in a schema of few
// columns: at (minutes), kind, before, after, until (minutes), error.
func ledgerOf(t *testing.T, rows [][6]string) *account {
	t.Helper()
	names := []string{"event_id", "account_id", "at", "kind", "limit_before", "limit_after", "temporary_until", "error_code"}
	var specs []features.Spec
	for _, n := range names {
		c, ok := features.TableNamed("limits").Column(n)
		if !ok {
			t.Fatal(n)
		}
		specs = append(specs, features.Spec{Name: n, Kind: c.Kind, From: []string{n}, Zone: time.UTC})
	}
	csv := strings.Join(names, ",") + "\n"
	when := func(s string) string {
		if s == "" {
			return ""
		}
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return time.Unix(1_700_000_000+int64(n)*60, 0).UTC().Format(time.RFC3339)
	}
	for i, r := range rows {
		csv += strings.Join([]string{fmt.Sprintf("e%d", i), "a", when(r[0]), r[1], r[2], r[3], when(r[4]), r[5]}, ",") + "\n"
	}
	source, err := audittest.NewSource("limits", csv, 1<<20, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if err := source.Bind(specs); err != nil {
		t.Fatal(err)
	}
	reader := source.NewReader()
	if err := reader.Open(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	b := &features.Batch{}
	if _, err := reader.Next(b); err != nil {
		t.Fatal(err)
	}
	env := &audit.Env{Layouts: map[string]*audit.Layout{"limits": audit.NewLayout(specs)}}
	l := &ledger{limitColumns: limitColumnsOf(env), skew: 5 * second, reversal: 10 * minute}
	var out *account
	l.accounts(&audit.Rows{Batch: b, Lo: 0, Hi: b.N}, func(a *account) { out = a })
	return out
}

func TestLedger(t *testing.T) {
	for _, x := range []struct {
		name   string
		rows   [][6]string
		states []state
		deltas []int64
		gaps   []int64
		limit  int64
	}{
		{"a chain", [][6]string{{"0", "grant", "0", "100"}, {"60", "increase", "100", "150"}, {"120", "decrease", "150", "120"}},
			[]state{applied, applied, applied}, []int64{100, 50, -30}, []int64{0, 0, 0}, 120},
		{"a break", [][6]string{{"0", "grant", "0", "100"}, {"60", "increase", "110", "150"}},
			[]state{applied, applied}, []int64{100, 40}, []int64{0, 10}, 150},
		{"lost, by the next", [][6]string{{"0", "grant", "0", "100"}, {"60", "increase", "100", "150"}, {"120", "increase", "100", "130"}},
			[]state{applied, lost, applied}, []int64{100, 0, 30}, []int64{0, 0, 0}, 130},
		{"lost, by a reading", [][6]string{{"0", "grant", "0", "100"}, {"60", "increase", "100", "150"}, {"200", "evaluate", "100", ""}},
			[]state{applied, lost}, []int64{100, 0}, []int64{0, 0}, 100},
		{"a reading too early", [][6]string{{"0", "grant", "0", "100"}, {"60", "increase", "100", "150"}, {"61", "evaluate", "100", ""}},
			[]state{applied, applied}, []int64{100, 50}, []int64{0, 0}, 150},
		{"idle", [][6]string{{"0", "grant", "0", "100"}, {"60", "increase", "100", "100"}},
			[]state{applied, idle}, []int64{100, 0}, []int64{0, 0}, 100},
		{"failed", [][6]string{{"0", "grant", "0", "100"}, {"60", "increase", "100", "", "", "E"}, {"70", "increase", "100", "150"}},
			[]state{applied, failed, applied}, []int64{100, 0, 50}, []int64{0, 0, 0}, 150},
		{"reversed", [][6]string{{"0", "grant", "0", "100"}, {"60", "increase", "100", "150"}, {"65", "decrease", "150", "100"}},
			[]state{applied, reversed, reversed}, []int64{100, 50, -50}, []int64{0, 0, 0}, 100},
		{"temporary, ended without an event", [][6]string{{"0", "grant", "0", "100"}, {"60", "increase", "100", "150", "500"}, {"600", "increase", "100", "120"}},
			[]state{applied, applied, applied}, []int64{100, 50, 20}, []int64{0, 0, 0}, 120},
		{"temporary, ended by a decrease", [][6]string{{"0", "grant", "0", "100"}, {"60", "increase", "100", "150", "500"}, {"500", "decrease", "150", "100"}},
			[]state{applied, applied, temporary}, []int64{100, 50, -50}, []int64{0, 0, 0}, 100},
		{"an end before its beginning", [][6]string{{"0", "grant", "0", "100"}, {"60", "increase", "100", "150", "1"}, {"500", "decrease", "150", "100"}},
			[]state{applied, applied, applied}, []int64{100, 50, -50}, []int64{0, 0, 0}, 100},
		{"nothing on record", [][6]string{{"0", "grant", "", ""}, {"60", "increase", "", ""}},
			[]state{unread, unread}, []int64{0, 0}, []int64{0, 0}, none},
	} {
		a := ledgerOf(t, x.rows)
		if len(a.writes) != len(x.states) {
			t.Errorf("%s: %d writes", x.name, len(a.writes))
			continue
		}
		for i := range a.writes {
			w := &a.writes[i]
			if w.state != x.states[i] || w.delta != x.deltas[i] || w.gap != x.gaps[i] {
				t.Errorf("%s: write %d: state %d, delta %d, gap %d; want %d, %d, %d", x.name, i, w.state, w.delta, w.gap, x.states[i], x.deltas[i], x.gaps[i])
			}
		}
		if got := a.limitAt(1 << 60); got != x.limit {
			t.Errorf("%s: limit %d, want %d", x.name, got, x.limit)
		}
	}
}

func TestMoney(t *testing.T) {
	for _, x := range []struct {
		amount, scale int64
		want          string
	}{{12345, 100, "123.45"}, {-5, 100, "-0.05"}, {7, 1, "7"}, {1005, 1000, "1.005"}, {none, 100, ""}} {
		if got := money(x.amount, x.scale); got != x.want {
			t.Errorf("money(%d, %d) = %q, want %q", x.amount, x.scale, got, x.want)
		}
	}
}

func TestSteps(t *testing.T) {
	last := uint64(0)
	for ms := uint64(0); ms < 1<<20; ms++ {
		s := step(ms)
		if s < last || s > stepMask {
			t.Fatalf("step(%d) = %d after %d", ms, s, last)
		}
		last = s
	}
}

func TestSettings(t *testing.T) {
	good := VanishedIncrement.Settings().(*VanishedSettings)
	if err := good.validate(); err != nil {
		t.Error(err)
	}
	if err := Ledger.Settings().(*LedgerSettings).validate(); err != nil {
		t.Error(err)
	}
	for _, change := range []func(*VanishedSettings){
		func(s *VanishedSettings) { s.Grace = -1 }, func(s *VanishedSettings) { s.Gap = 1 },
		func(s *VanishedSettings) { s.KeptGap = 0 }, func(s *VanishedSettings) { s.Regime = []string{"mars"} },
	} {
		bad := *good
		change(&bad)
		if bad.validate() == nil {
			t.Errorf("accepted %+v", bad)
		}
	}
	if (&LedgerSettings{Lead: -1}).validate() == nil {
		t.Error("a negative lead is accepted")
	}
}
