package sim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/sim"
)

// Signal wakes whoever waits longest, and asking once more when nothing can run
// puts nobody back in the line.
func TestCondOrder(t *testing.T) {
	held(t, nil, func() {
		var mu rt.Mutex
		c := rt.Cond{L: &mu}
		var wg rt.WaitGroup
		turn, woken := 0, ""
		for i := range 3 {
			wg.Go("waiter", func() {
				mu.Lock()
				evaluated := 0
				c.Await(func() bool { evaluated++; return evaluated > 1 && turn > 0 })
				turn--
				woken += fmt.Sprint(i)
				mu.Unlock()
			})
			rt.Sleep(ms) // so they wait in order
		}
		for range 2 {
			mu.Lock()
			turn++
			mu.Unlock()
			c.Signal()
			rt.Sleep(ms)
		}
		mu.Lock()
		if woken != "01" {
			rt.Bug("woken in order %s", woken)
		}
		turn = 1
		mu.Unlock()
		c.Broadcast()
		wg.Wait()
	})
}

func TestBroadcastWakesAll(t *testing.T) {
	held(t, nil, func() {
		var mu rt.Mutex
		c := rt.Cond{L: &mu}
		var wg rt.WaitGroup
		ready := false
		for range 4 {
			wg.Go("waiter", func() {
				mu.Lock()
				c.Await(func() bool { return ready })
				mu.Unlock()
			})
		}
		rt.Sleep(ms)
		mu.Lock()
		ready = true
		c.Broadcast()
		mu.Unlock()
		wg.Wait()
		c.Signal() // to nobody
	})
}

// A parked task whose lock nobody took is not asked again when time moves: it
// cannot have missed anything.
func TestRecheckSkipsTheUndisturbed(t *testing.T) {
	eachEngine(t, func(t *testing.T, e sim.Engine) {
		var asked [2]count
		r := sim.Run(sim.Options{Engine: e}, func() {
			mus, conds := make([]rt.Mutex, 2), make([]rt.Cond, 2)
			done := make([]bool, 2)
			for i, name := range []string{"left alone", "disturbed"} {
				conds[i].L = &mus[i]
				rt.Go(name, func() {
					mus[i].Lock()
					conds[i].Await(func() bool { asked[i].up(); return done[i] })
					mus[i].Unlock()
				})
			}
			for range 5 {
				rt.Sleep(ms)
				mus[1].Lock()
				mus[1].Unlock()
			}
			for i := range 2 {
				mus[i].Lock()
				done[i] = true
				mus[i].Unlock()
				conds[i].Signal()
			}
		})
		wantHeld(t, "nobody is forgotten", r)
		if asked[0] != 2 || asked[1] != 6 || r.Rechecks == 0 {
			t.Errorf("predicates evaluated %v times, %d rechecks", asked, r.Rechecks)
		}
	})
}

// At the last everybody is asked: a predicate may read what its lock does not
// guard.
func TestLastRecheckAsksEveryone(t *testing.T) {
	unguarded := func() {
		var mu rt.Mutex
		c := rt.Cond{L: &mu}
		var ready rt.Bool
		rt.Go("waiter", func() {
			mu.Lock()
			c.Await(ready.Load)
			mu.Unlock()
		})
		rt.Sleep(ms)
		ready.Store(true)
	}
	eachEngine(t, func(t *testing.T, e sim.Engine) {
		want(t, sim.Run(sim.Options{Engine: e}, unguarded), sim.LostWakeup, "main/waiter.1:cond.1")
	})
}

// A signal with the state changed but not yet told of is late, not lost, while
// somebody can still run; it is lost if all sleep meanwhile.
func TestLateSignal(t *testing.T) {
	late := func(pause time.Duration) func() {
		return func() {
			var mu rt.Mutex
			c := rt.Cond{L: &mu}
			ready := false
			rt.Go("waiter", func() {
				mu.Lock()
				c.Await(func() bool { return ready })
				mu.Unlock()
			})
			rt.Sleep(ms)
			mu.Lock()
			ready = true
			mu.Unlock()
			rt.Sleep(pause)
			c.Signal()
		}
	}
	held(t, nil, late(0))
	want(t, sim.Run(sim.Options{}, late(ms)), sim.LostWakeup)
}

// A poller that sleeps without a timeout is asked once more too: rt.Rechecked
// tells it so, and it tells of work that it was not woken for.
func TestRecheckOfAPoller(t *testing.T) {
	b := new(box)
	poller := func(tell bool) func() {
		return func() {
			var inbox rt.Pointer[int]
			rt.Go("loop", func() {
				for range 3 {
					b.take(rt.OpPollWait, -1)
					work := inbox.Load()
					if rt.Rechecked() && work != nil {
						inbox.LostWakeup()
					}
					if work != nil {
						return
					}
				}
			})
			rt.Sleep(ms)
			inbox.Store(new(int))
			if tell {
				b.put(0)
			}
		}
	}
	held(t, b, poller(true))
	eachEngine(t, func(t *testing.T, e sim.Engine) {
		r := sim.Run(sim.Options{Engine: e, World: b}, poller(false))
		want(t, r, sim.LostWakeup, "atomic.1")
		if !strings.HasPrefix(r.Verdict.Task, "main/loop") {
			t.Error(r.Verdict.Task)
		}
	})
}

// Who is asked alone and finds others something to do waits for them like
// anybody else.
func TestRecheckedTaskIsNotAloneForLong(t *testing.T) {
	b := new(box)
	held(t, b, func() {
		var posted, done rt.Bool
		rt.Go("helper", func() {
			b.take(rt.OpRead, -1)
			done.Store(true)
		})
		rt.Go("loop", func() {
			b.take(rt.OpPollWait, -1) // nobody wakes it
			if !rt.Rechecked() {
				rt.Bug("woken by nobody")
			}
			b.put(0)
			for !done.Load() {
				rt.Sleep(0)
			}
			posted.Store(true)
		})
	})
}
