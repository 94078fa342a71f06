package client

// Clients that speak from the grammar (netsim/grammar): every right way to write a
// request, and one wrong thing at a time.

import (
	"fmt"
	"net/http"

	"brigade/netsim/grammar"
)

// derived is a request and what must come of it.
type derived struct {
	grammar.Request
	want Want
}

// derive makes a right request for the next file.
func (c *Client) derive(draw grammar.Source) derived {
	f := c.file()
	d := derived{Request: grammar.Derive(draw, f.Target), want: f.want()}
	d.want.Target = "" // the grammar may write it in other ways
	d.want.Method = d.Method
	if d.Method != http.MethodGet && d.Method != http.MethodHead {
		d.want.Status, d.want.Body = http.StatusMethodNotAllowed, nil
	}
	return d
}

// glue is how many bytes are sent in one go before anything is read: a client that
// sends more than buffers hold, and reads nothing, may wait for a server that waits
// for it.
const glue = 500

// Grammatical makes k right requests, drawn from the grammar: glued together, if
// they are short, or one by one. The last asks for the end.
func (c *Client) Grammatical(draw grammar.Source, k int) error {
	conn, err := c.Dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	list := make([]derived, k)
	var text []byte
	for i := range list {
		list[i] = c.derive(draw)
		if i == k-1 {
			list[i].Close()
			list[i].want.Close = true
		}
		text = append(text, list[i].Text()...)
	}
	glued := draw("glued", 2) == 1 && len(text) <= glue
	if glued {
		err = conn.Send(text)
	}
	for i := range list {
		if err == nil && !glued {
			err = conn.Send(list[i].Text())
		}
		if err != nil {
			return err
		}
		r, err := conn.Response(list[i].want)
		if err != nil {
			return fmt.Errorf("%q: %w", list[i].Text(), err)
		}
		if r.Close {
			break // a server may close early; what it answered was right
		}
	}
	return conn.NothingMore(true, true)
}

// Mutated makes a right request, then one in which the grammar's i-th mutation has
// changed one thing, and glues a right one to it: the second is refused as the
// clause says, and the third is not answered.
func (c *Client) Mutated(draw grammar.Source, i int) error {
	conn, err := c.Dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	m := grammar.Mutations()[i]
	var text []byte
	first := c.derive(draw)
	if draw("something before", 2) == 1 {
		text = first.Text()
	} else {
		first.want.Status = 0
	}
	bad := c.derive(draw)
	m.Apply(&bad.Request, draw)
	rest := append(bad.Text(), c.Get(c.file().Target)...)
	if len(text)+len(rest) > glue {
		text, first.want.Status = nil, 0
	}
	if err := conn.Send(append(text, rest...)); err != nil {
		return err
	}
	if first.want.Status != 0 {
		if r, err := conn.Response(first.want); err != nil || r.Close {
			return err
		}
	}
	err = conn.refusal(&m, bad.Method)
	if err == nil {
		err = conn.NothingMore(true, true)
	}
	if err != nil {
		return fmt.Errorf("%s (%s) in %q: %w", m.Name, m.Clause, bad.Text(), err)
	}
	return nil
}

// refusal reads the answer to a request with a mistake.
func (c *Conn) refusal(m *grammar.Mutation, method string) error {
	if m.Late { // what the head asked for was right
		_, err := c.Response(Want{Method: method})
		return err
	}
	// A head that takes too long to arrive is answered with 408, whatever it says.
	_, err := c.Response(Want{Method: method, Status: m.Statuses[0], Also: append(m.Statuses[1:len(m.Statuses):len(m.Statuses)], 408), Close: true})
	return err
}

// Limits are what a server accepts, for those who go to its limits.
type Limits struct {
	Line    int   // bytes of the request line, with its end
	Head    int   // bytes of a head
	Fields  int   // field lines
	Content int64 // bytes of content
}

// Excessive makes a request that is as large as it may be in one respect, which is
// answered, then one that is larger by over, which is refused.
func (c *Client) Excessive(draw grammar.Source, l Limits, over int) error {
	respects := []respect{
		{"line", 414, func(n int) []byte { return c.padded(c.file().Target+"?", "", l.Line+n, -1) }},
		{"head", 431, func(n int) []byte { return c.padded(c.file().Target, "X: ", -1, l.Head+n) }},
		{"fields", 431, func(n int) []byte { return c.Get(c.file().Target, lines(l.Fields-1+n)...) }},
		{"content", 413, func(n int) []byte {
			return c.Get(c.file().Target, fmt.Sprintf("Content-Length: %d", l.Content+int64(n)))
		}},
	}
	x := respects[draw("respect", len(respects))]
	conn, err := c.Dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	fits := x.name == "head" || x.name == "fields" || x.name == "line" && l.Line < l.Head-100
	if fits && draw("at the limit first", 2) == 1 {
		// The file that comes next is the one that is asked for.
		want := c.Files[c.next%len(c.Files)].want()
		want.Target = ""
		want.Also = append(want.Also[:len(want.Also):len(want.Also)], 408)
		if err := conn.Send(x.text(0)); err != nil {
			return err
		}
		r, err := conn.Response(want)
		if err != nil {
			return fmt.Errorf("%s at the limit: %w", x.name, err)
		}
		if r.Close {
			return conn.NothingMore(true, true)
		}
	}
	if err := conn.Send(append(x.text(over), c.Get(c.file().Target)...)); err != nil {
		return err
	}
	if _, err := conn.Response(Want{Status: x.status, Also: []int{408}, Close: true}); err != nil {
		return fmt.Errorf("%s beyond the limit by %d: %w", x.name, over, err)
	}
	return conn.NothingMore(true, true)
}

// respect is something that a request may have too much of.
type respect struct {
	name   string
	status int
	text   func(n int) []byte // beyond the limit by n
}

// padded is a request for target that is filled up: the request line to line
// bytes, or the head to head bytes with this field; negative: as it is.
func (c *Client) padded(target, name string, line, head int) []byte {
	if line >= 0 {
		return c.Get(target + filler(line-len("GET ")-len(target)-len(" HTTP/1.1\r\n")))
	}
	return c.Get(target, name+filler(head-len(c.Get(target, name))))
}

func filler(n int) string {
	b := make([]byte, max(n, 0))
	for i := range b {
		b[i] = 'a' + byte(i%26)
	}
	return string(b)
}

// lines are n short field lines.
func lines(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = "A:"
	}
	return list
}
