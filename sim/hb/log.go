package hb

import "brigade/core/rt"

// Log is a run's operations in the order in which they were granted.
type Log struct {
	Tasks  []Task
	Events []Event
	Left   []Event // what tasks waited to do when the run was over

	epoch int
}

// Task is a task of a run.
type Task struct {
	Path uint64 // hash of its path: the same in every run
	Born int    // index of the event that spawned it; -1: the root

	woke   int  // one more than the index of the event that ended its wait, until its next
	forced bool // the scheduler ended its wait
}

// Event is one operation.
type Event struct {
	Task    int32
	Op      rt.Op
	Arg     uint64
	Acts    [2]Access // the first Len are valid
	Len     int
	Epoch   int  // barriers before it
	Objects int  // objects there were before it
	WokeBy  int  // index of the event that ended its wait; -1: none
	Forced  bool // the scheduler ended its wait when nothing could run
}

// Access is an action on an object.
type Access struct {
	Object int32
	Mode   Mode
	Op     rt.Op // what changes a lock's or a group's state; OpUnlock for Wait's
	Arg    uint64
}

// Accesses are what e acts on.
func (e *Event) Accesses() []Access { return e.Acts[:e.Len] }

func (l *Log) begin() {
	l.Tasks, l.Events, l.Left, l.epoch = l.Tasks[:0], l.Events[:0], l.Left[:0], 0
}

func (l *Log) task(path uint64, parent int32) {
	t := Task{Path: path, Born: -1}
	if parent >= 0 {
		t.Born = len(l.Events) - 1
	}
	l.Tasks = append(l.Tasks, t)
}

func (l *Log) step(task int32, op rt.Op, arg uint64) {
	woke := -1
	if w := &l.Tasks[task].woke; *w > 0 {
		woke, *w = *w-1, 0
	}
	forced := l.Tasks[task].forced
	l.Tasks[task].forced = false
	l.Events = append(l.Events, Event{Task: task, Op: op, Arg: arg, Epoch: l.epoch, WokeBy: woke, Forced: forced})
}

func (l *Log) access(a Access) {
	e := &l.Events[len(l.Events)-1]
	if e.Len < len(e.Acts) {
		e.Acts[e.Len] = a
		e.Len++
	}
}

// left files what a task waits to do.
func (l *Log) left(task int32, op rt.Op, a Access) {
	e := Event{Task: task, Op: op, Arg: a.Arg, Epoch: l.epoch, WokeBy: l.Tasks[task].woke - 1}
	if a.Mode != None {
		e.Acts[0], e.Len = a, 1
	}
	l.Left = append(l.Left, e)
}
