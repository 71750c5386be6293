package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic("" + err.Error())
	}
	return string(b)
}

// fits holds that no content is wider than the window: tables scroll in their
// own box.
func (p *tab) fits(widths ...int) {
	p.t.Helper()
	for _, width := range widths {
		p.resize(width)
		var over []string
		p.eval(`(() => {
			const w = document.documentElement.clientWidth;
			if (document.documentElement.scrollWidth <= w) return [];
			return [...document.querySelectorAll('body *')].filter(e => {
				const b = e.getBoundingClientRect();
				if (b.right <= w + 1 || !b.width) return false;
				for (let a = e.parentElement; a; a = a.parentElement) if (/auto|scroll|hidden/.test(getComputedStyle(a).overflowX)) return false;
				return true;
			}).slice(0, 5).map(e => e.tagName + '.' + e.getAttribute('class') + '#' + e.id + ' ' + e.textContent.slice(0, 40));
		})()`, &over)
		if len(over) > 0 {
			p.t.Errorf("at %d px the page is wider than the window: %s", width, strings.Join(over, "; "))
		}
	}
}

// drawn holds that in every chart that is shown no text is cut by the chart's
// edge and none lies on another. It returns how many texts it looked at.
func (p *tab) drawn() int {
	p.t.Helper()
	var got struct {
		N   int
		Bad []string
	}
	p.eval(`(() => {
		const bad = []; let n = 0;
		for (const svg of document.querySelectorAll('svg')) {
			if (!svg.checkVisibility() || !svg.viewBox.baseVal) continue;
			const edge = svg.getBoundingClientRect(), where = svg.closest('[id]')?.id;
			if (!edge.width) continue;
			const scale = edge.width / svg.viewBox.baseVal.width;
			// The line box of a font is higher than its signs: a text that is not
			// turned takes eight tenths of its size above the line, two below.
			const box = t => {
				const b = t.getBoundingClientRect(), m = t.getScreenCTM(), size = parseFloat(getComputedStyle(t).fontSize) * m.d;
				if (Math.abs(m.b) > 1e-6) return b;
				const line = t.getStartPositionOfChar(0).y * m.d + m.f;
				return { left: b.left, right: b.right, top: line - .8 * size, bottom: line + .2 * size, width: b.width };
			};
			const texts = [...svg.querySelectorAll('text')].filter(t => getComputedStyle(t).display !== 'none' && t.textContent.trim())
				.map(t => ({ s: t.textContent.trim(), b: box(t) })).filter(t => t.b.width);
			n += texts.length;
			for (const { s, b } of texts)
				if (b.left < edge.left - 1 || b.right > edge.right + 1 || b.top < edge.top - 1 || b.bottom > edge.bottom + 1)
					bad.push(where + ': "' + s.slice(0, 60) + '" is cut, by ' + [edge.left - b.left, b.right - edge.right, edge.top - b.top, b.bottom - edge.bottom].map(x => x.toFixed(1)).join(' / ') + ' px at the left, right, top, bottom');
			texts.sort((a, b) => a.b.left - b.b.left);
			for (let i = 0; i < texts.length; i++) for (let j = i + 1; j < texts.length && texts[j].b.left < texts[i].b.right; j++) {
				const a = texts[i].b, b = texts[j].b;
				const x = Math.min(a.right, b.right) - Math.max(a.left, b.left), y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
				if (x > 1 * scale && y > 1.5 * scale) bad.push(where + ': "' + texts[i].s.slice(0, 40) + '" and "' + texts[j].s.slice(0, 40) + '" overlap by ' + x.toFixed(0) + ' x ' + y.toFixed(0));
			}
		}
		return { N: n, Bad: bad };
	})()`, &got)
	for i, s := range got.Bad {
		if i == 12 {
			p.t.Errorf("… and %d more", len(got.Bad)-i)
			break
		}
		p.t.Errorf("chart %s", s)
	}
	return got.N
}

// accessible holds that axe-core finds nothing serious or critical.
func (p *tab) accessible() {
	p.t.Helper()
	p.axeRuns(`document`, map[string]any{"rules": map[string]any{"color-contrast": map[string]bool{"enabled": false}}})
	p.contrast()
}

// contrast holds that text stands out from what is behind it. Of all texts of
// the same colours, size and weight one is looked at: axe-core takes a
// millisecond for each, and a large page has twenty thousand.
func (p *tab) contrast() {
	p.t.Helper()
	p.axeRuns(`(() => {
		const kinds = new Map();
		for (const e of document.body.querySelectorAll('*')) {
			if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !e.checkVisibility() || !e.getClientRects().length) continue;
			const s = getComputedStyle(e);
			let behind = 'none';
			for (let a = e; a; a = a.parentElement) { const c = getComputedStyle(a).backgroundColor; if (!/, 0\)|transparent/.test(c)) { behind = c; break; } }
			const kind = [s.color, s.fill, s.fontSize, s.fontWeight, s.opacity, behind].join();
			if (!kinds.has(kind)) kinds.set(kind, e);
		}
		return { include: [...kinds.values()] };
	})()`, map[string]any{"runOnly": map[string]any{"type": "rule", "values": []string{"color-contrast"}}})
}

// axeRuns runs axe-core over a part of the page. Without it nothing is held,
// and the test says so.
func (p *tab) axeRuns(over string, options map[string]any) {
	p.t.Helper()
	if p.axe == "" {
		p.t.Log("axe-core is not asked: put the path of axe.min.js into EVENHAND_AXE")
		return
	}
	if p.text(`typeof axe`) == "undefined" {
		p.eval("(() => {"+p.axe+"})()", nil)
	}
	options["resultTypes"] = []string{"violations"}
	o, err := json.Marshal(options)
	if err != nil {
		p.t.Fatal(err)
	}
	var found []struct {
		ID, Impact, Help string
		Nodes            []struct {
			HTML   string
			Target []any
			Why    string
		}
	}
	p.eval(`axe.run(`+over+`, `+string(o)+`).then(r => r.violations.map(v => ({ ID: v.id, Impact: v.impact, Help: v.help,
		Nodes: v.nodes.map(n => ({ HTML: n.html, Target: n.target, Why: n.failureSummary })) })))`, &found)
	for _, v := range found {
		if v.Impact != "serious" && v.Impact != "critical" {
			continue
		}
		var at []string
		for _, n := range v.Nodes[:min(5, len(v.Nodes))] {
			at = append(at, fmt.Sprintf("%v %.160s: %s", n.Target, n.HTML, strings.ReplaceAll(n.Why, "\n", " ")))
		}
		p.t.Errorf("axe, %s: %s: %s, at %d elements:\n%s", v.Impact, v.ID, v.Help, len(v.Nodes), strings.Join(at, "\n"))
	}
}

var pagesOfPDF = regexp.MustCompile(`/Type\s*/Pages\b[^>]*?/Count (\d+)|/Count (\d+)[^>]*?/Type\s*/Pages\b`)

// pagesIn is how many pages a PDF has.
func pagesIn(pdf []byte) int {
	most := 0
	for _, m := range pagesOfPDF.FindAllSubmatch(pdf, -1) {
		n, err := strconv.Atoi(string(m[1]) + string(m[2]))
		if err == nil {
			most = max(most, n)
		}
	}
	return most
}
