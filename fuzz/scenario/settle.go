package scenario

// Liveness. While faults strike, much is excused: a client may get 503, half a
// response or nothing. What a server may not do is remember it. So when the crowd
// has gone, the faults stop. An exchange that is open then has to end; what else the
// faults have begun gets its time; and new clients have to be served like any other:
// each answer right, within a bound of virtual time, with no excuse; where buffers are few,
// one whose time to be heard is over comes again. After that the
// server drains, and the checkers of what is left (descriptors, pages, tasks, timers,
// connections) speak.
//
// A server that has lost the way to serve and looks idle (a place for a connection
// that nobody gives back, a refusal that is never taken back) shows itself here, and
// nowhere else: without faults it would not have got there, and under faults it is
// excused.

import (
	"time"

	"brigade/core/rt"
	"brigade/netsim"
	"brigade/netsim/client"
	"brigade/sim"
)

const (
	// settling is how long what faults have begun may go on: more than a server's
	// longest timeout and the longest stall of a disk.
	settling = 20 * time.Second

	// owed is within what time a client is answered then.
	owed = 10 * time.Second

	// latecomers is how many come.
	latecomers = 2

	// comes is how often one comes again who was cut where buffers are few: whoever uploads
	// slowly has the only one for longer than another has time to be heard.
	comes = 5
)

// settle ends the faults of a run that has any, and sees to it that the server
// serves: a client who is there when they end, and others who come later.
func (s *site) settle(p plan) {
	if p.net.Profile.String() == "none" {
		return
	}
	var wg rt.WaitGroup
	wg.Label("late clients")
	wg.Go("present", func() { s.present(p) })
	rt.Sleep([]time.Duration{0, time.Millisecond, 30 * time.Millisecond}[sim.Choose("faults stop", 3)])
	s.becalm(p, &wg)
	wg.Wait()
}

// becalm ends all that goes wrong, and has clients come in wg when that is over.
func (s *site) becalm(p plan, wg *rt.WaitGroup) {
	calm := p.net
	calm.Profile, calm.Memory = netsim.Profile{}, 0
	s.net.Adjust(calm)
	rt.Sleep(settling)
	for range latecomers {
		wg.Go("latecomer", func() { s.latecomer(p) })
	}
}

// present is a client with an exchange open when the faults end. It may get what they
// made of that, but it gets something: a byte or the end, in time.
func (s *site) present(p plan) {
	c := &client.Client{
		Process: s.clients[latecomers], Addr: address, Patience: settling + owed, Answered: s.env.answered,
		Files:   rotate(tolerant(s.files, p.also()...), sim.Choose("last file", len(s.files))),
		Stepped: p.net.Profile.Includes("wall-step"),
	}
	err := c.WellBehaved(1, 0)
	if kind, _ := client.KindOf(err); err != nil && kind == client.Timeout {
		sim.Failf("I12", "faults stopped, and a client who was there gets nothing: "+err.Error())
	} else if p.blames(err) {
		sim.Failf(broken(err), "as faults stopped: "+err.Error())
	}
	s.env.Exchanged(1)
}

// latecomer is a client who comes when all is calm.
func (s *site) latecomer(p plan) {
	c := &client.Client{
		Process: s.clients[sim.Choose("latecomer", latecomers)], Addr: address, Patience: owed, Answered: s.env.answered,
		Files: rotate(s.files, sim.Choose("late file", len(s.files))),
	}
	serve := func() error { return c.WellBehaved(1, 0) }
	if p.mixed && sim.Choose("late session", 2) == 1 {
		serve = func() error { return c.Multiplexing(sim.Choose, 2) }
	}
	err := serve()
	for range comes {
		if kind, ok := client.KindOf(err); err == nil || !p.starves() || !ok || kind == client.Wrong || kind == client.Timeout {
			break
		}
		err = serve()
	}
	if err != nil {
		invariant := "I12"
		if kind, _ := client.KindOf(err); kind == client.Wrong {
			invariant = broken(err)
		}
		why := "all has been well for " + settling.String()
		sim.Failf(invariant, why+", and a client is not served: "+err.Error())
	}
	s.env.Exchanged(1)
}
