package invariants

// Loops do not block (I10): a task that declared itself a loop waits in its poller
// and, for moments, for locks; never for the disk, a time, a condition or other
// tasks. Whoever waits in a poller has declared itself; to wait for one descriptor with
// poll(2), as a logger does for its pipe, is an ordinary wait. A loop's poller is the one
// in which it waits first, or poll(2): to wait in another is to leave out what the first
// would tell. A filter that blocks in a loop is named: it did not say that it may.

import (
	"brigade/core/rt"
	"brigade/sim"
)

var blockChecker = Checker{
	Numbers: []string{"I10"}, Name: "block",
	Allows: "a loop blocks in its poller and nowhere else",
	World:  "calls and waits by task",
	Ops: []rt.Op{
		rt.OpSleep, rt.OpWait, rt.OpJoin, rt.OpOpen, rt.OpFstat, rt.OpPread, rt.OpSendfile,
		rt.OpRead, rt.OpWrite, rt.OpClose, rt.OpPollWait, rt.OpPoll,
	},
	Kinds: []rt.Kind{rt.ProbeLoop, rt.ProbeFilter},
	make:  func() property { return new(block) },
}

type block struct {
	judge
	loops rows[looping]   // by task
	files rows[bool]      // by descriptor: reading and writing it may block
	in    rows[[2]uint64] // by task: the name of the filter that it is in
}

// looping is what is known of a task that may be a loop.
type looping struct {
	declared bool
	waited   bool
	poller   int32 // in which it waited first
}

// Begin implements property.
func (b *block) Begin(s *sim.Sim) {
	b.s = s
	b.loops.reset()
	b.files.reset()
	b.in.reset()
}

// Event implements property.
func (b *block) Event(e *sim.Event) {
	if e.Op == rt.OpProbe {
		if kind(e) == rt.ProbeLoop {
			b.declare(e)
		} else if in := b.in.at(e.Task); in != nil {
			b.filter(e, in)
		}
		return
	}
	l := b.loops.get(e.Task)
	loop := l != nil && l.declared
	switch e.Op {
	case rt.OpClose:
		if f := b.files.get(fd(e)); f != nil && e.C == 0 {
			*f = false
		}
	case rt.OpPollWait, rt.OpPoll:
		if !loop {
			if !alone(e) {
				b.fail("I10", "%s waits in poller %d without having declared itself a loop", b.who(e.Task), fd(e))
			}
			return
		}
		if l.waited && l.poller != fd(e) {
			b.fail("I10", "loop %s waits in poller %d (-1: poll), but its own is %d", b.who(e.Task), fd(e), l.poller)
		}
		l.waited, l.poller = true, fd(e)
	case rt.OpRead, rt.OpWrite:
		if f := b.files.get(fd(e)); loop && f != nil && *f {
			b.fail("I10", "loop %s performs %s on descriptor %d, a file, which may block%s", b.who(e.Task), e.Op, fd(e), b.within(e.Task))
		}
	default:
		if loop {
			b.fail("I10", "loop %s performs %s, which may block; only poll_wait may%s", b.who(e.Task), e.Op, b.within(e.Task))
		}
		if n, ok := made(e); ok && e.Op == rt.OpOpen {
			if f := b.files.at(n); f != nil {
				*f = true
			}
		}
	}
}

// alone reports whether a poll(2) is for one descriptor.
func alone(e *sim.Event) bool {
	return e.Op == rt.OpPoll && e.Call != nil && len(e.Call.Words) == 1
}

// within says which filter a task is in; empty: none.
func (b *block) within(task int32) string {
	in := b.in.get(task)
	if in == nil || in[0] == 0 {
		return ""
	}
	return "; it is in filter " + rt.Spelt(in[0], in[1]) + ", which did not say that it may block"
}

// filter notes that a task calls a filter, or is back from the one it was in.
func (b *block) filter(e *sim.Event, in *[2]uint64) {
	if e.A > 1 || (e.A == 1) != (in[0] == 0) {
		b.fail("I10", "%s says %d of filter %q where it is in filter %q; 1 calls and 0 is back, in turns", b.who(e.Task), e.A, rt.Spelt(e.B, e.C), rt.Spelt(in[0], in[1]))
	}
	*in = [2]uint64{e.B, e.C} // none when it is back
}

func (b *block) declare(e *sim.Event) {
	l := b.loops.at(e.Task)
	if l == nil {
		return
	}
	enters := e.A == 1
	if e.A > 1 || l.declared == enters {
		b.fail("I10", "%s says %d where it is a loop: %t; 1 enters and 0 leaves, in turns", b.who(e.Task), e.A, l.declared)
		return
	}
	l.declared = enters
}

// End implements property.
func (b *block) End() {
	for i := range b.loops.list {
		if b.loops.list[i].declared {
			b.fail("I10", "%s has ended, and never said that it is no loop any more", b.who(int32(i)))
			return
		}
	}
	for i, in := range b.in.list {
		if in[0] != 0 {
			b.fail("I10", "%s has ended, and never said that it is back from filter %s", b.who(int32(i)), rt.Spelt(in[0], in[1]))
			return
		}
	}
}
