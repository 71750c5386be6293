package audit

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// dayNumber returns the number of a date.
func dayNumber(t *testing.T, date string) int64 {
	t.Helper()
	d, err := time.Parse(time.DateOnly, date)
	if err != nil {
		t.Fatal(err)
	}
	return d.Unix() / (24 * 3600)
}

func calendarOf(t *testing.T, more string) *Calendar {
	t.Helper()
	p, err := ParsePlan("p", []byte(head+more+tables), nil)
	if err != nil {
		t.Fatal(err)
	}
	return p.Calendar()
}

func TestCalendarDays(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, zone := range []string{"Asia/Shanghai", "America/New_York", "Europe/London", "Pacific/Apia", "UTC"} {
		c := calendarOf(t, "timezone: "+zone+"\n")
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		for range 2000 {
			at := time.UnixMicro(rng.Int64N(80*365*microsOfDay) - 30*365*microsOfDay).In(loc)
			y, m, d := at.Date()
			want := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 3600)
			if got := c.Day(at.UnixMicro()); got != want {
				t.Fatalf("%v is day %d, want %d", at, got, want)
			}
			if got := c.Hour(at.UnixMicro()); got != at.Hour() {
				t.Fatalf("%v is in hour %d", at, got)
			}
			if start := c.Start(want); c.Day(start) != want || c.Day(start-1) >= want {
				t.Fatalf("%s: day %d starts at %v", zone, want, time.UnixMicro(start).In(loc))
			}
		}
	}
}

// The Chinese National Day week of 2026: 1 to 7 October off, 10 October worked.
const nationalDay = "holidays: [2026-10-01, 2026-10-02, 2026-10-05, 2026-10-06, 2026-10-07]\nworkdays: [2026-10-10]\n"

func TestBusinessDays(t *testing.T) {
	c := calendarOf(t, nationalDay)
	for _, test := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-09-30", 0, "2026-09-30"},
		{"2026-09-30", 1, "2026-10-08"},
		{"2026-10-03", 0, "2026-10-03"},
		{"2026-10-03", 1, "2026-10-08"},
		{"2026-10-09", 1, "2026-10-10"},
		{"2026-10-10", 1, "2026-10-12"},
		{"2026-10-08", -1, "2026-09-30"},
		{"2026-10-12", -2, "2026-10-09"},
		{"1969-12-26", 1, "1969-12-29"},
	} {
		if got := DateText(c.Add(dayNumber(t, test.from), test.n)); got != test.want {
			t.Errorf("%s and %d business days is %s, want %s", test.from, test.n, got, test.want)
		}
	}
	for date, want := range map[string]bool{"2026-10-01": false, "2026-10-08": true, "2026-10-10": true, "2026-10-11": false, "2026-10-17": false, "1969-12-27": false, "1969-12-31": true} {
		if got := c.Business(dayNumber(t, date)); got != want {
			t.Errorf("%s: business day %v, want %v", date, got, want)
		}
	}
}

func TestCalendarDaysAreValidated(t *testing.T) {
	_, err := ParsePlan("p", []byte(head+"holidays:\n  - 2026-10-01\n  - 2026-13-01\nworkdays: [2026-10-01, 2026-10-09, soon]\n"+tables), nil)
	if err == nil {
		t.Fatal("wrong days pass")
	}
	for _, want := range []string{
		`p:5: holidays.2: "2026-13-01" is no date`, "p:6: workdays.1: 2026-10-01 is listed as a holiday too",
		"p:6: workdays.2: 2026-10-09 is neither a Saturday nor a Sunday", `workdays.3: "soon" is no date`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing %q in:\n%v", want, err)
		}
	}
}
