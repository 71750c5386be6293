package dossier

import (
	"bytes"
	"encoding/gob"

	"evenhand/audit"
	"evenhand/features"
)

// Collector returns a check that opens the dossier of the only customer in the
// sources it is run on, about the id that m says the meaning of, and hands it
// to done; nil when no row is left of the customer.
func Collector(id string, m *Match, done func(*Dossier)) *audit.Check {
	return &audit.Check{
		Name: "explain", Title: audit.T("explain", "说明"), Doc: "explain\n\nopens a dossier", DocZh: "说明\n\n打开卷宗", Chapter: "ingest",
		Needs: audit.Needs{Replay: true, Tables: everything()},
		New: func(env *audit.Env) (audit.State, error) {
			b, err := newBuilder(env, id, m)
			return &collector{builder: b, done: done}, err
		},
		Conclude: func(*audit.Env, []audit.Case, []audit.Metric) []audit.Finding { return nil },
	}
}

// everything are all tables of timelines, with every column of the contract
// and every feature.
func everything() []audit.TableNeed {
	var out []audit.TableNeed
	for _, name := range []string{"decisions", "repayments", "payments", "limits"} {
		t := features.TableNamed(name)
		n := audit.TableNeed{Table: name, IfPresent: true, Timeline: true, Features: t.Features}
		for _, c := range t.Columns {
			if c.Required {
				n.Required = append(n.Required, c.Name)
			} else {
				n.Optional = append(n.Optional, audit.Want{Column: c.Name})
			}
		}
		out = append(out, n)
	}
	return out
}

type collector struct {
	builder *builder
	done    func(*Dossier)
	dossier *Dossier
}

func (c *collector) Customer(t *audit.Timeline) { c.dossier = c.builder.build(t) }

func (c *collector) Merge(o audit.State) {
	if d := o.(*collector).dossier; d != nil {
		c.dossier = d
	}
}

func (c *collector) Finish(r *audit.Result) {
	c.done(c.dossier)
	cov := audit.Coverage{Check: "explain"}
	if c.dossier != nil {
		cov.RowsIn, cov.Judged = 1, 1
	}
	r.Coverage = append(r.Coverage, cov)
}

// MarshalBinary encodes the dossier, which may hold NaN.
func (c *collector) MarshalBinary() ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(&opened{c.dossier})
	return b.Bytes(), err
}

// UnmarshalBinary undoes MarshalBinary.
func (c *collector) UnmarshalBinary(data []byte) error {
	var o opened
	err := gob.NewDecoder(bytes.NewReader(data)).Decode(&o)
	c.dossier = o.Dossier
	return err
}

// opened is what a collector has: nil when it saw no row.
type opened struct{ Dossier *Dossier }
