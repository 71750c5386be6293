package pack

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// mostTag is how large a tag file may be, in bytes: they are read whole.
const mostTag = 256 << 20

// required are the tag files of every pack; optional those of some.
var (
	required = []string{BagFile, InfoFile, ManifestFile, StatementFile, EnvelopeFile, TagManifestFile}
	optional = []string{KeyFile, TokenFile}
)

// opened is a pack as it was read: what is there, whether or not it holds.
type opened struct {
	dir     string
	tags    map[string][]byte // by name
	payload map[string]file   // by name from the top of the pack

	statement *Statement // nil: there is none that can be read
	keyID     string     // of the signature, "" for none
}

type file struct {
	size   int64
	sha256 string
}

func (p *opened) asPrevious() *Previous {
	return &Previous{p.statement.Predicate.Sequence, p.envelope()}
}

func (p *opened) envelope() string { return digestOf(p.tags[EnvelopeFile]) }

// open reads a pack that is to hold; the error names everything that does not.
func open(dir string) (*opened, error) {
	p, o, err := inspect(dir, Trust{})
	if err != nil {
		return nil, err
	}
	if wrong := o.wrong(); len(wrong) > 0 {
		var all []error
		for _, w := range wrong {
			all = append(all, errors.New(printable(w)))
		}
		return nil, fmt.Errorf("%s: the pack %w: %w", dir, ErrDamaged, errors.Join(all...))
	}
	return p, nil
}

// read takes in every file of dir and says what should not be there. It follows
// no symbolic link, and opens nothing outside.
func read(dir string) (p *opened, wrong []string, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	p = &opened{dir: dir, tags: map[string][]byte{}, payload: map[string]file{}}
	say := func(name, format string, args ...any) {
		wrong = append(wrong, name+": "+fmt.Sprintf(format, args...))
	}
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		top, below := filepath.Dir(name) == ".", filepath.Dir(name) == payload
		switch {
		case err != nil:
			if name == "." {
				return err
			}
			say(name, "can't be read: %v", err)
		case name == "." || name == payload && d.IsDir():
		case d.IsDir():
			say(name, "is a directory, which no pack has")
			return fs.SkipDir
		case !d.Type().IsRegular():
			say(name, "is no regular file (%s)", d.Type())
		case below:
			if p.payload[name], err = sum(root, name); err != nil {
				say(name, "can't be read: %v", err)
				delete(p.payload, name)
			}
		case top && (slices.Contains(required, name) || slices.Contains(optional, name)):
			if p.tags[name], err = small(root, name); err != nil {
				say(name, "can't be read: %v", err)
				delete(p.tags, name)
			}
		default:
			say(name, "is no file of a pack")
		}
		return nil
	})
	for _, name := range required {
		if p.tags[name] == nil && err == nil {
			say(name, "is missing")
		}
	}
	return p, wrong, err
}

func sum(root *os.Root, name string) (file, error) {
	f, err := root.Open(name)
	if err != nil {
		return file{}, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return file{n, hex.EncodeToString(h.Sum(nil))}, err
}

func small(root *os.Root, name string) ([]byte, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text := []byte{} // an empty file is there, too
	raw, err := io.ReadAll(io.LimitReader(f, mostTag+1))
	if len(raw) > mostTag {
		return nil, fmt.Errorf("it is larger than %d bytes", mostTag)
	}
	return append(text, raw...), err
}
