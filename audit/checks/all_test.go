package checks

import (
	"flag"
	"hash/fnv"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"evenhand/audit"
	"evenhand/audit/audittest"
	"evenhand/audit/cause"
	"evenhand/audit/clauses"
)

var long = flag.Bool("long", false, "also run every check on every other's fixtures, which takes minutes")

func TestValid(t *testing.T) {
	if len(All) < 5 {
		t.Fatalf("%d checks", len(All))
	}
	if err := audit.Validate(Known()); err != nil {
		t.Error(err)
	}
}

// TestManualsAgree holds that the Chinese manual page has the sections of the
// English one, and every name, code and number of each section.
func TestManualsAgree(t *testing.T) {
	term := regexp.MustCompile(`\b[a-z0-9]+(?:_[a-z0-9]+)+|\b[A-Z]+[0-9](?:\.[0-9])?\b|[0-9]+(?:[.,e-][0-9]+)*`)
	for _, c := range Known() {
		en, zh := strings.Split(c.Doc, "\n\n"), strings.Split(c.DocZh, "\n\n")
		if len(en) != len(zh) {
			t.Errorf("%s: %d sections in English, %d in Chinese", c.Name, len(en), len(zh))
			continue
		}
		found := 0
		for i := range en {
			for _, s := range term.FindAllString(en[i], -1) {
				found++
				if !strings.Contains(zh[i], s) {
					t.Errorf("%s: %s is missing from section %d in Chinese", c.Name, s, i+1)
				}
			}
		}
		if found < 5 {
			t.Errorf("%s: only %d terms compared", c.Name, found)
		}
	}
}

// TestFixtures runs every check on its own fixtures, FAMILY/testdata/NAME.txtar
// and NAME-*.txtar: cases, metrics and findings must be the ones written there,
// and the laws of State must hold.
func TestFixtures(t *testing.T) {
	for _, c := range Known() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			own, err := filepath.Glob("*/testdata/" + c.Name + ".txtar")
			if err != nil {
				t.Fatal(err)
			}
			more, err := filepath.Glob("*/testdata/" + c.Name + "-*.txtar")
			if err != nil {
				t.Fatal(err)
			}
			own = append(own, more...)
			if len(own) == 0 {
				t.Fatal("no fixture")
			}
			for _, f := range own {
				audittest.Run(t, c, f, Known()...)
			}
		})
	}
}

// TestLaws proves the laws of State for every check on its own fixtures and
// others'.
func TestLaws(t *testing.T) {
	for _, c := range All {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			ran := 0
			for _, f := range fixturesFor(t, c) {
				if audittest.Laws(t, c, f, Known()...) {
					ran++
				}
			}
			if ran == 0 {
				t.Error("it ran on no fixture")
			}
		})
	}
}

// TestWords holds that every metric and cause of any fixture's result has a
// name in both languages: the check's own, or that of package cause.
func TestWords(t *testing.T) {
	named := map[string]bool{}
	for _, code := range cause.Codes() {
		w := cause.Words(code)
		named[code] = w.En != "" && w.Zh != ""
	}
	each(t, func(t *testing.T, c *audit.Check, file string, _ *audit.Plan, r *audit.Result) {
		missing := map[string]bool{}
		for i := range r.Metrics {
			if w := c.Words[r.Metrics[i].Name]; w.En == "" || w.Zh == "" {
				missing[r.Metrics[i].Name] = true
			}
		}
		causes := func(code string) {
			if w := c.Words[code]; code != "" && !named[code] && (w.En == "" || w.Zh == "") {
				missing[code] = true
			}
		}
		for i := range r.Cases {
			causes(r.Cases[i].Cause)
			for _, x := range r.Cases[i].Causes {
				causes(x.Code)
			}
		}
		for i := range r.Findings {
			causes(r.Findings[i].Cause)
			for _, x := range r.Findings[i].Causes {
				causes(x.Code)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(missing)) {
			t.Errorf("%s: %s has no words in check %s", file, name, c.Name)
		}
	})
}

// TestClauses holds that every check says which clauses it gives evidence for,
// that none of the map's clauses is without a check, and that findings cite
// what their check says.
func TestClauses(t *testing.T) {
	given := map[string]bool{}
	for _, c := range Known() {
		if len(c.Clauses) == 0 {
			t.Errorf("%s gives evidence for no clause", c.Name)
		}
		for _, id := range c.Clauses {
			if clauses.Find(id) == nil {
				t.Errorf("%s names clause %q, which is not in the map", c.Name, id)
			}
			given[id] = true
		}
	}
	for _, r := range clauses.All {
		if given[r.ID] == r.Whole {
			t.Errorf("clause %s: is it the evidence of checks, or of the run as a whole?", r.ID)
		}
	}
	cited := 0
	each(t, func(t *testing.T, c *audit.Check, file string, _ *audit.Plan, r *audit.Result) {
		for i := range r.Findings {
			for _, k := range r.Findings[i].Clauses {
				cited++
				if !slices.Contains(c.Clauses, k.ID) {
					t.Errorf("%s: a finding of %s cites %s, which the check does not name", file, c.Name, k.ID)
				}
			}
		}
	})
	if cited == 0 {
		t.Error("no finding cites anything")
	}
}

// banned is what no letter may hold, by why: the text lint of the audit.
var banned = map[string]*regexp.Regexp{
	"a protected attribute": regexp.MustCompile(`(?i)\b(sex|gender|male|female|race|ethnic\w*|religio\w*|nationality|marital|pregnan\w*|disab\w*|age|aged)\b|性别|男性|女性|种族|民族|宗教|国籍|籍贯|户籍|婚姻|怀孕|残疾|年龄`),
	"fraud rules":           regexp.MustCompile(`(?i)fraud|blacklist|watch ?list|device fingerprint|欺诈|黑名单|灰名单|设备指纹|反作弊`),
	"a generic reason":      regexp.MustCompile(`(?i)综合评分不足|综合评分不够|综合评估未通过|暂无授信|did not meet (our|the) (score|standards)|overall (score|assessment)|internal policy`),
	"social networks":       regexp.MustCompile(`(?i)social (network|media)|wechat|weibo|your (friends|contacts)|address book|微信|微博|朋友圈|社交|好友|通讯录|人脉`),
	"a promise":             regexp.MustCompile(`(?i)will (surely |certainly |then )?(be approved|pass|get the loan|be granted)|guarantee|certain to|sure to|一定(能|会|可以)?(通过|获批|提额)|必(然|定)?(通过|获批)|包过|肯定(能|会)?(通过|获批)|保证|承诺(通过|获批)|即可通过|将(会)?(通过|获批)`),
	"a gap in the text":     regexp.MustCompile(`%!|<nil>|NaN|\{|\}|\[\d\]|  |：。|为。|；；|, ,|: \.|由变为|于，`),
}

// TestLetters holds that every letter is there in both languages or in none,
// and says nothing that a customer must not be told.
func TestLetters(t *testing.T) {
	letters := map[string]int{}
	each(t, func(t *testing.T, c *audit.Check, file string, plan *audit.Plan, r *audit.Result) {
		if c.Letter == nil {
			return
		}
		for i := range r.Cases {
			k := &r.Cases[i]
			letter := c.Letter(plan, k)
			if (letter.En == "") != (letter.Zh == "") {
				t.Errorf("%s: %s: a letter in one language: %q, %q", file, k.Key, letter.En, letter.Zh)
			}
			if letter.En == "" {
				continue
			}
			letters[c.Name]++
			for why, bad := range banned {
				for _, text := range []string{letter.En, letter.Zh} {
					if s := bad.FindString(text); s != "" {
						t.Errorf("%s: %s: the letter holds %s, %q: %s", file, k.Key, why, s, text)
					}
				}
			}
		}
	})
	for _, c := range Known() {
		if c.Letter != nil && letters[c.Name] == 0 {
			t.Errorf("%s: no case of any fixture has a letter", c.Name)
		}
	}
	if len(letters) == 0 {
		t.Error("no check writes letters")
	}
}

// TestLint: what is banned is found.
func TestLint(t *testing.T) {
	for text, why := range map[string]string{
		"因年龄不符": "a protected attribute", "because of your gender": "a protected attribute", "命中反欺诈规则": "fraud rules",
		"综合评分不足": "a generic reason", "请绑定微信好友": "social networks", "Then it will be approved.": "a promise", "保证提额": "a promise", "您的额度为。": "a gap in the text",
	} {
		if !banned[why].MatchString(text) {
			t.Errorf("%q passes for want of %s", text, why)
		}
	}
	if s := banned["a protected attribute"].FindString("The page showed 100.00; average balance, months of usage."); s != "" {
		t.Errorf("%q is no protected attribute", s)
	}
}

// fixturesFor lists the fixtures to run a check on: its own, and of the others
// every one with -long, else one in eight, each check another eighth.
func fixturesFor(t *testing.T, c *audit.Check) []string {
	t.Helper()
	files, err := filepath.Glob("*/testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures (%v)", err)
	}
	return slices.DeleteFunc(files, func(file string) bool {
		name := filepath.Base(file)
		own := strings.HasPrefix(name, c.Name+".") || strings.HasPrefix(name, c.Name+"-")
		h := fnv.New32a()
		h.Write([]byte(c.Name + " " + name))
		return !own && !*long && h.Sum32()%8 != 0
	})
}

// results remembers what a check makes of a fixture: several tests look at it.
var results sync.Map

type resultOf struct {
	plan *audit.Plan
	r    *audit.Result
}

func resultFor(t *testing.T, c *audit.Check, file string) (*audit.Plan, *audit.Result) {
	t.Helper()
	key := c.Name + " " + file
	if x, ok := results.Load(key); ok {
		return x.(resultOf).plan, x.(resultOf).r
	}
	plan, r := audittest.Result(t, c, file, Known()...)
	results.Store(key, resultOf{plan, r})
	return plan, r
}

// each runs every check over its own fixtures and others', and fails when one
// runs on none.
func each(t *testing.T, f func(t *testing.T, c *audit.Check, file string, plan *audit.Plan, r *audit.Result)) {
	for _, c := range Known() {
		t.Run(c.Name, func(t *testing.T) {
			ran := 0
			for _, file := range fixturesFor(t, c) {
				plan, r := resultFor(t, c, file)
				if len(r.Coverage) == 1 && r.Coverage[0].Status != "skipped" {
					ran++
				}
				f(t, c, file, plan, r)
			}
			if ran == 0 {
				t.Error("it ran on no fixture")
			}
		})
	}
}
