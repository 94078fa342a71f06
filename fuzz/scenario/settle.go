package scenario

// Liveness. While faults strike, much is excused: a client may get 503, half a
// response or nothing. What a server may not do is remember it. So when the crowd
// has gone, the faults stop, what they have begun gets its time to end, and new
// clients have to be served like any other: each answer right, within a bound of
// virtual time, with no excuse. After that the server drains, and the checkers of
// what is left (descriptors, pages, tasks, timers, connections) speak.
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
)

// settle ends the faults of a run that has any, and sees to it that the server
// serves.
func (s *site) settle(p plan) {
	if p.net.Profile.String() == "none" {
		return
	}
	p.net.Profile = netsim.Profile{}
	s.net.Adjust(p.net)
	rt.Sleep(settling)
	var wg rt.WaitGroup
	wg.Label("latecomers")
	for i := range latecomers {
		c := &client.Client{
			Process: s.clients[i], Addr: address, Patience: owed, Answered: s.env.answered,
			Files: rotate(s.files, sim.Choose("late file", len(s.files))),
		}
		wg.Go("latecomer", func() {
			if err := c.WellBehaved(1, 0); err != nil {
				invariant := "I12"
				if kind, _ := client.KindOf(err); kind == client.Wrong {
					invariant = "I18"
				}
				sim.Failf(invariant, "faults have stopped for "+settling.String()+", and a client is not served: "+err.Error())
			}
			s.env.Exchanged(1)
		})
	}
	wg.Wait()
}
