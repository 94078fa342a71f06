package stage_test

// Conversations with handlers that stream, on a network that breaks nothing: what each
// side says next, how slowly, and whether at all is drawn; what the client is told, how
// its connection ends, and when, to the millisecond, follows from it.

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"brigade/core/exchange"
	"brigade/core/http1"
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/invariants"
	"brigade/netsim"
	"brigade/netsim/client"
	"brigade/sim"
)

// mixed streams what is not inline, and holds a processor when asked to.
type mixed struct{ streaming }

const (
	taken   = 20_000 // the most content that is taken
	held9   = 9 * time.Second
	pausing = 2 * time.Second // shorter than a timeout, and two of them longer
)

var most = flood[:60_000]

func (mixed) Streams(x *exchange.Exchange) bool {
	return !strings.HasPrefix(string(x.Request.Path), "/inline")
}

func (m mixed) Handle(x *exchange.Exchange) {
	switch string(x.Request.Path) {
	case "/inline/bulk":
		answer(x, bulk)
	case "/tick": // and one that is left out
		x.Begin(200)
		x.End()
		x.Shared(hello)
		x.Flush()
		rt.Sleep(1500 * ms)
	case "/hold":
		rt.Sleep(held9)
		answer(x, hello)
	case "/most": // a piece at a time, shared
		x.Begin(200)
		x.ContentLength(int64(len(most)))
		x.End()
		for b := most; len(b) > 0; b = b[5000:] {
			x.Shared(b[:5000])
			x.Flush()
		}
	default:
		m.streaming.Handle(x)
	}
}

// salon is one run.
type salon struct {
	*world
	left *[]string
	ends func() // what is to be so when the server has ended; may be nil
}

// explored makes runs of f, each with a server of a shape that is drawn, which tells of itself what its totals are.
func explored(t *testing.T, runs int, f func(s *salon, server *stage.Config) func()) {
	t.Helper()
	net := netsim.New(netsim.Config{})
	w := &world{net: net, kernel: net.Process("server"), peer: net.Process("client")}
	o := sim.Options{Seed: 1, Runs: runs, World: net, Observers: invariants.Server(int32(w.kernel.ID()))}
	r := sim.Explore(o, func() {
		s := &salon{world: w, left: new([]string)}
		s.net.Adjust(netsim.Config{
			SendBuffer: 4096, RecvBuffer: 4096, Latency: []time.Duration{0, 10 * time.Microsecond}[sim.Choose("latency", 2)],
		})
		x := setup{}
		x.cfg.Kernel, x.cfg.Handler, x.cfg.Content, x.cfg.Stats = w.kernel, mixed{streaming{s.left}}, taken, true
		x.cfg.Poller, x.cfg.Processors = poll.Kind(sim.Choose("poller", 2)), 8
		x.measures(topologies[sim.Choose("topology", len(topologies))])
		talks := f(s, &x.cfg)
		var err error
		if w.server, err = stage.New(x.cfg); err != nil {
			rt.Bug("%v", err)
		}
		w.server.Start()
		rt.Sleep(ms)
		talks()
		w.server.Drain(10 * time.Second)
		w.totals = w.server.Wait()
		settled(w.totals, w.server.Snapshot())
		if s.ends != nil {
			s.ends()
		}
	})
	if f := r.Failure; f != nil {
		t.Fatalf("run %d: seed %d: %v, in %s\n%s", r.Runs, f.Seed, f.Verdict, f.Verdict.Task, f.Verdict.Stack)
	}
}

// settled wants the last look at a server to tell what its totals are.
func settled(t stage.Totals, x *stage.Snapshot) {
	if x.Losses != t.Losses || x.Requests != t.Requests || x.Answers != t.Statuses || x.In != t.Heard || x.Out != t.Bytes || x.Latency.Total() != t.Answers || x.Latency.Sum > time.Duration(t.Answers)*x.Age {
		rt.Bug("totals are %+v, and the last look is %+v", t, x)
	}
}

// soon wants the clock to stand at d after start, or what it takes bytes to come later.
func soon(why string, start rt.Instant, d time.Duration) { wantNow(why, start, d) }

// posted is a request with content.
func posted(path, fields, content string) string {
	return "POST " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + content
}

// want is the next response, with this body.
func (c *talk) want(why, body string) *client.Response {
	r, err := c.Response(client.Want{Status: 200, Body: []byte(body)})
	if err != nil {
		rt.Bug("%s: %v", why, err)
	}
	return r
}

// turns are what one may say next over HTTP/1.1. True: the connection has ended.
var turns = []func(s *salon, c *talk) bool{
	func(_ *salon, c *talk) bool {
		c.send("GET /most HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
		if !c.want("the last", string(most)).Close {
			rt.Bug("it was to be the last, and the answer does not say so")
		}
		c.wantEnd("close")
		return true
	},
	func(_ *salon, c *talk) bool {
		c.send("GET /flood HTTP/1.0\r\n\r\n")
		c.want("of old", string(flood))
		c.wantEnd("of old")
		return true
	},
	func(_ *salon, c *talk) bool { // in one go
		const inline = "GET /inline HTTP/1.1\r\nHost: a\r\n\r\n"
		c.send(inline + "GET /back HTTP/1.1\r\nHost: a\r\n\r\n" + inline + posted("/count", "Content-Length: 5\r\n", "hello") + inline)
		for _, body := range []string{"hello\n", "", "hello\n", "5", "hello\n"} {
			c.want("several at once", body)
		}
		return false
	},
	func(_ *salon, c *talk) bool {
		start := rt.Now()
		c.get("/most")
		c.Chunk, c.Pause = 3000, 500*ms
		c.want("slowly", string(most))
		c.Chunk = 0
		if d := rt.Now().Sub(start); d < 9*time.Second {
			rt.Bug("it was not slow: %v", d)
		}
		return false
	},
	func(s *salon, c *talk) bool {
		*s.left = nil
		start := rt.Now()
		c.get("/flood")
		rt.Sleep(10 * time.Second)
		c.wantCut("nothing was taken")
		s.wantLeft("Write", start, 3*time.Second)
		return true
	},
	func(s *salon, c *talk) bool {
		*s.left = nil
		c.get("/flood")
		c.comes("the head", "\r\n\r\n", ms)
		rt.Sleep(time.Second)
		start := rt.Now()
		c.Reset()
		rt.Sleep(time.Second)
		s.wantLeft("a reset", start, 0)
		return true
	},
	func(_ *salon, c *talk) bool {
		c.send(posted("/count", "Content-Length: 9\r\nExpect: 100-continue\r\n", ""))
		c.comes("it is read", http1.Continue, ms)
		rt.Sleep(pausing)
		c.send("123")
		rt.Sleep(pausing)
		c.send("456789")
		c.want("asked for", "9")
		return false
	},
	func(_ *salon, c *talk) bool { // it does not wait to be asked
		c.send(posted("/count", "Content-Length: 9\r\nExpect: 100-continue\r\n", "123456789"))
		if _, err := c.Response(client.Want{Status: 200, Body: []byte("9"), Final: true}); err != nil {
			rt.Bug("it had begun to send: %v", err)
		}
		return false
	},
	func(_ *salon, c *talk) bool {
		c.send(posted([]string{"/unread", "/panic"}[sim.Choose("unread", 2)], "Content-Length: 5\r\nExpect: 100-continue\r\n", ""))
		if r, err := c.Response(client.Want{Final: true, Close: true}); err != nil {
			rt.Bug("in vain: %v (%v)", err, r)
		}
		start := rt.Now()
		c.wantEnd("it was not asked for")
		soon("its end", start, 0)
		return true
	},
	func(_ *salon, c *talk) bool {
		c.send(posted("/back", "Transfer-Encoding: chunked\r\n", "3;x=y\r\non"))
		c.comes("a piece", "on\r\n", ms)
		for _, piece := range []string{"e\r\n", "4\r\ntwo;\r\n", "2"} {
			rt.Sleep(pausing)
			c.send(piece)
		}
		rt.Sleep(pausing)
		c.send("\r\nok\r\n0\r\nTrailer: x\r\n\r\n")
		c.comes("all of it", "ok\r\n0\r\n\r\n", ms)
		rt.Sleep(4 * time.Second) // Idle is 5, Body 2.5
		return false
	},
	func(_ *salon, c *talk) bool {
		rest := []string{"", "Expect: 100-continue\r\n"}[sim.Choose("asked for", 2)]
		c.send(posted("/count", "Content-Length: 10\r\n"+rest, ""))
		if rest != "" {
			c.comes("it is read", http1.Continue, ms)
		}
		rt.Sleep(pausing)
		start := rt.Now()
		c.send("hello")
		c.wantClosing("the rest does not come", 408)
		soon("408", start, 2500*ms)
		c.send("GET /inline HTTP/1.1\r\nHost: a\r\n\r\n")
		c.wantEnd("behind 408")
		return true
	},
	func(_ *salon, c *talk) bool {
		start := rt.Now()
		c.send(posted("/back", "Content-Length: 10\r\n", "hello"))
		c.comes("its begin", "hello", ms)
		c.wantCut("the rest does not come, and the answer has begun")
		soon("the cut", start, 2500*ms)
		return true
	},
	func(_ *salon, c *talk) bool {
		c.send(posted("/count", "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\nnonsense\r\nGET /inline HTTP/1.1\r\nHost: a\r\n\r\n"))
		c.wantClosing("no chunk", 400)
		c.wantEnd("behind nonsense")
		return true
	},
	func(_ *salon, c *talk) bool {
		n := taken + sim.Choose("beyond", 2)
		if sim.Choose("chunked", 2) == 1 {
			c.send(posted("/count", "Transfer-Encoding: chunked\r\n", fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", n, flood[:n])))
		} else {
			c.send(posted("/count", fmt.Sprintf("Content-Length: %d\r\n", n), string(flood[:n])))
		}
		if n > taken {
			c.wantClosing("too much", 413)
			c.wantEnd("behind too much")
			return true
		}
		c.want("all that is taken", fmt.Sprint(n))
		return false
	},
	func(_ *salon, c *talk) bool {
		path := []string{"/unread", "/first"}[sim.Choose("unread", 2)]
		c.send(posted(path, "Content-Length: 15000\r\n", string(flood[:15_000])) + "GET /inline HTTP/1.1\r\nHost: a\r\n\r\n")
		c.want(path, "hello\n")
		c.want("behind what nobody reads", "hello\n")
		return false
	},
	func(_ *salon, c *talk) bool { // who answers early has the rest come in its time
		start := rt.Now()
		c.send(posted("/first", "Content-Length: 1000\r\n", "hello"))
		c.want("early", "hello\n")
		rt.Sleep(pausing)
		c.send("hello")
		c.wantEnd("the rest does not come")
		soon("its time", start, 2500*ms)
		return true
	},
	func(_ *salon, c *talk) bool {
		start := rt.Now()
		c.send(posted("/count", "Transfer-Encoding: chunked\r\n", "1"))
		if err := c.CloseWrite(); err != nil {
			rt.Bug("%v", err)
		}
		c.wantCut("its content cannot come")
		soon("it hung up", start, 0)
		return true
	},
	func(_ *salon, c *talk) bool {
		path := []string{"/half", "/excess"}[sim.Choose("cut", 2)]
		c.get(path)
		_, err := c.Response(client.Want{Status: 200})
		if kind, ok := client.KindOf(err); !ok || kind == client.Wrong || kind == client.Timeout {
			rt.Bug("%s is no cut: %v", path, err)
		}
		return true
	},
	func(_ *salon, c *talk) bool {
		for _, path := range []string{"/most", "/ticks", "/back"} {
			c.send("HEAD " + path + " HTTP/1.1\r\nHost: a\r\n\r\n")
			if _, err := c.Response(client.Want{Method: "HEAD", Status: 200}); err != nil {
				rt.Bug("%v", err)
			}
		}
		return false
	},
}

// wantLeft wants the one handler that was left to have been told d after start.
func (s *salon) wantLeft(why string, start rt.Instant, d time.Duration) {
	if len(*s.left) != 1 {
		rt.Bug("%s: handlers were told %q", why, *s.left)
	}
	_, at, _ := strings.Cut((*s.left)[0], " at ")
	told, err := strconv.ParseInt(at, 10, 64)
	if took := rt.Instant(told).Sub(start); err != nil || took < d || took >= d+ms {
		rt.Bug("%s: its handler was told at %s, %v after it began; %v is right", why, at, took, d)
	}
}

// TestLiveConversations has one client say one thing after another.
func TestLiveConversations(t *testing.T) {
	explored(t, 130, func(s *salon, _ *stage.Config) func() {
		return func() {
			var c *talk
			for range 1 + sim.Choose("turns", 5) {
				if c == nil {
					c = s.dial()
				}
				k := sim.Choose("turn", len(turns))
				if turns[k](s, c) {
					c.Close()
					c = nil
				}
			}
			if c != nil {
				c.wantOpen("its end")
				c.Close()
			}
		}
	})
}
