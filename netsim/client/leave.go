package client

// Clients that leave early: in the middle of what they say, of what they are told,
// or with half of the connection.

import (
	"time"

	"brigade/core/rt"
)

// Resetting asks for a file and resets the connection after the first n bytes of
// the request, or, beyond those, of the response, or when no more comes for a
// second. What it got must be the beginning of a right response.
func (c *Client) Resetting(n int) error {
	conn, err := c.Dial()
	if err != nil {
		return err
	}
	defer conn.Reset()
	f := c.file()
	request := c.Get(f.Target)
	if err := conn.Send(request[:min(n, len(request))]); err != nil {
		return err
	}
	for n -= len(request); len(conn.buf) < n && conn.fill(time.Second); {
	}
	return conn.beginning(f)
}

// HalfClosing sends FIN right after a request and must get the whole answer all
// the same, then the end.
func (c *Client) HalfClosing() error {
	conn, err := c.Dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	f := c.file()
	if err := conn.Send(c.Get(f.Target)); err != nil {
		return err
	}
	if err := conn.CloseWrite(); err != nil {
		return err
	}
	if _, err := conn.Response(f.want()); err != nil {
		return err
	}
	return conn.NothingMore(true, true)
}

// CutShort sends the first n bytes of a request with content, then FIN. A head that
// is not whole is no request (RFC 9112 §8) and gets no answer; a whole one gets its
// answer, whatever becomes of the content. Then the connection ends.
func (c *Client) CutShort(n int) error {
	conn, err := c.Dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	f := c.file()
	head := c.Get(f.Target, "Content-Length: 5")
	text := append(head[:len(head):len(head)], "GET /"...)
	n = min(n, len(text)-1)
	if err := conn.Send(text[:n]); err != nil {
		return err
	}
	if err := conn.CloseWrite(); err != nil {
		return err
	}
	w := f.want()
	if n < len(head) {
		// It may be that FIN was late, and the server's time for a head over.
		w = Want{Status: 408, Close: true}
		if !conn.fill(conn.Patience) {
			if err := conn.NothingMore(true, true); len(conn.buf) == 0 {
				return err
			}
		}
	}
	if _, err := conn.Response(w); err != nil {
		return err
	}
	return conn.NothingMore(true, true)
}

// Abandoning connects, sends what is no whole request, or nothing, stays for a
// while and goes. Until then it was owed nothing, and may have got no more than
// word that it took too long.
func (c *Client) Abandoning(send []byte, stay time.Duration) error {
	conn, err := c.Dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.Send(send); err != nil {
		return err
	}
	rt.Sleep(stay)
	if !conn.fill(0) {
		return nil
	}
	_, err = conn.Response(Want{Status: 408, Close: true})
	return err
}

// Leaving asks for k files and goes without waiting for an answer.
func (c *Client) Leaving(k int) error {
	conn, err := c.Dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	var first File
	for i := range k {
		f := c.file()
		if i == 0 {
			first = f
		}
		if err := conn.Send(c.Get(f.Target)); err != nil {
			return err
		}
	}
	conn.fill(0)
	return conn.beginning(first)
}
