package reports

import (
	"bytes"
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"testing"

	"evenhand/audit"
)

// junitAllowed are the elements of the reports that CI servers read, each with
// the elements it may hold, in their order, and its attributes; those marked !
// are required.
var junitAllowed = map[string]struct {
	children, attributes []string
}{
	"testsuites": {[]string{"testsuite"}, []string{"name", "tests", "failures", "errors", "time"}},
	"testsuite":  {[]string{"properties", "testcase"}, []string{"!name", "!tests", "!failures", "!errors", "!skipped", "time"}},
	"properties": {[]string{"property"}, nil},
	"property":   {nil, []string{"!name", "!value"}},
	"testcase":   {[]string{"failure", "skipped", "system-out"}, []string{"!name", "!classname", "!time"}},
	"failure":    {nil, []string{"message", "!type"}},
	"skipped":    {nil, []string{"message"}},
	"system-out": {nil, nil},
}

// TestJUnitIsValid reads the file with a strict parser and holds each element
// against what Surefire's schema allows where it is.
func TestJUnitIsValid(t *testing.T) {
	for name, in := range testInputs() {
		b, err := New(in).render(junitFormat)
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(bytes.NewReader(b))
		var path []string
		last := []int{0}
		for {
			tok, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			switch e := tok.(type) {
			case xml.StartElement:
				allowed, ok := junitAllowed[e.Name.Local]
				if !ok || len(path) == 0 && e.Name.Local != "testsuites" {
					t.Fatalf("%s: element %s", name, e.Name.Local)
				}
				if n := len(path); n > 0 {
					at := slices.Index(junitAllowed[path[n-1]].children, e.Name.Local)
					if at < last[n] {
						t.Errorf("%s: %s in %s, or out of order", name, e.Name.Local, path[n-1])
					}
					last[n] = at
				}
				for _, a := range e.Attr {
					if !slices.Contains(allowed.attributes, a.Name.Local) && !slices.Contains(allowed.attributes, "!"+a.Name.Local) {
						t.Errorf("%s: attribute %s of %s", name, a.Name.Local, e.Name.Local)
					}
				}
				for _, want := range allowed.attributes {
					if want, ok := strings.CutPrefix(want, "!"); ok && !slices.ContainsFunc(e.Attr, func(a xml.Attr) bool { return a.Name.Local == want }) {
						t.Errorf("%s: %s has no %s", name, e.Name.Local, want)
					}
				}
				path, last = append(path, e.Name.Local), append(last, 0)
			case xml.EndElement:
				path, last = path[:len(path)-1], last[:len(last)-1]
			}
		}
	}
}

// TestJUnit holds that a test fails exactly where a finding is at the gate,
// that the counts add up, and that what did not run never passes.
func TestJUnit(t *testing.T) {
	for _, at := range []string{"", "fail", "warn", "info", "never"} {
		in := realistic()
		in.Plan.Gates.FailOn = at
		r := New(in)
		b, err := r.render(junitFormat)
		if err != nil {
			t.Fatal(err)
		}
		var all junitSuites
		if err := xml.Unmarshal(b, &all); err != nil {
			t.Fatal(err)
		}
		tests, failures, skipped := 0, 0, 0
		for _, s := range all.Suites {
			if s.Cases[0].Class == "evenhand.gates" {
				all.Tests, all.Failures = all.Tests-s.Tests, all.Failures-s.Failures
				if (s.Failures > 0) != (len(r.gate.Failed()) > 0) {
					t.Errorf("gate %q: %d gates failed", at, s.Failures)
				}
				continue
			}
			if s.Tests != len(s.Cases) || s.Tests == 0 {
				t.Errorf("suite %s: %d tests, %d cases", s.Name, s.Tests, len(s.Cases))
			}
			tests, failures, skipped = tests+s.Tests, failures+s.Failures, skipped+s.Skipped
			for _, c := range s.Cases {
				check, _, _ := strings.Cut(c.Name, ":")
				gated := slices.ContainsFunc(r.res.Findings, func(f audit.Finding) bool { return f.Check == check && r.gates(&f) })
				if gated != (c.Failure != nil) {
					t.Errorf("gate %q: %s fails %v, its findings say %v", at, check, c.Failure != nil, gated)
				}
				if c.Failure != nil && (c.Skipped != nil || !strings.Contains(c.Failure.Text, "\n")) {
					t.Errorf("%s: %+v", check, c)
				}
				if v := r.coverage[check]; v.Status == "skipped" && (c.Skipped == nil || !strings.Contains(c.Skipped.Message, "no table repayments")) {
					t.Errorf("%s did not run and is %+v", check, c)
				}
			}
		}
		if tests != all.Tests || failures != all.Failures || tests != len(in.Checks) || skipped != 1 {
			t.Errorf("gate %q: %d tests of %d checks, %d failures, %d skipped; the head says %d, %d", at, tests, len(in.Checks), failures, skipped, all.Tests, all.Failures)
		}
		if (failures > 0) != (at != "never") {
			t.Errorf("gate %q: %d failures", at, failures)
		}
	}
}
