package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/parquet-go/parquet-go"

	"evenhand/fixtures"
)

// TestShuffled: the rows of every table in another order, cut into other files
// and row groups, with hardly any memory, give the same answer bit for bit.
func TestShuffled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := unpack(fixtures.Book(), dir); err != nil {
		t.Fatal(err)
	}
	audit := func(out string, args ...string) string {
		if o := evenhand(t, dir, nil, append([]string{"audit", "-o", out, "-q"}, args...)...); o.code != exitFindings {
			t.Fatalf("exit %d: %s", o.code, o.stderr)
		}
		return resultDigest(t, filepath.Join(dir, out))
	}
	demos, _ := demoed(t)
	want := resultDigest(t, filepath.Join(demos, "book", "report"))
	plan, err := os.ReadFile(filepath.Join(dir, "audit.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(3, 9))
	tables := 0
	for _, table := range []string{"repayments", "payments", "limits", "features", "decisions"} {
		var files []string
		if table == "decisions" {
			for _, part := range entries(t, filepath.Join(dir, "decisions")) {
				files = append(files, filepath.Join(dir, "decisions", part))
			}
		} else {
			files = []string{filepath.Join(dir, table+".parquet")}
		}
		shuffleTable(t, rng, files)
		tables++
	}
	if tables != 5 || len(plan) == 0 {
		t.Fatalf("%d tables", tables)
	}
	for _, args := range [][]string{{"-workers", "1"}, {"-workers", "3", "-memory", "64MiB"}} {
		if got := audit(fmt.Sprint("shuffled", len(args)), args...); got != want {
			t.Errorf("%v: digest %.12s, want %.12s", args, got, want)
		}
	}
}

// shuffleTable spreads the rows of files over the same files anew, in random
// order and small row groups.
func shuffleTable(t *testing.T, rng *rand.Rand, files []string) {
	t.Helper()
	var rows []parquet.Row
	var schema *parquet.Schema
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		info, _ := f.Stat()
		p, err := parquet.OpenFile(f, info.Size())
		if err != nil {
			t.Fatal(err)
		}
		schema = p.Schema()
		for _, g := range p.RowGroups() {
			r := g.Rows()
			buf := make([]parquet.Row, 256)
			for {
				n, err := r.ReadRows(buf)
				for _, row := range buf[:n] {
					rows = append(rows, row.Clone())
				}
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			r.Close()
		}
		f.Close()
	}
	if len(rows) == 0 {
		t.Fatalf("%v: no rows", files)
	}
	rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	for i, file := range files {
		lo, hi := len(rows)*i/len(files), len(rows)*(i+1)/len(files)
		f, err := os.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		w := parquet.NewWriter(f, schema, parquet.MaxRowsPerRowGroup(int64(700+rng.IntN(900))), parquet.Compression(&parquet.Zstd))
		if _, err := w.WriteRows(rows[lo:hi]); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
