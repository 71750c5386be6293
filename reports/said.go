package reports

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"evenhand/audit"
)

// itemWords are the evidence items that several checks have, in Chinese;
// a check's own are in its Evidence.
var itemWords = map[string]string{
	"recorded_score": "记录评分", "recomputed_score": "复算评分", "replayed_outcome": "复算结果", "replayed_rule": "复算适用的规则", "incident": "故障",
	"experiment": "实验与分组", "limit": "额度", "model": "模型", "notice": "告知日期", "shortfall": "差额", "requested": "申请金额", "displayed": "页面显示额度",
	"rule": "规则", "replayed": "复算", "policy": "政策版本", "next_event": "下一事件", "next_limit_before": "下一事件前额度",
}

// valueWords are values of evidence that mean the same in every check.
var valueWords = map[string]string{
	"yes": "是", "no": "否", "none": "无", "undecided": "无法确定",
	"market": "市场原因", "regulatory": "监管要求", "bugfix": "修复错误", "growth": "业务发展",
}

// verbatim are items whose values are what the lender wrote, or ids of its
// policies and models: shown as they are.
var verbatim = map[string]bool{"reasons given": true, "reasons recorded, not shown": true, "generic wording": true,
	"rule": true, "replayed_rule": true, "condition": true, "experiment": true, "held_by": true, "model": true, "other_model": true, "incident": true}

// phrase is a wording with places for anything: "opened *, closed after * days".
type phrase struct {
	parts []string // what stands between the places
	said  audit.Text
}

// match returns what stands in the places of s.
func (p *phrase) match(s string) ([]string, bool) {
	var in []string
	rest, ok := strings.CutPrefix(s, p.parts[0])
	for i, part := range p.parts[1:] {
		if !ok {
			return nil, false
		}
		end := strings.Index(rest, part)
		if i == len(p.parts)-2 { // the last place reaches as far as it can
			end = len(rest) - len(part)
			ok = strings.HasSuffix(rest, part)
		}
		if end <= 0 || !ok {
			return nil, false
		}
		in, rest = append(in, rest[:end]), rest[end+len(part):]
	}
	return in, ok && rest == ""
}

// phrasesOf are the wordings among words, the most particular first.
func phrasesOf(words map[string]audit.Text) []phrase {
	var out []phrase
	keys := slices.SortedFunc(maps.Keys(words), func(a, b string) int { return cmp.Or(-cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	for _, k := range keys {
		if strings.Contains(k, "*") {
			out = append(out, phrase{strings.Split(k, "*"), words[k]})
		}
	}
	return out
}

// phrased is s in the words of a check, when it is one of its wordings.
func (r *Report) phrased(check, s string) (audit.Text, bool) {
	if c := r.check[check]; c != nil {
		if t, ok := c.Evidence[s]; ok {
			return t, true
		}
	}
	for _, p := range r.phrases[check] {
		in, ok := p.match(s)
		if !ok {
			continue
		}
		en, zh := p.said.En, p.said.Zh
		for i, x := range in {
			n := strconv.Itoa(i + 1)
			inner := audit.T(x, x)
			if strings.Contains(zh, "@"+n) {
				inner = audit.T(x, r.said(check, x))
				if t, ok := r.feature(x); ok {
					inner = t
				}
			}
			one := strings.NewReplacer("$"+n, "\x00", "@"+n, "\x00")
			en = strings.ReplaceAll(one.Replace(en), "\x00", inner.En)
			zh = strings.ReplaceAll(one.Replace(zh), "\x00", inner.Zh)
		}
		return audit.T(en, zh), true
	}
	return audit.Text{}, false
}

// itemName names an evidence item: in cases.arrow it has its English name.
func (r *Report) itemName(check, name string) audit.Text {
	if t, ok := r.phrased(check, name); ok {
		return t
	}
	if zh, ok := itemWords[name]; ok {
		return audit.T(spaced(name), zh)
	}
	if t, ok := r.feature(name); ok {
		return t
	}
	return same(name)
}

// itemValue is the value of an evidence item. What the lender recorded stays as
// it is in both languages.
func (r *Report) itemValue(check, name, value string) audit.Text {
	switch {
	case verbatim[name]:
		return same(value)
	case isColumn(name):
		return recordedIn(name, value)
	}
	return audit.T(value, r.said(check, value))
}

// said is a value in Chinese: a word, a wording of the check, the name of a
// feature, or a list of those. Anything else is what was recorded.
func (r *Report) said(check, value string) string {
	if zh, ok := valueWords[value]; ok {
		return zh
	}
	if t, ok := r.phrased(check, value); ok {
		return t.Zh
	}
	for _, words := range []map[string]audit.Text{stageWords, outcomeWords, codeWords} {
		if t, ok := words[value]; ok {
			return t.Zh
		}
	}
	if zh, ok := enumWords[value]; ok {
		return zh
	}
	if t, ok := r.feature(value); ok {
		return t.Zh
	}
	for _, list := range []struct{ by, in string }{{"; ", "；"}, {", ", "，"}, {"+", "＋"}} {
		parts := strings.Split(value, list.by)
		if len(parts) < 2 {
			continue
		}
		known := false
		for i, p := range parts {
			parts[i] = r.said(check, p)
			known = known || parts[i] != p
		}
		if known {
			return strings.Join(parts, list.in)
		}
	}
	return value
}

// note is what an event of a check's evidence timeline says.
func (r *Report) note(check, note string) audit.Text {
	groups := strings.Split(note, "; ")
	for i, g := range groups {
		parts := strings.Split(g, ", ")
		changed := false
		for k, p := range parts {
			if t, ok := r.phrased(check, p); ok {
				parts[k], changed = t.Zh, true
			}
		}
		if changed {
			groups[i] = strings.Join(parts, "，")
		}
	}
	zh := strings.Join(groups, "；")
	if len(groups) > 1 && strings.Join(groups, "; ") == note {
		zh = note // not a word of it is ours
	}
	return audit.T(note, zh)
}

// columnNote is what an event of a dossier's timeline says: columns and what
// was recorded in them.
func columnNote(note string) audit.Text {
	parts := strings.Split(note, "; ")
	for i, p := range parts {
		name, value, ok := strings.Cut(p, " ")
		if ok && isColumn(name) {
			parts[i] = columnWords[name] + " " + recordedIn(name, value).Zh
		}
	}
	return audit.T(note, strings.Join(parts, "；"))
}

// items writes evidence in a line.
func (r *Report) items(check string, items []audit.Item) audit.Text {
	var en, zh []string
	for _, e := range items {
		name, value := r.itemName(check, e.Name), r.itemValue(check, e.Name, e.Value)
		en = append(en, name.En+" = "+value.En)
		zh = append(zh, name.Zh+" = "+value.Zh)
	}
	return audit.T(strings.Join(en, "; "), strings.Join(zh, "；"))
}

// Verbatim reports whether an item's values are shown as they are: what the
// lender wrote, and ids.
func Verbatim(item string) bool { return verbatim[item] }

// Told is one name or note of a case's evidence as pages show it.
type Told struct{ Name, Value audit.Text }

// Told returns the evidence of a case and then the events of its timeline, in
// both languages as the pages show them.
func (r *Report) Told(c *audit.Case) []Told {
	var out []Told
	for _, e := range c.Evidence {
		out = append(out, Told{r.itemName(c.Check, e.Name), r.itemValue(c.Check, e.Name, e.Value)})
	}
	for _, e := range c.Events {
		out = append(out, Told{happened(e.What), r.note(c.Check, e.Note)})
	}
	return out
}
