package check_test

import (
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
	"brigade/sim"
	"brigade/sim/dpor"
)

// TestSystemCalls compares with brute force where tasks meet in a kernel: two
// write to a pipe or an event counter, one waits for it in a poller, once with a
// timeout.
func TestSystemCalls(t *testing.T) {
	for _, c := range []struct {
		name    string
		timeout time.Duration
		writers int
	}{{"for ever", -1, 1}, {"timeout", time.Millisecond, 1}, {"two writers", -1, 2}} {
		t.Run(c.name, func(t *testing.T) {
			net := netsim.New(netsim.Config{})
			host := net.Process("host")
			main := func() {
				poller, _ := host.Poller()
				event, _ := host.EventFD()
				host.PollAdd(poller, event, sys.In, 1)
				for range c.writers {
					rt.Go("writer", func() { host.Write(event, make([]byte, 8)) })
				}
				rt.Go("waiter", func() {
					var events [4]sys.Event
					if n, _ := host.PollWait(poller, events[:], c.timeout); n > 0 {
						host.Read(event, make([]byte, 8))
					}
				})
			}
			o := dpor.Options{Sim: sim.Options{World: net}, Bound: dpor.Unbounded, MaxExecutions: 50_000}
			brute, r := dpor.Exhaust(o, main), dpor.Explore(o, main)
			t.Logf("%d orders in %d executions, %d astray; brute force %d in %d", r.Orders, r.Executions, r.Astray, brute.Orders, brute.Executions)
			if !r.Complete || !brute.Complete || r.Orders != brute.Orders || r.Failed != 0 {
				t.Errorf("%+v, brute force %+v", r, brute)
			}
		})
	}
}
