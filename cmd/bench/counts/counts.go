// Package counts counts what a request costs in synchronisation, by topology. It is a
// package of its own since it is simulated as a whole, and its parent is real.
package counts

// What a request costs in synchronisation, by topology: counted, not timed, on the
// simulated machine, so the same on any other. A run with a thousand requests more
// than another differs from it by what those take; starting and ending cancel out.

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"brigade/core/handler/static"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/netsim"
	"brigade/netsim/client"
	"brigade/sim"
	"brigade/sim/strategy"
)

// Command is the command that prints the table.
func Command() *cobra.Command {
	return &cobra.Command{
		Use: "counts", Short: "Count lock acquisitions, handoffs and wakeups per request, by topology", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			fmt.Printf("%-8s %-9s %8s %7s %8s %9s %8s %13s\n", "topology", "file", "clients", "locks", "atomics", "handoffs", "wakeups", "system calls")
			for _, top := range []stage.Topology{stage.Fused, stage.Event, stage.Staged} {
				for _, kind := range []string{"cached", "opened"} {
					for _, clients := range []int{1, 16} {
						c, err := perRequest(top, kind == "cached", clients)
						if err != nil {
							return err
						}
						c.print(top, kind, clients)
					}
				}
			}
			return nil
		},
	}
}

// counted is the requests by which two runs differ.
const counted = 1000

// counts are a run's, of the server's tasks alone.
type counts struct {
	process                                uint64
	locks, atomics, handoffs, wakes, calls float64
	sim                                    *sim.Sim
	server                                 map[int32]bool // tasks
}

func (c *counts) print(top stage.Topology, kind string, clients int) {
	fmt.Printf("%-8v %-9s %8d %7.2f %8.2f %9.2f %8.2f %13.2f\n", top, kind, clients, c.locks/counted, c.atomics/counted, c.handoffs/counted, c.wakes/counted, c.calls/counted)
}

// perRequest is what counted requests take.
func perRequest(top stage.Topology, cached bool, clients int) (*counts, error) {
	few, err := served(top, cached, clients, counted)
	if err != nil {
		return nil, err
	}
	many, err := served(top, cached, clients, 2*counted)
	if err != nil {
		return nil, err
	}
	many.locks -= few.locks
	many.atomics -= few.atomics
	many.handoffs -= few.handoffs
	many.wakes -= few.wakes
	many.calls -= few.calls
	return many, nil
}

// served counts a run in which clients have made so many requests together.
func served(top stage.Topology, cached bool, clients, requests int) (*counts, error) {
	net := netsim.New(netsim.Config{Latency: 50 * time.Microsecond})
	kernel, peers := net.Process("server"), net.Process("clients")
	body := strings.Repeat("x", 1000)
	net.BuildFile("/www/file", body)
	c := &counts{process: uint64(uint32(kernel.ID())), server: make(map[int32]bool)}
	var failed error
	r := sim.Run(sim.Options{
		Seed: 1, World: net, Observers: []sim.Observer{c}, Strategy: strategy.NewRandom(), MaxSteps: 100_000_000,
	}, func() { failed = c.live(kernel, peers, top, cached, clients, requests, body) })
	switch {
	case r.Verdict != nil:
		return nil, fmt.Errorf("topology %v: %w", top, r.Verdict)
	case failed != nil:
		return nil, fmt.Errorf("topology %v: %w", top, failed)
	}
	return c, nil
}

// live is the run.
func (c *counts) live(kernel, peers *netsim.Process, top stage.Topology, cached bool, clients, requests int, body string) error {
	opt := static.Options{Fresh: time.Hour}
	if !cached {
		opt.Small = 1 // so that the file is opened and sent
	}
	h, err := static.New(kernel, "/www", opt)
	if err != nil {
		return err
	}
	defer h.Close()
	addr := netip.MustParseAddrPort("127.0.0.1:80")
	s, err := stage.New(stage.Config{Kernel: kernel, Listen: addr, Handler: h, Topology: top})
	if err != nil {
		return err
	}
	s.Start()
	var wg rt.WaitGroup
	errs := make([]error, clients)
	for i := range clients {
		wg.Go("client", func() {
			x := &client.Client{Process: peers, Addr: addr, Files: []client.File{{Target: "/file", Body: []byte(body)}}, Patience: time.Minute}
			errs[i] = x.WellBehaved(requests/clients, time.Millisecond)
		})
	}
	wg.Wait()
	s.Drain(time.Minute)
	c.wakes += float64(s.Wait().Wakeups)
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Ops implements sim.Observer.
func (c *counts) Ops() (list []rt.Op) {
	for op := rt.OpLock; op < rt.OpPage; op++ {
		list = append(list, op)
	}
	return append(list, rt.OpProbe)
}

// Begin implements sim.Observer.
func (c *counts) Begin(s *sim.Sim) { c.sim = s }

// Quiet implements sim.Observer.
func (c *counts) Quiet() {}

// End implements sim.Observer.
func (c *counts) End() {}

// Event implements sim.Observer.
func (c *counts) Event(e *sim.Event) {
	if !c.serves(e.Task) {
		return
	}
	switch {
	case e.Op == rt.OpProbe:
		if rt.Kind(e.Object) == rt.ProbeOwner {
			c.handoffs++
		}
	case e.Op == rt.OpLock, e.Op == rt.OpTryLock, e.Op == rt.OpRLock, e.Op == rt.OpTryRLock, e.Op == rt.OpRelock:
		c.locks++
	case e.Op == rt.OpSignal, e.Op == rt.OpBroadcast:
		c.wakes++
	case e.Op >= rt.OpLoad && e.Op <= rt.OpCAS:
		c.atomics++
	case e.Op >= rt.OpListen && e.A>>32 == c.process:
		c.calls++
	}
}

// serves reports whether a task is the server's.
func (c *counts) serves(task int32) bool {
	if task < 0 {
		return false
	}
	is, known := c.server[task]
	if !known {
		path := c.sim.TaskPath(task)
		is = strings.HasPrefix(path, "main/") && !strings.HasPrefix(path, "main/client")
		c.server[task] = is
	}
	return is
}
