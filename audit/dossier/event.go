package dossier

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"evenhand/audit"
	"evenhand/features"
)

// value writes a cell as text: money in units of the plan's currency, instants
// and days in the plan's zone.
func (b *builder) value(s *features.Spec, v *features.Vector, i int) string {
	if v.IsNull(i) {
		return ""
	}
	switch v.Kind {
	case features.Text:
		return v.Text(i)
	case features.Opaque:
		return string(v.Opaque(i))
	case features.Float:
		return strconv.FormatFloat(v.Floats[i], 'f', -1, 64)
	case features.Money:
		return b.money(v.Ints[i])
	case features.Instant:
		return time.UnixMicro(v.Ints[i]).In(b.env.Plan.Zone()).Format("2006-01-02 15:04:05")
	case features.Date:
		return time.Unix(v.Ints[i]*86400, 0).UTC().Format(time.DateOnly)
	case features.Bool:
		return strconv.FormatBool(v.Ints[i] != 0)
	case features.TextList:
		var parts []string
		for _, c := range v.List(i) {
			if c != features.Null {
				parts = append(parts, v.Dict.Value(c))
			}
		}
		return strings.Join(parts, ", ")
	}
	return strconv.FormatInt(v.Ints[i], 10)
}

// money writes minor units as units with all their decimals.
func (b *builder) money(minor int64) string { return audit.Units(minor, b.env.Plan.MoneyScale()) }

// event is what a row adds to the timeline: one event, or, for an instalment,
// that it fell due and that it was paid.
func (b *builder) event(table string, batch *features.Batch, i int) []audit.Event {
	note := func(columns ...string) string {
		var parts []string
		for _, c := range columns {
			if v := b.text(table, batch, c, i); v != "" {
				parts = append(parts, c+" "+v)
			}
		}
		return strings.Join(parts, "; ")
	}
	at := func(column string) int64 { x, _ := b.number(table, batch, column, i); return x }
	key := b.text(table, batch, features.TableNamed(table).Key[0], i)
	switch table {
	case "decisions":
		out := []audit.Event{{At: at("decided_at"), What: "decisions." + cmp.Or(b.text(table, batch, "outcome", i), "null"), Key: key,
			Note: note("product", "application_type", "requested_amount", "approved_limit", "policy_version", "reasons", "engine_status", "error_code")}}
		if told := at("notice_at"); told != 0 {
			out = append(out, audit.Event{At: told, What: "decisions.notice", Key: key, Note: note("reasons_shown")})
		}
		return out
	case "repayments":
		due := at("due_date")
		year, month, day := time.Unix(due*86400, 0).UTC().Date()
		key += "/" + b.text(table, batch, "installment_no", i)
		out := []audit.Event{{At: time.Date(year, month, day, 0, 0, 0, 0, b.env.Plan.Zone()).UnixMicro(), What: "repayments.due", Key: key, Note: note("due_amount")}}
		if paid := at("paid_at"); paid != 0 {
			out = append(out, audit.Event{At: paid, What: "repayments.paid", Key: key, Note: note("paid_amount", "posted_at", "payoff")})
		}
		return out
	case "payments":
		return []audit.Event{{At: at("paid_at"), What: "payments." + cmp.Or(b.text(table, batch, "kind", i), "payment"), Key: key, Note: note("amount", "loan_id", "posted_at")}}
	}
	return []audit.Event{{At: at("at"), What: "limits." + b.text(table, batch, "kind", i), Key: key,
		Note: note("account_id", "limit_before", "limit_after", "displayed_limit", "drawable_limit", "on_screen_reason", "promised_amount", "promise_due",
			"requested_amount", "granted_amount", "result", "reason", "error_code", "trigger")}}
}

// steps are the limits of the accounts as they were shown and drawable.
func (b *builder) steps(rows audit.Rows) []Step {
	var out []Step
	for i := rows.Lo; i < rows.Hi; i++ {
		s := Step{Account: b.text("limits", rows.Batch, "account_id", i), Key: b.text("limits", rows.Batch, "event_id", i), Limit: -1, Shown: -1, Drawable: -1}
		s.At, _ = b.number("limits", rows.Batch, "at", i)
		for _, x := range []struct {
			column string
			to     *int64
		}{{"limit_after", &s.Limit}, {"displayed_limit", &s.Shown}, {"drawable_limit", &s.Drawable}} {
			if v, ok := b.number("limits", rows.Batch, x.column, i); ok {
				*x.to = v
			}
		}
		if s.Limit >= 0 || s.Shown >= 0 || s.Drawable >= 0 {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(x, y Step) int { return cmp.Or(cmp.Compare(x.Account, y.Account), cmp.Compare(x.At, y.At)) })
	return out
}
