package parquetfile_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"evenhand/features"
	"evenhand/features/parquetfile"
)

// FuzzOpen reads whatever bytes: only typed errors come out, in bounded
// memory.
func FuzzOpen(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("..", "..", "fixtures", "dialects", "*.parquet"))
	if err != nil || len(files) < 20 {
		f.Fatalf("%d seeds, %v", len(files), err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	opts := parquetfile.Options{MaxPage: 1 << 20, MaxHeld: 8 << 20, MaxUnitRows: 1 << 16, MaxDistinct: 1 << 12}
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "x.parquet")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := parquetfile.OpenPaths(context.Background(), "decisions", []string{path}, opts)
		if err != nil {
			if !typed(err) {
				t.Fatal(err)
			}
			return
		}
		for _, field := range s.Fields() {
			for _, k := range []features.Kind{field.Natural, features.Text, features.Float} {
				spec := features.Spec{Name: "x", Kind: k, From: []string{field.Name}, FloatMoney: true}
				if _, err := readAll(context.Background(), []string{path}, []features.Spec{spec}, opts); err != nil && !typed(err) {
					t.Fatal(err)
				}
			}
		}
	})
}
