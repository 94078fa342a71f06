package outage

// The load: clients that ask one request after the other on a connection that is kept, as
// long as there are tickets. They try nothing again.

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"time"
)

// postEvery is of how many requests one is a POST.
const postEvery = 4

// client is one of them.
type client struct {
	to       string
	patience time.Duration
	serial   *atomic.Int64 // of requests, of all clients
	book     *book
	conn     net.Conn // nil: there is none
	in       *bufio.Reader
}

// run asks until there are no more tickets.
func (c *client) run(tickets <-chan struct{}) {
	for range tickets {
		n := c.serial.Add(1)
		o := outcome{method: "GET", number: strconv.FormatInt(n, 10)}
		if n%postEvery == 0 {
			o.method = "POST"
		}
		c.ask(&o)
		c.book.over(o)
	}
	c.leave()
}

func (c *client) leave() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

// ask asks once, and fills in what came of it.
func (c *client) ask(o *outcome) {
	r, err := c.exchange(o.method, o.number)
	if err == nil {
		var b []byte
		b, err = io.ReadAll(r.Body)
		o.status = r.StatusCode
		o.right = err == nil && r.Header.Get(numberField) == o.number && bytes.Equal(b, body(o.number))
	}
	o.err, o.hung = err, errors.Is(err, os.ErrDeadlineExceeded)
	if err != nil || r.Close {
		c.leave()
	}
}

// exchange sends a request and reads the head of its answer.
func (c *client) exchange(method, number string) (*http.Response, error) {
	if c.conn == nil {
		conn, err := net.DialTimeout("tcp", c.to, c.patience)
		if err != nil {
			return nil, err
		}
		c.conn, c.in = conn, bufio.NewReader(conn)
	}
	if err := c.conn.SetDeadline(time.Now().Add(c.patience)); err != nil {
		return nil, err
	}
	rest := "\r\n"
	if method == http.MethodPost {
		rest = "Content-Length: 4\r\n\r\npost"
	}
	if _, err := fmt.Fprintf(c.conn, "%s /%s HTTP/1.1\r\nHost: origin\r\n%s: %s\r\n%s", method, number, numberField, number, rest); err != nil {
		return nil, err
	}
	return http.ReadResponse(c.in, &http.Request{Method: method})
}
