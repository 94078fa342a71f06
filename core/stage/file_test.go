package stage_test

// Files that are sent from the disk: longer than a processor's turn, to a reader
// that is slow, among responses from memory, and one that shrinks meanwhile.

import (
	"bytes"
	"testing"
	"time"

	"brigade/core/handler/static"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/invariants"
	"brigade/netsim"
	"brigade/netsim/client"
	"brigade/sim"
)

// pattern is content of which no two places look alike.
func pattern(size int) []byte {
	b := make([]byte, 0, size+8)
	for i := uint32(0); len(b) < size; i++ {
		b = append(b, byte(i), byte(i>>8), byte(i>>16), '.')
	}
	return b[:size]
}

// files runs f against a server of a tree with one small and one huge file.
func files(t *testing.T, cfg netsim.Config, seeds int, f func(w *world)) {
	t.Helper()
	for _, topology := range topologies {
		w := &world{net: netsim.New(cfg)}
		w.kernel, w.peer = w.net.Process("server"), w.net.Process("client")
		w.net.BuildFile("/www/huge", string(huge))
		w.net.BuildFile("/www/small", "small")
		for seed := range uint64(seeds) {
			r := sim.Run(sim.Options{Seed: seed + 1, World: w.net, Observers: invariants.Server(int32(w.kernel.ID()))}, func() {
				h, err := static.New(w.kernel, "/www", static.Options{Small: 1000})
				if err != nil {
					rt.Bug("%v", err)
				}
				s := setup{cfg: stage.Config{Kernel: w.kernel, Handler: h}}
				s.measures(topology)
				if w.server, err = stage.New(s.cfg); err != nil {
					rt.Bug("%v", err)
				}
				w.server.Start()
				f(w)
				w.server.Drain(10 * time.Second)
				w.server.Wait()
				h.Close()
			})
			if r.Verdict != nil {
				t.Fatalf("%v, seed %d: %v, in %s\n%s", topology, seed+1, r.Verdict, r.Verdict.Task, r.Verdict.Stack)
			}
		}
	}
}

var huge = pattern(2<<20 + 100<<10 + 7)

// wantFile wants a response of exactly body.
func (c *talk) wantFile(why string, body []byte) {
	r := c.wantResponse(why, 200)
	if !bytes.Equal(r.Body, body) {
		rt.Bug("%s: %d bytes, not the %d of the file", why, len(r.Body), len(body))
	}
}

func TestHugeFile(t *testing.T) {
	files(t, netsim.Config{}, 2, func(w *world) {
		c := w.dial()
		c.get("/huge")
		c.wantFile("longer than a processor's turn", huge)
		c.get("/small")
		c.wantFile("after it", []byte("small"))
		c.Close()
	})
}

func TestFilesAmongResponsesFromMemory(t *testing.T) {
	files(t, netsim.Config{SendBuffer: 32 << 10, RecvBuffer: 32 << 10}, 2, func(w *world) {
		c := w.dial()
		for _, path := range []string{"/small", "/huge", "/small", "/small"} {
			c.get(path)
		}
		c.Chunk, c.Pause = 16<<10, ms
		c.wantFile("first", []byte("small"))
		c.wantFile("second, by and by", huge)
		c.wantFile("third", []byte("small"))
		c.wantFile("fourth", []byte("small"))
		c.Close()
	})
}

func TestFileShrinksWhileSent(t *testing.T) {
	files(t, netsim.Config{SendBuffer: 8192, RecvBuffer: 8192}, 10, func(w *world) {
		c := w.dial()
		c.get("/huge")
		rt.Sleep(ms)
		w.peer.Truncate("/www/huge", 100<<10)
		_, err := c.Response(client.Want{})
		if kind, _ := client.KindOf(err); err == nil || kind != client.Truncated {
			rt.Bug("what was promised is not there any more, but the client sees: %v", err)
		}
		c.Close()
	})
}
