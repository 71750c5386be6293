package reports

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"evenhand/audit"
	"evenhand/features"
)

// TestDigestCoversEveryField changes each field of each record in turn: a
// field that is added later and forgotten by the digest fails here.
func TestDigestCoversEveryField(t *testing.T) {
	make1 := func() *audit.Result {
		return &audit.Result{
			Findings: make([]audit.Finding, 1), Cases: make([]audit.Case, 1), Metrics: make([]audit.Metric, 1), Coverage: make([]audit.Coverage, 1)}
	}
	base, n := resultDigest(make1()), 0
	for _, part := range []string{"Findings", "Cases", "Metrics", "Coverage"} {
		typ := reflect.ValueOf(make1()).Elem().FieldByName(part).Index(0).Type()
		for i := range typ.NumField() {
			r := make1()
			if typ.Field(i).Name == "Waived" { // what the lender accepts is not what was found
				r.Findings[0].Waived = &audit.Waiver{ID: "W"}
				if resultDigest(r) != base {
					t.Error("a waiver changes the digest")
				}
				continue
			}
			set1(t, reflect.ValueOf(r).Elem().FieldByName(part).Index(0).Field(i))
			if resultDigest(r) == base {
				t.Errorf("%s.%s is not in the digest", part, typ.Field(i).Name)
			}
			n++
		}
	}
	if n < 50 {
		t.Fatalf("only %d fields", n)
	}
}

// set1 gives a field another value.
func set1(t *testing.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Int64, reflect.Int:
		v.SetInt(1)
	case reflect.Uint8:
		v.SetUint(1)
	case reflect.Float64:
		v.SetFloat(1)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		set1(t, v.Index(0))
	case reflect.Struct:
		set1(t, v.Field(0))
	default:
		t.Fatalf("a field of kind %v: teach the test", v.Kind())
	}
}

func TestDigestIsOfMeaning(t *testing.T) {
	want := New(realistic()).Digest()
	in := realistic()
	in.Tables = nil
	in.Binary, in.Lang = "other", "zh"
	in.Models = nil
	slices.Reverse(in.Result.Metrics)
	slices.Reverse(in.Result.Findings)
	slices.Reverse(in.Result.Coverage)
	for i := range in.Result.Metrics { // another NaN is the same NaN
		if m := &in.Result.Metrics[i]; math.IsNaN(m.Gap) {
			m.Gap = math.Float64frombits(0x7FF8_0000_0000_0BAD)
		}
	}
	if got := New(in).Digest(); got != want {
		t.Errorf("the digest depends on more than the result: %s and %s", got, want)
	}
	in.Result.Cases[0].Amount++
	if New(in).Digest() == want {
		t.Error("the digest does not see a case")
	}
}

// TestDigestIsStable holds the digest of a known result: it may only change
// with its version.
func TestDigestIsStable(t *testing.T) {
	golden(t, "digest.txt", []byte(New(clean()).Digest()+"\n"))
}

func TestPublishedFiles(t *testing.T) {
	for _, c := range []struct {
		dir  string
		in   []string
		want []string
	}{
		{"plans", []string{"b.parquet", "a/1.parquet"}, []string{"a/1.parquet", "b.parquet"}},
		{"/srv/plan", []string{"/srv/plan/data/dt=1/x.parquet"}, []string{"data/dt=1/x.parquet"}},
		{"/srv/plan", []string{"/data/e/dt=1/x.parquet", "/data/e/dt=2/x.parquet"}, []string{"dt=1/x.parquet", "dt=2/x.parquet"}},
		{"/srv/plan", []string{"/data/e/x.parquet"}, []string{"x.parquet"}},
		{".", []string{"../export/x.parquet"}, []string{"../export/x.parquet"}},
		{"", []string{"x.parquet"}, []string{"x.parquet"}},
		{".", []string{"https://user:secret@host/x.parquet?sig=secret", "s3://bucket/k=1/x.parquet"}, []string{"https://host/x.parquet", "s3://bucket/k=1/x.parquet"}},
	} {
		var files []features.File
		for _, p := range c.in {
			files = append(files, features.File{Path: p})
		}
		var got []string
		for _, f := range publishedFiles(c.dir, files) {
			got = append(got, f.Path)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s in %s: got %v, want %v", c.in, c.dir, got, c.want)
		}
	}
}
