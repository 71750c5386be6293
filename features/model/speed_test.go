package model

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"evenhand/features"
)

var (
	speedModel   = flag.String("speed.model", "", "model file to time, for .ci/bench_models.py")
	speedData    = flag.String("speed.data", "", "its columns, as .ci/bench_models.py writes them")
	speedWorkers = flag.Int("speed.workers", 1, "workers")
	speedShares  = flag.Bool("speed.contributions", false, "time contributions in place of scores")
)

// TestSpeed serves .ci/bench_models.py, which times the library and this
// package by turns: for each line on standard input it scores all rows and
// answers with the seconds of CPU and of the clock that it took and the sum of
// the scores; or likewise of the sizes of the contributions, for which the model
// is loaded anew each time, so that what they prepare counts.
func TestSpeed(t *testing.T) {
	if *speedModel == "" {
		t.Skip("timed by .ci/bench_models.py")
	}
	file, err := os.ReadFile(*speedModel)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Load(*speedModel, file, "")
	if err != nil {
		t.Fatal(err)
	}
	batches := speedBatches(t, m)
	outs := make([]Outputs, *speedWorkers)
	sums := make([]float64, len(batches))
	each := func(w int, b speedBatch) (sum float64) {
		b.m.Score(&outs[w], b.in, b.n)
		for _, x := range outs[w].Score {
			sum += x
		}
		return sum
	}
	if *speedShares {
		shares := make([][][]float64, *speedWorkers)
		for w := range shares {
			for range m.Inputs() {
				shares[w] = append(shares[w], make([]float64, features.BatchRows))
			}
		}
		each = func(w int, b speedBatch) (sum float64) {
			b.m.Contributions(shares[w], b.in, b.n)
			for _, of := range shares[w] {
				for _, x := range of[:b.n] {
					sum += math.Abs(x)
				}
			}
			return sum
		}
	}
	score := func() {
		if *speedShares {
			if m, err = Load(*speedModel, file, ""); err != nil {
				panic(err)
			}
		}
		var wg sync.WaitGroup
		for w := range outs {
			wg.Go(func() {
				for k := w; k < len(batches); k += len(outs) {
					sums[k] = each(w, speedBatch{m, batches[k].in, batches[k].n})
				}
			})
		}
		wg.Wait()
	}
	score() // the first batch compiles
	lines := bufio.NewScanner(os.Stdin)
	fmt.Println("ready")
	for lines.Scan() {
		cpu, clock := cpuSeconds(t), time.Now()
		score()
		total := 0.0
		for _, x := range sums {
			total += x
		}
		fmt.Println(cpuSeconds(t)-cpu, time.Since(clock).Seconds(), total)
	}
}

type speedBatch struct {
	m  Model
	in []*features.Vector
	n  int
}

// speedBatches reads the columns: a line of JSON, then the cells of one column
// after the other as float64, those of a text column being indexes of its
// levels and NaN.
func speedBatches(t *testing.T, m Model) (out []speedBatch) {
	t.Helper()
	f, err := os.Open(*speedData)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<20)
	line, err := r.ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var head struct {
		Rows    int
		Columns []struct {
			Name   string
			Levels []string
		}
	}
	if err := json.Unmarshal(line, &head); err != nil {
		t.Fatal(err)
	}
	for lo := 0; lo < head.Rows; lo += features.BatchRows {
		b := speedBatch{m, make([]*features.Vector, len(m.Inputs())), min(features.BatchRows, head.Rows-lo)}
		out = append(out, b)
	}
	for _, c := range head.Columns {
		cells := make([]byte, 8*head.Rows)
		if _, err := io.ReadFull(r, cells); err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(m.Inputs(), func(in Input) bool { return in.Name == c.Name })
		if i < 0 {
			t.Fatalf("the model has no input %s", c.Name)
		}
		dict := features.NewDict()
		for k := range out {
			v := &features.Vector{Present: true, Kind: features.Float, Dict: dict}
			for j := range out[k].n {
				x := math.Float64frombits(binary.LittleEndian.Uint64(cells[8*(k*features.BatchRows+j):]))
				if c.Levels == nil {
					v.Floats = append(v.Floats, x)
					continue
				}
				v.Kind = features.Text
				if x != x {
					v.Codes = append(v.Codes, features.Null)
				} else {
					v.Codes = append(v.Codes, dict.CodeOf(c.Levels[int(x)]))
				}
			}
			out[k].in[i] = v
		}
	}
	return out
}

// cpuSeconds is what the process has used.
func cpuSeconds(t *testing.T) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
