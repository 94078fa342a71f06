package sim_test

// Random programs over everything that rt offers. They are data, so that one can
// be run again, in the other engine, and with steps added. Locks are taken in
// order of rank, so most end; those that wait for a post that never comes
// deadlock, which is an outcome like any other.

import (
	"time"

	"brigade/core/rt"
	"brigade/sim"
)

// step is one operation, with what is done inside it.
type step struct {
	kind   stepKind
	object int
	amount int
	body   []step
}

type stepKind int

const (
	stepAdd stepKind = iota
	stepLoad
	stepSwap
	stepYield
	stepSleep
	stepRand
	stepProbe
	stepPage
	stepPost
	stepPostAll
	stepAwait // from here on with a body, or what makes others wait
	stepSpawn
	stepChoose
	stepLock
	stepTryLock
	stepRLock
	stepWLock
	stepTryRLock
	stepKinds
)

// steps draws a script; rank is the lowest lock that it may take.
func steps(draw func(n int) int, depth, rank int) []step {
	list := make([]step, draw(5))
	for i := range list {
		s := step{kind: stepKind(draw(int(stepKinds))), object: draw(2), amount: draw(4)}
		if s.kind >= stepAwait && (depth == 0 || rank > 3) {
			s.kind = stepKind(draw(int(stepAwait)))
		}
		switch {
		case s.kind == stepAwait && rank > 0:
			s.kind = stepPost // nobody waits for a post with a lock held
		case s.kind == stepSpawn || s.kind == stepChoose && rank == 0:
			s.body = steps(draw, depth-1, 0)
		case s.kind >= stepLock:
			r := lockRank(s)
			if r < rank {
				s.object, r = 1, rank+1
			}
			s.body = steps(draw, depth-1, r+1)
		}
		list[i] = s
	}
	return list
}

// lockRank orders mutexes before rwmutexes.
func lockRank(s step) int {
	if s.kind >= stepRLock {
		return 2 + s.object
	}
	return s.object
}

// program is what its tasks do.
type program [][]step

func drawProgram(draw func(n int) int) program {
	p := make(program, 2+draw(3))
	for i := range p {
		p[i] = steps(draw, 3, 0)
	}
	return p
}

// state is what the tasks of one run of a program share.
type state struct {
	atomics [2]rt.Int64
	mutexes [2]rt.Mutex
	shared  [2]int // guarded by mutexes
	rws     [2]rt.RWMutex
	read    [2]int // guarded by rws
	posts   [2]semaphore
	wg      rt.WaitGroup
	extra   rt.Int64
}

type semaphore struct {
	mu   rt.Mutex
	cond rt.Cond
	n    int
}

// main is p's root task.
func (p program) main() {
	w := new(state)
	w.extra.Label("extra")
	for i := range w.posts {
		w.posts[i].cond.L = &w.posts[i].mu
	}
	for _, list := range p {
		w.wg.Go("task", func() { w.do(list) })
	}
	w.wg.Wait()
}

func (w *state) do(list []step) {
	for _, s := range list {
		switch {
		case s.kind == stepKinds: // see insertSteps
			w.extra.Add(1)
		case s.kind >= stepLock:
			w.locked(s)
		case s.kind >= stepPost:
			w.wait(s)
		default:
			w.simple(s)
		}
	}
}

func (w *state) simple(s step) {
	x := &w.atomics[s.object]
	switch s.kind {
	case stepAdd:
		x.Add(int64(s.amount))
	case stepLoad:
		x.Load()
	case stepSwap:
		if !x.CompareAndSwap(0, 1) {
			x.Swap(0)
		}
	case stepYield:
		rt.Sleep(0)
	case stepSleep:
		rt.Sleep(time.Duration(s.amount) * time.Millisecond)
	case stepRand:
		rt.Rand()
	case stepProbe:
		rt.Probe(rt.ProbeState, uint64(s.amount), uint64(rt.Now()), 0)
	case stepPage:
		rt.FreePages(rt.Pages(16 << s.amount))
	}
}

func (w *state) wait(s step) {
	p := &w.posts[s.object]
	switch s.kind {
	case stepPost:
		p.mu.Lock()
		p.n++
		p.mu.Unlock()
		p.cond.Signal()
	case stepPostAll:
		p.mu.Lock()
		p.n += 2
		p.cond.Broadcast()
		p.mu.Unlock()
	case stepAwait:
		p.mu.Lock()
		p.cond.Await(func() bool { return p.n > 0 })
		p.n--
		p.mu.Unlock()
	case stepSpawn:
		w.wg.Go("child", func() { w.do(s.body) })
	case stepChoose:
		if sim.Choose("branch", 3) == 1 {
			w.do(s.body)
		}
	}
}

func (w *state) locked(s step) {
	mu, rw := &w.mutexes[s.object], &w.rws[s.object]
	switch s.kind {
	case stepLock:
		mu.Lock()
		defer mu.Unlock()
		w.shared[s.object]++
	case stepTryLock:
		if !mu.TryLock() {
			return
		}
		defer mu.Unlock()
		w.shared[s.object]--
	case stepRLock:
		rw.RLock()
		defer rw.RUnlock()
		rt.Probe(rt.ProbeState, uint64(w.read[s.object]), 0, 0)
	case stepWLock:
		rw.Lock()
		defer rw.Unlock()
		w.read[s.object]++
	case stepTryRLock:
		if !rw.TryRLock() {
			return
		}
		defer rw.RUnlock()
	}
	w.do(s.body)
}
