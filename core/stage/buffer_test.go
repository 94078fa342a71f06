package stage_test

import (
	"testing"
	"time"

	"brigade/core/iobuf"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/netsim"
)

// Without a buffer nobody is answered, each connection ends by its timer and without a
// word, and all is well as soon as there is one.
func TestNoneAtFirst(t *testing.T) {
	everywhere(t, setup{cfg: stage.Config{Buffers: stage.None}}, func(w *world) {
		var wg rt.WaitGroup
		begin := rt.Now()
		for range 3 {
			c := w.dial()
			wg.Go("client", func() {
				c.get("/hello")
				c.wantCut("there is no buffer for an answer, nor for an error")
				wantNow("Header runs while it waits for a buffer", begin, 2*time.Second)
			})
		}
		wg.Wait()
		late := w.dial()
		late.get("/hello")
		rt.Sleep(time.Second)
		if err := w.server.ResizeBuffers(1); err != nil {
			rt.Bug("%v", err)
		}
		late.wantResponse("who waits is served when there is a buffer", 200)
		if err := w.server.ResizeBuffers(0); err == nil {
			rt.Bug("a server may have no buffers")
		}
	})
}

// Who thinks holds none: with one buffer for all, five hundred connections that stay open
// are answered, one after the other, twice.
func TestOneBufferForAll(t *testing.T) {
	const clients = 500
	for _, topology := range topologies {
		var left iobuf.Stats
		s := setup{cfg: stage.Config{Buffers: 1}, net: netsim.Config{Latency: ms}}
		serve(t, s, topology, 1, func(w *world) {
			var wg rt.WaitGroup
			for range clients {
				c := w.dial()
				wg.Go("client", func() {
					for range 2 {
						c.get("/hello")
						c.wantResponse("its turn comes", 200)
					}
					c.Close()
				})
			}
			wg.Wait()
			left = w.server.Buffers()
		})
		fill := left.Classes[iobuf.Filling]
		if fill.Refused == 0 || fill.Granted != fill.Taken+fill.Passed+fill.Revoked || fill.Waiting+fill.Reserved != 0 {
			t.Errorf("%v: %+v", topology, fill)
		}
	}
}

// A client that does not take its answer holds the only buffer until its Write time is
// over; who waits has less time than that, and goes.
func TestHeldUp(t *testing.T) {
	everywhere(t, setup{cfg: stage.Config{Buffers: 1}, net: netsim.Config{SendBuffer: 600, RecvBuffer: 600}}, func(w *world) {
		stuck := w.dial()
		stuck.get("/bulk")
		rt.Sleep(100 * ms)
		begin := rt.Now()
		c := w.dial()
		c.get("/hello")
		c.wantCut("the only buffer is in use")
		wantNow("Header runs", begin, 2*time.Second)
		c = w.dial()
		c.get("/hello")
		c.wantResponse("the stuck one was cut by then", 200)
		stuck.Close()
	})
}
