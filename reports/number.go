package reports

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/currency"

	"evenhand/audit"
)

const (
	nbsp  = "\u00a0"
	minus = "\u2212"
	none  = "–" // a number that does not apply
)

// same is a Text that reads the same in both languages.
func same(s string) audit.Text { return audit.Text{En: s, Zh: s} }

// thousands writes n with separators: −1,234,567.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = minus, s[1:]
	}
	return sign + grouped(s)
}

func grouped(digits string) string {
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// money writes amounts of the plan's currency.
type money struct {
	Code     string
	Exponent int    // decimals of the currency: ISO 4217
	zh       string // its name after an amount in Chinese
}

var currencyZh = map[string]string{
	"CNY": "元", "HKD": "港元", "USD": "美元", "EUR": "欧元", "JPY": "日元", "GBP": "英镑", "SGD": "新加坡元", "TWD": "新台币元",
}

func newMoney(code string) money {
	if code == "" {
		code = "CNY"
	}
	m := money{Code: code, Exponent: 2, zh: currencyZh[code]}
	if unit, err := currency.ParseISO(code); err == nil {
		m.Exponent, _ = currency.Standard.Rounding(unit)
	}
	if m.zh == "" {
		m.zh = code
	}
	return m
}

// number writes minor units as a number of major units: 1,234.56.
func (m money) number(minor int64) string {
	sign, u := "", uint64(minor)
	if minor < 0 {
		sign, u = minus, -uint64(minor)
	}
	s := strconv.FormatUint(u, 10)
	if m.Exponent == 0 {
		return sign + grouped(s)
	}
	if len(s) <= m.Exponent {
		s = strings.Repeat("0", m.Exponent+1-len(s)) + s
	}
	cut := len(s) - m.Exponent
	return sign + grouped(s[:cut]) + "." + s[cut:]
}

// text writes an amount with its currency.
func (m money) text(minor int64) audit.Text {
	n := m.number(minor)
	return audit.T(m.Code+nbsp+n, n+nbsp+m.zh)
}

// days writes an amount that lasted for days: its sum over the days, in whole
// units.
func (m money) days(minorDays int64) audit.Text {
	scale := int64(1)
	for range m.Exponent {
		scale *= 10
	}
	n := thousands((minorDays + scale/2) / scale)
	return audit.T(n+nbsp+m.Code+"·days", n+nbsp+m.zh+"·天")
}

// unit is how a metric's value is written.
type unit uint8

const (
	plain  unit = iota // 4 significant digits
	rate               // 12.3 %
	points             // percentage points, signed
	ratio              // three decimals
	whole              // a count
)

// unitOf tells a metric's unit: from its name, or, where that says nothing,
// from being k of n.
func unitOf(m *audit.Metric) unit {
	u := unitOfName(m.Name)
	if u == plain && m.N > 0 && !strings.HasSuffix(m.Name, "constant_input") && math.Abs(m.Value-float64(m.K)/float64(m.N)) < 1e-9 && m.Value <= 1 {
		return rate
	}
	return u
}

// unitOfName reads names as fairlearn writes them: suffixes say what they are.
func unitOfName(name string) unit {
	has := func(parts ...string) bool {
		for _, p := range parts {
			if name == p || strings.HasSuffix(name, "_"+p) {
				return true
			}
		}
		return false
	}
	switch {
	case has("ratio", "odds", "ratio_bounds", "psi", "psi_recomputed", "csi", "ks", "auc", "gini", "brier", "ece", "slope", "agreement"):
		return ratio
	case strings.Contains(name, "standardized") || strings.Contains(name, "smd"):
		return plain
	case strings.HasPrefix(name, "restricted_mean_") || strings.HasSuffix(name, "_per_customer_difference") || strings.Contains(name, "_hours_"):
		return plain // days, money and hours, not shares
	case has("difference", "gap", "shift") && !strings.Contains(name, "score") && !strings.Contains(name, "amount"):
		return points
	case has("rate", "share", "coverage", "match", "overlap", incidence, "kaplan_meier_estimate") || strings.HasPrefix(name, "disclosure_"):
		return rate
	case has("count", waiting, "n", "rows", "shortfall", "denials", "age_months_min", "age_months_median", "age_months_max", "age_days", "overlap_days"):
		return whole
	}
	return plain
}

// value writes v in its unit.
func (u unit) value(v float64) audit.Text {
	if math.IsNaN(v) {
		return same(none)
	}
	if math.IsInf(v, 0) {
		return same(signed(strings.TrimPrefix(strconv.FormatFloat(v, 'f', 0, 64), "+")))
	}
	switch u {
	case rate:
		s := signed(strconv.FormatFloat(v*100, 'f', 1, 64))
		return audit.T(s+nbsp+"%", s+"%")
	case points:
		s := signed(strconv.FormatFloat(v*100, 'f', 1, 64))
		if v > 0 {
			s = "+" + s
		}
		return audit.T(s+nbsp+"pp", s+nbsp+"个百分点")
	case ratio:
		return same(signed(strconv.FormatFloat(v, 'f', 3, 64)))
	case whole:
		return same(thousands(int64(math.Round(v))))
	}
	return same(decimal(v))
}

// decimal writes v with four significant digits, without an exponent where
// that stays short.
func decimal(v float64) string {
	a := math.Abs(v)
	switch {
	case a != 0 && (a < 1e-4 || a >= 1e9):
		return signed(strconv.FormatFloat(v, 'g', 4, 64))
	case a >= 1000:
		return thousands(int64(math.Round(v)))
	}
	s := strconv.FormatFloat(v, 'g', 4, 64)
	if strings.ContainsRune(s, 'e') {
		s = strconv.FormatFloat(v, 'f', 4, 64)
	}
	return signed(s)
}

func signed(s string) string {
	if s, ok := strings.CutPrefix(s, "-"); ok {
		if strings.Trim(s, "0.") == "" { // no "−0.0"
			return s
		}
		return minus + s
	}
	return s
}

// interval writes "low to high" without repeating the unit.
func (u unit) interval(low, high float64) audit.Text {
	if math.IsNaN(low) || math.IsNaN(high) {
		return same(none)
	}
	h := u.value(high)
	l := u.value(low).En
	l, _, _ = strings.Cut(l, nbsp)
	return audit.T(l+" to "+h.En, l+" 至 "+h.Zh)
}

// bracket is interval for tables: the same in both languages.
func (u unit) bracket(low, high float64) string {
	if math.IsNaN(low) || math.IsNaN(high) {
		return none
	}
	bare := func(v float64) string { s, _, _ := strings.Cut(u.value(v).En, nbsp); return s }
	s := "[" + bare(low) + ", " + bare(high) + "]"
	if u == rate {
		s += nbsp + "%"
	}
	return s
}

// pvalue writes p, "< 0.001" for less.
func pvalue(p float64) string {
	switch {
	case math.IsNaN(p):
		return none
	case p < 0.001:
		return "<" + nbsp + "0.001"
	}
	return strconv.FormatFloat(p, 'f', 3, 64)
}

// day writes the day of an instant in words.
func (r *Report) day(us int64) audit.Text {
	if us == 0 {
		return same(none)
	}
	t := time.UnixMicro(us).In(r.zone)
	return audit.T(t.Format("2 January 2006"), fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day()))
}

// instant writes an instant for tables.
func (r *Report) instant(us int64) string {
	if us == 0 {
		return none
	}
	return time.UnixMicro(us).In(r.zone).Format("2006-01-02 15:04")
}

// asOf writes the plan's as-of date in words.
func (r *Report) asOf() audit.Text { return r.dayWords(r.plan.AsOf) }

// dayWords writes a day given as 2026-06-30; anything else as it is.
func (r *Report) dayWords(iso string) audit.Text {
	if t, err := time.Parse(time.DateOnly, iso); err == nil {
		return r.day(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, r.zone).UnixMicro())
	}
	return same(iso)
}

// number writes "n noun" in both languages, with the English plural and the
// Chinese measure word before the noun.
func number(n int64, one, many, zh string) audit.Text {
	if n == 1 {
		return audit.T("1 "+one, "1"+nbsp+zh)
	}
	return audit.T(thousands(n)+" "+many, thousands(n)+nbsp+zh)
}

func formatFixed(v float64, places int) string { return strconv.FormatFloat(v, 'f', places, 64) }
