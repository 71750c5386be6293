package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// chromium is one Chromium, shared by the tests of a package.
type chromium struct {
	ctx context.Context
	axe string // source of axe-core, "" when there is none
}

// startBrowser starts a browser that ends with t. Without one the test skips.
func startBrowser(t *testing.T) *chromium {
	t.Helper()
	path := find(os.Getenv("EVENHAND_CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless-shell")
	if path == "" {
		t.Skip("no Chromium: put it on PATH, or its path into EVENHAND_CHROMIUM")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path), chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("disable-gpu", true),
		chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("hide-scrollbars", true), chromedp.WSURLReadTimeout(time.Minute))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	// The directory of t would be looked at before the browser has left it.
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(allocator)
	t.Cleanup(func() { end(); stop() })
	b := &chromium{ctx: ctx}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("%s does not start: %v", path, err)
	}
	if file := os.Getenv("EVENHAND_AXE"); file != "" {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		b.axe = string(source)
	}
	return b
}

func find(names ...string) string {
	for _, name := range names {
		if name == "" {
			continue
		}
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// view is how a page is looked at.
type view struct {
	Width    int // of the window; 0 is 1400
	Height   int // 0 is 900
	Dark     bool
	NoScript bool
	Language string // the reader's, as in "zh-CN"; "" is en-US
	Hash     string // what follows # in the address
}

// tab is an open page.
type tab struct {
	t    *testing.T
	ctx  context.Context
	axe  string
	mu   sync.Mutex
	said []string // errors and violations
	asks []string // requests but the page's own
}

// open opens a file. The page is closed when t ends.
func (b *chromium) open(t *testing.T, file string, v view) *tab {
	t.Helper()
	path, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	if v.Width == 0 {
		v.Width = 1400
	}
	if v.Height == 0 {
		v.Height = 900
	}
	if v.Language == "" {
		v.Language = "en-US"
	}
	inner, closed := chromedp.NewContext(b.ctx)
	t.Cleanup(closed)
	p := &tab{t: t, axe: b.axe}
	if err := chromedp.Do(inner); err != nil {
		t.Fatal(err)
	}
	ctx, late := context.WithTimeout(inner, 4*time.Minute)
	t.Cleanup(late)
	p.ctx = ctx
	address := "file://" + filepath.ToSlash(path)
	if err := chromedp.Listen(ctx, func(e any) { p.hear(e, address) }); err != nil {
		t.Fatal(err)
	}
	call(p, log.Enable, cdp.Empty{})
	call(p, audits.Enable, cdp.Empty{})
	call(p, network.Enable, network.EnableParams{})
	call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: int64(v.Width), Height: int64(v.Height), DeviceScaleFactor: 1})
	p.media("", v.Dark)
	call(p, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: "Mozilla/5.0 evenhand-test", AcceptLanguage: v.Language})
	call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: v.NoScript})
	if v.Hash != "" {
		v.Hash = "#" + v.Hash
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(address+v.Hash)); err != nil {
		t.Fatal(err)
	}
	return p
}

// call sends one command of the protocol.
func call[P, R any](p *tab, command cdp.Command[P, R], params P) R {
	p.t.Helper()
	r, err := chromedp.Call(p.ctx, command, params)
	if err != nil {
		p.t.Fatal(err)
	}
	return r
}

func (p *tab) media(media string, dark bool) {
	p.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: media, Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
}

// hear keeps what a page must not say or ask for.
func (p *tab) hear(event any, address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.said = append(p.said, "exception: "+(&chromedp.ExceptionError{ExceptionDetails: e.ExceptionDetails}).Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
			var words []string
			for _, a := range e.Args {
				words = append(words, string(a.Value)+a.Description)
			}
			p.said = append(p.said, "console: "+strings.Join(words, " "))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			p.said = append(p.said, "log: "+e.Entry.Text)
		}
	case *audits.EventIssueAdded:
		if c := e.Issue.Details.ContentSecurityPolicyIssueDetails; c != nil {
			p.said = append(p.said, "policy: "+c.ViolatedDirective+" forbids "+c.BlockedURL)
		}
	case *network.EventRequestWillBeSent:
		if at, _, _ := strings.Cut(e.Request.URL, "#"); at != address && !strings.HasPrefix(at, "data:") {
			p.asks = append(p.asks, at)
		}
	}
}

// quiet holds that the page said no error, broke no policy and asked for
// nothing but itself.
func (p *tab) quiet() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.said {
		p.t.Errorf("the page says: %s", s)
	}
	for _, s := range p.asks {
		p.t.Errorf("the page asks for %s", s)
	}
}

// eval evaluates an expression in the page; a promise is waited for. into
// takes its value as JSON, and may be nil.
func (p *tab) eval(expression string, into any) {
	p.t.Helper()
	if into == nil {
		expression = "(" + expression + ", null)"
	}
	got, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]byte](expression, chromedp.EvalAsValue, chromedp.EvalAwaitPromise))
	if err == nil && into != nil {
		err = json.Unmarshal(got, into)
	}
	if err != nil {
		p.t.Fatalf("%.200s: %v", expression, err)
	}
}

// text evaluates an expression that is a string.
func (p *tab) text(expression string) string {
	p.t.Helper()
	var s string
	p.eval(expression, &s)
	return s
}

// number evaluates an expression that is a number.
func (p *tab) number(expression string) float64 {
	p.t.Helper()
	var x float64
	p.eval(expression, &x)
	return x
}

// holds holds that an expression is true.
func (p *tab) holds(expression, why string) {
	p.t.Helper()
	var ok bool
	if p.eval("!!("+expression+")", &ok); !ok {
		p.t.Errorf("not so: %s (%s)", why, expression)
	}
}

// keys presses keys, as a reader would, on what has the focus.
func (p *tab) keys(keys string) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, chromedp.KeyEvent(keys)); err != nil {
		p.t.Fatal(err)
	}
}

// click clicks the first element of a selector with the mouse.
func (p *tab) click(selector string) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		p.t.Fatalf("%s: %v", selector, err)
	}
}

// resize makes the window as wide as said.
func (p *tab) resize(width int) {
	p.t.Helper()
	call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: int64(width), Height: 900, DeviceScaleFactor: 1})
}

// dark changes between the light and the dark scheme.
func (p *tab) dark(dark bool) { p.t.Helper(); p.media("", dark) }

// print changes to how the page looks on paper, without printing it.
func (p *tab) print() { p.t.Helper(); p.media("print", false) }

// pdf prints the page.
func (p *tab) pdf() []byte {
	p.t.Helper()
	return call(p, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: new(true), PrintBackground: new(true)}).Data
}

// shot writes a picture of the elements of a selector, at most high pixels of
// it, into the directory EVENHAND_SCREENSHOTS, when that is set.
func (p *tab) shot(name, selector string, high float64) {
	p.t.Helper()
	dir := os.Getenv("EVENHAND_SCREENSHOTS")
	if dir == "" {
		return
	}
	var box struct{ X, Y, W, H float64 }
	p.eval(`(e => { const b = e.getBoundingClientRect(); return { X: b.x + scrollX, Y: b.y + scrollY, W: b.width, H: b.height } })(document.querySelector(`+quote(selector)+`) || document.body)`, &box)
	clip := &page.Viewport{X: max(0, box.X-12), Y: max(0, box.Y-12), Width: box.W + 24, Height: min(box.H+24, high), Scale: 1}
	out := call(p, page.CaptureScreenshot, page.CaptureScreenshotParams{Clip: clip, CaptureBeyondViewport: new(true)}).Data
	if err := os.MkdirAll(dir, 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), out, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// Wanted reports whether pictures are asked for.
func Wanted() bool { return os.Getenv("EVENHAND_SCREENSHOTS") != "" }
