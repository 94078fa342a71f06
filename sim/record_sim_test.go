package sim_test

import (
	"strings"
	"testing"

	"brigade/core/rt"
	"brigade/sim"
)

// A run that does not end is a livelock whether it is recorded or not; one of more steps
// than are recorded says so, and keeps nothing but its seed.
func TestLongRunsAreNotRecorded(t *testing.T) {
	forever := func() {
		var n rt.Int64
		rt.Go("other", func() { n.Add(1) })
		for {
			n.Add(1)
		}
	}
	for _, x := range []struct {
		name     string
		most     int
		record   bool
		recorded bool
	}{
		{"short", 10_000, false, true},
		{"long", 1000, false, false},
		{"long, and recorded from the start", 1000, true, false},
	} {
		t.Run(x.name, func(t *testing.T) {
			r := sim.Run(sim.Options{MaxSteps: 5000, MaxRecord: x.most, Record: x.record}, forever)
			if r.Verdict == nil || r.Verdict.Kind != sim.Livelock {
				t.Fatalf("%v", r.Verdict)
			}
			if got := len(r.Events) > 0 && len(r.Departures) > 0; got != x.recorded {
				t.Errorf("%d events, %d departures", len(r.Events), len(r.Departures))
			}
			const said = "; 5001 steps are more than is recorded, so that only the seed leads back to them"
			if says := strings.HasSuffix(r.Verdict.Message, said); says == x.recorded {
				t.Errorf("%q", r.Verdict.Message)
			}
		})
	}
}
