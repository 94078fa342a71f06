package stage

// Turns. Several shards' listeners share a socket, and only the one whose turn it is
// watches it: Pane's accept mutex (2002), but as a baton. A mutex would be held for
// as long as its holder sleeps, and the others would sleep where no handoff and no
// drain can wake them.
//
// A listener that pauses leaves, and gives the turn to one that wants it; if none
// does, the turn is free, and whoever wants it takes it. The order matters: wanting
// is announced before the turn is looked at, and the turn is set free before the
// announcements are looked at once more, so one of the two sees the other.

import "brigade/core/rt"

// turns is who may accept. The zero value, and nil loops, is: everybody.
type turns struct {
	loops  []*loop
	holder rt.Int32 // index of the loop whose turn it is; free: nobody's
}

const free = -1

func (t *turns) init(loops []*loop) {
	t.loops = loops
	t.holder.Label("turn")
	for i, l := range loops {
		l.ordinal = int32(i)
		l.wants.Label("wants")
	}
}

// enter wants the turn for l, and reports whether it has it.
func (t *turns) enter(l *loop) bool {
	if len(t.loops) == 0 {
		return true
	}
	l.wants.Store(true)
	return t.holder.CompareAndSwap(free, l.ordinal) || t.holder.Load() == l.ordinal
}

// mine reports whether it is l's turn.
func (t *turns) mine(l *loop) bool {
	return len(t.loops) == 0 || t.holder.Load() == l.ordinal
}

// pass gives the turn to the next that wants it, if any does, and reports whether
// one did. It must be l's.
func (t *turns) pass(l *loop) bool {
	n := len(t.loops)
	for i := 1; i < n; i++ {
		next := t.loops[(int(l.ordinal)+i)%n]
		if next.wants.Load() {
			t.holder.Store(next.ordinal)
			next.Rouse()
			return true
		}
	}
	return false
}

// leave wants it no more, and gives the turn away if it is l's.
func (t *turns) leave(l *loop) {
	if len(t.loops) == 0 {
		return
	}
	l.wants.Store(false)
	if t.holder.Load() != l.ordinal || t.pass(l) {
		return
	}
	t.holder.Store(free)
	for _, next := range t.loops {
		if next.wants.Load() && t.holder.CompareAndSwap(free, next.ordinal) {
			next.Rouse()
			return
		}
	}
}

// alternate is what a listener does about its turn, once a turn of its loop.
func (l *loop) alternate() {
	t := &l.server.turns
	if len(t.loops) == 0 || l.listener < 0 || l.paused.Armed() {
		return
	}
	switch mine := t.mine(l); {
	case mine && !l.watching:
		if !l.openEye() {
			l.pause(false)
		}
	case mine && l.served:
		l.served = false
		if l.shutEye() && !t.pass(l) {
			l.openEye()
		}
	}
}
