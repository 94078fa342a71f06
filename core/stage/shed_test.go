package stage_test

// Shedding is gradual: for each that comes when there is no room, the connection that
// has been idle longest goes, and no other; who has a request under way stays.

import (
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/netsim/client"
)

// wantQuiet wants nothing to come for d, an end neither.
func (c *talk) wantQuiet(why string, d time.Duration) {
	var b [1]byte
	n, err := c.Recv(b[:], d)
	if kind, _ := client.KindOf(err); kind != client.Timeout {
		rt.Bug("%s: %d bytes, %v", why, n, err)
	}
}

func TestSheddingForConnections(t *testing.T) {
	everywhere(t, setup{cfg: stage.Config{Connections: 4}}, func(w *world) {
		busy := w.dial()
		busy.get("/slow")
		a, b, c := w.dial(), w.dial(), w.dial()
		for _, x := range []*talk{a, b, c, b} {
			x.get("/inline")
			x.wantResponse("there is room for four", 200)
			rt.Sleep(10 * ms)
		}
		d := w.dial()
		d.get("/inline")
		a.wantEnd("it has been idle longest")
		d.wantResponse("a fifth", 200)
		c.wantQuiet("one has gone for one that came", 50*ms)
		e := w.dial()
		e.get("/inline")
		c.wantEnd("now it has been idle longest")
		e.wantResponse("a sixth", 200)
		b.wantOpen("it has had a request since")
		busy.wantResponse("who waits for an answer stays", 200)
		for _, x := range []*talk{busy, b, d, e} {
			x.Close()
		}
	})
}

// One processor, which is slow, and a line in which the last waits for too long, 8 s.
func TestSheddingForProcessors(t *testing.T) {
	for seed := range uint64(12) {
		serve(t, setup{cfg: stage.Config{Processors: 1, Waiting: -1}}, stage.Fused, seed+1, func(w *world) {
			a, b, first := w.dial(), w.dial(), w.dial()
			for _, x := range []*talk{a, b} {
				x.get("/inline")
				x.wantResponse("before", 200)
			}
			first.get("/slow")
			rt.Sleep(500 * ms)
			var line []*talk
			for range 9 {
				x := w.dial()
				x.get("/slow")
				line = append(line, x)
				rt.Sleep(ms)
			}
			rt.Sleep(4 * time.Second)
			for _, x := range []*talk{a, b} {
				x.get("/inline")
				x.wantResponse("that takes no processor", 200)
				rt.Sleep(10 * ms)
			}
			a.wantQuiet("there is a line, and nobody has waited too long", 3900*ms)
			a.wantEnd("the last one did, and this one has been idle longest")
			line[8].wantCut("no processor has room for it in time")
			b.wantOpen("one has gone for one")
			for _, x := range append(line[:8], first) {
				x.wantResponse("its turn came", 200)
				x.Close()
			}
			b.Close()
		})
	}
}
