package policy_test

import (
	"strings"
	"testing"
)

// TestProblems breaks one thing at a time: the message must name the place and
// say what to do.
func TestProblems(t *testing.T) {
	const rule = "    rules: [{id: a, when: x > 1}]\n"
	for _, c := range []struct{ name, text, want string }{
		{"no version", "  - rules: [{id: a, when: x > 1}]\n", "policies.1.version: version is missing"},
		{"syntax", "  - version: a\n    rules: [{id: a, when: 'x >'}]\n", "policies.1.rules.1.when: "},
		{"second rule", "  - version: a\n    rules: [{id: a, when: x > 1}, {id: b, for: '(', when: x > 1}]\n", "policies.1.rules.2.for: "},
		{"number for a condition", "  - version: a\n    rules: [{id: a, when: 5}]\n", "policies.1.rules.1.when: 5 is a number"},
		{"same id", "  - version: a\n    rules: [{id: a, when: x > 1}, {id: a, when: x > 2}]\n", `policies.1.rules.2.id: the name "a" is taken`},
		{"no id", "  - version: a\n    rules: [{when: x > 1}]\n", "policies.1.rules.1.id: id is missing"},
		{"same id as cooling", "  - version: a\n    rules: [{id: a, when: x > 1}]\n    cooling_off: [{id: a, after: denial, days: 3}]\n", `policies.1.cooling_off.1.id: the name "a" is taken`},
		{"empty rule", "  - version: a\n    rules: [{id: a}]\n", "policies.1.rules.1.when: the rule has neither"},
		{"both", "  - version: a\n    rules: [{id: a, when: x > 1, cutoff: {approve: 5}}]\n", "policies.1.rules.1.when: the rule has a condition and a cut-off"},
		{"no approve", "  - version: a\n    rules: [{id: a, cutoff: {refer: 5}}]\n", "policies.1.rules.1.cutoff.approve: approve is missing"},
		{"refer above approve", "  - version: a\n    rules: [{id: a, cutoff: {approve: 5, refer: 6}}]\n", "policies.1.rules.1.cutoff.refer: the refer cut-off 6 is better"},
		{"refer below approve, lower is better", "  - version: a\n    rules: [{id: a, cutoff: {approve: 0.05, refer: 0.01, better: lower}}]\n", "the refer cut-off 0.01 is better"},
		{"refer tie alone", "  - version: a\n    rules: [{id: a, cutoff: {approve: 5, refer_tie: fail}}]\n", "rules.1.cutoff.refer_tie: there is no refer cut-off"},
		{"approving cut-off", "  - version: a\n    rules: [{id: a, then: approve, cutoff: {approve: 5}}]\n", "policies.1.rules.1.then: a cut-off passes"},
		{"approve with worst", "  - version: a\n    order: worst\n    rules: [{id: a, then: approve, when: x > 1}]\n", "policies.1.rules.1.then: with order: worst"},
		{"unknown word", "  - version: a\n    rules: [{id: a, when: x > 1, missing: skip}]\n", `policies.1.rules.1.missing: "skip" is unknown; use pass, deny, refer`},
		{"unknown reason", "  - version: a\n    change_reason: fun\n", `policies.1.change_reason: "fun" is unknown; use risk, market`},
		{"unknown key", "  - version: a\n    rulez: []\n", `policies.1: unknown key "rulez"`},
		{"codes twice", "  - version: a\n    rules: [{id: a, when: x > 1, reasons: [R, R]}]\n", `policies.1.rules.1.reasons: reason code "R" is empty or listed twice`},
		{"date", "  - version: a\n    effective_from: 1.1.2025\n", `policies.1.effective_from: "1.1.2025" is no date`},
		{"year", "  - version: a\n    effective_from: 0001-01-01\n", "policies.1.effective_from: "},
		{"empty window", "  - version: a\n    effective_from: 2025-02-01\n    effective_to: 2025-02-01\n", "policies.1.effective_to: 2025-02-01 is not after 2025-02-01"},
		{"overlap", "  - {version: a, effective_to: 2025-02-01}\n  - {version: b, effective_from: 2025-01-31}\n", `policies.2.effective_from: version "b" is in force at the same time as "a" from 2025-01-31`},
		{"overlap of products", "  - {version: a, products: [x, y]}\n  - {version: b, products: [y, z]}\n", `version "b" is in force at the same time as "a"; end one`},
		{"overlap by again", "  - {version: a, effective_to: 2025-02-01, again: [{from: 2025-03-01}]}\n  - {version: b, effective_from: 2025-02-01}\n", "policies.2.effective_from: "},
		{"again within", "  - {version: a, again: [{from: 2025-03-01}]}\n", "policies.1.again.1.from: the version is already in force"},
		{"again without from", "  - {version: a, effective_to: 2025-02-01, again: [{to: 2025-03-01}]}\n", "policies.1.again.1.from: from is missing"},
		{"twice", "  - {version: a, effective_to: 2025-02-01}\n  - {version: a, effective_from: 2025-02-01}\n", `policies.2.version: version "a" is listed twice; give them`},
		{"twice for a product", "  - {version: a, products: [x]}\n  - {version: a, products: [y, x]}\n", `policies.2.version: version "a" is listed twice for product x`},
		{"product twice", "  - {version: a, products: [x, x]}\n", `policies.1.products: product "x" is empty or listed twice`},
		{"like nothing", "  - {version: a, like: b}\n", `policies.1.like: no version "b" stands before`},
		{"like a later one", "  - {version: a, like: b, effective_to: 2025-02-01}\n  - {version: b, effective_from: 2025-02-01}\n", `policies.1.like: no version "b" stands before`},
		{"negative amount", "  - version: a\n    limit: {min_of: [{id: a, value: -5}]}\n", "policies.1.limit.min_of.1.value: -5 is a negative amount"},
		{"too fine", "  - version: a\n    limit: {min_of: [{id: a, value: 5.005}]}\n", "policies.1.limit.min_of.1.value: 5.005 is finer than the minor unit"},
		{"too much", "  - version: a\n    limit: {min_of: [{id: a, value: 9999999999999}]}\n", "is more than any limit"},
		{"no value", "  - version: a\n    limit: {min_of: [{id: a}]}\n", "policies.1.limit.min_of.1.value: the term has neither"},
		{"missing word", "  - version: a\n    limit: {min_of: [{id: a, value: 5, missing: 'the lot'}]}\n", "policies.1.limit.min_of.1.missing: "},
		{"step and amounts", "  - version: a\n    limit: {min_of: [{id: a, value: 5}], step: 5, amounts: [5]}\n", "policies.1.limit.step: there are a step and a list"},
		{"amounts not ascending", "  - version: a\n    limit: {min_of: [{id: a, value: 5}], amounts: [5, 4]}\n", "policies.1.limit.amounts.2: 4 is not more than 5"},
		{"step of 0", "  - version: a\n    limit: {min_of: [{id: a, value: 5}], step: 0}\n", "policies.1.limit.step: a step of 0"},
		{"minimum of none", "  - version: a\n    limit: {min_of: [{id: a, value: 5}], below: minimum}\n", "policies.1.limit.below: there is no minimum"},
		{"unbounded", "  - version: a\n    limit: {requested: ignore}\n", "policies.1.limit.min_of: nothing bounds the limit"},
		{"rows", "  - version: a\n    limit: {min_of: [{id: a, matrix: {rows: {cuts: [1, 2]}, cells: [5, 6]}}]}\n", "policies.1.limit.min_of.1.matrix.cells: there are 2 rows of cells for 3 bands"},
		{"columns", "  - version: a\n    limit: {min_of: [{id: a, matrix: {rows: {cuts: [1]}, columns: {of: x, cuts: [1]}, cells: [[5, 6], [5]]}}]}\n", "policies.1.limit.min_of.1.matrix.cells.2: there are 1 cells for 2 bands"},
		{"cuts", "  - version: a\n    limit: {min_of: [{id: a, matrix: {rows: {cuts: [2, 1]}, cells: [5, 6, 7]}}]}\n", "matrix.rows.cuts: 1 is not more than 2"},
		{"no cuts", "  - version: a\n    limit: {min_of: [{id: a, matrix: {rows: {of: x}, cells: [5]}}]}\n", "matrix.rows.cuts: there are no cut points"},
		{"values of score", "  - version: a\n    limit: {min_of: [{id: a, matrix: {rows: {values: [x]}, cells: [5]}}]}\n", "matrix.rows.of: of is missing"},
		{"band", "  - version: a\n    limit: {min_of: [{id: a, matrix: {rows: {cuts: [1], missing: 2}, cells: [5, 6]}}]}\n", "matrix.rows.missing: there is no band 2"},
		{"steps", "  - version: a\n    ladder: {steps: [5, 5]}\n", "policies.1.ladder.steps.2: 5 is not more than 5"},
		{"factor", "  - version: a\n    ladder: {factor: 0.9}\n", "policies.1.ladder.factor: 0.9 times"},
		{"ladder to nowhere", "  - version: a\n    ladder: {when: x > 1}\n", "policies.1.ladder: nothing says how high"},
		{"cycle", "  - version: a\n    ladder: {factor: 2, cycle_days: -1}\n", "policies.1.ladder.cycle_days: -1 is less than none"},
		{"climb", "  - version: a\n    ladder: {factor: 2, climb: any}\n", "policies.1.ladder.climb: there are no steps"},
		{"after", "  - version: a\n    cooling_off: [{id: a, days: 3}]\n", "policies.1.cooling_off.1.after: after is missing"},
		{"days", "  - version: a\n    cooling_off: [{id: a, after: payoff}]\n", "policies.1.cooling_off.1.days: 0 days are no time"},
		{"promise", "  - version: a\n    promises: {p: {from: 2025-02-01, until: 2025-01-01}}\n", "policies.1.promises.p.until: 2025-01-01 is not after"},
		{"conditions twice", "  - version: a\n    promises: {p: {when: x > 1}}\n    conditions: {p: x > 2}\n", "policies.1.conditions.p: the promise p has conditions of its own"},
		{"new user", "  - version: a\n    new_user: {limit: 5}\n", "policies.1.new_user.months: it does not say who is new"},
		{"quota", "  - version: a\n    quotas: [{id: q, kind: partner}]\n", "policies.1.quotas.1.codes: codes are missing"},
		{"arm", "  - version: a\n    experiments: {E: {arms: {x: {values: {cut: 5}}}}}\n", "policies.1.experiments.E.arms.x.values.cut: the policy has no value cut"},
		{"no arms", "  - version: a\n    experiments: {E: {}}\n", "policies.1.experiments.E.arms: the experiment has no arms"},
		{"terms", "  - version: a\n    terms: {notice_days: -3}\n", "policies.1.terms.notice_days: -3 is less than none"},
		{"no fact", "  - version: a\n    rules: [{id: a, when: history.open_loan > 1}]\n", "policies.1.rules.1.when: there is no history.open_loan; the facts of the history are "},
		{"value called score", "  - version: a\n    values: {score: 5}\n", "policies.1.values.score: the name score is taken"},
		{"value with a hyphen", "  - version: a\n    values: {a-b: 5}\n", "policies.1.values.a-b: a value must be named like a column"},
		{"cycle of values", "  - version: a\n    values: {x: y + 1, y: x + 1}\n", "policies.1.values.x: value x is defined by itself"},
		{"cycle by an arm", "  - version: a\n    values: {x: y + 1, y: 1}\n    experiments: {E: {arms: {z: {values: {y: x}}}}}\n", "policies.1.experiments.E.arms.z.values.x: value x is defined by itself"},
	} {
		_, _, err := parsePolicies("policies:\n" + c.text)
		if err == nil {
			t.Errorf("%s: no error; want %s", c.name, c.want)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %s", c.name, err, c.want)
		} else if !strings.Contains(err.Error(), ";") && c.name != "year" && c.name != "syntax" {
			t.Errorf("%s: %v: no remedy", c.name, err)
		}
	}
	if _, _, err := parsePolicies("policies:\n  - version: a\n" + rule); err != nil {
		t.Error(err)
	}
	// What a version has from another is told once.
	_, _, err := parsePolicies("policies:\n  - {version: a, effective_to: 2025-02-01, terms: {notice_days: -3}}\n  - {version: b, like: a, effective_from: 2025-02-01}\n  - {version: c, like: b, effective_from: 2025-03-01}\n")
	if err == nil || strings.Count(err.Error(), "notice_days") != 1 || strings.Count(err.Error(), "policies.3") != 1 {
		t.Errorf("%v", err)
	}
}

// What looks odd and is right.
func TestNoProblems(t *testing.T) {
	for name, text := range map[string]string{
		"alongside":            "  - {version: a}\n  - {version: b, alongside: true}\n",
		"a product's own":      "  - {version: a}\n  - {version: b, products: [x]}\n",
		"versions by product":  "  - {version: a, products: [x]}\n  - {version: a, products: [y]}\n",
		"ends where next does": "  - {version: a, effective_to: 2025-02-01}\n  - {version: b, effective_from: 2025-02-01}\n",
		"instants":             "  - {version: a, effective_to: '2025-02-01T08:00:00+08:00'}\n  - {version: b, effective_from: '2025-02-01 00:00:00Z'}\n",
		"equal cut-offs":       "  - {version: a, rules: [{id: a, cutoff: {approve: 5, refer: 5.0}}]}\n",
		"amount of 0":          "  - {version: a, limit: {min_of: [{id: a, value: 0}]}}\n",
		"one column of cells":  "  - {version: a, limit: {min_of: [{id: a, matrix: {rows: {cuts: [1]}, cells: [5, 6]}}]}}\n",
		"nothing at all":       "  - {version: a}\n",
	} {
		if _, _, err := parsePolicies("policies:\n" + text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := parsePolicies("currency: JPY\npolicies: [{version: a, limit: {min_of: [{id: a, value: 5.5}]}}]\n"); err == nil {
		t.Error("half a yen is accepted")
	}
}
