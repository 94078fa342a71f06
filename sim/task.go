package sim

import (
	"strconv"

	"brigade/core/rt"
)

// Task is one simulated task: a coroutine, or in race mode a goroutine.
//
// Its fields are the scheduler's. The few that the task itself writes (its
// request and its Call) it touches in go:norace functions only (RACE.md rule 5).
type Task struct {
	index  int32
	parent int32
	nth    uint32
	hash   uint64 // of its path
	name   string
	path   string // built when asked for

	sim *Sim
	f   func()

	// The request: what the task announces at its point. Written by the task.
	op       rt.Op
	service  service
	obj      *rt.Object
	arg      uint64
	words    [3]uint64
	lock     *rt.Object // Park: the condition's lock
	text     string     // Spawn, Label, Choose: a name
	child    func()     // Spawn
	pages    []byte     // Pages, FreePages
	call     Call
	verdict  *Verdict // Fail from a task
	finished finish

	// The answer.
	result bool
	forced bool
	value  uint64
	born   *Task

	// The scheduler's view.
	state   state
	object  int32      // what op acts on
	lockObj int32      // Park: index of the lock
	timer   uint64     // sequence of the timer that may wake it; 0: none
	due     rt.Instant // of the timeout of its call
	seen    uint64     // version of lockObj when its predicate was last evaluated
	place   int        // in the line of its condition, while it is rechecked
	asked   uint64     // round in which it was last rechecked

	// The engines'.
	g         uintptr
	coroutine *coroutine
	turn      chan struct{}
	edge      Edge
	started   bool
	chained   bool // resumed, and has not yielded since
	aborting  bool
	owes      bool // it has handed the baton on by itself since it last passed it to the scheduler
	unwinding bool
}

// state is where a task stands.
type state uint8

const (
	stateRunnable state = iota // in s.runnable, or running
	stateBlocked               // until its object changes
	stateParked                // on a condition variable
	stateSleeping              // until its timer
	stateEnded
)

// finish says how a task's function came to its end.
type finish uint8

const (
	finishNone finish = iota
	finishReturn
	finishPanic
	finishUnwind
	finishExit // runtime.Goexit
)

// Path is the task's name: its parent's, its kind and the how-manieth of that
// kind it is: "main/reader.2".
func (t *Task) Path() string {
	if t.path == "" {
		if t.parent < 0 {
			t.path = t.name
		} else {
			t.path = t.sim.tasks[t.parent].Path() + "/" + t.name + "." + strconv.FormatUint(uint64(t.nth), 10)
		}
	}
	return t.path
}

// newTask makes a task that has not started, t's child; nil: the root.
func (s *Sim) newTask(parent *Task, name string, f func()) *Task {
	n := len(s.tasks)
	var t *Task
	if n < cap(s.tasks) {
		s.tasks = s.tasks[:n+1]
		t = s.tasks[n]
	} else {
		s.tasks = append(s.tasks, nil)
	}
	if t == nil {
		t = &Task{turn: make(chan struct{})}
		s.tasks[n] = t
	}
	t.renew(int32(n), name, s, f)
	if parent == nil {
		t.hash = fnv(fnvStart, name)
	} else {
		h := fnv(fnv(parent.hash, "/"), name)
		t.parent, t.nth = parent.index, s.counts.up(h)
		t.hash = fnvNumber(h, t.nth)
	}
	s.live++
	if s.order != nil {
		s.order.Task(t.index, t.hash, t.parent)
	}
	s.delay(t)
	return t
}

// renew makes t a task that has not started, the memory of its calls and its
// channel kept.
func (t *Task) renew(index int32, name string, s *Sim, f func()) {
	turn, buf, words := t.turn, t.call.Buf[:0], t.call.Words[:0]
	*t = Task{}
	t.index, t.parent, t.name, t.sim, t.f, t.turn = index, none, name, s, f, turn
	t.op, t.object, t.lockObj = rt.OpStart, none, none
	t.call.Buf, t.call.Words = buf, words
}

const fnvStart = uint64(14695981039346656037)
