package pack

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
