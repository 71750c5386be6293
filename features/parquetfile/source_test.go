package parquetfile_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"evenhand/features"
	"evenhand/features/parquetfile"
	"evenhand/features/storage"
)

// TestHive reads a hive directory: partition columns, debris left out.
func TestHive(t *testing.T) {
	for _, dir := range dialectDirs(t) {
		hive := filepath.Join(dir, "50_spark_hive_dir")
		ref := filepath.Join(dir, "00_reference.parquet")
		ids := func(path string, spec features.Spec) []string {
			t.Helper()
			got, _, err := cells(t, path, spec)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		for _, name := range []string{"dt", "segment", "amount"} {
			kind := map[string]features.Kind{"dt": features.Date, "segment": features.Text, "amount": features.Money}[name]
			pairs := func(path string) []string {
				a := ids(path, features.Spec{Kind: features.Opaque, From: []string{"application_id"}})
				b := ids(path, features.Spec{Kind: kind, From: []string{name}, Exponent: 2})
				for i := range a {
					a[i] += "=" + b[i]
				}
				slices.Sort(a)
				return a
			}
			if got, want := pairs(hive), pairs(ref); !slices.Equal(got, want) {
				t.Errorf("%s: %s differs", hive, name)
			}
		}
		rows := ids(hive, features.Spec{Kind: features.Opaque, RowID: true})
		if !strings.HasPrefix(rows[0], "dt=2026-01-01/") || !strings.HasSuffix(rows[0], ".parquet#0") {
			t.Errorf("row id %q", rows[0])
		}
		if _, _, err := cells(t, hive, features.Spec{Kind: features.Instant, From: []string{"dt"}, Zone: time.UTC}); err == nil || !strings.Contains(err.Error(), "never stand for times") {
			t.Errorf("a partition as a time: %v", err)
		}
	}
}

// TestNoZone: timestamps without a zone need one from the plan.
func TestNoZone(t *testing.T) {
	path := filepath.Join("..", "..", "fixtures", "dialects", "17_ts_no_tz.parquet")
	_, _, err := cells(t, path, features.Spec{Kind: features.Instant, From: []string{"decided_at"}})
	wantData(t, err, path)
	if !strings.Contains(err.Error(), "timestamps without a zone; give `timezone`") {
		t.Error(err)
	}
}

// TestDrift: part files must agree on what is bound, and on nothing else.
func TestDrift(t *testing.T) {
	type a struct {
		X int64  `parquet:"x"`
		Y string `parquet:"y"`
	}
	type reordered struct {
		Z bool   `parquet:"z"`
		Y string `parquet:"y"`
		X int64  `parquet:"x"`
	}
	type other struct {
		X float64 `parquet:"x"`
		Y string  `parquet:"y"`
	}
	type lacking struct {
		Y string `parquet:"y"`
	}
	first := writeRows(t, []a{{1, "p"}, {2, "q"}})
	bind := func(second string, from string) error {
		in, err := storage.Expand([]string{first})
		if err != nil {
			t.Fatal(err)
		}
		more, err := storage.Expand([]string{second})
		if err != nil {
			t.Fatal(err)
		}
		s, err := parquetfile.Open(t.Context(), "decisions", append(in, more...), parquetfile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return s.Bind([]features.Spec{{Name: "x", Kind: features.Float, From: []string{from}}})
	}
	if err := bind(writeRows(t, []reordered{{true, "r", 3}}), "x"); err != nil {
		t.Errorf("reordered: %v", err)
	}
	changed := writeRows(t, []other{{1.5, "s"}})
	err := bind(changed, "x")
	wantData(t, err, changed)
	if !strings.Contains(err.Error(), "is double here and int64 in "+first) {
		t.Error(err)
	}
	gone := writeRows(t, []lacking{{"t"}})
	err = bind(gone, "x")
	wantData(t, err, gone)
	if !strings.Contains(err.Error(), "is missing here") {
		t.Error(err)
	}
	if err := bind(writeRows(t, []lacking{}), "x"); err != nil {
		t.Errorf("an empty part: %v", err)
	}
}

// TestChanged: a file that changes while the export is open is noticed, at the
// next unit, at Verify and at Close.
func TestChanged(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(path string) error
	}{
		{"touched", func(p string) error { return os.Chtimes(p, time.Time{}, time.Unix(1, 0)) }},
		{"truncated", func(p string) error { return os.Truncate(p, 100) }},
		{"removed", os.Remove},
		{"replaced", func(p string) error {
			b, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			info, err := os.Stat(p)
			if err != nil {
				return err
			}
			if err := os.WriteFile(p+".new", b, 0o600); err != nil {
				return err
			}
			if err := os.Chtimes(p+".new", time.Time{}, info.ModTime()); err != nil {
				return err
			}
			return os.Rename(p+".new", p)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := writeBench(t, t.TempDir(), 100_000)
			s, err := parquetfile.OpenPaths(t.Context(), "decisions", []string{path}, parquetfile.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Bind(benchSpecs); err != nil {
				t.Fatal(err)
			}
			r := s.NewReader()
			defer r.Close()
			if err := r.Open(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
			if err := c.change(path); err != nil {
				t.Fatal(err)
			}
			var b features.Batch
			for more := true; more; {
				if more, err = r.Next(&b); err != nil && !errors.Is(err, parquetfile.ErrChanged) {
					t.Errorf("Next: %v", err)
				}
			}
			other := s.NewReader()
			defer other.Close()
			for what, err := range map[string]error{
				"Open": other.Open(t.Context(), 1), "Verify": s.Verify(t.Context()), "Close": s.Close(),
			} {
				if !errors.Is(err, parquetfile.ErrChanged) || !strings.Contains(err.Error(), path) {
					t.Errorf("%s: %v", what, err)
				}
			}
		})
	}
}

// TestVerify: digests are those of the bytes.
func TestVerify(t *testing.T) {
	s, err := parquetfile.OpenPaths(t.Context(), "decisions", []string{crcFile}, parquetfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(crcFile)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(b)
	f := s.Files()[0]
	if f.SHA256 != hex.EncodeToString(sum[:]) || f.Size != int64(len(b)) || f.Rows != 60 || f.RowGroups != 2 || !strings.Contains(f.CreatedBy, "parquet-cpp-arrow") {
		t.Errorf("%+v", f)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Verify(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("after cancel: %v", err)
	}
}

// TestNotFound: what is not there is told apart from what is broken.
func TestNotFound(t *testing.T) {
	_, err := parquetfile.OpenPaths(t.Context(), "decisions", []string{filepath.Join(t.TempDir(), "no.parquet")}, parquetfile.Options{})
	if !errors.Is(err, parquetfile.ErrNotFound) {
		t.Error(err)
	}
}

// TestSplits: one reader a unit, units in reverse, gives the same rows and the
// same tally as one reader for all.
func TestSplits(t *testing.T) {
	path := filepath.Join("..", "..", "fixtures", "dialects", "33_polars_lz4_pages.parquet")
	whole, err := readAll(t.Context(), []string{path}, dialectSpecs("33"), parquetfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := parquetfile.OpenPaths(t.Context(), "decisions", []string{path}, parquetfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Bind(dialectSpecs("33")); err != nil {
		t.Fatal(err)
	}
	if len(s.Units()) < 2 {
		t.Fatal("too few units")
	}
	var sum features.Tally
	rows := int64(0)
	for u := len(s.Units()) - 1; u >= 0; u-- {
		r := s.NewReader()
		if err := r.Open(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		var b features.Batch
		for {
			more, err := r.Next(&b)
			if err != nil {
				t.Fatal(err)
			}
			if !more {
				break
			}
			rows += int64(b.N)
		}
		sum.Add(r.Tally())
		r.Close()
	}
	if rows != whole.rows || fmt.Sprint(sum) != fmt.Sprint(whole.tally) {
		t.Errorf("%d rows, tally %v; want %d, %v", rows, sum, whole.rows, whole.tally)
	}
}

// TestPeek looks at columns of several types.
func TestPeek(t *testing.T) {
	s, err := parquetfile.OpenPaths(t.Context(), "decisions", []string{filepath.Join("..", "..", "fixtures", "dialects", "00_reference.parquet")}, parquetfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Peek(t.Context(), "approved", 1000)
	if err != nil {
		t.Fatal(err)
	}
	if p.Rows != 60 || p.Nulls != 0 || p.Distinct != 2 || p.Min != "false" || p.Max != "true" || p.Values[0].Count < p.Values[1].Count || p.Values[0].Count+p.Values[1].Count != 60 {
		t.Errorf("%+v", p)
	}
	if p, err = s.Peek(t.Context(), "reasons", 10); err != nil || p.Rows != 10 || p.Distinct > 4 || p.Min[0] != 'R' {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err = s.Peek(t.Context(), "application_id", 50); err != nil || p.Distinct != 50 || len(p.Values) != 50 {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err = s.Peek(t.Context(), "nope", 50); err == nil {
		t.Error("peeked at a column that is not there")
	}
}

// TestMixedInt96: parts that fastparquet and Arrow wrote are read each in its
// own way.
func TestMixedInt96(t *testing.T) {
	shared := filepath.Join("..", "..", "..", "shared", "dialects")
	mended, spark := filepath.Join(shared, "24_fastparquet_json_list.parquet"), filepath.Join(shared, "05_spark_int96_snappy.parquet")
	if _, err := os.Stat(mended); err != nil {
		t.Skipf("%s is not there", mended)
	}
	spec := []features.Spec{{Name: "x", Kind: features.Instant, From: []string{"decided_at"}, Zone: time.UTC}}
	for _, order := range [][]string{{mended, spark}, {spark, mended}} {
		var inputs []storage.Input
		for _, p := range order {
			in, err := storage.Expand([]string{p})
			if err != nil {
				t.Fatal(err)
			}
			inputs = append(inputs, in...)
		}
		s, err := parquetfile.Open(t.Context(), "decisions", inputs, parquetfile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Bind(spec); err != nil {
			t.Fatal(err)
		}
		r := s.NewReader()
		defer r.Close()
		var b features.Batch
		var first []int64
		for u := range s.Units() {
			if err := r.Open(t.Context(), u); err != nil {
				t.Fatal(err)
			}
			if more, err := r.Next(&b); !more || err != nil {
				t.Fatal(more, err)
			}
			first = append(first, b.Cols[0].Ints[0])
		}
		if len(first) != 2 || first[0] != first[1] {
			t.Errorf("%v: first instants %v", order, first)
		}
	}
}

// TestSeeds: a seed depends on the bytes of a file alone, and is no digest that
// anybody publishes.
func TestSeeds(t *testing.T) {
	dir := t.TempDir()
	paths, err := filepath.Glob("../../fixtures/book/decisions/*.parquet")
	if err != nil || len(paths) < 2 {
		t.Fatalf("%d files (%v)", len(paths), err)
	}
	seeds := func(patterns ...string) [][]byte {
		s, err := parquetfile.OpenPaths(t.Context(), "decisions", patterns, parquetfile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if err := s.Verify(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i, f := range s.Files() {
			if len(s.Seeds()[i]) != 32 || f.SHA256 == fmt.Sprintf("%x", s.Seeds()[i]) {
				t.Errorf("%s: the seed is %x", f.Path, s.Seeds()[i])
			}
		}
		return s.Seeds()
	}
	data, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "renamed.parquet")
	if err := os.WriteFile(other, data, 0o644); err != nil {
		t.Fatal(err)
	}
	a, b, again := seeds(paths[0])[0], seeds(paths[1])[0], seeds(other)[0]
	if bytes.Equal(a, b) || !bytes.Equal(a, again) {
		t.Errorf("seeds %x, %x and %x", a, b, again)
	}
}
