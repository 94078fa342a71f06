package fuzz

// Failing runs of every strategy, made again in processes that made no other run:
// from the seed, and from the trace. The whole of it:
//
//	go test ./fuzz -run TestEveryStrategyReplays -whole -v

import (
	"bytes"
	"context"
	"flag"
	"testing"

	"brigade/sim"
	"brigade/traces"
)

var whole = flag.Bool("whole", false, "replay ten failing runs of each strategy, a hundred in all, not two")

func TestEveryStrategyReplays(t *testing.T) {
	many := 2
	if *whole {
		many = 10
	}
	for _, name := range Strategies() {
		t.Run(name, func(t *testing.T) {
			seeds, trace := 0, 0
			runner := NewRunner()
			for n, seed := 0, uint64(1); n < many; seed++ {
				if seed > 100_000 {
					t.Fatalf("%d failing runs among 100,000", n)
				}
				kernels := named(t, "lost-update", "abba", "missed-signal")
				if name == "roundrobin" {
					kernels = named(t, "odd") // its one schedule fails by input only
				}
				j := Job{Scenario: kernels[n%len(kernels)], Strategy: name, Seed: seed, Engine: DefaultEngine}
				r, _, err := runner.Run(j, sim.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if r.Verdict == nil {
					continue
				}
				n++
				if againBySeed(t, &j, r) {
					seeds++
				}
				if againByTrace(t, &j, r) {
					trace++
				}
			}
			t.Logf("%d of %d from the seed, %d of %d from the trace", seeds, many, trace, many)
			if seeds != many || trace != many {
				t.Error("some were other runs")
			}
		})
	}
}

// againBySeed runs j's seed in a fresh process.
func againBySeed(t *testing.T, j *Job, was *sim.Report) bool {
	t.Helper()
	build, _ := traces.Build()
	u := Unit{ID: 1, Build: build, Scenario: j.Scenario.Name, Strategy: j.Strategy, First: j.Seed, Count: 1, Engine: j.Engine, Hashes: true}
	p, err := start(testWorkers(t))
	if err != nil {
		t.Fatal(err)
	}
	p.send(control{Unit: &u})
	r, ok := <-p.results
	p.kill()
	if !ok || len(r.Hashes) != 1 || len(r.Failures) != 1 {
		t.Errorf("seed %#x of %s: %+v", j.Seed, u.Scenario, r)
		return false
	}
	return r.Hashes[0] == was.Hash && r.Failures[0].Signature == signatureOf(was)
}

// againByTrace replays was strictly in a fresh process.
func againByTrace(t *testing.T, j *Job, was *sim.Report) bool {
	t.Helper()
	var text bytes.Buffer
	if err := traces.New(j.header(), was, signatureOf(was)).Write(&text); err != nil {
		t.Fatal(err)
	}
	r, err := ask(context.Background(), testWorkers(t), &Reduction{Trace: text.String(), Confirm: true})
	if err != nil {
		t.Error(err)
		return false
	}
	return r.Matching
}
