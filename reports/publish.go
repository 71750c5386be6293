package reports

import (
	"bytes"
	"context"
	"io"

	"evenhand/reports/publish"
)

// Write writes every format and then the manifest into dir, which must exist.
// Each file is synced and closed before the next one begins.
func (r *Report) Write(dir string) error { return r.write(context.Background(), dir) }

func (r *Report) write(ctx context.Context, dir string) error {
	var written []FileDigest
	for _, f := range r.formats() {
		d, err := publish.Write(ctx, dir, f.File, func(w io.Writer) error { return f.Write(r, w) })
		if err != nil {
			return err
		}
		written = append(written, d)
	}
	_, err := publish.Write(ctx, dir, ManifestFile, func(w io.Writer) error { return r.writeManifest(w, written) })
	return err
}

// Reserve holds the directory out for the report of this run, so that a second
// run there ends before it begins. Only an earlier report, or an empty
// directory, will be replaced.
func Reserve(out string) (*publish.Place, error) { return publish.Reserve(out, ManifestFile) }

// Publish makes the directory of this report in its place, whole or not at
// all.
func (r *Report) Publish(ctx context.Context, place *publish.Place) error {
	return place.Publish(ctx, func(dir string) error { return r.write(ctx, dir) })
}

// render returns a format's bytes, for tests and sizes.
func (r *Report) render(f Format) ([]byte, error) {
	var b bytes.Buffer
	err := f.Write(r, &b)
	return b.Bytes(), err
}
