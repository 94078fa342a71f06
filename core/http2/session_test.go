package http2

// Conversations: what a client says, and what the session answers. The cases follow
// the clauses of RFC 9113 that say what a receiver must do.

import (
	"strings"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

func raw(p *peer, b string) { p.to.WriteString(b) }

func with(f []string, more ...string) []string { return append(append([]string(nil), f...), more...) }

func without(f []string, name string) (list []string) {
	for i := 0; i < len(f); i += 2 {
		if f[i] != name {
			list = append(list, f[i], f[i+1])
		}
	}
	return list
}

const post = "POST"

func posting(more ...string) []string {
	return append([]string{":method", post, ":scheme", "http", ":path", "/", ":authority", "a"}, more...)
}

// extended asks for another protocol on its stream (RFC 8441).
var extended = []string{":method", "CONNECT", ":protocol", "websocket", ":scheme", "http", ":path", "/chat?x", ":authority", "a"}

type conversation struct {
	name string
	say  func(p *peer)
	want string // what the session says, joined by "; "
}

var connectionErrors = []conversation{
	{"§3.4 the preface is followed by SETTINGS", func(p *peer) { p.s.begun = false; p.framer.WritePing(false, [8]byte{}) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"§4.2 a frame beyond the limit", func(p *peer) { raw(p, "\x00\x40\x01\x00\x00\x00\x00\x00\x01") }, "GOAWAY 0 FRAME_SIZE_ERROR"},
	{"§4.3 a block that is no compression", func(p *peer) {
		p.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte{0xff, 0xff, 0xff}, EndHeaders: true})
	}, "GOAWAY 1 COMPRESSION_ERROR"},
	{"§4.3 a block is not interrupted", func(p *peer) {
		p.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: p.fields(get...)})
		p.framer.WritePriority(1, http2.PriorityParam{})
	}, "GOAWAY 1 PROTOCOL_ERROR"},
	{"§5.1 DATA on an idle stream", func(p *peer) { p.framer.WriteData(1, true, nil) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"§5.1 RST_STREAM on an idle stream", func(p *peer) { p.framer.WriteRSTStream(1, 8) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"§5.1 WINDOW_UPDATE on an idle stream", func(p *peer) { p.framer.WriteWindowUpdate(1, 8) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"§5.1 CONTINUATION on an idle stream", func(p *peer) { p.framer.WriteContinuation(1, true, nil) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"§5.1.1 streams are odd", func(p *peer) { p.request(2, true, get...) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"§5.1.1 streams grow", func(p *peer) {
		p.request(5, true, get...)
		p.request(3, true, get...)
	}, "GOAWAY 5 STREAM_CLOSED"},
	{"§6.1 DATA on stream 0", func(p *peer) { raw(p, "\x00\x00\x01\x00\x00\x00\x00\x00\x00x") }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"§6.1 padding is within the frame", func(p *peer) { raw(p, "\x00\x00\x02\x00\x08\x00\x00\x00\x01\x05x") }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"§6.2 HEADERS on stream 0", func(p *peer) { raw(p, "\x00\x00\x01\x01\x04\x00\x00\x00\x00\x82") }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"§6.2 padding is within the frame", func(p *peer) { raw(p, "\x00\x00\x02\x01\x0c\x00\x00\x00\x01\x05\x82") }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"§6.3 PRIORITY on stream 0", func(p *peer) { raw(p, "\x00\x00\x05\x02\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00") }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"§6.3 PRIORITY has five bytes", func(p *peer) { raw(p, "\x00\x00\x04\x02\x00\x00\x00\x00\x01\x00\x00\x00\x03") }, "GOAWAY 0 FRAME_SIZE_ERROR"},
	{"§6.4 RST_STREAM on stream 0", func(p *peer) { raw(p, "\x00\x00\x04\x03\x00\x00\x00\x00\x00\x00\x00\x00\x08") }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"§6.4 RST_STREAM has four bytes", func(p *peer) { raw(p, "\x00\x00\x03\x03\x00\x00\x00\x00\x01\x00\x00\x08") }, "GOAWAY 0 FRAME_SIZE_ERROR"},
	{"§6.5 SETTINGS acknowledges nothing else", func(p *peer) { raw(p, "\x00\x00\x01\x04\x01\x00\x00\x00\x00x") }, "GOAWAY 0 FRAME_SIZE_ERROR"},
	{"§6.5 SETTINGS on a stream", func(p *peer) { raw(p, "\x00\x00\x00\x04\x00\x00\x00\x00\x01") }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"§6.5 SETTINGS are sixes", func(p *peer) { raw(p, "\x00\x00\x03\x04\x00\x00\x00\x00\x00xxx") }, "GOAWAY 0 FRAME_SIZE_ERROR"},
	{"§6.5.2 ENABLE_PUSH", func(p *peer) { p.framer.WriteSettings(http2.Setting{ID: 2, Val: 2}) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"§6.5.2 INITIAL_WINDOW_SIZE", func(p *peer) { p.framer.WriteSettings(http2.Setting{ID: 4, Val: 1 << 31}) }, "GOAWAY 0 FLOW_CONTROL_ERROR"},
	{"§6.5.2 MAX_FRAME_SIZE, small", func(p *peer) { p.framer.WriteSettings(http2.Setting{ID: 5, Val: 16383}) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"§6.5.2 MAX_FRAME_SIZE, large", func(p *peer) { p.framer.WriteSettings(http2.Setting{ID: 5, Val: 1 << 24}) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"§6.7 PING on a stream", func(p *peer) { raw(p, "\x00\x00\x08\x06\x00\x00\x00\x00\x01xxxxxxxx") }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"§6.7 PING has eight bytes", func(p *peer) { raw(p, "\x00\x00\x06\x06\x00\x00\x00\x00\x00xxxxxx") }, "GOAWAY 0 FRAME_SIZE_ERROR"},
	{"§6.8 GOAWAY on a stream", func(p *peer) { raw(p, "\x00\x00\x08\x07\x00\x00\x00\x00\x01xxxxxxxx") }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"§6.9 the connection's window grows by nothing", func(p *peer) { p.framer.WriteWindowUpdate(0, 0) }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"§6.9 WINDOW_UPDATE has four bytes", func(p *peer) { raw(p, "\x00\x00\x03\x08\x00\x00\x00\x00\x00xxx") }, "GOAWAY 0 FRAME_SIZE_ERROR"},
	{"§6.9.1 the connection's window is too large", func(p *peer) { p.framer.WriteWindowUpdate(0, largest) }, "GOAWAY 0 FLOW_CONTROL_ERROR"},
	{"§6.9.2 settings make a window too large", func(p *peer) {
		p.request(1, true, get...)
		p.framer.WriteWindowUpdate(1, largest-initial)
		p.framer.WriteSettings(http2.Setting{ID: 4, Val: initial + 1})
	}, "GOAWAY 1 FLOW_CONTROL_ERROR"},
	{"§6.10 CONTINUATION follows HEADERS", func(p *peer) {
		p.request(1, true, get...)
		p.framer.WriteContinuation(1, true, nil)
	}, "GOAWAY 1 PROTOCOL_ERROR"},
	{"§8.4 clients do not push", func(p *peer) {
		p.request(1, true, get...)
		p.framer.WritePushPromise(http2.PushPromiseParam{StreamID: 1, PromiseID: 3, EndHeaders: true})
	}, "GOAWAY 1 PROTOCOL_ERROR"},
	{"RFC 9218 §7.1 PRIORITY_UPDATE names a stream", func(p *peer) { raw(p, "\x00\x00\x04\x10\x00\x00\x00\x00\x00\x00\x00\x00\x00") }, "GOAWAY 0 PROTOCOL_ERROR"},
	{"§6.9 more than the connection's window", func(p *peer) {
		p.request(1, false, posting()...)
		p.s.room.left = 9
		p.framer.WriteData(1, false, make([]byte, 10))
	}, "GOAWAY 1 FLOW_CONTROL_ERROR"},
	{"RFC 7540 §5.3.1 an idle stream depends on itself", func(p *peer) { p.framer.WritePriority(3, http2.PriorityParam{StreamDep: 3}) }, "GOAWAY 0 PROTOCOL_ERROR"},
}

func TestConnectionErrors(t *testing.T) {
	for _, c := range connectionErrors {
		t.Run(c.name, func(t *testing.T) {
			p := newPeer(t)
			c.say(p)
			p.pump()
			p.said2(c.want)
			if p.s.Failure() == nil || p.events[len(p.events)-1] != "failed" {
				t.Errorf("the session goes on: %q", p.events)
			}
			p.framer.WritePing(false, [8]byte{})
			p.pump()
			p.want() // nothing is answered after a failure
		})
	}
}

// said2 wants the last frame to be last; SETTINGS acknowledged before are fine.
func (p *peer) said2(last string) {
	p.t.Helper()
	got := p.said()
	if len(got) == 0 || got[len(got)-1] != last {
		p.t.Errorf("the session said %q; want %q at the end", got, last)
	}
}

var streamErrors = []conversation{
	{"§5.1 DATA after the end", func(p *peer) {
		p.request(1, true, get...)
		p.framer.WriteData(1, true, []byte("x"))
	}, "RST_STREAM 1 STREAM_CLOSED"},
	{"§5.1 HEADERS after the end", func(p *peer) {
		p.request(1, true, get...)
		p.request(1, true, get...)
	}, "RST_STREAM 1 STREAM_CLOSED"},
	{"§6.9 a stream's window grows by nothing", func(p *peer) {
		p.request(1, true, get...)
		p.framer.WriteWindowUpdate(1, 0)
	}, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§6.9.1 a stream's window is too large", func(p *peer) {
		p.request(1, true, get...)
		p.framer.WriteWindowUpdate(1, largest)
	}, "RST_STREAM 1 FLOW_CONTROL_ERROR"},
	{"§8.1 trailers end the stream", func(p *peer) {
		p.request(1, false, posting()...)
		p.request(1, false, "a", "b")
	}, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.1.1 content is shorter than said", func(p *peer) {
		p.request(1, false, posting("content-length", "5")...)
		p.framer.WriteData(1, true, []byte("four"))
	}, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.1.1 content is longer than said", func(p *peer) {
		p.request(1, false, posting("content-length", "3")...)
		p.framer.WriteData(1, false, []byte("four"))
	}, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.1.1 no content, but a length", func(p *peer) { p.request(1, true, posting("content-length", "3")...) }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.1.1 trailers before all content", func(p *peer) {
		p.request(1, false, posting("content-length", "3")...)
		p.request(1, true, "a", "b")
	}, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.1.1 two lengths", func(p *peer) { p.request(1, false, posting("content-length", "3", "content-length", "4")...) }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.1.1 no number", func(p *peer) { p.request(1, false, posting("content-length", "+3")...) }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.2.1 capitals", func(p *peer) { p.request(1, true, with(get, "X-A", "b")...) }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.2.1 a name with a colon", func(p *peer) { p.request(1, true, with(get, "x:a", "b")...) }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.2.1 a value with a line end", func(p *peer) { p.request(1, true, with(get, "a", "b\r\nc: d")...) }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.2.1 a value with a space before", func(p *peer) { p.request(1, true, with(get, "a", " b")...) }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.2.2 Connection", func(p *peer) { p.request(1, true, with(get, "connection", "close")...) }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.2.2 Transfer-Encoding", func(p *peer) { p.request(1, false, posting("transfer-encoding", "chunked")...) }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.2.2 Upgrade", func(p *peer) { p.request(1, true, with(get, "upgrade", "x")...) }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.2.2 TE", func(p *peer) { p.request(1, true, with(get, "te", "gzip")...) }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.3 unknown", func(p *peer) { p.request(1, true, with(get, ":x", "y")...) }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.3 of responses", func(p *peer) { p.request(1, true, with(get, ":status", "200")...) }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.3 behind a field", func(p *peer) {
		p.request(1, true, ":method", "GET", ":scheme", "http", "a", "b", ":path", "/")
	}, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.3 in trailers", func(p *peer) {
		p.request(1, false, posting()...)
		p.request(1, true, ":method", "GET")
	}, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.3 twice", func(p *peer) { p.request(1, true, with(get, ":path", "/")...) }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"RFC 8441 §4 a protocol without CONNECT", func(p *peer) { p.request(1, true, with(get, ":protocol", "websocket")...) }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"RFC 8441 §4 a protocol without a path", func(p *peer) { p.request(1, true, without(extended, ":path")...) }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"RFC 8441 §4 a protocol without authority", func(p *peer) { p.request(1, true, without(extended, ":authority")...) }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.3.1 an empty path", func(p *peer) { p.request(1, true, with(without(get, ":path"), ":path", "")...) }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.3.1 no method", func(p *peer) { p.request(1, true, without(get, ":method")...) }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.3.1 no scheme", func(p *peer) { p.request(1, true, without(get, ":scheme")...) }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.3.1 no path", func(p *peer) { p.request(1, true, without(get, ":path")...) }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.3.1 a path without a slash", func(p *peer) { p.request(1, true, ":method", "GET", ":scheme", "http", ":path", "x") }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.3.1 a path with a space", func(p *peer) { p.request(1, true, ":method", "GET", ":scheme", "http", ":path", "/ HTTP/1.1") }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.3.1 two hosts", func(p *peer) { p.request(1, true, with(get, "host", "b")...) }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§8.5 CONNECT has no path", func(p *peer) { p.request(1, false, ":method", "CONNECT", ":path", "/", ":authority", "a:1") }, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"RFC 7540 §5.3.1 HEADERS depend on themselves", func(p *peer) {
		p.framer.WriteHeaders(http2.HeadersFrameParam{
			StreamID: 1, BlockFragment: p.fields(get...), EndStream: true, EndHeaders: true, Priority: http2.PriorityParam{StreamDep: 1},
		})
	}, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"RFC 7540 §5.3.1 PRIORITY depends on itself", func(p *peer) {
		p.request(1, true, get...)
		p.framer.WritePriority(1, http2.PriorityParam{StreamDep: 1})
	}, "RST_STREAM 1 PROTOCOL_ERROR"},
	{"§6.9 more than the stream's window", func(p *peer) {
		p.request(1, false, posting()...)
		p.pump()
		p.streams[1].room.left = 9
		p.framer.WriteData(1, false, make([]byte, 10))
	}, "RST_STREAM 1 FLOW_CONTROL_ERROR"},
}

func TestStreamErrors(t *testing.T) {
	for _, c := range streamErrors {
		t.Run(c.name, func(t *testing.T) {
			p := newPeer(t)
			c.say(p)
			p.pump()
			p.want(c.want)
			p.events = nil
			// The error is the stream's alone, and what still comes for it is passed over.
			p.framer.WriteData(1, true, []byte("late"))
			p.framer.WriteWindowUpdate(1, 5)
			p.framer.WriteRSTStream(1, 8)
			p.request(3, true, get...)
			p.pump()
			p.happened("opened 3")
			p.want()
		})
	}
}

func TestRequest(t *testing.T) {
	for _, c := range []struct {
		name, want string
		end        bool
		fields     []string
	}{
		{"GET", "GET / HTTP/1.1\r\nhost: a\r\nx-a: b\r\n\r\n", true, with(get, "x-a", "b")},
		{"without authority", "GET / HTTP/1.1\r\nhost: c\r\n\r\n", true, with(without(get, ":authority"), "host", "c")},
		{"authority and host alike", "GET / HTTP/1.1\r\nhost: a\r\n\r\n", true, with(get, "host", "a")},
		{"cookies in pieces", "GET / HTTP/1.1\r\nhost: a\r\nx: y\r\ncookie: a=1; b=2\r\n\r\n", true, with(get, "cookie", "a=1", "x", "y", "cookie", "b=2")},
		{"content of a known length", "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\n", false, posting("content-length", "3")},
		{"content of an unknown length", "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n", false, posting()},
		{"the asterisk", "OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n", true, []string{":method", "OPTIONS", ":scheme", "http", ":path", "*", ":authority", "a"}},
		{"CONNECT", "CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\n", false, []string{":method", "CONNECT", ":authority", "a:1"}},
		{"extended CONNECT", "GET /chat?x HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\nhost: a\r\nsec-websocket-version: 13\r\n\r\n", false, with(extended, "sec-websocket-version", "13")},
		{"TE: trailers", "GET / HTTP/1.1\r\nhost: a\r\nte: trailers\r\n\r\n", true, with(get, "te", "trailers")},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPeer(t)
			p.request(1, c.end, c.fields...)
			p.pump()
			if p.heads[1] != c.want {
				t.Errorf("the head is %q; want %q (%q)", p.heads[1], c.want, p.said())
			}
		})
	}
}

func TestContinuation(t *testing.T) {
	p := newPeer(t)
	block := append([]byte(nil), p.fields(with(get, "x-long", strings.Repeat("v", 100))...)...)
	p.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block[:1], EndStream: true})
	p.framer.WriteContinuation(1, false, block[1:20])
	p.framer.WriteContinuation(1, true, block[20:])
	p.pump()
	p.happened("opened 1")
	if !strings.Contains(p.heads[1], strings.Repeat("v", 100)) {
		t.Errorf("the head is %q", p.heads[1])
	}
}

// What is too long is answered, not reset: its client learns why. What follows
// builds on the same tables.
func TestLargeHead(t *testing.T) {
	p := newPeer(t)
	p.request(1, true, with(get, "x-a", strings.Repeat("v", 9<<10), "x-b", "kept in the table")...)
	p.request(3, true, with(get, "x-b", "kept in the table")...)
	p.pump()
	p.happened("opened 1", "large", "opened 3")
	if !strings.Contains(p.heads[3], "x-b: kept in the table") {
		t.Errorf("the head is %q", p.heads[3])
	}
}

func TestTrailersAndPadding(t *testing.T) {
	p := newPeer(t)
	p.request(1, false, posting("content-length", "4")...)
	p.framer.WriteDataPadded(1, false, []byte("fo"), make([]byte, 20))
	p.framer.WriteDataPadded(1, false, []byte("ur"), make([]byte, 20))
	p.request(1, true, "x-checksum", "1", "a", "")
	p.pump()
	p.happened("opened 1", `body 1 "fo"`, `body 1 "ur"`, `done 1 "x-checksum: 1\r\na: \r\n"`)
	p.want()
}

// Trailers that are too long are said to be, and what follows builds on the same tables.
func TestLargeTrailers(t *testing.T) {
	p := newPeer(t)
	p.request(1, false, posting()...)
	p.request(1, true, "x-a", strings.Repeat("v", 9<<10), "x-b", "kept in the table")
	p.request(3, false, posting()...)
	p.request(3, true, "x-b", "kept in the table")
	p.pump()
	p.happened("opened 1", "done 1", "large", "opened 3", `done 3 "x-b: kept in the table\r\n"`)
	p.want()
}

// A response's trailers end it. A table whose size has changed says so in their block, if
// that is the next one.
func TestTrail(t *testing.T) {
	p := newPeer(t)
	p.request(1, true, get...)
	p.pump()
	st := p.streams[1]
	p.s.Respond(st, []byte("HTTP/1.1 200 OK\r\nServer: brigade\r\n\r\n"), false)
	p.flush()
	p.framer.WriteSettings(http2.Setting{ID: http2.SettingHeaderTableSize, Val: 0})
	p.pump()
	p.s.Trail(st, []byte("X-Sum: a b\r\nX-Empty: \r\nx-sum:c\r\n"))
	p.flush()
	var got []string
	d := hpack.NewDecoder(tableLength, func(f hpack.HeaderField) { got = append(got, f.Name+"="+f.Value) })
	for p.from.Len() > 0 {
		f, err := p.framer.ReadFrame()
		if err != nil {
			t.Fatal(err)
		}
		h, ok := f.(*http2.HeadersFrame)
		if !ok {
			continue
		}
		if _, err := d.Write(h.HeaderBlockFragment()); err != nil || d.Close() != nil {
			t.Fatalf("a block cannot be decompressed: %v", err)
		}
		if h.StreamEnded() != (len(got) > 2) {
			t.Errorf("%q, and the stream has ended: %t", got, h.StreamEnded())
		}
		d.SetAllowedMaxDynamicTableSize(0)
	}
	if want := ":status=200 server=brigade x-sum=a b x-empty= x-sum=c"; strings.Join(got, " ") != want {
		t.Errorf("the peer reads %q, not %q", got, want)
	}
	if !st.Sent() {
		t.Error("the response has not ended")
	}
}

// All that came is given back, padding and content of streams that are gone
// included, half a window at a time (I25).
func TestCredit(t *testing.T) {
	p := newPeer(t)
	p.request(1, false, posting()...)
	for range 2 {
		p.framer.WriteDataPadded(1, false, make([]byte, 16000), make([]byte, 200))
	}
	p.pump()
	p.want()
	p.framer.WriteDataPadded(1, false, make([]byte, 500), nil)
	p.pump()
	p.want("WINDOW_UPDATE 0 32902", "WINDOW_UPDATE 1 32902")
	p.framer.WriteRSTStream(1, 8)
	for range 3 {
		p.framer.WriteData(1, false, make([]byte, 16000))
	}
	p.pump()
	p.want("RST_STREAM 1 STREAM_CLOSED", "WINDOW_UPDATE 0 48000")
}

func TestPing(t *testing.T) {
	p := newPeer(t)
	p.framer.WritePing(false, [8]byte([]byte("12345678")))
	p.framer.WriteRawFrame(0xee, 0xff, 7, []byte("unknown"))
	p.pump()
	p.want(`PING ack "12345678"`)
}

func TestTooManyStreams(t *testing.T) {
	p := newPeer(t)
	for id := uint32(1); id <= 23; id += 2 {
		p.request(id, true, get...)
	}
	p.pump()
	p.want("RST_STREAM 21 REFUSED_STREAM", "RST_STREAM 23 REFUSED_STREAM")
	if p.s.Open() != 10 || p.s.Counts().Refused != 2 {
		t.Errorf("%d streams are open, %d were refused", p.s.Open(), p.s.Counts().Refused)
	}
}

// After GOAWAY streams that had begun go on, and others are passed over.
func TestGoAway(t *testing.T) {
	p := newPeer(t)
	p.request(1, false, posting()...)
	p.pump()
	p.s.GoAway()
	p.s.GoAway()
	p.flush()
	p.want("GOAWAY 1 NO_ERROR")
	p.request(3, true, get...)
	p.framer.WriteData(1, true, []byte("x"))
	p.pump()
	p.happened("opened 1", `body 1 "x"`)
	p.s.Respond(p.streams[1], []byte("HTTP/1.1 204 No Content\r\n\r\n"), true)
	p.flush()
	p.want("HEADERS 1 end=true")
}

// A drain is told of in two steps: what the client sent before it heard is answered.
func TestWarning(t *testing.T) {
	p := newPeer(t)
	p.request(1, true, get...)
	p.pump()
	p.s.Warn()
	p.s.Warn()
	p.flush()
	p.want("GOAWAY 2147483647 NO_ERROR", `PING "lastcall"`)
	p.request(3, true, get...) // it was on its way
	p.framer.WritePing(true, [8]byte([]byte("anything")))
	p.pump()
	p.happened("opened 1", "opened 3")
	p.want()
	p.framer.WritePing(true, [8]byte([]byte("lastcall")))
	p.framer.WritePing(true, [8]byte([]byte("lastcall")))
	p.request(5, true, get...)
	p.pump()
	p.want("GOAWAY 3 NO_ERROR")
	if !p.s.Leaving() || p.s.Open() != 2 {
		t.Errorf("leaving: %t, with %d streams", p.s.Leaving(), p.s.Open())
	}
}

func TestUrgency(t *testing.T) {
	p := newPeer(t)
	p.request(1, true, get...)
	p.request(3, true, with(get, "priority", "u=1")...)
	p.request(5, true, with(get, "priority", "u=1, i")...)
	p.request(7, true, with(get, "priority", "i, u=1")...)
	p.pump()
	for _, id := range []uint32{1, 3, 5, 7} {
		p.s.Respond(p.streams[id], []byte("HTTP/1.1 200 OK\r\n\r\n"), false)
		p.s.Offer(p.streams[id])
	}
	var order []uint32
	send := func(end bool) {
		st := p.s.Turn()
		order = append(order, st.ID)
		p.s.Data(st, 10, end)
	}
	send(false)
	send(true) // 3 does not share
	for range 4 {
		send(false) // 5 and 7 do
	}
	p.framer.WritePriorityUpdate(1, "u=0")
	p.pump()
	send(true)
	if got, want := order, []uint32{3, 3, 5, 7, 5, 7, 1}; !equal(got, want) {
		t.Errorf("the order is %v; want %v", got, want)
	}
}

// An update says all of a priority: what it leaves out is as usual (RFC 9218 §7).
func TestPriorityIsSaidAnew(t *testing.T) {
	p := newPeer(t)
	p.request(1, true, with(get, "priority", "u=2")...)
	p.request(3, true, with(get, "priority", "u=1, i")...)
	p.framer.WritePriorityUpdate(3, "i")
	p.pump()
	for _, id := range []uint32{1, 3} {
		p.s.Respond(p.streams[id], []byte("HTTP/1.1 200 OK\r\n\r\n"), false)
		p.s.Offer(p.streams[id])
	}
	if st := p.s.Turn(); st.ID != 1 {
		t.Errorf("stream %d, of the usual urgency, goes before one of urgency 2", st.ID)
	}
}

// Nobody has a turn in a session that has said GOAWAY for an error, though its handler is
// still at work.
func TestNoTurnAfterAnError(t *testing.T) {
	p := newPeer(t)
	p.request(1, true, get...)
	p.pump()
	st := p.streams[1]
	p.s.Respond(st, []byte("HTTP/1.1 200 OK\r\n\r\n"), false)
	p.s.Offer(st)
	p.framer.WriteWindowUpdate(0, 1<<31-1)
	p.pump()
	if p.s.Failure() == nil || p.s.Turn() != nil {
		t.Errorf("after %v stream %v has its turn", p.s.Failure(), p.s.Turn())
	}
}

func equal(a, b []uint32) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestWindows(t *testing.T) {
	p := newPeer(t, http2.Setting{ID: 4, Val: 10})
	p.request(1, true, get...)
	p.pump()
	st := p.streams[1]
	p.s.Respond(st, []byte("HTTP/1.1 200 OK\r\n\r\n"), false)
	p.s.Offer(st)
	if n := p.s.Grant(st, 100); n != 10 || p.s.Turn() != st {
		t.Errorf("granted %d", n)
	}
	p.s.Data(st, 10, false)
	if p.s.Turn() != nil || !p.s.Starved(st) {
		t.Error("a stream without a window has its turn")
	}
	p.framer.WriteSettings(http2.Setting{ID: 4, Val: 5})
	p.framer.WriteWindowUpdate(1, 5)
	p.pump()
	if p.s.Turn() != nil {
		t.Error("a window of 0 lets something be sent")
	}
	p.framer.WriteWindowUpdate(1, 1)
	p.pump()
	if n := p.s.Grant(st, 100); n != 1 || p.s.Turn() != st {
		t.Errorf("granted %d", n)
	}
	// The connection's window bounds all.
	p.s.window = 0
	if p.s.Turn() != nil || !p.s.Starved(st) {
		t.Error("nothing may be sent")
	}
}

// The response of a request that has not ended ends its stream all the same.
func TestEarlyResponse(t *testing.T) {
	p := newPeer(t)
	p.request(1, false, posting()...)
	p.pump()
	p.s.Respond(p.streams[1], []byte("HTTP/1.1 413 Content Too Large\r\n\r\n"), true)
	p.s.Release(p.streams[1])
	p.framer.WriteData(1, true, []byte("on its way"))
	p.pump()
	p.want("HEADERS 1 end=true", "RST_STREAM 1 NO_ERROR")
}
