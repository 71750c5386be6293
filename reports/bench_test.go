package reports

import (
	"io"
	"testing"
)

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New(realistic())
	}
}

func BenchmarkWrite(b *testing.B) {
	r := New(realistic())
	for _, f := range Formats {
		b.Run(f.Name, func(b *testing.B) {
			for b.Loop() {
				if err := f.Write(r, io.Discard); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(r.res.Cases)*b.N)/b.Elapsed().Seconds(), "cases/s")
		})
	}
}
