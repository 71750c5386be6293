package storage

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Input is one file of an export.
type Input struct {
	// Path opens the file.
	Path string
	// Shown is the path as given, or relative to the directory given: what
	// reports say, so that they do not depend on where the export lies.
	Shown string
	// Name is unique within an Expand: the path relative to the pattern's
	// root, which is the directory given, or the part of a glob before its
	// first wildcard, or a plain file's directory.
	Name string
	// Partitions are the k=v directories of a hive layout, outermost first.
	Partitions []Partition
}

// Partition is one k=v directory above a file.
type Partition struct {
	Name, Value string
	Null        bool // __HIVE_DEFAULT_PARTITION__
}

// maxDepth bounds the walk of a directory, against links in circles.
const maxDepth = 32

// Expand lists the files that patterns name: files, globs (with **),
// directories (all files below, names starting with _ or . left out) and
// s3://bucket/key of single objects, which are not looked for yet: prefixes and
// wildcards in a bucket are refused. The list is sorted and free of
// repetitions. A pattern that names nothing is an error wrapping ErrNotFound.
func Expand(patterns []string) ([]Input, error) {
	var all []Input
	for _, p := range patterns {
		found, err := expand(p)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("%s: no file matches: %w", p, ErrNotFound)
		}
		all = append(all, found...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no input named: %w", ErrNotFound)
	}
	// A file that two patterns name, or one names in two ways, is read once.
	slices.SortStableFunc(all, func(a, b Input) int { return strings.Compare(a.key(), b.key()) })
	all = slices.CompactFunc(all, func(a, b Input) bool { return a.key() == b.key() })
	distinguish(all)
	return all, nil
}

// key is the same for the same path, however it is written.
func (in *Input) key() string {
	if _, _, ok := splitURL(in.Path); ok {
		return in.Path
	}
	return filepath.Clean(in.Path)
}

// distinguish makes names unique where two roots hold files of one name.
func distinguish(all []Input) {
	n := map[string]int{}
	for _, in := range all {
		n[in.Name]++
	}
	for i := range all {
		if n[all[i].Name] > 1 {
			all[i].Name = filepath.ToSlash(all[i].Path)
		}
	}
}

func expand(pattern string) ([]Input, error) {
	if scheme, rest, ok := splitURL(pattern); ok {
		if scheme == "file" {
			return expand(rest)
		}
		if _, ok := backends[scheme]; !ok {
			return nil, schemeError(pattern, scheme)
		}
		if strings.HasSuffix(rest, "/") || hasWildcard(rest) {
			return nil, fmt.Errorf("%s: prefixes and wildcards are not listed in a bucket; name each object", pattern)
		}
		return []Input{{Path: pattern, Shown: pattern, Name: path.Base(rest)}}, nil
	}
	info, err := os.Stat(pattern)
	switch {
	case err == nil && info.IsDir():
		return directory(pattern)
	case err == nil:
		return []Input{{Path: pattern, Shown: shown(pattern), Name: filepath.Base(pattern)}}, nil
	case hasWildcard(pattern):
		return glob(pattern)
	}
	return nil, pathError(pattern, err)
}

// shown keeps a path as given, but drops the directories of an absolute one.
func shown(p string) string {
	if filepath.IsAbs(p) {
		return filepath.Base(p)
	}
	return filepath.ToSlash(p)
}

func directory(root string) ([]Input, error) {
	var rels []string
	if err := walk(root, ".", 0, &rels); err != nil {
		return nil, err
	}
	if len(rels) == 0 {
		return nil, fmt.Errorf("%s: the directory holds no file (names starting with _ or . are left out): %w", root, ErrNotFound)
	}
	return inputs(root, rels, false)
}

// inputs makes the list for files at rels below root.
func inputs(root string, rels []string, globbed bool) ([]Input, error) {
	out := make([]Input, 0, len(rels))
	for _, rel := range rels {
		parts, err := partitions(rel)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(root, filepath.FromSlash(rel)), err)
		}
		in := Input{Path: filepath.Join(root, filepath.FromSlash(rel)), Shown: rel, Name: rel, Partitions: parts}
		if globbed && !filepath.IsAbs(root) {
			in.Shown = filepath.ToSlash(in.Path)
		}
		out = append(out, in)
	}
	return out, nil
}

// walk appends the files below root/rel, as slash paths relative to root.
func walk(root, rel string, depth int, out *[]string) error {
	dir := filepath.Join(root, filepath.FromSlash(rel))
	if depth > maxDepth {
		return fmt.Errorf("%s: more than %d directories deep", dir, maxDepth)
	}
	if err := refuseTableFormat(dir); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return pathError(dir, err)
	}
	for _, e := range entries {
		if hidden(e.Name()) {
			continue
		}
		sub := path.Join(rel, e.Name())
		isDir, err := isDirectory(filepath.Join(dir, e.Name()), e)
		if err != nil {
			return err
		}
		if isDir {
			if err := walk(root, sub, depth+1, out); err != nil {
				return err
			}
			continue
		}
		*out = append(*out, sub)
	}
	return nil
}

func isDirectory(full string, e fs.DirEntry) (bool, error) {
	if e.Type()&fs.ModeSymlink == 0 {
		return e.IsDir(), nil
	}
	info, err := os.Stat(full)
	if err != nil {
		return false, pathError(full, err)
	}
	return info.IsDir(), nil
}

// hidden names are what engines leave beside their data: _SUCCESS,
// _temporary, .crc.
func hidden(name string) bool { return name[0] == '_' || name[0] == '.' }

// refuseTableFormat refuses the root of a Delta, Iceberg or Hudi table: its
// directory also holds files that the current table no longer has.
func refuseTableFormat(dir string) error {
	format := ""
	switch {
	case isDir(filepath.Join(dir, "_delta_log")):
		format = "Delta Lake"
	case isDir(filepath.Join(dir, ".hoodie")):
		format = "Hudi"
	case isIceberg(filepath.Join(dir, "metadata")):
		format = "Iceberg"
	default:
		return nil
	}
	return fmt.Errorf("%s: this is a %s table, whose directory also holds rows that were deleted or replaced; "+
		"point at a snapshot: export the table to plain Parquet files", dir, format)
}

func isDir(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.IsDir()
}

func isIceberg(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		n := e.Name()
		return n == "version-hint.text" || strings.HasSuffix(n, ".metadata.json") || strings.HasSuffix(n, ".avro")
	})
}
