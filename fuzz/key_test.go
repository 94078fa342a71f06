package fuzz_test

import (
	"testing"

	"brigade/fuzz/scenario"
	"brigade/sim"
	"brigade/sim/schedule"
)

// contrary departs from the default at every second point at least, and lets
// faults happen as often as their profile says.
type contrary struct{ schedule.Rand }

func (c *contrary) Begin(seed uint64) { c.Rand = schedule.NewRand(schedule.Finish(seed)) }
func (c *contrary) End(bool)          { /* nothing learnt */ }

func (c *contrary) Pick(p *schedule.Point) int {
	i := int(c.Below(uint64(len(p.Runnable))))
	if i == p.Current && c.Chance(1<<15) {
		i = (i + 1) % len(p.Runnable)
	}
	return i
}

func (c *contrary) Draw(n uint64, chance uint32) uint64 {
	if n == 0 || !c.Chance(chance) {
		return 0
	}
	return c.Below(n)
}

// No key comes twice in a run of a scenario, whether tasks or the world chose: a
// replay would take one departure for another.
func TestKeysOfScenariosAreUnique(t *testing.T) {
	for _, sc := range scenario.All() {
		env, departures := new(scenario.Env), 0
		for seed := range uint64(30) {
			env.Observers = nil
			main := sc.Prepare(env)
			r := sim.Run(sim.Options{
				Seed: seed, Strategy: new(contrary), World: env.World, Observers: env.Observers, Record: true,
				MaxSteps: sc.MaxSteps, MaxInstant: sc.MaxInstant,
			}, main)
			departures += len(r.Departures)
			seen := map[uint64]schedule.Key{}
			for _, d := range r.Departures {
				if old, twice := seen[d.Key.Hash()]; twice {
					t.Errorf("%s, seed %d: %q, and %q before it", sc.Name, seed, d.Key, old)
				}
				seen[d.Key.Hash()] = d.Key
			}
			strict := sim.Run(sim.Options{
				Seed: seed, World: env.World, Observers: env.Observers, Departures: r.Departures, Strict: true,
				MaxSteps: sc.MaxSteps, MaxInstant: sc.MaxInstant,
			}, main)
			if strict.Hash != r.Hash {
				t.Errorf("%s, seed %d: the strict replay has other events: %v after %v", sc.Name, seed, strict.Verdict, r.Verdict)
			}
		}
		if departures < 300 {
			t.Errorf("%s: only %d departures in 30 runs", sc.Name, departures)
		}
	}
}
