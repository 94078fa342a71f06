package scenario_test

import (
	"testing"

	"brigade/fuzz/scenario"
	"brigade/netsim/script"
	"brigade/sim"
)

// TestKeptScripts runs every kept script in simulation under some seeds, which
// draw the server's shape and the network's measures.
func TestKeptScripts(t *testing.T) {
	scripts, err := script.Kept()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range scripts {
		one := scenario.Talk(s)
		env := &scenario.Env{}
		for seed := range uint64(8) {
			env.Observers = nil
			main := one.Prepare(env)
			r := sim.Run(sim.Options{Seed: seed, World: env.World, Observers: env.Observers}, main)
			if r.Verdict != nil {
				t.Errorf("%s, seed %d: %v\n%s", s.Name, seed, r.Verdict, r.Verdict.Stack)
				break
			}
		}
	}
}
