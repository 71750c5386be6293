package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/checks"
	"evenhand/features/model"
)

// TestReadme: the plan, the policies and the card that README shows are accepted as they
// stand, its exit codes are the command's, and the commands it names exist.
func TestReadme(t *testing.T) {
	data, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := string(data)
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(readme, -1)
	plans, cards, registries, gates := 0, 0, 0, 0
	for _, b := range blocks {
		switch text := b[1]; {
		case strings.Contains(text, "evenhand: card"):
			cards++
			if m, err := model.Load("README.md", []byte(text), ""); err != nil {
				t.Errorf("the card: %v", err)
			} else if len(m.Inputs()) == 0 {
				t.Error("the card has no inputs")
			}
		case strings.Contains(text, "\npolicies:") && !strings.Contains(text, "\ntables:"):
			registries++
			plan, err := audit.ParsePlan("README.md", []byte("version: 1\nas_of: 2026-06-30\ntables: {decisions: {files: d.parquet}}\npolicies: p.yaml\n"), checks.All)
			if err != nil {
				t.Fatal(err)
			}
			if r, err := plan.LoadPolicies(func(string) ([]byte, error) { return []byte(text), nil }); err != nil || len(r.Policies) < 2 {
				t.Errorf("the policies: %v", err)
			}
		case strings.HasPrefix(text, "gates:"): // at the end of the plan of loanapp, as README says
			gates++
			holdGates(t, readme, text)
		default:
			plans++
			if _, err := audit.ParsePlan("README.md", []byte(text), checks.All); err != nil {
				t.Errorf("the plan: %v", err)
			}
		}
	}
	if plans != 1 || cards != 1 || registries != 1 || gates != 1 {
		t.Errorf("README shows %d plans, %d cards, %d registries of policies and %d examples of gates", plans, cards, registries, gates)
	}
	for _, line := range strings.Split(strings.TrimSpace(exitStatus), "\n") {
		code := strings.Fields(line)[0]
		if !regexp.MustCompile(`(?m)^\| ` + code + ` \|`).MatchString(readme) {
			t.Errorf("README's table lacks exit code %s", code)
		}
	}
	named := regexp.MustCompile("(?m)`?evenhand ([a-z]+)").FindAllStringSubmatch(readme, -1)
	if len(named) < 5 {
		t.Fatalf("README names %d commands", len(named))
	}
	known := map[string]bool{}
	for _, c := range command().Commands() {
		known[c.Name()] = true
	}
	for _, m := range regexp.MustCompile("`evenhand ([a-z]+)|^    evenhand ([a-z]+)").FindAllStringSubmatch(readme, -1) {
		if name := m[1] + m[2]; !known[name] {
			t.Errorf("README names `evenhand %s`, which is no command", name)
		}
	}
}

// holdGates runs the audit of loanapp with README's gates and waivers: its
// sentence must be the one that README shows.
func holdGates(t *testing.T, readme, gates string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../fixtures/loanapp")); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "audit.yaml"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString(gates)
	f.Close()
	var stdout, stderr bytes.Buffer
	code := run([]string{"audit", "-c", filepath.Join(dir, "audit.yaml"), "-o", filepath.Join(dir, "report")}, &stdout, &stderr)
	said := ""
	for _, line := range strings.Split(stderr.String(), "\n") {
		if strings.Contains(line, " failed: ") {
			said = line
		}
	}
	if code != exitFindings || said == "" || !strings.Contains(readme, said) {
		t.Errorf("with README's gates the audit ends in %d and says %q, which README does not", code, said)
	}
}

// TestReadmeDemo: what README says the demo prints is what it prints, and its
// pages are small.
func TestReadmeDemo(t *testing.T) {
	data, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```text\n(.*?)```").FindStringSubmatch(string(data))
	if block == nil {
		t.Fatal("README shows no output of the demo")
	}
	dir, o := demoed(t)
	lines := 0
	for _, line := range strings.Split(block[1], "\n") {
		if strings.Trim(line, " …") == "" {
			continue
		}
		lines++
		if !strings.Contains(o.stdout, line+"\n") {
			t.Errorf("the demo does not print %q", line)
		}
	}
	if lines < 8 {
		t.Errorf("%d lines compared", lines)
	}
	for _, report := range []string{"book", "german", "loanapp"} {
		info, err := os.Stat(filepath.Join(dir, report, "report", "report.html"))
		if err != nil || info.Size() > 1_000_000 {
			t.Errorf("%s: a page to read, mail and print is to stay under 1 MB: %v (%v)", report, info.Size(), err)
		}
	}
}
