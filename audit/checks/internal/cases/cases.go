// Package cases keeps the cases of a state in an order that depends on nothing
// but what they say, and adds up those of a finding.
package cases

import (
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/audit/stats"
)

// List keeps the cases of a state, each in its encoding: compact, and with
// an order of its own that depends on nothing but what the case says.
type List struct{ list []string }

// Kept is a case on its way, and numbers that its check needs to finish it.
type Kept struct {
	audit.Case
	Notes []int64
}

// Add keeps a case.
func (l *List) Add(k *Kept) {
	var e stats.Encoder
	k.encode(&e)
	l.list = append(l.list, string(e.Data()))
}

// Merge adds the cases of o.
func (l *List) Merge(o *List) { l.list = append(l.list, o.list...) }

// Len returns how many cases there are.
func (l *List) Len() int { return len(l.list) }

// Encode writes the cases in their order.
func (l *List) Encode(e *stats.Encoder) {
	slices.Sort(l.list)
	e.Strings(l.list)
}

// Decode reads what Encode wrote. Cases that can't be read, or whose notes
// valid refuses, fail the decoder.
func (l *List) Decode(d *stats.Decoder, valid func(*Kept) bool) {
	l.list = d.Strings()
	if d.Err() == nil && !slices.IsSortedFunc(l.list, strings.Compare) {
		d.Fail("cases out of order")
	}
	for _, s := range l.list {
		var k Kept
		x := stats.NewDecoder([]byte(s))
		k.decode(x)
		if err := x.Finish(); err != nil {
			d.Fail("bad case: %v", err)
			return
		}
		if !valid(&k) {
			d.Fail("bad case")
			return
		}
	}
}

// All returns the cases in their order.
func (l *List) All() []Kept {
	slices.Sort(l.list)
	out := make([]Kept, len(l.list))
	for i, s := range l.list {
		d := stats.NewDecoder([]byte(s))
		out[i].decode(d)
		if err := d.Finish(); err != nil {
			panic("cases: " + err.Error())
		}
	}
	return out
}

func (k *Kept) encode(e *stats.Encoder) {
	c := &k.Case
	for _, s := range texts(c) {
		e.String(*s)
	}
	e.Varint(c.At)
	e.Varint(c.Amount)
	e.Varint(c.Days)
	e.Byte(byte(c.Substance))
	e.Byte(byte(c.Disclosure))
	e.Byte(byte(c.Grade))
	e.Strings(c.Rules)
	e.Count(len(c.Causes))
	for _, x := range c.Causes {
		e.String(x.Code)
		e.Byte(byte(x.Grade))
		e.Varint(x.Share)
	}
	e.Count(len(c.Evidence))
	for _, x := range c.Evidence {
		e.String(x.Name)
		e.String(x.Value)
	}
	e.Count(len(c.Events))
	for _, x := range c.Events {
		e.Varint(x.At)
		e.String(x.What)
		e.String(x.Key)
		e.String(x.Note)
	}
	e.Count(len(k.Notes))
	for _, n := range k.Notes {
		e.Varint(n)
	}
}

func (k *Kept) decode(d *stats.Decoder) {
	c := &k.Case
	for _, s := range texts(c) {
		*s = d.String()
	}
	c.At, c.Amount, c.Days = d.Varint(), d.Varint(), d.Varint()
	c.Substance, c.Disclosure, c.Grade = audit.Substance(d.Byte()), audit.Disclosure(d.Byte()), audit.Grade(d.Byte())
	if int(c.Substance) >= len(audit.SubstanceNames()) || int(c.Disclosure) >= len(audit.DisclosureNames()) || int(c.Grade) > len(audit.GradeNames()) {
		d.Fail("bad verdict")
	}
	c.Rules = d.Strings()
	for n := d.Count(3); n > 0 && d.Err() == nil; n-- {
		c.Causes = append(c.Causes, audit.Supported{Code: d.String(), Grade: audit.Grade(d.Byte()), Share: d.Varint()})
	}
	for n := d.Count(2); n > 0 && d.Err() == nil; n-- {
		c.Evidence = append(c.Evidence, audit.Item{Name: d.String(), Value: d.String()})
	}
	for n := d.Count(4); n > 0 && d.Err() == nil; n-- {
		c.Events = append(c.Events, audit.Event{At: d.Varint(), What: d.String(), Key: d.String(), Note: d.String()})
	}
	for n := d.Count(1); n > 0 && d.Err() == nil; n-- {
		k.Notes = append(k.Notes, d.Varint())
	}
}

// texts lists the fields of a case that are text.
func texts(c *audit.Case) [9]*string {
	return [...]*string{&c.Table, &c.Key, &c.Customer, &c.Account, &c.Product, &c.PolicyVersion, &c.ModelVersion, &c.Cause, &c.Remedy}
}
