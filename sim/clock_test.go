package sim_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/sim"
)

const ms = time.Millisecond

// held explores f in both engines, with box as its world, and fails t if a run
// does.
func held(t *testing.T, b *box, f func()) {
	t.Helper()
	for name, e := range engines {
		o := sim.Options{Seed: 1, Runs: 50, Engine: e}
		if b != nil {
			o.World = b
		}
		if r := sim.Explore(o, f); r.Failure != nil {
			t.Errorf("%s: seed %d: %v\n%s", name, r.Failure.Seed, r.Failure.Verdict, r.Failure.Verdict.Stack)
		}
	}
}

// wantNow stops the run unless so much time has passed since its begin.
func wantNow(d time.Duration) {
	if now := time.Duration(rt.Now()); now != d {
		rt.Bug("it is %v, not %v", now, d)
	}
}

func TestSleep(t *testing.T) {
	held(t, nil, func() {
		began := rt.Wall()
		rt.Sleep(0)
		rt.Sleep(-time.Hour)
		wantNow(0)
		rt.Sleep(1)
		wantNow(1)
		rt.Sleep(1000 * time.Hour)
		wantNow(1000*time.Hour + 1)
		if d := rt.Wall().Sub(began); d != 1000*time.Hour+1 {
			rt.Bug("the time of day went on by %v", d)
		}
	})
}

// An endless sleep ends after every other.
func TestSleepForEver(t *testing.T) {
	held(t, nil, func() {
		rt.Sleep(1)
		var done rt.Bool
		rt.Go("other", func() {
			rt.Sleep(1000 * time.Hour)
			done.Store(true)
		})
		rt.Sleep(math.MaxInt64)
		if !done.Load() {
			rt.Bug("a sleep of %v was over at %v", time.Duration(math.MaxInt64), time.Duration(rt.Now()))
		}
	})
}

func TestSleepsEndInOrder(t *testing.T) {
	held(t, nil, func() {
		var last rt.Int64
		var wg rt.WaitGroup
		for _, i := range []int64{5, 3, 9, 1, 7, 2, 8, 4, 6} {
			wg.Go("sleeper", func() {
				rt.Sleep(time.Duration(i) * ms)
				wantNow(time.Duration(i) * ms)
				if before := last.Swap(i); before != i-1 {
					rt.Bug("%d after %d", i, before)
				}
			})
		}
		wg.Wait()
		wantNow(9 * ms)
	})
}

// mark is a timer that says its name.
type mark struct {
	b    *strings.Builder
	name string
	then func()
}

func (m mark) Fire() {
	m.b.WriteString(m.name)
	if m.then != nil {
		m.then()
	}
}

// marks is a world that sets timers at its begin.
type marks struct {
	box
	set func(s *sim.Sim)
}

func (m *marks) Begin(s *sim.Sim) {
	m.box.Begin(s)
	m.set(s)
}

func TestTimersOfOneInstant(t *testing.T) {
	var b strings.Builder
	w := &marks{set: func(s *sim.Sim) {
		b.Reset()
		s.At(2, mark{&b, "e", nil})
		for _, name := range []string{"a", "b", "c"} {
			s.At(1, mark{&b, name, nil})
		}
		s.At(1, mark{&b, "d", func() { s.At(0, mark{&b, "!", nil}) }}) // in the past: now
		s.At(2, mark{&b, "f", nil})
	}}
	wantHeld(t, "timers", sim.Run(sim.Options{World: w}, func() { rt.Sleep(3) }))
	if b.String() != "abcd!ef" {
		t.Errorf("fired in order %q", b.String())
	}
}

// A world that keeps itself busy while every task waits for ever.
func TestTimersWithoutEnd(t *testing.T) {
	for _, period := range []rt.Instant{0, 1} {
		w := &marks{}
		w.set = func(s *sim.Sim) {
			var again mark
			again = mark{b: new(strings.Builder), then: func() { s.At(s.Now()+period, again) }}
			s.At(1, again)
		}
		r := sim.Run(sim.Options{World: w, MaxInstant: 1000}, func() { w.take(rt.OpRead, -1) })
		want(t, r, sim.Livelock, "1001 timers of the world fired without a step of any task")
	}
}

func TestAwaitWhileTheSignallerSleeps(t *testing.T) {
	held(t, nil, func() {
		var mu rt.Mutex
		c := rt.Cond{L: &mu}
		ready := false
		rt.Go("signaller", func() {
			rt.Sleep(time.Hour)
			mu.Lock()
			ready = true
			mu.Unlock()
			c.Signal()
		})
		mu.Lock()
		c.Await(func() bool { return ready })
		mu.Unlock()
		wantNow(time.Hour)
	})
}

func TestTimeoutOfACall(t *testing.T) {
	b := new(box)
	held(t, b, func() {
		rt.Sleep(ms)
		if b.take(rt.OpRead, 5*ms) {
			rt.Bug("took a token that nobody put")
		}
		wantNow(6 * ms)
		b.put(3 * ms)
		if !b.take(rt.OpRead, 5*ms) {
			rt.Bug("timed out before the token came")
		}
		wantNow(9 * ms)
		b.put(5 * ms)
		b.take(rt.OpRead, 5*ms) // either; but then
		wantNow(14 * ms)
		rt.Sleep(time.Hour) // the timeouts that were not needed wake nobody
		wantNow(14*ms + time.Hour)
	})
}

// Two readers are ready for one token; the slower of them waits again, and its
// own timeout ends that: whether it had waited before or not.
func TestTimeoutOutlivesReadiness(t *testing.T) {
	for _, b := range []*box{{}, {first: 1}} {
		took := 0
		held(t, b, func() {
			rt.Sleep(ms)
			var wg rt.WaitGroup
			var taken rt.Int32
			for range 2 {
				wg.Go("reader", func() {
					if b.take(rt.OpRead, 10*ms) {
						taken.Add(1)
						return
					}
					wantNow(11 * ms)
				})
			}
			if b.first == 0 {
				rt.Sleep(ms)
				b.put(0)
			}
			wg.Wait()
			wantNow(11 * ms)
			if n := taken.Load(); n != 1 {
				rt.Bug("%d readers took one token", n)
			}
			took++
		})
		if took == 0 {
			t.Error("nothing was asserted")
		}
	}
}
