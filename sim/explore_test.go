package sim_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/schedule"
	"brigade/sim/strategy"
)

// recorder is a testing.TB that keeps what it is told.
type recorder struct {
	name string
	text string
}

func (*recorder) Helper()                             { /* it prints no lines */ }
func (r *recorder) Name() string                      { return r.name }
func (r *recorder) Errorf(format string, args ...any) { r.text += fmt.Sprintf(format, args...) }

// What a failed test prints is all there is to see of it on another machine.
func TestFailureText(t *testing.T) {
	for name, main := range map[string]func(){"lost_update": lostUpdate, "abba": abba, "kept_update": keptUpdate} {
		r := &recorder{name: "TestX/" + name}
		sim.Test(r, main)
		got := regexp.MustCompile(`go1\.\S+`).ReplaceAllString(r.text, "go1.x")
		got = regexp.MustCompile(`_test.go:\d+`).ReplaceAllString(got, "_test.go:N")
		got = strings.ReplaceAll(regexp.MustCompile(`GORACE="[^"]*" `).ReplaceAllString(got, ""), "go test -race", "go test")
		file := "testdata/failure_" + name + ".txt"
		if *rewrite {
			if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

// The departures that a failed test prints are the failure.
func TestFailureReplays(t *testing.T) {
	f := sim.Explore(sim.Options{Seed: 1, Runs: 100}, lostUpdate).Failure
	again := sim.Run(sim.Options{Seed: f.Seed, Strict: true, Departures: f.Departures}, lostUpdate)
	if outcome(again) != outcome(f) {
		t.Errorf("%s, then %s", outcome(f), outcome(again))
	}
	text := sim.Schedule([]schedule.Departure{{Key: schedule.Key{Task: "main/a.1", Object: "main:mu.1", Op: "lock", N: 2}, Value: "main/b.1"}})
	if want := `{Key: schedule.Key{Task: "main/a.1", Object: "main:mu.1", Op: "lock", N: 2}, Value: "main/b.1"},`; !strings.Contains(text, want) {
		t.Error(text)
	}
}

// A kept schedule fails the program it came from and not the mended one.
func TestReplayKeeps(t *testing.T) {
	kept := sim.Explore(sim.Options{Seed: 1}, lostUpdate).Minimal().Departures
	broken, mended := &recorder{name: "TestX"}, &recorder{name: "TestX"}
	sim.Replay(broken, kept, lostUpdate)
	sim.Replay(mended, kept, keptUpdate)
	if !strings.Contains(broken.text, "x is 1 after two additions") || mended.text != "" {
		t.Errorf("with the fault %q, without %q", broken.text, mended.text)
	}
}

// What a failed test's command sets.
func TestVariables(t *testing.T) {
	f := sim.Explore(sim.Options{Seed: 1}, lostUpdate).Failure
	for _, c := range []struct{ name, value, says string }{
		{"SIM_SEED", fmt.Sprintf("%#x", f.Seed), fmt.Sprintf("seed %#x, run 1 of 1 ", f.Seed)},
		{"SIM_RUNS", "77", "of 77 "},
		{"SIM_SEED", "five", "it is a seed"},
		{"SIM_RUNS", "0", "it is a number of runs"},
	} {
		t.Run(c.name+c.value, func(t *testing.T) {
			t.Setenv(c.name, c.value)
			r := &recorder{name: "TestX"}
			sim.Test(r, lostUpdate)
			if !strings.Contains(r.text, c.says) {
				t.Errorf("%q does not say %q", r.text, c.says)
			}
		})
	}
}

// An exploration says how much it saw.
func TestCompleteness(t *testing.T) {
	alone := func() { rt.Sleep(1) }
	if r := sim.Explore(sim.Options{}, alone); !r.Complete || r.Runs != 1 || r.Orders != 1 || r.Unseen != 0 {
		t.Errorf("one task: %v", r)
	}
	if r := sim.Explore(sim.Options{Strategy: strategy.NewDFS(-1)}, counter(2, 1)); !r.Complete || r.Runs >= 1000 || r.Orders < 2 {
		t.Errorf("every schedule: %v", r)
	}
	if r := sim.Explore(sim.Options{Strategy: strategy.NewDFS(0)}, counter(2, 1)); r.Complete || r.Runs >= 1000 {
		t.Errorf("none with a preemption: %v", r)
	}
	if r := sim.Explore(sim.Options{Runs: 50}, counter(5, 50)); r.Complete || r.Runs != 50 || r.Orders < 2 || r.Unseen == 0 {
		t.Errorf("a sample: %v", r)
	}
}

func ExampleExplore() {
	r := sim.Explore(sim.Options{}, func() {
		var x rt.Int64
		var wg rt.WaitGroup
		for range 2 {
			wg.Go("adder", func() { x.Store(x.Load() + 1) })
		}
		wg.Wait()
		if n := x.Load(); n != 2 {
			rt.Bug("two additions made %d", n)
		}
	})
	fmt.Println(r.Failure.Verdict)
	// Output: assertion: two additions made 1
}

func ExampleTest() {
	var t *testing.T // a test's
	check := func() {
		sim.Test(t, func() {
			var x rt.Int64
			var wg rt.WaitGroup
			wg.Go("adder", func() { x.Add(1) })
			wg.Go("adder", func() { x.Add(1) })
			wg.Wait()
			if n := x.Load(); n != 2 {
				rt.Bug("two additions made %d", n)
			}
		})
	}
	_ = check
}
