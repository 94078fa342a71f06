package client

// Judging a response: exact framing first, by this file's own reading of RFC 9112
// §2 to §7, then a second opinion from net/http, then what was expected.

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
)

// Want is what a response must be.
type Want struct {
	Method string // of the request; empty: GET
	Target string // of the request; empty: not told
	Status int    // 0: any
	Also   []int  // statuses that are right too, with any body
	Body   []byte // to the byte; nil: any. Of a HEAD request: what GET would give
	Close  bool   // the response must say Connection: close, and the connection end
	Final  bool   // no interim response may come before it
	File   *File  // what is asked for; nil: not told

	Trailer http.Header // what has to trail the body, if that comes in chunks
	Trails  bool        // who asked judges what trails it
}

// Response is a response that was right.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	Close  bool   // the server says that the connection ends with it
	Bytes  int    // its whole length, head and interim ones before it included
	Target string // of the request, if Want told

	Trailer http.Header // what has trailed the body
	Chunked bool        // it came in chunks
}

const maxHead = 1 << 16

// Response reads and judges the next response. Interim ones (1xx) are read past.
func (c *Conn) Response(w Want) (*Response, error) {
	c.requests++
	interim := c.invited
	c.invited = 0
	for {
		r, err := c.response(w)
		if err == nil && r.Status < 200 && w.Final {
			return nil, c.fail(Wrong, "status %d comes before the answer, and who has asked knows no interim ones (RFC 9110 §15.2)", r.Status)
		}
		if err == nil && r.Status < 200 {
			interim += r.Bytes
		} else if err == nil {
			r.Bytes += interim // what is said before the final one is a part of the answer
		}
		if err == nil && c.answered != nil {
			c.answered(r)
		}
		if err != nil || r.Status >= 200 || r.Status == http.StatusSwitchingProtocols {
			return r, err
		}
	}
}

func (c *Conn) response(w Want) (*Response, error) {
	size, err := c.head()
	if err != nil {
		return nil, err
	}
	f, reason := parseFraming(string(c.buf[:size]), w.Method)
	if reason != "" {
		return nil, c.fail(Wrong, "%s in the response head %q", reason, c.buf[:size])
	}
	method := w.Method
	if method == http.MethodHead && bytes.HasPrefix(c.buf, []byte("HTTP/1.1 408 ")) && c.Receive(size+1) == nil {
		// Whether it is HEAD stands in the very bytes that may not have arrived in time.
		method = http.MethodGet
		f, _ = parseFraming(string(c.buf[:size]), method)
	}
	end, err := c.body(f, size)
	if err != nil {
		return nil, err
	}
	r, err := c.secondOpinion(c.buf[:end], method)
	if err != nil {
		return nil, err
	}
	r.Bytes, r.Target = end, w.Target
	c.buf = c.buf[end:]
	if r.Status >= 200 {
		err = c.compare(r, w)
	}
	return r, err
}

// head waits for a whole head and returns its length.
func (c *Conn) head() (int, error) {
	for {
		if i := bytes.Index(c.buf, []byte("\r\n\r\n")); i >= 0 {
			return i + 4, nil
		}
		if len(c.buf) > maxHead {
			return 0, c.fail(Wrong, "a head of more than %d bytes", maxHead)
		}
		if !c.fill(c.Patience) {
			return 0, c.stopped("the response head")
		}
	}
}

// stopped is the error of a connection that gives no more bytes.
func (c *Conn) stopped(where string) error {
	switch {
	case !c.ended:
		return c.fail(Timeout, "nothing came for %v in %s, after %d bytes", c.Patience, where, len(c.buf))
	case len(c.buf) > 0:
		return c.fail(Truncated, "the connection ended (%s) in %s, after %q", c.end.Name(), where, tail(c.buf))
	case c.end != 0:
		return c.fail(Reset, "the connection was reset (%s) before %s", c.end.Name(), where)
	}
	return c.fail(Silent, "the connection ended before %s", where)
}

func tail(b []byte) []byte { return b[max(0, len(b)-80):] }

// body waits for all of the body and returns the response's whole length.
func (c *Conn) body(f framing, size int) (int, error) {
	switch f.kind {
	case chunkedBody:
		return c.chunks(size)
	case closedBody:
		for c.fill(c.Patience) {
		}
		if !c.ended || c.end != 0 {
			return 0, c.stopped("a body that ends with the connection")
		}
		return len(c.buf), nil
	}
	for len(c.buf) < size+f.length {
		if !c.fill(c.Patience) {
			return 0, c.stopped(fmt.Sprintf("a body of %d bytes", f.length))
		}
	}
	return size + f.length, nil
}

// chunks waits for the chunks from at on and returns where they end.
func (c *Conn) chunks(at int) (int, error) {
	for {
		line, err := c.line(at)
		if err != nil {
			return 0, err
		}
		n, bad := strconv.ParseUint(line, 16, 31)
		if bad != nil {
			return 0, c.fail(Wrong, "the chunk size %q", line)
		}
		at += len(line) + 2
		for len(c.buf) < at+int(n)+2 && n > 0 {
			if !c.fill(c.Patience) {
				return 0, c.stopped(fmt.Sprintf("a chunk of %d bytes", n))
			}
		}
		if n == 0 {
			return c.trailers(at)
		}
		if at += int(n); string(c.buf[at:at+2]) != "\r\n" {
			return 0, c.fail(Wrong, "a chunk of %d bytes is followed by %q", n, c.buf[at:at+2])
		}
		at += 2
	}
}

func (c *Conn) trailers(at int) (int, error) {
	for {
		line, err := c.line(at)
		if err != nil {
			return 0, err
		}
		at += len(line) + 2
		if line == "" {
			return at, nil
		}
	}
}

// line waits for a whole line at and returns it without CRLF.
func (c *Conn) line(at int) (string, error) {
	for {
		if i := bytes.Index(c.buf[min(at, len(c.buf)):], []byte("\r\n")); i >= 0 {
			return string(c.buf[at : at+i]), nil
		}
		if !c.fill(c.Patience) {
			return "", c.stopped("a line of a chunked body")
		}
	}
}

// secondOpinion reads raw, one response, with net/http.
func (c *Conn) secondOpinion(raw []byte, method string) (*Response, error) {
	if method == "" {
		method = http.MethodGet
	}
	reader := bufio.NewReader(bytes.NewReader(raw))
	h, err := http.ReadResponse(reader, &http.Request{Method: method})
	if err != nil {
		return nil, c.fail(Wrong, "net/http cannot read the response %q: %v", raw[:min(len(raw), 300)], err)
	}
	body, err := io.ReadAll(h.Body)
	if err != nil {
		return nil, c.fail(Wrong, "net/http cannot read the body: %v", err)
	}
	if rest, err := reader.Peek(1); !errors.Is(err, io.EOF) {
		return nil, c.fail(Wrong, "net/http sees the response's end before %q", rest)
	}
	return &Response{
		Status: h.StatusCode, Header: h.Header, Body: body, Close: h.Close, Trailer: h.Trailer, Chunked: len(h.TransferEncoding) > 0,
	}, nil
}

// compare holds r against w.
func (c *Conn) compare(r *Response, w Want) error {
	if slices.Contains(w.Also, r.Status) && r.Status != w.Status {
		w = Want{Method: w.Method, Close: w.Close, File: w.File}
	}
	if other := c.anothers(r, w); other != "" {
		err := c.fail(Wrong, "status %d with the %d bytes of %s, which was not asked for", r.Status, len(r.Body), other)
		err.Anothers = true
		return err
	}
	if w.Status != 0 && r.Status != w.Status {
		return c.fail(Wrong, "status %d, not %d", r.Status, w.Status)
	}
	if w.Close && !r.Close {
		return c.fail(Wrong, "status %d leaves the connection open, but nothing after this request can be understood", r.Status)
	}
	if reason := c.fields(r, w); reason != "" {
		return c.fail(Wrong, "%s", reason)
	}
	if reason := trails(r.Trailer, w.Trailer, r.Chunked); reason != "" && !w.Trails {
		return c.fail(Wrong, "%s", reason)
	}
	if w.Body == nil {
		return nil
	}
	if w.Method == http.MethodHead {
		if l := r.Header.Get("Content-Length"); l != "" && l != strconv.Itoa(len(w.Body)) {
			return c.fail(Wrong, "HEAD says Content-Length %s, GET has %d", l, len(w.Body))
		}
		return nil
	}
	if !bytes.Equal(r.Body, w.Body) {
		return c.fail(Wrong, "%s", difference(r.Body, w.Body))
	}
	return nil
}

// anothers is the target of the file whose whole content r has, though another was
// asked for; empty: it is not like that. A byte or two may be alike by chance.
func (c *Conn) anothers(r *Response, w Want) string {
	if r.Status != http.StatusOK || len(r.Body) < 8 || bytes.Equal(r.Body, w.Body) || w.Body == nil && w.File == nil {
		return ""
	}
	for i := range c.files {
		if f := &c.files[i]; bytes.Equal(f.Body, r.Body) && (w.File == nil || f.Target != w.File.Target) {
			return f.Target
		}
	}
	return ""
}

// difference says where got departs from want.
func difference(got, want []byte) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	show := func(b []byte) string { return fmt.Sprintf("%q", b[i:min(len(b), i+24)]) }
	return fmt.Sprintf("the body (%d bytes) departs from the expected (%d bytes) at %d: %s, not %s", len(got), len(want), i, show(got), show(want))
}

// NothingMore judges that the server sends nothing after its last response: for
// this long, or, if the connection should end, until it does.
func (c *Conn) NothingMore(end bool, wait bool) error {
	timeout := c.Patience
	if !wait {
		timeout = 1
	}
	for len(c.buf) == 0 && c.fill(timeout) {
	}
	switch {
	case len(c.buf) > 0:
		return c.fail(Wrong, "after the last response came %q", tail(c.buf[:min(80, len(c.buf))]))
	case end && !c.ended:
		return c.fail(Timeout, "the server said close and did not, for %v", timeout)
	}
	return nil
}

// beginning judges what is there, which need not be all, as the beginning of the
// answer to a GET of f.
func (c *Conn) beginning(f File) error {
	const start = "HTTP/1.1 "
	for bytes.HasPrefix(c.buf, []byte(start+"1")) && bytes.Contains(c.buf, []byte("\r\n\r\n")) {
		c.buf = c.buf[bytes.Index(c.buf, []byte("\r\n\r\n"))+4:] // an interim one
	}
	if k := min(len(start), len(c.buf)); string(c.buf[:k]) != start[:k] {
		return c.fail(Wrong, "a response begins with %q", c.buf[:k])
	}
	size := bytes.Index(c.buf, []byte("\r\n\r\n")) + 4
	if size < 4 {
		return nil
	}
	p, reason := parseFraming(string(c.buf[:size]), "")
	if reason != "" {
		return c.fail(Wrong, "%s in the response head %q", reason, c.buf[:size])
	}
	w := f.want()
	line, _, _ := bytes.Cut(c.buf, []byte("\r\n"))
	status, _ := parseStatusLine(string(line))
	switch body := c.buf[size:min(len(c.buf), size+max(p.length, 0))]; {
	case status == w.Status && w.Body != nil && p.kind == lengthBody && !bytes.HasPrefix(w.Body, body):
		return c.fail(Wrong, "%s", difference(body, w.Body[:min(len(body), len(w.Body))]))
	case status != w.Status && status != 408 && !slices.Contains(w.Also, status):
		return c.fail(Wrong, "status %d, not %d", status, w.Status)
	}
	return nil
}
