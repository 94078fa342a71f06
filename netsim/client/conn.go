package client

import (
	"fmt"
	"net/netip"
	"time"

	"brigade/core/rt"
	"brigade/core/sys"
)

// Conn is a client's end of a connection. Its methods block the calling task.
type Conn struct {
	// Patience is how long Send and the response functions wait for anything to
	// happen. Dial sets it to a minute.
	Patience time.Duration
	// Chunk and Pause make a slow reader: at most Chunk bytes, then Pause.
	Chunk int
	Pause time.Duration

	p        Machine
	fd       sys.FD
	buf      []byte // received and not yet judged
	scratch  []byte
	stepped  bool      // the time of day may be set meanwhile
	fetched  bool      // another server answers
	end      sys.Errno // why reading ended, if ended
	ended    bool
	requests int // responses judged, or begun
	invited  int // bytes of interim responses that are a part of the next one
	closed   bool
	cut      bool
	answered func(r *Response) // may be nil
	files    []File            // whose content may be known again
	said     *[]description    // of each file that was described
	dialed   rt.Instant
	dawn     time.Time // the time of day then
}

// Dial connects p to addr.
func Dial(p Machine, addr netip.AddrPort) (*Conn, error) {
	c := &Conn{Patience: time.Minute, p: p, fd: sys.None, dialed: rt.Now(), dawn: rt.Wall()}
	fd, e := p.Connect(addr)
	if e != 0 && e != sys.EINPROGRESS {
		return nil, &Error{Kind: Refused, Reason: "connect: " + e.Name()}
	}
	c.fd = fd
	switch e := p.ConnectWait(fd, c.Patience); e {
	case 0:
		return c, nil
	case sys.EINPROGRESS, sys.ETIMEDOUT:
		err := c.fail(Timeout, "connect: no answer")
		c.Close()
		return nil, err
	default:
		err := c.fail(Refused, "connect: %s", e.Name())
		c.Close()
		return nil, err
	}
}

// fail makes an error of this connection.
func (c *Conn) fail(k Kind, format string, args ...any) *Error {
	e := &Error{Kind: k, Request: c.requests, Reason: fmt.Sprintf(format, args...)}
	e.Disturbed = !c.closed && c.p.Disturbed(c.fd)
	return e
}

// FD is the connection's descriptor in its process.
func (c *Conn) FD() sys.FD { return c.fd }

// Send sends all of b. Nil if the server has closed: its answer tells more.
func (c *Conn) Send(b []byte) error {
	_, err := c.send(b)
	return err
}

// Cut reports whether the server has not taken all of what was last sent: it has closed, and
// hears nothing more, whatever it has answered before.
func (c *Conn) Cut() bool { return c.cut }

// send reports whether the connection still takes bytes.
func (c *Conn) send(b []byte) (open bool, err error) {
	defer func() { c.cut = err == nil && !open }()
	for len(b) > 0 {
		n, e := c.p.WriteWait(c.fd, b, c.Patience)
		switch e {
		case 0:
			b = b[n:]
			if n == 0 {
				return false, nil
			}
		case sys.EPIPE, sys.ECONNRESET:
			if e == sys.ECONNRESET {
				c.end = e // reading will not tell again
			}
			return false, nil
		case sys.EAGAIN:
			return false, c.fail(Timeout, "the server read nothing for %v", c.Patience)
		default:
			return false, c.fail(Wrong, "write: %s", e.Name())
		}
	}
	return true, nil
}

// SendSlowly sends b in pieces of chunk bytes with pauses between.
func (c *Conn) SendSlowly(b []byte, chunk int, pause time.Duration) error {
	for len(b) > 0 {
		k := min(max(chunk, 1), len(b))
		open, err := c.send(b[:k])
		if err != nil || !open {
			return err
		}
		if b = b[k:]; len(b) > 0 {
			rt.Sleep(pause)
		}
	}
	return nil
}

// Recv reads up to len(b) bytes and waits at most timeout: 0 and nil is the end.
func (c *Conn) Recv(b []byte, timeout time.Duration) (int, error) {
	if len(c.buf) > 0 {
		n := copy(b, c.buf)
		c.buf = c.buf[n:]
		return n, nil
	}
	n, e := c.p.ReadWait(c.fd, b, timeout)
	switch e {
	case 0:
		return n, nil
	case sys.EAGAIN:
		return 0, c.fail(Timeout, "nothing came for %v", timeout)
	default:
		return 0, c.fail(Reset, "read: %s", e.Name())
	}
}

// fill waits for more bytes; false: there are none, c.ended says whether for good.
func (c *Conn) fill(timeout time.Duration) bool {
	if c.ended {
		return false
	}
	if c.scratch == nil {
		c.scratch = make([]byte, 16384)
	}
	room := c.scratch
	if c.Chunk > 0 {
		rt.Sleep(c.Pause)
		room = room[:min(c.Chunk, len(room))]
	}
	n, e := c.p.ReadWait(c.fd, room, timeout)
	switch {
	case e == sys.EAGAIN:
		return false
	case e != 0 || n == 0:
		c.ended = true
		if e != 0 {
			c.end = e
		}
		return false
	}
	c.buf = append(c.buf, room[:n]...)
	return true
}

// CloseWrite sends FIN; reading goes on.
func (c *Conn) CloseWrite() error {
	if e := c.p.Shutdown(c.fd, sys.ShutWrite); e != 0 && e != sys.ENOTCONN {
		return c.fail(Wrong, "shutdown: %s", e.Name())
	}
	return nil
}

// Reset ends the connection with RST.
func (c *Conn) Reset() {
	if !c.closed {
		_ = c.p.SetOption(c.fd, sys.LingerZero, 1) // what cannot be reset is closed
		c.Close()
	}
}

// Close ends the connection. A second time it does nothing.
func (c *Conn) Close() {
	if !c.closed {
		c.closed = true
		c.p.Close(c.fd)
	}
}
