package client

// Clients that are slow, leave early or do not speak HTTP.

import (
	"time"

	"brigade/core/rt"
)

// Pace is how slowly a Slow client writes and reads.
type Pace struct {
	Write      int           // bytes at a time; 0: all at once
	WritePause time.Duration // between them
	Read       int           // bytes at a time; 0: as they come
	ReadPause  time.Duration // before each
}

// Slow asks for one file at this pace. A server may time it out: then the error's
// kind is Silent, Truncated or Reset, or the status 408 with close was right.
func (c *Client) Slow(p Pace) error {
	conn, err := c.Dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	f := c.file()
	conn.Chunk, conn.Pause = p.Read, p.ReadPause
	request := c.Get(f.Target, "Connection: close")
	if p.Write > 0 {
		err = conn.SendSlowly(request, p.Write, p.WritePause)
	} else {
		err = conn.Send(request)
	}
	if err != nil {
		return err
	}
	w := f.want()
	r, err := conn.Response(Want{Close: true})
	if err != nil {
		return err
	}
	if r.Status != 408 {
		if err := conn.compare(r, w); err != nil {
			return err
		}
	}
	return conn.NothingMore(true, true)
}

// Resetting asks for a file and resets the connection after the first n bytes of
// the request, or, beyond those, of the response, or when no more comes for a second.
func (c *Client) Resetting(n int) error {
	conn, err := c.Dial()
	if err != nil {
		return err
	}
	request := c.Get(c.file().Target)
	err = conn.Send(request[:min(n, len(request))])
	buf := make([]byte, 512)
	for n -= len(request); n > 0 && err == nil; {
		var got int
		if got, err = conn.Recv(buf[:min(n, len(buf))], time.Second); got == 0 {
			break
		}
		n -= got
	}
	conn.Reset()
	if kind, _ := KindOf(err); err != nil && (kind == Reset || kind == Timeout) {
		return nil // the server was first, or had no more to say
	}
	return err
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

// Abandoning connects, sends some bytes or none, stays for a while and goes.
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
	return nil
}

// Bad is a request that may not be, and the answer to it.
type Bad struct {
	Name    string
	Request string
	Status  int
}

// Malformed sends each bad request on a connection of its own, with a good request
// glued to it: the answer must be the status with close, and nothing after.
func (c *Client) Malformed(list []Bad) error {
	for _, bad := range list {
		if err := c.malformed(bad); err != nil {
			return &named{bad.Name, err}
		}
	}
	return nil
}

func (c *Client) malformed(bad Bad) error {
	conn, err := c.Dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	follower := c.Get(c.file().Target)
	if err := conn.Send(append([]byte(bad.Request), follower...)); err != nil {
		return err
	}
	// A head that takes too long to arrive is answered with 408, whatever it says.
	if _, err := conn.Response(Want{Status: bad.Status, Also: []int{408}, Close: true}); err != nil {
		return err
	}
	return conn.NothingMore(true, true)
}

type named struct {
	name string
	err  error
}

func (e *named) Error() string { return e.name + ": " + e.err.Error() }
func (e *named) Unwrap() error { return e.err }

// BadRequests are heads that every strict server refuses with 400 or the status
// given (RFC 9112 §2.2, §3.2, §5.1, §6.3; RFC 9110 §10.1.1).
func BadRequests() []Bad {
	const host = "Host: test\r\n"
	return []Bad{
		{"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
		{"two Hosts", "GET / HTTP/1.1\r\n" + host + host + "\r\n", 400},
		{"space before colon", "GET / HTTP/1.1\r\nHost : test\r\n\r\n", 400},
		{"folded line", "GET / HTTP/1.1\r\n" + host + "X: a\r\n b\r\n\r\n", 400},
		{"NUL in a field", "GET / HTTP/1.1\r\n" + host + "X: a\x00b\r\n\r\n", 400},
		{"bare CR in a field", "GET / HTTP/1.1\r\n" + host + "X: a\rb\r\n\r\n", 400},
		{"no version", "GET /\r\n" + host + "\r\n", 400},
		{"two lengths", "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
		{"length with a sign", "POST / HTTP/1.1\r\n" + host + "Content-Length: +1\r\n\r\n", 400},
		{"length and chunked", "POST / HTTP/1.1\r\n" + host + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
		{"chunked is not last", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked, x\r\n\r\n", 400},
		{"not HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400},
	}
}
