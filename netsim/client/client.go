package client

import (
	"net/http"
	"net/netip"
	"strings"
	"time"

	"brigade/core/rt"
)

// File is something to ask for, and what the answer must be.
type File struct {
	Target string
	Status int // 0: 200
	Body   []byte
	Type   string // its Content-Type; empty: nothing is known of the fields that describe it
	Also   []int  // statuses that are right too: what a disk that fails leads to

	Trailer http.Header // what trails its body, for those who hear of that
}

func (f File) want() Want {
	w := Want{Target: f.Target, Status: f.Status, Body: f.Body, Also: f.Also, File: &f, Trailer: f.Trailer}
	if w.Status == 0 {
		w.Status = 200
	}
	return w
}

// Client is a process that asks a server for files. Each method is a way to
// behave; the error says what the server did wrong. Methods of one Client are not
// called concurrently, and one is made in each run, since it counts.
type Client struct {
	Process  Machine
	Addr     netip.AddrPort
	Host     string // of the requests; empty: "test"
	Files    []File // asked for in turn
	Patience time.Duration
	Answered func(r *Response) // is told of each response that was right; may be nil
	Replaced bool              // files may be replaced by copies, whose validators are others
	Echo     string            // a target that sends content back; empty: there is none
	Stepped  bool              // the time of day may be set, forth and back: dates tell nothing
	Fetched  bool              // another server answers, over connections that it may close: what may not be asked twice may hear 502

	next int
	said []description // of each file that was described
}

// file is the next file in turn.
func (c *Client) file() File {
	f := c.Files[c.next%len(c.Files)]
	c.next++
	return f
}

// Get is the text of a request for target, with further field lines.
func (c *Client) Get(target string, fields ...string) []byte {
	return c.request("GET", target, fields...)
}

func (c *Client) request(method, target string, fields ...string) []byte {
	host := c.Host
	if host == "" {
		host = "test"
	}
	var b strings.Builder
	b.WriteString(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n")
	for _, f := range fields {
		b.WriteString(f + "\r\n")
	}
	b.WriteString("\r\n")
	return []byte(b.String())
}

// Dial connects to the client's server.
func (c *Client) Dial() (*Conn, error) {
	conn, err := Dial(c.Process, c.Addr)
	if err != nil {
		return nil, err
	}
	if c.Patience > 0 {
		conn.Patience = c.Patience
	}
	conn.answered, conn.files, conn.stepped, conn.fetched = c.Answered, c.Files, c.Stepped, c.Fetched
	if !c.Replaced {
		conn.said = &c.said
	}
	return conn, nil
}

// WellBehaved asks for n files, one after the other, on one connection as long as
// the server keeps it, and thinks between them. A server may close an idle
// connection at any moment: then the request is made again on a new one.
func (c *Client) WellBehaved(n int, think time.Duration) error {
	var conn *Conn
	defer func() {
		if conn != nil {
			conn.Close()
		}
	}()
	for i := range n {
		f := c.file()
		for {
			fresh := conn == nil
			if fresh {
				var err error
				if conn, err = c.Dial(); err != nil {
					return err
				}
			}
			again, err := c.exchange(&conn, f)
			if err != nil && (!again || fresh) {
				return err
			}
			if err == nil {
				break
			}
		}
		if i < n-1 && think > 0 {
			rt.Sleep(think)
		}
	}
	if conn != nil {
		return conn.NothingMore(false, false)
	}
	return nil
}

// exchange is one request on *conn, which becomes nil when it ended. again: the
// server had closed before it saw the request (RFC 9112 §9.3.1).
func (c *Client) exchange(conn **Conn, f File) (again bool, err error) {
	k := *conn
	if err = k.Send(c.Get(f.Target)); err != nil {
		return false, err
	}
	r, err := k.Response(f.want())
	if err == nil && r.Close {
		err = k.NothingMore(true, true)
	} else if err == nil {
		return false, nil
	}
	kind, _ := KindOf(err)
	k.Close()
	*conn = nil
	return kind == Silent || kind == Reset, err
}

// fewRequests are so few that any buffers hold them.
const fewRequests = 8

// Pipelining sends k requests in one piece and expects the answers in order, the
// last with Connection: close.
func (c *Client) Pipelining(k int) error {
	conn, err := c.Dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	var all []byte
	files := make([]File, k)
	for i := range files {
		files[i] = c.file()
		if i == k-1 {
			all = append(all, c.Get(files[i].Target, "Connection: close")...)
		} else {
			all = append(all, c.Get(files[i].Target)...)
		}
	}
	send := conn.Send
	if k > fewRequests {
		send = conn.SendReading // else each end may wait for the other, with every buffer full
	}
	if err := send(all); err != nil {
		return err
	}
	for i, f := range files {
		w := f.want()
		w.Close = i == k-1
		r, err := conn.Response(w)
		if err != nil {
			return err
		}
		if r.Close && i < k-1 {
			return conn.NothingMore(true, true) // a server may close early; what it answered was right
		}
	}
	return conn.NothingMore(true, true)
}
