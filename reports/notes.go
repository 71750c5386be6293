package reports

import (
	"strings"

	"evenhand/audit"
)

// readerNotes are what the reader of Parquet files remarks, with places for
// anything.
var readerNotes = phrasesOf(map[string]audit.Text{
	"column * is compressed with the deprecated LZ4 codec, which writers understood differently; LZ4_RAW or zstd is safe": audit.T(
		"column $1 is compressed with the deprecated LZ4 codec, which writers understood differently; LZ4_RAW or zstd is safe",
		"列 $1 使用已废弃的 LZ4 编码压缩，各写入程序理解不一；宜用 LZ4_RAW 或 zstd"),
	"column *: fastparquet wrote * as INT96 nanoseconds; values that fall in early 1970 are read as *": audit.T(
		"column $1: fastparquet wrote $2 as INT96 nanoseconds; values that fall in early 1970 are read as $3",
		"列 $1：fastparquet 将 $2 写作 INT96 纳秒；落在 1970 年初的值按 $3 读取"),
	"several Parquet files one behind the other: only the * rows that the last footer describes were read": audit.T(
		"several Parquet files one behind the other: only the $1 rows that the last footer describes were read",
		"多个 Parquet 文件首尾相接：仅读取最后一个文件尾所描述的 $1 行"),
})

// noted is a remark of the reader, "file: remark" or the remark alone, in both
// languages; one that is not known stays as it is.
func noted(note string) audit.Text {
	file, remark, ok := strings.Cut(note, ": ")
	if !ok {
		file, remark = "", note
	}
	for _, s := range []struct{ before, rest string }{{"", note}, {file, remark}} {
		for _, p := range readerNotes {
			in, ok := p.match(s.rest)
			if !ok {
				continue
			}
			zh := p.said.Zh
			for i, x := range in {
				zh = strings.Replace(zh, "$"+itoa(i+1), x, 1)
			}
			if s.before != "" {
				zh = s.before + "：" + zh
			}
			return audit.T(note, zh)
		}
	}
	return same(note)
}
