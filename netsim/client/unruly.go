package client

// Misbehaviour of clients of HTTP/2 (F27). An unruly client asks for files like any
// other; from time to time it asks the world whether it misbehaves, and how, so that each
// way is a fault of the world's table: drawn, weighted, counted and left out like the
// others. What its server has to answer stands with each: an error of the connection, with
// its code, or of a stream, or nothing, since it is not forbidden. A server that does not
// bound what its clients do is convicted here, or by the checkers of what it holds.

import (
	"slices"
	"time"

	"golang.org/x/net/http2"

	"brigade/core/rt"
	"brigade/core/sys"
)

// misuser is a machine that knows of misuse. Others never do any.
type misuser interface {
	Misuses(fd sys.FD, name string, forms int) int
}

// unruliness is one way to misbehave.
type unruliness struct {
	fault string
	forms int
	// do misbehaves. over: the session is done with, and err is how.
	do func(c *Client, s *Session, form int, choose Choose) (over bool, err error)
}

// flood is how many frames an attacker sends: more than twice what is borne at once.
const flood = 1200

var unrulinesses = []unruliness{
	{"h2-rapid-reset", 3, rapidly},
	{"h2-continuation", 2, endlessly},
	{"h2-pings", 1, flooding(func(s *Session, i int) error { return s.framer.WritePing(false, [8]byte{byte(i), byte(i >> 8)}) })},
	{"h2-settings", 1, flooding(func(s *Session, _ int) error { return s.framer.WriteSettings() })},
	{"h2-empty-data", 1, emptily},
	{"h2-updates", 1, flooding(func(s *Session, _ int) error {
		s.Update(nil, 1)
		return nil
	})},
	{"h2-small-window", 1, crumbly},
	{"h2-header-bomb", 2, bombing},
	{"h2-half-frame", 3, halfway},
	{"h2-wrong-stream", 5, astray},
	{"h2-beyond", 4, beyond},
	{"h2-goaway", 2, parting},
	{"h2-priorities", 2, prioritising},
	{"h2-abandon", 4, abandoning},
	{"h2-reset", 3, func(c *Client, s *Session, form int, choose Choose) (bool, error) {
		if form == 1 {
			s.lose(choose)
			return false, nil
		}
		return late(c, s, form, choose)
	}},
}

// Unruly asks for n files and misbehaves now and then.
func (c *Client) Unruly(choose Choose, n int) error {
	s, err := c.Open([]uint32{usualWindow, 1000, 100}[choose("window", 3)])
	if err != nil {
		return err
	}
	defer s.Close()
	for n > 0 || s.Waiting() > 0 {
		for n > 0 && s.Waiting() < min(4, s.limit) && !s.goingAll {
			s.Ask("GET", c.file(), true)
			n--
		}
		if over, err := c.misbehave(s, choose); over || err != nil {
			return err
		}
		if s.goingAll && s.Waiting() == 0 {
			return s.parted()
		}
		if s.Waiting() > 0 {
			if err := s.Step(); err != nil {
				return s.cut(err)
			}
		}
		s.sweep()
	}
	return s.cut(s.Barrier())
}

// mild is at how many moments an unruly client does nothing, for one at which it does
// something of each kind.
const mild = 5

// misbehave is a moment at which the client may misbehave.
func (c *Client) misbehave(s *Session, choose Choose) (over bool, err error) {
	m, ok := c.Process.(misuser)
	i := choose("misuse", mild+len(unrulinesses)) - mild
	if !ok || i < 0 || s.goingAll {
		return false, nil
	}
	u := unrulinesses[i]
	form := m.Misuses(s.conn.fd, u.fault, u.forms)
	if form == 0 {
		return false, nil
	}
	return u.do(c, s, form, choose)
}

// parted is the end of a session that its server has said GOAWAY to: it drains.
func (s *Session) parted() error {
	if s.code != http2.ErrCodeNo && !s.calmed() {
		return s.conn.fail(Wrong, "GOAWAY %v for nothing that was done", s.code)
	}
	return nil
}

// cut excuses a session that was ended: by its server's drain, with last words that were lost,
// or because its windows were too small.
func (s *Session) cut(err error) error {
	if kind, ok := KindOf(err); ok && (kind == Silent || kind == Reset) || s.calmed() {
		return nil
	}
	return err
}

// doomed waits for the end that a session has deserved: GOAWAY with one of these codes, or
// a cut. A server that drains says NO_ERROR, and reads no more.
func (s *Session) doomed(codes ...http2.ErrCode) error {
	for !s.goingAll || s.code == http2.ErrCodeNo {
		if err := s.Step(); err != nil {
			return s.cut(err)
		}
	}
	if !slices.Contains(codes, s.code) {
		return s.conn.fail(Wrong, "GOAWAY %v; it has deserved %v", s.code, codes)
	}
	return nil
}

// spared goes on with a session that has not deserved to end: a PING is answered.
func (s *Session) spared() error {
	if s.goingAll {
		return nil
	}
	return s.cut(s.Barrier())
}

// flooding sends one frame after the other.
func flooding(write func(s *Session, i int) error) func(*Client, *Session, int, Choose) (bool, error) {
	return func(_ *Client, s *Session, _ int, _ Choose) (bool, error) {
		for i := range flood {
			s.wrote(write(s, i))
		}
		return true, s.doomed(http2.ErrCodeEnhanceYourCalm)
	}
}

// rapidly begins streams and resets them, at once or a few at a time, or has its server
// reset them by frames that it must not let pass.
func rapidly(c *Client, s *Session, form int, _ Choose) (bool, error) {
	together := []int{1, 7, 1}[form-1]
	for range flood / together {
		list := make([]*Stream, together)
		for i := range list {
			list[i] = s.Ask("GET", c.file(), true)
		}
		for _, st := range list {
			if form == 3 {
				st.reset, st.ended = true, true
				s.wrote(s.framer.WriteWindowUpdate(st.ID, 0))
				continue
			}
			s.Cancel(st)
		}
	}
	// Those that were answered before their reset came are no abuse.
	s.wrote(s.framer.WritePing(false, [8]byte{}))
	for had := s.pongs; s.pongs == had && !(s.goingAll && s.code != http2.ErrCodeNo); {
		if err := s.Step(); err != nil {
			return true, s.cut(err)
		}
	}
	if s.goingAll && s.code != http2.ErrCodeNo && s.code != http2.ErrCodeEnhanceYourCalm {
		return true, s.conn.fail(Wrong, "GOAWAY %v for streams that are begun and reset", s.code)
	}
	return true, nil
}

// endlessly sends a field block that goes on: in many frames, or in large ones.
func endlessly(_ *Client, s *Session, form int, _ Choose) (bool, error) {
	s.wrote(s.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: s.next, BlockFragment: s.compress(":method", "GET")}))
	field := s.compress("a", string(make([]byte, []int{1, 8000}[form-1])))
	for range 40 {
		s.wrote(s.framer.WriteContinuation(s.next, false, field))
	}
	s.next += 2
	return true, s.doomed(http2.ErrCodeEnhanceYourCalm, http2.ErrCodeCompression)
}

// emptily sends content of nothing.
func emptily(c *Client, s *Session, _ int, _ Choose) (bool, error) {
	st := s.post(c.refusing())
	for range flood {
		s.wrote(s.framer.WriteData(st.ID, false, nil))
	}
	return true, s.doomed(http2.ErrCodeEnhanceYourCalm)
}

// refusing is a file as it answers those who send it content.
func (c *Client) refusing() File {
	f := posted(c.file())
	f.Also = append(f.Also, 408, 413, 503)
	return f
}

// crumbly takes a response byte by byte, as long as its server bears that.
func crumbly(c *Client, s *Session, _ int, _ Choose) (bool, error) {
	s.Grant = false
	s.Resize(0)
	st := s.Ask("GET", c.file(), true)
	for range 600 {
		if st.ended || s.goingAll {
			break
		}
		had := len(st.Body)
		s.Update(st, 1)
		for len(st.Body) == had && !st.ended && !s.goingAll {
			if err := s.Step(); err != nil {
				return true, s.cut(err)
			}
		}
	}
	if s.goingAll && s.code != http2.ErrCodeNo && s.code != http2.ErrCodeEnhanceYourCalm {
		return true, s.conn.fail(Wrong, "GOAWAY %v for a window of a byte", s.code)
	}
	return true, nil
}

// post begins a request with content for f.
func (s *Session) post(f File, more ...string) *Stream {
	st := s.Ask("POST", f, false, more...)
	st.Posted = true
	return st
}

// bombing sends a head that is small and becomes large: by fields of the table, or as it is.
func bombing(c *Client, s *Session, form int, _ Choose) (bool, error) {
	fields := []string{"cookie", string(slices.Repeat([]byte("a"), []int{3000, 9000}[form-1]))}
	if form == 1 {
		for range 40 {
			fields = append(fields, fields[0], fields[1])
		}
	}
	f := c.file()
	s.Ask("GET", File{Target: f.Target, Status: 431, Also: append([]int{503}, f.Also...)}, true, fields...)
	return true, s.spared()
}

// halfway stops in the middle of a frame: and goes, or says no more, or goes on.
func halfway(c *Client, s *Session, form int, choose Choose) (bool, error) {
	st := s.post(c.refusing())
	before := s.out.Len()
	s.wrote(s.framer.WriteData(st.ID, true, make([]byte, 500)))
	rest := append([]byte(nil), s.out.Bytes()[before:]...)
	cut := 1 + choose("cut", len(rest)-1)
	s.out.Truncate(before)
	s.out.Write(rest[:cut])
	if err := s.Flush(); err != nil || form == 1 {
		return true, err
	}
	if form == 2 { // nothing more comes: the server's timers end it
		for {
			s.out.Reset()
			if err := s.Step(); err != nil {
				return true, s.cut(err)
			}
		}
	}
	s.out.Write(rest[cut:])
	return false, nil
}

// astray sends frames to streams that are none.
func astray(_ *Client, s *Session, form int, _ Choose) (bool, error) {
	codes := []http2.ErrCode{http2.ErrCodeProtocol}
	switch form {
	case 1:
		s.wrote(s.framer.WriteData(s.next+4, true, []byte("nobody's")))
	case 2:
		s.wrote(s.framer.WriteRSTStream(s.next+4, http2.ErrCodeCancel))
	case 3:
		s.wrote(s.framer.WriteWindowUpdate(s.next+4, 5))
	case 4:
		s.wrote(s.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 2, BlockFragment: s.compress(":method", "GET"), EndHeaders: true}))
	case 5: // a stream that was passed over is closed
		s.next += 2
		s.streams = append(s.streams, &Stream{ID: s.next - 2, ended: true, reset: true})
		s.Ask("GET", File{Target: "/none", Status: 404}, true)
		s.wrote(s.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: s.next - 4, BlockFragment: s.compress(":method", "GET"), EndHeaders: true}))
		codes = append(codes, http2.ErrCodeStreamClosed)
	}
	return true, s.doomed(codes...)
}

// beyond sends content that is longer or shorter than it was to be, comes behind the end, or
// is more than there is room for. The last may be taken by a server that makes room fast enough.
func beyond(c *Client, s *Session, form int, _ Choose) (bool, error) {
	f := c.refusing()
	switch form {
	case 1, 2:
		st := s.post(f, "content-length", "5")
		s.wrote(s.framer.WriteData(st.ID, true, make([]byte, 11-4*form)))
		return false, nil
	case 4: // behind the end
		st := s.Ask("GET", c.file(), true)
		st.behind = true
		s.wrote(s.framer.WriteData(st.ID, true, []byte("more")))
		return false, nil
	}
	st := s.post(f)
	for range 6 {
		s.wrote(s.framer.WriteData(st.ID, false, make([]byte, 16384)))
	}
	s.Cancel(st)
	if err := s.spared(); err != nil {
		return true, err
	}
	if s.goingAll && s.code != http2.ErrCodeNo && s.code != http2.ErrCodeFlowControl {
		return true, s.conn.fail(Wrong, "GOAWAY %v for more than there was room for", s.code)
	}
	return true, nil
}

// parting says GOAWAY and waits for what was asked for.
func parting(_ *Client, s *Session, form int, _ Choose) (bool, error) {
	s.wrote(s.framer.WriteGoAway(0, []http2.ErrCode{http2.ErrCodeNo, http2.ErrCodeInternal}[form-1], nil))
	for s.Waiting() > 0 {
		if err := s.Step(); err != nil {
			return true, s.cut(err)
		}
		s.sweep()
	}
	return true, nil
}

// prioritising has streams change places all the time.
func prioritising(c *Client, s *Session, form int, choose Choose) (bool, error) {
	if form == 1 {
		return flooding(func(s *Session, i int) error {
			return s.framer.WritePriority(s.next+uint32(2*(i%9)), http2.PriorityParam{Weight: uint8(i)})
		})(c, s, form, choose)
	}
	return flooding(func(s *Session, i int) error {
		return s.framer.WritePriorityUpdate(1, []string{"u=0", "u=7", "i"}[i%3])
	})(c, s, form, choose)
}

// abandoning begins streams that cannot be answered, for want of windows or of somebody who
// reads: and goes, breaks off, or keeps silent until its server has had enough.
func abandoning(c *Client, s *Session, form int, choose Choose) (bool, error) {
	s.Grant = false
	if form < 4 {
		s.Resize(0)
	} else { // windows as large as they get, and nobody reads
		s.Update(nil, 1<<30)
		s.Resize(1 << 30)
	}
	f := slices.MaxFunc(c.Files, func(a, b File) int { return len(a.Body) - len(b.Body) })
	for range min(s.limit, 1+choose("streams", 60)) {
		if form < 4 {
			f = c.file()
		}
		s.Ask("GET", f, true)
	}
	if err := s.Flush(); err != nil || form == 1 {
		return true, s.cut(err)
	}
	if form == 2 {
		s.conn.Reset()
		return true, nil
	}
	for form == 3 && s.Waiting() > 0 {
		if err := s.Step(); err != nil {
			return true, s.cut(err)
		}
		s.sweep()
	}
	if form == 4 {
		rt.Sleep(time.Duration(choose("silent", 10)) * time.Second)
	}
	return true, nil
}

// late resets a stream and sends content on it all the same: at once, or when that must
// have been heard. It is room that it uses up, whatever becomes of it.
func late(c *Client, s *Session, form int, choose Choose) (bool, error) {
	st := s.post(c.refusing())
	s.wrote(s.framer.WriteData(st.ID, false, make([]byte, 10)))
	if form == 3 {
		if err := s.Flush(); err != nil {
			return true, err
		}
		rt.Sleep(time.Duration(choose("late", 3)) * time.Millisecond)
	}
	s.Cancel(st)
	for range 1 + choose("pieces", 4) {
		s.wrote(s.framer.WriteDataPadded(st.ID, false, make([]byte, choose("bytes", 500)), make([]byte, 3)))
	}
	return false, nil
}

// lose resets a stream that is being answered.
func (s *Session) lose(choose Choose) {
	var open []*Stream
	for _, st := range s.streams {
		if !st.ended {
			open = append(open, st)
		}
	}
	if len(open) > 0 {
		s.Cancel(open[choose("lost", len(open))])
	}
}
