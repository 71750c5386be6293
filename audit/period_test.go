package audit

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestPeriods compares the periods with the calendar of package time, at
// random instants and at the edges, in zones with and without summer time.
func TestPeriods(t *testing.T) {
	label := map[string]func(time.Time) string{
		"day":   func(t time.Time) string { return t.Format("2006-01-02") },
		"month": func(t time.Time) string { return t.Format("2006-01") },
		"year":  func(t time.Time) string { return t.Format("2006") },
	}
	for _, zone := range []string{"Asia/Shanghai", "UTC", "America/New_York", "Asia/Kathmandu"} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		for every, want := range label {
			p, err := NewPeriods(every, loc)
			if err != nil {
				t.Fatal(err)
			}
			rng := rand.New(rand.NewPCG(1, 2))
			for range 5000 {
				at := time.Unix(rng.Int64N(4_000_000_000), 0).In(loc)
				switch rng.IntN(3) {
				case 0:
					at = time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, loc)
				case 1:
					at = time.Date(at.Year(), at.Month(), 1, 0, 0, 0, -1000, loc)
				}
				if at.Unix() < 0 || at.Year() < 1970 {
					continue
				}
				if got := p.Label(p.Of(at.UnixMicro())); got != want(at) {
					t.Fatalf("%s in %s: %v is %q, want %q", every, zone, at, got, want(at))
				}
				day := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400
				if got := p.Label(p.OfDay(day)); got != want(at) {
					t.Fatalf("%s in %s: day %v is %q, want %q", every, zone, at, got, want(at))
				}
				if i := p.Of(at.UnixMicro()); p.Index(p.Label(i)) != i {
					t.Fatalf("Index(%q) is %d, want %d", p.Label(i), p.Index(p.Label(i)), i)
				}
			}
		}
	}
}

func TestPeriodsWeekQuarterAll(t *testing.T) {
	at := time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC) // a Friday: ISO week 53 of 2026
	for every, want := range map[string]string{"week": "2026-W53", "quarter": "2027-Q1", "all": ""} {
		p, err := NewPeriods(every, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Label(p.Of(at.UnixMicro())); got != want {
			t.Errorf("%s: %q, want %q", every, got, want)
		}
	}
	p, _ := NewPeriods("month", time.UTC)
	for _, us := range []int64{-1, time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()} {
		if p.Of(us) != -1 {
			t.Errorf("%d is in period %d; it is outside them all", us, p.Of(us))
		}
	}
	if _, err := NewPeriods("fortnight", time.UTC); err == nil {
		t.Error("an unknown period is accepted")
	}
}
