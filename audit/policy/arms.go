package policy

import (
	"maps"
	"slices"

	"evenhand/audit/policy/expr"
	"evenhand/features"
)

// armTable finds the variant of each row: by its policy and, where the policy
// has experiments, by the row's experiment and arm. Text is looked up once per
// distinct pair of codes, not per row.
type armTable struct {
	pairs      [][2]string // distinct (experiment, arm) of the registry, sorted
	of         []int32     // variant by policy*(len(pairs)+1) + pair+1
	armed      []bool      // by policy: some pair has a variant of its own
	idColumn   int         // or -1
	armColumn  int
	ids, names *features.Dict
	sizes      [2]int
	pair       []int32 // by (id code+1)*stride + arm code+1; -1: none
	stride     int
}

func newArmTable(r *Registry, resolve func(string) (expr.Column, bool)) armTable {
	t := armTable{idColumn: -1, armColumn: -1, armed: make([]bool, len(r.Policies))}
	seen := map[[2]string]bool{}
	for i := range r.Policies {
		for e, x := range r.Policies[i].Arms {
			for a := range x.Arms {
				seen[[2]string{e, a}] = true
			}
		}
	}
	if len(seen) > 0 {
		id, ok1 := resolve(experiment)
		arm, ok2 := resolve(experimentArm)
		if ok1 && ok2 && id.Kind == features.Text && arm.Kind == features.Text {
			t.idColumn, t.armColumn = id.Index, arm.Index
			t.pairs = slices.SortedFunc(maps.Keys(seen), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
		}
	}
	t.of = make([]int32, len(r.Policies)*(len(t.pairs)+1))
	for i := range t.of {
		t.of[i] = -1
	}
	return t
}

// arm returns what a policy says of a pair; of none for -1.
func (t *armTable) arm(p *Policy, pair int) (Arm, bool) {
	if pair < 0 {
		return Arm{}, true
	}
	a, ok := p.Arms[t.pairs[pair][0]].Arms[t.pairs[pair][1]]
	return a, ok
}

func (t *armTable) set(policy, pair, variant int) {
	n := len(t.pairs) + 1
	t.of[policy*n+pair+1] = int32(variant)
	if pair >= 0 {
		t.armed[policy] = true
	}
}

// at is the variant of a policy and pair: the policy's own when it says nothing
// of the pair.
func (t *armTable) at(policy int16, pair int32) int32 {
	n := len(t.pairs) + 1
	if v := t.of[int(policy)*n+int(pair)+1]; v >= 0 {
		return v
	}
	return t.of[int(policy)*n]
}

// variants sets the variant of each row, -1 where it has no policy.
func (t *armTable) variants(b *features.Batch, policies []int16, out []int32) {
	var ids, arms []int32
	if t.idColumn >= 0 {
		t.tabulate(&b.Cols[t.idColumn], &b.Cols[t.armColumn])
		ids, arms = b.Cols[t.idColumn].Codes, b.Cols[t.armColumn].Codes
	}
	for i := range out {
		p := policies[i]
		switch {
		case p < 0:
			out[i] = -1
		case ids != nil && t.armed[p]:
			out[i] = t.at(p, t.pair[int(ids[i]+1)*t.stride+int(arms[i]+1)])
		default:
			out[i] = t.at(p, -1)
		}
	}
}

// tabulate brings pair up to date with the dictionaries, which only grow.
func (t *armTable) tabulate(id, arm *features.Vector) {
	sizes := [2]int{id.Dict.Len(), arm.Dict.Len()}
	if t.pair != nil && t.ids == id.Dict && t.names == arm.Dict && t.sizes == sizes {
		return
	}
	t.ids, t.names, t.sizes, t.stride = id.Dict, arm.Dict, sizes, sizes[1]+1
	t.pair = grow(t.pair, (sizes[0]+1)*t.stride)
	for i := range t.pair {
		t.pair[i] = -1
	}
	for k, x := range t.pairs {
		for e := range sizes[0] {
			if id.Dict.Value(int32(e)) != x[0] {
				continue
			}
			for a := range sizes[1] {
				if arm.Dict.Value(int32(a)) == x[1] {
					t.pair[(e+1)*t.stride+a+1] = int32(k)
				}
			}
		}
	}
}
