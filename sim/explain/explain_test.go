package explain_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/explain"
	"brigade/sim/schedule"
	"brigade/sim/shrink"
	"brigade/sim/strategy"
)

func lostUpdate() {
	var x rt.Int64
	x.Label("x")
	var wg rt.WaitGroup
	for range 2 {
		wg.Go("adder", func() { x.Store(x.Load() + 1) })
	}
	wg.Wait()
	if n := x.Load(); n != 2 {
		rt.Bug("x is %d after two additions", n)
	}
}

func abba() {
	var a, b rt.Mutex
	a.Label("a")
	b.Label("b")
	var wg rt.WaitGroup
	both := func(p, q *rt.Mutex) func() {
		return func() {
			p.Lock()
			q.Lock()
			q.Unlock()
			p.Unlock()
		}
	}
	wg.Go("ab", both(&a, &b))
	wg.Go("ba", both(&b, &a))
	wg.Wait()
}

// small is main's first failure, shrunk, and how to run it.
func small(t *testing.T, main func()) (*sim.Report, explain.Run) {
	t.Helper()
	f := sim.Explore(sim.Options{Seed: 1, Runs: 1000, Strategy: strategy.NewRandom()}, main).Failure
	if f == nil {
		t.Fatal("no failure")
	}
	run := func(d []schedule.Departure, record bool) *sim.Report {
		return sim.Run(sim.Options{Seed: f.Seed, Departures: d, Record: record}, main)
	}
	return shrink.Minimize(run, f, shrink.Options{}).Report, run
}

func signature(r *sim.Report) string {
	if r.Verdict == nil {
		return ""
	}
	return r.Verdict.Signature()
}

// written is the explanation of main's smallest failure.
func written(t *testing.T, main func()) string {
	t.Helper()
	f, run := small(t, main)
	var b strings.Builder
	if err := explain.Explain(run, f, signature).Write(&b, 120); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The lost update: one task's load comes before the other's store.
func TestLostUpdate(t *testing.T) {
	got := written(t, lostUpdate)
	for _, want := range []string{
		"culprit  main/adder.2: load x (step 9)\n",
		"  before main/adder.1: store x (step 12)\n",
		"         the other way round the run holds\n",
		"needed   main/adder.2 runs when main/adder.1 comes to its 1st store x; without, the run holds\n",
		"  step  time        main                             adder.1                          adder.2\n",
		"                                                     -> adder.2\n",
		"     9  0s                                                                            *load x\n",
		"    12  0s                                           *store x\n",
		"    15  0s          !load x\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

// In a deadlock the second of the pair never comes.
func TestABBA(t *testing.T) {
	got := written(t, abba)
	for _, want := range []string{
		"culprit  main/ba.1: lock b (step 9)\n",
		"  before main/ab.1: lock b (which never came)\n",
		"*lock b",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

// What has no pair says so: input alone, a default schedule that fails, and a run
// that was not shrunk.
func TestNoPair(t *testing.T) {
	input := written(t, func() {
		if sim.Choose("n", 10) > 3 {
			sim.Failf("I99", "too many")
		}
	})
	if !strings.Contains(input, "no pair of events") || !strings.Contains(input, `main draws 4 for "n", the 1st; without, the run holds`) {
		t.Error(input)
	}
	always := written(t, func() { rt.Bug("always") })
	if !strings.Contains(always, "it fails by the default schedule") {
		t.Error(always)
	}
	f := sim.Explore(sim.Options{Seed: 1, Runs: 1000, Strategy: strategy.NewRandom()}, lostUpdate).Failure
	var b strings.Builder
	if err := explain.Explain(nil, f, signature).Write(&b, 80); err != nil || !strings.Contains(b.String(), "!load x") {
		t.Error(err, b.String())
	}
}

// A timeline fits its width, whatever the names.
func TestWidth(t *testing.T) {
	f := sim.Explore(sim.Options{Seed: 1, Runs: 1000, Strategy: strategy.NewRandom()}, func() {
		var wg rt.WaitGroup
		wg.Label("agroupwithaverylongnameindeed")
		for range 9 {
			wg.Go("ataskwithaverylongnameindeed", func() { sim.Choose("x", 3) })
		}
		wg.Wait()
		sim.Failf("I99", "in any case")
	}).Failure
	for _, width := range []int{60, 80, 120, 200} {
		var b strings.Builder
		if err := explain.Explain(nil, f, signature).Write(&b, width); err != nil {
			t.Fatal(err)
		}
		_, timeline, _ := strings.Cut(b.String(), "\n\n")
		for _, l := range strings.Split(timeline, "\n") {
			if len(l) > width {
				t.Errorf("width %d: a line of %d columns: %q", width, len(l), l)
			}
		}
	}
}

// stand is where the tasks of r stand after a step.
func stand(r *sim.Report, main func(), step int) []explain.Standing {
	stopped := sim.Run(sim.Options{Seed: r.Seed, Departures: r.Departures, Record: true, MaxSteps: step}, main)
	return explain.At(r, stopped, step)
}

func TestStandings(t *testing.T) {
	f, _ := small(t, abba)
	for step, want := range map[int]string{
		6: `  task                did             has come to
  main       waits    spawn (step 5)  join waitgroup (never), waits for 2 to be done
  main/ab.1  can run  start (step 6)  lock a (step 7)
  main/ba.1  can run                  start (step 8)
`,
		9: `  task              did              has come to
  main       waits  spawn (step 5)   join waitgroup (never), waits for 2 to be done
  main/ab.1  waits  lock a (step 7)  lock b (never), waits for main/ba.1, which holds it
  main/ba.1  waits  lock b (step 9)  lock a (never), waits for main/ab.1, which holds it
`,
	} {
		var b strings.Builder
		if err := explain.WriteStandings(&b, stand(f, abba, step)); err != nil {
			t.Fatal(err)
		}
		if b.String() != want {
			t.Errorf("step %d: got\n%s\nwant\n%s", step, b.String(), want)
		}
	}
	update, _ := small(t, lostUpdate)
	list := stand(update, lostUpdate, 10)
	if len(list) != 3 || list[0].Waits != "for 2 to be done" || list[1].Next != "store x (step 12)" || list[1].Waits != "" {
		t.Errorf("%+v", list)
	}
	if i := explain.Find(update, 7, func(s string) bool { return strings.HasPrefix(s, "main/adder.2 load main:x") }); i < 0 || update.Events[i].Step != 9 {
		t.Errorf("found event %d", i)
	}
	if i := explain.Find(update, 9, func(s string) bool { return strings.HasPrefix(s, "main/adder.2 load") }); i >= 0 {
		t.Errorf("found event %d", i)
	}
}

func TestChrome(t *testing.T) {
	f, _ := small(t, lostUpdate)
	var b bytes.Buffer
	if err := explain.Chrome(&b, f); err != nil {
		t.Fatal(err)
	}
	var file struct {
		TraceEvents []struct {
			Name string
			Ph   string
			TID  int
			TS   int
			Dur  int
			PID  *int
			S    string
		}
	}
	if err := json.Unmarshal(b.Bytes(), &file); err != nil {
		t.Fatal(err)
	}
	stores := 0
	free := make(map[int]int) // by thread: when its last event ended
	for _, e := range file.TraceEvents {
		switch {
		case e.Name == "" || e.PID == nil:
			t.Errorf("an event without name or process: %+v", e)
		case e.Ph == "M" && e.Name != "thread_name", e.Ph == "i" && e.S != "t" && e.S != "g":
			t.Errorf("%+v", e)
		case e.Ph == "X" && (e.Dur < 1 || e.TS < free[e.TID]):
			t.Errorf("thread %d is busy until %d: %+v", e.TID, free[e.TID], e)
		case e.Ph != "M" && e.Ph != "i" && e.Ph != "X":
			t.Errorf("phase %q", e.Ph)
		}
		free[e.TID] = e.TS + e.Dur
	}
	for _, e := range file.TraceEvents {
		if e.Name == "store x" && e.Ph == "X" && e.TID >= 2 && e.TS > 0 {
			stores++
		}
	}
	if stores != 2 {
		t.Errorf("%d stores\n%s", stores, b.String())
	}
}
