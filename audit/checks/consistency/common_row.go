package consistency

import (
	"bytes"
	"cmp"
	"math"
	"strconv"
	"strings"
	"time"

	"evenhand/audit"
	"evenhand/audit/checks/internal/cases"
	"evenhand/audit/clauses"
	"evenhand/audit/stats"
	"evenhand/features"
)

// none stands for a number that a row does not have.
const none = math.MinInt64

// row is what is kept of a decision, to be a case or the counterpart of one.
type row struct {
	id, customer, account, product, policy, model string
	at                                            int64
	amount, latency                               int64
	score, recomputed                             float64
	channel, partner, reviewer, status, code      string
	replayed                                      uint8    // index into features.Outcomes, or features.Undecided
	values                                        []string // of the inputs, as text
}

// texts are the fields of a row that are text.
func (r *row) texts() [11]*string {
	return [...]*string{&r.id, &r.customer, &r.account, &r.product, &r.policy, &r.model, &r.channel, &r.partner, &r.reviewer, &r.status, &r.code}
}

// read makes of row i of a batch what is kept of it. What the row was scored and
// replayed as is left open.
func (c *columns) read(b *features.Batch, i int32) row {
	k := int(i)
	r := row{
		id: string(b.Cols[c.id].Opaque(k)), customer: string(b.Cols[c.customer].Opaque(k)), account: string(b.Cols[c.account].Opaque(k)),
		product: b.Cols[c.product].Text(k), policy: b.Cols[c.policy].Text(k), model: b.Cols[c.model].Text(k),
		at: none, amount: none, latency: none, score: b.Cols[c.score].Floats[k], recomputed: math.NaN(),
		channel: b.Cols[c.channel].Text(k), partner: b.Cols[c.partner].Text(k), reviewer: b.Cols[c.reviewer].Text(k),
		status: b.Cols[c.status].Text(k), code: b.Cols[c.code].Text(k), replayed: features.Undecided,
	}
	for _, x := range []struct {
		to  *int64
		col int
	}{{&r.at, c.decided}, {&r.amount, c.requested}, {&r.latency, c.latency}} {
		if v := &b.Cols[x.col]; !v.IsNull(k) {
			*x.to = v.Ints[k]
		}
	}
	return r
}

// values are the values of a row's inputs, as text.
func values(list []input, b *features.Batch, i int32) []string {
	out := make([]string, len(list))
	for k := range list {
		out[k] = cellText(&b.Cols[list[k].col], int(i))
	}
	return out
}

func cellText(v *features.Vector, i int) string {
	switch {
	case v.IsNull(i):
		return ""
	case v.Kind == features.Text:
		return v.Text(i)
	case v.Kind == features.Float:
		return strconv.FormatFloat(v.Floats[i], 'f', -1, 64)
	}
	return strconv.FormatInt(v.Ints[i], 10)
}

func (r *row) encode(e *stats.Encoder) {
	for _, s := range r.texts() {
		e.String(*s)
	}
	e.Varint(r.at)
	e.Varint(r.amount)
	e.Varint(r.latency)
	e.Float(r.score)
	e.Float(r.recomputed)
	e.Byte(r.replayed)
	e.Strings(r.values)
}

func decodeRow(d *stats.Decoder) row {
	var r row
	for _, s := range r.texts() {
		*s = d.String()
	}
	r.at, r.amount, r.latency = d.Varint(), d.Varint(), d.Varint()
	r.score, r.recomputed, r.replayed = d.Float(), d.Float(), d.Byte()
	r.values = d.Strings()
	return r
}

// compareRows orders rows by all that they say.
func compareRows(a, b row) int {
	if x := cmp.Or(strings.Compare(a.id, b.id), cmp.Compare(a.at, b.at)); x != 0 {
		return x
	}
	var x, y stats.Encoder
	a.encode(&x)
	b.encode(&y)
	return bytes.Compare(x.Data(), y.Data())
}

// start returns a case of a decision on which nothing is decided.
func (r *row) start(check string) cases.Kept {
	k := cases.Kept{Case: audit.Case{
		Check: check, Table: "decisions", Key: r.id, Customer: r.customer, Account: r.account, Product: r.product,
		PolicyVersion: r.policy, ModelVersion: r.model, Substance: audit.Indeterminate, Grade: audit.E3,
	}}
	if r.at != none {
		k.At = r.at
	}
	if r.amount != none {
		k.Amount = r.amount
	}
	if r.replayed > 1 { // the replay does not say that it should have passed
		k.Remedy = "human_review"
	}
	return k
}

// Names of evidence that every check of the family uses.
const (
	itemTwin     = "counterpart"
	itemTwinAt   = "counterpart_decided_at"
	itemReplayed = "replayed"
)

// outcomeWord is the replayed outcome of a row, "" when there is none.
func (r *row) outcomeWord() string {
	if int(r.replayed) < len(features.Outcomes) {
		return features.Outcomes[r.replayed]
	}
	return ""
}

// evidence says who a row's counterpart is, what the replay makes of the row,
// and what differs: own value first, then the counterpart's.
func (r *row) evidence(env *audit.Env, other *row, list []input) []audit.Item {
	out := []audit.Item{{Name: itemTwin, Value: other.id}}
	add := func(name, value string) {
		if value != "" {
			out = append(out, audit.Item{Name: name, Value: value})
		}
	}
	if other.at != none {
		add(itemTwinAt, time.UnixMicro(other.at).In(env.Plan.Zone()).Format("2006-01-02 15:04"))
	}
	add(itemReplayed, r.outcomeWord())
	scale := env.Plan.MoneyScale()
	money := func(x int64) string {
		if x == none {
			return ""
		}
		return audit.Units(x, scale)
	}
	whole := func(x int64) string {
		if x == none {
			return ""
		}
		return strconv.FormatInt(x, 10)
	}
	for _, x := range []struct{ name, own, theirs string }{
		{"requested_amount", money(r.amount), money(other.amount)}, {"channel", r.channel, other.channel}, {"partner", r.partner, other.partner},
		{"reviewer", r.reviewer, other.reviewer}, {"engine_status", r.status, other.status}, {"error_code", r.code, other.code},
		{"latency_ms", whole(r.latency), whole(other.latency)}, {"score", plain(r.score), plain(other.score)},
	} {
		if x.own != x.theirs {
			add(x.name, dash(x.own)+" / "+dash(x.theirs))
		}
	}
	n := 0
	for k := range list {
		if k < len(r.values) && k < len(other.values) && r.values[k] != other.values[k] && n < 6 {
			add("differs "+list[k].name, dash(r.values[k])+" / "+dash(other.values[k]))
			n++
		}
	}
	return out
}

func plain(x float64) string {
	if x != x {
		return ""
	}
	return strconv.FormatFloat(x, 'g', 10, 64)
}

func dash(s string) string { return cmp.Or(s, "–") }

// commonEvidence words what the evidence of all checks of the family holds.
var commonEvidence = map[string]string{
	itemTwin: "对照决定", itemTwinAt: "对照决定时间", "differs *": "差异：@1",
}

// evidenceWords are commonEvidence and more.
func evidenceWords(more map[string]string) map[string]audit.Text {
	all := map[string]string{}
	for _, m := range []map[string]string{commonEvidence, more} {
		for k, v := range m {
			all[k] = v
		}
	}
	return audit.Evidence(all)
}

// likeClauses are what findings that like cases were decided unlike are evidence
// for.
var likeClauses = []audit.Clause{
	clauses.PIPL24.Cite("transparent and fair results", "透明、结果公平公正"),
	clauses.ConsumerDuty.Cite("consistent outcomes for customers with like characteristics", "条件相同的客户应得到一致的结果"),
	clauses.AIActRecords.Cite("logs that allow decisions to be traced", "可追溯的记录"),
}

// severityOf is the severity of a finding of grade E3 about so many customers.
func severityOf(customers int64) audit.Severity {
	if customers >= 100 {
		return audit.S2
	}
	return audit.S3
}
