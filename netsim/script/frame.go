package script

// Frames of HTTP/2: what a script sends. A connection speaks HTTP/2 once it has sent the
// preface; its frames are written and read by x/net's Framer, and those that no client
// would send are frame raw's.

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"brigade/netsim/client"
)

const frameForm = "frame preface | settings [NAME=VALUE...] | settings ack | headers STREAM [end] [open], with field lines below | " +
	"continuation STREAM [open], with field lines below | data STREAM [end] [STRING...] | ping STRING | ping ack STRING | " +
	"rst STREAM CODE | goaway LAST CODE | window STREAM BYTES | priority STREAM VALUE | raw TYPE FLAGS STREAM [STRING...]"

// wire is the HTTP/2 of one connection.
type wire struct {
	conn    *client.Conn
	out     bytes.Buffer
	framer  *http2.Framer
	block   bytes.Buffer
	encoder *hpack.Encoder
	decoder *hpack.Decoder
	fields  []hpack.HeaderField
}

// wired is the current connection's.
func (r *run) wired() *wire {
	if w := r.wires[r.conn]; w != nil {
		return w
	}
	w := &wire{conn: r.conn}
	w.framer = http2.NewFramer(&w.out, wireIn{r})
	w.framer.AllowIllegalWrites = true
	w.encoder = hpack.NewEncoder(&w.block)
	w.decoder = hpack.NewDecoder(4096, func(f hpack.HeaderField) { w.fields = append(w.fields, f) })
	r.wires[r.conn] = w
	return w
}

// wireIn is what comes on the current connection.
type wireIn struct{ r *run }

func (in wireIn) Read(b []byte) (int, error) {
	n, err := in.r.conn.Recv(b, in.r.conn.Patience)
	if err == nil && n == 0 {
		return 0, io.EOF
	}
	return n, err
}

// writing writes a frame.
type writing func(w *wire) error

// frameKinds are the frames that may be sent.
var frameKinds = map[string]func(w *words) (writing, error){
	"preface": func(*words) (writing, error) {
		return func(w *wire) error { w.out.WriteString(http2.ClientPreface); return nil }, nil
	},
	"settings": frameSettings, "headers": frameHeaders, "continuation": frameContinuation, "data": frameData, "ping": framePing,
	"rst": frameReset, "goaway": frameGoAway, "window": frameWindow, "priority": framePriority, "raw": frameRaw,
}

func parseFrame(s *Script, w *words) (action, error) {
	name, err := w.next("the kind of frame")
	if err != nil {
		return nil, err
	}
	kind, known := frameKinds[name]
	if !known {
		return nil, fmt.Errorf("there is no frame %q", name)
	}
	write, err := kind(w)
	if err != nil {
		return nil, err
	}
	s.two = true
	return on(func(r *run) error {
		x := r.wired()
		if err := write(x); err != nil {
			return err
		}
		b := bytes.Clone(x.out.Bytes())
		x.out.Reset()
		return r.conn.Send(b)
	}), nil
}

// settings are the names of settings that scripts know.
var settings = []struct {
	name string
	id   http2.SettingID
}{
	{"table", http2.SettingHeaderTableSize},
	{"push", http2.SettingEnablePush},
	{"streams", http2.SettingMaxConcurrentStreams},
	{"window", http2.SettingInitialWindowSize},
	{"frame", http2.SettingMaxFrameSize},
	{"head", http2.SettingMaxHeaderListSize},
	{"connect", http2.SettingEnableConnectProtocol},
}

func frameSettings(w *words) (writing, error) {
	var list []http2.Setting
	for len(w.list) > 0 {
		text := w.optional()
		if text == "ack" {
			return func(x *wire) error { return x.framer.WriteSettingsAck() }, nil
		}
		name, value, _ := strings.Cut(text, "=")
		i := slices.IndexFunc(settings, func(s struct {
			name string
			id   http2.SettingID
		},
		) bool {
			return s.name == name
		})
		n, err := strconv.ParseUint(value, 10, 32)
		if i < 0 || err != nil {
			return nil, fmt.Errorf("%q is no setting; there are table, push, streams, window, frame, head and connect, each with = and a number", text)
		}
		list = append(list, http2.Setting{ID: settings[i].id, Val: uint32(n)})
	}
	return func(x *wire) error { return x.framer.WriteSettings(list...) }, nil
}

// stream takes a stream's number, and the flags behind it.
func (w *words) stream(allowed ...string) (id uint32, flags map[string]bool, err error) {
	n, err := w.number("the stream", 0)
	flags = make(map[string]bool)
	for err == nil && len(w.list) > 0 && !w.list[0].quoted && slices.Contains(allowed, w.list[0].text) {
		flags[w.optional()] = true
	}
	return uint32(n), flags, err
}

// compressed are the field lines below a statement: name: value. Names of pseudo-header
// fields begin with a colon.
func (w *words) compressed() (func(x *wire) []byte, error) {
	var list []hpack.HeaderField
	for _, line := range w.take() {
		at := strings.Index(line[min(1, len(line)):], ":") + 1
		if at <= 0 {
			return nil, fmt.Errorf("the field line %q is no name: value", line)
		}
		list = append(list, hpack.HeaderField{Name: line[:at], Value: strings.TrimSpace(line[at+1:])})
	}
	return func(x *wire) []byte {
		x.block.Reset()
		for _, f := range list {
			_ = x.encoder.WriteField(f) // into memory
		}
		return x.block.Bytes()
	}, nil
}

func frameHeaders(w *words) (writing, error) {
	id, flags, err := w.stream("end", "open")
	if err != nil {
		return nil, err
	}
	block, err := w.compressed()
	return func(x *wire) error {
		return x.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block(x), EndStream: flags["end"], EndHeaders: !flags["open"]})
	}, err
}

func frameContinuation(w *words) (writing, error) {
	id, flags, err := w.stream("open")
	if err != nil {
		return nil, err
	}
	block, err := w.compressed()
	return func(x *wire) error { return x.framer.WriteContinuation(id, !flags["open"], block(x)) }, err
}

// rest is what is left of a statement, which may be nothing.
func (w *words) rest() ([]byte, error) {
	if len(w.list) == 0 && len(w.lines) == 0 {
		return nil, nil
	}
	return w.text()
}

func frameData(w *words) (writing, error) {
	id, flags, err := w.stream("end")
	if err != nil {
		return nil, err
	}
	b, err := w.rest()
	return func(x *wire) error { return x.framer.WriteData(id, flags["end"], b) }, err
}

func framePing(w *words) (writing, error) {
	text, err := w.next("eight bytes")
	ack := text == "ack"
	if ack {
		text, err = w.next("eight bytes")
	}
	if err == nil && len(text) != 8 {
		err = fmt.Errorf("%q: a PING has eight bytes", text)
	}
	return func(x *wire) error { return x.framer.WritePing(ack, [8]byte([]byte(text))) }, err
}

// code takes an error code, by its name in RFC 9113.
func (w *words) code() (http2.ErrCode, error) {
	text, err := w.next("the error code")
	for c := http2.ErrCodeNo; err == nil && c <= http2.ErrCodeHTTP11Required; c++ {
		if c.String() == text {
			return c, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("%q is no error code, such as NO_ERROR or PROTOCOL_ERROR", text)
	}
	return 0, err
}

func frameReset(w *words) (writing, error) {
	id, _, err := w.stream()
	if err != nil {
		return nil, err
	}
	code, err := w.code()
	return func(x *wire) error { return x.framer.WriteRSTStream(id, code) }, err
}

func frameGoAway(w *words) (writing, error) {
	id, _, err := w.stream()
	if err != nil {
		return nil, err
	}
	code, err := w.code()
	return func(x *wire) error { return x.framer.WriteGoAway(id, code, nil) }, err
}

func frameWindow(w *words) (writing, error) {
	id, _, err := w.stream()
	if err != nil {
		return nil, err
	}
	n, err := w.number("the bytes", 0)
	return func(x *wire) error { return x.framer.WriteWindowUpdate(id, uint32(n)) }, err
}

func framePriority(w *words) (writing, error) {
	id, _, err := w.stream()
	if err != nil {
		return nil, err
	}
	value, err := w.next("the priority")
	return func(x *wire) error { return x.framer.WritePriorityUpdate(id, value) }, err
}

func frameRaw(w *words) (writing, error) {
	var numbers [2]int
	for i, what := range []string{"the type", "the flags"} {
		n, err := w.number(what, 0)
		if err != nil {
			return nil, err
		}
		numbers[i] = n
	}
	id, _, err := w.stream()
	if err != nil {
		return nil, err
	}
	b, err := w.rest()
	return func(x *wire) error {
		return x.framer.WriteRawFrame(http2.FrameType(numbers[0]), http2.Flags(numbers[1]), id, b)
	}, err
}
