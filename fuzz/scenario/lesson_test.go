package scenario

// Two lessons of those who came before, in both directions.

import (
	"strings"
	"testing"

	"brigade/netsim"
	"brigade/sim"
)

// A signal is lost in some schedule of one giver; what a counter was told stays.
// Odds: a giver that runs between the loop's last look and its sleep, of some twenty
// places where it could.
func TestSignalsAreLost(t *testing.T) {
	explore := func(signalled bool) sim.Result {
		net := netsim.New(netsim.Config{})
		host := net.Process("host")
		return sim.Explore(sim.Options{Seed: 1, Runs: 500, World: net}, func() { wakeups(host, signalled, 2) })
	}
	if f := explore(true).Failure; f == nil || f.Verdict.Kind != sim.LostWakeup {
		t.Errorf("no signal of 500 runs was lost: %+v", f)
	}
	if f := explore(false).Failure; f != nil {
		t.Errorf("an event counter: %v", f.Verdict)
	}
}

// Memory of the wrong lifetime is convicted where it is taken, though the run would
// end well; whoever names the wrong scope is convicted on the day that the master
// ends first.
func TestMasterOutlivesSlave(t *testing.T) {
	for _, c := range []struct {
		whose       lifetime
		masterFirst bool
		words       string // of the verdict; empty: it holds
	}{
		{ownPool, false, ""},
		{ownPool, true, ""},
		{mastersPool, false, "connection pool 1 of connection's memory; stream pool 2"},
		{mastersPool, true, "connection pool 1 of connection's memory; stream pool 2"},
		{mastersScope, false, ""},
		{mastersScope, true, "with 1 buckets that stand for its bytes"},
	} {
		r := sim.Run(sim.Options{Seed: 1}, func() { outlived(c.whose, c.masterFirst) })
		if c.words == "" {
			if r.Verdict != nil {
				t.Errorf("%+v: %v", c, r.Verdict)
			}
			continue
		}
		if r.Verdict == nil {
			t.Errorf("%+v holds", c)
			continue
		}
		for _, w := range strings.Split(c.words, "; ") {
			if !strings.Contains(r.Verdict.Message, w) {
				t.Errorf("%+v: %q does not say %q", c, r.Verdict.Message, w)
			}
		}
	}
}
