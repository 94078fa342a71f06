package strategy_test

import (
	"iter"
	"testing"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/strategy"
)

// The measure of all: one resume and yield of a bare coroutine.
func BenchmarkPull(b *testing.B) {
	next, stop := iter.Pull(func(yield func(struct{}) bool) {
		for yield(struct{}{}) {
		}
	})
	defer stop()
	for b.Loop() {
		next()
	}
}

func counter(tasks, ops int) func() {
	return func() {
		var x rt.Int64
		var wg rt.WaitGroup
		for range tasks {
			wg.Go("adder", func() {
				for range ops {
					x.Add(1)
				}
			})
		}
		wg.Wait()
	}
}

// BenchmarkStep is one step of five tasks that add 2000 times each. DFS does not
// get beyond its first schedules here, which have next to no switches.
func BenchmarkStep(b *testing.B) {
	for _, name := range append(strategy.Names(), "pct:2") {
		b.Run(name, func(b *testing.B) {
			s, main := named(b, name), counter(5, 2000)
			steps, seed := 0, uint64(0)
			for b.Loop() {
				steps += sim.Run(sim.Options{Seed: seed, Strategy: s}, main).Steps
				seed++
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(steps), "ns/step")
		})
	}
}

// BenchmarkRun is a whole run: eight tasks that add 20 times, and twenty that do
// nothing.
func BenchmarkRun(b *testing.B) {
	for _, p := range []struct {
		name string
		main func()
	}{{"counter-8x20", counter(8, 20)}, {"spawn-20", counter(20, 0)}} {
		b.Run(p.name, func(b *testing.B) {
			s, seed := strategy.NewRandom(), uint64(0)
			for b.Loop() {
				sim.Run(sim.Options{Seed: seed, Strategy: s}, p.main)
				seed++
			}
		})
	}
}
