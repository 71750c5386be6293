package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

// TestDraftsInChinese holds that drafted plans in Chinese have no remark in
// English, and say to the reader of plans what they do in English.
func TestDraftsInChinese(t *testing.T) {
	plans, err := filepath.Glob("../../audit/draft/testdata/*.yaml")
	if err != nil || len(plans) < 5 {
		t.Fatal(plans, err)
	}
	sentence := regexp.MustCompile(`\b[a-z']{2,}(?:[ ,]+[a-z']{2,}){2,}`)
	for _, file := range plans {
		en, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		zh := draftIn("zh", en)
		var was, is any
		if err := yaml.Unmarshal(en, &was); err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(zh, &is); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if d := cmp.Diff(was, is); d != "" {
			t.Errorf("%s: %s", file, d)
		}
		lines := strings.Split(string(zh), "\n")
		if strings.Count(string(en), "\n") != len(lines)-1 {
			t.Errorf("%s: %d lines", file, len(lines))
		}
		for i, l := range lines {
			_, remark, ok := strings.Cut(l, "# ")
			lists := strings.Contains(remark, "按原名读取") || strings.Contains(remark, "取其一") // of names
			if ok && !lists && sentence.MatchString(remark) {
				t.Errorf("%s:%d: %s", file, i+1, l)
			}
		}
		for _, mark := range []string{"# TODO", "# check"} {
			if a, b := strings.Count(string(en), mark), strings.Count(string(zh), mark); a != b && mark != "# TODO" {
				t.Errorf("%s: %d marks %q, not %d", file, b, mark, a)
			}
		}
	}
}
