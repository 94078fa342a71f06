package main

// Tunnels in streams: CONNECT and extended CONNECT (RFC 8441), with net/http's client.

import (
	"bufio"
	"context"
	"crypto/sha1"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/http2"
)

// stream2 is one end of a tunnel.
type stream2 struct {
	io.Writer
	end  func() error // says that all was said
	body io.ReadCloser
}

// opened asks for a tunnel to authority, or for protocol at path, and wants this status.
func opened(t *testing.T, tr http.RoundTripper, d *daemon, authority, protocol string, status int, fields ...string) *stream2 {
	t.Helper()
	r, w := io.Pipe()
	req := &http.Request{Method: "CONNECT", URL: &url.URL{Scheme: "http", Host: d.addr}, Host: authority, Header: http.Header{}, Body: r, ContentLength: -1}
	if protocol != "" {
		req.URL.Path = "/chat"
		req.Header.Set(":protocol", protocol)
	}
	for i := 0; i < len(fields); i += 2 {
		req.Header.Set(fields[i], fields[i+1])
	}
	resp, err := tr.RoundTrip(req)
	if err != nil || resp.StatusCode != status {
		t.Fatalf("%v, %v; want status %d", resp, err, status)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	if f := resp.Header.Get("Sec-Websocket-Accept"); f != "" {
		t.Errorf("the answer has Sec-WebSocket-Accept: %s, which is HTTP/1.1's", f)
	}
	return &stream2{w, w.Close, resp.Body}
}

// Thirty tunnels on one connection say much at once, both ways, and each end learns of the
// other's.
func TestConnectInStreams(t *testing.T) {
	backend := backendOf(t, func(c *net.TCPConn) { _, _ = io.Copy(c, c); _ = c.CloseWrite() })
	each(t, newSite(t), func(t *testing.T, d *daemon) {
		tr := client2().Transport
		var all sync.WaitGroup
		for i := range 30 {
			s := opened(t, tr, d, backend, "", 200)
			all.Go(func() {
				text := strings.Repeat(fmt.Sprintf("tunnel %d ", i), 20_000)
				all.Go(func() {
					_, _ = io.WriteString(s, text)
					_ = s.end()
				})
				if got, err := io.ReadAll(s.body); err != nil || string(got) != text {
					t.Errorf("tunnel %d: %d bytes, %v; want %d", i, len(got), err, len(text))
				}
			})
		}
		all.Wait()
		opened(t, tr, d, "127.0.0.1:1", "", 403)
	}, "--connect", backend)
}

// websocket answers an upgrade as RFC 6455 has it, and echoes; of /refused it wants nothing.
func websocket(c *net.TCPConn) {
	r := bufio.NewReader(c)
	q, err := http.ReadRequest(r)
	if err != nil {
		return
	}
	if q.Header.Get("Refuse") != "" {
		_, _ = io.WriteString(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nX-Own: mine\r\n\r\nno")
		return
	}
	sum := sha1.Sum([]byte(q.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	if q.Header.Get("Lie") != "" {
		sum[0]++
	}
	_, _ = fmt.Fprintf(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: %s\r\n\r\nhello ",
		base64.StdEncoding.EncodeToString(sum[:]))
	_, _ = io.Copy(c, r)
}

// extending is x/net's client.
//
//nolint:staticcheck // net/http's takes no :protocol
func extending() http.RoundTripper {
	return &http2.Transport{
		AllowHTTP: true,
		DialTLSContext: func(ctx context.Context, network, addr string, _ *tls.Config) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, addr)
		},
	}
}

func TestWebSocketInStreams(t *testing.T) {
	each(t, newSite(t), func(t *testing.T, d *daemon) {
		tr := extending()
		s := opened(t, tr, d, "a", "websocket", 200, "Sec-WebSocket-Version", "13")
		if _, err := io.WriteString(s, "ping"); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 10)
		if _, err := io.ReadFull(s.body, b); err != nil || string(b) != "hello ping" {
			t.Errorf("%q, %v; want hello ping", b, err)
		}
		_ = s.end()
		if rest, err := io.ReadAll(s.body); err != nil || len(rest) > 0 {
			t.Errorf("%q, %v; want the end", rest, err)
		}
		no := opened(t, tr, d, "a", "websocket", 404, "Refuse", "yes")
		if got, err := io.ReadAll(no.body); err != nil || len(got) > 0 {
			t.Errorf("%q, %v; a refusal goes on without content", got, err)
		}
		opened(t, tr, d, "a", "websocket", 502, "Lie", "yes")
	}, "--upgrade-backend", backendOf(t, websocket))
}

// A tunnel whose far end resets is reset, and the streams beside it go on; one that is reset
// here is reset there.
func TestResetsPassThroughStreams(t *testing.T) {
	heard := make(chan error, 8)
	backend := backendOf(t, func(c *net.TCPConn) {
		b := make([]byte, 4)
		if _, err := io.ReadFull(c, b); err != nil || string(b) == "die!" {
			_ = c.SetLinger(0)
			return
		}
		_, err := io.Copy(c, c)
		heard <- err
	})
	each(t, newSite(t), func(t *testing.T, d *daemon) {
		tr := client2().Transport
		dies, lives := opened(t, tr, d, backend, "", 200), opened(t, tr, d, backend, "", 200)
		_, _ = io.WriteString(dies, "die!")
		if _, err := io.ReadAll(dies.body); err == nil || !strings.Contains(err.Error(), "CONNECT_ERROR") {
			t.Errorf("%v; want CONNECT_ERROR", err)
		}
		_, _ = io.WriteString(lives, "live: still here")
		b := make([]byte, 12)
		if _, err := io.ReadFull(lives.body, b); err != nil || string(b) != ": still here" {
			t.Errorf("%q, %v", b, err)
		}
		_ = lives.body.Close()
		if err := <-heard; err == nil {
			t.Error("the backend hears a polite end; want a reset")
		}
	}, "--connect", backend)
}

// Tunnels that nobody reads from are in no other stream's way, and hold a window at most.
func TestStuckStreamsAreInNobodysWay(t *testing.T) {
	hold := make(chan bool)
	backend := backendOf(t, func(*net.TCPConn) { <-hold })
	defer close(hold)
	each(t, newSite(t), func(t *testing.T, d *daemon) {
		tr := client2().Transport
		for range 10 {
			s := opened(t, tr, d, backend, "", 200)
			defer s.body.Close()
			go func() { _, _ = s.Write(make([]byte, 16<<20)) }()
		}
		for range 50 {
			req, _ := http.NewRequest("POST", "http://"+d.addr+"/small.txt", strings.NewReader(strings.Repeat("content", 20_000)))
			resp, err := tr.RoundTrip(req)
			if err != nil || resp.StatusCode != 405 {
				t.Fatalf("%v, %v; want 405 beside ten tunnels that stand still", resp, err)
			}
			_ = resp.Body.Close()
		}
	}, "--connect", backend)
}
