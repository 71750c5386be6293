package reports

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"

	"evenhand/audit/pseudonym"
)

// Redecisions is the re-decision list of a published report, as text.
type Redecisions struct {
	IDs  pseudonym.IDs // how the report has ids
	Head []string
	Rows [][]string
}

// idColumns are the columns of remedies.arrow that hold ids.
var idColumns = []string{"key", "customer", "account"}

// ReadRedecisions reads the re-decision list of the report in dir. What the
// report has is checked against its manifest by Verify, not here.
func ReadRedecisions(dir string) (*Redecisions, error) {
	raw, err := os.ReadFile(filepath.Join(dir, ManifestFile))
	if err != nil {
		return nil, err
	}
	var m Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("%s: is damaged: %w", filepath.Join(dir, ManifestFile), err)
	}
	path := filepath.Join(dir, remediesFormat.File)
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := ipc.NewFileReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: is damaged: %w", path, err)
	}
	defer r.Close()
	out := &Redecisions{IDs: m.IDs}
	for _, field := range r.Schema().Fields() {
		out.Head = append(out.Head, field.Name)
	}
	for i := range r.NumRecords() {
		rec, err := r.Record(i)
		if err != nil {
			return nil, fmt.Errorf("%s: is damaged: %w", path, err)
		}
		for row := range int(rec.NumRows()) {
			cells := make([]string, rec.NumCols())
			for c := range cells {
				cells[c] = cellText(rec.Column(c), row)
			}
			out.Rows = append(out.Rows, cells)
		}
	}
	return out, nil
}

func cellText(a arrow.Array, i int) string {
	if a.IsNull(i) {
		return ""
	}
	switch v := a.(type) {
	case *array.Timestamp:
		return time.UnixMicro(int64(v.Value(i))).UTC().Format(time.RFC3339Nano)
	case *array.Int64:
		return strconv.FormatInt(v.Value(i), 10)
	}
	return a.ValueStr(i)
}

// Pseudonyms lists the ids of the list.
func (l *Redecisions) Pseudonyms() []string {
	var out []string
	seen := map[string]bool{}
	l.each(func(cell *string) {
		if p, ok := pseudonym.IsPseudonym(*cell); ok && !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	})
	return out
}

// Resolve puts the export's ids in the place of pseudonyms and returns how many
// are not among them.
func (l *Redecisions) Resolve(ids map[string]string) (unknown int) {
	l.each(func(cell *string) {
		p, ok := pseudonym.IsPseudonym(*cell)
		if !ok {
			return
		}
		id, ok := ids[p]
		if !ok {
			unknown++
			return
		}
		*cell = id + (*cell)[len(p):]
	})
	return unknown
}

func (l *Redecisions) each(f func(*string)) {
	for c, name := range l.Head {
		for _, id := range idColumns {
			if name != id {
				continue
			}
			for r := range l.Rows {
				f(&l.Rows[r][c])
			}
		}
	}
}

// WriteCSV writes the list; no cell is a formula to a spreadsheet.
func (l *Redecisions) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.Write(l.Head)
	for _, row := range l.Rows {
		safe := make([]string, len(row))
		for i, s := range row {
			safe[i] = neutral(s)
		}
		out.Write(safe)
	}
	out.Flush()
	return out.Error()
}

// neutral puts a ' before what a spreadsheet would compute, numbers excepted.
func neutral(s string) string {
	if s == "" || !strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return s
	}
	if _, err := strconv.ParseInt(s, 10, 64); err == nil {
		return s
	}
	return "'" + s
}
