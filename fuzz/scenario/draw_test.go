package scenario

import (
	"strings"
	"testing"

	"brigade/netsim/client"
	"brigade/sim"
	"brigade/sim/strategy"
)

// A run tells what it drew, and campaigns draw every value of every dimension.
func TestEveryValueIsDrawn(t *testing.T) {
	if len(dimensions) > maxDimensions {
		t.Fatalf("%d dimensions; Env.Drawn holds %d", len(dimensions), maxDimensions)
	}
	e, crowd := new(Env), crowd()
	seen := make(map[string]bool)
	for seed := range uint64(100) {
		e.Observers = e.Observers[:0]
		main := crowd.Prepare(e)
		r := sim.Run(sim.Options{Seed: seed, Strategy: strategy.NewRandom(), World: e.World, Observers: e.Observers}, func() {
			e.Restart()
			main()
		})
		if r.Verdict != nil {
			t.Logf("seed %d: %v", seed, r.Verdict) // others look for what does not hold
		}
		told := e.Told()
		for i, d := range dimensions {
			value := d.name + " " + d.values[e.Drawn[i]-1]
			if seen[value] = true; !strings.Contains(told, value) {
				t.Fatalf("%q is not in %q", value, told)
			}
		}
		if e.Profile.Includes("rst") != strings.Contains(told, "rst=") {
			t.Errorf("faults %s, told %q", e.Profile, told)
		}
	}
	for _, d := range Dimensions() {
		for _, v := range d.Values {
			if !seen[d.Name+" "+v] {
				t.Errorf("%s %s was never drawn", d.Name, v)
			}
		}
	}
}

// What clients saw is told, and is another with other answers.
func TestOutcome(t *testing.T) {
	e, steady := new(Env), steady()
	main := steady.Prepare(e)
	r := sim.Run(sim.Options{World: e.World, Observers: e.Observers}, func() {
		e.Restart()
		main()
	})
	if r.Verdict != nil || e.Statuses[200] == 0 || e.Outcome == 0 || e.Told() != "" {
		t.Errorf("%v, %d answers of 200, outcome %#x, drawn %q", r.Verdict, e.Statuses[200], e.Outcome, e.Told())
	}
	before := e.Outcome
	e.answered(&client.Response{Status: 408})
	if e.Outcome == before {
		t.Error("one answer more is the same outcome")
	}
}
