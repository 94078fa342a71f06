package check

// core/http2.Session: a window that is opened against a writer that waits for it. The
// session's task frames what a handler has handed over as far as the windows have room,
// and sleeps when nothing moves; handlers hand pieces over, and the peer's updates come,
// in any order. All of it is framed at last, and not a byte before there was room.

import (
	"bytes"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"brigade/core/handoff"
	h2 "brigade/core/http2"
	"brigade/core/rt"
)

func windowComponent() Component {
	return Component{
		Name: "window", Tasks: 1, Ops: 1, Type: typeName[h2.Session](), program: windowProgram,
		Story: "handlers hand content of a stream over, its peer opens the window, a session frames what there is room for and sleeps otherwise: no byte before its time, and none for ever behind a window that is open",
	}
}

// news is something that reaches a session: content, or room.
type news struct {
	link    handoff.Link[news]
	content int64
	update  []byte // a frame
}

// HandoffLink implements handoff.Linked.
func (n *news) HandoffLink() *handoff.Link[news] { return &n.link }

// piece is how many bytes are handed over, or made room for, at a time.
const piece = 2

func windowProgram(handlers, ops int) func() {
	return func() {
		inbox, door := new(handoff.Inbox[news, *news]), new(bell)
		inbox.Label("inbox")
		door.init()
		give := func(n *news) {
			if inbox.Push(n) {
				door.strike()
			}
		}
		for range handlers {
			rt.Go("handler", func() {
				for range ops {
					give(&news{content: piece})
				}
			})
		}
		rt.Go("peer", func() {
			for range handlers * ops {
				give(&news{update: wire(func(w *http2.Framer) error { return w.WriteWindowUpdate(1, piece) })})
			}
		})
		rt.Go("session", func() { frameAll(inbox, door, int64(piece*handlers*ops)) })
	}
}

// wire is what f writes.
func wire(f func(w *http2.Framer) error) []byte {
	var b bytes.Buffer
	if err := f(http2.NewFramer(&b, nil)); err != nil {
		rt.Bug("%v", err)
	}
	return b.Bytes()
}

// asked is a session with a stream that has a window of that size, and whose head has left.
func asked(window uint32) (*h2.Session, *h2.Stream) {
	s := new(h2.Session)
	s.Init(h2.Limits{Streams: 1, Head: 1024}, new(h2.Heads), 0)
	var block bytes.Buffer
	e := hpack.NewEncoder(&block)
	for _, f := range [][2]string{{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":authority", "a"}} {
		if err := e.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]}); err != nil {
			rt.Bug("%v", err)
		}
	}
	s.Next(wire(func(w *http2.Framer) error {
		return w.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: window})
	}), 0)
	_, ev := s.Next(wire(func(w *http2.Framer) error {
		return w.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndStream: true, EndHeaders: true})
	}), 0)
	if ev.Kind != h2.Opened {
		rt.Bug("a request is heard as event %d", ev.Kind)
	}
	s.Respond(ev.Stream, []byte("HTTP/1.1 200 OK\r\n\r\n"), false)
	s.Flush()
	return s, ev.Stream
}

// frameAll frames want bytes of a response.
func frameAll(inbox *handoff.Inbox[news, *news], door *bell, want int64) {
	s, st := asked(0)
	var room, there, sent int64
	for sent < want {
		for n := inbox.Take(); n != nil; {
			rt.Taken(n)
			next := inbox.Next(n)
			if n.update != nil {
				s.Next(n.update, 0)
				room += piece
			} else {
				there += n.content
				s.Offer(st)
			}
			n = next
		}
		for s.Turn() != nil {
			k := int64(s.Grant(st, there-sent))
			sent += k
			if k == 0 {
				s.Withdraw(st)
				break
			}
			s.Data(st, int(k), sent == want)
			s.Flush()
		}
		if sent > room || sent > there {
			rt.Bug("%d bytes were framed of %d that were there, in a window of %d", sent, there, room)
		}
		if sent < want && inbox.Sleep() {
			door.sleep()
			inbox.Awake()
		}
	}
}
