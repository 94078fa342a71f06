package strategy_test

// Failing runs in processes that have made no other: from the seed alone, and
// from the departures alone.

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"brigade/sim"
	"brigade/sim/kernel"
	"brigade/sim/schedule"
)

const freshVariable = "BRIGADE_STRATEGY_FRESH"

// found is a failing run of a long search.
type found struct {
	Strategy, Kernel string
	Seed             uint64
	Departures       []schedule.Departure
}

func TestMain(m *testing.M) {
	if text := os.Getenv(freshVariable); text != "" {
		var list []found
		if err := json.Unmarshal([]byte(text), &list); err != nil {
			panic(err)
		}
		for _, f := range slices.Backward(list) {
			fmt.Println(f.again())
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// again makes the run twice and says how it ended.
func (f *found) again() string {
	t := new(testing.T)
	o := sim.Options{Seed: f.Seed, Strategy: named(t, f.Strategy)}
	if f.Strategy == "portfolio" {
		o.Strategy = nil // it is the default
	}
	bySeed := sim.Run(o, program(t, f.Kernel))
	byTrace := sim.Run(sim.Options{Seed: f.Seed, Departures: f.Departures, Strict: true}, program(t, f.Kernel))
	return ending(bySeed) + ending(byTrace)
}

func ending(r *sim.Report) string { return fmt.Sprintf("%016x %v; ", r.Hash, r.Verdict) }

var each = flag.Bool("each", false, "a process for each of the failing runs, not for each strategy's ten")

// TestFreshProcesses makes ten failing runs of each strategy again, in processes
// that made no other before: 100 of 100 are the same runs, from their seed and
// from their trace. (go test ./sim/strategy -run Fresh -v -each takes a process
// for each.)
func TestFreshProcesses(t *testing.T) {
	same, all := 0, 0
	for _, name := range []string{"portfolio", "random", "pct:2", "pct:3", "pos", "surw", "urw", "delay:2", "context:2", "roundrobin"} {
		list, want := failing(t, name)
		size := len(list)
		if *each {
			size = 1
		}
		for at := 0; at < len(list); at += size {
			got := elsewhere(t, list[at:at+size])
			for i, line := range got {
				all++
				if f := list[at+i]; line != want[at+i] {
					t.Errorf("%s, %s, seed %#x: %s, was %s", name, f.Kernel, f.Seed, line, want[at+i])
					continue
				}
				same++
			}
		}
	}
	t.Logf("%d of %d failing runs are the same from their seed and from their trace in a fresh process", same, all)
	if all != 100 {
		t.Errorf("%d runs", all)
	}
}

// failing is ten failing runs of searches by the strategy called name, and how
// they ended.
func failing(t *testing.T, name string) (list []found, want []string) {
	kernels := []string{"lost-update", "abba", "check-then-act", "wrong-lock", "refcount"}
	if name == "roundrobin" {
		kernels = []string{"wrong-lock"} // its one schedule fails there
	}
	for i := range 10 {
		f := found{Strategy: name, Kernel: kernels[i%len(kernels)]}
		runs, r := kernel.Search(named(t, name), uint64(i)*71+5, 2000, program(t, f.Kernel))
		if r == nil {
			t.Fatalf("%s does not find %s in %d runs", name, f.Kernel, runs)
		}
		f.Seed, f.Departures = r.Seed, r.Departures
		list, want = append(list, f), append(want, ending(r)+ending(r))
	}
	return list, want
}

// elsewhere makes the runs of list in a new process, the last first.
func elsewhere(t *testing.T, list []found) []string {
	text, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), freshVariable+"="+string(text))
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) != len(list) {
		t.Fatalf("%d lines of %d runs: %s", len(lines), len(list), out)
	}
	slices.Reverse(lines)
	return lines
}
