package main

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// errorsOf collects the wordings of errors in the source: the constant strings
// that go to fmt.Errorf, errors.New, and to functions of the project that take
// a format and what fills it. What is joined to a constant counts as %s.
func errorsOf(t *testing.T, root string) map[string]string {
	t.Helper()
	makers := map[string][]int{"fmt.Errorf": {0}, "errors.New": {0}, "sayf": {1}} // name: which argument, by each function so called
	var files []*ast.File
	where := map[*ast.File]string{}
	set := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "audittest") {
			return err
		}
		f, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files = append(files, f)
		where[f] = path
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok {
				if at := formatOf(fn); at >= 0 {
					makers[fn.Name.Name] = append(makers[fn.Name.Name], at)
				}
			}
		}
		return nil
	})
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	// Joined to others, or made without any of the functions that are looked for.
	out := map[string]string{"; did you mean %q?": "audit/plan_error.go", "%s: %q is unknown; use %s": "audit/plan_decode.go"}
	for _, f := range files {
		if sentences[filepath.ToSlash(strings.TrimPrefix(where[f], root+string(filepath.Separator)))] {
			for _, s := range sentencesOf(f) {
				out[s] = where[f]
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name := ""
			switch fun := call.Fun.(type) {
			case *ast.Ident:
				name = fun.Name
			case *ast.SelectorExpr:
				name = fun.Sel.Name
				if x, ok := fun.X.(*ast.Ident); ok && (x.Name == "fmt" || x.Name == "errors") {
					name = x.Name + "." + name
				}
			}
			for _, at := range makers[name] {
				if at >= len(call.Args) {
					continue
				}
				if s, ok := constant(call.Args[at]); ok && sentence.MatchString(removeVerbs(s)) {
					out[s] = where[f]
				}
			}
			return true
		})
	}
	return out
}

// sentences are the files of which every sentence is said: what a verification
// found is no error.
var sentences = map[string]bool{"reports/pack/verify.go": true, "reports/pack/inspect.go": true, "reports/pack/chain.go": true}

// sentencesOf collects every constant of a file that is a sentence.
func sentencesOf(f *ast.File) (out []string) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.ImportSpec, *ast.Field:
			return false
		case *ast.CallExpr:
			if id, ok := x.Fun.(*ast.Ident); ok && id.Name == "panic" {
				return false
			}
			if fun, ok := x.Fun.(*ast.SelectorExpr); ok && fun.Sel.Name == "TrimPrefix" {
				return false
			}
		case ast.Expr:
			if s, ok := constant(x); ok {
				if sentence.MatchString(removeVerbs(s)) {
					out = append(out, s)
				}
				return false
			}
		}
		return true
	})
	return out
}

// formatOf is the index of the parameter that is a format, when the function
// makes an error of it; else -1.
func formatOf(fn *ast.FuncDecl) int {
	collects := map[string]bool{"wrong": true, "fail": true, "problemf": true} // mistakes, to be told together
	if !collects[fn.Name.Name] && (fn.Type.Results == nil || !slices.ContainsFunc(fn.Type.Results.List, func(f *ast.Field) bool {
		switch x := f.Type.(type) {
		case *ast.Ident:
			return x.Name == "error" || strings.HasSuffix(x.Name, "Error")
		case *ast.StarExpr:
			id, ok := x.X.(*ast.Ident)
			return ok && strings.HasSuffix(id.Name, "Error")
		}
		return false
	})) {
		return -1
	}
	at := 0
	for _, p := range fn.Type.Params.List {
		_, rest := p.Type.(*ast.Ellipsis)
		if rest {
			return at - 1
		}
		at += max(len(p.Names), 1)
	}
	return -1
}

// constant is the text of a constant string; parts that are not become %s.
func constant(e ast.Expr) (string, bool) {
	switch x := e.(type) {
	case *ast.BasicLit:
		if x.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(x.Value)
		return s, err == nil
	case *ast.BinaryExpr:
		a, okA := constant(x.X)
		b, okB := constant(x.Y)
		switch {
		case okA && okB:
			return a + b, true
		case okA:
			return a + "%s", true
		case okB:
			return "%s" + b, true
		}
	case *ast.ParenExpr:
		return constant(x.X)
	}
	return "", false
}

// sentence tells wordings from names of keys, which are the same in Chinese.
var sentence = regexp.MustCompile(`[A-Za-z]{2,}.* .*[A-Za-z]|[A-Za-z] .*[A-Za-z]{2,}|^[A-Za-z]{2,} | [A-Za-z]{2,}$`)

func removeVerbs(s string) string { return verb.ReplaceAllString(s, "") }

// TestErrorsAreChinese holds that every wording of an error in the source has
// a Chinese one that fills in the same things, and that the list has no other.
func TestErrorsAreChinese(t *testing.T) {
	found := errorsOf(t, "../..")
	if len(found) < 300 {
		t.Fatalf("only %d wordings found", len(found))
	}
	known := map[string]bool{}
	for _, m := range messages() {
		known[m.en] = true
		if _, ok := found[m.en]; !ok {
			t.Errorf("messages_zh.txt has %q, which nothing says", m.en)
		}
		for n := range m.verbs {
			if !strings.Contains(m.zh, "{"+strconv.Itoa(n+1)+"}") {
				t.Errorf("%q leaves out argument %d of %q", m.zh, n+1, m.en)
			}
		}
	}
	for _, s := range slices.Sorted(maps.Keys(found)) {
		if !known[s] {
			t.Errorf("%s: no Chinese for %q", found[s], s)
		}
	}
}

// TestChinese puts whole errors into Chinese, as they come out of the packages:
// wrapped, with places before them, and several at once.
func TestChinese(t *testing.T) {
	for _, c := range [][2]string{
		{"a.parquet: row group 2: income: a page ends before its last value: the file is corrupt", "a.parquet：第 2 个行组：income：页在最后一个值之前结束：文件已损坏"},
		{"-workers 0: at least one worker is needed", "-workers 0：至少需要一个工作线程"},
		{"report: another run is writing it; wait for it, or name another directory", "report：另一次运行正在写入；请等待其完成，或指定其他目录"},
		{"-lang fr: use en or zh", "-lang fr：请用 en或zh"},
		{"pass 1: 5 of 10 rows (50 %), 7 rows/s", "第 1 遍：10 行中的 5 行（50 %），每秒 7 行"},
		{"a/b.json: was changed: its SHA-256 is 00, manifest-sha256.txt says 01", "a/b.json：已被改动：其 SHA-256 为 00，manifest-sha256.txt 所列为 01"},
		{"p4: comes after pack 2 to 3, which is missing", "p4：在第 2 至 3 号证据包之后，而后者缺失"},
		{"unknown shorthand flag: 'x' in -x; see evenhand audit -h", "-x 中的 'x' 不是选项；见 evenhand audit -h"},
		{`invalid argument "a" for "--workers" flag: strconv.ParseInt: parsing "a": invalid syntax; see evenhand audit -h`, `"a" 不能作为选项 "--workers" 的值；见 evenhand audit -h`},
		{`unknown command "a" for "evenhand demo"`, `"evenhand demo" 不接受参数 "a"`},
		{"open x: permission denied", "open x：权限不足"},
		{"x.parquet: the file is empty (0 bytes)\ny.parquet: not a Parquet file: 3 bytes are too few", "x.parquet：文件为空（0 字节）\ny.parquet：不是 Parquet 文件：3 字节太少"},
	} {
		if got := chinese(c[0]); got != c[1] {
			t.Errorf("%q\n  is  %q\n  not %q", c[0], got, c[1])
		}
	}
	err := errors.New("-workers 0: at least one worker is needed")
	for _, args := range [][]string{{"audit", "-lang", "zh"}, {"audit", "--lang=zh"}} {
		if got := told(err, args); !strings.Contains(got, "工作线程") {
			t.Errorf("%v: %s", args, got)
		}
	}
	t.Setenv(langVariable, "zh")
	if got := told(err, []string{"audit"}); !strings.Contains(got, "工作线程") {
		t.Errorf("by %s: %s", langVariable, got)
	}
	if got := told(err, []string{"audit", "-lang", "en"}); got != err.Error() {
		t.Errorf("in English: %s", got)
	}
}
