package http2

// Framing and field compression: the one file that knows golang.org/x/net/http2. The
// Framer is handed whole frames, whose length stands in their first three bytes, so
// it never waits for bytes; what it reads is turned into a frame of our own, what
// it writes is appended to one buffer. It checks lengths, padding and the order of
// CONTINUATION; what frames mean together is session.go's.

import (
	"encoding/binary"
	"errors"
	"io"
	"unsafe"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"brigade/core/rt"
)

// Measures of the protocol.
const (
	headerLength = 9       // of a frame
	frameLength  = 1 << 14 // of a frame's payload, at most: what every peer takes
	tableLength  = 4096    // of the tables of field compression
	blockLength  = 1 << 16 // of a compressed field block, and of a string in it, at most
)

// Frame is the most bytes that one frame has.
const Frame = headerLength + frameLength

type frameKind uint8

const (
	frameUnknown frameKind = iota
	frameData
	frameHeaders
	framePriority
	frameReset
	frameSettings
	framePing
	frameGoAway
	frameWindow
	frameContinuation
	framePush
	frameUpdate // PRIORITY_UPDATE
)

// frame is one frame that was read. Its slices die with the next one.
type frame struct {
	kind   frameKind
	stream uint32
	length int    // of the payload, with padding
	end    bool   // END_STREAM; of SETTINGS and PING: ACK
	whole  bool   // END_HEADERS
	bytes  []byte // DATA, a fragment of a field block, PING, or the value of PRIORITY_UPDATE
	number uint32 // increment, or the stream that another depends on or that is given priority
}

// codec is one connection's.
type codec struct {
	framer  *http2.Framer
	decoder *hpack.Decoder
	encoder *hpack.Encoder
	in      []byte // what the Framer reads
	out     []byte // what it writes
	block   []byte // what the encoder writes
	known   [len(lasting)]known
	entries int  // that its table has had
	resized bool // it is to say that its table's size has changed
	setting *http2.SettingsFrame
}

// bytesIn and bytesOut are a codec as the Framer and the encoder see it.
type (
	bytesIn  struct{ c *codec }
	bytesOut struct{ c *codec }
	blockOut struct{ c *codec }
)

func (r bytesIn) Read(p []byte) (int, error) {
	if len(r.c.in) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.c.in)
	r.c.in = r.c.in[n:]
	return n, nil
}

func (w bytesOut) Write(p []byte) (int, error) {
	w.c.out = append(w.c.out, p...)
	return len(p), nil
}

func (w blockOut) Write(p []byte) (int, error) {
	w.c.block = append(w.c.block, p...)
	return len(p), nil
}

// init makes c ready; field gets each field that is decoded.
func (c *codec) init(field func(name, value string)) {
	c.framer = http2.NewFramer(bytesOut{c}, bytesIn{c})
	c.framer.SetReuseFrames()
	c.decoder = hpack.NewDecoder(tableLength, func(f hpack.HeaderField) { field(f.Name, f.Value) })
	c.decoder.SetMaxStringLength(blockLength)
	c.encoder = hpack.NewEncoder(blockOut{c}) // whose table has tableLength at most, whatever it is told
}

// next reads the frame at b's front and returns how many bytes it has; 0: it is not
// whole.
func (c *codec) next(b []byte) (f frame, n int, e *Error) {
	if len(b) < headerLength {
		return f, 0, nil
	}
	length := int(b[0])<<16 | int(b[1])<<8 | int(b[2])
	if length > frameLength {
		return f, headerLength, errFrameSize
	}
	n = headerLength + length
	if len(b) < n {
		return f, 0, nil
	}
	f.stream = binary.BigEndian.Uint32(b[5:]) & (1<<31 - 1)
	f.length = length
	c.in = b[:n]
	got, err := c.framer.ReadFrame()
	c.in = nil // b is its owner's, who may give it back: nothing points into it
	if err != nil {
		return f, n, refusal(err, http2.FrameType(b[3]))
	}
	c.translate(&f, got)
	return f, n, nil
}

// refusal is what the Framer's error about a frame of type t comes to. It takes two
// for a stream's: a window that grows by nothing, and padding longer than a HEADERS
// frame, after which field compression would be out of step.
func refusal(err error, t http2.FrameType) *Error {
	var stream http2.StreamError
	var whole http2.ConnectionError
	switch {
	case errors.As(err, &stream) && t == http2.FrameWindowUpdate:
		return errIncrement
	case !errors.As(err, &whole): // its payload is too short for what it must hold, among others
	case Code(whole) == FrameSizeError:
		return errFrameSize
	case Code(whole) == FlowControlError:
		return errWindowLarge
	}
	return errFraming
}

// translate fills f with what the Framer read.
func (c *codec) translate(f *frame, got http2.Frame) {
	switch g := got.(type) {
	case *http2.DataFrame:
		f.kind, f.bytes, f.end = frameData, g.Data(), g.StreamEnded()
	case *http2.HeadersFrame:
		f.kind, f.bytes, f.end, f.whole = frameHeaders, g.HeaderBlockFragment(), g.StreamEnded(), g.HeadersEnded()
		f.number = g.Priority.StreamDep
	case *http2.ContinuationFrame:
		f.kind, f.bytes, f.whole = frameContinuation, g.HeaderBlockFragment(), g.HeadersEnded()
	case *http2.PriorityFrame:
		f.kind, f.number = framePriority, g.StreamDep
	case *http2.RSTStreamFrame:
		f.kind = frameReset
	case *http2.SettingsFrame:
		f.kind, f.end, c.setting = frameSettings, g.IsAck(), g
	case *http2.PingFrame:
		f.kind, f.end, f.bytes = framePing, g.IsAck(), g.Data[:]
	case *http2.GoAwayFrame:
		f.kind = frameGoAway
	case *http2.WindowUpdateFrame:
		f.kind, f.number = frameWindow, g.Increment
	case *http2.PushPromiseFrame:
		f.kind = framePush
	case *http2.PriorityUpdateFrame:
		f.kind, f.number, f.bytes = frameUpdate, g.PrioritizedStreamID, []byte(g.Priority)
	}
}

// count is how many settings the SETTINGS frame read last has.
func (c *codec) count() int { return c.setting.NumSettings() }

// settings calls each with every setting of the SETTINGS frame read last, in order,
// until it returns an error.
func (c *codec) settings(each func(id uint16, value uint32) *Error) *Error {
	for i := range c.setting.NumSettings() {
		s := c.setting.Setting(i)
		if e := each(uint16(s.ID), s.Val); e != nil {
			return e
		}
	}
	return nil
}

// decode decompresses a fragment; last: the block ends with it. False: it cannot be.
func (c *codec) decode(fragment []byte, last bool) bool {
	if _, err := c.decoder.Write(fragment); err != nil {
		return false
	}
	return !last || c.decoder.Close() == nil
}

// heed says whether fields are wanted: what is too long is decompressed for the
// sake of what follows.
func (c *codec) heed(wanted bool) { c.decoder.SetEmitEnabled(wanted) }

// table limits the encoder's table to what the peer keeps. The next block says so first.
func (c *codec) table(size uint32) {
	c.encoder.SetMaxDynamicTableSize(size)
	c.resized = true
	c.entries++
}

// known is what a lasting field's value comes to, as long as nothing enters the table.
type known struct {
	value   string
	bytes   [8]byte
	n       int
	entries int // of the table, ever, when it was so
}

// encode has the encoder compress a field.
func (c *codec) encode(name, value string) {
	// The writer is a buffer, which takes everything.
	_ = c.encoder.WriteField(hpack.HeaderField{Name: name, Value: value})
}

// lasting compresses field i of those whose values come again: with a copy of its value
// in the table, which is made when that changes.
func (c *codec) lasting(i int, value []byte) {
	k := &c.known[i]
	if k.value != string(value) {
		*k = known{value: string(value)}
	}
	if k.n > 0 && k.entries == c.entries {
		c.block = append(c.block, k.bytes[:k.n]...)
		return
	}
	from := len(c.block)
	c.encode(lasting[i], k.value)
	switch first := c.block[from]; {
	case first&0x80 != 0: // a reference (RFC 7541 §6.1)
		k.n, k.entries = copy(k.bytes[:], c.block[from:]), c.entries
	case first&0x40 != 0: // it has entered the table (§6.2.1), and all others have moved
		c.entries++
	}
}

// settle says that the table's size has changed, if it has: at the beginning of a block
// (RFC 7541 §4.2).
func (c *codec) settle() {
	if c.resized { // the encoder says so before its next field
		c.resized = false
		c.encode(":status", "200")
		c.block = c.block[:len(c.block)-1]
	}
}

// status compresses a status. Those that the static table has take a byte.
func (c *codec) status(digits [3]byte) {
	const common = "200204206304400404500"
	c.settle()
	for i := 0; i < len(common); i += 3 {
		if string(digits[:]) == common[i:i+3] {
			c.block = append(c.block, byte(0x88+i/3))
			return
		}
	}
	c.block = append(c.block, 0x08, 3, digits[0], digits[1], digits[2])
}

// literals compresses fields that enter no table, ever (RFC 7541 §6.2.3): what it makes
// does for every session.
type literals struct {
	encoder *hpack.Encoder
	block   []byte
}

// Write implements io.Writer, for the encoder.
func (l *literals) Write(b []byte) (int, error) {
	l.block = append(l.block, b...)
	return len(b), nil
}

// append compresses a field behind b.
func (l *literals) append(b, name, value []byte) []byte {
	if l.encoder == nil {
		l.encoder = hpack.NewEncoder(l)
	}
	l.block = b
	// The writer is a buffer, which takes everything.
	_ = l.encoder.WriteField(hpack.HeaderField{Name: borrowed(name), Value: borrowed(value), Sensitive: true})
	b, l.block = l.block, nil
	return b
}

// borrowed is b as a string, for the time of a call that keeps nothing of it.
func borrowed(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// headers sends the fields compressed since the last call.
func (c *codec) headers(stream uint32, end bool) {
	first, rest := c.block[:min(len(c.block), frameLength)], c.block[min(len(c.block), frameLength):]
	c.must(c.framer.WriteHeaders(http2.HeadersFrameParam{
		StreamID: stream, BlockFragment: first, EndStream: end, EndHeaders: len(rest) == 0,
	}))
	for len(rest) > 0 {
		part := rest[:min(len(rest), frameLength)]
		rest = rest[len(part):]
		c.must(c.framer.WriteContinuation(stream, len(rest) == 0, part))
	}
	c.block = c.block[:0]
}

// data appends the header of a DATA frame of n bytes, which follow.
func (c *codec) data(stream uint32, n int, end bool) {
	flags := byte(0)
	if end {
		flags = byte(http2.FlagDataEndStream)
	}
	c.out = append(c.out, byte(n>>16), byte(n>>8), byte(n), byte(http2.FrameData), flags)
	c.out = binary.BigEndian.AppendUint32(c.out, stream)
}

// reset sends RST_STREAM.
func (c *codec) reset(stream uint32, code Code) {
	c.must(c.framer.WriteRSTStream(stream, http2.ErrCode(code)))
}

// window sends WINDOW_UPDATE.
func (c *codec) window(stream, by uint32) { c.must(c.framer.WriteWindowUpdate(stream, by)) }

// pong answers a PING.
func (c *codec) pong(data []byte) { c.must(c.framer.WritePing(true, [8]byte(data))) }

// ping sends a PING.
func (c *codec) ping(data []byte) { c.must(c.framer.WritePing(false, [8]byte(data))) }

// acknowledge answers SETTINGS.
func (c *codec) acknowledge() { c.must(c.framer.WriteSettingsAck()) }

// goAway sends GOAWAY.
func (c *codec) goAway(last uint32, code Code, reason string) {
	c.must(c.framer.WriteGoAway(last, http2.ErrCode(code), []byte(reason)))
}

// announce sends our SETTINGS.
func (c *codec) announce(streams, head uint32) {
	c.must(c.framer.WriteSettings(
		http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: streams},
		http2.Setting{ID: http2.SettingMaxHeaderListSize, Val: head},
		http2.Setting{ID: http2.SettingEnableConnectProtocol, Val: 1},
		http2.Setting{ID: http2.SettingNoRFC7540Priorities, Val: 1},
	))
}

// must is for what the Framer refuses to write: we never ask for it.
func (c *codec) must(err error) {
	if err != nil {
		rt.Bug("http2: the framer does not write a frame: %v", err)
	}
}
