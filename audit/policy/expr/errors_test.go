package expr

import (
	"fmt"
	"strings"
	"testing"
)

func TestErrors(t *testing.T) {
	_, env := sample()
	for _, c := range []struct{ src, want string }{
		{"", "the expression is empty; write a condition or a number"},
		{"score >=", "column 9: the expression ends too early; complete it, and close what is open: brackets and quotes"},
		{"score = 5", "column 7: a single = compares nothing; write =="},
		{"score >= 5 and flag", "column 12: \"and\" is not an operator; write &&"},
		{"not flag", "column 5: \"not\" is not an operator; write !"},
		{"flag & flag", "column 6: a single & or | is not an operator; write && or ||"},
		{"score <> 5", "column 8: <> is not an operator; write !="},
		{"(score > 5", "column 11: the expression ends too early; complete it, and close what is open: brackets and quotes"},
		{"score > 5)", "column 10: \")\" closes nothing, or closes too early; take it out, or complete what is before it"},
		{"product == 'cash", "column 12: the text that begins here does not end; close it with the same quote"},
		{"200,000", "column 4: a comma can't stand in a number; write the digits alone"},
		{"年龄 > 5", "column 1: \"年\" can't stand in a name; write column('…') for a column of such a name, and '…' for text"},
		{"if > 5", "column 1: \"if\" is not an operator; write condition ? a : b"},
		{"score > 5u", "column 9: 5u is an unsigned number; write 5"},
		{"b'x' == product", "column 1: bytes can't be compared with any column; write text without the b"},
		{"scor > 5", "column 1: scor is not known; did you mean score?"},
		{"zzz > 5", "column 1: zzz is not known; name a column, a feature, or a value of the policy"},
		{"history > 5", "column 1: history is not a value of its own; write history.NAME, as in history.open_loans"},
		{"history.on_tim > 5", "column 8: history.on_tim is not known; did you mean history.on_time?"},
		{"product.x == 1", "column 8: only history has parts; write history.x, or a name without a dot"},
		{"product == 3", "column 9: product is text and 3 is a number; put the number in quotes"},
		{"score == 'a'", "column 7: score is a number and 'a' is text; write the number without quotes"},
		{"at > '2025-01-01'", "column 4: at is an instant and '2025-01-01' is text; write instants as timestamp('2025-01-31T00:00:00+08:00')"},
		{"score + 'a'", "column 9: 'a' is text, not a number; calculate with numbers"},
		{"score + flag", "column 9: flag is a condition, not a number; write condition ? 1 : 0"},
		{"at - 3", "column 1: at is an instant, not a number; write days(later, earlier) for the days between"},
		{"product && flag", "column 1: product is text, not a condition; compare it with something"},
		{"flag ? 1 : 'a'", "column 6: one branch is a number, the other text; give both one type"},
		{"product < null", "column 11: null is no value, which has no order; use == or !="},
		{"product in ['a', 1]", "column 9: product is text and 1 is a number; put the number in quotes"},
		{"open_loans in [1, true]", "column 19: the list has numbers and conditions; give all elements one type"},
		{"score in 5", "column 10: 5 is a number, not a list; write in ['a', 'b']"},
		{"{'a': 1, 'a': 2}[product]", "column 10: the key 'a' stands in the map twice; take one out"},
		{"{'a': 1, 2: 2}[product]", "column 10: 2 is a number, but the first key is text; give all keys one type"},
		{"{product: 1}[product]", "column 2: a key of a map must be text or a number, written out; use condition ? a : b for others"},
		{"{'a': 1}[score]", "column 10: score is a number, but the keys of the map are text; give both one type"},
		{"{}[score]", "column 3: the map is empty; name its keys and values"},
		{"{'a': 1, 'b': 'x'}[product]", "column 15: 'x' is text, but the value before it is a number; give all one type"},
		{"score[1]", "column 1: score is a number, not a map; write {'key': 1}[column]"},
		{"['a']", "column 1: what stands here is a list; write a condition or a number"},
		{"[1].all(x, x > 1)", "column 8: all is not a function here; write the conditions out, joined by &&"},
		{"has(history.on_time)", "column 4: has is not a function here; write known(x)"},
		{"flor(score)", "column 5: flor is not a function; did you mean floor?"},
		{"days(at)", "column 5: days is not called so; write days(later, earlier)"},
		{"score.floor()", "column 12: floor is not called so; write floor(x)"},
		{"startsWith(product, 'a')", "column 11: startsWith is not called so; write text.startsWith('part')"},
		{"floor(product)", "column 7: product is text, but floor takes a number; write floor(x)"},
		{"days(at, 5)", "column 10: 5 is a number, but days takes an instant; write days(later, earlier)"},
		{"size(score)", "column 6: score is a number, but size takes text; write size(x)"},
		{"product.matches('(')", "column 17: '(' is not a pattern of RE2 (missing closing )); correct it"},
		{"product.matches('((a{100}){100}){100}')", "column 17: '((a{100}){100}){100}' is not a pattern of RE2 (invalid repeat count); correct it"},
		{"timestamp('yesterday')", "column 10: 'yesterday' is not an instant; write it as in '2025-01-31T00:00:00+08:00', or a day"},
		{"duration('1 day')", "column 9: '1 day' is not a duration; write it as in '36h' or '90m'"},
		{"loop > 1", "column 1: loop is a reserved word; write column('loop') if it is a column"},
		{"loop1 > 1", "value loop2: column 5: loop1 refers to itself (loop1, loop2, loop1); take one of the names out"},
		{"bad", "value bad: column 8: the expression ends too early; complete it, and close what is open: brackets and quotes"},
		{"wrong > 1", "value wrong: column 1: product is text, not a number; calculate with numbers"},
		{"id == 'x'", "column 1: id is a column of type id, which expressions can't read; name another"},
		{"column(product)", "column 7: column takes the name of a column in quotes, as in column('age')"},
		{"score >\n 'a'", "line 1, column 7: score is a number and 'a' is text; write the number without quotes"},
		{"1e999", "column 1: the number is too large or no number; write one below 9e18 in digits, or with an exponent"},
		{"99999999999999999999", "column 1: the number is too large or no number; write one below 9e18 in digits, or with an exponent"},
		{"Message{a: 1}", "column 8: messages and comprehensions are not part of the language; write the condition out"},
	} {
		_, err := Compile(c.src, env)
		if err == nil {
			t.Errorf("%s: no error", c.src)
			continue
		}
		if err.Error() != c.want {
			t.Errorf("%s: %q, want %q", c.src, err, c.want)
		}
	}
}

func TestLimits(t *testing.T) {
	_, env := sample()
	env.Values = map[string]string{"v0": "score"}
	for i := range 40 {
		env.Values[fmt.Sprintf("v%d", i+1)] = fmt.Sprintf("v%d + v%d", i, i)
	}
	for what, src := range map[string]string{
		"length":   strings.Repeat(" ", maxBytes) + "1",
		"brackets": strings.Repeat("(", 1000) + "1" + strings.Repeat(")", 1000),
		"choices":  strings.Repeat("flag ? 1 : ", 300) + "2",
		"sum":      strings.Repeat("1 + ", 3000) + "2",
		"values":   "v40 > 1",
		"list":     "score in [" + strings.Repeat("1,", 30000) + "2]",
	} {
		if _, err := Compile(src, env); err == nil || !strings.Contains(err.Error(), "large") && !strings.Contains(err.Error(), "bytes") {
			t.Errorf("%s: %v", what, err)
		}
	}
	long := "product in ['" + strings.Repeat("a','", 3000) + "b']"
	e, err := Compile(long, env)
	if err != nil || !e.Kernel() {
		t.Error(err)
	}
	if _, err := Compile(strings.Repeat("flag && ", 300)+"true", env); err != nil {
		t.Error(err)
	}
}
