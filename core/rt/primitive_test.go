package rt

// What the primitives do in production: what sync, sync/atomic, time and go do.

import (
	"errors"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const tasks, rounds = 8, 500

// together runs f in several tasks at once and waits for them.
func together(f func()) {
	var wg WaitGroup
	wg.Label("together")
	for range tasks {
		wg.Go("task", f)
	}
	wg.Wait()
}

func TestMutexExcludes(t *testing.T) {
	var m Mutex
	m.Label("m")
	n := 0
	together(func() {
		for range rounds {
			m.Lock()
			n++
			m.Unlock()
		}
	})
	if n != tasks*rounds {
		t.Errorf("%d of %d additions are left", n, tasks*rounds)
	}
	if !m.TryLock() {
		t.Error("a free lock is not given")
	}
	if m.TryLock() {
		t.Error("a held lock is given")
	}
	m.Unlock()
}

func TestRWMutex(t *testing.T) {
	var m RWMutex
	m.Label("m")
	n := 0
	together(func() {
		for range rounds {
			m.Lock()
			n++
			m.Unlock()
			m.RLock()
			_ = n
			m.RUnlock()
		}
	})
	if n != tasks*rounds {
		t.Errorf("%d of %d additions are left", n, tasks*rounds)
	}
	for range 2 {
		if !m.TryRLock() {
			t.Error("readers exclude one another")
		}
	}
	if m.TryLock() {
		t.Error("a writer is let in beside readers")
	}
	m.RUnlock()
	m.RUnlock()
	if !m.TryLock() || m.TryRLock() {
		t.Error("a writer does not exclude readers")
	}
	m.Unlock()
}

func TestOnce(t *testing.T) {
	var o Once
	var n Int32
	together(func() {
		o.Do(func() { n.Add(1) })
		if n.Load() != 1 {
			t.Error("Do returned before the first call had")
		}
	})
	var p Once
	func() {
		defer func() { _ = recover() }()
		p.Do(func() { panic("once") })
	}()
	p.Do(func() { t.Error("a call that panicked is repeated") })
}

func TestCondAwaits(t *testing.T) {
	var m Mutex
	c := Cond{L: &m}
	c.Label("c")
	turn := 0
	var wg WaitGroup
	for i := range tasks {
		wg.Go("task", func() {
			m.Lock()
			c.Await(func() bool { return turn == i })
			turn++
			m.Unlock()
			c.Broadcast()
		})
	}
	wg.Wait()
	if turn != tasks {
		t.Errorf("%d turns", turn)
	}
	wg.Go("one", func() {
		m.Lock()
		c.Await(func() bool { return turn == -1 })
		m.Unlock()
	})
	m.Lock()
	turn = -1
	m.Unlock()
	c.Signal()
	wg.Wait()
}

// TestAtomicsAreAtomic applies the same operations to rt's types and Go's.
func TestAtomicsAreAtomic(t *testing.T) {
	same := func(what string, got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	i32, i32want := new(Int32), new(atomic.Int32)
	i64, i64want := new(Int64), new(atomic.Int64)
	u32, u32want := new(Uint32), new(atomic.Uint32)
	u64, u64want := new(Uint64), new(atomic.Uint64)
	i32.Label("i32")
	i64.Label("i64")
	u32.Label("u32")
	u64.Label("u64")
	for _, v := range []int32{0, 1, -1, 7, 1<<31 - 1, -1 << 31} {
		same("Int32.Add", i32.Add(v), i32want.Add(v))
		same("Int32.Swap", i32.Swap(v), i32want.Swap(v))
		same("Int32.CompareAndSwap", i32.CompareAndSwap(v, v+1), i32want.CompareAndSwap(v, v+1))
		same("Int32.CompareAndSwap of another", i32.CompareAndSwap(v, 5), i32want.CompareAndSwap(v, 5))
		same("Int32.Load", i32.Load(), i32want.Load())
		i32.Store(v)
		same("Int32.Store", i32.Load(), v)
		i32want.Store(v)

		w := int64(v) << 20
		same("Int64.Add", i64.Add(w), i64want.Add(w))
		same("Int64.Swap", i64.Swap(w), i64want.Swap(w))
		same("Int64.CompareAndSwap", i64.CompareAndSwap(w, w+1), i64want.CompareAndSwap(w, w+1))
		same("Int64.CompareAndSwap of another", i64.CompareAndSwap(w, 5), i64want.CompareAndSwap(w, 5))
		i64.Store(w)
		i64want.Store(w)
		same("Int64.Load", i64.Load(), i64want.Load())

		x := uint32(v)
		same("Uint32.Add", u32.Add(x), u32want.Add(x))
		same("Uint32.Or", u32.Or(x|0x10), u32want.Or(x|0x10))
		same("Uint32.And", u32.And(x|0x3), u32want.And(x|0x3))
		same("Uint32.Load", u32.Load(), u32want.Load())
		same("Uint32.Swap", u32.Swap(x), u32want.Swap(x))
		same("Uint32.CompareAndSwap", u32.CompareAndSwap(x, x+1), u32want.CompareAndSwap(x, x+1))
		u32.Store(x)
		u32want.Store(x)

		y := uint64(w)
		same("Uint64.Add", u64.Add(y), u64want.Add(y))
		same("Uint64.Or", u64.Or(y|0x10), u64want.Or(y|0x10))
		same("Uint64.And", u64.And(y|0x3), u64want.And(y|0x3))
		same("Uint64.Load", u64.Load(), u64want.Load())
		same("Uint64.Swap", u64.Swap(y), u64want.Swap(y))
		same("Uint64.CompareAndSwap", u64.CompareAndSwap(y, y+1), u64want.CompareAndSwap(y, y+1))
		u64.Store(y)
		u64want.Store(y)
	}
}

func TestBoolAndPointer(t *testing.T) {
	var b Bool
	b.Label("b")
	if b.Load() || b.Swap(true) || !b.Load() || b.CompareAndSwap(false, false) || !b.CompareAndSwap(true, false) || b.Load() {
		t.Error("Bool")
	}
	b.Store(true)
	if !b.Load() {
		t.Error("Bool.Store")
	}
	var p Pointer[int]
	p.Label("p")
	one, two := new(int), new(int)
	if p.Load() != nil || p.Swap(one) != nil || p.CompareAndSwap(two, two) || !p.CompareAndSwap(one, two) || p.Load() != two {
		t.Error("Pointer")
	}
	if p.Store(nil); p.Load() != nil {
		t.Error("Pointer.Store")
	}
	p.LostWakeup()
}

func TestAtomicsLoseNothing(t *testing.T) {
	var i Int64
	var bits Uint32
	together(func() {
		for range rounds {
			i.Add(1)
			for v := bits.Load(); !bits.CompareAndSwap(v, v+1); v = bits.Load() {
			}
		}
	})
	if i.Load() != tasks*rounds || bits.Load() != tasks*rounds {
		t.Errorf("%d and %d of %d", i.Load(), bits.Load(), tasks*rounds)
	}
}

func TestClocks(t *testing.T) {
	a := Now()
	Sleep(0)
	if b := Now(); b < a {
		t.Errorf("the clock went from %d back to %d", a, b)
	}
	if d := Instant(5).Add(time.Second).Sub(5); d != time.Second {
		t.Errorf("a second later is %v later", d)
	}
	if Wall().Location() != time.UTC {
		t.Errorf("the time of day is in %v", Wall().Location())
	}
}

func TestPages(t *testing.T) {
	p := Pages(100)
	if len(p) != 100 || cap(p) != 100 {
		t.Errorf("%d bytes with room for %d, not 100: an append would leave the page", len(p), cap(p))
	}
	TakenBytes(p)
	TakenBytes(nil)
	Taken(&p[0])
	FreePages(p)
}

func TestRand(t *testing.T) {
	seen := make(map[uint64]bool)
	for range 100 {
		seen[Rand()] = true
	}
	if len(seen) != 100 {
		t.Errorf("%d different of 100 draws", len(seen))
	}
}

func TestBugIsAFault(t *testing.T) {
	var got any
	func() {
		defer Recover(func(v any) { got = v })
		Bug("pool %s has %d left", "p", 3)
	}()
	var fault *Fault
	if e, ok := got.(error); !ok || !errors.As(e, &fault) || fault.Error() != "pool p has 3 left" {
		t.Errorf("%#v", got)
	}
}

func TestRecover(t *testing.T) {
	func() {
		defer Recover(func(v any) { t.Errorf("handled %v, but nothing panicked", v) })
	}()
	defer func() {
		if _, ok := recover().(Unwind); !ok {
			t.Error("an unwinding task was stopped")
		}
	}()
	func() {
		defer Recover(func(v any) { t.Errorf("handled %v: only the scheduler may see it", v) })
		panic(Unwind{})
	}()
}

func TestProduction(t *testing.T) {
	if Simulated() || Checking() || Rechecked() {
		t.Error("no scheduler is installed")
	}
	LostWakeup(new(Object))
	Probe(ProbeDrain, 1, 2, 3)
}

func TestOpNames(t *testing.T) {
	seen := make(map[string]bool)
	for i := range Ops {
		name := Op(i).String()
		if back, ok := ParseOp(name); name == "" || seen[name] || !ok || back != Op(i) {
			t.Errorf("operation %d is called %q, which is %d (%v)", i, name, back, ok)
		}
		seen[name] = true
	}
	if _, ok := ParseOp("op?"); ok || Op(Ops).String() != "op?" {
		t.Error("what is no operation has a name")
	}
}

func TestProbesAreComplete(t *testing.T) {
	table := Probes()
	if len(table) != int(probeEnd) {
		t.Fatalf("%d rows for %d kinds", len(table), probeEnd)
	}
	seen := make(map[string]bool)
	for k := ProbeNone + 1; k < probeEnd; k++ {
		p := table[k]
		if p.Name == "" || seen[p.Name] || p.Words[0] == "" || !strings.HasPrefix(p.Emitter, "core/") || !strings.HasPrefix(p.Invariants, "I") {
			t.Errorf("kind %d: %+v", k, p)
		}
		if k.String() != p.Name {
			t.Errorf("kind %d is called %q", k, k)
		}
		seen[p.Name] = true
	}
	if probeEnd.String() != "probe?" {
		t.Errorf("what is no kind is called %q", probeEnd)
	}
}

func TestNoAllocation(t *testing.T) {
	var m Mutex
	var i Int64
	var p Pointer[int]
	if n := testing.AllocsPerRun(100, func() {
		m.Lock()
		i.Add(1)
		p.Store(nil)
		Probe(ProbeState, 1, 2, 3)
		Taken(&i)
		_ = Now()
		m.Unlock()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
