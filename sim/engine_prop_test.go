package sim_test

// The two engines, and every GOMAXPROCS, give the same events. What they are is
// kept in testdata, so that a race build can be held against it too.

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"brigade/sim"
	"brigade/sim/schedule"
	"brigade/sim/strategy"

	"pgregory.net/rapid"
)

func TestEnginesAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProgram(drawer(t))
		o := sim.Options{Seed: rapid.Uint64().Draw(t, "seed"), MaxInstant: 10_000}
		a := sim.Run(o, p.main)
		o.Engine = sim.Baton
		if b := sim.Run(o, p.main); outcome(a) != outcome(b) {
			t.Fatalf("coroutines %s\nbaton      %s", outcome(a), outcome(b))
		}
		if a.Verdict != nil && a.Verdict.Kind != sim.Deadlock {
			t.Fatal(a.Verdict)
		}
	})
}

// drawer draws from rapid.
func drawer(t *rapid.T) func(n int) int {
	return func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "n") }
}

// seeded draws from a seed.
func seeded(seed uint64) func(n int) int {
	r := schedule.NewRand(schedule.Finish(seed))
	return func(n int) int { return int(r.Below(uint64(n))) }
}

const hashesFile = "testdata/hashes.txt"

func TestHashes(t *testing.T) {
	var got bytes.Buffer
	for i := range uint64(60) {
		p := drawProgram(seeded(i))
		fmt.Fprintf(&got, "%2d %s\n", i, outcome(sim.Run(sim.Options{Seed: i, Strategy: strategy.NewRandom()}, p.main)))
	}
	if *rewrite {
		if err := os.WriteFile(hashesFile, got.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(hashesFile)
	if err != nil {
		t.Fatal(err)
	}
	old := strings.Split(string(want), "\n")
	for i, line := range strings.Split(got.String(), "\n") {
		if i >= len(old) || line != old[i] {
			t.Fatalf("the events of a seed have changed (-rewrite keeps what they are now):\n%s", line)
		}
	}
	if !bytes.Contains(want, []byte(" deadlock ")) || bytes.Count(want, []byte(" held ")) < 30 {
		t.Error("these programs are of one kind only")
	}
}

func TestHashesWithAnyNumberOfProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, processors := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(processors)
		t.Run(fmt.Sprint(processors), TestHashes)
	}
}
