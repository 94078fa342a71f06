package stage_test

import (
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/netsim"
	"brigade/netsim/client"
)

func TestFirstByteTimer(t *testing.T) {
	reports := everywhere(t, setup{}, func(w *world) {
		c := w.dial()
		c.wantEnd("whoever says nothing is shown out without a word")
		wantNow("Header runs from the connection's first moment", 0, 2*time.Second)
	})
	wantClosedAt(t, reports, "nothing was received", 2*time.Second)
}

func TestHeaderTimer(t *testing.T) {
	everywhere(t, setup{}, func(w *world) {
		c := w.dial()
		text := "GET / HTTP/1.1\r\nHost: a\r\nX: "
		c.send(text)
		for range 18 {
			rt.Sleep(100 * ms)
			c.send("y")
		}
		c.wantClosing("a head that trickles in does not earn time with each byte", 408)
		wantNow("Header runs from the head's first byte", 0, 2*time.Second)
		c.wantEnd("after 408")

		c = w.dial()
		c.send("HEAD /hello HTTP/1.1\r\nHost:")
		if _, err := c.Response(client.Want{Method: "HEAD", Status: 408, Close: true}); err != nil {
			rt.Bug("who asked with HEAD is told without content, RFC 9110 §9.3.2: %v", err)
		}
		c.wantEnd("after 408 without content")
	})
}

func TestHeaderTimerBetweenRequests(t *testing.T) {
	everywhere(t, setup{}, func(w *world) {
		c := w.dial()
		c.get("/hello")
		c.wantResponse("first", 200)
		rt.Sleep(4 * time.Second)
		c.send("GET / HT")
		begin := rt.Now()
		c.wantClosing("a later request gets its own Header time", 408)
		wantNow("from its first byte", begin, 2*time.Second)
		c.wantEnd("after 408")
	})
}

func TestIdleTimer(t *testing.T) {
	reports := everywhere(t, setup{}, func(w *world) {
		c := w.dial()
		rt.Sleep(time.Second)
		c.get("/hello")
		c.wantResponse("in time", 200)
		c.wantEnd("Idle has passed")
		wantNow("Idle runs from the last response", 0, 6*time.Second)
	})
	wantClosedAt(t, reports, "idle", 6*time.Second)
}

func TestIdleTimerStartsAnew(t *testing.T) {
	everywhere(t, setup{}, func(w *world) {
		c := w.dial()
		for range 3 {
			c.get("/inline")
			c.wantResponse("each request is in time", 200)
			rt.Sleep(4 * time.Second)
		}
		c.wantEnd("then none came")
		wantNow("Idle runs from the last response", 0, 13*time.Second)
	})
}

func TestWriteTimer(t *testing.T) {
	s := setup{net: netsim.Config{SendBuffer: 4096, RecvBuffer: 4096}}
	reports := everywhere(t, s, func(w *world) {
		c := w.dial()
		c.get("/bulk")
		rt.Sleep(10 * time.Second)
		c.wantCut("nobody took the response")
	})
	wantClosedAt(t, reports, "a response without progress", 3*time.Second)
}

func TestWriteTimerCountsProgress(t *testing.T) {
	s := setup{net: netsim.Config{SendBuffer: 4096, RecvBuffer: 4096}}
	everywhere(t, s, func(w *world) {
		c := w.dial()
		c.Chunk, c.Pause = 8192, 500*ms // in all much longer than Write
		c.get("/bulk")
		r := c.wantResponse("a slow reader makes progress", 200)
		if len(r.Body) != len(bulk) {
			rt.Bug("%d bytes", len(r.Body))
		}
		c.Close()
	})
}

func TestLingerTimer(t *testing.T) {
	reports := everywhere(t, setup{}, func(w *world) {
		c := w.dial()
		c.send("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nleft over")
		c.wantClosing("what comes behind the last request is nobody's", 200)
		rt.Sleep(5 * time.Second)
		c.Close()
	})
	wantClosedAt(t, reports, "a peer that does not close", time.Second)
}

func TestBodyTimer(t *testing.T) {
	reports := everywhere(t, setup{}, func(w *world) {
		c := w.dial()
		c.send("POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
		c.wantResponse("the answer does not wait for content nobody wants", 200)
		for range 4 {
			rt.Sleep(time.Second)
			c.send("some of it")
		}
		c.wantCut("content that trickles in does not earn time")
	})
	wantClosedAt(t, reports, "content that does not come", 2500*ms)
}
