package driver_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"evenhand/audit"
	"evenhand/audit/driver"
	"evenhand/features"
)

var long = flag.Bool("long", false, "also run the tests that take minutes")

// memoryLimit, in the environment, has TestMemory's own process run under that
// limit.
const memoryLimit = "EVENHAND_TEST_MEMORY"

// TestMemory: timelines of ten times the memory are brought together within 1.2
// times of it, as resident memory of a process of its own.
func TestMemory(t *testing.T) {
	if s := os.Getenv(memoryLimit); s != "" {
		limit, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		countLoans(t, limit)
		return
	}
	if !*long {
		t.Skip("-long is not given")
	}
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("the system does not say how much memory a process had")
	}
	for _, limit := range []int64{128 << 20, 256 << 20} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestMemory$", "-test.v")
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", memoryLimit, limit))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		var rows, decoded, peak int64
		_, line, _ := strings.Cut(string(out), "measured: ")
		if _, err := fmt.Sscanf(line, "%d rows, %d bytes decoded, %d bytes resident", &rows, &decoded, &peak); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		t.Logf("limit %d MiB: %d rows, %d MiB decoded, %d MiB resident", limit>>20, rows, decoded>>20, peak>>20)
		if decoded < 10*limit {
			t.Errorf("limit %d MiB: only %d MiB of rows", limit>>20, decoded>>20)
		}
		if peak > limit*6/5 {
			t.Errorf("limit %d MiB: %d MiB were resident", limit>>20, peak>>20)
		}
	}
}

// countLoans runs a check of timelines over generated instalments under a
// limit, as the command line sets it, and prints what it took.
func countLoans(t *testing.T, limit int64) {
	const row = 10 + 9 + 2*4 + 4*8 // bytes of a decoded row: ids with offsets, numbers
	rows := 10 * limit / row * 11 / 10
	debug.SetMemoryLimit(limit)
	src := &generated{units: 64, rows: int(rows) / 64}
	var got counter
	c := walkCheck(nil)
	c.Needs.Tables = []audit.TableNeed{{Table: "repayments", Timeline: true, Required: []string{"loan_id", "due_amount"}}}
	c.New = func(e *audit.Env) (audit.State, error) {
		return &counter{amount: e.Col("repayments", "due_amount"), out: &got}, nil
	}
	p, err := audit.ParsePlan("plan.yaml", []byte("version: 1\nas_of: 2026-06-30\ntables: {repayments: {files: x}}\n"), []*audit.Check{c})
	if err != nil {
		t.Fatal(err)
	}
	_, err = driver.Run(context.Background(), driver.Input{Plan: p, Checks: []*audit.Check{c}, Sources: map[string]features.Source{"repayments": src}},
		driver.Options{Workers: 2, Memory: limit / 3})
	if err != nil {
		t.Fatal(err)
	}
	if n := int64(src.units) * int64(src.rows); got.rows != n || got.customers != (n+99)/100 || got.total != n*(n-1)/2 {
		t.Errorf("%+v of %d rows", got, n)
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(status), "VmHWM:")
	peak, err := strconv.ParseInt(strings.Fields(text)[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("measured: %d rows, %d bytes decoded, %d bytes resident\n", rows, rows*row, peak<<10)
}

// counter counts customers and adds up what is due.
type counter struct {
	amount                 int
	customers, rows, total int64
	out                    *counter
}

func (c *counter) Customer(t *audit.Timeline) {
	c.customers++
	for _, x := range t.Repayments.Batch.Cols[c.amount].Ints[t.Repayments.Lo:t.Repayments.Hi] {
		c.rows++
		c.total += x
	}
}

func (c *counter) Merge(o audit.State) {
	x := o.(*counter)
	c.customers, c.rows, c.total = c.customers+x.customers, c.rows+x.rows, c.total+x.total
}

func (c *counter) Finish(r *audit.Result) {
	*c.out = *c
	r.Coverage = append(r.Coverage, audit.Coverage{Check: "walk", Judged: c.rows})
}
func (c *counter) MarshalBinary() ([]byte, error) { return nil, nil }
func (c *counter) UnmarshalBinary([]byte) error   { return nil }

// generated is a table of instalments that are made up as they are read, a
// hundred of each customer, far apart.
type generated struct {
	units, rows int // units, rows of each
	specs       []features.Spec
}

func (g *generated) Fields() []features.Field {
	return []features.Field{
		{Name: "loan_id", Type: "string", Natural: features.Text}, {Name: "customer_id", Type: "string", Natural: features.Text},
		{Name: "installment_no", Type: "int64", Natural: features.Int}, {Name: "due_date", Type: "date", Natural: features.Date},
		{Name: "due_amount", Type: "decimal(12,2)", Natural: features.Money}, {Name: "paid_at", Type: "timestamp(us, utc)", Natural: features.Instant},
	}
}

func (g *generated) Bind(specs []features.Spec) error { g.specs = specs; return nil }

func (g *generated) Units() []features.Unit {
	out := make([]features.Unit, g.units)
	for i := range out {
		out[i] = features.Unit{RowGroup: i, Rows: int64(g.rows), FirstRow: int64(i) * int64(g.rows)}
	}
	return out
}

func (g *generated) Files() []features.File       { return []features.File{{Path: "x.parquet"}} }
func (g *generated) Verify(context.Context) error { return nil }
func (g *generated) Close() error                 { return nil }
func (g *generated) NewReader() features.Reader   { return &generatedReader{g: g} }

type generatedReader struct {
	g        *generated
	row, end int64
}

func (r *generatedReader) Open(_ context.Context, u int) error {
	r.row = int64(u) * int64(r.g.rows)
	r.end = r.row + int64(r.g.rows)
	return nil
}
func (r *generatedReader) Tally() features.Tally { return features.Tally{} }
func (r *generatedReader) Close() error          { return nil }

func (r *generatedReader) Next(b *features.Batch) (bool, error) {
	n := int(min(features.BatchRows, r.end-r.row))
	if n == 0 {
		return false, nil
	}
	if b.Cols == nil {
		b.Cols = make([]features.Vector, len(r.g.specs))
	}
	all := int64(r.g.units) * int64(r.g.rows)
	b.N = n
	for c, s := range r.g.specs {
		v := &b.Cols[c]
		if len(s.From) == 0 {
			v.Absent(s.Kind, n)
			continue
		}
		v.Kind, v.Present = s.Kind, true
		v.Ints, v.Bytes, v.Offsets = v.Ints[:0], v.Bytes[:0], append(v.Offsets[:0], 0)
		for i := r.row; i < r.row+int64(n); i++ {
			customer := i % ((all + 99) / 100)
			switch s.Name {
			case "loan_id", "customer_id":
				v.Bytes = append(v.Bytes, s.Name[0])
				for d := int64(10_000_000); d > 0; d /= 10 {
					v.Bytes = append(v.Bytes, byte('0'+customer/d%10))
				}
				v.Offsets = append(v.Offsets, uint32(len(v.Bytes)))
			case "due_amount":
				v.Ints = append(v.Ints, i)
			case "installment_no":
				v.Ints = append(v.Ints, i*100/all)
			case "due_date":
				v.Ints = append(v.Ints, 19000+i%500)
			default:
				v.Ints = append(v.Ints, 1_700_000_000_000_000+i)
			}
		}
	}
	r.row += int64(n)
	return true, nil
}
