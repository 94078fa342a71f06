package check

// A stream of HTTP/2 whose response is produced while it is sent: core/bucket.Beam between
// a producer, which blocks, and its session's task, which receives, frames what came
// (core/http2.Session) and never waits but for news. Its peer resets the stream, and with
// a second task the connection ends besides, at any point: before the producer has begun,
// while what it sent is copied, when the end was framed, when it is on its way home.
//
// Who ends what is as in core/stage: the session aborts the beam; the producer finds out,
// or does not, and comes home with its memory; only then are both sides left, there, and
// all memory is back.

import (
	"golang.org/x/net/http2"

	"brigade/core/bucket"
	h2 "brigade/core/http2"
	"brigade/core/mem"
	"brigade/core/rt"
)

func streamComponent() Component {
	return Component{
		Name: "stream", Tasks: 1, Ops: 1, Type: typeName[bucket.Beam](), program: streamProgram,
		Story: "a producer sends a stream's response through a beam, its session frames it, the peer resets the stream, and with a second task the connection ends: what is framed is the response from its begin on, its end comes once, behind all of it, and never behind a reset; the producer comes home, and all memory is back",
	}
}

// told is what reaches a session's task: each is stored before the gate is woken.
type told struct {
	beam bucket.Beam
	gate mem.Gate

	reset  rt.Int32 // the peer's RST_STREAM has come
	ends   rt.Int32 // the connection has to end
	home   rt.Int32 // the producer's exchange is home
	memory *bucket.Allocator
}

func (w *told) tell(what *rt.Int32) {
	what.Store(1)
	w.gate.Wake()
}

func streamProgram(tasks, ops int) func() {
	return func() {
		w := new(told)
		w.gate.Init("gate")
		w.reset.Label("reset")
		w.ends.Label("ends")
		w.home.Label("home")
		w.beam.Init("beam", 1, nil, &w.gate)
		rt.Go("producer", func() { w.produce(ops) })
		rt.Go("session", func() { w.carry(ops, tasks > 1) })
		rt.Go("peer", func() { w.tell(&w.reset) })
		if tasks > 1 {
			rt.Go("network", func() { w.tell(&w.ends) })
		}
	}
}

// produce sends ops bytes and the end, unless it finds out that nobody wants them, and
// comes home.
func (w *told) produce(ops int) {
	a := memory(1, "producer's memory")
	pour(a, &w.beam, ops)
	a.Give()
	w.memory = a
	w.tell(&w.home)
}

// streamed is what a session's task has of its stream.
type streamed struct {
	*told
	session *h2.Session
	st      *h2.Stream
	in      bucket.Brigade
	sent    int  // bytes that were framed
	over    bool // the stream was let go
	home    bool // its producer is
}

// carry is what that task does.
func (w *told) carry(ops int, ends bool) {
	x := &streamed{told: w}
	x.session, x.st = asked(1 << 10)
	a := memory(2, "session's memory")
	x.in.Init(a)
	reset, ended := false, false
	for {
		if !reset && w.reset.Load() == 1 {
			reset = true
			x.resets()
		}
		if ends && !ended && w.ends.Load() == 1 {
			ended = true
			x.gives()
		}
		if !x.home && w.home.Load() == 1 {
			x.home = true
			w.memory.Take(&mem.Scope{Name: "session"})
		}
		moved := !x.over && x.frames(ops, reset || ended)
		if x.home && x.over && x.leaves() {
			break
		}
		if !moved {
			w.gate.Wait()
			w.beam.Heard(bucket.Consumer)
		}
	}
	x.in.Destroy()
	a.End()
	w.memory.End()
}

// frames frames what has come of the response. False: nothing has.
func (x *streamed) frames(ops int, given bool) bool {
	state, err := x.beam.Receive(&x.in, 1<<20)
	switch {
	case state == bucket.Waiting:
		return false
	case state == bucket.Aborted:
		rt.Bug("the response ends before its time (%v), and neither side has given it up: %t", err, given)
	case err != nil:
		rt.Bug("%v", err)
	case state == bucket.Ended:
		if x.sent != ops {
			rt.Bug("%d bytes of %d came, and then the end", x.sent, ops)
		}
		x.session.End(x.st)
		x.lets()
		return true
	}
	for !x.in.Empty() {
		k := x.in.Front()
		if !k.Kind().Metadata() {
			for _, c := range k.Memory() {
				if c != byte(x.sent) {
					rt.Bug("byte %d is %d", x.sent, c)
				}
				x.sent++
			}
			x.session.Data(x.st, x.session.Grant(x.st, k.Len()), false)
		}
		x.in.Pop()
	}
	return true
}

// resets is the peer's RST_STREAM.
func (x *streamed) resets() {
	_, ev := x.session.Next(wire(func(w *http2.Framer) error { return w.WriteRSTStream(1, http2.ErrCodeCancel) }), 0)
	if ev.Kind == h2.Reset {
		x.gives()
	}
}

// gives gives the stream up, if its response has not ended.
func (x *streamed) gives() {
	if !x.over {
		x.lets()
		x.beam.Abort(bucket.ErrAborted)
	}
}

// lets lets the stream go: nothing of its response is framed from now on.
func (x *streamed) lets() {
	x.over = true
	x.session.Release(x.st)
	x.session.Flush()
}

// leaves ends both sides' use of the beam, here. False: a wakeup is on its way.
func (x *streamed) leaves() (done bool) {
	done, _ = x.beam.Leave(bucket.Consumer)
	if !done {
		return false
	}
	if done, last := x.beam.Leave(bucket.Producer); !done || !last {
		rt.Bug("the producer is home and its consumer has left; the producer leaves (%t), and is the last (%t)", done, last)
	}
	return true
}
