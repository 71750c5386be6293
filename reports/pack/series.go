package pack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"evenhand/reports"
	"evenhand/reports/publish"
)

// A series is a directory of packs that are one chain: each is called by its
// number and the beginning of its result's digest.
var packName = regexp.MustCompile(`^([0-9]{6})-[0-9a-f]{12}$`)

func nameOf(s *Statement) string {
	return fmt.Sprintf("%06d-%s", s.Predicate.Sequence, short(s.Predicate.ResultDigest))
}

// seriesOf returns the names of the packs among the entries of dir, sorted: the
// directories that are called like one or hold a tag file of one. others are
// the further entries.
func seriesOf(dir string, entries []fs.DirEntry) (packs, others []string) {
	for _, e := range entries {
		is := packName.MatchString(e.Name())
		for _, tag := range required {
			if is || !e.IsDir() {
				break
			}
			_, err := os.Lstat(filepath.Join(dir, e.Name(), tag))
			is = err == nil && !temporary.MatchString(e.Name())
		}
		if is {
			packs = append(packs, e.Name())
		} else {
			others = append(others, e.Name())
		}
	}
	slices.Sort(packs)
	return packs, others
}

// temporary is what a run that publishes calls its directory, until it is whole.
var (
	temporary = regexp.MustCompile(`\.(tmp|old)-[0-9]+$`)
	half      = regexp.MustCompile(`^[0-9]{6}-[0-9a-f]{12}\.tmp-[0-9]+$`)
)

// append publishes the pack below the series dir, after the last one there.
// Two runs can't append at once: one would fork the chain.
func (b *build) append(ctx context.Context, dir string) (*Made, error) {
	if b.options.Previous != "" {
		return nil, fmt.Errorf("%w: the pack before is found in %s; leave it out, or name a directory without a slash at its end", ErrOptions, dir)
	}
	if err := makeDir(dir); err != nil {
		return nil, fmt.Errorf("%s: cannot be made: %w", dir, err)
	}
	turn, err := publish.Reserve(filepath.Join(dir, "next"), BagFile) // a place that is never made: its lock is the series'
	if err != nil {
		return nil, err
	}
	defer turn.Release()
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: is no directory of packs: %w", dir, err)
	}
	for _, e := range entries {
		if slices.Contains(required, e.Name()) || e.Name() == reports.ManifestFile {
			return nil, fmt.Errorf("%s/: is a report or a pack, no directory of packs, and %w", dir, ErrExists)
		}
	}
	names, others := seriesOf(dir, entries)
	sweep(dir, others)
	if len(names) == 0 {
		if err := b.sign(nil); err != nil {
			return nil, err
		}
		return b.publish(ctx, filepath.Join(dir, nameOf(b.placed())))
	}
	last, err := open(filepath.Join(dir, names[len(names)-1]))
	if err != nil {
		return nil, err
	}
	if want := nameOf(last.statement); filepath.Base(last.dir) != want {
		return nil, fmt.Errorf("%s: the pack %w: by its statement it would be called %s", last.dir, ErrDamaged, want)
	}
	// The same report again is the same pack again.
	if err := b.sign(last.statement.Predicate.Previous); err != nil {
		return nil, err
	}
	if b.sequence == last.statement.Predicate.Sequence && digestOf(b.envelope) == last.envelope() {
		return b.publish(ctx, last.dir)
	}
	if err := b.after(last); err != nil {
		return nil, err
	}
	return b.publish(ctx, filepath.Join(dir, nameOf(b.placed())))
}

// sweep removes what killed runs left in a series; none is alive while this one
// has the turn.
func sweep(dir string, others []string) {
	for _, name := range others {
		switch place, locked := strings.CutSuffix(name, ".lock"); {
		case half.MatchString(name):
			os.RemoveAll(filepath.Join(dir, name))
		case locked && packName.MatchString(place):
			if p, err := publish.Reserve(filepath.Join(dir, place), EnvelopeFile); err == nil {
				p.Release() // and its file goes
			}
		}
	}
}

// makeDir makes a directory that stays, unless it is there.
func makeDir(dir string) error {
	err := os.Mkdir(dir, 0o755)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	parent, err := os.Open(filepath.Dir(dir))
	if err != nil {
		return err
	}
	defer parent.Close()
	if err := parent.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.EINVAL) {
		return err
	}
	return nil
}

// placed is the statement with its place in the chain.
func (b *build) placed() *Statement {
	s := *b.subject
	s.Predicate.Sequence = b.sequence
	return &s
}

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
		l.Text = fmt.Sprintf("pack %s without a gap; the last envelope is %s", spanOf(1, len(chain)), last.envelope())
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
