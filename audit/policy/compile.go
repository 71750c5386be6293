package policy

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit/policy/expr"
	"evenhand/features"
)

// Program is a registry compiled for the batches of one table. It belongs to
// one worker.
type Program struct {
	r        *Registry
	table    string
	variants []*variant
	resolve  func(string) (expr.Column, bool)
	extras   []*extra // of each variant: promises, conditions and the like

	arms    armTable
	scratch scratch
}

// variant is one policy as it holds for the rows of one arm of an experiment,
// or for those of none.
type variant struct {
	policy  int16
	rules   []rule
	limit   *limit
	ladder  *ladder
	columns []int // that it reads, ascending
}

// compiler compiles the expressions of one variant.
type compiler struct {
	r       *Registry
	index   int // of the policy
	env     *expr.Env
	lookup  func(name string) (expr.Column, bool)
	columns map[int]bool
	errs    []error
}

// Compile returns the program for the batches of a table, "decisions" or
// "limits". The error names each expression that does not fit the table.
func (r *Registry) Compile(table string, resolve func(name string) (expr.Column, bool)) (*Program, error) {
	p := &Program{r: r, table: table, resolve: resolve, arms: newArmTable(r, resolve)}
	p.scratch.verdicts.hair.column = -1
	if x, ok := resolve(string(score)); ok && x.Kind == features.Float {
		p.scratch.verdicts.hair.column = x.Index
	}
	var errs []error
	for i := range r.Policies {
		for arm := -1; arm < len(p.arms.pairs); arm++ {
			x, known := p.arms.arm(&r.Policies[i], arm)
			if arm >= 0 && (!known || len(x.Values) == 0 && x.Limit == "" && (x.Drawable == "" || table == decisions)) {
				continue // the policy itself holds
			}
			c := newCompiler(r, i, table, x.Values, resolve)
			v := c.variant(table, x, arm >= 0)
			p.arms.set(i, arm, len(p.variants))
			p.variants = append(p.variants, v)
			if table == limits {
				p.extras = append(p.extras, c.extras(x, arm))
			}
			errs = append(errs, c.errs...)
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return p, nil
}

func newCompiler(r *Registry, index int, table string, own map[string]Expr, resolve func(string) (expr.Column, bool)) *compiler {
	c := &compiler{r: r, index: index, columns: map[int]bool{}}
	values := map[string]string{}
	if table == limits {
		values[typeColumn] = "'limit_increase'"
		if _, ok := resolve(momentColumn); ok {
			values[decidedColumn] = momentColumn
		}
		for _, x := range features.TableNamed(decisions).Columns {
			if _, both := features.TableNamed(limits).Column(x.Name); both || values[x.Name] != "" {
				continue
			}
			// What only decisions have is missing, whatever the plan makes of it.
			if have, ok := resolve(x.Name); !ok || numeric(have.Kind) != numeric(x.Kind) {
				values[x.Name] = missingOf(x.Kind)
			}
		}
	}
	for k, x := range under(r.Policies[index].Values, own) {
		values[k] = string(x)
	}
	c.lookup = func(name string) (expr.Column, bool) {
		x, ok := resolve(name)
		if ok && x.Index >= 0 {
			c.columns[x.Index] = true
		}
		return x, ok
	}
	c.env = &expr.Env{Resolve: c.lookup, Values: values}
	return c
}

// missingOf is an expression for a missing value of a kind.
func missingOf(k features.Kind) string {
	switch k {
	case features.Text, features.Opaque, features.TextList:
		return "(false ? '' : null)"
	case features.Instant, features.Date:
		return "(false ? timestamp('2020-01-01T00:00:00Z') : null)"
	case features.Bool:
		return "(false ? true : null)"
	default:
		return "(false ? 1.0 : null)"
	}
}

func numeric(k features.Kind) bool {
	return k == features.Int || k == features.Float || k == features.Money
}

func (c *compiler) fail(path, format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("policies.%d.%s: "+format, append([]any{c.index + 1, path}, args...)...))
}

// compile returns a compiled expression, nil for none and for a faulty one.
func (c *compiler) compile(path string, x Expr) *expr.Expr {
	if x == "" {
		return nil
	}
	e, err := expr.Compile(string(x), c.env)
	if err != nil {
		c.fail(path, "%w", err)
		return nil
	}
	return e
}

// truth compiles a condition.
func (c *compiler) truth(path string, x Expr) *expr.Expr {
	e := c.compile(path, x)
	if e != nil && !e.IsBool() && !e.IsNumber() && e.Kernel() {
		c.fail(path, "this is no condition; write one that is true or false, e.g. open_loans >= 9")
	}
	return e
}

// quantity is a number of a policy: a constant, or an expression that is
// evaluated batch by batch.
type quantity struct {
	set      bool
	constant float64
	x        *expr.Expr
	v        []float64
}

// number compiles a number.
func (c *compiler) number(path string, x Expr) quantity {
	if x == "" {
		return quantity{constant: math.NaN()}
	}
	if _, ok := decimal(x); ok {
		f, _ := strconv.ParseFloat(strings.TrimSpace(string(x)), 64)
		return quantity{set: true, constant: f}
	}
	e := c.compile(path, x)
	if e != nil && !e.IsNumber() && !e.IsBool() && e.Kernel() {
		c.fail(path, "this is no number; write one, or an expression that gives one")
	}
	return quantity{set: true, x: e}
}

func (c *compiler) numbers(path string, xs []Expr) []quantity {
	var out []quantity
	for i, x := range xs {
		out = append(out, c.number(fmt.Sprintf("%s.%d", path, i+1), x))
	}
	return out
}

func (q *quantity) load(b *features.Batch) {
	if q.x != nil {
		q.v = q.x.Numbers(b)
	}
}

// copy sets out to the numbers of its rows.
func (q *quantity) copy(out []float64) {
	if q.x != nil {
		copy(out, q.v)
		return
	}
	for i := range out {
		out[i] = q.constant
	}
}

// at is the number for row i; NaN when it is missing, or not given.
func (q *quantity) at(i int) float64 {
	if q.x == nil {
		return q.constant
	}
	return q.v[i]
}

// variant compiles what decides over the rows of a table.
func (c *compiler) variant(table string, x Arm, armed bool) *variant {
	p := &c.r.Policies[c.index]
	v := &variant{policy: int16(c.index)}
	if table == decisions {
		c.rules(v, p)
	}
	if p.Limit != nil || armed && x.Limit != "" || table == limits {
		v.limit = c.limit(table, p, x, armed)
	}
	if table == limits && p.Ladder != nil {
		v.ladder = c.ladder(p.Ladder)
	}
	v.columns = slices.Sorted(maps.Keys(c.columns))
	return v
}
