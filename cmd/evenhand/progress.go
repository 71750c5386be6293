package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/pprof"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"evenhand/audit"
	"evenhand/audit/driver"
)

// progress shows how far the job is: a bar on a terminal, a line every tenth
// elsewhere.
type progress struct {
	w     io.Writer
	log   *slog.Logger // in place of lines for people; nil: those
	lang  string
	bar   bool
	width int

	mu    sync.Mutex
	start time.Time
	shown time.Time
	tenth int64
	pass  int
	drawn bool
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w, start: time.Now(), tenth: -1}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.bar, p.width = true, 80
		if n, _, err := term.GetSize(int(f.Fd())); err == nil {
			p.width = n
		}
	}
	return p
}

// report is the driver's callback; workers call it concurrently.
func (p *progress) report(x driver.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if x.Pass != p.pass {
		p.pass, p.tenth, p.start = x.Pass, -1, time.Now()
	}
	if x.Total == 0 {
		return
	}
	now := time.Now()
	rate := float64(x.Rows) / max(now.Sub(p.start).Seconds(), 1e-3)
	if !p.bar {
		if tenth := x.Rows * 10 / x.Total; tenth > p.tenth {
			p.tenth = tenth
			if p.log != nil {
				p.log.Info("progress", "pass", x.Pass, "table", x.Table, "rows", x.Rows, "total", x.Total, "rows_per_second", int64(rate))
				return
			}
			fmt.Fprintf(p.w, "evenhand: %s\n", sayf(p.lang, "pass %d: %d of %d rows (%d %%), %.0f rows/s", x.Pass, x.Rows, x.Total, x.Rows*100/x.Total, rate))
		}
		return
	}
	if now.Sub(p.shown) < 100*time.Millisecond && x.Rows < x.Total {
		return
	}
	p.shown, p.drawn = now, true
	text := fmt.Sprintf(" %3d %%  %13s %s  %11s %s", x.Rows*100/x.Total, audit.Thousands(x.Rows), in(p.lang, "rows", "行"), audit.Thousands(int64(rate)), in(p.lang, "rows/s", "行/秒"))
	n := max(p.width-columns(text)-12, 5)
	full := int(x.Rows * int64(n) / x.Total)
	fmt.Fprintf(p.w, "\r%-10s[%s%s]%s", x.Table, strings.Repeat("=", full), strings.Repeat(" ", n-full), text)
}

// done clears the bar.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drawn {
		fmt.Fprintf(p.w, "\r%s\r", strings.Repeat(" ", p.width-1))
	}
}

// startProfile starts a CPU profile; an empty path means none.
func startProfile(path string) (stop func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, err
	}
	return func() { pprof.StopCPUProfile(); f.Close() }, nil
}
