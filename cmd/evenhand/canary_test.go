package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/parquet-go/parquet-go"

	"evenhand/fixtures"
)

// mark is what every canary in letters has; numbers begins those in digits.
const (
	mark    = "zq7kx"
	numbers = "7731"
)

const testIDKey = "000102030405060708090a0b0c0d0e0f"

// canaries is a lender's book with a canary in every string and id cell that may
// hold one.
type canaries struct {
	ids   func(id string) string // what an id becomes
	texts bool                   // rare canaries in columns of texts
	n     map[string]int         // canaries by column
	words bool                   // also in the words that the contract demands
}

// common are texts that a canary would only make unreadable: the words that the
// contract demands.
var common = map[string]bool{"outcome": true, "kind": true, "currency": true}

// plant rewrites a table, row by row.
func (c *canaries) plant(t *testing.T, table, file string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := parquet.OpenFile(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	leaves := p.Schema().Columns()
	var out bytes.Buffer
	w := parquet.NewWriter(&out, p.Schema(), parquet.MaxRowsPerRowGroup(4000))
	at := 0
	for _, g := range p.RowGroups() {
		r := g.Rows()
		buf := make([]parquet.Row, 256)
		for {
			n, err := r.ReadRows(buf)
			for _, row := range buf[:n] {
				row = row.Clone()
				for i, v := range row {
					if v.IsNull() || v.Kind() != parquet.ByteArray {
						continue
					}
					name := leaves[v.Column()][0]
					s := c.cell(table, name, v.String(), at)
					row[i] = parquet.ByteArrayValue([]byte(s)).Level(v.RepetitionLevel(), v.DefinitionLevel(), v.Column())
				}
				if _, err := w.WriteRows([]parquet.Row{row}); err != nil {
					t.Fatal(err)
				}
				at++
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		r.Close()
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (c *canaries) cell(table, column, value string, row int) string {
	where := table + "." + column
	if strings.HasSuffix(column, "_id") && column != "experiment_id" {
		c.n[where]++
		return c.ids(value)
	}
	every := 40
	if slices.Contains([]string{"product", "policy_version", "model_version", "channel", "application_type", "trigger", "sex", "ethnic_group"}, column) {
		every = 900 // each makes slices of its own
	}
	small := table == "incidents" || table == "experiments"
	if !c.texts || common[column] && !c.words || !small && row%every != len(column)%every {
		return value
	}
	c.n[where]++
	switch c.n[where] % 3 {
	case 0:
		return fmt.Sprintf("%s %s%d of %s", mark, mark, row, mark) // several words
	case 1:
		return fmt.Sprintf("某%s%d客户", mark, row)
	}
	return fmt.Sprintf("%s-%s-%d", mark, column, row)
}

// book unpacks the book with canaries.
func (c *canaries) book(t *testing.T, privacy string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := unpack(fixtures.Book(), dir); err != nil {
		t.Fatal(err)
	}
	c.n = map[string]int{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		table, ok := strings.CutSuffix(e.Name(), ".parquet")
		if err != nil || !ok || table == "truth" {
			return err
		}
		if filepath.Base(filepath.Dir(path)) == "decisions" {
			table = "decisions"
		}
		c.plant(t, table, path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	editFile(t, filepath.Join(dir, "audit.yaml"), regexp.MustCompile(`(?m)^privacy:.*$`), "privacy: "+privacy)
	return dir
}

func editFile(t *testing.T, path string, old *regexp.Regexp, by string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !old.Match(data) {
		t.Fatalf("%s has no %s", path, old)
	}
	if err := os.WriteFile(path, old.ReplaceAllLiteral(data, []byte(by)), 0o644); err != nil {
		t.Fatal(err)
	}
}

var digits = regexp.MustCompile(`\b` + numbers + `[0-9]{7}\b`)

// birds returns the canaries in data, whatever way it writes text.
func birds(data []byte) (found []string) {
	see := func(data []byte, how string) {
		low := lower(data)
		for rest := low; ; {
			i := bytes.Index(rest, []byte(mark))
			if i < 0 || len(found) > 5 {
				break
			}
			at := len(low) - len(rest) + i
			found = append(found, how+strconv.Quote(string(low[max(0, at-60):min(len(low), at+60)])))
			rest = rest[i+len(mark):]
		}
		for at := 0; len(found) <= 10; at += len(numbers) {
			i := bytes.Index(data[at:], []byte(numbers))
			if i < 0 {
				break
			}
			if at += i; digits.Match(data[max(0, at-1):min(len(data), at+len(numbers)+8)]) {
				found = append(found, how+strconv.Quote(string(data[max(0, at-60):min(len(data), at+60)])))
			}
		}
	}
	see(data, "")
	low := lower(data)
	for _, order := range []int{0, 1} { // UTF-16, little and big end first
		if !bytes.Contains(low, in16(mark, order)) && !bytes.Contains(data, in16(numbers, order)) {
			continue
		}
		for _, shift := range []int{0, 1} {
			var half []uint16
			for i := shift; i+1 < len(data); i += 2 {
				half = append(half, uint16(data[i+order])|uint16(data[i+1-order])<<8)
			}
			see([]byte(string(utf16.Decode(half))), "in UTF-16: ")
		}
	}
	return found
}

// lower makes letters of ASCII, of which the canaries are, small.
func lower(data []byte) []byte {
	out := bytes.Clone(data)
	for i, c := range out {
		if 'A' <= c && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return out
}

// in16 is s in UTF-16, little (0) or big (1) end first.
func in16(s string, order int) []byte {
	out := make([]byte, 2*len(s))
	for i := range len(s) {
		out[2*i+order] = s[i]
	}
	return out
}

// TestBirds: a canary is seen in every writing.
func TestBirds(t *testing.T) {
	for _, s := range []string{named("C1"), strings.ToUpper(named("C1")), numbers + "0000042", "a " + numbers + "1234567,", numbers + numbers + numbers + " " + numbers + "0000042"} {
		for how, data := range map[string]string{"plain": "Ж é" + s + "\x80", "at the start": s, "little": "Ж" + string(in16(s, 0)), "big": "abc" + string(in16(s, 1)) + "\x00;", "odd": "x" + string(in16(s, 0)), "even": "xy" + string(in16(s, 1))} {
			if len(birds([]byte(data))) == 0 {
				t.Errorf("%s, %s: %q is not seen", s, how, data)
			}
		}
	}
	for _, s := range []string{"", mark[:4], numbers + "123456", "5" + numbers + "1234567", numbers + "12345678"} {
		if b := birds([]byte(s)); len(b) > 0 {
			t.Errorf("%q is seen as %s", s, b)
		}
	}
}

// flock returns what is found in the files below dir, also inside archives.
func flock(t *testing.T, dir string) (found []string, files int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		name, _ := filepath.Rel(dir, path)
		for _, b := range birds(append([]byte(name+" "), data...)) {
			found = append(found, name+": "+b)
		}
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return nil // no archive
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				return err
			}
			inner, err := io.ReadAll(r)
			if err != nil {
				return err
			}
			for _, b := range birds(inner) {
				found = append(found, name+", "+f.Name+": "+b)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found, files
}

func named(id string) string { return mark + "-" + id }

// numbered makes ids of digits alone, which look like amounts.
func numbered() func(string) string {
	seen := map[string]string{}
	return func(id string) string {
		if seen[id] == "" {
			seen[id] = fmt.Sprintf("%s%07d", numbers, len(seen)+1)
		}
		return seen[id]
	}
}

// auditFlags are those that make an audit say as much as it can.
func auditFlags(t *testing.T) []string {
	help := evenhand(t, t.TempDir(), nil, "audit", "-h").stdout
	var out []string
	for flag, args := range map[string][]string{
		"--format": {"-format", "all"}, "--log": {"-log", "json"}, "--metrics": {"-metrics", "out.prom"}, "--openlineage": {"-openlineage", "lineage.json"},
		"--unsigned": {"-unsigned", "-pack", "pack"},
	} {
		if strings.Contains(help, flag+" ") {
			out = append(out, args...)
		}
	}
	return out
}

// TestCanaries: no id and no text of few rows leaves an audit, by whatever file,
// stream or temporary file; and where the plan opts in they do.
func TestCanaries(t *testing.T) {
	t.Parallel()
	flags := auditFlags(t)
	for _, c := range []struct {
		name    string
		privacy string
		ids     func(string) string
		texts   bool
	}{
		{"named", "{ids: keyed}", named, true},
		{"numbered", "{ids: keyed}", numbered(), false},
		{"plain", "{ids: plain}", named, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if raced && c.name != "named" {
				t.Skip("no other code runs")
			}
			can := &canaries{ids: c.ids, texts: c.texts}
			dir := can.book(t, c.privacy)
			total := 0
			for _, n := range can.n {
				total += n
			}
			if total < 1000 || c.texts && len(can.n) < 40 {
				t.Fatalf("%d canaries in %d columns", total, len(can.n))
			}
			out, tmp := filepath.Join(dir, "out"), t.TempDir()
			if err := os.Mkdir(out, 0o755); err != nil {
				t.Fatal(err)
			}
			env := []string{idKeyVariable + "=" + testIDKey, "TMPDIR=" + tmp}
			args := append([]string{"audit", "-c", "../audit.yaml", "-o", "report", "-memory", "64MiB"}, flags...)
			o := evenhand(t, out, env, args...)
			if o.code != exitFindings {
				t.Fatalf("exit %d: %s", o.code, o.stderr)
			}
			var s outcome
			if c.name == "named" {
				if s = evenhand(t, out, env, "scenario", "-c", "../audit.yaml", "-o", "scenarios"); s.code > exitFindings {
					t.Fatalf("scenario: exit %d: %s", s.code, s.stderr)
				}
			}
			for name, text := range map[string]string{"stdout": o.stdout + s.stdout, "stderr": o.stderr + s.stderr} {
				if err := os.WriteFile(filepath.Join(out, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			found, files := flock(t, out)
			left, _ := flock(t, tmp)
			if files < 20 {
				t.Fatalf("%d files were looked at", files)
			}
			switch {
			case c.privacy == "{ids: plain}":
				if len(found) < 20 {
					t.Errorf("with plain ids only %d canaries are there: %q", len(found), found)
				}
			case len(found)+len(left) > 0:
				t.Errorf("%d canaries:\n%s", len(found)+len(left), strings.Join(append(found, left...), "\n"))
			}
		})
	}
}

// TestCanariesInErrors: what is wrong with a cell is told without the cell.
func TestCanariesInErrors(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]struct {
		edit func(dir string)
		code int
		says string
	}{
		"a word outside a vocabulary": {func(dir string) {
			(&canaries{ids: named, texts: true, words: true, n: map[string]int{}}).plant(t, "decisions", filepath.Join(dir, "decisions", "part-0.parquet"))
		}, exitData, "is outside the vocabulary"},
		"a column of the wrong type": {func(dir string) {
			editFile(t, filepath.Join(dir, "audit.yaml"), regexp.MustCompile(`(?m)^  decisions:\n`), "  decisions:\n    columns: {latency_ms: customer_id}\n")
		}, exitData, ""},
		"instants of the wrong type": {func(dir string) {
			editFile(t, filepath.Join(dir, "audit.yaml"), regexp.MustCompile(`(?m)^  decisions:\n`), "  decisions:\n    columns: {notice_at: {from: account_id, timezone: Asia/Shanghai}}\n")
		}, exitData, ""},
		"a group of persons": {func(dir string) {
			editFile(t, filepath.Join(dir, "audit.yaml"), regexp.MustCompile(`(?m)^  product: \{\}\n`), "  product: {}\n  customer: {column: customer_id}\n")
		}, exitData, "tells persons apart"},
		"a file cut short": {func(dir string) {
			data, err := os.ReadFile(filepath.Join(dir, "limits.parquet"))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "limits.parquet"), data[:len(data)*2/3], 0o644); err != nil {
				t.Fatal(err)
			}
		}, exitData, "limits.parquet"},
		"damaged pages": {func(dir string) {
			file := filepath.Join(dir, "limits.parquet")
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for i := 1000; i < len(data)/2; i += 97 {
				data[i] ^= 0x55
			}
			if err := os.WriteFile(file, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}, exitData, "limits.parquet"},
		"another export's id": {nil, exitUsage, "no id of the export"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := (&canaries{ids: named, texts: true}).book(t, "{ids: keyed}")
			args := []string{"audit", "-o", "report"}
			if wrong.edit != nil {
				wrong.edit(dir)
			} else {
				args = []string{"resolve", "0123456789abcdef"}
			}
			o := evenhand(t, dir, []string{idKeyVariable + "=" + testIDKey}, args...)
			if o.code != wrong.code || !strings.Contains(o.stderr, wrong.says) {
				t.Errorf("exit %d, want %d with %q: %s", o.code, wrong.code, wrong.says, o.stderr)
			}
			if b := birds([]byte(o.stdout + o.stderr)); len(b) > 0 {
				t.Errorf("canaries: %s", b)
			}
		})
	}
}
