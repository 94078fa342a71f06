//go:build race

package sim_test

// Race mode, RACE.md's rules at work: every planted race is reported, and no
// correct program is. Planted ones run in a child process, since a report taints
// its process's exit status.

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/sim"
)

// witnesses is how many neighbouring seeds a planted race is run with: the
// detector remembers few accesses of a word (rule 11).
const witnesses = 20

func init() {
	children["races"] = func() {
		for _, p := range races {
			n := 0
			for seed := range uint64(witnesses) {
				if r := sim.Run(sim.Options{Seed: seed}, p.wrong); r.Verdict != nil && r.Verdict.Kind == sim.DataRace {
					n++
				}
			}
			fmt.Fprintf(os.Stdout, "%s: reported in %d of %d runs\n", p.name, n, witnesses)
		}
	}
	children["unwinding"] = func() {
		for seed := range uint64(50) {
			r := sim.Run(sim.Options{Seed: seed}, unwindShared)
			fmt.Fprintln(os.Stdout, r.Verdict)
		}
	}
}

var races = []plant{
	{name: "counter", wrong: func() { addBoth(false) }, right: func() { addBoth(true) }},
	{name: "write after handoff", wrong: func() { handOff(true) }, right: func() { handOff(false) }},
	{name: "read after publish", wrong: func() { publish(true) }, right: func() { publish(false) }},
	{name: "double-checked", wrong: func() { lazy(false) }, right: func() { lazy(true) }},
	{name: "freed page", wrong: func() { touchFreed(true) }, right: func() { touchFreed(false) }},
	{name: "write under a read lock", wrong: func() { readers(true) }, right: func() { readers(false) }},
	{name: "read before join", wrong: func() { join(true) }, right: func() { join(false) }},
	{name: "pipeline", wrong: func() { pipeline(true) }, right: func() { pipeline(false) }},
}

func TestPlantedRaces(t *testing.T) {
	out, status := child(t, "races")
	if status == 0 {
		t.Error("a process with races ended with status 0")
	}
	for _, p := range races {
		if line := fmt.Sprintf("%s: reported in %d of %d runs\n", p.name, witnesses, witnesses); !strings.Contains(out, line) {
			i := strings.Index(out, p.name+": reported")
			got := "nothing"
			if i >= 0 {
				got, _, _ = strings.Cut(out[i:], "\n")
			}
			t.Errorf("want %q, got %q", line, got)
		}
	}
}

func TestNoFalseRace(t *testing.T) {
	for _, p := range races {
		if r := sim.Explore(sim.Options{Runs: 200}, p.right); r.Failure != nil {
			t.Errorf("%s: seed %d: %v\n%s", p.name, r.Failure.Seed, r.Failure.Verdict, r.Failure.Verdict.Stack)
		}
	}
}

// What deferred functions do after the verdict, their locks being no locks any
// more, is no race.
func TestUnwindingIsNoRace(t *testing.T) {
	out, status := child(t, "unwinding")
	if status != 0 || strings.Contains(out, "DATA RACE") || strings.Count(out, "property I01") != 50 {
		t.Errorf("status %d: %s", status, out)
	}
}

func unwindShared() {
	var mu rt.Mutex
	x := 0
	for range 3 {
		rt.Go("worker", func() {
			defer func() {
				mu.Lock()
				x++
				mu.Unlock()
			}()
			mu.Lock()
			x++
			mu.Unlock()
			rt.Sleep(time.Hour)
		})
	}
	rt.Sleep(time.Second)
	sim.Failf("I01", "planted")
}

func addBoth(locked bool) {
	x := 0
	var mu rt.Mutex
	var wg rt.WaitGroup
	for range 2 {
		wg.Go("adder", func() {
			if locked {
				mu.Lock()
				defer mu.Unlock()
			}
			x++
		})
	}
	wg.Wait()
	fmt.Fprint(io.Discard, x)
}

// block is what is handed over.
type block struct{ a, b int }

func handOff(late bool) {
	var mu rt.Mutex
	c := rt.Cond{L: &mu}
	var box *block
	var wg rt.WaitGroup
	wg.Go("taker", func() {
		mu.Lock()
		c.Await(func() bool { return box != nil })
		p := box
		mu.Unlock()
		rt.Taken(p)
	})
	wg.Go("giver", func() {
		p := &block{a: 1}
		mu.Lock()
		box = p
		c.Signal()
		mu.Unlock()
		if late {
			p.b = 2
		}
	})
	wg.Wait()
}

func publish(early bool) {
	var ready rt.Bool
	x := 0
	var wg rt.WaitGroup
	wg.Go("writer", func() {
		x = 1
		ready.Store(true)
		if early {
			x = 2
		}
	})
	wg.Go("reader", func() {
		for !ready.Load() {
			rt.Sleep(time.Millisecond)
		}
		fmt.Fprint(io.Discard, x)
	})
	wg.Wait()
}

func lazy(atomic bool) {
	var mu rt.Mutex
	var made rt.Bool
	plain, value := false, 0
	get := func() {
		if atomic && made.Load() || !atomic && plain {
			fmt.Fprint(io.Discard, value)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if value == 0 {
			value = 42
		}
		if atomic {
			made.Store(true)
		} else {
			plain = true
		}
	}
	var wg rt.WaitGroup
	wg.Go("first", get)
	wg.Go("second", get)
	wg.Wait()
}

func touchFreed(late bool) {
	p := rt.Pages(64)
	var wg rt.WaitGroup
	wg.Go("reader", func() {
		if late {
			fmt.Fprint(io.Discard, p[3])
		}
	})
	wg.Go("owner", func() {
		p[3] = 1
		rt.FreePages(p)
	})
	wg.Wait()
}

func readers(write bool) {
	var mu rt.RWMutex
	x := 0
	var wg rt.WaitGroup
	for range 2 {
		wg.Go("reader", func() {
			mu.RLock()
			defer mu.RUnlock()
			if write {
				x++
			}
			fmt.Fprint(io.Discard, x)
		})
	}
	if !write { // a writer between two readers would order them
		wg.Go("writer", func() {
			mu.Lock()
			x++
			mu.Unlock()
		})
	}
	wg.Wait()
}

func join(early bool) {
	x := 0
	var wg rt.WaitGroup
	wg.Go("worker", func() { x = 1 })
	if early {
		fmt.Fprint(io.Discard, x)
	}
	wg.Wait()
	fmt.Fprint(io.Discard, x)
}

// pipeline passes blocks through two queues; a wrong one keeps a hand on them.
func pipeline(wrong bool) {
	var first, second queue
	first.ready.L, second.ready.L = &first.mu, &second.mu
	var wg rt.WaitGroup
	wg.Go("source", func() {
		for i := range 3 {
			p := &block{a: i}
			first.put(p)
			if wrong {
				p.a++
			}
		}
	})
	wg.Go("stage", func() {
		for range 3 {
			p := first.take()
			p.b = p.a * 2
			second.put(p)
		}
	})
	wg.Go("sink", func() {
		for range 3 {
			fmt.Fprint(io.Discard, second.take().b)
		}
	})
	wg.Wait()
}

type queue struct {
	mu    rt.Mutex
	ready rt.Cond
	list  []*block
}

func (q *queue) put(p *block) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list = append(q.list, p)
	q.ready.Signal()
}

func (q *queue) take() *block {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ready.Await(func() bool { return len(q.list) > 0 })
	p := q.list[0]
	q.list = q.list[1:]
	rt.Taken(p)
	return p
}
