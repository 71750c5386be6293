package reports

import (
	"archive/zip"
	"bytes"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"evenhand/audit"
)

// readXLSX reads a workbook back with another library than it was written with.
func readXLSX(t *testing.T, in Input) (*Report, *excelize.File) {
	t.Helper()
	r := New(in)
	b, err := r.render(xlsxFormat)
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return r, f
}

func TestXLSX(t *testing.T) {
	in := realistic()
	in.Lang = "en"
	r, f := readXLSX(t, in)
	if got := strings.Join(f.GetSheetList(), " "); got != "Findings Cases Metrics Coverage Read me" {
		t.Fatalf("sheets %s", got)
	}
	for sheet, want := range map[string]int{"Findings": len(r.res.Findings), "Cases": len(r.res.Cases), "Metrics": len(r.res.Metrics), "Coverage": len(r.res.Coverage)} {
		rows, err := f.GetRows(sheet)
		if err != nil || len(rows) != want+1 {
			t.Errorf("%s: %d rows, want %d and a head (%v)", sheet, len(rows), want, err)
		}
		panes, err := f.GetPanes(sheet)
		if err != nil || !panes.Freeze || panes.YSplit != 1 {
			t.Errorf("%s: panes %+v, %v", sheet, panes, err)
		}
		if w, err := f.GetColWidth(sheet, "A"); err != nil || w < 8 || w == 9.140625 {
			t.Errorf("%s: width %v, %v", sheet, w, err)
		}
	}
	columns := r.caseGrid()
	for i := range columns {
		kind, err := f.GetCellType("Cases", columnName(i)+"2")
		if err != nil {
			t.Fatal(err)
		}
		text := kind == excelize.CellTypeInlineString
		if v := columns[i].value(&r.res.Cases[0]); text != (v.kind == gridText && v.text != "") {
			t.Errorf("column %s is of type %v", columns[i].head, kind)
		}
	}
	raw := func(sheet, cell string) string {
		s, err := f.GetCellValue(sheet, cell, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for i := range r.res.Cases {
		c := &r.res.Cases[i]
		if i%97 != 0 {
			continue
		}
		for j, col := range columns {
			got, v := raw("Cases", columnName(j)+strconv.Itoa(i+2)), col.value(c)
			switch v.kind {
			case gridText:
				if got != inert(v.text) {
					t.Errorf("row %d, %s: %q, want %q", i, col.head, got, v.text)
				}
			case gridInstant:
				days, _ := strconv.ParseFloat(got, 64)
				back, _ := excelize.ExcelDateToTime(days, false)
				if d := back.Sub(time.UnixMicro(v.n).UTC()); d.Abs() > time.Millisecond {
					t.Errorf("row %d, %s: %s is %v off", i, col.head, got, d)
				}
			default:
				a, _ := strconv.ParseFloat(got, 64)
				b, _ := strconv.ParseFloat(v.number(2), 64)
				if a != b {
					t.Errorf("row %d, %s: %s, want %v", i, col.head, got, v)
				}
			}
		}
	}
	if got, _ := f.GetCellValue("Findings", "G2"); got != "398,712.33" {
		t.Errorf("money is shown as %q", got)
	}
	if got, _ := f.GetCellValue("Cases", "G2"); len(got) != len("2006-01-02 15:04:05") {
		t.Errorf("a time is shown as %q", got)
	}
}

// TestXLSXIsInert holds of hostile runs that no cell is a formula or begins
// like one, and that every part is well-formed and in its fixed place.
func TestXLSXIsInert(t *testing.T) {
	for name, in := range testInputs() {
		r, f := readXLSX(t, in)
		for _, sheet := range f.GetSheetList() {
			rows, err := f.GetRows(sheet, excelize.Options{RawCellValue: true})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for i, row := range rows {
				for j, cell := range row {
					at := columnName(j) + strconv.Itoa(i+1)
					if formula, _ := f.GetCellFormula(sheet, at); formula != "" {
						t.Errorf("%s: %s %s is the formula %q", name, sheet, at, formula)
					}
					kind, _ := f.GetCellType(sheet, at)
					if _, err := strconv.ParseFloat(cell, 64); err == nil {
						continue // too large to be a number of Excel
					}
					if kind == excelize.CellTypeInlineString && strings.ContainsAny(firstOf(strings.TrimLeft(cell, `" `)), "=+-@\t\r＝＋－＠") {
						t.Errorf("%s: %s %s is %q", name, sheet, at, cell)
					}
					for _, c := range cell {
						if hidden(c) {
							t.Errorf("%s: %s %s holds %U", name, sheet, at, c)
						}
					}
				}
			}
		}
		b, _ := r.render(xlsxFormat)
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range z.File {
			rc, err := e.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(rc)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(text, []byte("<f>")) || bytes.Contains(text, []byte("http://")) && strings.Contains(e.Name, "sheet") && bytes.Count(text, []byte("http://")) > 1 {
				t.Errorf("%s: %s has a formula or a link", name, e.Name)
			}
			if e.ModifiedDate != 33 || e.ModifiedTime != 0 || len(e.Extra) != 0 {
				t.Errorf("%s: %s has the time %v", name, e.Name, e.Modified)
			}
		}
	}
}

// TestXLSXTooLong holds that rows and texts which do not fit are counted, and
// the file that has them is named.
func TestXLSXTooLong(t *testing.T) {
	defer func(n int) { sheetRows = n }(sheetRows)
	sheetRows = 102
	in := realistic()
	in.Lang = "en"
	in.Result.Cases[0].Evidence = []audit.Item{{Name: "long", Value: strings.Repeat("长", 40_000)}}
	r, f := readXLSX(t, in)
	rows, _ := f.GetRows("Cases")
	left := len(r.res.Cases) - 100
	said := thousands(int64(left)) + " further rows do not fit into a sheet of Excel; all " + thousands(int64(len(r.res.Cases))) + " are in cases.arrow and in cases.csv (-format csv)"
	if len(rows) != 102 || rows[101][0] != said {
		t.Errorf("%d rows, the last says %q", len(rows), rows[len(rows)-1])
	}
	flagged := 0
	for _, m := range r.res.Metrics {
		if m.Status >= audit.Warn {
			flagged++
		}
	}
	if rows, _ := f.GetRows("Metrics"); len(rows) != min(flagged, 100)+1 {
		t.Errorf("%d metrics, %d are flagged", len(rows)-1, flagged)
	}
	notes, _ := f.GetRows("Read me")
	var all []string
	for _, n := range notes {
		all = append(all, strings.Join(n, ""))
	}
	text := strings.Join(all, "\n")
	for _, want := range []string{"Cases: " + said + ".", "the sheet has the " + thousands(int64(flagged)) + " that are flagged", "Cases: 1 texts are longer than a cell"} {
		if !strings.Contains(text, want) {
			t.Errorf("the notes do not say %q:\n%s", want, text)
		}
	}
}

func TestWorkbookParts(t *testing.T) {
	for i, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA"} {
		if got := columnName(i); got != want {
			t.Errorf("column %d is %s, want %s", i, got, want)
		}
	}
	for in, want := range map[string]string{"_x0041_": "_x005F_x0041_", "a<b>&": "a&lt;b&gt;&amp;", "_x_": "_x_", "\uffff": "⟨U+FFFF⟩"} {
		if got := cellEscape(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	shanghai := time.FixedZone("", 8*3600)
	for in, want := range map[time.Time]string{
		time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC):  "46023.00000000000",
		time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC): "46023.50000000000",
		time.Date(2026, 1, 1, 6, 0, 0, 0, shanghai):  "46023.25000000000",
		time.Date(1950, 1, 1, 6, 0, 0, 0, time.UTC):  "18264.25000000000",
	} {
		if got := serial(in); got != want {
			t.Errorf("%v: got %s, want %s", in, got, want)
		}
	}
	long := strings.Repeat("😀", 20_000) // two units each
	got, cut := cellLong(long, "cases.arrow", 0)
	units := 0
	for _, c := range got {
		units++
		if c > math.MaxUint16 {
			units++
		}
	}
	if cut != 1 || units > cellMost || !strings.HasSuffix(got, " … (cases.arrow)") {
		t.Errorf("%d units, cut %d", units, cut)
	}
	if got, cut := cellLong("短", "cases.arrow", 0); got != "短" || cut != 0 {
		t.Error("a short text was cut")
	}
}
