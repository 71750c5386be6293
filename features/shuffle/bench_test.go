package shuffle

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"evenhand/features"
)

// BenchmarkRepayments adds and loads rows like instalments: loans of a customer
// in the order of loans, as exports have them, and shuffled.
func BenchmarkRepayments(b *testing.B) {
	const rows = 1 << 20
	table := repayments()
	for _, shuffled := range []bool{false, true} {
		batches := instalments(rows, shuffled)
		for _, memory := range []int64{0, 32 << 20} {
			b.Run(fmt.Sprintf("shuffled=%v/memory=%dMiB", shuffled, memory>>20), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					s := New([]Table{table}, Options{Memory: memory, Dir: b.TempDir()})
					w := s.Writer()
					for i := range batches {
						if err := w.Add(0, &batches[i]); err != nil {
							b.Fatal(err)
						}
					}
					if err := w.Close(); err != nil {
						b.Fatal(err)
					}
					r, n := s.Reader(), 0
					for p := range s.Partitions() {
						out, err := r.Load(p)
						if err != nil {
							b.Fatal(err)
						}
						n += out[0].N
					}
					if n != rows {
						b.Fatalf("%d rows", n)
					}
					s.Close()
				}
				b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}

func repayments() Table {
	t := Table{Name: "repayments", Key: 1, Order: []int{0, 2, 3}, Keep: []int{0, 1, 2, 3, 4, 5}}
	for i, k := range []features.Kind{features.Opaque, features.Opaque, features.Int, features.Date, features.Money, features.Instant} {
		t.Specs = append(t.Specs, features.Spec{Name: fmt.Sprint(i), Kind: k})
	}
	return t
}

// instalments are batches of loan_id, customer_id, installment_no, due_date,
// due_amount, paid_at.
func instalments(rows int, shuffled bool) []features.Batch {
	rng := rand.New(rand.NewPCG(1, 1))
	place := make([]int, rows)
	for i := range place {
		place[i] = i
	}
	if shuffled {
		rng.Shuffle(rows, func(i, j int) { place[i], place[j] = place[j], place[i] })
	}
	var out []features.Batch
	for lo := 0; lo < rows; lo += features.BatchRows {
		b := features.Batch{N: features.BatchRows, Cols: make([]features.Vector, 6)}
		for c, k := range []features.Kind{features.Opaque, features.Opaque, features.Int, features.Date, features.Money, features.Instant} {
			b.Cols[c].Kind, b.Cols[c].Offsets = k, []uint32{0}
		}
		for i := range b.N {
			row := place[lo+i]
			loan := row / 6
			customer := loan * 7919 % (rows / 20)
			for c, text := range []string{fmt.Sprintf("L%09d", loan), fmt.Sprintf("C%08d", customer)} {
				v := &b.Cols[c]
				v.Bytes = append(v.Bytes, text...)
				v.Offsets = append(v.Offsets, uint32(len(v.Bytes)))
			}
			due := int64(19000 + loan%900 + 30*(row%6))
			for c, x := range []int64{int64(row % 6), due, 100_000 + int64(loan%977)*100, due * 86_400_000_000} {
				b.Cols[2+c].Ints = append(b.Cols[2+c].Ints, x)
			}
			b.Cols[5].Valid = append(b.Cols[5].Valid, rng.IntN(20) > 0)
		}
		out = append(out, b)
	}
	return out
}
