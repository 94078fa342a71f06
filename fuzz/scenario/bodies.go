package scenario

// Handlers that stream: they write a response while it is sent, read content while it
// comes, or both at once, before clients of both protocols. They stand before the files,
// below a path of their own. What they write is known to the byte, and what they read is
// told by what they answer.

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"strconv"
	"time"

	"brigade/core/exchange"
	echoes "brigade/core/handler/echo"
	"brigade/core/http1"
	"brigade/core/rt"
	"brigade/netsim/client"
	"brigade/sim"
)

// livePath is below what they answer.
const livePath = "/live/"

// The ways of those that read content.
const (
	backPath  = livePath + "back"  // sends it back as it comes
	echoPlain = livePath + "echo"  // the same, by the handler that brigaded has
	sumPath   = livePath + "sum"   // answers with its sum
	firstPath = livePath + "first" // looks at its first piece
	panicPath = livePath + "panic" // gives up in the middle of what it says, of a known length
	breakPath = livePath + "break" // or of none
)

// looked is so short that it fits into any socket: whoever answers with it does not read
// on while its client sends.
var looked = []byte("looked")

// source is a response that is written in pieces.
type source struct {
	size, piece int
	known       bool // its length is declared
	flushed     bool // each piece is sent at once
	lent        bool // pieces are shared, not copied
}

func (s source) target() string {
	return fmt.Sprintf("%s%d-%d-%t-%t-%t", livePath, s.size, s.piece, s.known, s.flushed, s.lent)
}

var sources = []source{
	{0, 1, false, true, false},
	{1, 1, true, true, false},
	{5000, 700, false, true, false},
	{20_000, 3000, true, false, false},
	{40_000, 9000, false, false, true},
	{40_000, 5000, true, true, true},
	{60_000, 4001, false, false, false},
}

// bodies is the handler.
type bodies struct {
	exchange.Handler
	nap  time.Duration // between pieces, now and then
	most int           // how many of the sources are asked for
	asks int           // handlers that are wanted at once, at most
	list [][]byte
}

func newBodies(nap time.Duration) *bodies {
	b := &bodies{nap: nap, most: len(sources)}
	for i, s := range sources {
		b.list = append(b.list, content(fmt.Sprint("source ", i), s.size))
	}
	return b
}

func (b *bodies) files() (list []client.File) {
	for i, s := range sources[:b.most] {
		list = append(list, client.File{Target: s.target(), Body: b.list[i]})
	}
	return list
}

// Streams implements exchange.Streamer.
func (*bodies) Streams(x *exchange.Exchange) bool {
	return bytes.HasPrefix(x.Request.Path, []byte(livePath))
}

// Local implements exchange.Handler.
func (b *bodies) Local() exchange.Local { return b.Handler.Local() }

// Handle implements exchange.Handler.
func (b *bodies) Handle(x *exchange.Exchange) {
	if !b.Streams(x) {
		b.Handler.Handle(x)
		return
	}
	switch string(x.Request.Path) {
	case backPath:
		b.back(x)
	case echoPlain:
		echoes.Handler{}.Handle(x)
	case sumPath:
		b.sum(x)
	case firstPath:
		if _, err := x.More(); err != nil {
			x.Fail(err)
			return
		}
		say(x, looked)
	case panicPath, breakPath:
		x.Begin(200)
		if string(x.Request.Path) == panicPath {
			x.ContentLength(int64(len(b.list[5])))
		}
		x.End()
		x.Shared(b.list[5][:30_000])
		x.Flush()
		panic("a handler's mistake, in the middle")
	default:
		b.write(x)
	}
}

// write writes what a source is asked for.
func (b *bodies) write(x *exchange.Exchange) {
	i := 0
	for i < len(sources) && string(x.Request.Path) != sources[i].target() {
		i++
	}
	switch {
	case i == len(sources):
		x.Refuse(http1.ErrNotFound, "")
		return
	case x.Request.Method != http1.GET && x.Request.Method != http1.HEAD:
		x.Refuse(http1.ErrMethodNotAllowed, "GET, HEAD")
		return
	}
	s, rest := sources[i], b.list[i]
	x.Begin(200)
	if s.known {
		x.ContentLength(int64(s.size))
	}
	x.End()
	for n := 0; len(rest) > 0 && x.Gone() == nil; n++ {
		part := rest[:min(s.piece, len(rest))]
		rest = rest[len(part):]
		if s.lent {
			x.Shared(part)
		} else if err := x.Bytes(part); err != nil {
			x.Fail(err)
			return
		}
		if s.flushed {
			x.Flush()
		}
		if n%4 == 3 {
			rt.Sleep(b.nap)
		}
	}
}

// back sends content back, each piece at once.
func (b *bodies) back(x *exchange.Exchange) {
	x.Begin(200)
	x.End()
	for more := true; more; {
		var err error
		if more, err = x.More(); err == nil {
			err = x.Move(x.Content())
		}
		if err != nil {
			x.Fail(err)
			return
		}
		x.Flush()
	}
}

// sum reads content, slowly now and then, and says how much it was.
func (b *bodies) sum(x *exchange.Exchange) {
	n, sum := 0, uint32(0)
	for pieces, more := 0, true; more; pieces++ {
		var err error
		if more, err = x.More(); err != nil {
			x.Fail(err)
			return
		}
		c := x.Content()
		for k := c.Front(); k != nil; k = c.Front() {
			part := k.Memory()
			n += len(part)
			sum = crc32.Update(sum, crc32.IEEETable, part)
			k.Destroy()
		}
		if pieces%4 == 3 {
			rt.Sleep(b.nap)
		}
	}
	text, err := x.Pool().Copy(summary(n, sum))
	if err != nil {
		x.Fail(err)
		return
	}
	begin(x, len(text))
	x.Own(text)
}

func summary(n int, sum uint32) []byte { return fmt.Appendf(nil, "%d bytes, %08x", n, sum) }

// upload is content for a handler that reads, and what that answers.
type uploaded struct {
	target string
	body   []byte
	answer []byte // nil: any
}

// mostUpload is the most bytes that are sent to a handler.
const mostUpload = 90_000

// queues is how long one handler that streams may wait for the others at most, about: each
// has a processor for a round trip, and its share of a nap, for each window of what it is
// sent.
func (p *plan) queues() time.Duration {
	b := p.bodies
	windows := mostUpload / min(p.net.SendBuffer, leastWindow)
	each := time.Duration(windows) * (2*p.net.Latency + b.nap/4)
	return each * time.Duration(b.asks-1) / time.Duration(p.stage.Processors)
}

// drawUpload draws content; back is the most of what comes back.
func (p *plan) drawUpload(back int) uploaded {
	b := p.bodies
	u := uploaded{target: []string{backPath, echoPlain, sumPath, firstPath}[sim.Choose("upload to", 4)]}
	size := []int{1, 300, 3000, 11_000, 40_000, mostUpload}[sim.Choose("upload size", 6)]
	if u.target != sumPath {
		size = min(size, back)
	}
	if b.most < len(sources) {
		size = min(size, 3000)
	}
	if most := p.stage.Content; most > 0 {
		size = min(size, int(most))
	}
	u.body = content("upload", size)
	switch u.target {
	case sumPath:
		u.answer = summary(size, crc32.ChecksumIEEE(u.body))
	case firstPath:
		u.answer = looked
	default:
		u.answer = u.body
	}
	return u
}

// sending uploads over HTTP/1.1: what comes back fits into what lies between, since this
// client reads when it has sent all.
func sending(p *plan) behaviour {
	return behaviour{"sending", 2, func(c *client.Client) error {
		conn, err := c.Dial()
		if err != nil {
			return err
		}
		defer conn.Close()
		for range 1 + sim.Choose("uploads", 3) {
			u := p.drawUpload(11_000)
			also := append(p.also(), 408)
			if p.input == limited && len(u.body) > mostContent {
				also = append(also, 413)
			}
			pieces := 1 + sim.Choose("upload pieces", 4)
			if err := conn.SendSlowly(post(u), 1+len(u.body)/pieces, time.Millisecond); err != nil {
				return err
			}
			r, err := conn.Response(client.Want{Status: 200, Body: u.answer, Also: also, Target: u.target})
			if err != nil {
				return p.input.cuts(err, u)
			}
			if r.Close {
				return conn.NothingMore(true, true)
			}
		}
		return nil
	}}
}

// cuts is err, unless a filter may have refused the content when a part of the response
// had left.
func (i input) cuts(err error, u uploaded) error {
	if kind, ok := client.KindOf(err); ok && i == limited && len(u.body) > mostContent {
		if kind == client.Truncated || kind == client.Reset || kind == client.Silent {
			return nil
		}
	}
	return err
}

// post is u as a request, framed as is drawn.
func post(u uploaded) []byte {
	text := "POST " + u.target + " HTTP/1.1\r\nHost: test\r\n"
	if sim.Choose("upload chunked", 2) == 0 {
		return append([]byte(text+"Content-Length: "+strconv.Itoa(len(u.body))+"\r\n\r\n"), u.body...)
	}
	out := []byte(text + "Transfer-Encoding: chunked\r\n\r\n")
	for body := u.body; len(body) > 0; {
		n := min(len(body), 1+100*sim.Choose("hundreds", 90))
		out = fmt.Appendf(out, "%x\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	return append(out, "0\r\nTrailer: passed over\r\n\r\n"...)
}

// spoiling sends content that goes wrong: its framing is none from some byte on, or it stops
// for longer than anybody waits for it. Behind that stands what would be a request.
func spoiling(p *plan) behaviour {
	return behaviour{"spoiling", 0, func(c *client.Client) error {
		conn, err := c.Dial()
		if err != nil {
			return err
		}
		defer conn.Close()
		u, more := p.drawUpload(300), c.Get(sources[0].target())
		head := "POST " + u.target + " HTTP/1.1\r\nHost: test\r\n"
		text := fmt.Appendf(nil, "%sTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\nno size\r\n", head, len(u.body), u.body)
		late := sim.Choose("is late", 2) == 1
		if late {
			text = fmt.Appendf(nil, "%sContent-Length: %d\r\n\r\n%s", head, len(u.body)+1000, u.body)
		}
		at := rt.Now()
		if err := conn.Send(text); err != nil {
			return err
		}
		if sim.Choose("says no more", 2) == 1 {
			return p.spoilt(conn, u, late, at)
		}
		if late {
			rt.Sleep(p.stage.Body + 100*time.Millisecond)
		}
		if err := conn.Send(more); err != nil {
			return err
		}
		rest, _, _ := conn.Rest() // what it is told, and how, is judged where it comes from
		if n := bytes.Count(rest, []byte("HTTP/1.1 ")) - bytes.Count(rest, []byte("HTTP/1.1 1")); n > 1 {
			sim.Failf("I19", fmt.Sprintf("a client whose content is none gets %d answers", n))
		}
		return nil
	}}
}

// stopping sends a part of its content, or asks for much, and goes.
func stopping(p *plan) behaviour {
	return behaviour{"stopping", 0, func(c *client.Client) error {
		conn, err := c.Dial()
		if err != nil {
			return err
		}
		defer conn.Close()
		u := p.drawUpload(40_000)
		text := post(u)
		if sim.Choose("asks", 2) == 1 {
			text = c.Get(sources[p.bodies.most-1].target())
		}
		if err := conn.Send(text[:1+sim.Choose("cut", len(text))]); err != nil {
			return err
		}
		rt.Sleep(time.Duration(sim.Choose("stays", 4)) * time.Millisecond)
		if sim.Choose("resets", 2) == 1 {
			conn.Reset()
		}
		return nil
	}}
}

// givenUp asks for what a handler gives up in the middle, and must see that: by its length,
// by chunks without a last one, or by a reset.
func givenUp(p *plan) behaviour {
	return behaviour{"givenup", 1, func(c *client.Client) error {
		conn, err := c.Dial()
		if err != nil {
			return err
		}
		defer conn.Close()
		asks := [][]byte{c.Get(panicPath), c.Get(breakPath), []byte("GET " + breakPath + " HTTP/1.0\r\n\r\n")}
		if err := conn.Send(asks[sim.Choose("given up", len(asks))]); err != nil {
			return err
		}
		_, err = conn.Response(client.Want{Status: 599, Also: append(p.also(), 500)})
		if kind, ok := client.KindOf(err); ok && (kind == client.Truncated || kind == client.Silent || kind == client.Reset) {
			return nil
		}
		return err
	}}
}

// streamed is the scenario.
func streamed() *Scenario {
	return &Scenario{
		Name:  "bodies",
		Story: "handlers write what is sent meanwhile and read what is still to come, over HTTP/1.1 and HTTP/2; clients send, ask, stop and go",
		Prepare: func(e *Env) func() {
			s := newSite(e)
			return func() {
				p := s.draw(sim.Choose("faults", 2) == 1)
				p.stage.Streams = []int{100, 3, 1}[sim.Choose("streams at a time", 3)]
				p.stage.Content = []int64{0, littleContent}[sim.Choose("little content", 2)]
				p.bodies = newBodies([]time.Duration{0, time.Millisecond, 50 * time.Millisecond}[sim.Choose("nap", 3)])
				if p.net.Profile.Slows() || p.net.Bandwidth > 0 {
					p.bodies.most = 3 // a handler has a processor for as long as its client takes
				}
				list := []behaviour{[]func() behaviour{
					func() behaviour { return sending(&p) },
					func() behaviour { return interleaving(&p) },
				}[sim.Choose("first", 2)]()}
				for range sim.Choose("more", 5) {
					kinds := []func() behaviour{
						func() behaviour { return sending(&p) },
						func() behaviour { return interleaving(&p) },
						func() behaviour { return stopping(&p) },
						func() behaviour { return spoiling(&p) },
						func() behaviour { return givenUp(&p) },
						func() behaviour { return pipelining(1 + sim.Choose("pipeline", 4)) },
						slow, resetting, halfClosing, vanishing,
					}
					list = append(list, kinds[sim.Choose("kind", len(kinds))]())
				}
				for range sim.Choose("visitors", 3) {
					list = append(list, attending(&p, 6))
				}
				for i := range list {
					p.bodies.asks++
					if list[i].name == "interleaving" {
						p.bodies.asks += together - 1
					}
				}
				s.serve(p, func() { s.crowd(p, list...) })
			}
		},
	}
}
