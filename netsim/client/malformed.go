package client

// Single requests that may not be, each on a connection of its own. Those that the
// grammar makes are in grammatical.go.

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
		{"chunks in HTTP/1.0", "POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n", 400},
		{"not HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400},
	}
}
