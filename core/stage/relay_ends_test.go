package stage_test

// The ends of a tunnel, which do nothing by themselves: a socket's, a stream's, and an
// application that answers lines.

import (
	"bytes"
	"crypto/sha1" // as RFC 6455 has it
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"brigade/core/exchange"
	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
	"brigade/netsim/client"
	"brigade/sim"
)

// tunnelEnd is an end.
type tunnelEnd interface {
	say(b []byte)
	shut()
	reset()
	listen(on bool)
	sip() (n int)       // hears a little, though it does not listen
	pump() (moved bool) // does what can be done of it now
	heard() []byte
	head() int     // bytes of the answer's head
	state() string // "end": the other has said all; "reset"; empty: it is open
	close()
}

// content is what is said behind the first at bytes of a direction.
func content(at, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + (at+i)*(at+i)/7%26)
	}
	return b
}

// socketEnd is one.
type socketEnd struct {
	p       *netsim.Process
	fd      sys.FD
	pending []byte
	got     []byte
	heads   int
	shuts   bool
	told    bool // that it shuts
	deaf    bool
	ended   bool
	cut     bool
	closed  bool
}

func (e *socketEnd) say(b []byte)   { e.pending = append(e.pending, b...) }
func (e *socketEnd) shut()          { e.shuts = true }
func (e *socketEnd) listen(on bool) { e.deaf = !on }
func (e *socketEnd) heard() []byte  { return e.got }
func (e *socketEnd) head() int      { return e.heads }

func (e *socketEnd) reset() {
	_ = e.p.SetOption(e.fd, sys.LingerZero, 1)
	e.close()
}

func (e *socketEnd) close() {
	if !e.closed {
		e.p.Close(e.fd)
	}
	e.closed = true
}

func (e *socketEnd) sip() int {
	b := make([]byte, 1200)
	n, no := e.p.Read(e.fd, b)
	if no != sys.OK {
		return 0
	}
	e.got = append(e.got, b[:n]...)
	return n
}

func (e *socketEnd) pump() (moved bool) {
	if e.closed {
		return false
	}
	for len(e.pending) > 0 {
		n, no := e.p.Write(e.fd, e.pending)
		if no != sys.OK || n == 0 {
			e.cut = e.cut || no == sys.EPIPE || no == sys.ECONNRESET
			break
		}
		e.pending, moved = e.pending[n:], true
	}
	if e.shuts && !e.told && len(e.pending) == 0 {
		e.told, moved = true, true
		_ = e.p.Shutdown(e.fd, sys.ShutWrite)
	}
	for b := make([]byte, 4096); !e.deaf && !e.ended; {
		n, no := e.p.Read(e.fd, b)
		if no == sys.OK {
			e.got, e.ended, moved = append(e.got, b[:n]...), n == 0, true
			continue
		}
		e.cut = e.cut || no == sys.ECONNRESET
		break
	}
	return moved
}

func (e *socketEnd) state() string {
	ask := []sys.PollFD{{FD: e.fd}}
	if !e.closed && !e.cut {
		_, _ = e.p.Poll(ask, 0)
		e.cut = ask[0].Revents&uint16(sys.Err) != 0
	}
	switch {
	case e.cut:
		return "reset"
	case e.ended:
		return "end"
	}
	return ""
}

// streamEnd is a client's, of HTTP/2.
type streamEnd struct {
	s       *client.Session
	st      *client.Stream
	pending []byte
	shuts   bool
	told    bool
	deaf    bool
	granted int
	came    int
}

func (e *streamEnd) say(b []byte)   { e.pending = append(e.pending, b...) }
func (e *streamEnd) shut()          { e.shuts = true }
func (e *streamEnd) listen(on bool) { e.deaf = !on }
func (e *streamEnd) heard() []byte  { return e.st.Body }
func (e *streamEnd) head() int      { return 0 }
func (e *streamEnd) close()         { e.s.Close() }

func (e *streamEnd) reset() {
	e.s.Cancel(e.st)
	_ = e.s.Flush()
}

func (e *streamEnd) sip() int {
	e.s.Update(e.st, 1000)
	_ = e.s.Flush()
	e.granted += 1000
	return 1000
}

func (e *streamEnd) pump() (moved bool) {
	if n := len(e.pending); (n > 0 || e.shuts) && !e.told {
		e.pending = e.s.Upload(e.st, e.pending, e.shuts)
		e.told = e.shuts && len(e.pending) == 0
		moved = len(e.pending) < n || e.told
	}
	for e.s.Step() == nil { // else nothing comes now
		moved = true
	}
	if n := len(e.st.Body) - e.came; n > 0 { // it is in no other stream's way
		e.s.Update(nil, int64(n))
		_ = e.s.Flush()
		e.came += n
	}
	if n := len(e.st.Body) - e.granted; n > 0 && !e.deaf {
		if ended, _ := e.st.Ended(); !ended {
			e.s.Update(e.st, int64(n))
			_ = e.s.Flush()
			moved = true
		}
		e.granted += n
	}
	return moved
}

func (e *streamEnd) state() string {
	switch ended, whole := e.st.Ended(); {
	case !ended:
		return ""
	case whole:
		return "end"
	}
	return "reset"
}

// lines is an application that says each line again, when all of it is there.
type lines struct {
	owed []byte // what there was no room for
	ends int
}

const lineLength = 30

// Step implements exchange.Application.
func (a *lines) Step(in []byte, ended bool, out []byte) (taken, given int, done bool) {
	if len(a.owed) == 0 {
		taken = min(len(in), 10*lineLength) / lineLength * lineLength
		a.owed = append(a.owed, in[:taken]...)
	}
	given = copy(out, a.owed)
	a.owed = a.owed[given:]
	return taken, given, ended && len(in)-taken < lineLength && len(a.owed) == 0
}

// End implements exchange.Application.
func (a *lines) End() { a.ends++ }

// switches gives who asks for another protocol to an application.
type switches struct {
	exchange.Handler
	app exchange.Application
}

// Local implements exchange.Handler.
func (h switches) Local() exchange.Local { return switchesLocal{h.Handler.Local()} }

// Handle implements exchange.Handler.
func (h switches) Handle(x *exchange.Exchange) {
	if !x.Switch("chat", h.app) {
		h.Handler.Handle(x)
	}
}

type switchesLocal struct{ exchange.Local }

// Inline implements exchange.Local.
func (l switchesLocal) Inline(x *exchange.Exchange) bool {
	return x.Request.Upgrade == nil && l.Local.Inline(x)
}

// open opens the tunnel; some of what the client says comes before it is answered.
func (p *passage) open() {
	early := content(0, []int{0, 10, 1200}[sim.Choose("early", 3)])
	p.up.said = append(p.up.said, early...)
	protocol := []string{"chat", "websocket"}[sim.Choose("protocol", 2)]
	var l sys.FD
	if p.route != byHandler {
		var e sys.Errno
		if l, e = p.w.peer.Listen(backend, sys.ListenOptions{}); e != sys.OK {
			rt.Bug("listen: %v", e)
		}
	}
	if p.two {
		p.asksInStream(protocol)
	} else {
		p.asks(protocol)
	}
	p.near.say(early)
	p.near.pump()
	if p.route != byHandler {
		fd, _, e := p.w.peer.AcceptWait(l, ms)
		for tries := 0; e == sys.EAGAIN && tries < 50; tries++ {
			p.near.pump() // not all was said at once
			fd, _, e = p.w.peer.AcceptWait(l, ms)
		}
		if e != sys.OK {
			rt.Bug("the far end is not connected to: %v", e)
		}
		far := &socketEnd{p: p.w.peer, fd: fd}
		p.far = far
		if p.route == byUpgrade {
			p.agrees(far, protocol)
		}
		p.w.peer.Close(l)
	} else {
		p.echoes()
	}
	p.hearsHead()
}

// asks asks for it on a connection.
func (p *passage) asks(protocol string) {
	fd, _ := p.w.peer.Connect(address)
	if e := p.w.peer.ConnectWait(fd, time.Second); e != sys.OK {
		rt.Bug("connect: %v", e)
	}
	text := "CONNECT " + backend.String() + " HTTP/1.1\r\nHost: a\r\n\r\n"
	if p.route != byConnect {
		text = "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: upgrade, x-own\r\nX-Own: secret\r\nProxy-Authorization: secret\r\nSec-WebSocket-Key: mine\r\nUpgrade: " + protocol + "\r\n\r\n"
	}
	near := &socketEnd{p: p.w.peer, fd: fd}
	near.say([]byte(text))
	p.near = near
}

// asksInStream asks for it in a stream.
func (p *passage) asksInStream(protocol string) {
	c := &client.Client{Process: p.w.peer, Addr: address, Patience: ms / 10}
	s, err := c.Open(uint32(p.window))
	if err != nil {
		rt.Bug("%v", err)
	}
	s.Grant = false
	near := &streamEnd{s: s}
	if p.route == byConnect {
		near.st = s.Connect(backend.String())
	} else {
		near.st = s.Ask("CONNECT", client.File{Target: "/chat"}, false, ":protocol", protocol)
	}
	near.st.Any, near.st.Tunnel = true, true
	p.near = near
}

// agrees is the backend's answer to an upgrade, which says something at once.
func (p *passage) agrees(far *socketEnd, protocol string) {
	for !bytes.HasSuffix(far.got, []byte("\r\n\r\n")) {
		p.near.pump()
		far.pump()
		rt.Sleep(ms)
	}
	rt.Sleep(10 * ms)
	far.pump()
	head := string(far.got)
	via := map[bool]string{true: "Via: 2.0 brigade\r\n", false: "Via: 1.1 brigade\r\n"}[p.two]
	if !strings.HasPrefix(head, "GET /chat HTTP/1.1\r\n") || !strings.HasSuffix(head, "\r\n\r\n") || strings.Contains(head, "secret") ||
		!strings.Contains(head, via) || strings.Count(head, "Upgrade: ") != 1 || !strings.Contains(head, "Connection: Upgrade\r\n") || strings.Count(head, "Sec-WebSocket-Key: ") > 1 {
		rt.Bug("a backend is asked to switch by %q", head)
	}
	far.got = nil
	answer := "HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: x\r\nX-Said: by the backend\r\n"
	_, key, ok := strings.Cut(head, "Sec-WebSocket-Key: ")
	key, _, _ = strings.Cut(key, "\r\n")
	if nonce, err := base64.StdEncoding.DecodeString(key); ok != (!p.two || protocol == "websocket") || (key == "mine") == p.two ||
		key != "mine" && ok && (err != nil || len(nonce) != 16 || bytes.Count(nonce[:8], []byte{0}) == 8 || bytes.Count(nonce[8:], []byte{0}) == 8) {
		rt.Bug("a backend that is asked for %s has the key %q", protocol, key)
	}
	if !ok {
		answer += "Sec-WebSocket-Accept: whatever\r\n" // who has said no key need not look at it
	} else {
		sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
		answer += fmt.Sprintf("Sec-WebSocket-Accept: %s\r\n", base64.StdEncoding.EncodeToString(sum[:]))
	}
	answer += "\r\n"
	if sim.Choose("hints", 3) == 1 && !p.two {
		answer = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer
	}
	half := len(answer) / []int{1, 2, 9}[sim.Choose("in two pieces", 3)]
	far.say([]byte(answer[:half]))
	far.pump()
	if half < len(answer) {
		rt.Sleep([]time.Duration{0, dialTime / 2}[sim.Choose("slowly", 2)])
	}
	p.down.said = content(0, []int{0, 10, 1500}[sim.Choose("the backend's early", 3)])
	far.say(append([]byte(answer[half:]), p.down.said...))
	far.pump()
}

// hearsHead has the client's end hear that it is open.
func (p *passage) hearsHead() {
	status := map[bool]string{true: "200", false: "101"}[p.route == byConnect]
	for range 100 {
		p.near.pump()
		if p.far != nil {
			p.far.pump()
		}
		switch e := p.near.(type) {
		case *streamEnd:
			if e.st.Status == 200 {
				if want := map[bool]string{true: "by the backend"}[p.route == byUpgrade]; e.st.Header.Get("X-Said") != want || e.st.Header.Get("Sec-WebSocket-Accept") != "" || e.st.Header.Get("Date") == "" && p.route != byUpgrade {
					rt.Bug("the head of a stream's tunnel is %v", e.st.Header)
				}
				return
			}
		case *socketEnd:
			head, rest, ok := bytes.Cut(e.got, []byte("\r\n\r\n"))
			for ok && bytes.HasPrefix(head, []byte("HTTP/1.1 103 ")) {
				head, rest, ok = bytes.Cut(rest, []byte("\r\n\r\n"))
			}
			if ok {
				if !bytes.HasPrefix(head, []byte("HTTP/1.1 "+status+" ")) {
					rt.Bug("the head of a tunnel is %q", head)
				}
				e.heads, e.got = len(e.got)-len(rest), append([]byte(nil), rest...)
				return
			}
		}
		rt.Sleep(ms / 10)
	}
	rt.Bug("%v: the tunnel is not answered", p)
}
