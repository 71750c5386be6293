package features

import "context"

// Filter is a Source of the rows of another whose Column, an Opaque one, has
// one of the values in Keep. Column must be among the bound columns, or every
// row is dropped.
type Filter struct {
	Source
	Column string
	Keep   map[string]bool

	at int
}

// Bind binds the source and notes where Column is.
func (f *Filter) Bind(specs []Spec) error {
	f.at = -1
	for i, s := range specs {
		if s.Name == f.Column && s.Kind == Opaque {
			f.at = i
		}
	}
	return f.Source.Bind(specs)
}

// NewReader returns a reader of the rows kept.
func (f *Filter) NewReader() Reader { return &filterReader{Reader: f.Source.NewReader(), f: f} }

type filterReader struct {
	Reader
	f   *Filter
	all Batch
}

func (r *filterReader) Open(ctx context.Context, u int) error { return r.Reader.Open(ctx, u) }

// Next fills b with the kept rows of the next batch that has any; at the end of
// a unit it leaves b alone.
func (r *filterReader) Next(b *Batch) (bool, error) {
	for {
		more, err := r.Reader.Next(&r.all)
		if err != nil || !more {
			return false, err
		}
		kept := Batch{Table: r.all.Table, Unit: r.all.Unit, Row: r.all.Row}
		for i := 0; r.f.at >= 0 && i < r.all.N; i++ {
			if r.f.Keep[string(r.all.Cols[r.f.at].Opaque(i))] {
				row := r.all.Slice(i, i+1)
				kept.Append(&row)
			}
		}
		if kept.N > 0 {
			*b = kept
			return true, nil
		}
	}
}
