package client

// A client of HTTP/2, on x/net's Framer and hpack. It keeps books of its own of every
// window and every stream, and holds the server to them: no byte beyond a window
// (I25), nothing behind the end of a stream, one end for each (I27), and each response
// the right bytes (I18).

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"brigade/core/sys"
)

// usualWindow is the size of windows until somebody says otherwise.
const usualWindow = 65535

// smallWindow is the window below which a response goes out in crumbs.
const smallWindow = 1000

// usualTable is that of the table of field compression.
const usualTable = 4096

// Session is a client's end of an HTTP/2 connection. Its methods block the calling
// task.
type Session struct {
	Grant  bool // give room back as it is used up
	Duplex bool // read while the server takes nothing

	conn    *Conn
	framer  *http2.Framer
	out     bytes.Buffer // written, and not sent
	encoder *hpack.Encoder
	block   bytes.Buffer
	decoder *hpack.Decoder
	fields  []hpack.HeaderField

	window   int64    // what the server may send in all
	room     int64    // what we may
	theirs   int64    // of a stream that begins
	initial  int64    // of a stream that begins
	table    int      // size of the table of field compression
	shrinks  []shrink // one for each of our SETTINGS that was not acknowledged yet
	streams  []*Stream
	next     uint32
	limit    int    // streams at a time that the server takes
	last     uint32 // of the server's GOAWAY
	goingAll bool   // it has said GOAWAY
	reason   string // as that has it
	code     http2.ErrCode
	pongs    int
	small    bool // streams' windows were so small at a time that a server may have had enough of it
}

// shrink is what an acknowledgement of SETTINGS means: by how much the windows of the
// first streams have shrunk, and the size of the table of field compression; negative: as
// it was.
type shrink struct {
	by      int64
	streams int
	table   int
}

// Stream is one request, and what has come of its response.
type Stream struct {
	ID     uint32
	File   File
	Head   bool // HEAD: no body comes
	Posted bool // content was sent to what may make anything of it: no body is known
	Any    bool // who asked judges what comes
	Tunnel bool // it is one: its end is that of one direction
	Status int
	Etag   string

	Interim int // responses of 1xx that came before
	Body    []byte

	Header  http.Header // of the response, if Any
	Trailer http.Header // what has trailed it

	window int64
	room   int64 // what we may send
	left   int   // of its content
	bytes  int   // of its frames
	ended  bool
	reset  bool // by us: what still comes is passed over
	failed bool // by the server
	behind bool // content was sent behind its end: STREAM_CLOSED may follow the response
	code   http2.ErrCode
}

// Open begins a session whose streams have windows of size initial.
func (c *Client) Open(initial uint32) (*Session, error) {
	conn, err := c.Dial()
	if err != nil {
		return nil, err
	}
	s := &Session{
		Grant: true, conn: conn, window: usualWindow, initial: int64(initial), room: usualWindow, theirs: usualWindow, next: 1, limit: 1 << 30, last: 1<<31 - 1,
		shrinks: []shrink{{table: -1}}, table: usualTable, small: initial < smallWindow,
	}
	s.framer = http2.NewFramer(&s.out, received{conn})
	s.framer.AllowIllegalWrites = true
	s.encoder = hpack.NewEncoder(&s.block)
	s.decoder = hpack.NewDecoder(usualTable, func(f hpack.HeaderField) { s.fields = append(s.fields, f) })
	s.out.WriteString(http2.ClientPreface)
	s.wrote(s.framer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: initial}))
	return s, s.Flush()
}

// received is what comes, as the Framer reads it.
type received struct{ c *Conn }

var errPatience = errors.New("nothing came")

func (r received) Read(p []byte) (int, error) {
	if len(r.c.buf) == 0 && !r.c.fill(r.c.Patience) {
		if r.c.ended {
			return 0, io.EOF
		}
		return 0, errPatience
	}
	n := copy(p, r.c.buf)
	r.c.buf = r.c.buf[n:]
	return n, nil
}

// wrote is for what is written to memory, which does not fail.
func (s *Session) wrote(err error) {
	if err != nil {
		panic(err)
	}
}

// Flush sends what was written.
func (s *Session) Flush() error {
	b := append([]byte(nil), s.out.Bytes()...)
	s.out.Reset()
	if s.Duplex {
		return s.conn.SendReading(b)
	}
	return s.conn.Send(b)
}

// Close ends the connection.
func (s *Session) Close() { s.conn.Close() }

// block compresses fields: name, value, name, value.
func (s *Session) compress(f ...string) []byte {
	s.block.Reset()
	for i := 0; i < len(f); i += 2 {
		s.wrote(s.encoder.WriteField(hpack.HeaderField{Name: f[i], Value: f[i+1]}))
	}
	return s.block.Bytes()
}

// Ask begins a request; content follows unless end.
func (s *Session) Ask(method string, f File, end bool, more ...string) *Stream {
	fields := append([]string{":method", method, ":scheme", "http", ":path", f.Target, ":authority", "test"}, more...)
	return s.begin(method, f, end, fields)
}

// Connect asks for a tunnel to an address: what comes of it is the stream's body.
func (s *Session) Connect(to string) *Stream {
	return s.begin("CONNECT", File{}, false, []string{":method", "CONNECT", ":authority", to})
}

// begin begins a stream with a head of these fields.
func (s *Session) begin(method string, f File, end bool, fields []string) *Stream {
	st := &Stream{ID: s.next, File: f, Head: method == "HEAD", window: s.initial, room: s.theirs}
	s.next += 2
	s.streams = append(s.streams, st)
	s.wrote(s.framer.WriteHeaders(http2.HeadersFrameParam{
		StreamID: st.ID, BlockFragment: s.compress(fields...), EndStream: end, EndHeaders: true,
	}))
	return st
}

// pour sends a piece of the content that is left, where there is room for it. False:
// there is none.
func (s *Session) pour() bool {
	for _, st := range s.streams {
		if st.left > 0 && !st.ended && s.room > 0 && st.room > 0 {
			n := min(st.left, int(s.room), int(st.room), 1000)
			s.room -= int64(n)
			st.room -= int64(n)
			st.left -= n
			s.wrote(s.framer.WriteData(st.ID, st.left == 0, make([]byte, n)))
			return true
		}
	}
	return false
}

// Prioritise gives st another priority (RFC 9218 §7.1).
func (s *Session) Prioritise(st *Stream, field string) {
	s.wrote(s.framer.WritePriorityUpdate(st.ID, field))
}

// Cancel resets st.
func (s *Session) Cancel(st *Stream) {
	st.reset, st.ended = true, true
	s.wrote(s.framer.WriteRSTStream(st.ID, http2.ErrCodeCancel))
}

// Resize changes the windows of all streams. A window that shrinks counts when the
// server has acknowledged it.
func (s *Session) Resize(initial uint32) {
	by := int64(initial) - s.initial
	s.small = s.small || initial < smallWindow
	s.wrote(s.framer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: initial}))
	s.initial = int64(initial)
	if by > 0 {
		s.resized(shrink{by, len(s.streams), -1})
		by = 0
	}
	s.shrinks = append(s.shrinks, shrink{by, len(s.streams), -1})
}

// Table changes the size of the table of field compression, up to the usual one.
func (s *Session) Table(size uint32) {
	s.wrote(s.framer.WriteSettings(http2.Setting{ID: http2.SettingHeaderTableSize, Val: size}))
	s.shrinks = append(s.shrinks, shrink{table: int(size)})
}

func (s *Session) resized(k shrink) {
	for _, st := range s.streams[:k.streams] {
		st.window += k.by
	}
}

// Update opens windows: st's, and with nil the connection's.
func (s *Session) Update(st *Stream, by int64) {
	if st == nil {
		s.window += by
		s.wrote(s.framer.WriteWindowUpdate(0, uint32(by)))
		return
	}
	st.window += by
	s.wrote(s.framer.WriteWindowUpdate(st.ID, uint32(by)))
}

// Waiting is how many streams have not ended.
func (s *Session) Waiting() (n int) {
	for _, st := range s.streams {
		if !st.ended {
			n++
		}
	}
	return n
}

// Step takes the next frame. An error says what the server did wrong, or that the
// connection has ended.
func (s *Session) Step() error {
	for more := true; more; {
		more = s.pour()
		if err := s.Flush(); err != nil {
			return err
		}
		// Who sends and never reads is cut off.
		more = more && len(s.conn.buf) == 0 && !s.conn.fill(0) && !s.conn.ended
	}
	f, err := s.framer.ReadFrame()
	switch {
	case errors.Is(err, errPatience):
		return s.conn.fail(Timeout, "no frame came for %v, and %d streams wait", s.conn.Patience, s.Waiting())
	case err != nil && s.conn.ended:
		return s.over()
	case err != nil:
		return s.conn.fail(Wrong, "what is no frame: %v", err)
	}
	if f.Header().Length > 16384 {
		return s.conn.fail(Wrong, "a frame of %d bytes; 16,384 were agreed", f.Header().Length)
	}
	return s.take(f)
}

// over is the end of the connection.
func (s *Session) over() error {
	switch {
	case s.goingAll && s.code != http2.ErrCodeNo:
		return s.conn.fail(Wrong, "GOAWAY %v: %s", s.code, s.reason)
	case s.conn.end != 0:
		return s.conn.fail(Reset, "read: %s", s.conn.end.Name())
	}
	return s.conn.fail(Silent, "the connection ended while %d streams waited", s.Waiting())
}

// calmed reports whether the server had enough of windows that are small.
func (s *Session) calmed() bool {
	return s.goingAll && s.code == http2.ErrCodeEnhanceYourCalm && s.small
}

func (s *Session) take(f http2.Frame) error {
	switch f := f.(type) {
	case *http2.SettingsFrame:
		return s.settings(f)
	case *http2.PingFrame:
		if f.IsAck() {
			s.pongs++
		} else {
			s.wrote(s.framer.WritePing(true, f.Data))
		}
	case *http2.GoAwayFrame:
		if s.goingAll && f.LastStreamID > s.last {
			return s.conn.fail(Wrong, "GOAWAY %d after GOAWAY %d; the last stream does not grow", f.LastStreamID, s.last)
		}
		s.goingAll, s.last, s.code, s.reason = true, f.LastStreamID, f.ErrCode, string(f.DebugData())
	case *http2.WindowUpdateFrame:
		if f.StreamID == 0 {
			s.room += int64(f.Increment)
			return nil
		}
		st, err := s.of(f, "WINDOW_UPDATE")
		if err == nil {
			st.room += int64(f.Increment)
		}
		return err
	case *http2.HeadersFrame:
		return s.headers(f)
	case *http2.ContinuationFrame:
		return s.conn.fail(Wrong, "a CONTINUATION frame; no head of this server is that long")
	case *http2.DataFrame:
		return s.data(f)
	case *http2.RSTStreamFrame:
		st, err := s.of(f, "RST_STREAM")
		if err != nil || st.reset {
			return err
		}
		closed := f.ErrCode == http2.ErrCodeNo || st.behind && f.ErrCode == http2.ErrCodeStreamClosed
		if st.ended && !closed && !st.Tunnel || st.failed {
			return s.conn.fail(Wrong, "RST_STREAM %v on stream %d, which has ended", f.ErrCode, st.ID)
		}
		st.failed = true
		if !st.ended || st.Tunnel {
			st.ended, st.code = true, f.ErrCode
		}
	default:
		return s.conn.fail(Wrong, "a frame of type %v", f.Header().Type)
	}
	return nil
}

// acknowledged is the server's acknowledgement of our oldest SETTINGS.
func (s *Session) acknowledged() {
	if len(s.shrinks) == 0 {
		return
	}
	k := s.shrinks[0]
	s.shrinks = s.shrinks[1:]
	s.resized(k)
	if k.table < 0 {
		return
	}
	s.decoder.SetAllowedMaxDynamicTableSize(uint32(k.table))
	if k.table < s.table {
		s.decoder.SetMaxDynamicTableSize(uint32(k.table))
	}
	s.table = k.table
}

func (s *Session) settings(f *http2.SettingsFrame) error {
	if f.IsAck() {
		s.acknowledged()
		return nil
	}
	if n, ok := f.Value(http2.SettingMaxConcurrentStreams); ok {
		s.limit = int(n)
	}
	if n, ok := f.Value(http2.SettingInitialWindowSize); ok {
		for _, st := range s.streams {
			st.room += int64(n) - s.theirs
		}
		s.theirs = int64(n)
	}
	s.wrote(s.framer.WriteSettingsAck())
	return nil
}

// of is the stream that f is for.
func (s *Session) of(f http2.Frame, what string) (*Stream, error) {
	id := f.Header().StreamID
	if id%2 == 0 || id >= s.next {
		return nil, s.conn.fail(Wrong, "%s on stream %d, which was not begun", what, id)
	}
	return s.streams[id/2], nil
}

// open is of for what may not come after the end.
func (s *Session) open(f http2.Frame, what string) (*Stream, error) {
	st, err := s.of(f, what)
	if err == nil && st.ended && !st.reset {
		return nil, s.conn.fail(Wrong, "%s on stream %d after its end", what, st.ID)
	}
	return st, err
}

func (s *Session) headers(f *http2.HeadersFrame) error {
	st, err := s.open(f, "HEADERS")
	if err != nil {
		return err
	}
	s.fields = s.fields[:0]
	if _, err := s.decoder.Write(s.resize(f.HeaderBlockFragment())); err != nil || !f.HeadersEnded() || s.decoder.Close() != nil {
		return s.conn.fail(Wrong, "a field block that cannot be decompressed: %v", err)
	}
	st.bytes += 9 + int(f.Length)
	if st.reset {
		return nil
	}
	if st.Status != 0 {
		return s.trailers(st, f.StreamEnded())
	}
	st.Header = make(http.Header)
	for i, field := range s.fields {
		if field.Name != string(bytes.ToLower([]byte(field.Name))) || (field.Name == ":status") != (i == 0) {
			return s.conn.fail(Wrong, "stream %d: field %q in its place %d", st.ID, field.Name, i)
		}
		switch field.Name {
		case ":status":
			if st.Status, err = strconv.Atoi(field.Value); err != nil {
				return s.conn.fail(Wrong, "stream %d has status %q", st.ID, field.Value)
			}
		case "etag":
			st.Etag = field.Value
		case "connection", "transfer-encoding", "keep-alive":
			return s.conn.fail(Wrong, "stream %d has a field %q, which is about another protocol's connection", st.ID, field.Name)
		case "x-own":
			if s.conn.fetched {
				return s.conn.fail(Wrong, "stream %d has X-Own, which was for the proxy alone (RFC 9110 §7.6.1)", st.ID)
			}
		}
		if st.Any && i > 0 {
			st.Header.Add(field.Name, field.Value)
		}
	}
	if st.Status < 200 {
		st.Interim++
		st.Status = 0 // another follows
		return nil
	}
	return s.end(st, f.StreamEnded())
}

// trailers are the fields behind st's body, which end it.
func (s *Session) trailers(st *Stream, whole bool) error {
	if !whole {
		return s.conn.fail(Wrong, "a second head on stream %d, or trailers that do not end it", st.ID)
	}
	st.Trailer = make(http.Header)
	for _, field := range s.fields {
		if field.Name == "" || field.Name[0] == ':' || field.Name != strings.ToLower(field.Name) {
			return s.conn.fail(Wrong, "field %q in the trailers of stream %d", field.Name, st.ID)
		}
		st.Trailer.Add(field.Name, field.Value)
	}
	return s.end(st, true)
}

func (s *Session) data(f *http2.DataFrame) error {
	st, err := s.open(f, "DATA")
	if err != nil {
		return err
	}
	n := int64(f.Length)
	s.window -= n
	st.window -= n
	switch {
	case s.window < 0 || st.window < 0:
		return s.conn.fail(Wrong, "%d bytes on stream %d leave its window at %d, the connection's at %d", n, st.ID, st.window, s.window)
	case st.reset:
		s.refund(nil, n)
		return nil
	case st.Status == 0 || st.Head && n > 0:
		return s.conn.fail(Wrong, "DATA on stream %d, which has no head yet, or was HEAD", st.ID)
	}
	st.bytes += 9 + int(n)
	st.Body = append(st.Body, f.Data()...)
	s.refund(nil, n)
	if !f.StreamEnded() {
		s.refund(st, n)
	}
	return s.end(st, f.StreamEnded())
}

// resize takes the changes of the table's size off b's front (RFC 7541 §6.3). hpack takes
// one only where there may be two.
func (s *Session) resize(b []byte) []byte {
	for len(b) > 0 && b[0]&0xe0 == 0x20 {
		n, at := int(b[0]&0x1f), 1
		if n == 0x1f {
			for shift := 0; at < len(b) && shift < 28; shift += 7 {
				c := b[at]
				at++
				if n += int(c&0x7f) << shift; c < 0x80 {
					break
				}
			}
		}
		if n > s.table {
			return b // which hpack refuses
		}
		s.decoder.SetMaxDynamicTableSize(uint32(n))
		b = b[at:]
	}
	return b
}

// refund gives n bytes of room back.
func (s *Session) refund(st *Stream, n int64) {
	if s.Grant && n > 0 {
		s.Update(st, n)
	}
}

// end judges a response that is whole, if it is.
func (s *Session) end(st *Stream, whole bool) error {
	if !whole {
		return nil
	}
	st.ended = true
	s.conn.requests++
	want := st.File.want()
	if st.Any || st.Status == want.Status || slices.Contains(want.Also, st.Status) {
		if st.Status == 200 && !st.Any && !st.Head && !st.Posted && !bytes.Equal(st.Body, want.Body) {
			return s.conn.fail(Wrong, "stream %d (%s): a body of %d bytes that is not the file's %d", st.ID, want.Target, len(st.Body), len(want.Body))
		}
		if st.Status != want.Status || st.Head {
			want.Trailer = nil
		}
		if reason := trails(st.Trailer, want.Trailer, true); reason != "" && !st.Any {
			return s.conn.fail(Wrong, "stream %d (%s): %s", st.ID, want.Target, reason)
		}
		if s.conn.answered != nil {
			s.conn.answered(&Response{Status: st.Status, Body: st.Body, Bytes: st.bytes, Target: want.Target})
		}
		return nil
	}
	return s.conn.fail(Wrong, "stream %d (%s): status %d; want %d or %v", st.ID, want.Target, st.Status, want.Status, want.Also)
}

// Barrier sends PING and waits for its answer: all before it has been read.
func (s *Session) Barrier() error {
	s.wrote(s.framer.WritePing(false, [8]byte([]byte(fmt.Sprintf("%08d", s.pongs)))))
	for had := s.pongs; s.pongs == had; {
		if err := s.Step(); err != nil {
			return err
		}
	}
	return nil
}

// FD is the session's descriptor in its process.
func (s *Session) FD() sys.FD { return s.conn.fd }
