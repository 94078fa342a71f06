package script

// Frames of HTTP/2: what a script must get. Frames that may come at any moment and are not
// asked for are passed over: SETTINGS, WINDOW_UPDATE, and the PING that goes with the
// first GOAWAY of a drain.

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/net/http2"
)

const expectFrameForm = "expect-frame headers STREAM STATUS [end], with field lines below as for expect | data STREAM [file TARGET [FROM-TO] | body STRING] | " +
	"data STREAM part STRING | " +
	"settings | settings ack | ping ack STRING | ping STRING | rst STREAM CODE | goaway LAST CODE | window STREAM"

// judging says whether a frame is what is asked for; more: another has to come before it is
// known.
type judging func(x *wire, f http2.Frame) (more bool, err error)

func parseExpectFrame(s *Script, w *words) (action, error) {
	name, err := w.next("the kind of frame")
	if err != nil {
		return nil, err
	}
	var kind http2.FrameType
	var judge judging
	switch name {
	case "headers":
		kind = http2.FrameHeaders
		judge, err = expectHeaders(w)
	case "data":
		kind = http2.FrameData
		judge, err = expectData(w)
	case "settings":
		kind = http2.FrameSettings
		judge, err = expectSettings(w)
	case "ping":
		kind = http2.FramePing
		judge, err = expectPing(w)
	case "rst":
		kind = http2.FrameRSTStream
		judge, err = expectCode(w, func(f http2.Frame) http2.ErrCode { return f.(*http2.RSTStreamFrame).ErrCode }, func(f http2.Frame) uint32 { return f.Header().StreamID })
	case "goaway":
		kind = http2.FrameGoAway
		judge, err = expectCode(w, func(f http2.Frame) http2.ErrCode { return f.(*http2.GoAwayFrame).ErrCode }, func(f http2.Frame) uint32 { return f.(*http2.GoAwayFrame).LastStreamID })
	case "window":
		kind = http2.FrameWindowUpdate
		judge, err = expectWindow(w)
	default:
		return nil, fmt.Errorf("there is no frame %q to be expected", name)
	}
	s.two = true
	return on(func(r *run) error { return r.wired().expect(kind, judge) }), err
}

// expect reads frames until one is what is asked for.
func (x *wire) expect(kind http2.FrameType, judge judging) error {
	for {
		f, err := x.framer.ReadFrame()
		if err != nil {
			return err
		}
		if f.Header().Type != kind {
			if passing(f) {
				continue
			}
			return fmt.Errorf("there came %v", f)
		}
		more, err := judge(x, f)
		switch {
		case errors.Is(err, errAnother):
			continue
		case err != nil || !more:
			return err
		}
	}
}

// errAnother says that a frame may be passed over, though it is of the kind.
var errAnother = errors.New("another frame")

// passing reports whether f may come at any moment.
func passing(f http2.Frame) bool {
	switch f.(type) {
	case *http2.SettingsFrame, *http2.WindowUpdateFrame, *http2.PingFrame:
		return true
	}
	return false
}

func expectHeaders(w *words) (judging, error) {
	id, _, err := w.stream()
	if err != nil {
		return nil, err
	}
	status, err := w.number("the status", 100)
	if err != nil {
		return nil, err
	}
	end := false
	if len(w.list) > 0 {
		if text := w.optional(); text != "end" {
			return nil, fmt.Errorf("%q: there may be end", text)
		}
		end = true
	}
	var fields []fieldWant
	for _, line := range w.take() {
		f, err := parseField(line)
		if err != nil {
			return nil, err
		}
		fields = append(fields, f)
	}
	return func(x *wire, f http2.Frame) (bool, error) {
		h := f.(*http2.HeadersFrame)
		got, header, err := x.decompress(h)
		switch {
		case err != nil:
			return false, err
		case h.StreamID != id || got != status || h.StreamEnded() != end:
			return false, fmt.Errorf("status %d on stream %d, the end: %t", got, h.StreamID, h.StreamEnded())
		}
		for _, want := range fields {
			if err := want.judge(header); err != nil {
				return false, err
			}
		}
		return false, nil
	}, nil
}

// decompress is the status and the fields of a head.
func (x *wire) decompress(h *http2.HeadersFrame) (status int, fields http.Header, err error) {
	x.fields = x.fields[:0]
	if _, err = x.decoder.Write(h.HeaderBlockFragment()); err == nil {
		err = x.decoder.Close()
	}
	if err != nil || !h.HeadersEnded() || len(x.fields) == 0 || x.fields[0].Name != ":status" {
		return 0, nil, fmt.Errorf("a head that cannot be read: %w", errors.Join(err, errors.New("it begins with :status, and has no CONTINUATION")))
	}
	fields = make(http.Header)
	for _, f := range x.fields[1:] {
		if f.Name != strings.ToLower(f.Name) {
			return 0, nil, fmt.Errorf("field %q has capitals", f.Name)
		}
		fields.Add(f.Name, f.Value)
	}
	status, err = strconv.Atoi(x.fields[0].Value)
	return status, fields, err
}

func expectData(w *words) (judging, error) {
	id, _, err := w.stream()
	if err != nil {
		return nil, err
	}
	e := new(expectation)
	if len(w.list) > 0 && w.list[0].text == "part" {
		w.optional()
		return expectPart(w, id)
	}
	if len(w.list) > 0 {
		if err := e.option(w); err != nil {
			return nil, err
		}
	}
	var body []byte
	return func(_ *wire, f http2.Frame) (bool, error) {
		d := f.(*http2.DataFrame)
		if d.StreamID != id {
			return false, fmt.Errorf("%d bytes on stream %d", len(d.Data()), d.StreamID)
		}
		body = append(body, d.Data()...)
		if !d.StreamEnded() {
			return true, nil
		}
		all := body
		body = nil
		if e.want.Body != nil && !bytes.Equal(all, e.want.Body) {
			return false, fmt.Errorf("a body of %d bytes, %q, that is not the one wanted of %d", len(all), clip(string(all)), len(e.want.Body))
		}
		return false, nil
	}, nil
}

// expectPart is for one DATA frame that does not end its stream.
func expectPart(w *words, id uint32) (judging, error) {
	want, err := w.next("the content of the frame")
	return func(_ *wire, f http2.Frame) (bool, error) {
		if d := f.(*http2.DataFrame); d.StreamID != id || d.StreamEnded() || string(d.Data()) != want {
			return false, fmt.Errorf("%q on stream %d, the end: %t", clip(string(d.Data())), d.StreamID, d.StreamEnded())
		}
		return false, nil
	}, err
}

func expectSettings(w *words) (judging, error) {
	ack := false
	if len(w.list) > 0 {
		if text := w.optional(); text != "ack" {
			return nil, fmt.Errorf("%q: there may be ack", text)
		}
		ack = true
	}
	return func(_ *wire, f http2.Frame) (bool, error) {
		if f.(*http2.SettingsFrame).IsAck() != ack {
			return false, errAnother
		}
		return false, nil
	}, nil
}

func expectPing(w *words) (judging, error) {
	text, err := w.next("eight bytes")
	ack := text == "ack"
	if ack {
		text, err = w.next("eight bytes")
	}
	return func(_ *wire, f http2.Frame) (bool, error) {
		p := f.(*http2.PingFrame)
		if p.IsAck() != ack || string(p.Data[:]) != text {
			return false, fmt.Errorf("PING %q, acknowledged: %t", p.Data[:], p.IsAck())
		}
		return false, nil
	}, err
}

// expectCode is for frames with a stream and an error code.
func expectCode(w *words, code func(http2.Frame) http2.ErrCode, of func(http2.Frame) uint32) (judging, error) {
	id, _, err := w.stream()
	if err != nil {
		return nil, err
	}
	want, err := w.code()
	return func(_ *wire, f http2.Frame) (bool, error) {
		if of(f) != id || code(f) != want {
			return false, fmt.Errorf("%v %v for stream %d", f.Header().Type, code(f), of(f))
		}
		return false, nil
	}, err
}

func expectWindow(w *words) (judging, error) {
	id, _, err := w.stream()
	return func(_ *wire, f http2.Frame) (bool, error) {
		if f.Header().StreamID != id {
			return false, errAnother
		}
		return false, nil
	}, err
}
