// Package storage turns a path or URL (file, s3) into ranged reads, over
// parquet-go-source back ends. What opens:
//
//   - local paths and file:// URLs, which are read with pread and never mapped,
//     so that a file that shrinks while it is read is an error and not a signal;
//   - s3://bucket/key, on AWS or on a store that speaks its protocol. Credentials,
//     region and endpoint come from the AWS environment (AWS_* variables, the
//     shared config files, the machine's role) and from nowhere else. With
//     AWS_ENDPOINT_URL or AWS_ENDPOINT_URL_S3, buckets are addressed by path.
//     Prefixes are not listed in this version: name each object.
//
// Every other scheme (gs, az, http, ...) is refused by name.
package storage

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
)

// ErrNotFound says that a path or pattern names nothing that exists.
var ErrNotFound = errors.New("no such file")

// File is one open file that any number of goroutines may read at once.
type File interface {
	io.ReaderAt
	io.Closer
	// Size is the length in bytes when the file was opened.
	Size() int64
	// Identity tells this content apart from a later one under the same path.
	Identity() Identity
}

// Identity is what is compared to notice that an input changed.
type Identity struct {
	Size     int64
	Modified time.Time
	// Tag is the store's own word for a version of the content (an ETag), or
	// the local file's inode. An object has no Modified: it may be written
	// again with the same content.
	Tag string
}

// Equal reports whether two identities are of the same content, as far as one
// can tell without reading it.
func (id Identity) Equal(o Identity) bool {
	return id.Size == o.Size && id.Modified.Equal(o.Modified) && id.Tag == o.Tag
}

// Open opens the file at path: a local path, file://path or s3://bucket/key. A
// path that names nothing gives an error that wraps ErrNotFound. An object
// that is replaced while it is open gives errors, never bytes of the new one.
func Open(path string) (File, error) {
	scheme, rest, ok := splitURL(path)
	if !ok {
		return openLocal(path)
	}
	open, ok := backends[scheme]
	if !ok {
		return nil, schemeError(path, scheme)
	}
	return open(path, rest)
}

// Stat returns the identity of what is at path now; of an object, it costs one
// HEAD request.
func Stat(path string) (Identity, error) {
	if _, _, ok := splitURL(path); ok {
		f, err := Open(path)
		if err != nil {
			return Identity{}, err
		}
		defer f.Close()
		return f.Identity(), nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return Identity{}, pathError(path, err)
	}
	return identityOf(info), nil
}

// Remote reports whether reading path costs a round trip, so that few large
// reads are better than many small ones.
func Remote(path string) bool {
	scheme, _, ok := splitURL(path)
	return ok && scheme != "file"
}

// splitURL splits "scheme://rest"; a local path has no scheme.
func splitURL(path string) (scheme, rest string, ok bool) {
	scheme, rest, ok = strings.Cut(path, "://")
	if !ok || scheme == "" || strings.ContainsAny(scheme, `/\.`) {
		return "", "", false
	}
	return strings.ToLower(scheme), rest, true
}

func schemeError(path, scheme string) error {
	known := make([]string, 0, len(backends))
	for name := range backends {
		known = append(known, name)
	}
	return fmt.Errorf("%s: no reader for %s:// here; copy the export to a local directory, or use one of: local paths, %s",
		path, scheme, sortedList(known))
}

type localFile struct {
	*os.File
	id Identity
}

func openLocal(path string) (File, error) {
	// Stat first: opening a named pipe would wait for a writer.
	info, err := os.Stat(path)
	if err != nil {
		return nil, pathError(path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file but a %s; give files, globs or directories of files", path, kindOf(info.Mode()))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, pathError(path, err)
	}
	if info, err = f.Stat(); err != nil {
		f.Close()
		return nil, pathError(path, err)
	}
	return &localFile{File: f, id: identityOf(info)}, nil
}

func (f *localFile) Size() int64        { return f.id.Size }
func (f *localFile) Identity() Identity { return f.id }

func identityOf(info fs.FileInfo) Identity {
	return Identity{Size: info.Size(), Modified: info.ModTime(), Tag: inode(info)}
}

func kindOf(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "directory"
	case m&fs.ModeNamedPipe != 0:
		return "named pipe"
	case m&fs.ModeSocket != 0:
		return "socket"
	default:
		return "device"
	}
}

// pathError says path once, and wraps ErrNotFound when that is the cause.
func pathError(path string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", path, ErrNotFound)
	}
	return fmt.Errorf("%s: %w", path, err)
}
