package script_test

import (
	"bytes"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
	"brigade/netsim/client"
	"brigade/netsim/script"
	"brigade/sim"
)

var address = netip.MustParseAddrPort("127.0.0.1:80")

// toy is a server that says the same to every request, and ends as told.
type toy struct {
	p     *netsim.Process
	says  string
	end   string // after the first request: "", close, reset
	quiet bool   // it answers nothing, and ends a connection after a second
}

func (s *toy) serve() {
	l, e := s.p.Listen(address, sys.ListenOptions{})
	if e != 0 {
		rt.Bug("listen: %v", e)
	}
	for {
		fd, _, e := s.p.AcceptWait(l, 2*time.Minute)
		if e != 0 {
			break
		}
		rt.Go("conn", func() { s.conn(fd) })
	}
	s.p.Close(l)
}

func (s *toy) conn(fd sys.FD) {
	defer s.p.Close(fd)
	var in []byte
	buf := make([]byte, 4096)
	patience := time.Minute
	if s.quiet {
		patience = time.Second
	}
	for {
		n, e := s.p.ReadWait(fd, buf, patience)
		if n == 0 || e != 0 {
			return
		}
		in = append(in, buf[:n]...)
		for !s.quiet && bytes.Contains(in, []byte("\r\n\r\n")) {
			in = in[bytes.Index(in, []byte("\r\n\r\n"))+4:]
			s.p.WriteWait(fd, []byte(s.says), time.Minute)
			if s.end == "reset" {
				s.p.SetOption(fd, sys.LingerZero, 1)
			}
			if s.end != "" {
				return
			}
		}
	}
}

// talk runs text against a toy, from both kinds of machine.
func talk(t *testing.T, s toy, text string) error {
	t.Helper()
	x, err := script.Parse("x.talk", text)
	if err != nil {
		t.Fatal(err)
	}
	var results [2]error
	for i, machine := range []func(*netsim.Process) client.Machine{
		func(p *netsim.Process) client.Machine { return p },
		func(p *netsim.Process) client.Machine { return client.Waiting(p) },
	} {
		n := netsim.New(netsim.Config{})
		s.p = n.Process("server")
		p := n.Process("client")
		r := sim.Run(sim.Options{Seed: 1, World: n}, func() {
			rt.Go("server", s.serve)
			rt.Sleep(time.Millisecond)
			results[i] = x.Run(script.Runner{Machine: machine(p), Addr: address, Patience: 10 * time.Second})
		})
		if r.Verdict != nil {
			t.Fatalf("%q: %v\n%s", text, r.Verdict, r.Verdict.Stack)
		}
	}
	if a, b := results[0], results[1]; (a == nil) != (b == nil) || a != nil && a.Error() != b.Error() {
		t.Errorf("%q: %v from a process that waits, %v from one that polls", text, a, b)
	}
	return results[0]
}

const good = "HTTP/1.1 200 OK\r\nContent-Length: 13\r\nX: y\r\n\r\nhello, world\n"

// TestSentences holds each statement against a server that does what it wants, and
// one that does not.
func TestSentences(t *testing.T) {
	get := "connect\nrequest GET /\n"
	for _, x := range []struct {
		server toy
		text   string
		want   string // of the error; empty: none
	}{
		{toy{says: good}, get + "expect 200 open file /hello.txt\n  | X: y\n  | X ~ [xyz]\n  | !Z\nexpect-open\nclose\n", ""},
		{toy{says: good}, get + "expect 404\n", "x.talk:3: expect: wrong: request 1: status 200, not 404"},
		{toy{says: good}, get + "expect 200 body \"hello\"\n", "departs from the expected"},
		{toy{says: good}, get + "expect 200 file /hello.txt 0-4\n", "departs from the expected"},
		{toy{says: good}, get + "expect 200 close\n", "leaves the connection open"},
		{toy{says: good}, get + "expect 200 to HEAD file /hello.txt\nexpect 200\n", "x.talk:4: expect: timeout: request 2: nothing came for 10s in the response head, after 13 bytes"},
		{toy{says: good}, get + "expect 200\n  | X: z\n", "x.talk:3: expect: X: y, not z"},
		{toy{says: good}, get + "expect 200\n  | X ~ z+\n", "X: y does not match ^(?:z+)$"},
		{toy{says: good}, get + "expect 200\n  | Y: z\n", "there is no field Y"},
		{toy{says: good}, get + "expect 200\n  | !X\n", "there is a field X: y"},
		{toy{says: strings.Replace(good, "X: y", "Connection: close", 1)}, get + "expect 200 open\n", "status 200 says that the connection closes"},
		{toy{says: good}, get + "expect 100\n", "status 200, not the interim 100"},
		{toy{says: "HTTP/1.1 100 Go on\r\n\r\n" + good}, get + "expect 100\nexpect 200\n", ""},
		{toy{says: "HTTP/1.1 100 Go on\r\n\r\n" + good}, get + "expect 200\n", ""},
		{toy{says: good, end: "close"}, get + "expect 200\nexpect-close\n", ""},
		{toy{says: good, end: "close"}, get + "expect-close\n", "before the end came"},
		{toy{says: good, end: "close"}, get + "expect 200\nexpect-reset\n", "the connection was closed, not reset"},
		{toy{says: good, end: "close"}, get + "stall end\nexpect-cut\n", ""},
		{toy{says: good, end: "reset"}, get + "stall end\nexpect-reset\n", ""},
		{toy{says: "", end: "reset"}, get + "expect-close\n", "the connection was reset, not closed"},
		{toy{says: good}, get + "expect 200\nexpect-close\n", "the connection did not end for 10s"},
		{toy{says: good}, get + "stall end\n", "timeout: request 0: the connection did not end for 10s"},
		{toy{quiet: true}, get + "stall\nexpect-close\n", ""},
		{toy{quiet: true}, get + "expect 200\n", "silent: request 1"},
		{toy{says: good}, "connect\nstall\n", "neither a byte nor the end came for 10s"},
		{toy{says: good}, get + "receive 20\nexpect 200\nclose\n", ""},
		{toy{says: good}, get + "receive 2000\n", "nothing came for 10s"},
		{toy{says: good}, "connect\nsip 1\ndribble 1\n  | GET / HTTP/1.1\n  |\nexpect 200 file /hello.txt\nhalf-close\nexpect-close\n", ""},
		{toy{says: good}, "connect a\nconnect b window=2000\non a\nreset\non b\nexpect-open\n", ""},
		{toy{says: good}, "send \"x\"\n", "x.talk:1: send: there is no connection yet"},
		{toy{says: good}, "connect a\non b\n", `there is no connection "b" yet`},
		{toy{says: good}, get + "expect[brigade] 200\nexpect[nginx] 404 # RFC 9110 §1\nclose\n", ""},
	} {
		err := talk(t, x.server, x.text)
		if x.want == "" && err != nil || x.want != "" && (err == nil || !strings.Contains(err.Error(), x.want)) {
			t.Errorf("%q against %+v:\n%v\nwant %q", x.text, x.server, err, x.want)
		}
	}
	if err := talk(t, toy{says: good}, "connect\ndrain\n"); !errors.Is(err, script.ErrNotOurs) {
		t.Errorf("a drain of nobody's server: %v", err)
	}
}
