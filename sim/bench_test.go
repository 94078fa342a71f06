package sim_test

// What a step costs, beside what it cannot cost less than in the same run: the
// round trip of a bare coroutine, or of a baton between two goroutines.

import (
	"iter"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/strategy"
)

var random = sim.Options{Strategy: strategy.NewRandom()}

// BenchmarkStep's ratio is a step's time to a bare round trip's.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		name  string
		o     sim.Options
		floor func(n int) time.Duration
		main  func()
	}{
		{"counter 5x2000", random, pullRoundTrips, counter(5, 2000)},
		{"counter 8x20", random, pullRoundTrips, counter(8, 20)},
		{"lock 4x50", random, pullRoundTrips, locks(4, 50)},
		{"recorded", sim.Options{Strategy: random.Strategy, Record: true}, pullRoundTrips, counter(5, 2000)},
		{"one task", random, pullRoundTrips, counter(1, 2000)},
		{"baton", sim.Options{Strategy: random.Strategy, Engine: sim.Baton}, batonRoundTrips, counter(5, 2000)},
	} {
		b.Run(c.name, func(b *testing.B) {
			var steps int
			var floor time.Duration
			for b.Loop() {
				c.o.Seed++
				n := sim.Run(c.o, c.main).Steps
				steps += n
				floor += c.floor(n)
			}
			spent := b.Elapsed() - floor
			b.ReportMetric(float64(spent)/float64(steps), "ns/step")
			b.ReportMetric(float64(spent)/float64(floor), "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkSpawn is a run that starts 20 tasks and waits for them.
func BenchmarkSpawn(b *testing.B) {
	for _, name := range []string{"coroutines", "baton"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				sim.Run(sim.Options{Strategy: random.Strategy, Engine: engines[name]}, counter(20, 0))
			}
		})
	}
}

func locks(tasks, ops int) func() {
	return func() {
		var mu rt.Mutex
		var wg rt.WaitGroup
		for range tasks {
			wg.Go("locker", func() {
				for range ops {
					mu.Lock()
					mu.Unlock()
				}
			})
		}
		wg.Wait()
	}
}

// pullRoundTrips measures n resumes and yields of five coroutines in turn.
func pullRoundTrips(n int) time.Duration {
	var nexts [5]func() (struct{}, bool)
	for i := range nexts {
		next, stop := iter.Pull(func(yield func(struct{}) bool) {
			for yield(struct{}{}) {
			}
		})
		defer stop()
		nexts[i] = next
	}
	began := time.Now()
	for i := range n {
		nexts[i%len(nexts)]()
	}
	return time.Since(began)
}

// batonRoundTrips measures n exchanges with one goroutine.
func batonRoundTrips(n int) time.Duration {
	there, back := make(chan struct{}), make(chan struct{})
	go func() {
		for range there {
			back <- struct{}{}
		}
	}()
	defer close(there)
	began := time.Now()
	for range n {
		there <- struct{}{}
		<-back
	}
	return time.Since(began)
}
