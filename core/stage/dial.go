package stage

// Reaching the other end of a tunnel: which requests ask for one, where it is, and
// what is said until it is open. The connect does not block: it ends with an event,
// or with the timer of waitDial, which runs until the backend has answered.

import (
	"bytes"
	"net/netip"
	"slices"

	"brigade/core/http1"
	"brigade/core/rt"
	"brigade/core/sys"
)

// tunnels reports whether a request asks for another end that this server offers.
func (c *Config) tunnels(r *http1.Request) bool {
	if r.Method == http1.CONNECT {
		return len(c.Connect) > 0
	}
	return c.Upgrade.IsValid() && r.Form == http1.OriginForm && r.Upgrade != nil && !r.HasContent() && !http(r.Upgrade)
}

// http reports whether an Upgrade field offers a version of HTTP. That is never a
// backend's to accept: what it would answer to later could not be seen here.
func http(upgrade []byte) bool {
	for _, p := range bytes.Split(upgrade, []byte(",")) {
		name, _, _ := bytes.Cut(bytes.TrimSpace(p), []byte("/"))
		if bytes.EqualFold(name, []byte("h2c")) || bytes.EqualFold(name, []byte("h2")) || bytes.EqualFold(name, []byte("HTTP")) {
			return true
		}
	}
	return false
}

// destination is where the other end is.
func (c *Config) destination(r *http1.Request) (netip.AddrPort, *http1.Error) {
	if r.Method != http1.CONNECT {
		return c.Upgrade, nil
	}
	if r.HasContent() {
		return netip.AddrPort{}, http1.ErrConnectContent
	}
	target := string(r.Target)
	if port, ok := bytes.CutPrefix(r.Target, []byte("localhost:")); ok {
		target = "127.0.0.1:" + string(port)
	}
	// Names are not resolved here, so one that is not an address is not among those allowed.
	addr, err := netip.ParseAddrPort(target)
	if err != nil || !slices.Contains(c.Connect, addr) {
		return netip.AddrPort{}, http1.ErrConnectTarget
	}
	return addr, nil
}

// dial begins to connect to the other end.
func (l *loop) dial(c *Conn) step {
	r := &c.http.X.Request
	to, refusal := l.server.cfg.destination(r)
	if refusal == nil && l.draining {
		refusal = http1.ErrOverloaded // it would be cut as soon as it is open
	}
	if refusal != nil {
		return l.declines(c, refusal)
	}
	fd, e := l.kernel.Connect(to)
	switch e {
	case sys.OK, sys.EINPROGRESS:
	case sys.EMFILE, sys.ENFILE, sys.ENOBUFS, sys.ENOMEM:
		return l.declines(c, http1.ErrOverloaded)
	default:
		return l.declines(c, http1.ErrBadGateway)
	}
	t := &tunnel{phase: dialling, far: fd, slot: l.slots.Take(c)}
	if e == sys.OK {
		t.ready = sys.Out
	}
	c.tunnel = t
	rt.Probe(rt.ProbeFar, c.id, uint64(uint32(fd)), 0)
	// Without it small messages wait for acknowledgements; they get there all the same.
	_ = l.kernel.SetOption(fd, sys.NoDelay, 1)
	return l.dialled(c)
}

// dialled looks whether the other end has been reached.
func (l *loop) dialled(c *Conn) step {
	t := c.tunnel
	switch l.connects(t.far, &t.ready) {
	case sys.OK:
	case sys.EINPROGRESS:
		return l.settle(c)
	case sys.ETIMEDOUT:
		return l.unreached(c, http1.ErrGatewayTimeout)
	default:
		return l.unreached(c, http1.ErrBadGateway)
	}
	t.ready |= sys.In
	if c.http.X.Request.Method != http1.CONNECT {
		head := forwarded(nil, &c.http.X.Request, c.key())
		if !l.afford(t) || !l.hold(&t.up, head) {
			return l.unreached(c, http1.ErrOverloaded)
		}
		t.phase = asking
		return l.ask(c)
	}
	// RFC 9110 §9.3.6: no field of it tells of content; what follows is the tunnel's.
	head := http1.AppendStatusLine(nil, 200)
	head = http1.AppendFieldString(head, "Server", "brigade")
	head = http1.AppendFieldString(head, "Date", string(l.date))
	head = http1.AppendEnd(head)
	if c.stream != nil {
		l.unfold(c.stream, head)
		return stepNone
	}
	if !l.afford(t) || !l.hold(&t.down, head) {
		return l.unreached(c, http1.ErrOverloaded)
	}
	return l.open(c, 200)
}

// connects is how a connect to another end is: OK, EINPROGRESS, or why it has failed.
func (l *loop) connects(fd sys.FD, ready *sys.Events) sys.Errno {
	const news = sys.Out | sys.Err | sys.Hup
	if *ready&news == 0 {
		return sys.EINPROGRESS
	}
	e := l.kernel.SocketError(fd)
	if e == sys.EINTR || e == sys.EINPROGRESS {
		*ready &^= news
		return sys.EINPROGRESS
	}
	return e
}

// unreached answers for the other end, which cannot.
func (l *loop) unreached(c *Conn, e *http1.Error) step {
	if c.stream != nil {
		l.sever(c.stream)
	} else {
		l.dismantle(c, true)
	}
	return l.declines(c, e)
}

// forwarded is the head for the backend: the client's, without the fields that were
// meant for us alone (RFC 9110 §7.6.1, §11.7.2), and with those of the upgrade; key is
// WebSocket's, if the client has none.
func forwarded(b []byte, r *http1.Request, key string) []byte {
	b = append(append(append(b, r.MethodName...), ' '), r.Target...)
	b = append(b, " HTTP/1.1\r\n"...)
	for i := range r.Fields {
		f := &r.Fields[i]
		if r.HopByHop(f.Name) || bytes.EqualFold(f.Name, []byte("Proxy-Authorization")) {
			continue
		}
		if key != "" && bytes.EqualFold(f.Name, []byte("Sec-WebSocket-Key")) {
			continue
		}
		b = append(append(append(append(b, f.Name...), ": "...), f.Value...), "\r\n"...)
	}
	if key != "" {
		b = http1.AppendFieldString(b, "Sec-WebSocket-Key", key)
	}
	b = http1.AppendField(b, "Upgrade", r.Upgrade)
	via := "Connection: Upgrade\r\nVia: 1.1 brigade\r\n\r\n"
	if r.Framed {
		via = "Connection: Upgrade\r\nVia: 2.0 brigade\r\n\r\n"
	}
	return append(b, via...)
}

// ask sends the request on and reads the head of the answer.
func (l *loop) ask(c *Conn) step {
	t := c.tunnel
	if t.up.size() > 0 && !l.relieve(c, &t.up) {
		return l.unreached(c, http1.ErrBadGateway)
	}
	for t.ready&sys.In != 0 {
		room := l.sink[:l.chunk()-t.down.size()]
		if len(room) == 0 {
			return l.unreached(c, http1.ErrBadGateway) // a head that long is none
		}
		if !l.afford(t) {
			return l.unreached(c, http1.ErrOverloaded)
		}
		n, e := l.kernel.Read(t.far, room)
		switch {
		case e == sys.EAGAIN:
			t.ready &^= sys.In
			continue
		case e == sys.EINTR:
			continue
		case e != sys.OK || n == 0:
			return l.unreached(c, http1.ErrBadGateway)
		case n < len(room) && t.ready&sys.RdHup == 0:
			t.ready &^= sys.In
		}
		if !l.hold(&t.down, room[:n]) {
			return l.unreached(c, http1.ErrOverloaded)
		}
		switch status, n := l.replies(t); {
		case status < 0 || status > 0 && t.up.size() > 0:
			return l.unreached(c, http1.ErrBadGateway)
		case status > 0 && c.stream != nil:
			return l.agreed(c, n)
		case status > 0 && status != 101:
			// It does not switch: its answer goes through, and nothing goes the other way.
			t.phase, t.up.ended = passing, true
			return l.open(c, status)
		case status > 0:
			return l.open(c, status)
		}
	}
	return l.settle(c)
}

// replies is the status of the answer, which is in l.answer when its head is whole, n
// bytes behind the interim ones; 0: it is not yet; -1: it is none. What came before it
// goes through as it is, and so does its head.
func (l *loop) replies(t *tunnel) (status, n int) {
	for {
		n, e := l.answer.Parse(t.down.bytes()[t.scanned:], 0, l.chunk())
		switch status := l.answer.Status; {
		case e != nil:
			return -1, 0
		case n == 0:
			return 0, 0
		case status == 101 || status >= 200:
			return status, n
		}
		t.scanned += n
	}
}
