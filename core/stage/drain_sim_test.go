package stage_test

// A drain may come at any moment, with any patience, once or twice, on any number
// of tasks: whatever was accepted is closed, whatever was begun is logged, nobody
// works on what is not his, and all tasks end. The checkers say so; the clients
// only see to it that there is something at every place.

import (
	"testing"
	"time"

	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/invariants"
	"brigade/netsim"
	"brigade/netsim/client"
	"brigade/sim"
)

func TestDrainAtAnyMoment(t *testing.T) {
	net := netsim.New(netsim.Config{})
	w := &world{net: net, kernel: net.Process("server"), peer: net.Process("client")}
	o := sim.Options{Seed: 1, Runs: 400, World: net, Observers: invariants.Server(int32(w.kernel.ID()))}
	r := sim.Explore(o, func() { drainAtAnyMoment(w) })
	if f := r.Failure; f != nil {
		t.Fatalf("run %d: seed %d: %v, in %s\n%s", r.Runs, f.Seed, f.Verdict, f.Verdict.Task, f.Verdict.Stack)
	}
}

func drainAtAnyMoment(w *world) {
	s := setup{cfg: stage.Config{
		Kernel: w.kernel, Shards: 1 + sim.Choose("shards", 2), Readers: 1 + sim.Choose("readers", 2),
		Writers: 1 + sim.Choose("writers", 2), Processors: 1 + sim.Choose("processors", 2), Connections: []int{100, 1}[sim.Choose("connections", 2)],
	}}
	s.cfg.Waker = poll.WakerKind(sim.Choose("waker", 3))
	accept := sim.Choose("accept", 3)
	s.measures(topologies[sim.Choose("topology", len(topologies))])
	if s.cfg.Accept = stage.Accept(accept); accept == 0 && s.cfg.Topology == stage.Staged {
		s.cfg.Accept = stage.AcceptListener
	}
	buffers := []int{0, 4096}[sim.Choose("buffers", 2)]
	w.net.Adjust(netsim.Config{SendBuffer: buffers, RecvBuffer: buffers, Latency: []time.Duration{0, 5 * ms}[sim.Choose("latency", 2)]})
	server, err := stage.New(s.cfg)
	if err != nil {
		rt.Bug("%v", err)
	}
	var wg rt.WaitGroup
	for range 1 + sim.Choose("clients", 4) {
		wg.Go("client", func() { visit(w) })
	}
	if sim.Choose("start late", 2) == 1 {
		rt.Sleep(ms)
	}
	server.Start()
	for range 1 + sim.Choose("drains", 2) {
		rt.Sleep([]time.Duration{0, ms, 20 * ms, time.Second, 4 * time.Second}[sim.Choose("serve for", 5)])
		server.Drain([]time.Duration{0, 1, ms, time.Second, 10 * time.Second}[sim.Choose("limit", 5)])
	}
	server.Wait()
	wg.Wait()
}

// visit is a client that does one thing or another.
func visit(w *world) {
	c, err := client.Dial(w.peer, address)
	if err != nil {
		return
	}
	defer c.Close()
	c.Patience = 5 * time.Second
	const one = "GET /inline HTTP/1.1\r\nHost: a\r\n\r\n"
	for range 1 + sim.Choose("messages", 3) {
		c.Send([]byte([]string{
			one, "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n", "GET /bulk HTTP/1.1\r\nHost: a\r\n\r\n", "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n",
			"GET /he", one + one + one, "POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n1234", "bad\r\n\r\n", one + one[:20],
			"GET /partial HTTP/1.1\r\nHost: a\r\n\r\n", "GET /panic HTTP/1.1\r\nHost: a\r\n\r\n",
			"GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + one,
		}[sim.Choose("message", 12)]))
		rt.Sleep([]time.Duration{0, ms, 3 * time.Second}[sim.Choose("pause", 3)])
	}
	b := make([]byte, 1<<15)
	for {
		if n, err := c.Recv(b, c.Patience); n == 0 || err != nil {
			return
		}
	}
}
