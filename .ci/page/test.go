package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// test is the page under test.
type test struct {
	ctx    context.Context
	url    string
	load   *load
	shots  string
	format string

	full     string // HOST:PORT of a server that a crowd comes to; empty: none
	backends int    // that it has
}

// tab is a page that is open, and what it has complained of or asked for.
type tab struct {
	ctx   context.Context
	close context.CancelFunc

	mu      sync.Mutex
	wrong   []string // guarded by mu
	visits  int      // guarded by mu: times that the document was asked for
	fetches int      // guarded by mu: times that the JSON was
}

// open opens a tab of this width, before it goes to the server under load.
func (t *test) open(width, height int64) (*tab, error) { return t.openAt(t.url, width, height) }

// openAt is open for a page elsewhere.
func (t *test) openAt(url string, width, height int64) (*tab, error) {
	b := new(tab)
	b.ctx, b.close = chromedp.NewContext(t.ctx)
	chromedp.ListenTarget(b.ctx, func(ev any) { b.hear(ev, url) })
	err := chromedp.Run(b.ctx, network.Enable(), cdplog.Enable(), runtime.Enable(), chromedp.EmulateViewport(width, height))
	if err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// hear notes what should not be.
func (b *tab) hear(ev any, url string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := ev.(type) {
	case *runtime.EventExceptionThrown:
		b.wrong = append(b.wrong, "an exception: "+e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		b.wrong = append(b.wrong, "something on the console: "+string(e.Type))
	case *cdplog.EventEntryAdded:
		b.wrong = append(b.wrong, "an entry in the log: "+e.Entry.Text)
	case *network.EventLoadingFailed:
		if !e.Canceled {
			b.wrong = append(b.wrong, "a request failed: "+e.ErrorText)
		}
	case *network.EventRequestWillBeSent:
		switch u := e.Request.URL; {
		case u == url:
			b.visits++
		case u == url+"?format=json":
			b.fetches++
		case !strings.HasPrefix(u, "data:"):
			b.wrong = append(b.wrong, "a request elsewhere: "+u)
		}
	}
}

// verdict is what was wrong so far.
func (b *tab) verdict() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.wrong) > 0 {
		return errors.New(strings.Join(b.wrong, "; "))
	}
	return nil
}

// counts is how often the document and the JSON were asked for.
func (b *tab) counts() (visits, fetches int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.visits, b.fetches
}

// value is what an expression is in the page.
func value[T any](b *tab, expression string) (v T, err error) {
	err = chromedp.Run(b.ctx, chromedp.Evaluate(expression, &v))
	return v, err
}

// until waits for an expression to be true.
func (b *tab) until(expression string) error {
	for deadline := time.Now().Add(40 * time.Second); ; {
		ok, err := value[bool](b, expression)
		switch {
		case err != nil:
			return err
		case ok:
			return nil
		case time.Now().After(deadline):
			return fmt.Errorf("this does not come true: %s", expression)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// figure is the text of the number at a path.
func figure(path string) string {
	return `document.querySelector('[data-v="` + path + `"]').textContent`
}

// moves: the figures of a page that is open change, and the page stays.
func (t *test) moves() error {
	b, err := t.open(1240, 1000)
	if err != nil {
		return err
	}
	defer b.close()
	if err := chromedp.Run(b.ctx, chromedp.Navigate(t.url)); err != nil {
		return err
	}
	if _, err := value[bool](b, `window.node = document.querySelector('[data-v="requests.total"]'); true`); err != nil {
		return err
	}
	before := make(map[string]string)
	moving := []string{"requests.total", "requests.answers.2xx", "requests.answers.4xx", "bytes.out_total", "bytes.in_total", "latency.p50_seconds", "http2.streams_total", "server.uptime_seconds"}
	for _, path := range moving {
		if before[path], err = value[string](b, figure(path)); err != nil {
			return err
		}
	}
	for _, path := range moving {
		if path == "latency.p50_seconds" {
			continue // it may well stay what it is
		}
		if err := b.until(figure(path) + " !== " + strconv.Quote(before[path])); err != nil {
			return err
		}
	}
	for _, holds := range []string{
		`window.node === document.querySelector('[data-v="requests.total"]')`,
		`document.querySelector('[data-r="requests.total"]').textContent !== "0/s"`,
		`(document.querySelector(".spark .line").getAttribute("d") || "").length > 20`,
		`document.querySelector('[data-rows="backends"]').rows.length === 2`,
		`document.querySelector('[data-rows="waits"]').rows.length > 10`,
		`[...document.querySelectorAll("b")].every(e => !/NaN|undefined|Infinity/.test(e.textContent))`,
	} {
		if err := b.until(holds); err != nil {
			return err
		}
	}
	if visits, fetches := b.counts(); visits != 1 || fetches < 2 {
		return fmt.Errorf("the document was asked for %d times, and its numbers %d times; want once, and again and again", visits, fetches)
	}
	return b.verdict()
}

// alike: the page's script writes numbers as the server does.
func (t *test) alike() error {
	f, err := os.Open(t.format)
	if err != nil {
		return err
	}
	defer f.Close()
	b, err := t.open(800, 600)
	if err != nil {
		return err
	}
	defer b.close()
	if err := chromedp.Run(b.ctx, chromedp.Navigate(t.url)); err != nil {
		return err
	}
	n := 0
	for s := bufio.NewScanner(f); s.Scan(); n++ {
		parts := strings.Split(s.Text(), "\t")
		if len(parts) != 3 {
			return fmt.Errorf("%s has a line of other than three parts: %q", t.format, s.Text())
		}
		got, err := value[string](b, `brigade.shown(`+strconv.Quote(parts[0])+`, `+parts[1]+`).join(" ").trim()`)
		if err != nil {
			return err
		}
		if got != parts[2] {
			return fmt.Errorf("%s of %s is %q in the page, and %q by the server", parts[0], parts[1], got, parts[2])
		}
	}
	if n == 0 {
		return fmt.Errorf("%s has no numbers", t.format)
	}
	return b.verdict()
}

// view is a way to look at the page.
type view struct {
	name   string
	width  int64
	scheme string
}

// looks: it fits each width, in light and dark, and is photographed.
func (t *test) looks() error {
	b, err := t.open(1240, 1000)
	if err != nil {
		return err
	}
	defer b.close()
	if err := chromedp.Run(b.ctx, chromedp.Navigate(t.url)); err != nil {
		return err
	}
	points := 3
	if t.shots != "" {
		points = 16 // for the lines to have a shape
	}
	if err := b.until(fmt.Sprintf(`(document.querySelector('.spark .line').getAttribute("d") || "").split("L").length >= %d`, points)); err != nil {
		return err
	}
	for _, v := range []view{{"light", 1240, "light"}, {"dark", 1240, "dark"}, {"tablet", 820, "light"}, {"narrow", 390, "light"}, {"narrow-dark", 390, "dark"}} {
		if err := t.look(b, v); err != nil {
			return fmt.Errorf("%s: %w", v.name, err)
		}
	}
	return b.verdict()
}

// look has the page be seen like that.
func (t *test) look(b *tab, v view) error {
	scheme := emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: v.scheme}})
	if err := chromedp.Run(b.ctx, scheme, chromedp.EmulateViewport(v.width, 1000)); err != nil {
		return err
	}
	wide, err := value[int64](b, `document.scrollingElement.scrollWidth`)
	if err != nil {
		return err
	}
	if wide > v.width {
		who, err := value[string](b, `[...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > innerWidth + 1).`+
			`map(e => e.tagName + "." + (e.className.baseVal ?? e.className) + " " + e.textContent.slice(0, 40)).slice(0, 5).join("; ")`)
		return errors.Join(fmt.Errorf("the page is %d pixels wide, in a window of %d: %s", wide, v.width, who), err)
	}
	if t.shots == "" {
		return nil
	}
	var all, first []byte
	if err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot(&first), chromedp.FullScreenshot(&all, 100)); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(t.shots, v.name+".png"), all, 0o644),
		os.WriteFile(filepath.Join(t.shots, v.name+"-first.png"), first, 0o644))
}

// scriptless: without a script the numbers are there, and come anew.
func (t *test) scriptless() error {
	b, err := t.open(1240, 1000)
	if err != nil {
		return err
	}
	defer b.close()
	if err := chromedp.Run(b.ctx, emulation.SetScriptExecutionDisabled(true), page.Enable(), chromedp.Navigate(t.url)); err != nil {
		return err
	}
	for deadline := time.Now().Add(40 * time.Second); ; {
		if visits, fetches := b.counts(); fetches > 0 {
			return errors.New("a script runs that must not")
		} else if visits >= 2 {
			break
		}
		if time.Now().After(deadline) {
			return errors.New("the page is not read anew")
		}
		time.Sleep(100 * time.Millisecond)
	}
	var total string
	for range 5 { // the page may be read anew in the middle
		if err = chromedp.Run(b.ctx, chromedp.Text(`[data-v="requests.total"]`, &total)); err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	if total == "" || total == "0" {
		return fmt.Errorf("there are %q requests, without a script", total)
	}
	return b.verdict()
}
