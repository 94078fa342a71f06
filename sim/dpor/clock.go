package dpor

// The happens-before relation of one execution, as vector clocks over its log,
// and the states of objects that decide who could have gone first.

import (
	"brigade/core/rt"
	"brigade/sim/hb"
)

// trace is an execution's operations with their clocks.
type trace struct {
	log   *hb.Log
	width int     // tasks
	clock []int32 // width to an event: how many events of each task it comes after, itself included
	base  []int32 // the same of when it was announced: program order, spawn, wake
	nth   []int32 // of each event: its number within its task, from 1
	use   map[int32][]use
	last  [][]int32 // clock of each task's last event

	scratch []int32
}

// use is an access by an event, in order.
type use struct {
	event  int
	access hb.Access
}

// read takes in the log. Left-over operations count as events after the end, in
// nobody's past.
func (t *trace) read(log *hb.Log) {
	t.log, t.width = log, len(log.Tasks)
	n := len(log.Events)
	t.clock = resize(t.clock, (n+len(log.Left))*t.width)
	t.base = resize(t.base, (n+len(log.Left))*t.width)
	t.nth = resize(t.nth, n+len(log.Left))
	if t.use == nil {
		t.use = make(map[int32][]use)
	}
	for o, u := range t.use {
		t.use[o] = u[:0]
	}
	t.last = t.last[:0]
	for range t.width {
		t.last = append(t.last, nil)
	}
	barrier := resize(t.scratch, t.width)
	t.scratch = barrier
	clear(barrier)
	all := make([]int32, t.width)
	epoch := 0
	for i := range n {
		e := &log.Events[i]
		if e.Epoch != epoch {
			epoch = e.Epoch
			copy(barrier, all)
		}
		t.begin(i, e, barrier)
		c := t.at(i)
		for _, a := range e.Accesses() {
			t.after(c, a)
			t.use[a.Object] = append(t.use[a.Object], use{i, a})
		}
		t.last[e.Task] = c
		all[e.Task] = t.nth[i]
	}
	for k := range log.Left {
		t.begin(n+k, &log.Left[k], barrier)
	}
}

// after joins to c the clocks of the accesses that a conflicts with.
func (t *trace) after(c []int32, a hb.Access) {
	uses := t.use[a.Object]
	// Whatever conflicts with these modes conflicts with each access of a mode that
	// conflicts with itself, so that the last of those has the rest in its past.
	covers := a.Mode == hb.Read || a.Mode == hb.Write || a.Mode == hb.Own
	for i := len(uses) - 1; i >= 0; i-- {
		m := uses[i].access.Mode
		if !hb.Conflict(m, a.Mode) {
			continue
		}
		join(c, t.at(uses[i].event))
		if covers && hb.Conflict(m, m) {
			return
		}
	}
}

// begin makes the clock of event i as far as its task decides it.
func (t *trace) begin(i int, e *hb.Event, barrier []int32) {
	b := t.base[i*t.width : (i+1)*t.width]
	clear(b)
	if last := t.last[e.Task]; last != nil {
		copy(b, last)
	} else if born := t.log.Tasks[e.Task].Born; born >= 0 {
		copy(b, t.at(born))
	}
	if e.WokeBy >= 0 {
		join(b, t.at(e.WokeBy))
	}
	if e.Forced {
		join(b, barrier)
	}
	c := t.at(i)
	copy(c, b)
	join(c, barrier)
	c[e.Task]++
	t.nth[i] = c[e.Task]
}

// at is event i's clock.
func (t *trace) at(i int) []int32 { return t.clock[i*t.width : (i+1)*t.width] }

// event is event i, the left-over ones included.
func (t *trace) event(i int) *hb.Event {
	if n := len(t.log.Events); i >= n {
		return &t.log.Left[i-n]
	}
	return &t.log.Events[i]
}

// before reports whether event i happens before event k, or is it.
func (t *trace) before(i, k int) bool {
	return t.at(k)[t.log.Events[i].Task] >= t.nth[i]
}

// beforeBase is before without what k's own objects add.
func (t *trace) beforeBase(i, k int) bool {
	return t.base[k*t.width+int(t.log.Events[i].Task)] >= t.nth[i]
}

// enabledWithout reports whether event k could be performed if event i and all
// that comes after it were not.
func (t *trace) enabledWithout(i, k int) bool {
	for _, a := range t.event(k).Accesses() {
		if !waits(a.Op) {
			continue
		}
		var s lockState
		for _, u := range t.use[a.Object] {
			if u.event < k && (u.event < i || !t.before(i, u.event)) {
				s.apply(u.access)
			}
		}
		if !s.allows(a.Op) {
			return false
		}
	}
	return true
}

func waits(op rt.Op) bool {
	return op == rt.OpLock || op == rt.OpRLock || op == rt.OpRelock || op == rt.OpJoin
}

// lockState is what is known of a lock or a WaitGroup.
type lockState struct{ held, readers, announced, count int64 }

func (s *lockState) apply(a hb.Access) {
	switch a.Mode {
	case hb.Own:
		switch a.Op {
		case rt.OpUnlock:
			s.held--
		case rt.OpLock:
			s.held++
			s.announced -= int64(a.Arg)
		default:
			s.held++
		}
	case hb.Share:
		s.readers++
	case hb.Unshare:
		s.readers--
	case hb.Announce:
		s.announced++
	case hb.Count:
		s.count += int64(a.Arg)
	}
}

func (s *lockState) allows(op rt.Op) bool {
	switch op {
	case rt.OpLock:
		return s.held == 0 && s.readers == 0
	case rt.OpRLock:
		return s.held == 0 && s.announced == 0
	case rt.OpRelock:
		return s.held == 0
	case rt.OpJoin:
		return s.count == 0
	}
	return true
}

func join(c, d []int32) {
	for i, v := range d {
		c[i] = max(c[i], v)
	}
}

func resize(s []int32, n int) []int32 {
	if cap(s) < n {
		return make([]int32, n, 2*n)
	}
	return s[:n]
}
