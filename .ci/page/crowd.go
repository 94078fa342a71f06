package main

// A crowd: connections for most of the room that the server has, ten thousand at most, that have
// asked for something and stay, and more backends than fit a window. The page has to show
// both, and fit each width all the same, whatever its names are.

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/chromedp/chromedp"
)

const (
	most    = 10_000
	dialers = 16 // that come at a time
	longer  = "[fd00:1234:5678:9abc:def0:1234:5678:9abc]:65535"
)

// crowd is who stays.
type crowd []net.Conn

// gather fills the server at addr.
func gather(addr string) (crowd, error) {
	room, err := limit(addr)
	if err != nil {
		return nil, err
	}
	// A shard has its share of the places and no other, and the kernel deals connections out by
	// chance: some shard is full before all are, and has who is idle go.
	all := make(crowd, min(most, room/5*4))
	var each sync.WaitGroup
	var next atomic.Int64
	failed := make([]error, dialers)
	for d := range failed {
		each.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(all) && failed[d] == nil; i = int(next.Add(1)) - 1 {
				all[i], failed[d] = stays(addr)
			}
		})
	}
	each.Wait()
	if err := errors.Join(failed...); err != nil {
		all.leave()
		return nil, err
	}
	return all, nil
}

// limit is how many connections a server lets in.
func limit(addr string) (int, error) {
	r, err := http.Get("http://" + addr + "/.brigade/stats?format=json")
	if err != nil {
		return 0, err
	}
	defer r.Body.Close()
	var told struct {
		Connections struct {
			Limit int `json:"limit"`
		} `json:"connections"`
	}
	err = json.NewDecoder(r.Body).Decode(&told)
	return told.Connections.Limit, err
}

// stays asks for a file, and stays.
func stays(addr string) (net.Conn, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	if _, err = io.WriteString(c, "GET /small.txt HTTP/1.1\r\nHost: a\r\n\r\n"); err == nil {
		var r *http.Response
		if r, err = http.ReadResponse(bufio.NewReaderSize(c, 512), nil); err == nil {
			_, err = io.Copy(io.Discard, r.Body)
			_ = r.Body.Close()
		}
	}
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

func (all crowd) leave() {
	for _, c := range all {
		if c != nil {
			_ = c.Close()
		}
	}
}

// crowded: everybody is counted, every backend has a row, and nothing is too wide.
func (t *test) crowded() error {
	if t.full == "" {
		return nil
	}
	all, err := gather(t.full)
	if err != nil {
		return err
	}
	defer all.leave()
	url := "http://" + t.full + "/.brigade/stats"
	b, err := t.openAt(url, 1280, 1000)
	if err != nil {
		return err
	}
	defer b.close()
	if err := chromedp.Run(b.ctx, chromedp.Navigate(url)); err != nil {
		return err
	}
	for _, holds := range []string{
		`document.querySelectorAll('[data-rows="backends"] tr').length === ` + strconv.Itoa(t.backends),
		`Number(` + figure("connections.open") + `.replaceAll(",", "")) >= ` + strconv.Itoa(len(all)),
	} {
		if err := b.until(holds); err != nil {
			shown, _ := value[string](b, `[...document.querySelectorAll("[data-v^=connections]")].map(e => e.dataset.v + " " + e.textContent).join(", ")`)
			return fmt.Errorf("%w; it shows %s", err, shown)
		}
	}
	for _, v := range []view{{"crowd", 1280, "light"}, {"crowd-narrow", 390, "dark"}} {
		if err := t.look(b, v); err != nil {
			return fmt.Errorf("%s: %w", v.name, err)
		}
	}
	// As if each name were as long as the address of a backend can be: measured at once, since
	// the page writes them anew.
	for _, width := range []int64{1280, 390} {
		wide, err := lengthened(b, width)
		if err != nil || wide > width {
			return errors.Join(err, fmt.Errorf("with long names the page is %d pixels wide, in a window of %d", wide, width))
		}
	}
	return b.verdict()
}

// lengthened is how wide the page is, in a window, when its names are long.
func lengthened(b *tab, window int64) (wide int64, err error) {
	if err := chromedp.Run(b.ctx, chromedp.EmulateViewport(window, 1000)); err != nil {
		return 0, err
	}
	return value[int64](b, `document.querySelectorAll('[data-rows="backends"] td.text span, [data-rows="loops.each"] td.text span').`+
		`forEach(e => e.textContent = `+strconv.Quote(longer)+`); document.scrollingElement.scrollWidth`)
}
