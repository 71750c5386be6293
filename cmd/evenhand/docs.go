package main

import (
	_ "embed"
	"encoding/json"
	"strings"
	"sync"

	"evenhand/audit/checks"
)

// What the settings and the keys of a plan mean, in Chinese, two lines each: the
// doc tag as the source has it, and the Chinese.
//
//go:embed docs_zh.txt
var docsZh string

var docs = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for _, entry := range strings.Split(strings.TrimSpace(docsZh), "\n\n") {
		en, zh, ok := strings.Cut(entry, "\n")
		if !ok || strings.Contains(zh, "\n") {
			panic("docs_zh.txt: not two lines: " + entry)
		}
		out[en] = zh
	}
	for _, c := range checks.Known() { // the schema describes checks by their titles
		out[c.Title.En] = c.Title.Zh
	}
	return out
})

// docIn is a doc tag in a language; it stays English where there is no other.
func docIn(lang, doc string) string {
	if zh, ok := docs()[doc]; ok && lang == "zh" {
		return zh
	}
	return doc
}

// describedIn puts the descriptions of a JSON Schema into a language.
func describedIn(lang string, schema []byte) ([]byte, error) {
	if lang != "zh" {
		return schema, nil
	}
	var doc any
	if err := json.Unmarshal(schema, &doc); err != nil {
		return nil, err
	}
	putInto(doc, lang)
	return json.MarshalIndent(doc, "", "  ")
}

func putInto(v any, lang string) {
	switch x := v.(type) {
	case map[string]any:
		for k, w := range x {
			if s, ok := w.(string); ok && k == "description" {
				x[k] = docIn(lang, s)
				continue
			}
			putInto(w, lang)
		}
	case []any:
		for _, w := range x {
			putInto(w, lang)
		}
	}
}
