package compare

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"evenhand/audit"
	"evenhand/audit/pseudonym"
	"evenhand/reports"
)

// Report is what a comparison reads of a published report: its summary, its
// findings and its metrics. Cases stay where they are.
type Report struct {
	Summary  *reports.Summary
	Findings []audit.Finding         // in published order; of each what is compared only
	Metrics  map[string]audit.Metric // by id
	Waived   map[string]bool         // ids of findings that a waiver covers
	Policies string                  // digest of the registry of policies; "" without one
	IDs      pseudonym.IDs           // how ids are written: two keys give one customer two names
}

// ErrNotReport is wrapped when a directory is no report that can be compared.
var ErrNotReport = errors.New("not a report that can be compared")

// Read reads the report published at dir, once every file of it was held
// against its manifest.
func Read(dir string) (*Report, error) {
	if _, err := os.Stat(filepath.Join(dir, reports.ManifestFile)); err != nil {
		return nil, fmt.Errorf("%s: %w: it has no %s; name the directory that audit -o wrote", dir, ErrNotReport, reports.ManifestFile)
	}
	manifest, err := reports.Verify(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w, since it does not agree with its manifest: %w", dir, ErrNotReport, err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "summary.json"))
	if err != nil {
		return nil, err
	}
	r := &Report{Summary: &reports.Summary{}, Metrics: map[string]audit.Metric{}, Waived: map[string]bool{}}
	if err := json.Unmarshal(data, r.Summary); err != nil {
		return nil, fmt.Errorf("%s: %w: its summary.json is damaged: %w", dir, ErrNotReport, err)
	}
	r.IDs = manifest.IDs
	if manifest.Policies != nil {
		r.Policies = manifest.Policies.SHA256
	}
	if v := r.Summary.SchemaVersion; v > reports.SchemaVersion {
		return nil, fmt.Errorf("%s: %w: its layout is version %d, and this program reads up to %d; use a newer evenhand", dir, ErrNotReport, v, reports.SchemaVersion)
	}
	for _, f := range r.Summary.Findings {
		if f.Waived != nil {
			r.Waived[f.ID] = true
		}
	}
	if err := readTable(filepath.Join(dir, "findings.arrow"), r.addFinding); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", dir, ErrNotReport, err)
	}
	if err := readTable(filepath.Join(dir, "metrics.arrow"), r.addMetric); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", dir, ErrNotReport, err)
	}
	return r, nil
}

// readTable calls row for every row of an Arrow table, one record batch in
// memory at a time. The reader trusts what it reads, which the manifest vouches
// for; what it can't follow all the same is an error.
func readTable(path string, row func(*record, int) error) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: is damaged: %v", filepath.Base(path), p)
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	in, err := ipc.NewFileReader(f, ipc.WithAllocator(&bounded{Allocator: memory.DefaultAllocator, most: int(info.Size()) + 1<<16}))
	if err != nil {
		return fmt.Errorf("%s: is damaged: %w", filepath.Base(path), err)
	}
	defer in.Close()
	for i := range in.NumRecords() {
		rec, err := in.Record(i)
		if err != nil {
			return fmt.Errorf("%s: is damaged: %w", filepath.Base(path), err)
		}
		view := newRecord(rec)
		for j := range int(rec.NumRows()) {
			if err := row(view, j); err != nil {
				return fmt.Errorf("%s: row %d: %w", filepath.Base(path), j, err)
			}
		}
	}
	return nil
}

// bounded allocates no buffer larger than its file, whatever the file claims.
type bounded struct {
	memory.Allocator
	most int
}

func (b *bounded) Allocate(size int) []byte {
	if size < 0 || size > b.most {
		panic("a buffer is larger than the file")
	}
	return b.Allocator.Allocate(size)
}

func (b *bounded) Reallocate(size int, data []byte) []byte {
	if size < 0 || size > b.most {
		panic("a buffer is larger than the file")
	}
	return b.Allocator.Reallocate(size, data)
}

func (r *Report) addFinding(v *record, i int) error {
	f := audit.Finding{
		ID: v.text("id", i), Check: v.text("check", i), Cause: v.text("cause", i),
		Title: audit.T(v.text("title_en", i), v.text("title_zh", i)),
		Cases: v.int("cases", i), Customers: v.int("customers", i), Harm: v.int("harm", i), Amount: v.int("amount", i),
		FirstSeen: v.int("first_seen", i), LastSeen: v.int("last_seen", i), Metrics: v.list("metrics", i),
	}
	var ok [4]bool
	f.Severity, ok[0] = word[audit.Severity](audit.SeverityNames(), v.text("severity", i))
	f.Substance, ok[1] = word[audit.Substance](audit.SubstanceNames(), v.text("substance", i))
	f.Disclosure, ok[2] = word[audit.Disclosure](audit.DisclosureNames(), v.text("disclosure", i))
	f.Grade, ok[3] = word[audit.Grade](append([]string{""}, audit.GradeNames()...), v.text("grade", i))
	if f.ID == "" || ok != [4]bool{true, true, true, true} {
		return errors.New("the finding has no id, or a word that this program does not know")
	}
	r.Findings = append(r.Findings, f)
	return nil
}

func (r *Report) addMetric(v *record, i int) error {
	m := audit.Metric{
		Check: v.text("check", i), Name: v.text("name", i), Period: v.text("period", i), Segment: v.text("segment", i),
		Group: v.text("group", i), Reference: v.text("reference", i),
		Value: v.float("value", i), Low: v.float("low", i), High: v.float("high", i), Level: v.float("level", i), Interval: v.text("interval", i),
		K: v.int("k", i), N: v.int("n", i), KRef: v.int("k_ref", i), NRef: v.int("n_ref", i),
		Threshold: v.float("threshold", i), Suppressed: v.bool("suppressed", i),
	}
	var ok bool
	if m.Status, ok = word[audit.Status](audit.StatusNames(), v.text("status", i)); !ok {
		return errors.New("the metric has a status that this program does not know")
	}
	r.Metrics[v.text("id", i)] = m
	return nil
}

// word is the constant whose name is s.
func word[T ~uint8](names []string, s string) (T, bool) {
	for i, n := range names {
		if n == s {
			return T(i), true
		}
	}
	return 0, false
}
