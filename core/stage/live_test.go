package stage_test

// Handlers that stream. Each test would convict a server that keeps a response until its
// handler returns, reads content that nobody has room for, lets a handler write for a
// client that is gone, or loses a byte, an end or a log record on the way.

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"brigade/core/exchange"
	"brigade/core/http1"
	"brigade/core/rt"
	"brigade/netsim"
	"brigade/netsim/client"
)

// streaming is a handler that streams, by path.
type streaming struct{ left *[]string } // what became of those whose client went

func (streaming) Streams(*exchange.Exchange) bool { return true }

func (streaming) Local() exchange.Local { return local{} }

func (s streaming) Handle(x *exchange.Exchange) {
	switch string(x.Request.Path) {
	case "/ticks": // one a second
		x.Begin(200)
		x.End()
		for i := range 3 {
			x.Append(func(dst []byte) []byte { return fmt.Appendf(dst, "tick %d;", i) })
			x.Flush()
			rt.Sleep(time.Second)
		}
	case "/flood": // more than anything holds
		x.Begin(200)
		x.ContentLength(int64(len(flood)))
		x.End()
		for b := flood; len(b) > 0; b = b[min(3000, len(b)):] {
			if err := x.Bytes(b[:min(3000, len(b))]); err != nil {
				*s.left = append(*s.left, fmt.Sprint(err, " at ", rt.Now()))
				return
			}
		}
	case "/excess":
		x.Begin(200)
		x.ContentLength(20_000)
		x.End()
		x.Bytes(flood[:18_000])
		x.Bytes(flood[18_000:])
	case "/half":
		x.Begin(200)
		x.End()
		x.Bytes(flood[:30_000])
		panic("in the middle")
	case "/panic":
		panic("at once")
	case "/unread":
		answer(x, hello)
	case "/first": // reads a piece and answers
		if _, err := x.More(); err != nil {
			x.Fail(err)
			return
		}
		answer(x, hello)
	case "/count":
		n := 0
		for {
			more, err := x.More()
			if err != nil {
				x.Fail(err)
				return
			}
			k, _ := x.Content().Bytes()
			n += int(k)
			x.Content().Destroy()
			if !more {
				break
			}
			rt.Sleep(10 * ms)
		}
		answer(x, []byte(fmt.Sprint(n)))
	case "/back": // as it comes
		x.Begin(200)
		x.End()
		for {
			more, err := x.More()
			if err == nil {
				err = x.Move(x.Content())
			}
			if err != nil {
				x.Fail(err)
				return
			}
			if !more {
				return
			}
			x.Flush()
		}
	default:
		answer(x, hello)
	}
}

var flood = []byte(strings.Repeat("0123456789abcde\n", 20_000)) // 320 KB

func streams() setup {
	s := setup{}
	s.cfg.Handler = streaming{new([]string)}
	s.cfg.Content = 200_000
	s.net = netsim.Config{SendBuffer: 4096, RecvBuffer: 4096}
	return s
}

// comes reads until text has come, and says why it must have by then.
func (c *talk) comes(why, text string, by time.Duration) {
	start := rt.Now()
	got := []byte(nil)
	for !bytes.Contains(got, []byte(text)) {
		b := make([]byte, 4096)
		n, err := c.Recv(b, by)
		if err != nil || n == 0 {
			rt.Bug("%s: %q came in %v, and no %q (%v)", why, got, rt.Now().Sub(start), text, err)
		}
		got = append(got, b[:n]...)
	}
}

// What a handler flushes is there at once, while it goes on.
func TestResponseComesWhileItIsWritten(t *testing.T) {
	everywhere(t, streams(), func(w *world) {
		start := rt.Now()
		c := w.dial()
		c.get("/ticks")
		c.comes("flushed at once", "tick 0;", 100*ms)
		c.comes("a second later", "tick 1;", time.Second+100*ms)
		c.comes("two seconds later", "tick 2;", time.Second+100*ms)
		c.comes("and the end", "0\r\n\r\n", time.Second+100*ms)
		wantNow("three ticks", start, 3*time.Second)
		c.wantOpen("the response was whole")
		c.Close()
	})
}

// It has its length, to the byte, and others follow it on its connection.
func TestLongResponseIsWhole(t *testing.T) {
	everywhere(t, streams(), func(w *world) {
		c := w.dial()
		c.send("GET /flood HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /flood HTTP/1.0\r\n\r\n")
		for _, want := range [][]byte{flood, hello, flood} {
			if r, err := c.Response(client.Want{Status: 200, Body: want}); err != nil {
				rt.Bug("%d bytes: %v (%v)", len(want), err, r)
			}
		}
		c.wantEnd("HTTP/1.0")
	})
}

// HEAD has no body, whatever its handler writes; HTTP/1.0 has no chunks.
func TestLiveHead(t *testing.T) {
	everywhere(t, streams(), func(w *world) {
		c := w.dial()
		for _, path := range []string{"/flood", "/ticks", "/back"} {
			c.send("HEAD " + path + " HTTP/1.1\r\nHost: a\r\n\r\n")
			if _, err := c.Response(client.Want{Method: "HEAD", Status: 200}); err != nil {
				rt.Bug("%v", err)
			}
		}
		c.send("GET /ticks HTTP/1.0\r\n\r\n")
		if r, err := c.Response(client.Want{Status: 200, Body: []byte("tick 0;tick 1;tick 2;")}); err != nil {
			rt.Bug("%v (%v)", err, r)
		}
		c.wantEnd("its end is the connection's")
	})
}

// A client that goes, or takes nothing, ends its handler with an error.
func TestHandlerLosesItsClient(t *testing.T) {
	for _, reset := range []bool{true, false} {
		s := streams()
		left := s.cfg.Handler.(streaming).left
		everywhere(t, s, func(w *world) {
			*left = nil
			start := rt.Now()
			c := w.dial()
			c.get("/flood")
			c.comes("the head", "\r\n\r\n", 100*ms)
			rt.Sleep(time.Second)
			if reset {
				c.Reset()
				rt.Sleep(time.Second)
			} else {
				rt.Sleep(10 * time.Second) // Write is 3
				c.wantCut("nothing was taken")
			}
			if len(*left) != 1 {
				rt.Bug("reset %t: the handler was told %q by %v after", reset, *left, rt.Now().Sub(start))
			}
		})
	}
}

// What goes wrong before anything has left is an answer; afterwards the client sees a
// cut, and never a byte too many.
func TestLiveHandlerFails(t *testing.T) {
	everywhere(t, streams(), func(w *world) {
		other := w.dial()
		other.get("/hello")
		other.wantResponse("before", 200)
		c := w.dial()
		c.get("/panic")
		c.wantClosing("nothing has left yet", 500)
		c.wantEnd("after 500")
		for _, path := range []string{"/half", "/excess"} {
			c := w.dial()
			c.get(path)
			_, err := c.Response(client.Want{Status: 200})
			if kind, ok := client.KindOf(err); !ok || kind == client.Wrong || kind == client.Timeout {
				rt.Bug("%s is no cut: %v", path, err)
			}
			c.Close()
		}
		other.wantOpen("others are not disturbed")
		other.Close()
	})
}

// Content is read as it comes, and goes back while more is sent.
func TestContentComesWhileItIsSent(t *testing.T) {
	everywhere(t, streams(), func(w *world) {
		c := w.dial()
		c.send("POST /back HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello")
		c.comes("before the rest was sent", "hello", 100*ms)
		c.send("world")
		c.comes("the rest", "0\r\n\r\n", 100*ms)
		c.send("POST /back HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\none\r\n")
		c.comes("a chunk", "one", 100*ms)
		c.send("3\r\ntwo\r\n0\r\nTrailer: x\r\n\r\n")
		c.comes("another", "0\r\n\r\n", 100*ms)
		c.wantOpen("both were read to their ends")
		c.Close()
	})
}

// A handler that takes its time has the socket wait, and nothing is lost.
func TestLongContentIsWhole(t *testing.T) {
	everywhere(t, streams(), func(w *world) {
		c := w.dial()
		c.send("POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + string(flood[:100_000]) + "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
		if _, err := c.Response(client.Want{Status: 200, Body: []byte("100000")}); err != nil {
			rt.Bug("%v", err)
		}
		c.wantResponse("what was sent behind it", 200)
		c.Close()
	})
}

// Who hangs up behind a chunk's size is found out at once: there is nothing more to come.
func TestHangsUpInAChunksHead(t *testing.T) {
	everywhere(t, streams(), func(w *world) {
		c := w.dial()
		start := rt.Now()
		c.send("POST /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1")
		if err := c.CloseWrite(); err != nil {
			rt.Bug("%v", err)
		}
		c.wantCut("its content cannot come")
		wantNow("it hung up", start, 0)
	})
}

// Content that a handler does not want goes by; one that is held back is asked for when
// it is read, or never.
func TestUnreadContent(t *testing.T) {
	everywhere(t, streams(), func(w *world) {
		c := w.dial()
		for _, path := range []string{"/unread", "/first"} {
			c.send("POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: 30000\r\n\r\n" + string(flood[:30_000]))
			c.wantResponse(path+" does not read it", 200)
			c.wantOpen(path + ": it goes by")
		}
		c.send("POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
		c.comes("it is read", http1.Continue, 100*ms)
		c.send("hello")
		if _, err := c.Response(client.Want{Status: 200, Body: []byte("5")}); err != nil {
			rt.Bug("%v", err)
		}
		c.send("POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
		c.wantClosing("whether it comes all the same is not known", 200)
		c.wantEnd("it was not asked for")
	})
}

// What is wrong with content is an answer, if nothing has left.
func TestWrongContent(t *testing.T) {
	everywhere(t, streams(), func(w *world) {
		for _, one := range []struct {
			what, text string
			status     int
		}{
			{"no chunk", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nnonsense\r\n", 400},
			{"too much is announced", "Content-Length: 200001\r\n\r\n", 413},
			{"too much comes", "Transfer-Encoding: chunked\r\n\r\n40000\r\n" + string(flood[:200_001]), 413},
			{"the rest does not come", "Content-Length: 10\r\n\r\nhello", 408},
		} {
			start := rt.Now()
			c := w.dial()
			c.send("POST /count HTTP/1.1\r\nHost: a\r\n" + one.text)
			c.wantClosing(one.what, one.status)
			if one.status == 408 {
				wantNow(one.what, start, 2500*ms)
			}
			c.wantCut(one.what)
		}
		c := w.dial()
		c.send("POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello")
		rt.Sleep(100 * ms)
		c.Reset()
	})
}

// A drain waits for handlers, up to its deadline.
func TestDrainWaitsForLiveHandlers(t *testing.T) {
	everywhere(t, streams(), func(w *world) {
		c := w.dial()
		c.get("/ticks")
		c.comes("it has begun", "tick 0;", 100*ms)
		w.server.Drain(10 * time.Second)
		c.comes("it goes on", "tick 2;", 3*time.Second)
		c.comes("and ends", "0\r\n\r\n", 3*time.Second)
		c.wantEnd("a server that drains keeps nothing open")
	})
	s := streams()
	left := s.cfg.Handler.(streaming).left
	everywhere(t, s, func(w *world) {
		*left = nil
		start := rt.Now()
		c := w.dial()
		c.get("/flood")
		c.comes("the head", "\r\n\r\n", 100*ms)
		w.server.Drain(time.Second)
		w.server.Wait()
		wantNow("the deadline", start, time.Second)
		if len(*left) != 1 {
			rt.Bug("the handler was told %q", *left)
		}
		if lost, n := w.server.Lost(); n != 1 || lost[0].Target != "/flood" || lost[0].Sent == 0 {
			rt.Bug("lost: %d %v", n, lost)
		}
		c.Close()
	})
}
