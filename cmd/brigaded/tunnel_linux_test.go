package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
)

// backend is a place that answers each connection with talk, on the loopback.
func backendOf(t *testing.T, talk func(c *net.TCPConn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				talk(c.(*net.TCPConn))
			}()
		}
	}()
	return l.Addr().String()
}

// tunnelled opens a tunnel with this request and returns its end.
func tunnelled(t *testing.T, d *daemon, request string, status int) (*net.TCPConn, *bufio.Reader) {
	t.Helper()
	c, err := net.Dial("tcp", d.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(c)
	answer, err := http.ReadResponse(r, &http.Request{Method: request[:strings.IndexByte(request, ' ')]})
	if err != nil || answer.StatusCode != status {
		t.Fatalf("%v, %v; want status %d", answer, err, status)
	}
	return c.(*net.TCPConn), r
}

// loud says everything it hears in capitals, when it has heard all.
func loud(c *net.TCPConn) {
	b, _ := io.ReadAll(c)
	_, _ = io.WriteString(c, strings.ToUpper(string(b)))
}

func TestConnect(t *testing.T) {
	backend := backendOf(t, loud)
	each(t, newSite(t), func(t *testing.T, d *daemon) {
		c, r := tunnelled(t, d, "CONNECT "+backend+" HTTP/1.1\r\nHost: a\r\n\r\nearly ", 200)
		text := strings.Repeat("and late ", 100_000)
		go func() {
			_, _ = io.WriteString(c, text)
			_ = c.CloseWrite()
		}()
		got, err := io.ReadAll(r)
		if want := strings.ToUpper("early " + text); err != nil || string(got) != want {
			t.Errorf("%d bytes, %v; want %d, in capitals, after the end of ours", len(got), err, len(want))
		}
		tunnelled(t, d, "CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: a\r\n\r\n", 403)
	}, "--connect", backend)
}

func TestConnectToNobody(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.Addr().String()
	_ = l.Close()
	d := start(t, newSite(t), "--connect", nobody)
	tunnelled(t, d, "CONNECT "+nobody+" HTTP/1.1\r\nHost: a\r\n\r\n", 502)
	d.stop()
}

const upgrade = "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"

// agreeing switches, and then says what it hears.
func agreeing(c *net.TCPConn) {
	r := bufio.NewReader(c)
	q, err := http.ReadRequest(r)
	if err != nil || q.Header.Get("Upgrade") != "websocket" {
		return
	}
	_, _ = fmt.Fprintf(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	_, _ = io.Copy(c, r)
}

func TestUpgrade(t *testing.T) {
	each(t, newSite(t), func(t *testing.T, d *daemon) {
		c, r := tunnelled(t, d, upgrade+"ping", 101)
		b := make([]byte, 4)
		if _, err := io.ReadFull(r, b); err != nil || string(b) != "ping" {
			t.Errorf("%q, %v; want ping", b, err)
		}
		_ = c.CloseWrite()
		if rest, err := io.ReadAll(r); err != nil || len(rest) > 0 {
			t.Errorf("%q, %v; want the end", rest, err)
		}
	}, "--upgrade-backend", backendOf(t, agreeing))
}

// A tunnel is cut at the drain's deadline; both its ends and the operator hear of it.
func TestTunnelIsCut(t *testing.T) {
	heard := make(chan error, 8)
	backend := backendOf(t, func(c *net.TCPConn) {
		_, err := io.Copy(c, c)
		heard <- err
	})
	d := start(t, newSite(t), "--connect", backend, "--drain", "1h", "--access-log", "-")
	c, r := tunnelled(t, d, "CONNECT "+backend+" HTTP/1.1\r\nHost: a\r\n\r\n12345", 200)
	if _, err := io.ReadFull(r, make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	d.signal(syscall.SIGTERM)
	d.want("a tunnel holds the drain", "draining")
	d.signal(syscall.SIGTERM)
	d.want("the tunnel is told of", fmt.Sprintf(`lost: %v, the tunnel %q, \d+ bytes to it and 5 from it`, c.LocalAddr(), backend))
	if _, err := r.ReadByte(); err == nil || err == io.EOF {
		t.Errorf("%v; want a reset", err)
	}
	if err := <-heard; err == nil {
		t.Error("the backend hears a polite end; want a reset")
	}
	log, _ := io.ReadAll(d.stdout)
	d.wantExit("it was cut", statusCut)
	if !strings.HasSuffix(string(log), " received=5\n") {
		t.Errorf("the log is %q; want the bytes both ways", log)
	}
}

// SIGUSR2 tells of what is open, tunnels among it, and that they hold nothing.
func TestTold(t *testing.T) {
	d := start(t, newSite(t), "--upgrade-backend", backendOf(t, agreeing))
	c, r := tunnelled(t, d, upgrade+"ping", 101)
	if _, err := io.ReadFull(r, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	idle := d.dial()
	idle.wantOpen("beside the tunnel")
	d.signal(syscall.SIGUSR2)
	d.want("it tells", "2 connections, 1 of them tunnels, which hold 0 pages; 0 processors at work$")
	_ = c.Close()
	d.stop()
}
