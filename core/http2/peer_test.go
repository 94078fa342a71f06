package http2

// A peer that speaks by x/net's own Framer and hpack: what it writes goes into a
// session, what the session says it reads back.

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"brigade/core/rt"
)

type peer struct {
	t       testing.TB
	s       Session
	now     rt.Instant
	to      bytes.Buffer // written by the peer, not taken yet
	from    bytes.Buffer // sent by the session, not read yet
	framer  *http2.Framer
	block   bytes.Buffer
	encoder *hpack.Encoder
	events  []string
	streams map[uint32]*Stream
	heads   map[uint32]string
	keeps   bool // streams that are reset are not let go
}

// newPeer makes a session and a peer that has sent its SETTINGS and read ours.
func newPeer(t testing.TB, settings ...http2.Setting) *peer {
	t.Helper()
	p := barePeer(t, Limits{Streams: 10, Head: 8 << 10})
	p.framer.WriteSettings(settings...)
	p.framer.WriteSettingsAck()
	p.pump()
	p.want("SETTINGS", "SETTINGS ack")
	return p
}

// barePeer has sent nothing.
func barePeer(t testing.TB, l Limits) *peer {
	p := &peer{t: t, streams: map[uint32]*Stream{}, heads: map[uint32]string{}}
	p.s.Init(l, new(Heads), 0)
	p.framer = http2.NewFramer(&p.to, &p.from)
	p.framer.AllowIllegalReads, p.framer.AllowIllegalWrites = true, true
	p.framer.ReadMetaHeaders = nil
	p.encoder = hpack.NewEncoder(&p.block)
	return p
}

// pump lets the session take what was written.
func (p *peer) pump() {
	b := p.to.Bytes()
	for {
		n, ev := p.s.Next(b, p.now)
		if n == 0 {
			break
		}
		b = b[n:]
		p.event(ev)
	}
	rest := append([]byte(nil), b...)
	p.to.Reset()
	p.to.Write(rest)
	p.flush()
}

func (p *peer) flush() {
	p.from.Write(p.s.Out())
	p.s.Flush()
}

func (p *peer) event(ev Event) {
	switch ev.Kind {
	case Nothing:
	case Opened:
		p.streams[ev.Stream.ID], p.heads[ev.Stream.ID] = ev.Stream, string(p.s.Head())
		p.events = append(p.events, fmt.Sprintf("opened %d", ev.Stream.ID))
		if ev.Large {
			p.events = append(p.events, "large")
		}
	case Body:
		p.events = append(p.events, fmt.Sprintf("body %d %.20q", ev.Stream.ID, ev.Bytes))
		p.s.Used(ev.Stream, len(ev.Bytes))
	case Done:
		p.events = append(p.events, strings.TrimSuffix(fmt.Sprintf("done %d %q", ev.Stream.ID, ev.Bytes), ` ""`))
		if ev.Large {
			p.events = append(p.events, "large")
		}
	case Reset:
		p.events = append(p.events, fmt.Sprintf("reset %d", ev.Stream.ID))
		if !p.keeps {
			p.s.Release(ev.Stream)
		}
	case Failed:
		p.events = append(p.events, "failed")
	}
}

// fields compresses name, value, name, value.
func (p *peer) fields(f ...string) []byte {
	p.block.Reset()
	for i := 0; i < len(f); i += 2 {
		p.encoder.WriteField(hpack.HeaderField{Name: f[i], Value: f[i+1]})
	}
	return p.block.Bytes()
}

var get = []string{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a"}

// request sends HEADERS.
func (p *peer) request(id uint32, end bool, f ...string) {
	p.framer.WriteHeaders(http2.HeadersFrameParam{
		StreamID: id, BlockFragment: p.fields(f...), EndStream: end, EndHeaders: true,
	})
}

// said reads what the session has sent, in words.
func (p *peer) said() (list []string) {
	for p.from.Len() > 0 {
		f, err := p.framer.ReadFrame()
		if err != nil {
			p.t.Fatalf("the session sent what is no frame: %v", err)
		}
		list = append(list, p.words(f))
	}
	return list
}

func (p *peer) words(f http2.Frame) string {
	switch f := f.(type) {
	case *http2.SettingsFrame:
		if f.IsAck() {
			return "SETTINGS ack"
		}
		return "SETTINGS"
	case *http2.RSTStreamFrame:
		return fmt.Sprintf("RST_STREAM %d %v", f.StreamID, f.ErrCode)
	case *http2.GoAwayFrame:
		return fmt.Sprintf("GOAWAY %d %v", f.LastStreamID, f.ErrCode)
	case *http2.WindowUpdateFrame:
		return fmt.Sprintf("WINDOW_UPDATE %d %d", f.StreamID, f.Increment)
	case *http2.PingFrame:
		if !f.IsAck() {
			return fmt.Sprintf("PING %q", f.Data[:])
		}
		return fmt.Sprintf("PING ack %q", f.Data[:])
	case *http2.HeadersFrame:
		return fmt.Sprintf("HEADERS %d end=%t", f.StreamID, f.StreamEnded())
	case *http2.DataFrame:
		return fmt.Sprintf("DATA %d %d end=%t", f.StreamID, len(f.Data()), f.StreamEnded())
	}
	return f.Header().Type.String()
}

// want compares what the session has said since the last look.
func (p *peer) want(list ...string) {
	p.t.Helper()
	if got := p.said(); fmt.Sprint(got) != fmt.Sprint(list) {
		p.t.Errorf("the session said %q; want %q (events %q)", got, list, p.events)
	}
}

// happened compares the events since the last look.
func (p *peer) happened(list ...string) {
	p.t.Helper()
	if fmt.Sprint(p.events) != fmt.Sprint(list) {
		p.t.Errorf("the events were %q; want %q", p.events, list)
	}
	p.events = nil
}
