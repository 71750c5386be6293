package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"evenhand/audit"
	"evenhand/audit/checks"
)

const german = "../../fixtures/german"

// auditTrees audits the lender who decides by trees, one of its files changed
// beforehand, and returns the directory of the report.
func auditTrees(t *testing.T, name string, change func([]byte) []byte) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(german)); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		path := filepath.Join(dir, name)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		changed := change(data)
		if bytes.Equal(changed, data) {
			t.Fatalf("%s: nothing was changed", name)
		}
		if err := os.WriteFile(path, changed, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if o := evenhand(t, dir, nil, "audit", "-o", "report", "-q"); o.code != exitFindings && o.code != exitOK {
		t.Fatalf("exit %d: %s", o.code, o.stderr)
	}
	return filepath.Join(dir, "report")
}

func hasCheck(name string) bool {
	return slices.ContainsFunc(checks.All, func(c *audit.Check) bool { return c.Name == name })
}

// judgedBy returns how many rows each check judged; those that were skipped are
// not in it.
func judgedBy(t *testing.T, report string) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	eachRecord(t, filepath.Join(report, "coverage.arrow"), func(rows int, column func(string) arrow.Array) {
		for row := range rows {
			if column("status").ValueStr(row) != "skipped" {
				out[column("check").ValueStr(row)] = column("judged").(*array.Int64).Value(row)
			}
		}
	})
	return out
}

// TestTrees: what LightGBM and XGBoost scored, and told by their own
// contributions, is recomputed to the last point, and called right.
func TestTrees(t *testing.T) {
	report := auditTrees(t, "", nil)
	for _, k := range readKases(t, filepath.Join(report, "cases.arrow")) {
		if k.check == "scorematch" || k.wrong() || k.disclosure == "WRONG" || k.disclosure == "MISLEADING" {
			t.Errorf("%s %s: %s, %s, %s", k.check, k.key, k.substance, k.disclosure, k.cause)
		}
	}
	judged := judgedBy(t, report)
	for _, want := range []struct {
		check string
		least int64
	}{{"scorematch", 1000}, {"unexplaineddenial", 287}, {"reasonmatch", 281}, {"recourse", 281}} {
		if !hasCheck(want.check) {
			t.Logf("there is no check %s", want.check)
		} else if judged[want.check] < want.least {
			t.Errorf("%s judged %d rows, not %d", want.check, judged[want.check], want.least)
		}
	}
}

// TestTreesChanged: the same audit sees a model of which a digit was changed.
func TestTreesChanged(t *testing.T) {
	for name, before := range map[string]string{"model.txt": "leaf_value=", "model.json": `"base_score":"[`} {
		t.Run(name, func(t *testing.T) {
			report := auditTrees(t, name, func(b []byte) []byte {
				i := bytes.Index(b, []byte(before)) + len(before)
				i += bytes.IndexAny(b[i:], "123456789")
				b = slices.Clone(b)
				b[i] = '1' + (b[i]-'0')%9
				return b
			})
			differ := 0
			for _, k := range readKases(t, filepath.Join(report, "cases.arrow")) {
				if k.check == "scorematch" {
					differ++
				}
			}
			if differ < 20 {
				t.Errorf("%d scores differ", differ)
			}
		})
	}
}

// TestTreesReasons: it calls reasons wrong that name what the models don't read.
func TestTreesReasons(t *testing.T) {
	if !hasCheck("reasonmatch") {
		t.Skip("there is no check reasonmatch")
	}
	report := auditTrees(t, "audit.yaml", func(b []byte) []byte {
		return bytes.Replace(b, []byte("R01: {features: [checking]"), []byte("R01: {features: [age]"), 1)
	})
	unscored := 0
	for _, k := range readKases(t, filepath.Join(report, "cases.arrow")) {
		switch {
		case k.check != "reasonmatch" || k.disclosure != "WRONG":
		case k.cause == "UNSCORED":
			unscored++
		case k.cause != "OMITTED_PRINCIPAL": // where it is not among four
			t.Errorf("%s: %s", k.key, k.cause)
		}
	}
	if unscored < 150 {
		t.Errorf("%d denials name what no model reads", unscored)
	}
}
