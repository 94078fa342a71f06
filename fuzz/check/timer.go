package check

// core/poll's timers and slots: descriptors become readable in the very moment in
// which their time is over, and two at once. Each wait ends once, by one or the
// other; what has ended hears nothing more, though its place has been taken again
// and an event for it is in hand.

import (
	"time"

	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/sys"
)

func timerComponent() Component {
	return Component{
		Name: "timer", Tasks: 2, Ops: 1, Type: typeName[poll.Ring[wait]](), inKernel: timerProgram,
		Story: "descriptors of a loop become readable as their timers become due, and the first to do so ends another's wait: each wait ends once, and its successor hears its own events only",
	}
}

// limit is how long a wait may take, and when the bytes come.
const limit = time.Millisecond

// wait is one wait for a descriptor.
type wait struct {
	fd      sys.FD
	slot    poll.Slot
	timer   poll.Timer[wait]
	partner *wait // whose wait ends with this one; nil: nobody's
	ended   int
}

// waiting is the loop, and what waits in it.
type waiting struct {
	kernel sys.Kernel
	poller poll.Poller
	slots  poll.Slots[wait]
	ring   poll.Ring[wait]
	late   poll.Ring[wait] // of successors
	open   int
	heirs  []*wait
}

func timerProgram(k sys.Kernel, tasks, ops int) func() {
	return func() {
		l := &waiting{kernel: k}
		if err := l.poller.Open(k, poll.Epoll, poll.WakeFlag); err != nil {
			rt.Bug("%v", err)
		}
		l.ring.SetTimeout(limit)
		l.late.SetTimeout(10 * limit)
		var all rt.WaitGroup
		all.Label("all")
		list := make([]*wait, tasks)
		for i := range list {
			list[i] = l.begin(&l.ring)
			all.Go("peer", func() {
				for range ops {
					rt.Sleep(limit)
					if _, e := k.Write(list[i].fd, one); e != sys.OK {
						rt.Bug("writing: %v", e)
					}
				}
			})
		}
		for i, w := range list {
			w.partner = list[(i+1)%tasks]
		}
		for l.open > 0 {
			l.turn()
		}
		all.Wait()
		l.judge(list)
	}
}

// one is a number for an event counter.
var one = []byte{1, 0, 0, 0, 0, 0, 0, 0}

// begin has an event counter wait in r.
func (l *waiting) begin(r *poll.Ring[wait]) *wait {
	fd, e := l.kernel.EventFD()
	if e != sys.OK {
		rt.Bug("an event counter: %v", e)
	}
	w := &wait{fd: fd}
	w.slot = l.slots.Take(w)
	l.slots.Park(w.slot)
	if e := l.poller.Watch(fd, sys.In|sys.Edge, w.slot.Token()); e != sys.OK {
		rt.Bug("watching: %v", e)
	}
	r.Arm(&w.timer, w, rt.Now())
	l.open++
	return w
}

// turn waits for events or the next timer, and acts on both.
func (l *waiting) turn() {
	next, ok := l.ring.Next()
	if !ok {
		next, _ = l.late.Next()
	}
	events := l.poller.Wait(max(next.Sub(rt.Now()), 0))
	now := rt.Now()
	for _, e := range events {
		w := l.slots.Latch(e)
		if w == nil {
			continue
		}
		if n, e := l.kernel.Read(w.fd, make([]byte, 8)); n != 8 {
			rt.Bug("an event reached a wait whose descriptor has nothing: %v", e)
		}
		w.timer.Disarm()
		l.end(w)
	}
	for _, r := range []*poll.Ring[wait]{&l.ring, &l.late} {
		for w := r.Due(now); w != nil; w = r.Due(now) {
			l.end(w)
		}
	}
}

// end ends a wait and its partner's; another takes the place of each.
func (l *waiting) end(w *wait) {
	if w.ended++; w.ended > 1 {
		rt.Bug("a wait ended twice")
	}
	l.open--
	if e := l.poller.Unwatch(w.fd); e != sys.OK {
		rt.Bug("a descriptor is not watched any more: %v", e)
	}
	l.slots.Release(w.slot)
	if w.partner == nil {
		return
	}
	l.heirs = append(l.heirs, l.begin(&l.late))
	if p := w.partner; p.ended == 0 {
		p.timer.Disarm()
		l.end(p)
	}
}

// judge looks at what is left when all have ended.
func (l *waiting) judge(list []*wait) {
	for _, w := range append(list, l.heirs...) {
		if w.ended != 1 || w.timer.Armed() {
			rt.Bug("a wait ended %d times, and its timer is armed: %v", w.ended, w.timer.Armed())
		}
		l.kernel.Close(w.fd)
	}
	if len(l.heirs) != len(list) || l.slots.Len() != 0 {
		rt.Bug("%d successors of %d, and %d places taken", len(l.heirs), len(list), l.slots.Len())
	}
	l.poller.Close()
}
