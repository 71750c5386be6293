package audit

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"evenhand/audit/policy"
)

// decoder fills the plan's structs from the YAML tree. It exists beside the
// YAML library's own decoder because the plan wants every error, each with its
// line and the nearest known key, and the source text of scalars: the code
// 010 of a lender must not become 8, nor true become True.
type decoder struct {
	plan     *Plan
	problems PlanError // what could not be read
	unknown  PlanError // what could, but is none of the words its key takes
}

func (d *decoder) problemf(line int, path, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if path != "" {
		text = path + ": " + text
	}
	d.problems = append(d.problems, Problem{File: d.plan.Name, Line: line, Text: text})
}

func lineOf(n ast.Node) int {
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return 0
	}
	return n.GetToken().Position.Line
}

// decode fills v, which stands at path, from n.
func (d *decoder) decode(n ast.Node, v reflect.Value, path string) {
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		d.problemf(lineOf(n), path, "anchors and aliases are not supported; write the value out")
		return
	case *ast.TagNode:
		d.problemf(lineOf(n), path, "tags are not supported; remove %s", n.GetToken().Value)
		return
	}
	switch to := v.Addr().Interface().(type) {
	case *ColumnMap:
		if _, mapping := entries(n); !mapping && !isNull(n) {
			d.decode(n, reflect.ValueOf(&to.From).Elem(), path)
			return
		}
	case *[]Grouping:
		*to = d.groupings(n, path)
		return
	case *[]policy.Policy:
		if file, scalar := text(n); scalar {
			d.plan.PolicyFile = file
			return
		}
	case *checkSettings:
		d.settings(n, *to, path)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.decode(n, v.Elem(), path)
	case reflect.Struct:
		d.structure(n, v, path)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		d.pairs(n, path, func(key string, value ast.Node, path string) {
			e := reflect.New(v.Type().Elem()).Elem()
			d.decode(value, e, path)
			v.SetMapIndex(reflect.ValueOf(key), e)
		})
	case reflect.Slice:
		v.SetZero()
		if _, mapping := entries(n); mapping {
			d.problemf(lineOf(n), path, "this must be a list, not a mapping")
			return
		}
		for i, item := range items(n) {
			e := reflect.New(v.Type().Elem()).Elem()
			at := path
			if _, list := n.(*ast.SequenceNode); list {
				at = fmt.Sprintf("%s.%d", path, i+1)
				d.plan.lines[at] = lineOf(item)
			}
			d.decode(item, e, at)
			v.Set(reflect.Append(v, e))
		}
	default:
		d.scalar(n, v, path)
	}
}

// entries returns the pairs of a mapping.
func entries(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

// items returns the elements of a list; a scalar is a list of itself.
func items(n ast.Node) []ast.Node {
	if s, ok := n.(*ast.SequenceNode); ok {
		return s.Values
	}
	if isNull(n) {
		return nil
	}
	return []ast.Node{n}
}

func isNull(n ast.Node) bool {
	_, null := n.(*ast.NullNode)
	return null || n == nil
}

// pairs calls f for each pair of the mapping n, noting where its key stands.
// An empty value is an empty mapping.
func (d *decoder) pairs(n ast.Node, path string, f func(key string, value ast.Node, path string)) {
	pairs, ok := entries(n)
	if !ok {
		if !isNull(n) {
			d.problemf(lineOf(n), path, "this must be a mapping of keys to values, not %s", describe(n))
		}
		return
	}
	seen := map[string]int{}
	for _, p := range pairs {
		line := lineOf(p.Key)
		if p.Key.IsMergeKey() {
			d.problemf(line, path, "merge keys are not supported; write the keys out")
			continue
		}
		key, ok := text(p.Key)
		if !ok {
			d.problemf(line, path, "%s cannot be a key; put the text in quotes", describe(p.Key))
			continue
		}
		if first, twice := seen[key]; twice {
			d.problemf(line, path, "key %q is here twice, first in line %d; remove one", key, first)
			continue
		}
		seen[key] = line
		at := key
		if path != "" {
			at = path + "." + key
		}
		d.plan.lines[at] = line
		f(key, p.Value, at)
	}
}

func (d *decoder) structure(n ast.Node, v reflect.Value, path string) {
	d.pairs(n, path, func(key string, value ast.Node, at string) {
		i := slices.Index(keys(v.Type()), key)
		if i < 0 || key == "-" {
			d.problemf(d.plan.lines[at], path, "unknown key %q%s", key, orKnown(key, keys(v.Type())))
			return
		}
		words := words(v.Type().Field(i))
		if isNull(value) && slices.Contains(words, "null") {
			v.Field(i).SetString("null") // nobody quotes the null of nan: null
			return
		}
		d.decode(value, v.Field(i), at)
		if words != nil && v.Field(i).String() != "" && !slices.Contains(words, v.Field(i).String()) {
			d.unknown = append(d.unknown, Problem{d.plan.Name, lineOf(value), fmt.Sprintf("%s: %q is unknown; use %s", at, v.Field(i), strings.Join(words, ", "))})
		}
	})
}

// orKnown suggests the nearest known key, or else lists them all.
func orKnown(key string, known []string) string {
	known = slices.DeleteFunc(slices.Clone(known), func(k string) bool { return k == "-" })
	if s := suggest(key, known); s != "" {
		return s
	}
	if len(known) == 0 {
		return "; remove it"
	}
	return "; the keys here are " + strings.Join(known, ", ")
}

// keys returns the YAML keys of a struct's fields, "-" where it has none.
func keys(t reflect.Type) []string {
	out := make([]string, t.NumField())
	for i := range out {
		if out[i] = t.Field(i).Tag.Get("yaml"); out[i] == "" {
			out[i] = "-"
		}
	}
	return out
}

// words returns the values a field takes, when it takes only some.
func words(f reflect.StructField) []string {
	if tag := f.Tag.Get("enum"); tag != "" {
		return strings.Split(tag, ",")
	}
	return nil
}

// text returns the source text of a scalar, without quotes.
func text(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// describe names what was found in place of something else.
func describe(n ast.Node) string {
	if _, ok := entries(n); ok {
		return "a mapping"
	}
	if _, ok := n.(*ast.SequenceNode); ok {
		return "a list"
	}
	if s, ok := text(n); ok {
		return strconv.Quote(s)
	}
	if isNull(n) {
		return "null"
	}
	return "this"
}

func (d *decoder) scalar(n ast.Node, v reflect.Value, path string) {
	s, ok := text(n)
	if !ok {
		if isNull(n) {
			d.problemf(lineOf(n), path, "the value is empty; give one (in quotes if the word null is meant) or remove the key")
			return
		}
		d.problemf(lineOf(n), path, "this must be one value, not %s", describe(n))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Bool:
		if _, ok := n.(*ast.BoolNode); !ok {
			d.problemf(lineOf(n), path, "%q must be true or false", s)
			return
		}
		v.SetBool(strings.EqualFold(s, "true"))
	case reflect.Int, reflect.Int32, reflect.Int64:
		x, err := strconv.ParseInt(s, 10, v.Type().Bits())
		if err != nil {
			d.problemf(lineOf(n), path, "%q must be a whole number", s)
			return
		}
		v.SetInt(x)
	case reflect.Float64:
		x, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
			d.problemf(lineOf(n), path, "%q must be a number", s)
			return
		}
		v.SetFloat(x)
	default:
		panic("audit: a plan can't hold a " + v.Type().String())
	}
}
