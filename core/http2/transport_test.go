package http2

// net/http's client against a session, over loopback.

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// serve answers each request with its head's first line and its content, or with
// many bytes.
func serve(c net.Conn) {
	defer c.Close()
	preface := make([]byte, len(Preface))
	if _, err := io.ReadFull(c, preface); err != nil || string(preface) != Preface {
		return
	}
	var s Session
	s.Init(Limits{Streams: 100, Head: 8 << 10}, new(Heads), 0)
	left := map[*Stream][]byte{}
	var b []byte
	in := make([]byte, 4096)
	for {
		for st := s.Turn(); st != nil; st = s.Turn() {
			body := left[st]
			n := s.Grant(st, int64(len(body)))
			s.Data(st, n, n == len(body))
			s.codec.out = append(s.codec.out, body[:n]...)
			if left[st] = body[n:]; n == len(body) {
				delete(left, st)
				s.Release(st)
			}
		}
		if _, err := c.Write(s.Out()); err != nil {
			return
		}
		s.Flush()
		n, err := c.Read(in)
		if err != nil {
			return
		}
		b = append(b, in[:n]...)
		for {
			n, ev := s.Next(b, 0)
			if n == 0 {
				break
			}
			b = b[n:]
			hear(&s, ev, left)
		}
	}
}

func hear(s *Session, ev Event, left map[*Stream][]byte) {
	st := ev.Stream
	switch ev.Kind {
	case Nothing, Failed:
		return
	case Reset:
		delete(left, st)
		s.Release(st)
		return
	case Opened:
		line, _, _ := bytes.Cut(s.Head(), []byte("\r\n"))
		left[st] = append([]byte(nil), line...)
		if bytes.Contains(line, []byte("/large")) {
			left[st] = large
		}
	case Body:
		left[st] = append(left[st], ev.Bytes...)
		s.Used(st, len(ev.Bytes))
	case Done:
	}
	if st.Received() && !st.Answered() {
		s.Respond(st, []byte("HTTP/1.1 200 OK\r\nServer: brigade\r\nX-Length: "+fmt.Sprint(len(left[st]))+"\r\n\r\n"), false)
		s.Offer(st)
	}
}

var large = bytes.Repeat([]byte("0123456789abcdef"), 1<<14)

// loopback is a connection with buffers: over one without, a client that answers
// while it reads would wait for us, and we for it.
func loopback(t testing.TB) (ours, theirs net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Error(err)
	}
	defer l.Close()
	if theirs, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Error(err)
	}
	if ours, err = l.Accept(); err != nil {
		t.Error(err)
	}
	return ours, theirs
}

func TestTransport(t *testing.T) {
	var over sync.WaitGroup
	client := &http.Transport{
		Protocols: new(http.Protocols),
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := loopback(t)
			over.Go(func() { serve(ours) })
			return theirs, nil
		},
	}
	client.Protocols.SetUnencryptedHTTP2(true)
	var each sync.WaitGroup
	for i := range 40 {
		each.Go(func() {
			method, path, body := "GET", fmt.Sprintf("/%d", i), ""
			switch i % 4 {
			case 1:
				path = "/large"
			case 2:
				method, body = "POST", strings.Repeat("content", 50000)
			}
			req, _ := http.NewRequest(method, "http://a"+path, strings.NewReader(body))
			resp, err := client.RoundTrip(req)
			if err != nil {
				t.Errorf("%s %s: %v", method, path, err)
				return
			}
			got, err := io.ReadAll(resp.Body)
			want := method + " " + path + " HTTP/1.1" + body
			if path == "/large" {
				want = string(large)
			}
			if err != nil || string(got) != want {
				t.Errorf("%s %s: %d bytes, want %d (%v)", method, path, len(got), len(want), err)
			}
			if got := resp.Header.Get("Server"); got != "brigade" {
				t.Errorf("Server is %q", got)
			}
		})
	}
	each.Wait()
	client.CloseIdleConnections()
	over.Wait()
}

// In the steady state a request and its response take the Framer's one allocation
// for a HEADERS frame, and hpack's for what is literal: here nothing.
func TestAllocations(t *testing.T) {
	p := newPeer(t)
	id := uint32(1)
	head := []byte("HTTP/1.1 200 OK\r\nServer: brigade\r\nDate: Sun, 22 Nov 2026 04:30:14 GMT\r\nContent-Length: 13\r\nETag: \"x\"\r\n\r\n")
	var wire [200][]byte
	for i := range wire {
		p.to.Reset()
		p.request(uint32(2*i+1), true, get...)
		wire[i] = append([]byte(nil), p.to.Bytes()...)
	}
	turn := func() {
		n, ev := p.s.Next(wire[id/2], 0)
		if n != len(wire[id/2]) || ev.Kind != Opened {
			t.Fatalf("took %d of %d bytes: %v", n, len(wire[id/2]), ev.Kind)
		}
		p.s.Respond(ev.Stream, head, false)
		p.s.Data(ev.Stream, 13, true)
		p.s.Release(ev.Stream)
		p.s.Flush()
		id += 2
	}
	for range 20 {
		turn()
	}
	if n := testing.AllocsPerRun(100, turn); n > 1 {
		t.Errorf("%v allocations a request; the Framer makes 1", n)
	}
}
