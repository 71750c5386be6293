package expr

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"evenhand/features"
)

// FuzzCompile: no source makes the compiler panic, what compiles runs, and
// what does not is told in a sentence.
func FuzzCompile(f *testing.F) {
	for _, src := range []string{
		"open_loans >= 9 && product != 'cash'", "{'cash': 565, 'line': 568}[product]", "income * 3", "score >", "a.b.c",
		"flag ? null : [1][0]", "'\\u00e9' + \"x\"", "days(at, due) % 2 == 1", "product.matches('(a|b)*')", "-(-1)", "[1, 2].map(x, x)",
		"timestamp('2025-02-30')", "duration('9999999999h')", "{1: {2: 3}}", "history.on_time.x", "0x10 + 1e5", "score in [score, null]",
		"at.getHours('Asia/Shanghai')", "string(b'x')", "column('年龄')", "[][0]", "{}['a']", "type(1)", "size({'a': 1})", "!missing(null ? 1 : 2)",
	} {
		f.Add(src)
	}
	b, env := sample()
	f.Fuzz(func(t *testing.T, src string) {
		s, wrong := Parse(src)
		if wrong == nil {
			s.Names()
		} else {
			sentence(t, src, wrong)
		}
		e, err := Compile(src, env)
		if err != nil {
			sentence(t, src, err)
			return
		}
		if wrong != nil {
			t.Fatalf("%s compiles, but: %v", src, wrong)
		}
		truths, numbers := e.Truths(b), e.Numbers(b)
		if len(truths) != b.N || len(numbers) != b.N {
			t.Fatalf("%s: %d truths, %d numbers of %d rows", src, len(truths), len(numbers), b.N)
		}
		for _, x := range truths {
			if x > Unknown {
				t.Fatalf("%s: truth %d", src, x)
			}
		}
		e.Constant()
		e.Names()
	})
}

var placed = regexp.MustCompile(`^(value [^:]+: )?((line \d+, )?column \d+: )?`)

// sentence refuses errors that are no sentences: in lower case, of one line,
// that say what to do.
func sentence(t *testing.T, src string, err error) {
	t.Helper()
	text := err.Error()
	rest := placed.ReplaceAllString(text, "")
	first, _ := utf8.DecodeRuneInString(rest)
	said := strings.ContainsAny(rest, ";") || strings.Contains(rest, "did you mean")
	if !said || strings.HasSuffix(rest, ".") || unicode.IsUpper(first) && !strings.Contains(src, string(first)) {
		t.Fatalf("%q: %q is no sentence that says what to do", src, text)
	}
}

// FuzzKernel: the kernels of any expression say what CEL says of every row.
// The first bytes write the expression, the seed fills the batches.
func FuzzKernel(f *testing.F) {
	for i := range 8 {
		r := rand.New(rand.NewPCG(uint64(i), 5))
		choices := make([]byte, 60)
		for j := range choices {
			choices[j] = byte(r.IntN(256))
		}
		f.Add(choices, uint64(i))
	}
	f.Fuzz(func(t *testing.T, choices []byte, seed uint64) {
		at := 0
		w := &writing{slow: seed%4 == 0, choose: func(n int) int {
			if at == len(choices) {
				return 0
			}
			at++
			return int(choices[at-1]) % n
		}}
		src := w.condition(4)
		if seed%3 == 0 {
			src = w.number(4)
		}
		env := randomEnv()
		e, err := Compile(src, env)
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		slow := slowOf(t, src, env)
		r := rand.New(rand.NewPCG(seed, 6))
		var b *features.Batch
		for range 2 {
			b = randomBatch(r, b, 1+r.IntN(20), false)
			bySlow(t, src, e, slow, b)
		}
	})
}
