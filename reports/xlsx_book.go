package reports

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// workbook writes an Office Open XML workbook (ECMA-376) row by row: its parts
// are in a fixed order, its entries have no time, and all strings are inline,
// so that the bytes depend on the cells alone.
type workbook struct {
	zip   *zip.Writer
	out   *bufio.Writer // of the sheet being written
	names []string
	err   error

	exponent      int // decimals of money
	columns, rows int
	at, column    int
	cut           int // texts of this sheet that were too long
}

// Styles of cells: their positions in the cellXfs of styles.xml.
const (
	styleText = iota + 1
	styleHead
	styleCount
	styleMoney
	styleInstant
	styleNumber
)

func newWorkbook(w io.Writer, exponent int) *workbook {
	return &workbook{zip: zip.NewWriter(w), exponent: exponent}
}

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// part begins a file of the workbook.
func (b *workbook) part(name string) io.Writer {
	// 1 January 1980, the first date that ZIP knows.
	//lint:ignore SA1019 Modified would add a second, longer time to every part
	w, err := b.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, ModifiedDate: 1<<5 | 1})
	if err != nil {
		b.fail(err)
		return io.Discard
	}
	return w
}

func (b *workbook) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

// sheet begins a sheet of columns so many characters wide, with rows of which
// the first is a head that stays in sight and filters the others.
func (b *workbook) sheet(name string, widths []int, rows int) {
	b.endSheet()
	b.names = append(b.names, name)
	b.columns, b.rows, b.at, b.cut = len(widths), rows, 0, 0
	b.out = bufio.NewWriterSize(b.part(fmt.Sprintf("xl/worksheets/sheet%d.xml", len(b.names))), 1<<16)
	b.out.WriteString(xmlHead + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0">` +
		`<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>`)
	for i, w := range widths {
		fmt.Fprintf(b.out, `<col min="%[1]d" max="%[1]d" width="%[2]d" customWidth="1"/>`, i+1, w)
	}
	b.out.WriteString(`</cols><sheetData>`)
}

func (b *workbook) endSheet() {
	if b.out == nil {
		return
	}
	if b.at > 0 {
		b.out.WriteString(`</row>`)
	}
	fmt.Fprintf(b.out, `</sheetData><autoFilter ref="A1:%s%d"/></worksheet>`, columnName(b.columns-1), max(b.rows, 1))
	if err := b.out.Flush(); err != nil {
		b.fail(err)
	}
	b.out = nil
}

// row begins the next row.
func (b *workbook) row() {
	if b.at > 0 {
		b.out.WriteString(`</row>`)
	}
	b.at++
	b.column = 0
	b.out.WriteString(`<row r="`)
	b.out.WriteString(strconv.Itoa(b.at))
	b.out.WriteString(`">`)
}

func (b *workbook) head(names []string) {
	b.row()
	for _, n := range names {
		b.textCell(n, styleHead, "")
	}
}

// cell writes the next cell of the row. Numbers that Excel can't hold exactly,
// and times before its calendar, are texts.
func (b *workbook) cell(r *Report, v gridValue, file string) {
	const exact = 1 << 53
	switch v.kind {
	case gridText:
		b.textCell(inert(v.text), styleText, file)
	case gridInstant:
		t := time.UnixMicro(v.n).In(r.zone)
		switch {
		case v.n == 0:
			b.column++
		case t.Year() < 1901 || t.Year() > 9999:
			b.textCell(r.isoInstant(v.n), styleText, file)
		default:
			b.numberCell(serial(t), styleInstant)
		}
	case gridCount, gridMoney:
		s := v.number(b.exponent)
		switch {
		case v.n > exact || v.n < -exact:
			b.textCell(s, styleText, file)
		case v.kind == gridCount:
			b.numberCell(s, styleCount)
		default:
			b.numberCell(s, styleMoney)
		}
	case gridNumber:
		switch {
		case math.IsNaN(v.f):
			b.column++
		case math.IsInf(v.f, 0):
			b.textCell(map[bool]string{true: "∞", false: minus + "∞"}[v.f > 0], styleText, file)
		default:
			b.numberCell(v.number(0), styleNumber)
		}
	}
}

// serial is a time as Excel counts it: days since the end of 1899, in local
// time.
func serial(t time.Time) string {
	_, offset := t.Zone()
	us := t.UnixMicro() + int64(offset)*1e6
	const day = 86_400_000_000
	days, rest := us/day, us%day
	if rest < 0 {
		days, rest = days-1, rest+day
	}
	return strconv.FormatInt(days+25_569, 10) + strings.TrimPrefix(strconv.FormatFloat(float64(rest)/day, 'f', 11, 64), "0")
}

func (b *workbook) begin(style int, kind string) {
	b.out.WriteString(`<c r="`)
	b.out.WriteString(columnName(b.column))
	b.out.WriteString(strconv.Itoa(b.at))
	b.out.WriteString(`" s="`)
	b.out.WriteString(strconv.Itoa(style))
	b.out.WriteString(kind)
	b.column++
}

func (b *workbook) numberCell(s string, style int) {
	b.begin(style, `"><v>`)
	b.out.WriteString(s)
	b.out.WriteString(`</v></c>`)
}

func (b *workbook) textCell(s string, style int, file string) {
	if s == "" {
		b.column++
		return
	}
	if s, b.cut = cellLong(s, file, b.cut); s == "" {
		return
	}
	b.begin(style, `" t="inlineStr"><is><t xml:space="preserve">`)
	b.out.WriteString(cellEscape(s))
	b.out.WriteString(`</t></is></c>`)
}

// cellMost is how many UTF-16 units a cell of Excel holds.
const cellMost = 32_767

// cellLong cuts a text that is too long for a cell, and says where all of it
// is; cut is counted up then.
func cellLong(s, file string, cut int) (string, int) {
	if len(s) <= cellMost {
		return s, cut
	}
	end := " … (" + file + ")"
	units, room := 0, cellMost-len(end)-16
	at := len(s)
	for i, c := range s {
		if units <= room {
			at = i
		}
		units += utf16.RuneLen(c)
	}
	if units <= cellMost {
		return s, cut
	}
	return s[:at] + end, cut + 1
}

var (
	xmlEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\ufffe", "⟨U+FFFE⟩", "\uffff", "⟨U+FFFF⟩")
	// encoded is what Excel would take for a character: _x0041_ is A.
	encoded = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)
)

func cellEscape(s string) string {
	if strings.Contains(s, "_x") {
		s = encoded.ReplaceAllStringFunc(s, func(m string) string { return "_x005F" + m })
	}
	return xmlEscape.Replace(s)
}

// columnName is the letters of a column: A, B … Z, AA.
func columnName(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return columnName(i/26-1) + string(rune('A'+i%26))
}

// close writes what names the sheets, and the end of the archive.
func (b *workbook) close() error {
	b.endSheet()
	const rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	const pkg = "http://schemas.openxmlformats.org/package/2006"
	var sheets, rels, types strings.Builder
	for i, n := range b.names {
		fmt.Fprintf(&sheets, `<sheet name="%s" sheetId="%[2]d" r:id="rId%[2]d"/>`, strings.ReplaceAll(cellEscape(n), `"`, "&quot;"), i+1)
		fmt.Fprintf(&rels, `<Relationship Id="rId%[1]d" Type="%[2]s/worksheet" Target="worksheets/sheet%[1]d.xml"/>`, i+1, rel)
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`, i+1)
	}
	decimals := ""
	if b.exponent > 0 {
		decimals = "." + strings.Repeat("0", b.exponent)
	}
	for _, p := range []struct{ name, text string }{
		{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="` + rel + `"><bookViews><workbookView/></bookViews><sheets>` + sheets.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + pkg + `/relationships">` + rels.String() +
			fmt.Sprintf(`<Relationship Id="rId%d" Type="%s/styles" Target="styles.xml"/></Relationships>`, len(b.names)+1, rel)},
		{"xl/styles.xml", `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="2"><numFmt numFmtId="164" formatCode="#,##0` + decimals + `"/>` +
			`<numFmt numFmtId="165" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/></numFmts>` +
			`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
			`<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>` +
			`<fill><patternFill patternType="solid"><fgColor rgb="FFE7ECF2"/><bgColor indexed="64"/></patternFill></fill></fills>` +
			`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
			`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="7">` +
			`<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
			`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top"/></xf>` +
			`<xf numFmtId="49" fontId="1" fillId="2" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>` +
			xf(3) + xf(164) + xf(165) + xf(0) + `</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`},
		{"_rels/.rels", `<Relationships xmlns="` + pkg + `/relationships"><Relationship Id="rId1" Type="` + rel + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"[Content_Types].xml", `<Types xmlns="` + pkg + `/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
			types.String() + `<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`},
	} {
		if _, err := io.WriteString(b.part(p.name), xmlHead+p.text); err != nil {
			b.fail(err)
		}
	}
	b.fail(b.zip.Close())
	return b.err
}

func xf(format int) string {
	return fmt.Sprintf(`<xf numFmtId="%d" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top"/></xf>`, format)
}
