package reports

import (
	"regexp"
	"testing"
)

func TestTerse(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`<td class="num">1</td>`, `<td class=num>1`},
		{`<a href="#m-1" title="a b">x</a>`, `<a href=#m-1 title="a b">x</a>`},
		{`<path class="x" d="M0 1"/>`, `<path class=x d="M0 1"/>`},
		{`<rect height="10"/>`, `<rect height="10"/>`}, // without quotes the slash would be in the value
		{"<p>a</p>\n<p>b</p>\n", "<p>a</p><p>b</p>\n"},
		{"<p><code>a</code>\n<code>b</code></p>", "<p><code>a</code>\n<code>b</code></p>"},
		{"<pre>\n<b class=\"x\">\n</pre>\n<p>", "<pre>\n<b class=\"x\">\n</pre><p>"},
		{`<script>if (a<b) "</td>"</script>`, `<script>if (a<b) "</td>"</script>`},
		{`<i title="a &lt; b = &#34;c&#34;">&lt;td&gt;</i>`, `<i title="a &lt; b = &#34;c&#34;">&lt;td&gt;</i>`},
		{`<a title='x="y"'>`, `<a title='x="y"'>`}, {`a < b`, `a < b`}, {`<td`, `<td`}, {``, ``},
	} {
		if got := string(terse([]byte(c.in))); got != c.want {
			t.Errorf("%s: got %s, want %s", c.in, got, c.want)
		}
	}
}

// TestTerseKeepsTexts holds that the text of a page is what it was before.
func TestTerseKeepsTexts(t *testing.T) {
	markup := regexp.MustCompile(`<[^>]*>|\s+`)
	for name, in := range map[string]Input{"hostile": attack(), "realistic": realistic()} {
		r := New(in)
		page := r.page()
		page.anchor()
		var plain, short []byte
		var err error
		if short, err = r.tongue().render("page.tmpl", page); err != nil {
			t.Fatal(err)
		}
		if plain, err = r.tongue().execute("page.tmpl", page); err != nil {
			t.Fatal(err)
		}
		plain = visible(plain)
		if len(short) >= len(plain) {
			t.Errorf("%s: %d bytes, %d before", name, len(short), len(plain))
		}
		if string(markup.ReplaceAll(plain, nil)) != string(markup.ReplaceAll(short, nil)) {
			t.Errorf("%s: the text changed", name)
		}
	}
}
