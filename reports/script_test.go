package reports

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// parsed is a page as a browser reads it.
func parsed(t *testing.T, page []byte) (elements []*html.Node) {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			elements = append(elements, n)
		}
		if n.Type == html.CommentNode {
			t.Errorf("the page has a comment: %s", n.Data)
		}
	}
	return elements
}

// worse are strings that know how the page is made.
var worse = []string{
	"</script><script>alert(5)</script>",
	"</template><iframe srcdoc='<script>alert(6)</script>'>",
	"\u2028alert(7)\u2029//",
	`<a href="javascript:alert(8)" style="color:red">`,
	"</code></td></table><base href=//x><meta http-equiv=refresh content='0;//x'>",
	"]]><svg onload=alert(9)>",
}

// everyPage are pages of each kind, with strings that want to be more than text.
func everyPage(t *testing.T) map[string][]byte {
	t.Helper()
	pages := map[string][]byte{"realistic": pageOf(t, realistic()), "clean": pageOf(t, clean()), "empty": pageOf(t, empty())}
	defer func(before []string) { hostile = before }(hostile)
	for i, lang := range []string{"en", "zh", "both", "both"} {
		if i == 3 {
			lang, hostile = "both", slices.Concat(worse, hostile)
		}
		in := attack()
		in.Lang = lang
		pages["hostile "+itoa(i)] = pageOf(t, in)
	}
	in, d := testDossier()
	d.ID, d.Customer = hostile[0]+hostile[1], strings.Join(hostile, " ")
	pages["dossier"] = dossierPageOf(t, in, d)
	var s bytes.Buffer
	if err := writeHTML(scenarioReport(t), &s); err != nil {
		t.Fatal(err)
	}
	pages["scenarios"] = s.Bytes()
	return pages
}

// TestPolicy holds that the browser is told to run the page's one style and one
// script, by the digests of the very bytes it reads, and nothing else.
func TestPolicy(t *testing.T) {
	for name, page := range everyPage(t) {
		digest := map[string][]string{}
		policy, seen := "", 0
		for i, n := range parsed(t, page) {
			switch n.Data {
			case "style", "script":
				sum := sha256.Sum256([]byte(n.FirstChild.Data))
				digest[n.Data] = append(digest[n.Data], "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
				if policy == "" {
					t.Errorf("%s: a %s comes before the policy", name, n.Data)
				}
			case "meta":
				for _, a := range n.Attr {
					if a.Key == "content" && strings.Contains(a.Val, "default-src") {
						policy, seen = a.Val, i
					}
				}
			}
		}
		if len(digest["style"]) != 1 || len(digest["script"]) != 1 {
			t.Fatalf("%s: %d styles, %d scripts", name, len(digest["style"]), len(digest["script"]))
		}
		want := "default-src 'none'; script-src " + digest["script"][0] + "; style-src " + digest["style"][0] + "; img-src data:; base-uri 'none'; form-action 'none'"
		if policy != want {
			t.Errorf("%s: the policy is %q, want %q", name, policy, want)
		}
		if seen > 4 {
			t.Errorf("%s: the policy is element %d of the page", name, seen)
		}
	}
}

// TestNothingOfTheDataIsActive holds, after a browser's own parsing, that no
// string of the data became an element, an event or a link that leads out.
func TestNothingOfTheDataIsActive(t *testing.T) {
	script, err := templates.ReadFile("templates/script.js")
	if err != nil {
		t.Fatal(err)
	}
	for name, page := range everyPage(t) {
		elements := parsed(t, page)
		if len(elements) < 80 {
			t.Fatalf("%s: only %d elements", name, len(elements))
		}
		for _, n := range elements {
			if !knownElements[n.Data] {
				t.Errorf("%s: element %s", name, n.Data)
			}
			if n.Data == "script" && (len(n.Attr) > 0 || n.FirstChild.Data != string(script)) {
				t.Errorf("%s: a script that is not the page's own", name)
			}
			if n.Data == "meta" && len(n.Attr) == 2 && n.Attr[0].Key == "http-equiv" && n.Attr[0].Val != "Content-Security-Policy" {
				t.Errorf("%s: meta %s", name, n.Attr[0].Val)
			}
			for _, a := range n.Attr {
				switch {
				case !knownAttributes[a.Key] && !knownAttributes[camel[a.Key]]:
					t.Errorf("%s: attribute %s of %s", name, a.Key, n.Data)
				case a.Key == "href" && !strings.HasPrefix(a.Val, "#"):
					t.Errorf("%s: a link to %s", name, a.Val)
				}
			}
		}
	}
}

// camel are attributes of drawings that HTML writes in small letters and keeps
// in these.
var camel = map[string]string{"viewbox": "viewBox", "patternunits": "patternUnits", "preserveaspectratio": "preserveAspectRatio"}

// TestScript holds what the script is: small, without markup from strings,
// without storage or requests, and with no word of its own.
func TestScript(t *testing.T) {
	script, err := templates.ReadFile("templates/script.js")
	if err != nil {
		t.Fatal(err)
	}
	if len(script) > 12_000 {
		t.Errorf("the script takes %d bytes", len(script))
	}
	if m := regexp.MustCompile(`\b(eval|Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|localStorage|sessionStorage|cookie|fetch|XMLHttpRequest|import|WebSocket|sendBeacon)\b`).Find(script); m != nil {
		t.Errorf("the script uses %s", m)
	}
	if bytes.Contains(bytes.ToLower(script), []byte("</")) || bytes.Contains(script, []byte("<!--")) {
		t.Error("the script ends or comments its element out")
	}
	if !bytes.Equal(script, visible(script)) {
		t.Error("the script has a character that is not shown")
	}
	// Each word it asks for is there, in both languages, and no other.
	words := map[string]bool{}
	for _, w := range scriptWords() {
		if words[w.Key] {
			t.Errorf("the word %s is there twice", w.Key)
		}
		words[w.Key] = true
		if w.Text.En == "" || w.Text.Zh == "" || w.Text.En == w.Text.Zh {
			t.Errorf("the word %s is not in both languages: %q, %q", w.Key, w.Text.En, w.Text.Zh)
		}
	}
	asked := regexp.MustCompile(`(?:nodes|label)\((?:[a-z]+, |make\([^)]*\), )?'([a-z-]+)'`).FindAllSubmatch(script, -1)
	if len(asked) < 6 {
		t.Fatalf("only %d words are asked for", len(asked))
	}
	for _, m := range asked {
		if word := string(m[1]); !words[word] && !strings.HasSuffix(word, "-") {
			t.Errorf("no word %s", m[1])
		}
	}
}
