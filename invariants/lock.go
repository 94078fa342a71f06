package invariants

// Locks (I09): they are held for moments. Nobody waits for anything but another
// lock with one held; when nothing can run nobody holds one, since whoever does
// waits for himself, or for somebody who waits for him, or for the world; and no
// two locks are taken in both orders, whether or not that went wrong this time
// (the order of locks, as kernels check it).

import (
	"brigade/core/rt"
	"brigade/sim"
)

var lockChecker = Checker{
	Numbers: []string{"I09"}, Name: "lock",
	Allows: "locks are held for moments, in one order, and nobody waits for time, events, tasks or conditions with one held",
	World:  "locks, conditions, waits",
	Ops: []rt.Op{
		rt.OpLock, rt.OpUnlock, rt.OpRLock, rt.OpRUnlock, rt.OpWait, rt.OpRelock, rt.OpSleep, rt.OpJoin, rt.OpPollWait, rt.OpPoll,
	},
	make: func() property { return new(lock) },
}

type lock struct {
	judge
	tasks  rows[holding]
	orders []pair
	holds  int // locks held by anybody
}

// holding is the locks that a task has, in the order in which it took them.
type holding struct{ locks []int32 }

// pair is two locks, the second taken with the first held.
type pair struct{ first, second int32 }

// Begin implements property.
func (l *lock) Begin(s *sim.Sim) {
	l.s = s
	for i := range l.tasks.list {
		l.tasks.list[i].locks = l.tasks.list[i].locks[:0]
	}
	l.orders = l.orders[:0]
	l.holds = 0
}

// Event implements property.
func (l *lock) Event(e *sim.Event) {
	t := l.tasks.at(e.Task)
	if t == nil {
		return
	}
	switch e.Op {
	case rt.OpLock, rt.OpRLock, rt.OpRelock:
		for _, h := range t.locks {
			l.nests(e, h)
		}
		t.locks = append(t.locks, e.Object)
		l.holds++
	case rt.OpUnlock, rt.OpRUnlock:
		l.drop(t, e.Object)
	case rt.OpWait:
		if n := len(t.locks); n > 1 {
			l.fail("I09", "%s waits for condition %s and gives up one lock, but holds %d", l.who(e.Task), l.s.ObjectPath(e.Object), n)
			return
		} else if n == 1 {
			t.locks = t.locks[:0]
			l.holds--
		}
	default:
		if len(t.locks) > 0 && l.blocks(e) {
			l.fail("I09", "%s performs %s with %s held", l.who(e.Task), e.Op, l.s.ObjectPath(t.locks[0]))
		}
	}
}

// blocks reports whether e may have waited.
func (l *lock) blocks(e *sim.Event) bool {
	return e.Op != rt.OpPollWait && e.Op != rt.OpPoll || e.Call == nil || e.Call.Block
}

func (l *lock) drop(t *holding, object int32) {
	for i := len(t.locks) - 1; i >= 0; i-- {
		if t.locks[i] == object {
			t.locks = append(t.locks[:i], t.locks[i+1:]...)
			l.holds--
			return
		}
	}
}

// nests notes that a lock is taken with another one held.
func (l *lock) nests(e *sim.Event, held int32) {
	p := pair{held, e.Object}
	for _, q := range l.orders {
		if q == p {
			return
		}
	}
	if l.reaches(p.second, p.first, len(l.orders)) {
		l.fail("I09", "%s takes %s with %s held; they were taken in the other order, too", l.who(e.Task), l.s.ObjectPath(e.Object), l.s.ObjectPath(held))
		return
	}
	l.orders = append(l.orders, p)
}

// reaches reports whether lock b was taken after lock a, over at most so many steps.
func (l *lock) reaches(a, b int32, steps int) bool {
	for _, q := range l.orders {
		if q.first == a && (q.second == b || steps > 0 && l.reaches(q.second, b, steps-1)) {
			return true
		}
	}
	return false
}

// Quiet implements property.
func (l *lock) Quiet() {
	if l.holds == 0 || l.excused() {
		return
	}
	for i := range l.tasks.list {
		t := &l.tasks.list[i]
		if len(t.locks) == 0 {
			continue
		}
		op, object, _ := l.s.Waits(int32(i))
		l.fail("I09", "nothing can run, and %s holds %s while it waits in %s for %s", l.who(int32(i)), l.s.ObjectPath(t.locks[0]), op, l.s.ObjectPath(object))
		return
	}
}
