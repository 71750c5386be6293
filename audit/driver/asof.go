package driver

import (
	"maps"
	"slices"
	"sort"
	"strings"

	"evenhand/audit"
	"evenhand/features"
)

// An evaluation of a limit is replayed on the features of its own row; those
// that the export of limits lacks are borrowed from the customer's snapshots in
// table features: from the latest as of the evaluation.

const availableAt = "__available_at"

// wantSnapshots decides which features limits borrow, and adds what that takes
// to the tables' wants: what policies read of limits, and the inputs of the
// models when limits can be scored that way.
func (r *run) wantSnapshots(want map[string]*wanted, sources map[string]features.Source) error {
	w, src := want["limits"], sources["features"]
	if w == nil || src == nil || !w.replay && w.timeline == nil {
		return nil
	}
	own, theirs := sources["limits"].Fields(), src.Fields()
	lacks := func(feature string) bool { return !r.hasFeature("limits", feature, own) }
	lent := func(feature string) bool { return r.hasFeature("features", feature, theirs) }

	kinds, err := r.inputs(true)
	if err != nil {
		return err
	}
	for feature := range kinds {
		if lacks(feature) && !lent(feature) { // then no row can be scored
			kinds = map[string]features.Kind{}
			break
		}
	}
	maps.DeleteFunc(kinds, func(feature string, _ features.Kind) bool { return !lacks(feature) })
	named, _ := r.policyNames("limits", w)
	named = slices.DeleteFunc(named, func(feature string) bool { return !lacks(feature) || !lent(feature) })
	if len(kinds)+len(named) == 0 {
		return nil
	}
	reading, err := r.plan.Specs("features", theirs, audit.Wanted{Inputs: kinds, Names: named})
	if err != nil {
		return mismatch(src, err)
	}
	r.borrowed = map[string]features.Kind{}
	from := &wanted{columns: keyColumns("features"), rows: true, timeline: keyColumns("features"), names: map[string]bool{}}
	for _, s := range reading.Specs {
		feature := strings.TrimPrefix(s.Name, audit.FeatureColumn(""))
		r.borrowed[feature], from.names[feature] = s.Kind, true
	}
	if want["features"] == nil {
		want["features"] = &wanted{columns: map[string]bool{}}
	}
	want["features"].add(from)
	to := keyColumns("limits")
	to["kind"] = true
	w.add(&wanted{columns: to, timeline: to, scored: len(kinds) > 0})
	return nil
}

// snapshotKinds returns the features to read of a table beyond those that its
// own replay reads, with their kinds where a model wants one, else by name:
// limits get room for what they borrow, and table features lends it. Checks
// that want snapshots get every feature that a model or a policy reads, where
// the export has it.
func (r *run) snapshotKinds(name string, fields []features.Field, inputs map[string]features.Kind, w *wanted) (map[string]features.Kind, []string, error) {
	kinds := maps.Clone(inputs)
	if kinds == nil {
		kinds = map[string]features.Kind{}
	}
	if name == "limits" {
		maps.Copy(kinds, r.borrowed)
	}
	if name != "features" {
		return kinds, nil, nil
	}
	maps.Copy(kinds, r.borrowed)
	if !w.snapshots {
		return kinds, slices.Sorted(maps.Keys(w.names)), nil
	}
	models, err := r.inputs(true)
	if err != nil {
		return nil, nil, err
	}
	for feature, kind := range models {
		if _, ok := kinds[feature]; !ok && r.hasFeature(name, feature, fields) {
			kinds[feature] = kind
		}
	}
	var names []string
	if r.policies != nil {
		for _, n := range slices.Concat(r.policies.Names("decisions"), r.policies.Names("limits")) {
			if r.hasFeature(name, n, fields) {
				names = append(names, n)
			}
		}
	}
	return kinds, names, nil
}

// borrow fills a column of limits from one of table features.
type borrow struct {
	to, from int
	known    int // column of table features that says when the feature was known, or -1
}

// resolveBorrows finds the columns, once both tables are bound.
func (r *run) resolveBorrows() {
	limits, lender := r.table("limits"), r.table("features")
	if len(r.borrowed) == 0 || limits == nil || lender == nil {
		return
	}
	models := map[string]bool{}
	for _, m := range r.models {
		for _, in := range m.Model.Inputs() {
			models[m.Spec.Feature(in.Name)] = true
		}
	}
	for _, feature := range slices.Sorted(maps.Keys(r.borrowed)) {
		c := audit.FeatureColumn(feature)
		b := borrow{limits.layout.Index(c), lender.layout.Index(c), lender.layout.Index(c + availableAt)}
		if b.to >= 0 && b.from >= 0 {
			limits.borrows = append(limits.borrows, b)
			limits.lateScores = limits.lateScores || limits.rescore && models[feature]
		}
	}
}

// table returns the table called name, nil when nobody reads it.
func (r *run) table(name string) *table {
	for _, t := range r.tables {
		if t.name == name {
			return t
		}
	}
	return nil
}

// borrower fills the columns of limits for one worker.
type borrower struct {
	columns        []borrow
	kind, at, asOf int
	evaluate       int32           // code of evaluate in dict
	dict           *features.Dict  // of the column kind
	translated     map[int][]int32 // codes of the lender's texts, by column of limits
	lenders        map[int]*features.Dict
}

func newBorrower(r *run) *borrower {
	limits, lender := r.table("limits"), r.table("features")
	if limits == nil || len(limits.borrows) == 0 {
		return nil
	}
	return &borrower{
		columns: limits.borrows, kind: limits.layout.Index("kind"), at: limits.layout.Index("at"), asOf: lender.layout.Index("as_of"),
		translated: map[int][]int32{}, lenders: map[int]*features.Dict{},
	}
}

// fill fills the customer's evaluations.
func (w *borrower) fill(tl *audit.Timeline) {
	limits, lender := tl.Limits.Batch, tl.Features.Batch
	if tl.Limits.Len() == 0 {
		return
	}
	kinds, ats := &limits.Cols[w.kind], &limits.Cols[w.at]
	if kinds.Dict != w.dict {
		w.dict, w.evaluate = kinds.Dict, kinds.Dict.CodeOf("evaluate")
	}
	for _, c := range w.columns {
		limits.Cols[c.to].Present = true
	}
	if tl.Features.Len() == 0 {
		return
	}
	asOf := &lender.Cols[w.asOf]
	for i := tl.Limits.Lo; i < tl.Limits.Hi; i++ {
		if kinds.Codes[i] != w.evaluate || ats.IsNull(i) {
			continue
		}
		at := ats.Ints[i]
		// Snapshots are in the order of as_of, those without one first.
		n := sort.Search(tl.Features.Len(), func(k int) bool {
			k += tl.Features.Lo
			return !asOf.IsNull(k) && asOf.Ints[k] > at
		})
		for _, c := range w.columns {
			for k := tl.Features.Lo + n - 1; k >= tl.Features.Lo && !asOf.IsNull(k); k-- {
				if c.known >= 0 && !lender.Cols[c.known].IsNull(k) && lender.Cols[c.known].Ints[k] > at {
					continue // the snapshot was not known yet
				}
				w.copy(&limits.Cols[c.to], i, &lender.Cols[c.from], k, c.to)
				break
			}
		}
	}
}

// copy copies row k of a feature to row i of another table.
func (w *borrower) copy(to *features.Vector, i int, from *features.Vector, k, column int) {
	if to.Kind != features.Text {
		to.Floats[i] = from.Floats[k]
		return
	}
	if from.Codes[k] == features.Null {
		to.Codes[i] = features.Null
		return
	}
	if w.lenders[column] != from.Dict {
		w.lenders[column], w.translated[column] = from.Dict, nil
	}
	codes := w.translated[column]
	for len(codes) < from.Dict.Len() {
		codes = append(codes, to.Dict.CodeOf(from.Dict.Value(int32(len(codes)))))
	}
	w.translated[column] = codes
	to.Codes[i] = codes[from.Codes[k]]
}
