// Command page opens the statistics page of a running brigaded in a headless Chromium,
// while it loads the server, and says what is wrong with it:
//
//	page --chromium /usr/bin/chromium --format testdata/format.txt --shots DIR 127.0.0.1:8080
//
// What is asked of the page: its figures move, without the document being replaced; it has
// no errors and breaks no policy; it asks nobody but its server; its script writes numbers
// as the server does; it fits a phone; it works without its script; and all of that with a
// crowd of connections and backends.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/chromedp/chromedp"
)

func main() {
	chromium := flag.String("chromium", "chromium", "the browser's `PATH`")
	format := flag.String("format", "", "`FILE` of numbers and how they are written")
	shots := flag.String("shots", "", "`DIR` for screenshots (none are taken)")
	full := flag.String("crowd", "", "`HOST:PORT` of a server that a crowd comes to (none does)")
	backends := flag.Int("backends", 0, "`N` backends that one has")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "page: the one argument is HOST:PORT of a server with --stats")
		os.Exit(1)
	}
	if err := run(*chromium, &test{url: flag.Arg(0), shots: *shots, format: *format, full: *full, backends: *backends}); err != nil {
		fmt.Fprintln(os.Stderr, "page:", err)
		os.Exit(2)
	}
}

// patience bounds the whole test.
const patience = 5 * time.Minute

func run(chromium string, t *test) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	profile, err := os.MkdirTemp("", "page")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove(profile)) }()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium), chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("force-color-profile", "srgb"),
		chromedp.Flag("hide-scrollbars", true), chromedp.WSURLReadTimeout(time.Minute))
	var stop context.CancelFunc
	t.ctx, stop = chromedp.NewExecAllocator(ctx, options...)
	defer stop()
	t.load = begin(t.url)
	defer t.load.end()
	t.url = "http://" + t.url + "/.brigade/stats"
	for _, one := range []struct {
		name string
		run  func() error
	}{
		{"figures move", t.moves}, {"numbers are written alike", t.alike},
		{"light, dark and narrow", t.looks}, {"without a script", t.scriptless}, {"with a crowd", t.crowded},
	} {
		if err := one.run(); err != nil {
			return fmt.Errorf("%s: %w", one.name, err)
		}
		fmt.Println("page:", one.name)
	}
	return nil
}

// remove removes what a browser that has been told to end may write to for a moment yet.
func remove(profile string) (err error) {
	for range 50 {
		if err = os.RemoveAll(profile); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}
