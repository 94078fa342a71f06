package main

// HTTP/2 by prior knowledge, with net/http's client, on the port that HTTP/1.1 has.

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// client2 is a client that speaks nothing but HTTP/2, on one connection at a time.
func client2() *http.Client {
	t := &http.Transport{Protocols: new(http.Protocols), MaxConnsPerHost: 1}
	t.Protocols.SetUnencryptedHTTP2(true)
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
	return &http.Client{Transport: t, Timeout: time.Minute}
}

func TestHTTP2(t *testing.T) {
	root := newSite(t)
	each(t, root, func(t *testing.T, d *daemon) {
		c := client2()
		defer c.CloseIdleConnections()
		upload := strings.Repeat("content", 100_000)
		var all sync.WaitGroup
		for i := range 60 {
			all.Go(func() {
				method, path, body, status, want := "GET", "/small.txt", "", 200, []byte(small)
				switch i % 6 {
				case 1:
					path, want = "/large.bin", pattern(largeSize)
				case 2:
					path, status, want = "/none", 404, nil
				case 3:
					method, want = "HEAD", []byte{}
				case 4:
					method, body, status, want = "POST", upload, 405, nil
				}
				req, err := http.NewRequest(method, "http://"+d.addr+path, strings.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				resp, err := c.Do(req)
				if err != nil {
					t.Errorf("%s %s: %v", method, path, err)
					return
				}
				defer resp.Body.Close()
				got, err := io.ReadAll(resp.Body)
				if err != nil || resp.StatusCode != status || resp.ProtoMajor != 2 || want != nil && !bytes.Equal(got, want) {
					t.Errorf("%s %s: %s %d with %d bytes, %v; want %d with %d", method, path, resp.Proto, resp.StatusCode, len(got), err, status, len(want))
				}
			})
		}
		all.Wait()
		d.dial().wantOpen("HTTP/1.1 on the same port")
	})
}
