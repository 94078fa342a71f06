package check

// A stream of HTTP/2 whose response is produced while it is sent: core/bucket.Beam between
// a producer, which blocks, and its session's task, which receives, frames what came
// (core/http2.Session) and never waits but for news. Its peer resets the stream, or its
// connection ends, or both, at any point: before the producer has begun, while what it
// sent is copied, when the end was framed, when it is on its way home.
//
// Who ends what is as in core/stage: whoever resets or ends aborts the beam, once for
// each; the producer finds out, or does not, and comes home with its memory; only then
// are both sides left, there, the stream is let go, and all memory is back.
//
// What a session hears is one step, as it is to push something into a loop's inbox. A flag
// for each thing and a wakeup behind it made three times as many orders of one of them,
// and of both more than could be seen, which differ in nothing that a beam could see.

import (
	"golang.org/x/net/http2"

	"brigade/core/bucket"
	h2 "brigade/core/http2"
	"brigade/core/mem"
	"brigade/core/rt"
)

const streamHolds = "what is framed is the response from its begin on, its end comes once, behind all of it, and never behind a reset; the producer comes home, the stream is let go once, and all memory is back"

func streamComponent() Component {
	return Component{
		Name: "stream", Tasks: 1, Ops: 1, Type: typeName[bucket.Beam](),
		program: func(_, ops int) func() { return streamProgram(ops, peerResets) },
		Story:   "a producer sends a stream's response through a beam, its session frames it, the peer resets the stream: " + streamHolds,
	}
}

func streamabortComponent() Component {
	return Component{
		Name: "streamabort", Tasks: 2, Ops: 1, Type: typeName[bucket.Beam](),
		program: func(tasks, ops int) func() {
			if tasks == 1 {
				return streamProgram(ops, connectionEnds)
			}
			return streamProgram(ops, peerResets, connectionEnds)
		},
		Story: "the same, and the connection ends, at any point; with one task it alone, with two the peer resets the stream besides: " + streamHolds,
	}
}

// heard is what a session's task hears of.
type heard uint8

const (
	bellRings      heard = 1 << iota // its beam has something
	peerResets                       // RST_STREAM has come
	connectionEnds                   // nothing more comes or leaves
	producerHome                     // with its memory
)

// ear is where it hears of them: what was not taken yet.
type ear struct {
	mu    rt.Mutex
	some  rt.Cond
	heard heard // guarded by mu
}

func (e *ear) init() {
	e.some.L = &e.mu
	e.mu.Label("ear.mu")
	e.some.Label("ear.some")
}

func (e *ear) tell(what heard) {
	e.mu.Lock()
	e.heard |= what
	e.some.Signal()
	e.mu.Unlock()
}

// Wake implements mem.Waker, for the beam.
func (e *ear) Wake() { e.tell(bellRings) }

// take is what was told; wait: and waits for something.
func (e *ear) take(wait bool) heard {
	e.mu.Lock()
	defer e.mu.Unlock()
	if wait {
		e.some.Await(func() bool { return e.heard != 0 })
	}
	what := e.heard
	e.heard = 0
	return what
}

// streaming is what a producer and its session's task have in common.
type streaming struct {
	beam   bucket.Beam
	ear    ear
	memory *bucket.Allocator // the producer's, when it is home
}

// streamProgram has each of what may happen told by a task of its own.
func streamProgram(ops int, happens ...heard) func() {
	return func() {
		w := new(streaming)
		w.ear.init()
		w.beam.Init("beam", 1, nil, &w.ear)
		rt.Go("producer", func() { w.produce(ops) })
		rt.Go("session", func() { w.carry(ops) })
		for _, what := range happens {
			rt.Go("peer", func() { w.ear.tell(what) })
		}
	}
}

// produce sends ops bytes and the end, unless it finds out that nobody wants them, and
// comes home.
func (w *streaming) produce(ops int) {
	a := memory(1, "producer's memory")
	pour(a, &w.beam, ops)
	a.Give()
	w.memory = a
	w.ear.tell(producerHome)
}

// streamed is what a session's task has of its stream.
type streamed struct {
	*streaming
	session *h2.Session
	st      *h2.Stream
	in      bucket.Brigade
	ops     int
	sent    int  // bytes that were framed
	dead    bool // it was reset, or its connection has ended
	over    bool // nothing more is framed
	home    bool // its producer is
	left    bool // the beam was
}

// carry is what that task does.
func (w *streaming) carry(ops int) {
	x := &streamed{streaming: w, ops: ops}
	x.session, x.st = asked(1 << 10)
	a := memory(2, "session's memory")
	x.in.Init(a)
	for moved := true; !x.left; moved = x.frames() {
		x.hears(w.ear.take(!moved))
	}
	if n := x.session.Open(); n != 0 {
		rt.Bug("%d streams are there when the only one was let go", n)
	}
	x.in.Destroy()
	a.End()
	w.memory.End()
}

func (x *streamed) hears(what heard) {
	if what&bellRings != 0 {
		x.beam.Heard(bucket.Consumer)
	}
	if what&peerResets != 0 {
		x.resets()
	}
	if what&connectionEnds != 0 {
		x.gives()
	}
	if what&producerHome != 0 {
		x.home = true
		x.memory.Take(&mem.Scope{Name: "session"})
	}
	if x.home && (x.dead || x.over) && !x.left {
		x.lets()
	}
}

// frames frames what has come of the response. False: nothing has.
func (x *streamed) frames() bool {
	if x.dead || x.over {
		return false
	}
	state, err := x.beam.Receive(&x.in, 1<<20)
	switch {
	case state == bucket.Waiting:
		return false
	case state == bucket.Aborted:
		rt.Bug("the response ends before its time (%v), and neither side has given it up", err)
	case err != nil:
		rt.Bug("%v", err)
	case state == bucket.Ended:
		if x.sent != x.ops {
			rt.Bug("%d bytes of %d came, and then the end", x.sent, x.ops)
		}
		x.session.End(x.st)
		x.session.Flush()
		x.over = true
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
			x.session.Flush()
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

// gives gives the stream up, which is not over as long as its producer is away.
func (x *streamed) gives() {
	x.dead = true
	x.beam.Abort(bucket.ErrAborted)
}

// lets ends both sides' use of the beam, here, and lets the stream go; not if a wakeup is
// on its way, which has to be heard before.
func (x *streamed) lets() {
	x.beam.Abort(bucket.ErrAborted)
	if done, _ := x.beam.Leave(bucket.Consumer); !done {
		return
	}
	if done, last := x.beam.Leave(bucket.Producer); !done || !last {
		rt.Bug("the producer is home and its consumer has left; the producer leaves (%t), and is the last (%t)", done, last)
	}
	x.session.Release(x.st)
	x.session.Flush()
	x.left = true
}
