package policy

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"evenhand/audit/policy/expr"
)

// validator collects what is wrong with a registry.
type validator struct {
	r        *Registry
	prefix   string
	index    int
	problems []Problem
	base     []int // the policy that each one is like, or -1
}

// at makes problems be those of policy i.
func (v *validator) at(i int) *validator {
	v.index, v.prefix = i, fmt.Sprintf("%d.", i+1)
	return v
}

func (v *validator) wrong(path, format string, args ...any) {
	v.problems = append(v.problems, Problem{v.prefix + path, fmt.Sprintf(format, args...)})
}

// sorted returns the problems in the order of the list of policies, leaving out
// those that a policy only has from the one that it is like.
func (v *validator) sorted() []Problem {
	split := func(p Problem) (int, string) {
		number, rest, _ := strings.Cut(p.Path, ".")
		n, _ := strconv.Atoi(number)
		return n - 1, rest + "\x00" + p.Text
	}
	seen := map[int]map[string]bool{}
	for _, p := range v.problems {
		i, what := split(p)
		if seen[i] == nil {
			seen[i] = map[string]bool{}
		}
		seen[i][what] = true
	}
	out := slices.DeleteFunc(v.problems, func(p Problem) bool {
		i, what := split(p)
		return v.base[i] >= 0 && seen[v.base[i]][what]
	})
	slices.SortStableFunc(out, func(a, b Problem) int {
		i, _ := split(a)
		j, _ := split(b)
		return cmp.Compare(i, j)
	})
	return out
}

// windows returns the times in force of a policy: at least one.
func (v *validator) windows(p *Policy) []window {
	out := []window{v.window("effective_from", p.From, "effective_to", p.To)}
	for i, w := range p.Again {
		path := fmt.Sprintf("again.%d.", i+1)
		if w.From == "" {
			v.wrong(path+"from", "from is missing; give the day from which the version was in force again")
		}
		out = append(out, v.window(path+"from", w.From, path+"to", w.To))
	}
	for i, w := range out {
		for _, x := range out[:i] {
			if max(w.from, x.from) < min(w.to, x.to) {
				v.wrong(fmt.Sprintf("again.%d.from", i), "the version is already in force then; start it when the time before has ended")
			}
		}
	}
	if p.Pipeline < 0 {
		v.wrong("pipeline_days", "%d days are less than none; leave it out", p.Pipeline)
	}
	return out
}

func (v *validator) window(fromPath, from, toPath, to string) window {
	w := window{math.MinInt64, math.MaxInt64}
	if from != "" {
		w.from = v.instant(fromPath, from, w.from)
	}
	if to != "" {
		w.to = v.instant(toPath, to, w.to)
	}
	if w.from >= w.to {
		v.wrong(toPath, "%s is not after %s; the end is exclusive: give the day after the last one", to, from)
	}
	return w
}

// instant reads a day (its first moment in the plan's zone) or an instant with
// its own offset, as the plan's other days are read.
func (v *validator) instant(path, s string, otherwise int64) int64 {
	t, err := time.ParseInLocation(time.DateOnly, s, v.r.zone)
	if err != nil {
		t, err = time.Parse(time.RFC3339Nano, strings.Replace(s, " ", "T", 1))
	}
	if err != nil || t.Year() < 1900 || t.Year() > 2100 {
		v.wrong(path, "%q is no date; write a date like 2026-06-30 or an instant like 2026-06-30T18:00:00+08:00", s)
		return otherwise
	}
	return t.UnixMicro()
}

// overlaps refuses versions that can't be told apart.
func (v *validator) overlaps() {
	ps := v.r.Policies
	for i := range ps {
		v.at(i)
		for j := range i {
			same := ps[i].Version == ps[j].Version && ps[i].Version != ""
			for _, product := range common(ps[i].Products, ps[j].Products) {
				if same {
					v.wrong("version", "version %q is listed twice%s; give them different names, or list the times of one under again:", ps[i].Version, product)
				}
			}
			if at, clash := v.r.clash(i, j); clash && !same && !ps[i].Beside && !ps[j].Beside {
				v.wrong("effective_from", "version %q is in force at the same time as %q%s; end one where the other begins, or say alongside: true if rows tell them apart by policy_version", ps[i].Version, ps[j].Version, v.since(at))
			}
		}
	}
}

// since words the start of an overlap.
func (v *validator) since(at int64) string {
	if at == math.MinInt64 {
		return ""
	}
	return " from " + time.UnixMicro(at).In(v.r.zone).Format(time.DateOnly)
}

// common words the products that two policies both name: one entry at most.
func common(a, b []string) []string {
	if len(a) == 0 && len(b) == 0 {
		return []string{""}
	}
	for _, x := range a {
		if slices.Contains(b, x) {
			return []string{" for product " + x}
		}
	}
	return nil
}

// policy checks what one policy says, without any table.
func (v *validator) policy(p *Policy) {
	if p.Version == "" {
		v.wrong("version", "version is missing; give the value that policy_version has on the rows it decided")
	}
	for i, x := range p.Products {
		if x == "" || slices.Contains(p.Products[:i], x) {
			v.wrong("products", "product %q is empty or listed twice; list each once", x)
		}
	}
	parsed := true
	p.walk(func(x visit) { parsed = v.expression(p, x) && parsed })
	if parsed {
		v.cycles(p)
	}
	v.rules(p)
	v.cooling(p)
	v.limit(p.Limit)
	v.ladder(p)
	v.promises(p)
	v.others(p)
}

// expression checks that an expression parses, and that amounts fit.
func (v *validator) expression(p *Policy, x visit) bool {
	if x.value != "" && !identifier.MatchString(x.value) {
		v.wrong(x.path, "a value must be named like a column: letters, digits and _; rename %q", x.value)
	}
	if x.value != "" && (x.value == "history" || x.value == string(score)) {
		v.wrong(x.path, "the name %s is taken; rename the value", x.value)
	}
	s, err := expr.Parse(string(x.expr))
	if err != nil {
		v.wrong(x.path, "%v", err)
		return false
	}
	v.history(x.path, s.Names())
	c, constant := decimal(x.expr)
	switch {
	case !constant || x.use == anything || x.use == number:
	case x.use == condition:
		v.wrong(x.path, "%s is a number; write a condition, e.g. open_loans >= 9", x.expr)
	case c.Sign() < 0:
		v.wrong(x.path, "%s is a negative amount; amounts are 0 or more", x.expr)
	case !exact(c, v.r.digits):
		v.wrong(x.path, "%s is finer than the minor unit, of which a unit has 10^%d; give an amount that can be paid", x.expr, v.r.digits)
	case c.Cmp(most) > 0:
		v.wrong(x.path, "%s is more than any limit; leave it out if there is none", x.expr)
	}
	return true
}

var (
	identifier   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	plainDecimal = regexp.MustCompile(`^[+-]?[0-9]{1,30}(\.[0-9]{1,30})?$`)
	most         = big.NewRat(1e12, 1)
	one          = big.NewRat(1, 1)
)

// decimal returns the number that an expression is when it is nothing more.
func decimal(x Expr) (*big.Rat, bool) {
	s := strings.TrimSpace(string(x))
	if !plainDecimal.MatchString(s) {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// exact reports whether c has no more than so many decimals.
func exact(c *big.Rat, digits int) bool {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	return new(big.Rat).Mul(c, new(big.Rat).SetInt(scale)).IsInt()
}

// cycles refuses values that are defined by themselves.
func (v *validator) cycles(p *Policy) {
	check := func(path string, values map[string]Expr) {
		var visit func(name string, seen []string) bool
		visit = func(name string, seen []string) bool {
			x, ok := values[name]
			if !ok {
				return false
			}
			if slices.Contains(seen, name) {
				return true
			}
			s, err := expr.Parse(string(x))
			return err == nil && slices.ContainsFunc(s.Names(), func(n string) bool { return visit(n, append(seen, name)) })
		}
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if visit(name, nil) {
				v.wrong(path+"."+name, "value %s is defined by itself; define it by columns", name)
			}
		}
	}
	check("values", p.Values)
	for _, e := range slices.Sorted(maps.Keys(p.Arms)) {
		for _, a := range slices.Sorted(maps.Keys(p.Arms[e].Arms)) {
			if own := p.Arms[e].Arms[a].Values; len(own) > 0 {
				path := "experiments." + e + ".arms." + a + ".values"
				for _, k := range slices.Sorted(maps.Keys(own)) {
					if _, ok := p.Values[k]; !ok {
						v.wrong(path+"."+k, "the policy has no value %s to replace; define it under values:", k)
					}
				}
				check(path, under(p.Values, own))
			}
		}
	}
}
