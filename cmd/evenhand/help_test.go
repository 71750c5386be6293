package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"evenhand/audit/checks"
	"evenhand/reports"
)

// TestHelp: every command explains itself with examples that it would accept,
// and names its exit codes.
func TestHelp(t *testing.T) {
	commands := command().Commands()
	if len(commands) < 12 {
		t.Fatalf("%d commands", len(commands))
	}
	for _, c := range commands {
		o := evenhand(t, t.TempDir(), nil, c.Name(), "-h")
		if o.code != 0 || o.stderr != "" || !strings.Contains(o.stdout, "Examples:") || !strings.Contains(o.stdout, "Exit status:") {
			t.Errorf("%s -h: exit %d\n%s%s", c.Name(), o.code, o.stdout, o.stderr)
		}
		again := evenhand(t, t.TempDir(), nil, "help", c.Name())
		if again.stdout != o.stdout {
			t.Errorf("help %s is not %s -h", c.Name(), c.Name())
		}
		known := map[string]bool{"-h": true, "-help": true}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			known["-"+f.Name], known["-"+f.Shorthand] = true, true
		})
		examples := 0
		for _, line := range strings.Split(c.Example, "\n") {
			line, _, _ = strings.Cut(strings.TrimSpace(line), " && ")
			line, _, _ = strings.Cut(line, "   ") // what it is for
			words := strings.Fields(line)
			if len(words) < 2 || words[0] != "evenhand" || words[1] != c.Name() {
				continue
			}
			examples++
			for _, w := range words[2:] {
				w, _, _ = strings.Cut(w, "=")
				if w == "|" || w == ">" {
					break
				}
				if strings.HasPrefix(w, "-") && !known[w] {
					t.Errorf("%s: its example has %s, which is no flag: %s", c.Name(), w, line)
				}
			}
		}
		if examples == 0 {
			t.Errorf("%s has no example", c.Name())
		}
	}
}

// TestHelpNames: what help explains has one meaning each.
func TestHelpNames(t *testing.T) {
	seen := map[string]string{}
	add := func(name, kind string) {
		if seen[name] != "" {
			t.Errorf("%s is a %s and a %s", name, seen[name], kind)
		}
		seen[name] = kind
	}
	for _, c := range command().Commands() {
		add(c.Name(), "command")
	}
	for _, c := range checks.Known() {
		add(c.Name, "check")
	}
	for _, name := range topicNames() {
		add(name, "topic")
		for _, lang := range []string{"en", "zh"} {
			if o := evenhand(t, t.TempDir(), nil, "help", name, "-lang", lang); o.code != 0 || len(o.stdout) < 100 {
				t.Errorf("help %s: exit %d: %s%s", name, o.code, o.stdout, o.stderr)
			}
		}
	}
	if o := evenhand(t, t.TempDir(), nil, "help", "plan"); !strings.Contains(o.stdout, "as_of      !") {
		t.Errorf("help plan: %s", o.stdout)
	}
}

// TestTopicsInChinese: a topic in Chinese has no sentence in English left, and
// says as much as in English.
func TestTopicsInChinese(t *testing.T) {
	for _, f := range reports.Formats {
		if formatsZh[f.File] == "" {
			t.Errorf("formatsZh lacks %s", f.File)
		}
	}
	if len(formatsZh) != len(reports.Formats)+1 {
		t.Errorf("formatsZh has %d files, and a report %d", len(formatsZh), len(reports.Formats)+1)
	}
	codes := regexp.MustCompile(`(?m)^  \d+ `)
	if en, zh := codes.FindAllString(exitStatus, -1), codes.FindAllString(exitStatusZh, -1); len(en) < 5 || !slices.Equal(en, zh) {
		t.Errorf("exit codes %q, in Chinese %q", en, zh)
	}
	sentence := regexp.MustCompile(`\b[a-z]{2,}(?: [a-z]{2,}){2,}`)
	for _, topic := range topics {
		if topic.name == "cron" { // scripts and units
			continue
		}
		var b strings.Builder
		if err := topic.print(&b, "zh"); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if s := sentence.FindString(strings.NewReplacer("evenhand schema plan", "", "evenhand schema results", "").Replace(line)); s != "" {
				t.Errorf("help %s: %q in %s", topic.name, s, line)
			}
		}
	}
}

// TestEnvironment: the variables that the code reads by name are the ones that
// help lists.
func TestEnvironment(t *testing.T) {
	var listed strings.Builder
	if err := printEnvironment(&listed, "en"); err != nil {
		t.Fatal(err)
	}
	found := 0
	err := filepath.WalkDir("../..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range regexp.MustCompile(`"(EVENHAND_[A-Z_]+|OPENLINEAGE_[A-Z_]+|SOURCE_DATE_EPOCH)"`).FindAllStringSubmatch(string(src), -1) {
			found++
			if !strings.Contains(listed.String(), m[1]) {
				t.Errorf("%s reads %s, which help environment does not list", path, m[1])
			}
		}
		return nil
	})
	if err != nil || found < 4 {
		t.Fatalf("%d variables (%v)", found, err)
	}
}

// TestMan: the pages are the same at any time, one for each command and check,
// and render without a warning where there is a man to ask.
func TestMan(t *testing.T) {
	dir := t.TempDir()
	for _, out := range []string{"a", "b"} {
		if o := evenhand(t, dir, []string{"SOURCE_DATE_EPOCH=1782864000"}, "man", "-o", out); o.code != 0 {
			t.Fatal(o.stderr)
		}
	}
	pages, err := filepath.Glob(filepath.Join(dir, "a", "man?", "*"))
	if want := len(command().Commands()) + len(checks.Known()) + 2; err != nil || len(pages) != want {
		t.Fatalf("%d pages, want %d (%v)", len(pages), want, err)
	}
	man, _ := exec.LookPath("man")
	for i, page := range pages {
		a, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(strings.Replace(page, filepath.Join(dir, "a"), filepath.Join(dir, "b"), 1))
		if err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s is not the same again (%v)", page, err)
		}
		if !bytes.HasPrefix(a, []byte(".TH EVENHAND")) || !bytes.Contains(a, []byte(`"2026-07-01"`)) {
			t.Errorf("%s begins %.60q", page, a)
		}
		if man == "" || i%8 != 0 && !strings.HasSuffix(page, "audit.1") {
			continue
		}
		cmd := exec.Command(man, "--warnings", "-l", page)
		cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "MANPAGER=cat", "MANWIDTH=100")
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); err != nil && strings.Contains(stderr.String(), "not found") {
			t.Logf("man can't render here: %s", stderr.String())
			man = ""
			continue
		}
		if text := stderr.String(); strings.Contains(text, "warning") && !strings.Contains(text, "cannot adjust") && !strings.Contains(text, "break") {
			t.Errorf("%s: %s", page, text)
		}
	}
}

// TestShells: the scripts are there, bash takes its own, and completes with it.
func TestShells(t *testing.T) {
	dir := t.TempDir()
	for shell := range shells {
		o := evenhand(t, dir, nil, "completion", shell)
		if o.code != 0 || len(o.stdout) < 1000 || !strings.Contains(o.stdout, "evenhand") {
			t.Errorf("%s: exit %d, %d bytes: %s", shell, o.code, len(o.stdout), o.stderr)
		}
		write(t, filepath.Join(dir, shell), o.stdout)
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(dir, "evenhand")); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"evenhand au": "audit", "evenhand audit -wor": "-workers", "evenhand audit --wor": "--workers", "evenhand audit -lang z": "zh",
		"evenhand checks stalledl": "stalledlimit", "evenhand diff -fail-on wo": "worse", "evenhand completion fi": "fish", "evenhand help environ": "environment",
		"evenhand audit -log js": "json", "evenhand schema decis": "decisions",
	} {
		words := strings.Fields(line)
		script := `compopt() { :; }
_get_comp_words_by_ref() { cur="${COMP_WORDS[COMP_CWORD]}"; prev="${COMP_WORDS[COMP_CWORD-1]}"; words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; }
__ltrim_colon_completions() { :; }
source ./bash
COMP_WORDS=(` + line + `); COMP_CWORD=` + string(rune('0'+len(words)-1)) + `; COMP_LINE="` + line + `"; COMP_POINT=${#COMP_LINE}; COMP_TYPE=9
__start_evenhand; printf '%s\n' "${COMPREPLY[@]}"`
		cmd := exec.Command(bash, "--norc", "-c", script)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), evenhandMain+"=1", "PATH="+dir+":"+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != want {
			t.Errorf("%s: %q, want %q (%v)", line, got, want, err)
		}
	}
}
