package pmml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Bounds on PMML files: far more than any card needs.
const (
	maxElements = 300_000
	maxDepth    = 64
)

// element is one element of a PMML file.
type element struct {
	name  string
	line  int
	attrs []xml.Attr
	kids  []*element
	text  string
}

// parseXML reads an XML document into elements. Documents with a document type
// or processing instructions are refused, as no model needs them.
func parseXML(file []byte) (*element, error) {
	d := xml.NewDecoder(bytes.NewReader(file))
	var root *element
	var stack []*element
	var texts []*strings.Builder
	n := 0
	for {
		line, _ := d.InputPos()
		token, err := d.Token()
		if errors.Is(err, io.EOF) && root != nil && len(stack) == 0 {
			return root, nil
		}
		if err != nil {
			return nil, xmlError(err)
		}
		switch t := token.(type) {
		case xml.Directive:
			return nil, fmt.Errorf("line %d: a document type is declared; models do without, remove it", line)
		case xml.ProcInst:
			if t.Target != "xml" {
				return nil, fmt.Errorf("line %d: a processing instruction; models do without, remove it", line)
			}
		case xml.CharData:
			if len(stack) > 0 {
				texts[len(texts)-1].Write(t)
			} else if len(bytes.TrimSpace(t)) > 0 && len(bytes.Trim(t, "\ufeff \t\r\n")) > 0 {
				return nil, fmt.Errorf("line %d: text outside of the model; remove it", line)
			}
		case xml.StartElement:
			if n++; n > maxElements {
				return nil, fmt.Errorf("line %d: the file has more than %d elements, more than any card; give the model alone", line, maxElements)
			}
			if len(stack) >= maxDepth {
				return nil, fmt.Errorf("line %d: nested too deeply for a model", line)
			}
			e := &element{name: t.Name.Local, line: line, attrs: slices.Clone(t.Attr)}
			if !pmmlSpace(t.Name.Space) {
				e.name = t.Name.Space + ":" + e.name
			}
			if len(stack) > 0 {
				top := stack[len(stack)-1]
				top.kids = append(top.kids, e)
			} else if root == nil {
				root = e
			} else {
				return nil, fmt.Errorf("line %d: a second document starts; keep one model a file", line)
			}
			stack, texts = append(stack, e), append(texts, &strings.Builder{})
		case xml.EndElement:
			top := len(stack) - 1
			stack[top].text = strings.TrimSpace(texts[top].String())
			stack, texts = stack[:top], texts[:top]
		}
	}
}

// pmmlSpace reports whether elements of a namespace are PMML's.
func pmmlSpace(s string) bool { return s == "" || strings.Contains(s, "www.dmg.org/PMML-") }

func xmlError(err error) error {
	var syntax *xml.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("line %d: not XML (%s); export the model again", syntax.Line, syntax.Msg)
	case errors.Is(err, io.EOF):
		return errors.New("the file ends in the middle of the model; export it again")
	case strings.Contains(err.Error(), "encoding"):
		return errors.New("the file is not in UTF-8; convert it")
	}
	return fmt.Errorf("not XML (%w); export the model again", err)
}

// get returns the value of an attribute, "" when it is not there.
func (e *element) get(name string) string {
	for _, a := range e.attrs {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

func (e *element) has(name string) bool {
	return slices.ContainsFunc(e.attrs, func(a xml.Attr) bool { return a.Name.Local == name && a.Name.Space == "" })
}

// child returns the first child of a name, nil when there is none.
func (e *element) child(name string) *element {
	for _, k := range e.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// reader reads a PMML document. Its methods note the first error and go on with
// zero values; whoever uses the result looks at err first.
type reader struct{ err error }

// fail notes what is wrong with an element.
func (p *reader) fail(e *element, format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("line %d: %s: "+format, append([]any{e.line, e.name}, args...)...)
	}
}

// unsupported notes an element that would change the score.
func (p *reader) unsupported(e *element) {
	if p.err == nil {
		p.err = fmt.Errorf("unsupported element %s (line %d); score this model by its points or coefficients in evenhand's own format", e.name, e.line)
	}
}

// only checks that an element has no other attributes than those named. What
// no reader knows could change the score.
func (p *reader) only(e *element, names ...string) {
	for _, a := range e.attrs {
		if a.Name.Space != "" || a.Name.Local == "xmlns" || slices.Contains(names, a.Name.Local) {
			continue
		}
		p.fail(e, "the attribute %s is not known to this format; remove it if it does not change the score", a.Name.Local)
	}
}

// inside returns the children that matter: extensions are left out, as PMML
// says.
func (e *element) inside() []*element {
	return slices.DeleteFunc(slices.Clone(e.kids), func(k *element) bool { return k.name == "Extension" })
}

// each yields the children of a name. Any other is unsupported.
func (p *reader) each(e *element, name string) iter.Seq[*element] {
	return func(yield func(*element) bool) {
		for _, k := range e.inside() {
			if k.name != name {
				p.unsupported(k)
			} else if !yield(k) {
				return
			}
		}
	}
}

// need returns an attribute that must be there.
func (p *reader) need(e *element, name string) string {
	if !e.has(name) {
		p.fail(e, "%s is missing; give it", name)
	}
	return e.get(name)
}

// number returns a numeric attribute, otherwise when it is not there.
func (p *reader) number(e *element, name string, otherwise float64) float64 {
	if !e.has(name) {
		return otherwise
	}
	return p.parse(e, name, e.get(name))
}

// parse reads a number.
func (p *reader) parse(e *element, what, s string) float64 {
	s = strings.TrimSpace(s)
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || !usable(x) || strings.ContainsAny(s, "_xXpP") {
		p.fail(e, "%s is %q; give a usable number", what, s)
		return math.NaN()
	}
	return x
}

// flag returns a boolean attribute.
func (p *reader) flag(e *element, name string, otherwise bool) bool {
	switch s := e.get(name); s {
	case "true", "1":
		return true
	case "false", "0":
		return false
	default:
		if e.has(name) {
			p.fail(e, "%s is %q; use true or false", name, s)
		}
		return otherwise
	}
}

// choice returns an attribute that has one of a few values, the first when it
// is not there.
func (p *reader) choice(e *element, name string, values ...string) string {
	if !e.has(name) {
		return values[0]
	}
	s := e.get(name)
	if !slices.Contains(values, s) {
		p.fail(e, "%s is %q; supported are %s", name, s, strings.Join(values, ", "))
	}
	return s
}

// array reads the content of an Array: words parted by blanks, with quotes
// around those that hold blanks.
func (p *reader) array(e *element) []string {
	p.only(e, "n", "type")
	var out []string
	s := e.text
	for s = strings.TrimLeft(s, " \t\r\n"); s != ""; s = strings.TrimLeft(s, " \t\r\n") {
		if s[0] != '"' {
			end := strings.IndexAny(s, " \t\r\n")
			if end < 0 {
				end = len(s)
			}
			out, s = append(out, s[:end]), s[end:]
			continue
		}
		var word strings.Builder
		i := 1
		for ; i < len(s) && s[i] != '"'; i++ {
			if s[i] == '\\' && i+1 < len(s) && s[i+1] == '"' {
				i++
			}
			word.WriteByte(s[i])
		}
		if i == len(s) {
			p.fail(e, "a quote is not closed; correct it")
			return nil
		}
		out, s = append(out, word.String()), s[i+1:]
	}
	if n := e.get("n"); n != "" && n != strconv.Itoa(len(out)) {
		p.fail(e, "it has %d values, n says %s; correct it", len(out), n)
	}
	return out
}
