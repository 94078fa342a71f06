package scenario

// Pane's signal as a waker (2002), in a world that has signals for tasks. A signal
// ends the call that its task sleeps in (a read or a write as well as the poll: see
// netsim's TestSignals), and nothing is left of one that comes between two calls. So
// a loop that has said that it sleeps, and has looked once more, may still be told
// too early; a pipe and an event counter keep what they were told.

import (
	"brigade/core/handoff"
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
	"brigade/sim"
)

func signal() *Scenario {
	return &Scenario{
		Name: "signal", Apart: true,
		Story: "tasks hand items to a loop and wake it from its poller, by a signal or by an event counter: the signal may come too early",
		Prepare: func(e *Env) func() {
			net := netsim.New(netsim.Config{})
			e.World = net
			host := net.Process("host")
			return func() {
				signalled := sim.Choose("counter or signal", 2) == 1
				e.Exchanged(wakeups(host, signalled, 1+sim.Choose("givers", 3)))
			}
		},
	}
}

// handed is what is handed to the loop.
type handed struct{ link handoff.Link[handed] }

// HandoffLink implements handoff.Linked.
func (h *handed) HandoffLink() *handoff.Link[handed] { return &h.link }

// wakeups has so many givers hand an item each to a loop, and returns how many came.
func wakeups(host *netsim.Process, signalled bool, givers int) int {
	var inbox handoff.Inbox[handed, *handed]
	var p poll.Poller
	var thread rt.Int32
	var news rt.Bool // looked at last, as core/stage's loop looks at more than its inbox
	inbox.Label("inbox")
	thread.Label("thread")
	news.Label("news")
	if err := p.Open(host, poll.Epoll, poll.WakeFlag); err != nil {
		rt.Bug("%v", err)
	}
	var all, ready rt.WaitGroup
	all.Label("all")
	ready.Label("ready")
	ready.Add(1)
	came := 0
	all.Go("loop", func() {
		thread.Store(int32(host.Self()))
		ready.Done()
		for came < givers {
			for h := inbox.Take(); h != nil; h = inbox.Next(h) {
				rt.Taken(h)
				came++
			}
			if came < givers && inbox.Sleep() && !news.Load() {
				p.Wait(-1)
				inbox.Awake()
			}
		}
	})
	ready.Wait()
	for range givers {
		all.Go("giver", func() {
			switch wake := inbox.Push(new(handed)); {
			case wake && signalled:
				if e := host.Signal(sys.Thread(thread.Load())); e != sys.OK {
					rt.Bug("a signal: %v", e)
				}
			case wake:
				p.Wake()
			}
		})
	}
	all.Wait()
	p.Close()
	return came
}
