//go:build unix

package storage

import (
	"io/fs"
	"strconv"
	"syscall"
)

// inode tells two files apart that were swapped under one name.
func inode(info fs.FileInfo) string {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return strconv.FormatUint(uint64(st.Ino), 10)
	}
	return ""
}
