package scenario

import (
	"testing"

	"brigade/sim"
	"brigade/sim/strategy"
)

// Every way of a handler to behave comes up, in runs that hold.
func TestEveryActOccurs(t *testing.T) {
	if len(actList) > maxActs {
		t.Fatalf("%d acts; Env counts %d", len(actList), maxActs)
	}
	e, s := new(Env), handlers()
	var acts [maxActs]uint32
	var exhausted bool
	for seed := range uint64(300) {
		e.Observers = e.Observers[:0]
		main := s.Prepare(e)
		r := sim.Run(sim.Options{Seed: seed, Strategy: strategy.NewRandom(), World: e.World, Observers: e.Observers}, func() {
			e.Restart()
			main()
		})
		if r.Verdict != nil {
			t.Fatalf("seed %d: %v", seed, r.Verdict)
		}
		for i, n := range e.Acts {
			acts[i] += n
		}
		exhausted = exhausted || e.Profile.String() == "none" && e.Statuses[503] > 0
	}
	for i, name := range ActNames() {
		if acts[i] == 0 {
			t.Errorf("no handler %s", name)
		}
	}
	if !exhausted {
		t.Error("processors never ran out")
	}
	t.Logf("%v: %v", ActNames(), acts)
}
