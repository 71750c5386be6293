package ingest

import (
	"evenhand/audit/checks/internal/rows"
	"evenhand/audit/stats"
)

const stateTag = 'i'

// MarshalBinary implements audit.State.
func (s *state) MarshalBinary() ([]byte, error) {
	e := stats.NewEncoder(nil)
	e.Byte(stateTag)
	for _, t := range s.tables {
		e.Varint(t.rows)
		if t.keys != nil {
			t.keys.encode(e)
		}
		for _, g := range t.rowGates() {
			t.faults[g].Encode(e, encodeFault)
		}
		if t.smell != nil {
			t.smell.encode(e)
		}
		if t.money != nil {
			t.money.encode(e)
		}
		for _, l := range t.links {
			l.encode(e)
		}
	}
	return e.Data(), nil
}

// UnmarshalBinary implements audit.State. s must be new, of the same plan and
// export.
func (s *state) UnmarshalBinary(b []byte) error {
	d := stats.NewDecoder(b)
	d.Tag(stateTag)
	for _, t := range s.tables {
		t.rows = d.Varint()
		if t.keys != nil {
			t.keys.decode(d)
		}
		for _, g := range t.rowGates() {
			t.faults[g] = rows.NewSample(t.set.Cases, compareFaults)
			t.faults[g].Decode(d, decodeFault)
		}
		if t.smell != nil {
			t.smell.decode(d)
		}
		if t.money != nil {
			t.money.decode(d)
		}
		for _, l := range t.links {
			l.decode(d)
		}
	}
	return d.Finish()
}

func encodeFault(e *stats.Encoder, f fault) {
	e.Strings([]string{f.key, f.customer, f.column})
	e.Varint(f.at)
	e.Varint(f.value)
	e.Varint(f.limit)
}

func decodeFault(d *stats.Decoder) fault {
	t := d.Strings()
	f := fault{at: d.Varint(), value: d.Varint(), limit: d.Varint()}
	if len(t) != 3 {
		d.Fail("%d texts of a fault instead of 3", len(t))
		return f
	}
	f.key, f.customer, f.column = t[0], t[1], t[2]
	return f
}
