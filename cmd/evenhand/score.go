package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"evenhand/features"
	"evenhand/features/model"
	"evenhand/features/parquetfile"
	"evenhand/reports"
)

// scoreJob is one run of `evenhand score`.
type scoreJob struct {
	model, format, out string
	contributions      bool
	columns            []string
	missing            []string
	stderr             io.Writer
	lang               string
}

func scoreCommand() *cobra.Command {
	j := &scoreJob{}
	cmd := &cobra.Command{
		Use:   "score -model FILE [-format F] DATA.parquet… -o OUT.arrow",
		Short: "recompute scores, and contributions, alone",
		Long: `score recomputes a model's scores over Parquet files and writes one Arrow IPC
file: row (from 0, files in the order given), margin, probability, score, and
with -contributions base and one column a feature. Null means that the row
can't be scored: the model has no rule for a missing value. Cells that can't be
read as the input's kind count as missing, and are told of on standard error.

Formats: ` + formatNames() + ` (recognised from the file).`,
		Example: `  evenhand score -model card.yaml decisions.parquet -o scores.arrow
  evenhand score -model card.json -contributions -column income=monthly_income data/*.parquet -o scores.arrow`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("no data: name one or more Parquet files")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			j.stderr, j.lang = cmd.ErrOrStderr(), printedBy(cmd)
			return j.run(cmd.Context(), args)
		},
	}
	f := cmd.Flags()
	f.StringVar(&j.model, "model", "", "the model file")
	f.StringVar(&j.format, "format", "", "its format; recognised from the file when not given")
	f.StringVarP(&j.out, "out", "o", "scores.arrow", "the Arrow file to write")
	f.BoolVar(&j.contributions, "contributions", false, "also write each feature's contribution")
	f.StringArrayVar(&j.columns, "column", nil, "FEATURE=COLUMN where their names differ; may be repeated")
	f.StringArrayVar(&j.missing, "missing", nil, "a value that stands for null, e.g. -missing=-999; may be repeated")
	return cmd
}

func formatNames() string {
	var names []string
	for _, f := range model.Formats {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

func (j *scoreJob) run(ctx context.Context, paths []string) error {
	if j.model == "" {
		return usagef("no model: give -model FILE")
	}
	data, err := os.ReadFile(j.model)
	if err != nil {
		return err
	}
	m, err := model.Load(filepath.Base(j.model), data, j.format)
	if err != nil {
		return dataError{err}
	}
	src, err := openFiles(ctx, "data", paths)
	if err != nil {
		return err
	}
	defer src.Close()
	specs, err := j.specs(m)
	if err != nil {
		return err
	}
	if err := fits(m, src, specs); err != nil {
		return err
	}
	if err := src.Bind(specs); err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	return writeFile(j.out, func(f *os.File) error {
		return j.write(ctx, f, m, src, specs, hex.EncodeToString(sum[:]))
	})
}

// specs asks for the model's inputs, under the names that -column gives.
func (j *scoreJob) specs(m model.Model) ([]features.Spec, error) {
	columns := map[string]string{}
	for _, c := range j.columns {
		feature, column, ok := strings.Cut(c, "=")
		if !ok {
			return nil, usagef("-column %s: write FEATURE=COLUMN", c)
		}
		columns[feature] = column
	}
	var specs []features.Spec
	for _, in := range m.Inputs() {
		s := features.Spec{Name: in.Name, Kind: features.Float, From: []string{in.Name}, Missing: j.missing}
		if in.Kind == model.Categorical {
			s.Kind = features.Text
		}
		if c, ok := columns[in.Name]; ok {
			s.From = []string{c}
			delete(columns, in.Name)
		}
		specs = append(specs, s)
	}
	for f := range columns {
		return nil, usagef("-column %s: the model has no such feature", f)
	}
	return specs, nil
}

// fits refuses columns that can't feed the model's inputs. Columns that are not
// there are left to Bind.
func fits(m model.Model, src *parquetfile.Source, specs []features.Spec) error {
	for i, s := range specs {
		for _, f := range src.Fields() {
			if f.Name != s.From[0] {
				continue
			}
			if err := model.Fits(m, i, f); err != nil {
				return dataError{fmt.Errorf("%s: %w; name another one by -column", src.Files()[0].Path, err)}
			}
		}
	}
	return nil
}

// readable refuses columns of which no value could be read as its input is, and
// tells of those of which some could not: they were scored as missing.
func (j *scoreJob) readable(src *parquetfile.Source, specs []features.Spec, tally features.Tally) error {
	for _, s := range specs {
		switch c := tally.Columns[s.Name]; {
		case c.Bad == 0:
		case c.Bad < c.Rows-c.Nulls:
			fmt.Fprintf(j.stderr, "evenhand: %s\n", sayf(j.lang, "%d of %d values of column %q can't be read as %s (for input %s), e.g. %s, and count as missing; say what stands for null by -missing",
				c.Bad, c.Rows-c.Nulls, s.From[0], s.Kind, s.Name, features.Shape(c.Example)))
		default:
			return dataError{fmt.Errorf("%s: none of the %d values of column %q can be read as %s (for input %s), e.g. %s; name another one by -column, or say what stands for null by -missing",
				src.Files()[0].Path, c.Bad, s.From[0], s.Kind, s.Name, features.Shape(c.Example))}
		}
	}
	return nil
}

func (j *scoreJob) write(ctx context.Context, f *os.File, m model.Model, src *parquetfile.Source, specs []features.Spec, digest string) error {
	buf := bufio.NewWriterSize(f, 1<<20)
	var names []string
	if j.contributions {
		names = []string{}
		for _, in := range m.Inputs() {
			names = append(names, in.Name)
		}
	}
	w, err := reports.NewScoreWriter(buf, m.Format(), digest, names)
	if err != nil {
		return err
	}
	var (
		r     = src.NewReader()
		b     features.Batch
		out   model.Outputs
		in    = make([]*features.Vector, len(m.Inputs()))
		parts = make([][]float64, len(names))
	)
	defer r.Close()
	for u := range src.Units() {
		if err := r.Open(ctx, u); err != nil {
			return err
		}
		for {
			more, err := r.Next(&b)
			if err != nil {
				return err
			}
			if !more {
				break
			}
			for i := range in {
				in[i] = &b.Cols[i]
			}
			out.Grow(b.N)
			m.Score(&out, in, b.N)
			base := 0.0
			if j.contributions {
				for i := range parts {
					if len(parts[i]) < b.N {
						parts[i] = make([]float64, b.N)
					}
				}
				base = m.Contributions(parts, in, b.N)
			}
			if err := w.Write(b.N, out.Margin, out.Probability, out.Score, base, parts); err != nil {
				return err
			}
		}
	}
	if err := j.readable(src, specs, r.Tally()); err != nil {
		return err
	}
	if err := src.Verify(ctx); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return buf.Flush()
}

// writeFile writes a file whole or not at all: into a temporary beside it,
// synced, then renamed.
func writeFile(path string, write func(*os.File) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".tmp-*")
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err = write(f); err != nil {
		return err
	}
	if err = f.Chmod(0o644); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
