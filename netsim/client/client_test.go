package client_test

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
	"brigade/netsim/client"
	"brigade/sim"
)

var address = netip.MustParseAddrPort("127.0.0.1:80")

var files = []client.File{
	{Target: "/a", Body: []byte("hello")},
	{Target: "/b", Body: bytes.Repeat([]byte("0123456789"), 20000)},
	{Target: "/none", Status: 404, Body: []byte("no\n")},
}

// server is a small blocking server: a task for each connection. answer may be
// wrong on purpose.
type server struct {
	p      *netsim.Process
	answer func(request string) (response string, closes bool)
}

func (s *server) serve(n int) {
	l, e := s.p.Listen(address, sys.ListenOptions{})
	if e != 0 {
		rt.Bug("listen: %v", e)
	}
	rt.Go("listener", func() {
		for range n {
			fd, _, e := s.p.AcceptWait(l, 10*time.Minute)
			if e == sys.EAGAIN {
				break
			}
			if e != 0 {
				rt.Bug("accept: %v", e)
			}
			rt.Go("conn", func() { s.conn(fd) })
		}
		s.p.Close(l)
	})
}

func (s *server) conn(fd sys.FD) {
	defer s.p.Close(fd)
	var in []byte
	buf := make([]byte, 4096)
	for {
		for {
			i := bytes.Index(in, []byte("\r\n\r\n"))
			if i < 0 {
				break
			}
			response, closes := s.answer(string(in[:i+4]))
			in = in[i+4:]
			if !s.send(fd, response) {
				return
			}
			if closes {
				s.linger(fd)
				return
			}
		}
		n, e := s.p.ReadWait(fd, buf, -1)
		if n == 0 || e != 0 {
			return
		}
		in = append(in, buf[:n]...)
	}
}

// linger reads what is still coming, lest closing resets the answer away.
func (s *server) linger(fd sys.FD) {
	s.p.Shutdown(fd, sys.ShutWrite)
	buf := make([]byte, 4096)
	for {
		if n, _ := s.p.ReadWait(fd, buf, time.Second); n == 0 {
			return
		}
	}
}

func (s *server) send(fd sys.FD, text string) bool {
	for len(text) > 0 {
		n, e := s.p.WriteWait(fd, []byte(text), -1)
		if e != 0 {
			return false
		}
		text = text[n:]
	}
	return true
}

// right is the correct answer.
func right(request string) (string, bool) {
	target := strings.Fields(request)[1]
	closes := strings.Contains(request, "Connection: close")
	for _, f := range files {
		if f.Target == target {
			return answer(max(f.Status, 200), f.Body, closes), closes
		}
	}
	return answer(400, nil, true), true
}

func answer(status int, body []byte, closes bool) string {
	text := "HTTP/1.1 " + strconv.Itoa(status) + " x\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n"
	if closes {
		text += "Connection: close\r\n"
	}
	return text + "\r\n" + string(body)
}

// serve runs f against a server and returns its error.
func serve(t *testing.T, cfg netsim.Config, seed uint64, conns int, answer func(string) (string, bool), f func(c *client.Client) error) (err error) {
	t.Helper()
	n := netsim.New(cfg)
	s := &server{p: n.Process("server"), answer: answer}
	p := n.Process("client")
	r := sim.Run(sim.Options{Seed: seed, World: n}, func() {
		s.serve(conns)
		err = f(&client.Client{Process: p, Addr: address, Files: files})
	})
	if r.Verdict != nil {
		t.Fatalf("seed %d: %v\n%s", seed, r.Verdict, r.Verdict.Stack)
	}
	return err
}

func behaviours() map[string]func(c *client.Client) error {
	return map[string]func(c *client.Client) error{
		"well behaved": func(c *client.Client) error { return c.WellBehaved(7, time.Second) },
		"pipelining":   func(c *client.Client) error { return c.Pipelining(5) },
		"slow": func(c *client.Client) error {
			return c.Slow(client.Pace{Write: 3, WritePause: time.Second, Read: 1000, ReadPause: time.Millisecond})
		},
		"resetting":    func(c *client.Client) error { return c.Resetting(80) },
		"half-closing": func(c *client.Client) error { return c.HalfClosing() },
		"abandoning":   func(c *client.Client) error { return c.Abandoning([]byte("GET"), time.Second) },
	}
}

func TestRightServer(t *testing.T) {
	for name, f := range behaviours() {
		for _, latency := range []time.Duration{0, time.Millisecond} {
			if err := serve(t, netsim.Config{Latency: latency}, 1, 1, right, f); err != nil {
				t.Errorf("%s with latency %v: %v", name, latency, err)
			}
		}
	}
}

// TestWrongServers plants one mistake each and wants it told.
func TestWrongServers(t *testing.T) {
	change := func(from, to string) func(string) (string, bool) {
		return func(request string) (string, bool) {
			text, closes := right(request)
			return strings.Replace(text, from, to, 1), closes
		}
	}
	for _, x := range []struct {
		name   string
		answer func(string) (string, bool)
		kind   client.Kind
		reason string
	}{
		{"a wrong byte", change("hello", "hallo"), client.Wrong, "departs from the expected (5 bytes) at 1"},
		{"a wrong status", change("200", "206"), client.Wrong, "status 206, not 200"},
		{"too long", change("hello", "hello!"), client.Wrong, `the status line "!HTTP/1.1 200 x"`},
		{"too short", change("hello", "hell"), client.Wrong, "departs from the expected"},
		{"two lengths", change("Content-Length", "Content-Length: 5\r\nContent-Length"), client.Wrong, "two lengths"},
		{"length and chunked", change("Content-Length", "Transfer-Encoding: chunked\r\nContent-Length"), client.Wrong, "beside Transfer-Encoding"},
		{"bare LF", change("x\r\n", "x\n"), client.Wrong, "head"},
		{"bad status line", change("HTTP/1.1", "HTTP/2"), client.Wrong, "the status line"},
		{"silent", func(string) (string, bool) { return "", true }, client.Silent, "ended before the response head"},
		{"truncated", func(string) (string, bool) { return "HTTP/1.1 200 x\r\nContent-Length: 5\r\n\r\nhel", true }, client.Truncated, "a body of 5 bytes"},
	} {
		err := serve(t, netsim.Config{}, 1, 9, x.answer, func(c *client.Client) error { return c.Pipelining(2) })
		kind, isError := client.KindOf(err)
		if !isError || kind != x.kind || !strings.Contains(err.Error(), x.reason) {
			t.Errorf("%s: %v: want %s with %q", x.name, err, x.kind, x.reason)
		}
		if err != nil && !client.Blames(err) {
			t.Errorf("%s: the server is not blamed: %v", x.name, err)
		}
	}
}

func TestChunked(t *testing.T) {
	chunked := func(text string) func(string) (string, bool) {
		return func(string) (string, bool) {
			return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + text, true
		}
	}
	for _, x := range []struct{ text, reason string }{
		{"5\r\nhello\r\n0\r\n\r\n", ""},
		{"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", ""},
		{"5\r\nhello\r\n0\r\nX: y\r\n\r\n", "X: [\"y\"] trails the body"},
		{"5\r\nhello\r\n0\r\n\r\n!", "after the last response came"},
		{"5\r\nhello!\r\n0\r\n\r\n", "is followed by"},
		{"x\r\n", "the chunk size"},
		{"5\r\nhello\r\n", "a line of a chunked body"},
	} {
		err := serve(t, netsim.Config{}, 1, 1, chunked(x.text), func(c *client.Client) error { return c.Pipelining(1) })
		if x.reason == "" && err != nil || x.reason != "" && (err == nil || !strings.Contains(err.Error(), x.reason)) {
			t.Errorf("%q: %v, want %q", x.text, err, x.reason)
		}
	}
}

func TestMalformed(t *testing.T) {
	err := serve(t, netsim.Config{}, 1, 20, func(string) (string, bool) { return answer(400, []byte("bad\n"), true), true },
		func(c *client.Client) error { return c.Malformed(client.BadRequests()) })
	if err != nil {
		t.Error(err)
	}
	err = serve(t, netsim.Config{}, 1, 20, func(string) (string, bool) { return answer(200, nil, false), false },
		func(c *client.Client) error { return c.Malformed(client.BadRequests()) })
	if err == nil || !strings.Contains(err.Error(), "no Host: wrong: request 1: status 200, not 400") {
		t.Errorf("a server that takes bad requests: %v", err)
	}
}

// TestFaultsBlameNobody: whatever the network does, a right server is not blamed.
func TestFaultsBlameNobody(t *testing.T) {
	profile, err := netsim.ParseProfile("default,rst=0.02,spurious-eagain=0,accept-error=0")
	if err != nil {
		t.Fatal(err)
	}
	disturbed := 0
	for name, f := range behaviours() {
		for seed := range uint64(100) {
			cfg := netsim.Config{Latency: time.Duration(seed%3) * time.Millisecond, Profile: profile}
			err := serve(t, cfg, seed, 9, right, f)
			if client.Blames(err) {
				t.Errorf("%s, seed %d: %v", name, seed, err)
			} else if err != nil {
				disturbed++
			}
		}
	}
	if disturbed == 0 {
		t.Error("no connection was ever broken")
	}
}

// TestLateHead: who is told that a HEAD was late may be told with content, since
// the server may not know that it is one; any other answer has none.
func TestLateHead(t *testing.T) {
	for _, x := range []struct {
		status int
		body   string
		right  bool
	}{{408, "late\n", true}, {408, "", true}, {404, "none\n", false}} {
		says := func(string) (string, bool) { return answer(x.status, []byte(x.body), true), true }
		if x.body == "" {
			says = func(string) (string, bool) {
				return "HTTP/1.1 408 x\r\nContent-Length: 5\r\nConnection: close\r\n\r\n", true
			}
		}
		err := serve(t, netsim.Config{}, 1, 1, says, func(c *client.Client) error {
			conn, err := c.Dial()
			if err != nil {
				return err
			}
			defer conn.Close()
			if err := conn.Send([]byte("HEAD / HTTP/1.1\r\n\r\n")); err != nil {
				return err
			}
			if _, err := conn.Response(client.Want{Method: "HEAD", Status: x.status, Close: true}); err != nil {
				return err
			}
			return conn.NothingMore(true, true)
		})
		if (err == nil) != x.right {
			t.Errorf("status %d with %q: %v", x.status, x.body, err)
		}
	}
}
