package main

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestLayers holds README's table of packages against the code: every package
// has a row, opens its documentation with the row's sentence, and imports
// nothing of the project that the row does not name.
func TestLayers(t *testing.T) {
	type row struct {
		sentence string
		may      []string
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, packages, _ := strings.Cut(string(readme), "\n## Packages\n")
	packages, _, _ = strings.Cut(packages, "\n## ")
	rows := map[string]row{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z/…]+)` \\| (.+?) \\| (.+?) \\|$").FindAllStringSubmatch(packages, -1) {
		rows[m[1]] = row{strings.ReplaceAll(m[2], "`", ""), strings.Split(strings.ReplaceAll(m[3], "`", ""), ", ")}
	}
	if len(rows) < 10 {
		t.Fatalf("README's table of packages has %d rows", len(rows))
	}
	rowOf := func(pkg string) (string, row, bool) {
		if r, ok := rows[pkg]; ok {
			return pkg, r, true
		}
		for name, r := range rows {
			if prefix, ok := strings.CutSuffix(name, "/…"); ok && strings.HasPrefix(pkg, prefix+"/") {
				return name, r, true
			}
		}
		return "", row{}, false
	}
	cmd := exec.Command("go", "list", "-json=ImportPath,Doc,Imports", "evenhand/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := map[string]bool{}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p struct {
			ImportPath, Doc string
			Imports         []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		pkg := strings.TrimPrefix(p.ImportPath, "evenhand/")
		name, r, ok := rowOf(pkg)
		if !ok {
			t.Errorf("package %s has no row in README's table", pkg)
			continue
		}
		seen[name] = true
		if name == pkg && pkg != "cmd/evenhand" {
			_, said, _ := strings.Cut(strings.ReplaceAll(p.Doc, "`", ""), " ")
			_, said, _ = strings.Cut(said, " ") // "Package x "
			if !strings.HasPrefix(strings.ToLower(said), strings.ToLower(strings.TrimSuffix(r.sentence, "."))) {
				t.Errorf("package %s: its documentation begins %q, README says %q", pkg, said, r.sentence)
			}
		}
		for _, imp := range p.Imports {
			dep, ours := strings.CutPrefix(imp, "evenhand/")
			if !ours || slices.Contains(r.may, "all") {
				continue
			}
			if depRow, _, _ := rowOf(dep); depRow != name && !slices.Contains(r.may, depRow) {
				t.Errorf("package %s imports %s; README's table allows %s", pkg, dep, strings.Join(r.may, ", "))
			}
		}
	}
	for name := range rows {
		if !seen[name] {
			t.Errorf("README's table has a row for %s, which is no package", name)
		}
	}
}

// TestGoStatements: only the driver starts goroutines; only the command prints
// or exits.
func TestGoStatements(t *testing.T) {
	files := 0
	err := filepath.WalkDir("../..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files++
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if _, err := parser.ParseFile(token.NewFileSet(), path, src, parser.PackageClauseOnly); err != nil {
			return err
		}
		text := string(src)
		in := func(dir string) bool { return strings.Contains(filepath.ToSlash(path), dir) }
		if regexp.MustCompile(`(?m)^\s*go (func|[a-z])|errgroup\.`).MatchString(text) && !in("audit/driver/") {
			t.Errorf("%s starts goroutines", path)
		}
		if regexp.MustCompile(`os\.(Exit|Stdout|Stderr)|fmt\.Print|\blog\.[A-Z]`).MatchString(text) && !in("cmd/evenhand/") {
			t.Errorf("%s prints or exits", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 20 {
		t.Fatalf("looked at %d files only", files)
	}
}
