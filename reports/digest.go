package reports

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"math"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"evenhand/audit"
	"evenhand/features"
)

// canon writes values in a canonical form: every one prefixed by its length,
// so that no two different sequences of values give the same bytes.
type canon struct {
	h   hash.Hash
	buf []byte
}

func newCanon() *canon { return &canon{h: sha256.New()} }

func (c *canon) sum() string {
	c.flush()
	return hex.EncodeToString(c.h.Sum(nil))
}

func (c *canon) flush() {
	c.h.Write(c.buf)
	c.buf = c.buf[:0]
}

func (c *canon) str(ss ...string) {
	for _, s := range ss {
		c.buf = binary.LittleEndian.AppendUint64(c.buf, uint64(len(s)))
		c.buf = append(c.buf, s...)
	}
	if len(c.buf) > 1<<16 {
		c.flush()
	}
}

func (c *canon) list(ss []string) {
	c.num(int64(len(ss)))
	c.str(ss...)
}

func (c *canon) num(ns ...int64) {
	for _, n := range ns {
		c.buf = binary.LittleEndian.AppendUint64(c.buf, uint64(n))
	}
}

func (c *canon) float(fs ...float64) {
	for _, f := range fs {
		switch {
		case math.IsNaN(f):
			f = math.NaN() // one NaN stands for all
		case f == 0:
			f = 0 // also for the negative zero
		}
		c.num(int64(math.Float64bits(f)))
	}
}

func (c *canon) text(ts ...audit.Text) {
	for _, t := range ts {
		c.str(t.En, t.Zh)
	}
}

func (c *canon) texts(ts []audit.Text) {
	c.num(int64(len(ts)))
	c.text(ts...)
}

func (c *canon) supported(causes []audit.Supported) {
	c.num(int64(len(causes)))
	for _, s := range causes {
		c.str(s.Code, s.Grade.String())
		c.num(s.Share)
	}
}

// resultDigest covers every field of the findings, cases, metrics and
// coverage of a sorted result, and nothing else: neither inputs nor tallies,
// which differ between dialects of the same export.
func resultDigest(r *audit.Result) string {
	c := newCanon()
	c.str("evenhand result 1")
	c.num(int64(len(r.Findings)))
	for i := range r.Findings {
		f := &r.Findings[i]
		c.str(f.ID, f.Check, f.Severity.String(), f.Substance.String(), f.Disclosure.String(), f.Grade.String(), f.Cause)
		c.text(f.Title, f.What, f.Remedy, f.Customer)
		c.num(f.Cases, f.Customers, f.Amount, f.Exposure, f.Owed, f.Harm, f.FirstSeen, f.LastSeen)
		c.supported(f.Causes)
		for _, l := range [][]string{f.Rules, f.Samples, f.Metrics} {
			c.list(l)
		}
		c.num(int64(len(f.Clauses)))
		for _, k := range f.Clauses {
			c.str(k.ID)
			c.text(k.Text)
		}
	}
	c.num(int64(len(r.Cases)))
	for i := range r.Cases {
		k := &r.Cases[i]
		c.str(k.Check, k.Table, k.Key, k.Customer, k.Account, k.Product, k.PolicyVersion, k.ModelVersion,
			k.Substance.String(), k.Disclosure.String(), k.Grade.String(), k.Cause, k.Remedy, k.Finding)
		c.num(k.At, k.Amount, k.Days)
		c.supported(k.Causes)
		c.list(k.Rules)
		c.num(int64(len(k.Evidence)))
		for _, e := range k.Evidence {
			c.str(e.Name, e.Value)
		}
		c.num(int64(len(k.Events)))
		for _, e := range k.Events {
			c.num(e.At)
			c.str(e.What, e.Key, e.Note)
		}
	}
	c.num(int64(len(r.Metrics)))
	for i := range r.Metrics {
		m := &r.Metrics[i]
		c.str(m.Check, m.Name, m.Period, m.Segment, m.Group, m.Reference, m.Interval, m.Test, m.EffectOf, m.Reach.String(), m.Status.String())
		c.float(m.Value, m.Low, m.High, m.Level, m.P, m.PAdjusted, m.Effect, m.Gap, m.Threshold)
		c.num(m.K, m.N, m.KRef, m.NRef, bit(m.Suppressed))
		c.texts(m.Warnings)
	}
	c.num(int64(len(r.Coverage)))
	for i := range r.Coverage {
		v := &r.Coverage[i]
		c.str(v.Check, v.Status)
		c.texts(v.Why)
		c.num(v.RowsIn, v.Judged, v.Cases, int64(len(v.Excluded)))
		for _, e := range v.Excluded {
			c.text(e.Guard)
			c.num(e.Rows)
		}
	}
	return c.sum()
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// dataDigest identifies the input bytes: tables, file names and contents.
func dataDigest(tables []TableInput) string {
	c := newCanon()
	c.str("evenhand data 1")
	for _, t := range tables {
		c.str(t.Name)
		c.num(int64(len(t.Files)))
		for _, f := range t.Files {
			c.str(f.Path, f.SHA256)
		}
	}
	return c.sum()
}

// publishedFiles returns the files sorted, under names that say nothing of the
// host. Relative names are relative to the plan already; absolute ones become
// relative to the plan's directory when they lie below it, and else to what all
// of them share. Queries and users of URLs are dropped:
// they may hold credentials.
func publishedFiles(dir string, files []features.File) []features.File {
	out := slices.Clone(files)
	outside := ""
	for i := range out {
		p := out[i].Path
		if scheme, rest, ok := strings.Cut(p, "://"); ok {
			rest, _, _ = strings.Cut(rest, "?")
			if at := strings.LastIndex(strings.SplitN(rest, "/", 2)[0], "@"); at >= 0 {
				rest = rest[at+1:]
			}
			out[i].Path = scheme + "://" + rest
			continue
		}
		if !filepath.IsAbs(p) { // relative to the plan already
			out[i].Path = filepath.ToSlash(p)
			continue
		}
		if rel, err := filepath.Rel(dir, p); err == nil && filepath.IsLocal(rel) {
			out[i].Path = filepath.ToSlash(rel)
			continue
		}
		p = path.Clean(filepath.ToSlash(p))
		out[i].Path = "\x00" + p
		if outside == "" {
			outside = path.Dir(p)
		}
		for outside != "." && outside != "/" && !strings.HasPrefix(p, outside+"/") {
			outside = path.Dir(outside)
		}
	}
	for i := range out {
		if p, ok := strings.CutPrefix(out[i].Path, "\x00"); ok {
			p = strings.TrimPrefix(strings.TrimPrefix(p, outside), "/")
			for strings.HasPrefix(p, "../") {
				p = p[3:]
			}
			out[i].Path = p
		}
	}
	slices.SortStableFunc(out, func(a, b features.File) int { return strings.Compare(a.Path, b.Path) })
	return out
}
