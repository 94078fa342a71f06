package client_test

// A toy server that is right, over the core's own parser, with one flaw at a time:
// each is the mistake that a kind of client is there to find.

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"time"

	"brigade/core/http1"
	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
	"brigade/netsim/client"
)

// toyLimits are the toy's.
var toyLimits = client.Limits{Line: 300, Head: 1000, Fields: 10, Content: 50}

type toy struct {
	p    *netsim.Process
	flaw string
}

func (s *toy) has(flaw string) bool { return s.flaw == flaw }

func (s *toy) serve(n int) {
	l, e := s.p.Listen(address, sys.ListenOptions{})
	if e != 0 {
		rt.Bug("listen: %v", e)
	}
	rt.Go("listener", func() {
		for range n {
			fd, _, e := s.p.AcceptWait(l, 10*time.Minute)
			if e != 0 {
				break
			}
			rt.Go("conn", func() { s.conn(fd) })
		}
		s.p.Close(l)
	})
}

func (s *toy) conn(fd sys.FD) {
	defer s.p.Close(fd)
	if s.has("greets") {
		s.write(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	}
	in := new(bytes.Buffer)
	buf := make([]byte, 4096)
	for {
		n, e := s.p.ReadWait(fd, buf, time.Minute)
		if e != 0 || n == 0 && in.Len() == 0 {
			return
		}
		if n == 0 {
			if s.has("answers half a head") {
				s.write(fd, reply(400, nil, true, false))
			}
			return
		}
		if in.Write(buf[:n]); s.has("forgets a request at the end") && s.closed(fd) {
			return
		}
		for in.Len() > 0 {
			used, end := s.request(fd, in.Bytes())
			if end {
				s.linger(fd)
				return
			}
			if used == 0 {
				break
			}
			in.Next(used)
		}
		if s.has("wants heads whole") && in.Len() > 0 {
			s.write(fd, reply(400, nil, true, false))
			s.linger(fd)
			return
		}
	}
}

// closed reports whether the peer has said all.
func (s *toy) closed(fd sys.FD) bool {
	rt.Sleep(time.Second)
	var b [1]byte
	n, e := s.p.Read(fd, b[:])
	return n == 0 && e == 0
}

// request answers the request at the start of b: how long it was, 0 for not all
// there, and whether it is the last.
func (s *toy) request(fd sys.FD, b []byte) (used int, end bool) {
	q := new(http1.Request)
	l := http1.Limits{Line: toyLimits.Line, Head: toyLimits.Head, Fields: toyLimits.Fields}
	if s.has("knows no limits") {
		l = http1.Limits{Line: 1 << 20, Head: 1 << 20}
	}
	n, e := q.Parse(b, 0, &l)
	switch {
	case e != nil && s.has("takes what may not be"):
		i := bytes.Index(b, []byte("\r\n\r\n")) + 4
		s.write(fd, reply(200, nil, false, false))
		return max(i, 4), i < 4
	case e != nil:
		s.write(fd, reply(e.Status, nil, true, q.Method == http1.HEAD))
		return 0, true
	case n == 0:
		return 0, false
	case q.ContentLength > toyLimits.Content && !s.has("knows no limits"):
		s.write(fd, reply(413, nil, true, q.Method == http1.HEAD))
		return 0, true
	}
	content, sound := s.content(q, b[n:])
	if content < 0 {
		return 0, false
	}
	end = q.Close || !sound
	s.write(fd, s.answer(q, q.Close))
	return n + content, end
}

// content is the length of q's content in b; negative: it is not all there.
func (s *toy) content(q *http1.Request, b []byte) (n int, sound bool) {
	switch {
	case s.has("finds requests in content"):
		return 0, true
	case !q.Chunked && q.ContentLength > toyLimits.Content:
		return 0, true
	case !q.Chunked && int(q.ContentLength) > len(b):
		return 0, false // the answer need not wait; nothing after it can be understood
	case !q.Chunked:
		return int(max(q.ContentLength, 0)), true
	}
	var c http1.Chunked
	for {
		_, k, done, e := c.Next(b[n:])
		n += k
		switch {
		case e != nil:
			return n, s.has("goes on behind bad chunks")
		case done:
			return n, true
		case k == 0:
			return -1, true
		}
	}
}

func (s *toy) answer(q *http1.Request, closes bool) string {
	status, body := 405, []byte(nil)
	if q.Method == http1.GET || q.Method == http1.HEAD {
		status = 400
		for _, f := range files {
			if f.Target == string(q.Path) {
				status, body = max(f.Status, 200), f.Body
			}
		}
	}
	if s.has("mistakes a byte") && len(body) > 2 {
		body = slices.Clone(body)
		body[2] ^= 1
	}
	return reply(status, body, closes, q.Method == http1.HEAD && !s.has("gives HEAD a body"))
}

func reply(status int, body []byte, closes, head bool) string {
	text := "HTTP/1.1 " + strconv.Itoa(status) + " " + http.StatusText(status) + "\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n"
	if closes {
		text += "Connection: close\r\n"
	}
	if text += "\r\n"; !head {
		text += string(body)
	}
	return text
}

func (s *toy) write(fd sys.FD, text string) {
	for len(text) > 0 {
		n, e := s.p.Write(fd, []byte(text))
		if e == sys.EAGAIN && s.has("drops what does not fit") {
			return
		}
		if e == sys.EAGAIN {
			n, e = s.p.WriteWait(fd, []byte(text), time.Minute)
		}
		if e != 0 {
			return
		}
		text = text[n:]
	}
}

func (s *toy) linger(fd sys.FD) {
	if s.has("resets instead of closing") {
		s.p.SetOption(fd, sys.LingerZero, 1)
		return
	}
	s.p.Shutdown(fd, sys.ShutWrite)
	buf := make([]byte, 4096)
	for {
		if n, _ := s.p.ReadWait(fd, buf, time.Second); n == 0 {
			return
		}
	}
}
