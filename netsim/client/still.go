package client

// What a client that is not reading can still find out, and small parts for those
// who judge a stream themselves.

import (
	"bytes"

	"brigade/core/sys"
)

// Stall keeps still until the server does something: bytes arrive, or the
// connection ends. It reads nothing. With end set, only the connection's end
// counts, and of that a reset alone can be seen behind a full window. The error's
// kind is Timeout if nothing of it happens within Patience.
func (c *Conn) Stall(end bool) error {
	if !end && len(c.buf) > 0 || c.ended {
		return nil
	}
	events := sys.In | sys.RdHup
	what := "neither a byte nor the end came"
	if end {
		events, what = sys.RdHup, "the connection did not end"
	}
	switch e := await(c.p, c.fd, events, c.Patience); e {
	case 0:
		return nil
	case sys.EAGAIN:
		return c.fail(Timeout, "%s for %v", what, c.Patience)
	default:
		return c.fail(Wrong, "poll: %s", e.Name())
	}
}

// Receive waits until n bytes are there that no response has taken yet; they stay.
func (c *Conn) Receive(n int) error {
	for len(c.buf) < n {
		if !c.fill(c.Patience) {
			return c.stopped("bytes that were waited for")
		}
	}
	return nil
}

// Rest waits for the end of the connection and returns what came before it, and
// whether the end was a reset.
func (c *Conn) Rest() (rest []byte, reset bool, err error) {
	for c.fill(c.Patience) {
	}
	rest, c.buf = c.buf, nil
	if !c.ended {
		return rest, false, c.fail(Timeout, "the connection did not end for %v", c.Patience)
	}
	return rest, c.end != 0, nil
}

// Interim reads and judges the next response head if it is one of 1xx, which
// Response reads past.
func (c *Conn) Interim(status int) error {
	size, err := c.head()
	if err != nil {
		return err
	}
	if _, reason := parseFraming(string(c.buf[:size]), ""); reason != "" {
		return c.fail(Wrong, "%s in the response head %q", reason, c.buf[:size])
	}
	line, _, _ := bytes.Cut(c.buf, []byte("\r\n"))
	if got, _ := parseStatusLine(string(line)); got != status {
		return c.fail(Wrong, "status %d, not the interim %d", got, status)
	}
	if _, err := c.secondOpinion(c.buf[:size], ""); err != nil {
		return err
	}
	c.buf = c.buf[size:]
	return nil
}

// Invited waits for the next response, and takes it if it is 100: what was held back is
// asked for. False: it is the answer, which stays.
func (c *Conn) Invited() (bool, error) {
	if _, err := c.head(); err != nil {
		return false, err
	}
	if line, _, _ := bytes.Cut(c.buf, []byte("\r\n")); !bytes.HasPrefix(line, []byte("HTTP/1.1 100 ")) {
		return false, nil
	}
	had := len(c.buf)
	err := c.Interim(100)
	c.invited += had - len(c.buf)
	return true, err
}
