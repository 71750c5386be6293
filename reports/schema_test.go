package reports

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/ipc"
)

// TestSchemaText holds the printed schema against the tables as they are
// written: every field of every table, its type and words, and the version.
func TestSchemaText(t *testing.T) {
	text := SchemaText()
	sections := map[string]string{}
	for _, s := range strings.Split(text, "\n\n") {
		head, body, _ := strings.Cut(s, "\n")
		file, _, _ := strings.Cut(head, " ")
		sections[file] = head + "\n" + body
	}
	r, tables, fields := New(realistic()), 0, 0
	for _, f := range Formats {
		if filepath.Ext(f.File) != ".arrow" {
			if !strings.Contains(text, "  "+f.File+" ") {
				t.Errorf("%s is not named", f.File)
			}
			continue
		}
		tables++
		b, err := r.render(f)
		if err != nil {
			t.Fatal(err)
		}
		file, err := ipc.NewFileReader(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		version, _ := file.Schema().Metadata().GetValue("evenhand.schema_version")
		section := sections[f.File]
		if head := fmt.Sprintf("%s (version %s): %s\n", f.File, version, f.Doc); !strings.HasPrefix(section, head) {
			t.Errorf("%s is not documented as %q", f.File, head)
		}
		lines := map[string]string{}
		for _, l := range strings.Split(section, "\n")[1:] {
			if words := strings.Fields(l); len(words) > 0 {
				lines[strings.TrimSuffix(words[0], "?")] = l
			}
		}
		for _, field := range file.Schema().Fields() {
			fields++
			doc, _ := field.Metadata.GetValue("doc")
			l := lines[field.Name]
			if doc == "" || !strings.HasSuffix(l, " "+doc) || !strings.Contains(l, field.Type.String()) || strings.Contains(l[:min(len(l), 24)], "?") != field.Nullable {
				t.Errorf("%s: %s is documented as %q", f.File, field.Name, l)
			}
			delete(lines, field.Name)
		}
		for name := range lines {
			t.Errorf("%s: %s is documented, and not written", f.File, name)
		}
	}
	if tables != len(tableDocs) || fields < 100 {
		t.Errorf("%d tables of %d, %d fields", tables, len(tableDocs), fields)
	}
}
