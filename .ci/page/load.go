package main

// Load: clients of both protocols that ask for files, large and small, for what is not
// there, and for what backends have, until they are told to end.

import (
	"io"
	"net/http"
	"sync"
	"time"
)

// load is clients at work.
type load struct {
	done chan struct{}
	wait sync.WaitGroup
}

// targets are asked for in turn.
var targets = []string{"/", "/small.txt", "/large.bin", "/", "/none", "/", "/small.txt", "/api/small.txt", "/", "/small.txt"}

func begin(addr string) *load {
	l := &load{done: make(chan struct{})}
	two := new(http.Protocols)
	two.SetUnencryptedHTTP2(true)
	for i := range 6 {
		tr := &http.Transport{}
		if i%3 == 2 {
			tr.Protocols = two
		}
		l.wait.Go(func() {
			defer tr.CloseIdleConnections()
			l.asks(&http.Client{Transport: tr, Timeout: 10 * time.Second}, addr, i)
		})
	}
	return l
}

// asks is one client.
func (l *load) asks(c *http.Client, addr string, first int) {
	pace := time.NewTicker(3 * time.Millisecond)
	defer pace.Stop()
	for i := first; ; i++ {
		select {
		case <-l.done:
			return
		case <-pace.C:
		}
		r, err := c.Get("http://" + addr + targets[i%len(targets)])
		if err != nil {
			continue
		}
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
}

func (l *load) end() {
	close(l.done)
	l.wait.Wait()
}
