package fuzz

// Small programs with known faults, to have something to find, and workers that
// go wrong in known ways.

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"brigade/core/rt"
	"brigade/fuzz/scenario"
	"brigade/sim"
	"brigade/sim/strategy"
	"brigade/traces"
)

const (
	workerVariable = "BRIGADE_TEST_WORKER" // set: this process is a worker
	markerVariable = "BRIGADE_TEST_MARKER" // a directory for what is done once
)

func TestMain(m *testing.M) {
	if os.Getenv(workerVariable) == "" {
		os.Exit(m.Run())
	}
	if err := ServeProcess(kernels()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// testWorkers is how to start this test's binary as a worker.
func testWorkers(t *testing.T, env ...string) Command {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Command{Path: path, Env: append(env, workerVariable+"=1", raceEnvironment(filepath.Join(t.TempDir(), "race")))}
}

func kernels() scenario.Set {
	set := scenario.Set{
		{Name: "lost-update", Story: "two tasks read, then write, one number", Prepare: program(lostUpdate)},
		{Name: "abba", Story: "two tasks take two locks in opposite orders", Prepare: program(abba)},
		{Name: "missed-signal", Story: "a flag is set without a signal", Prepare: program(missedSignal)},
		{Name: "odd", Story: "a checker dislikes one draw in eight", Prepare: program(odd)},
		{Name: "ping", Story: "two tasks take turns", Prepare: ping},
		{Name: "odd-too", Story: "the same checker, in another scenario", Prepare: program(odd)},
		{Name: "race", Story: "two tasks write one number, and nothing orders them", Prepare: program(unordered)},
		{Name: "pid", Story: "a task tells its process's number", Prepare: program(func() { rt.Probe(rt.ProbeOwner, uint64(os.Getpid()), 0, 0) })},
	}
	for name, f := range mishaps {
		set = append(set, &scenario.Scenario{Name: name, Prepare: program(func() {
			if sim.Choose("mishap", mishapOdds) == mishap {
				f()
			}
		})})
	}
	return set
}

// named is the kernels called names.
func named(t *testing.T, names ...string) scenario.Set {
	t.Helper()
	var set scenario.Set
	for _, name := range names {
		s, err := kernels().Find(name)
		if err != nil {
			t.Fatal(err)
		}
		set = append(set, s)
	}
	return set
}

func program(main func()) func(*scenario.Env) func() {
	return func(*scenario.Env) func() { return main }
}

// mishaps befall a worker in one run of mishapOdds.
var mishaps = map[string]func(){
	"exit":    func() { os.Exit(3) },
	"garbage": func() { fmt.Fprintln(os.NewFile(1, "stdout"), "this is no result") },
	"spin": func() {
		for n := 0; n >= 0; n *= 2 { // it stays 0
		}
	},
	"once": func() {
		f, err := os.OpenFile(filepath.Join(os.Getenv(markerVariable), "done"), os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil {
			f.Close()
			os.Exit(3)
		}
	},
}

const mishapOdds, mishap = 40, 7

// doomed says whether a mishap befalls the run of seed.
func doomed(seed uint64) bool {
	s := strategy.NewRandom()
	s.Begin(seed)
	return s.Draw(mishapOdds, 1<<16) == mishap
}

func firstDoomed(first uint64) uint64 {
	for !doomed(first) {
		first++
	}
	return first
}

func lostUpdate() {
	x := 0
	var mu rt.Mutex
	var wg rt.WaitGroup
	for range 2 {
		wg.Go("adder", func() {
			mu.Lock()
			v := x
			mu.Unlock()
			mu.Lock()
			x = v + 1
			mu.Unlock()
		})
	}
	wg.Wait()
	if x != 2 {
		rt.Bug("x is %d after two additions", x)
	}
}

func abba() {
	n := 0 // guarded by both
	var a, b rt.Mutex
	a.Label("a")
	b.Label("b")
	var wg rt.WaitGroup
	lock := func(p, q *rt.Mutex) func() {
		return func() {
			p.Lock()
			q.Lock()
			n++
			q.Unlock()
			p.Unlock()
		}
	}
	wg.Go("ab", lock(&a, &b))
	wg.Go("ba", lock(&b, &a))
	wg.Wait()
}

func missedSignal() {
	var mu rt.Mutex
	c := rt.Cond{L: &mu}
	ready := false
	var wg rt.WaitGroup
	wg.Go("waiter", func() {
		mu.Lock()
		c.Await(func() bool { return ready })
		mu.Unlock()
	})
	wg.Go("setter", func() {
		mu.Lock()
		ready = true
		mu.Unlock()
	})
	wg.Wait()
}

func unordered() {
	x := 0
	var wg rt.WaitGroup
	for i := range 2 {
		wg.Go("writer", func() { x = i })
	}
	wg.Wait()
	if x > 1 {
		rt.Bug("x is %d", x)
	}
}

func odd() {
	if sim.Choose("draw", 8) == 5 {
		sim.Failf("I99", "five was drawn")
	}
}

func ping(e *scenario.Env) func() {
	return func() {
		var x rt.Int64
		var wg rt.WaitGroup
		for range 2 + sim.Choose("tasks", 4) {
			wg.Go("player", func() {
				for range 10 {
					x.Add(1)
				}
				e.Exchanged(1)
			})
		}
		wg.Wait()
	}
}

// keptTraces is where kept traces are.
const keptTraces = "../traces/testdata"

// Every kept trace still shows what it was kept for.
func TestKeptTraces(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(keptTraces, "*.trace"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			kept, err := traces.Load(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := CheckKept(scenario.Every(), kept); err != nil {
				t.Error(err)
			}
		})
	}
}
