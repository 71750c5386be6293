package reports

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// readCSV reads a file back with another reader than it was written with.
func readCSV(t *testing.T, in Input) (*Report, [][]string) {
	t.Helper()
	r := New(in)
	b, err := r.render(csvFormat)
	if err != nil {
		t.Fatal(err)
	}
	b, ok := bytes.CutPrefix(b, []byte(byteOrderMark))
	if !ok {
		t.Error("no byte order mark")
	}
	if bytes.Count(b, []byte("\n")) != bytes.Count(b, []byte("\r\n")) || !bytes.HasSuffix(b, []byte("\r\n")) {
		t.Error("a line does not end as RFC 4180 has it")
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return r, rows
}

func TestCSV(t *testing.T) {
	in := realistic()
	in.Lang = "en"
	r, rows := readCSV(t, in)
	if len(rows) != len(r.res.Cases)+1 {
		t.Fatalf("%d rows of %d cases", len(rows), len(r.res.Cases))
	}
	col := func(name string) int {
		i := slices.Index(rows[0], name)
		if i < 0 {
			t.Fatalf("no column %s in %q", name, rows[0])
		}
		return i
	}
	for i, c := range r.res.Cases {
		row := rows[i+1]
		for name, want := range map[string]string{
			"key": c.Key, "customer": c.Customer, "outcome": c.Substance.String(), "currency": "CNY", "cause": c.Cause, "finding": c.Finding,
			"amount": fmt.Sprintf("%d.%02d", c.Amount/100, c.Amount%100), "amount, minor units": fmt.Sprint(c.Amount), "days": fmt.Sprint(c.Days),
			"at (UTC)": r.isoInstant(c.At),
		} {
			if got := row[col(name)]; got != want {
				t.Fatalf("row %d: %s is %q, want %q", i, name, got, want)
			}
		}
	}
}

// TestCSVColumns holds that every column of cases.arrow is in cases.csv.
func TestCSVColumns(t *testing.T) {
	in := realistic()
	in.Lang = "en"
	_, rows := readCSV(t, in)
	in = realistic()
	in.Lang = "zh"
	_, zh := readCSV(t, in)
	words := map[string]string{"grade": "evidence grade", "substance": "outcome", "policy_version": "policy version", "model_version": "model version", "at": "at (UTC)"}
	for _, c := range caseColumns {
		want := c.Name
		if w, ok := words[want]; ok {
			want = w
		}
		if !slices.Contains(rows[0], want) {
			t.Errorf("%s has no column", c.Name)
		}
	}
	for i, h := range zh[0] {
		if h == rows[0][i] {
			t.Errorf("column %s has no Chinese", h)
		}
	}
}

// TestCSVIsInert holds that no cell of a hostile run is a formula, and numbers
// are numbers.
func TestCSVIsInert(t *testing.T) {
	for name, in := range testInputs() {
		r, rows := readCSV(t, in)
		kinds := r.caseGrid()
		for _, row := range rows[1:] {
			for j, cell := range row {
				if kinds[j].kind == gridText && strings.ContainsAny(firstOf(strings.TrimLeft(cell, `" `)), "=+-@\t\r＝＋－＠") {
					t.Errorf("%s: %s is %q", name, kinds[j].head, cell)
				}
				if kinds[j].kind != gridText && strings.HasPrefix(cell, "'") {
					t.Errorf("%s: %s is no number: %q", name, kinds[j].head, cell)
				}
			}
		}
	}
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "+86 138": "'+86 138", "-5": "'-5", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'", "\r=1": "'", `"=1"`: `'"=1"`, " =1": "' =1",
		`'"=1`: `''"=1`, "＝1": "'＝1", "a=1": "a=1", "D-1": "D-1", "": "", `"`: `"`,
	} {
		got := inert(in)
		if want == "'" && strings.HasPrefix(got, "'") {
			continue
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// TestPlainLine holds the short cut against what it stands for.
func TestPlainLine(t *testing.T) {
	for _, s := range append([]string{"", "plain", "数据", "a\ufffdb", "\xef\xbf", "a\xef", "x\x00", "tab\t", "line\n"}, hostile...) {
		if plainLine(s) && oneLine(s) != s {
			t.Errorf("%q is taken for a plain line", s)
		}
	}
	if !plainLine("plain 数据 12.5 %") {
		t.Error("nothing is a plain line")
	}
}

func firstOf(s string) string {
	for _, c := range s {
		return string(c)
	}
	return ""
}

func TestPlainMoney(t *testing.T) {
	for _, c := range []struct {
		minor    int64
		exponent int
		want     string
	}{{0, 2, "0.00"}, {5, 2, "0.05"}, {-150, 2, "-1.50"}, {123456789, 2, "1234567.89"}, {7, 0, "7"}, {1, 3, "0.001"}, {-1 << 63, 2, "-92233720368547758.08"}} {
		if got := plainMoney(c.minor, c.exponent); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}
