package expr

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"evenhand/features"
)

// The columns of random batches.
var randomColumns = map[string]Column{
	"f":         {Index: 0, Kind: features.Float},
	"g":         {Index: 1, Kind: features.Float},
	"i":         {Index: 2, Kind: features.Int},
	"m":         {Index: 3, Kind: features.Money, Scale: 100},
	"s":         {Index: 4, Kind: features.Text},
	"t":         {Index: 5, Kind: features.Text},
	"b":         {Index: 6, Kind: features.Bool},
	"at":        {Index: 7, Kind: features.Instant},
	"day":       {Index: 8, Kind: features.Date},
	"history.h": {Index: 9, Kind: features.Float},
	"score":     {Index: 1, Kind: features.Float, Score: true},
	"absent":    {Index: 10, Kind: features.Text},
}

func randomEnv() *Env {
	return &Env{
		Resolve: func(name string) (Column, bool) { c, ok := randomColumns[name]; return c, ok },
		Values:  map[string]string{"v": "f + 1", "w": "v > 2 || b"},
	}
}

var randomWords = []string{"", "a", "b", "ab", "cash", "line", "分期", "A"}

// randomBatch fills a batch; dictionaries are new ones when fresh.
func randomBatch(r *rand.Rand, last *features.Batch, rows int, plain bool) *features.Batch {
	b := &features.Batch{N: rows, Cols: make([]features.Vector, 11)}
	for _, c := range randomColumns {
		if c.Score {
			continue
		}
		v := &b.Cols[c.Index]
		v.Kind, v.Present = c.Kind, true
		nulls := r.IntN(3) > 0
		if nulls && c.Kind != features.Text && c.Kind != features.Float {
			v.Valid = make([]bool, rows)
		}
		if c.Kind == features.Text {
			v.Dict = features.NewDict()
			if last != nil && r.IntN(2) > 0 {
				v.Dict = last.Cols[c.Index].Dict
			}
		}
		for i := range rows {
			null := nulls && r.IntN(3) == 0
			if v.Valid != nil {
				v.Valid[i] = !null
			}
			switch c.Kind {
			case features.Text:
				code := features.Null
				if !null && c.Index != 10 {
					code = v.Dict.CodeOf(randomWords[r.IntN(len(randomWords))])
				}
				v.Codes = append(v.Codes, code)
			case features.Float:
				v.Floats = append(v.Floats, randomFloat(r, null, plain))
			case features.Instant:
				v.Ints = append(v.Ints, r.Int64N(40)*dayMicros/4+20000*dayMicros)
				if r.IntN(20) == 0 && !plain {
					v.Ints[i] = []int64{math.MinInt64, math.MinInt64 + 1, math.MaxInt64, firstTime, lastTime}[r.IntN(5)]
				}
			case features.Date:
				v.Ints = append(v.Ints, 20000+r.Int64N(10))
				if r.IntN(20) == 0 && !plain {
					v.Ints[i] = []int64{math.MinInt64, math.MaxInt64, -719163, 2932897, 2932896}[r.IntN(5)]
				}
			case features.Bool:
				v.Ints = append(v.Ints, r.Int64N(2))
			case features.Money:
				v.Ints = append(v.Ints, r.Int64N(1000)-100)
			default:
				v.Ints = append(v.Ints, r.Int64N(7)-2)
			}
		}
	}
	b.Cols[10].Present = false
	if r.IntN(3) > 0 {
		b.Scores = &features.Scores{}
		for range rows {
			b.Scores.Model = append(b.Scores.Model, int16(r.IntN(3)-1))
			b.Scores.Score = append(b.Scores.Score, randomFloat(r, r.IntN(5) == 0, plain))
		}
	}
	return b
}

func randomFloat(r *rand.Rand, null, plain bool) float64 {
	if null {
		return math.NaN()
	}
	if k := r.IntN(20); k < 6 && !plain {
		return []float64{math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 1e308, -1e308, 5e-324}[k]
	}
	return float64(r.IntN(9)-2) / float64(1+r.IntN(2))
}

// bySlow compares an expression's kernels with CEL's word on every row.
func bySlow(t *testing.T, src string, e *Expr, slow *Expr, b *features.Batch) {
	t.Helper()
	truths, want := slices.Clone(e.Truths(b)), slow.Truths(b)
	for i := range truths {
		if truths[i] != want[i] {
			t.Fatalf("%s: row %d: kernel %d, CEL %d: %s", src, i, truths[i], want[i], rowOf(b, i))
		}
	}
	numbers, exact := e.Numbers(b), slow.Numbers(b)
	for i := range numbers {
		if math.Float64bits(numbers[i]) != math.Float64bits(exact[i]) && (numbers[i] == numbers[i] || exact[i] == exact[i]) {
			t.Fatalf("%s: row %d: kernel %v, CEL %v: %s", src, i, numbers[i], exact[i], rowOf(b, i))
		}
	}
}

func rowOf(b *features.Batch, i int) string {
	var out []string
	for name, c := range randomColumns {
		out = append(out, fmt.Sprintf("%s=%v", name, cell(b, c, i)))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func slowOf(t *testing.T, src string, env *Env) *Expr {
	t.Helper()
	term, names, err := built(src, env)
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	s, err := newSlow(term)
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	return &Expr{kind: term.kind, names: names, slow: s}
}

func random(r *rand.Rand, w *writing) string {
	w.choose = r.IntN
	switch r.IntN(4) {
	case 0:
		return w.number(1 + r.IntN(3))
	default:
		return w.condition(1 + r.IntN(4))
	}
}

// TestKernelsAreCEL holds kernels to what CEL itself makes of the same terms.
func TestKernelsAreCEL(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	kernels := 0
	for range 1500 {
		src := random(r, &writing{slow: r.IntN(5) == 0})
		env := randomEnv()
		e, err := Compile(src, env)
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		if e.Kernel() {
			kernels++
		}
		if _, err := Parse(src); err != nil {
			t.Fatalf("%s compiles, but: %v", src, err)
		}
		slow := slowOf(t, src, env)
		var b *features.Batch
		for range 3 {
			b = randomBatch(r, b, 1+r.IntN(40), false)
			bySlow(t, src, e, slow, b)
		}
	}
	if kernels < 1000 {
		t.Errorf("only %d expressions had kernels", kernels)
	}
}

// TestSourceIsCEL holds kernels to what CEL makes of the source itself, for
// expressions that say nothing but what CEL's standard has.
func TestSourceIsCEL(t *testing.T) {
	options := []cel.EnvOption{}
	for name := range randomColumns {
		options = append(options, cel.Variable(name, cel.DynType))
	}
	celEnv, err := cel.NewEnv(options...)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 1500 {
		src := random(r, &writing{plain: true})
		e, err := Compile(src, randomEnv())
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		if !e.Kernel() {
			t.Fatalf("%s has no kernel", src)
		}
		tree, issues := celEnv.Parse(src)
		if issues.Err() != nil {
			t.Fatalf("%s: %v", src, issues.Err())
		}
		program, err := celEnv.Program(tree)
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		b := randomBatch(r, nil, 20, true)
		for i, got := range e.Truths(b) {
			vars := map[string]any{}
			for name, c := range randomColumns {
				vars[name] = cell(b, c, i)
			}
			v, _, err := program.Eval(vars)
			if err != nil {
				v = types.NewErr("unknown")
			}
			if want := truthValue(v); got != want {
				t.Fatalf("%s: row %d: kernel %d, CEL %v: %s", src, i, got, v, rowOf(b, i))
			}
		}
	}
}

func newRand() *rand.Rand { return rand.New(rand.NewPCG(9, 10)) }

func built(src string, env *Env) (*term, []string, error) {
	s, err := parse(src, "")
	if err != nil {
		return nil, nil, err
	}
	return build(s, env)
}
