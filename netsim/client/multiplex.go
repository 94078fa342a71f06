package client

// Behaviours of clients of HTTP/2: one that keeps to the protocol, with many streams,
// odd windows, uploads and streams that it cancels; and those that do not keep to it
// (F27), which must be told so, or cut off.

import (
	"time"

	"golang.org/x/net/http2"

	"brigade/core/rt"
)

// Choose draws one of n, named for traces.
type Choose = func(name string, n int) int

// urgencies are priorities that a client gives.
var urgencies = []string{"u=1", "u=5, i", "i", "u=0"}

// Multiplexing asks for n files, several at a time, and holds all that comes to what
// it has asked for.
func (c *Client) Multiplexing(choose Choose, n int) error {
	s, err := c.Open([]uint32{usualWindow, 1000, 100, 0}[choose("window", 4)])
	if err != nil {
		return err
	}
	defer s.Close()
	together := 1 + choose("together", 6)
	for again := 0; n > 0 || s.Waiting() > 0; {
		for n > 0 && s.Waiting() < min(together, s.limit) && !s.goingAll {
			c.another(s, choose, c.file())
			n--
		}
		if s.goingAll && s.Waiting() == 0 {
			return nil // what is left would go to another connection
		}
		if err := s.Step(); err != nil {
			if s.calmed() {
				return nil
			}
			return err
		}
		s.sweep()
		for _, st := range s.streams {
			if st.ended && st.code == http2.ErrCodeRefusedStream && again < 200 {
				st.code = http2.ErrCodeNo // it was not looked at, and may be asked again
				again++
				n++
				rt.Sleep(time.Duration(again) * time.Millisecond)
			}
		}
		s.vary(choose)
	}
	for _, st := range s.streams {
		if c.Fetched && st.Posted && st.code == http2.ErrCodeInternal {
			continue // an origin may begin to answer before what it is sent is too much
		}
		if st.ended && st.code != http2.ErrCodeNo && !st.reset {
			return s.conn.fail(Truncated, "stream %d was reset: %v", st.ID, st.code)
		}
	}
	if s.goingAll {
		return nil
	}
	if err := s.Barrier(); err != nil && (!s.goingAll || s.code != http2.ErrCodeNo) {
		return err
	}
	return nil // answered, or the session was given up because it was idle
}

// another begins a request of a kind that is drawn.
func (c *Client) another(s *Session, choose Choose, f File) {
	switch choose("request", 8) {
	case 1:
		f.Also = append(append([]int(nil), f.Also...), 200, 404)
		s.Ask("HEAD", f, true)
	case 2: // content for a file, which takes none
		f = posted(f)
		f.Also = append(f.Also, 408, 413)
		if c.Fetched {
			f.Also = append(f.Also, 502)
		}
		st := s.Ask("POST", f, false)
		st.Posted = true
		if choose("bulk", 4) == 1 {
			st.left = 20_000 * (1 + choose("bulks", 4))
			break
		}
		for left := choose("pieces", 4); left >= 0; left-- {
			s.wrote(s.framer.WriteDataPadded(st.ID, left == 0, make([]byte, 100*choose("hundreds", 4)), make([]byte, choose("padding", 20))))
		}
	case 3:
		s.Cancel(s.Ask("GET", f, true))
	case 5:
		if c.Echo != "" {
			s.upload(choose, c.Echo, f.Also)
			break
		}
		s.Ask("GET", f, true)
	case 4:
		s.Ask("GET", f, true, "priority", urgencies[choose("urgency", 4)])
	default:
		s.Ask("GET", f, true)
	}
	if st := s.streams[len(s.streams)-1]; s.initial == 0 && !st.ended {
		s.Update(st, 200)
	}
}

// posted is a file as it answers those who send it content: not at all, unless there is a
// handler that does not look at the method.
func posted(f File) File {
	f.Also = append(append([]int(nil), f.Also...), f.want().Status)
	f.Status = 405
	return f
}

// upload sends content to target, which sends it back.
func (s *Session) upload(choose Choose, target string, also []int) {
	size := []int{1, 300, 1200, 3500}[choose("upload", 4)]
	body := make([]byte, size)
	for i := range body {
		body[i] = byte('a' + (i+int(s.next))%26)
	}
	also = append(append([]int(nil), also...), 408)
	for _, st := range s.streams {
		if !st.ended || st.reset {
			also = append(also, 503) // the server may hold as much of this session's as it takes
			break
		}
	}
	st := s.Ask("POST", File{Target: target, Body: body, Also: also}, false)
	trailed := choose("trailers", 4) == 1
	for rest := body; len(rest) > 0; {
		n := min(len(rest), 1+choose("piece", 500))
		s.wrote(s.framer.WriteDataPadded(st.ID, n == len(rest) && !trailed, rest[:n], make([]byte, choose("padding", 20))))
		rest = rest[n:]
	}
	if trailed {
		s.wrote(s.framer.WriteHeaders(http2.HeadersFrameParam{
			StreamID: st.ID, BlockFragment: s.compress("checksum", "none"), EndStream: true, EndHeaders: true,
		}))
	}
}

// sweep gives up streams that the server will not look at.
func (s *Session) sweep() {
	for _, st := range s.streams {
		if s.goingAll && st.ID > s.last && !st.ended {
			st.ended, st.reset = true, true
		}
	}
}

// vary does something allowed now and then.
func (s *Session) vary(choose Choose) {
	switch choose("vary", 24) {
	case 1:
		s.Resize([]uint32{70, 500, 5000, usualWindow}[choose("resize", 4)])
	case 2:
		s.wrote(s.framer.WritePing(false, [8]byte{}))
	case 3:
		for _, st := range s.streams {
			if !st.ended {
				s.Cancel(st)
				return
			}
		}
	case 4:
		s.wrote(s.framer.WriteRawFrame(0xf0, 0, 0, []byte("unknown")))
	case 7:
		for _, st := range s.streams {
			if !st.ended {
				s.Prioritise(st, urgencies[choose("urgency", 4)])
				return
			}
		}
	case 6:
		s.Table([]uint32{usualTable, 0, 100}[choose("table", 3)])
	case 5:
		s.wrote(s.framer.WritePriority(s.next, http2.PriorityParam{Weight: 7}))
	}
}

// misuse is something that ends a session, or a stream of it.
type misuse struct {
	name string
	do   func(s *Session, choose Choose)
}

var misuses = []misuse{
	{"a window that grows too far", func(s *Session, _ Choose) { s.wrote(s.framer.WriteWindowUpdate(0, 1<<31-1)) }},
	{"a window that grows by nothing", func(s *Session, _ Choose) { s.wrote(s.framer.WriteWindowUpdate(0, 0)) }},
	{"DATA on an idle stream", func(s *Session, _ Choose) { s.wrote(s.framer.WriteData(s.next+2, true, nil)) }},
	{"an even stream", func(s *Session, _ Choose) {
		s.wrote(s.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 2, BlockFragment: s.compress(":method", "GET"), EndHeaders: true}))
	}},
	{"endless CONTINUATION", func(s *Session, _ Choose) {
		s.wrote(s.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: s.next, BlockFragment: s.compress(":method", "GET")}))
		for range 40 {
			s.wrote(s.framer.WriteContinuation(s.next, false, nil))
		}
	}},
	{"PING after PING", func(s *Session, _ Choose) {
		for range 1200 {
			s.wrote(s.framer.WritePing(false, [8]byte{}))
		}
	}},
	{"SETTINGS after SETTINGS", func(s *Session, _ Choose) {
		for range 1200 {
			s.wrote(s.framer.WriteSettings())
		}
	}},
	{"streams that are reset at once", func(s *Session, choose Choose) {
		for range 1200 {
			s.Cancel(s.Ask("GET", File{Target: "/none"}, true))
		}
	}},
	{"a frame that is too long", func(s *Session, _ Choose) { s.out.WriteString("\x00\x40\x01\x00\x00\x00\x00\x00\x01") }},
	{"what is no frame", func(s *Session, choose Choose) { s.out.WriteString("GET / HTTP/1.1\r\n\r\n") }},
	{"content beyond its length", func(s *Session, _ Choose) {
		st := s.Ask("POST", File{Target: "/none"}, false, "content-length", "3")
		s.wrote(s.framer.WriteData(st.ID, true, []byte("four")))
	}},
	{"a field of HTTP/1.1", func(s *Session, _ Choose) { s.Ask("GET", File{Target: "/none"}, true, "connection", "close") }},
}

// Misuses is how many there are.
func Misuses() int { return len(misuses) }

// Misusing does the i-th misuse on a session with some streams, and waits until its
// server has reset one or ended the session.
func (c *Client) Misusing(choose Choose, i int) error {
	s, err := c.Open(usualWindow)
	if err != nil {
		return err
	}
	defer s.Close()
	for range choose("streams", 4) {
		s.Ask("GET", c.file(), true)
	}
	if err := s.Flush(); err != nil {
		return err
	}
	misuses[i].do(s, choose)
	for {
		if s.goingAll {
			return nil
		}
		for _, st := range s.streams {
			if st.failed {
				return nil
			}
		}
		err := s.Step()
		switch kind, _ := KindOf(err); {
		case err == nil:
		case kind == Silent, kind == Reset:
			return nil // cut off, with its last words lost
		default:
			return err
		}
	}
}

// Vanishing asks for some files and goes, at a moment and in a way that are drawn.
func (c *Client) Vanishing(choose Choose) error {
	s, err := c.Open([]uint32{usualWindow, 100}[choose("window", 2)])
	if err != nil {
		return err
	}
	defer s.Close()
	s.Grant = choose("grant", 2) == 0
	for range 1 + choose("streams", 5) {
		c.another(s, choose, c.file())
	}
	for range choose("frames", 12) {
		err := s.Step()
		if kind, ok := KindOf(err); ok && kind == Wrong && (!s.goingAll || s.code == http2.ErrCodeNo) {
			return err
		}
		if err != nil {
			return nil
		}
	}
	switch choose("how", 3) {
	case 1:
		s.conn.Reset()
	case 2:
		s.out.WriteString("\x00\x00\x05\x00")
		return s.Flush()
	}
	return nil
}
