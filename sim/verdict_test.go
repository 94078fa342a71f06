package sim_test

// Every verdict that a run can end with, each planted once beside a control that
// differs in the mistake alone. What ends the process is in hang_test.go, what
// only the race detector sees in program_race_test.go.

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/schedule"
)

// plant is a mistake and its control.
type plant struct {
	name          string
	wrong, right  func()
	kind          sim.VerdictKind
	invariant     string
	message, task string
}

func TestVerdicts(t *testing.T) {
	for _, p := range plants {
		t.Run(p.name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, e sim.Engine) {
				o := sim.Options{Engine: e, Seed: 1, Runs: 200, MaxInstant: 20_000}
				r := sim.Explore(o, p.wrong)
				if r.Failure == nil {
					t.Fatalf("not found in %d runs", r.Runs)
				}
				v := r.Failure.Verdict
				want(t, r.Failure, p.kind, p.message)
				if v.Invariant != p.invariant || v.Task != p.task {
					t.Errorf("invariant %q of task %q, want %q of %q", v.Invariant, v.Task, p.invariant, p.task)
				}
				if control := sim.Explore(o, p.right); control.Failure != nil {
					t.Errorf("control: %v", control.Failure.Verdict)
				}
			})
		})
	}
}

var plants = []plant{
	{
		"property", func() { failIf(true) }, func() { failIf(false) },
		sim.Property, "I15", "two answers", "main",
	},
	{"assertion", lostUpdate, keptUpdate, sim.Assertion, "", "x is 1 after two additions", "main"},
	{
		"panic", func() { index(3) }, func() { index(2) },
		sim.Panic, "", "index out of range [3] with length 3", "main",
	},
	{"deadlock ABBA", func() { twoLocks(true) }, func() { twoLocks(false) }, sim.Deadlock, "I08", "held by main/second.1", ""},
	{
		"deadlock with oneself", func() { lockTwice(true) }, func() { lockTwice(false) },
		sim.Deadlock, "I08", "main in lock main:mutex.1 (held by main)", "",
	},
	{"lost wakeup", func() { missedSignal(true) }, func() { missedSignal(false) }, sim.LostWakeup, "I07", "main/waiter.1:cond.1", "main/waiter.1"},
	{
		"livelock", func() { spin(true) }, func() { spin(false) },
		sim.Livelock, "I11", "20001 steps at instant 0s", "main/spinner.1",
	},
	{
		"Goexit", func() { leave(true) }, func() { leave(false) },
		sim.Panic, "", "ended by runtime.Goexit", "main/leaver.1",
	},
	{
		"negative wait group", func() { countDown(2) }, func() { countDown(1) },
		sim.Panic, "", "negative WaitGroup counter main:waitgroup.1", "main",
	},
	{
		"unlock of what is unlocked", func() { unlock(true) }, func() { unlock(false) },
		sim.Panic, "", "unlock of main:mutex.1, which is not locked", "main",
	},
	{
		"read unlock of what is unlocked", func() { runlock(true) }, func() { runlock(false) },
		sim.Panic, "", "unlock of main:rwmutex.1, which is not locked", "main",
	},
	{
		"page freed twice", func() { freePage(2) }, func() { freePage(1) },
		sim.Property, "I03", "main frees page 0 again; main has freed it", "main",
	},
	{
		"page leaked", func() { freePage(0) }, func() { freePage(1) },
		sim.Property, "I06", "page 0 of 64 bytes is still out", "",
	},
}

func failIf(wrong bool) {
	if wrong {
		sim.Failf("I15", "two answers to one request")
	}
}

func keptUpdate() {
	x := 0
	var mu rt.Mutex
	var wg rt.WaitGroup
	for range 2 {
		wg.Go("adder", func() {
			mu.Lock()
			defer mu.Unlock()
			x++
		})
	}
	wg.Wait()
	if x != 2 {
		rt.Bug("x is %d after two additions", x)
	}
}

func index(i int) { _ = []int{1, 2, 3}[i] }

func twoLocks(crossed bool) {
	var a, b rt.Mutex
	var wg rt.WaitGroup
	both := func(p, q *rt.Mutex) func() {
		return func() {
			p.Lock()
			defer p.Unlock()
			q.Lock()
			defer q.Unlock()
		}
	}
	wg.Go("first", both(&a, &b))
	if crossed {
		wg.Go("second", both(&b, &a))
	} else {
		wg.Go("second", both(&a, &b))
	}
	wg.Wait()
}

func lockTwice(twice bool) {
	var mu rt.Mutex
	mu.Lock()
	if twice {
		mu.Lock()
	}
	mu.Unlock()
}

// missedSignal: the state changes and nobody is told.
func missedSignal(missed bool) {
	var mu rt.Mutex
	c := rt.Cond{L: &mu}
	ready := false
	rt.Go("waiter", func() {
		mu.Lock()
		c.Await(func() bool { return ready })
		mu.Unlock()
	})
	mu.Lock()
	ready = true
	mu.Unlock()
	if !missed {
		c.Signal()
	}
}

// spin waits for a flag that is set only if it is not forgotten.
func spin(forgotten bool) {
	var flag rt.Bool
	rt.Go("spinner", func() {
		for !flag.Load() {
			rt.Sleep(0)
		}
	})
	if !forgotten {
		flag.Store(true)
	}
}

func leave(early bool) {
	rt.Go("leaver", func() {
		if early {
			runtime.Goexit()
		}
	})
}

func countDown(n int) {
	var wg rt.WaitGroup
	wg.Add(1)
	for range n {
		wg.Done()
	}
}

func unlock(twice bool) {
	var mu rt.Mutex
	mu.Lock()
	mu.Unlock()
	if twice {
		mu.Unlock()
	}
}

func runlock(twice bool) {
	var mu rt.RWMutex
	mu.RLock()
	mu.RUnlock()
	if twice {
		mu.RUnlock()
	}
}

func freePage(times int) {
	p := rt.Pages(64)
	for range times {
		rt.FreePages(p)
	}
}

// A write that no other access is concurrent with is out of the race detector's
// sight: the poison tells, and then, where pages can be guarded, the line.
func TestLateWriteToPage(t *testing.T) {
	late := func(wrong bool) func() {
		return func() {
			p := rt.Pages(64)
			rt.FreePages(p)
			if wrong {
				p[7] = 1
			}
		}
	}
	eachEngine(t, func(t *testing.T, e sim.Engine) {
		want(t, sim.Run(sim.Options{Engine: e}, late(true)), sim.Property, "offset 7 ")
		wantHeld(t, "freed and left alone", sim.Run(sim.Options{Engine: e}, late(false)))
	})
}

// The signature names the line of the program, whatever stands between it and
// the panic.
func TestCulprit(t *testing.T) {
	line := 0
	here := func() { _, _, line, _ = runtime.Caller(1) }
	for name, f := range map[string]func(){
		"runtime error":    func() { here(); index(5) }, // the callee may be inlined; its line is another
		"panic":            func() { here(); panic("boo") },
		"assertion":        func() { here(); rt.Bug("boo") },
		"standard library": func() { here(); _ = strings.Repeat("x", -line) },
		"in a deferred":    func() { defer func() { here(); panic("boo") }() },
		"foreign":          func() { here(); foreign(func() { new(rt.Int64).Load() }) },
	} {
		eachEngine(t, func(t *testing.T, e sim.Engine) {
			r := sim.Run(sim.Options{Engine: e}, func() { f() })
			if r.Verdict == nil {
				t.Fatalf("%s: held", name)
			}
			got := r.Verdict.Signature()
			at := fmt.Sprintf("@sim/verdict_test.go:%d", line)
			if name == "runtime error" {
				at = "@sim/verdict_test.go:"
			}
			if !strings.HasPrefix(got, r.Verdict.Kind.String()+at) {
				t.Errorf("%s: %q does not name %s\n%s", name, got, at, r.Verdict.Stack)
			}
		})
	}
}

// foreign runs f on a goroutine that is no task and returns when it has ended.
func foreign(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

func TestForeign(t *testing.T) {
	eachEngine(t, func(t *testing.T, e sim.Engine) {
		o := sim.Options{Engine: e}
		var x rt.Int64
		r := sim.Run(o, func() { foreign(func() { x.Add(1) }) })
		want(t, r, sim.Foreign, "start it with rt.Go")
		if !strings.Contains(r.Verdict.Stack, "TestForeign") {
			t.Errorf("the stack is not the foreign goroutine's:\n%s", r.Verdict.Stack)
		}
		wantHeld(t, "the same as a task", sim.Run(o, func() { rt.Go("adder", func() { x.Add(1) }) }))
		wantHeld(t, "a goroutine that does not call rt", sim.Run(o, func() { foreign(func() {}) }))
	})
}

// A goroutine left over by one run calls rt in the next, which is not to blame.
func TestForeignLeftOver(t *testing.T) {
	eachEngine(t, func(t *testing.T, e sim.Engine) {
		begin, ended := make(chan struct{}), make(chan struct{})
		var x rt.Int64
		wantHeld(t, "it has not called rt yet", sim.Run(sim.Options{Engine: e}, func() {
			go func() {
				defer close(ended)
				<-begin
				x.Add(1)
			}()
		}))
		first := true
		wantHeld(t, "it is not this run's", sim.Run(sim.Options{Engine: e}, func() {
			if first {
				first = false
				close(begin)
				<-ended
			}
		}))
	})
}

func TestNondeterminism(t *testing.T) {
	eachEngine(t, func(t *testing.T, e sim.Engine) {
		o := sim.Options{Engine: e, Twice: true}
		runs := 0
		counted := func() {
			runs++
			var x rt.Int64
			for range runs {
				x.Add(1)
			}
		}
		want(t, sim.Run(o, counted), sim.Nondeterminism, "other events the second time")
		ordered := func() {
			m := map[int]*rt.Int64{}
			for i := range 100 {
				m[i] = new(rt.Int64)
				m[i].Store(0)
			}
			for i, x := range m {
				x.Store(int64(i))
			}
		}
		want(t, sim.Run(o, ordered), sim.Nondeterminism)
		wantHeld(t, "no state beyond the run", sim.Run(o, counter(3, 10)))
		o.Twice = false
		wantHeld(t, "not compared", sim.Run(o, ordered))
		runs = 0
		want(t, sim.Run(o, func() {
			if runs++; runs == 1 {
				rt.Bug("only the first time")
			}
		}), sim.Nondeterminism, "did not repeat", "only the first time")
	})
}

// A strategy, world or checker that panics, or calls rt, fails its run and no
// other.
func TestFaultOfTheSimulation(t *testing.T) {
	for name, f := range map[string]func(){
		"panic": func() { panic("boo") }, "assertion": func() { rt.Bug("boo") }, "rt": func() { new(rt.Int64).Load() },
	} {
		eachEngine(t, func(t *testing.T, e sim.Engine) {
			swallowed := false
			r := sim.Run(sim.Options{Engine: e, Strategy: picker(func(*schedule.Point) int { f(); return 0 })}, func() {
				var mu rt.Mutex
				mu.Lock()
				defer mu.Unlock()
				defer rt.Recover(func(any) { swallowed = true })
				rt.Go("other", func() {})
				rt.Sleep(0)
			})
			if r.Verdict == nil || !strings.HasPrefix(r.Verdict.Message, "in the simulation itself: ") || swallowed {
				t.Errorf("%s: %v, swallowed %v", name, r.Verdict, swallowed)
			}
			wantHeld(t, "the next run", sim.Run(sim.Options{Engine: e}, counter(2, 3)))
		})
	}
	r := sim.Run(sim.Options{Strategy: picker(func(*schedule.Point) int { return 9 })}, counter(2, 3))
	want(t, r, sim.Nondeterminism, "picked 9 of 2 runnable tasks")
}

// picker is a strategy that is a function.
type picker func(p *schedule.Point) int

func (picker) Begin(uint64)                 { /* nothing to draw */ }
func (f picker) Pick(p *schedule.Point) int { return f(p) }
func (picker) Draw(uint64, uint32) uint64   { return 0 }
func (picker) End(bool)                     { /* nothing learnt */ }

func TestMaxSteps(t *testing.T) {
	forever := func() {
		for {
			rt.Sleep(time.Millisecond)
		}
	}
	want(t, sim.Run(sim.Options{MaxSteps: 100}, forever), sim.Livelock, "did not end within 100 steps")
}

func TestVerdictNames(t *testing.T) {
	for k := sim.Held; k <= sim.Nondeterminism; k++ {
		if got, ok := sim.ParseVerdictKind(k.String()); !ok || got != k {
			t.Errorf("%d: %q", k, k)
		}
	}
	if _, ok := sim.ParseVerdictKind("verdict?"); ok || (sim.Nondeterminism+1).String() != "verdict?" {
		t.Error("there is one more kind than this test knows")
	}
}
