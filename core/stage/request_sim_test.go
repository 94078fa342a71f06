package stage_test

// Conversations with handlers that do not stream, on a network that breaks nothing: some
// run on the loop, some on processors, some want content first, some make mistakes;
// filters may stand before them. What is told, when, and what is noted for the operator
// follows from what is drawn.

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"brigade/core/exchange"
	"brigade/core/filter"
	"brigade/core/http1"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/netsim/client"
	"brigade/sim"
)

// civil is a handler that does what its path says, inline below /inline.
type civil struct{}

func (civil) Local() exchange.Local { return civilLocal{} }

func (civil) Receives(x *exchange.Exchange) bool {
	return strings.HasSuffix(string(x.Request.Path), "/echo")
}

func (civil) Handle(x *exchange.Exchange) {
	switch path := string(x.Request.Path); path[strings.LastIndexByte(path, '/'):] {
	case "/echo":
		n, _ := x.Content().Bytes()
		x.Begin(200)
		x.ContentLength(n)
		x.End()
		if err := x.Move(x.Content()); err != nil {
			panic(err)
		}
	case "/bulk":
		answer(x, bulk)
	case "/hold":
		rt.Sleep(held9)
		answer(x, hello)
	case "/mute":
	case "/panic":
		x.Begin(200)
		panic("as planned")
	case "/partial":
		answer(x, bulk)
		panic("too late")
	default:
		answer(x, hello)
	}
}

type civilLocal struct{}

func (civilLocal) Inline(x *exchange.Exchange) bool {
	if !strings.HasPrefix(string(x.Request.Path), "/inline/") {
		return false
	}
	civil{}.Handle(x)
	return true
}

func (civilLocal) Learn(any) {}

// told is what the log phase was told.
type witness struct{ list *[]string }

func (w witness) Logged(o *exchange.Outcome) {
	*w.list = append(*w.list, fmt.Sprint(string(o.Target), " ", o.Status))
}

// parlour is one run.
type parlour struct {
	*salon
	notes int      // that the operator is to find
	told  []string // by the log phase
	chain int
}

// civilly is explored with such a handler, filters that are drawn, and a log phase. Each
// mistake is noted, and each answer told.
func civilly(t *testing.T, runs int, f func(p *parlour, cfg *stage.Config)) {
	t.Helper()
	explored(t, runs, func(s *salon, cfg *stage.Config) func() {
		p := &parlour{salon: s, chain: sim.Choose("filters", 4)}
		cfg.Handler = &exchange.Phases{Handler: civil{}, Log: []exchange.Logger{witness{&p.told}}}
		cfg.Processors = 4
		switch p.chain {
		case 1:
			cfg.Filters = filter.NewChain(filter.Slow{Nap: 10 * time.Microsecond, Declared: true})
			cfg.Input = filter.NewInput(filter.Slow{Nap: 10 * time.Microsecond, Declared: true})
		case 2:
			cfg.Filters, cfg.Input = filter.NewChain(filter.NewCount("count")), filter.NewInput(filter.Limit{Most: taken})
		}
		s.ends = func() {
			if n := len(s.totals.Notes); n != p.notes {
				rt.Bug("%d mistakes were made, and noted are %q", p.notes, s.totals.Notes)
			}
			if n := uint64(len(p.told)); n != s.totals.Answers {
				rt.Bug("%d answers were given, and told are %q", s.totals.Answers, p.told)
			}
		}
		return func() { f(p, cfg) }
	})
}

// place draws where a handler runs.
func place(what string) string {
	return []string{"/inline", ""}[sim.Choose("inline", 2)] + what
}

// manners are what one may say next over HTTP/1.1. True: the connection has ended.
var manners = []func(p *parlour, c *talk) bool{
	func(_ *parlour, c *talk) bool {
		c.send("GET " + place("/bulk") + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /none HTTP/1.1\r\nHost: a\r\n\r\n")
		if !c.want("the last", string(bulk)).Close {
			rt.Bug("it was to be the last, and the answer does not say so")
		}
		c.wantEnd("close")
		return true
	},
	func(_ *parlour, c *talk) bool {
		c.send("GET " + place("/hello") + " HTTP/1.0\r\n\r\n")
		c.want("of old", "hello\n")
		c.wantEnd("of old")
		return true
	},
	func(_ *parlour, c *talk) bool { // in one go
		var all string
		var bodies []string
		for range 2 + sim.Choose("several", 4) {
			switch k := sim.Choose("one of them", 4); k {
			case 0:
				all, bodies = all+posted(place("/echo"), "Content-Length: 5\r\n", "hello"), append(bodies, "hello")
			case 1:
				all, bodies = all+posted(place("/hello"), "Transfer-Encoding: chunked\r\n", "3\r\nyes\r\n0\r\n\r\n"), append(bodies, "hello\n")
			default:
				all, bodies = all+"GET "+place("/hello")+" HTTP/1.1\r\nHost: a\r\n\r\n", append(bodies, "hello\n")
			}
		}
		c.send(all)
		for _, body := range bodies {
			c.want("several at once", body)
		}
		return false
	},
	func(_ *parlour, c *talk) bool {
		start := rt.Now()
		c.get(place("/bulk"))
		c.Chunk, c.Pause = 6000, 500*ms
		c.want("slowly", string(bulk))
		c.Chunk = 0
		if d := rt.Now().Sub(start); d < 9*time.Second {
			rt.Bug("it was not slow: %v", d)
		}
		return false
	},
	func(p *parlour, c *talk) bool {
		c.get(place("/bulk"))
		rt.Sleep(2 * time.Second)
		if n := p.server.Load().Connections; n != 1 {
			rt.Bug("%d connections before Write is over", n)
		}
		rt.Sleep(1100 * ms)
		if n := p.server.Load().Connections; n != 0 {
			rt.Bug("%d connections when Write is over", n)
		}
		c.wantCut("nothing was taken")
		return true
	},
	func(_ *parlour, c *talk) bool {
		c.send(posted(place("/echo"), "Content-Length: 9\r\nExpect: 100-continue\r\n", ""))
		c.comes("it is wanted", http1.Continue, ms)
		rt.Sleep(pausing)
		c.send("123")
		rt.Sleep(pausing)
		c.send("456789")
		c.want("asked for", "123456789")
		return false
	},
	func(_ *parlour, c *talk) bool { // it does not wait to be asked
		c.send(posted(place("/echo"), "Content-Length: 9\r\nExpect: 100-continue\r\n", "123456789"))
		if _, err := c.Response(client.Want{Status: 200, Body: []byte("123456789"), Final: true}); err != nil {
			rt.Bug("it had begun to send: %v", err)
		}
		return false
	},
	func(_ *parlour, c *talk) bool {
		c.send(posted(place("/hello"), "Content-Length: 5\r\nExpect: 100-continue\r\n", ""))
		if r, err := c.Response(client.Want{Status: 200, Final: true, Close: true}); err != nil {
			rt.Bug("in vain: %v (%v)", err, r)
		}
		c.wantEnd("it was not asked for")
		return true
	},
	func(_ *parlour, c *talk) bool {
		c.send(posted(place("/echo"), "Transfer-Encoding: chunked\r\n", "3;x=y\r\non"))
		for _, piece := range []string{"e\r\n", "4\r\ntwo;\r\n", "2\r\nok\r\n0\r\nTrailer: x\r\n\r\n"} {
			rt.Sleep(pausing)
			c.send(piece)
		}
		c.want("slowly, in chunks", "onetwo;ok")
		return false
	},
	func(_ *parlour, c *talk) bool {
		c.send(posted(place("/echo"), "Content-Length: 10\r\n", ""))
		rt.Sleep(pausing)
		start := rt.Now()
		c.send("hello")
		c.wantClosing("the rest does not come", 408)
		soon("408", start, 2500*ms)
		c.send("GET /none HTTP/1.1\r\nHost: a\r\n\r\n")
		c.wantEnd("behind 408")
		return true
	},
	func(_ *parlour, c *talk) bool { // nobody wants it: it has a time for all of it
		start := rt.Now()
		c.send(posted(place("/hello"), "Content-Length: 10\r\n", "hello"))
		c.want("early", "hello\n")
		rt.Sleep(pausing)
		c.send("hell")
		c.wantCut("the rest does not come")
		soon("its time", start, 2500*ms)
		return true
	},
	func(_ *parlour, c *talk) bool {
		c.send(posted(place("/echo"), "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\nnonsense\r\nGET /none HTTP/1.1\r\nHost: a\r\n\r\n"))
		c.wantClosing("no chunk", 400)
		c.wantEnd("behind nonsense")
		return true
	},
	func(_ *parlour, c *talk) bool {
		c.send(posted(place("/hello"), "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\nnonsense\r\nGET /none HTTP/1.1\r\nHost: a\r\n\r\n"))
		c.want("before the nonsense", "hello\n")
		c.wantEnd("behind nonsense")
		return true
	},
	func(_ *parlour, c *talk) bool {
		n := taken + sim.Choose("beyond", 2)
		text := posted(place("/echo"), fmt.Sprintf("Content-Length: %d\r\n", n), "")
		if sim.Choose("chunked", 2) == 1 {
			text = posted(place("/echo"), "Transfer-Encoding: chunked\r\n", fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", n, flood[:n]))
		} else if n <= taken {
			text += string(flood[:n])
		}
		c.send(text)
		if n > taken {
			c.wantClosing("too much", 413)
			c.wantEnd("behind too much")
			return true
		}
		c.want("all that is taken", string(flood[:n]))
		return false
	},
	func(_ *parlour, c *talk) bool {
		rt.Sleep(time.Second)
		start := rt.Now()
		c.send("GET /he")
		rt.Sleep(time.Second)
		c.send("llo HTTP/1.1\r\n")
		if r := c.wantResponse("the rest of a head does not come", 408); !r.Close {
			rt.Bug("408 leaves the connection open")
		}
		if d := rt.Now().Sub(start); d > 2*time.Second+ms || d < time.Second-ms {
			rt.Bug("408 after %v", d)
		}
		c.wantEnd("408")
		return true
	},
	func(_ *parlour, c *talk) bool {
		c.get(place("/hello"))
		c.want("before", "hello\n")
		start := rt.Now()
		rt.Sleep(4 * time.Second)
		c.get(place("/hello"))
		c.want("in time", "hello\n")
		c.wantEnd("idle")
		soon("Idle", start, 9*time.Second)
		return true
	},
	func(_ *parlour, c *talk) bool {
		c.send([]string{"GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("x", 70_000), "nonsense\r\n\r\n"}[sim.Choose("no head", 2)])
		if r, err := c.Response(client.Want{Close: true}); err != nil || r.Status != 431 && r.Status != 400 {
			rt.Bug("no head: %v (%v)", err, r)
		}
		c.wantCut("behind what is no head")
		return true
	},
	func(p *parlour, c *talk) bool {
		path := []string{"/mute", "/panic"}[sim.Choose("mistake", 2)]
		p.notes++
		c.get(place(path))
		r := c.wantResponse(path, 500)
		if r.Close != (path == "/panic") {
			rt.Bug("%s closes: %t", path, r.Close)
		}
		if r.Close {
			c.wantEnd(path)
		}
		return r.Close
	},
	func(p *parlour, c *talk) bool {
		p.notes++
		c.get(place("/partial"))
		r, err := c.Response(client.Want{})
		if kind, ok := client.KindOf(err); (!ok || kind == client.Wrong || kind == client.Timeout) && (r == nil || r.Status != 500 || !r.Close) {
			rt.Bug("it is no cut, and no answer of its own: %v (%v)", err, r)
		}
		return true
	},
	func(_ *parlour, c *talk) bool {
		c.send("HEAD " + place("/bulk") + " HTTP/1.1\r\nHost: a\r\n\r\n")
		if _, err := c.Response(client.Want{Method: "HEAD", Status: 200, Body: bulk}); err != nil {
			rt.Bug("%v", err)
		}
		return false
	},
	func(_ *parlour, c *talk) bool {
		c.get(place("/bulk"))
		if err := c.CloseWrite(); err != nil {
			rt.Bug("%v", err)
		}
		c.want("who has said all", string(bulk))
		c.wantEnd("both have")
		return true
	},
}

// TestConversations has one client say one thing after another.
func TestConversations(t *testing.T) {
	civilly(t, 200, func(p *parlour, _ *stage.Config) {
		var c *talk
		for range 1 + sim.Choose("turns", 5) {
			if c == nil {
				c = p.dial()
			}
			if manners[sim.Choose("turn", len(manners))](p, c) {
				c.Close()
				c = nil
			}
		}
		if c != nil {
			c.wantOpen("its end")
			c.Close()
		}
	})
}
