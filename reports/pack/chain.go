package pack

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
)

// verifySeries verifies each pack of a series, and then the chain.
func verifySeries(dir string, names []string, trust Trust) (*Outcome, error) {
	o := &Outcome{Dir: dir, Kind: "series", signed: byTrusted}
	var chain []*opened
	for _, name := range names {
		p, part, err := inspect(filepath.Join(dir, name), Trust{Keys: trust.Keys, Authorities: trust.Authorities})
		if err != nil {
			return nil, err
		}
		o.Packs, o.signed = append(o.Packs, part), min(o.signed, part.signed)
		if p.statement != nil {
			chain = append(chain, p)
		}
	}
	l := Line{About: "chain", Wrong: links(chain, len(trust.Keys) > 0)}
	if len(chain) > 0 {
		last := chain[len(chain)-1] // links has sorted them
		l.Text = fmt.Sprintf("%s; the last envelope is %s", whole(len(chain)), last.envelope())
		switch {
		case trust.Last == "":
			l.Note = "packs cut off at the end leave no trace here; keep that digest elsewhere, and give it with -last"
		case trust.Last != last.envelope():
			l.Wrong = append(l.Wrong, fmt.Sprintf("%s: is not the last pack you know: its envelope is %s, not %s", filepath.Base(last.dir), last.envelope(), trust.Last))
		}
	}
	o.Lines = append(o.Lines, l)
	return o, nil
}

// links sorts the packs by number and says where the chain is broken. Without
// trusted keys all are to be signed by one.
func links(chain []*opened, trusted bool) (wrong []string) {
	number := func(p *opened) int { return p.statement.Predicate.Sequence }
	name := func(p *opened) string { return filepath.Base(p.dir) }
	slices.SortStableFunc(chain, func(a, b *opened) int { return cmp.Compare(number(a), number(b)) })
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	want := 1
	for i, p := range chain {
		n := number(p)
		if m := packName.FindStringSubmatch(name(p)); m != nil && name(p) != nameOf(p.statement) {
			say("%s: is called by another number or result than its statement has: it would be %s", name(p), nameOf(p.statement))
		}
		switch {
		case i > 0 && n == number(chain[i-1]):
			say("%s: is pack %d, as %s is: the chain forks", name(p), n, name(chain[i-1]))
			continue
		case n > want:
			say("%s: comes after pack %s, which is missing", name(p), spanOf(want, n-1))
		case i > 0:
			before := chain[i-1]
			if said := p.statement.Predicate.Previous.Envelope; said != before.envelope() {
				say("%s: names envelope %s as that of pack %d; %s has %s", name(p), short(said), n-1, name(before), short(before.envelope()))
			}
			if p.keyID != before.keyID && (!trusted || p.keyID == "") {
				say("%s: is signed by key %s, the pack before by key %s; give both with -key if the key was changed", name(p), keyName(p.keyID), keyName(before.keyID))
			}
		}
		want = n + 1
	}
	return wrong
}

func keyName(id string) string { return cmp.Or(short(id), "none") }

func spanOf(from, to int) string {
	if from == to {
		return strconv.Itoa(from)
	}
	return fmt.Sprintf("%d to %d", from, to)
}

func whole(n int) string {
	if n == 1 {
		return "one pack, the first"
	}
	return fmt.Sprintf("packs 1 to %d without a gap", n)
}
