package storage

import (
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

func hasWildcard(p string) bool { return strings.ContainsAny(p, "*?[") }

// glob expands a pattern with wildcards. A directory that matches stands for
// all files below it. ** matches any number of directories. Wildcards do not
// match names starting with _ or . unless the pattern's segment starts so too.
func glob(pattern string) ([]Input, error) {
	segs := strings.Split(filepath.ToSlash(pattern), "/")
	if _, err := path.Match(strings.ReplaceAll(filepath.ToSlash(pattern), "**", "*"), ""); err != nil {
		return nil, fmt.Errorf("%s: malformed pattern", pattern)
	}
	first := slices.IndexFunc(segs, hasWildcard)
	root := strings.Join(segs[:first], "/")
	switch {
	case first == 0:
		root = "."
	case root == "":
		root = "/"
	}
	if !isDir(root) {
		return nil, fmt.Errorf("%s: no file matches: %w", pattern, ErrNotFound)
	}
	// A pattern can reach into a table's directory past its log.
	for up, i := root, 0; i < maxDepth; i++ {
		if err := refuseTableFormat(up); err != nil {
			return nil, err
		}
		next := filepath.Dir(up)
		if next == up {
			break
		}
		up = next
	}
	var rels []string
	if err := match(root, ".", segs[first:], 0, &rels); err != nil {
		return nil, err
	}
	slices.Sort(rels)
	return inputs(root, slices.Compact(rels), true)
}

// match appends the files below root/rel that segs match.
func match(root, rel string, segs []string, depth int, out *[]string) error {
	dir := filepath.Join(root, filepath.FromSlash(rel))
	if depth > maxDepth {
		return fmt.Errorf("%s: more than %d directories deep", dir, maxDepth)
	}
	if err := refuseTableFormat(dir); err != nil {
		return err
	}
	if segs[0] == "**" && len(segs) > 1 {
		if err := match(root, rel, segs[1:], depth+1, out); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return pathError(dir, err)
	}
	for _, e := range entries {
		name := e.Name()
		if hidden(name) && !hidden(segs[0]) {
			continue
		}
		rest := segs[1:]
		switch {
		case segs[0] == "**" && len(segs) > 1:
			rest = segs
		default:
			seg := segs[0]
			if seg == "**" {
				seg = "*"
			}
			if ok, _ := path.Match(seg, name); !ok {
				continue
			}
		}
		sub := path.Join(rel, name)
		below, err := isDirectory(filepath.Join(dir, name), e)
		if err != nil {
			return err
		}
		switch {
		case below && len(rest) == 0:
			err = walk(root, sub, depth+1, out)
		case below:
			err = match(root, sub, rest, depth+1, out)
		case len(rest) == 0:
			*out = append(*out, sub)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// partitions reads the k=v directories of a file's relative path.
func partitions(rel string) ([]Partition, error) {
	var parts []Partition
	segs := strings.Split(rel, "/")
	for _, seg := range segs[:len(segs)-1] {
		k, v, ok := strings.Cut(seg, "=")
		if !ok || k == "" {
			continue
		}
		name, err := url.PathUnescape(k)
		if err != nil {
			return nil, fmt.Errorf("partition directory %q is not percent-encoded rightly", seg)
		}
		value, err := url.PathUnescape(v)
		if err != nil {
			return nil, fmt.Errorf("partition directory %q is not percent-encoded rightly", seg)
		}
		if slices.ContainsFunc(parts, func(p Partition) bool { return p.Name == name }) {
			return nil, fmt.Errorf("partition column %q occurs twice in the path", name)
		}
		p := Partition{Name: name, Value: value}
		if value == "__HIVE_DEFAULT_PARTITION__" {
			p = Partition{Name: name, Null: true}
		}
		parts = append(parts, p)
	}
	return parts, nil
}

func sortedList(names []string) string {
	slices.Sort(names)
	return strings.Join(names, "://, ") + "://"
}
