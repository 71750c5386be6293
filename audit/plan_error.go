package audit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// PlanError says everything that is wrong with a plan, in the order of its
// lines. It is the only error that ParsePlan and the mapping return: the plan
// must be changed, not the data.
type PlanError []Problem

// Problem is one thing wrong with a plan, as a sentence.
type Problem struct {
	File string
	Line int // 0 when no line is to blame
	Text string
}

func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// Error gives one problem a line.
func (e PlanError) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// sorted returns the problems as an error, nil when there are none.
func (e PlanError) sorted() error {
	if len(e) == 0 {
		return nil
	}
	slices.SortStableFunc(e, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(e)
}

// problemf returns the error that the key at path is to blame for.
func (p *Plan) problemf(path, format string, args ...any) Problem {
	return Problem{File: p.Name, Line: p.line(path), Text: fmt.Sprintf(format, args...)}
}

// line returns the line of the key at path, or of the nearest key above it
// that the file has.
func (p *Plan) line(path string) int {
	for {
		if l, ok := p.lines[path]; ok {
			return l
		}
		i := strings.LastIndexByte(path, '.')
		if i < 0 {
			return 0
		}
		path = path[:i]
	}
}

// suggest returns `; did you mean "x"?` when a known word is close to word.
func suggest(word string, known []string) string {
	letters := len([]rune(word))
	near := max(2, letters/3)
	if letters < 4 {
		near = 1
	}
	if n := nearest(word, known); len(n) > 0 && distance(word, n[0]) <= near {
		return fmt.Sprintf("; did you mean %q?", n[0])
	}
	return ""
}

// orNearest suggests the nearest known word, or else the ten that are nearest.
func orNearest(word string, known []string) string {
	if s := suggest(word, known); s != "" {
		return s
	}
	return "; there are " + listed(nearest(word, known))
}

// nearest returns known sorted by closeness to word.
func nearest(word string, known []string) []string {
	d := make(map[string]int, len(known))
	for _, k := range known {
		d[k] = distance(word, k)
	}
	return slices.SortedFunc(slices.Values(known), func(a, b string) int {
		return cmp.Or(cmp.Compare(d[a], d[b]), cmp.Compare(a, b))
	})
}

// distance is the number of letters to change to make a into b, whatever
// their case.
func distance(a, b string) int {
	if len(a) > 100 || len(b) > 100 { // no name is: don't let a hostile plan cost time
		return max(len(a), len(b))
	}
	x, y := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range y {
			change := diagonal
			if r != s {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}

// listed joins words for a sentence, at most ten of them.
func listed(words []string) string {
	const most = 10
	if len(words) > most {
		return strings.Join(words[:most], ", ") + fmt.Sprintf(" and %d more", len(words)-most)
	}
	return strings.Join(words, ", ")
}
