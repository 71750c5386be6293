//go:build !unix

package storage

import "io/fs"

func inode(fs.FileInfo) string { return "" }
