package scenario

// Streams over beams, as HTTP/2 will have them: a master that must not block holds
// the connection's memory; each stream is produced by a task of its own, in memory
// of its own, and its response comes through a beam while it is still being made.
// The master lends a stream blocks of its own, which come back over the return list,
// and waits for them when it is at its limit. It may reset a stream at any time. The
// end-of-request bucket crosses with the rest, and the stream's pool ends behind it.

import (
	"bytes"
	"errors"

	"brigade/core/bucket"
	"brigade/core/handoff"
	"brigade/core/mem"
	"brigade/core/rt"
	"brigade/invariants"
	"brigade/sim"
)

func streams() *Scenario {
	return &Scenario{
		Name:  "streams",
		Story: "tasks produce responses into beams, a master that must not block collects them, lends memory, and resets some",
		Prepare: func(e *Env) func() {
			for _, c := range invariants.All() {
				if c.Name == "memory" || c.Name == "pool" {
					e.Observers = append(e.Observers, c.New(0))
				}
			}
			return func() {
				if sim.Choose("where", 3) == 2 {
					sessions(e)
					return
				}
				newMaster(e, 0, 1+sim.Choose("streams", 4)).run()
			}
		},
	}
}

// lends is how many blocks of the smallest size a master may have out: fewer than
// all its streams are lent, and as many as one is.
const lends = 3

// master is the connection's task, and what it owns.
type master struct {
	env    *Env
	scope  mem.Scope
	memory *mem.Allocator
	a      bucket.Allocator
	pool   *mem.Pool
	loans  *mem.Allocator // what is lent comes from here
	gate   mem.Gate
	ready  handoff.Inbox[stream, *stream]
	done   handoff.Inbox[report, *report]
	open   int
	base   uint64 // from which its allocators are numbered

	hall    *hall // nil: each stream has a task of its own
	claim   handoff.Claim
	waiting []*stream // those for which there was no processor yet
}

// stream is one response under way. The task that produces it owns memory and sent,
// until it reports; the master owns the rest.
type stream struct {
	link    handoff.Link[stream]
	id      int
	master  *master
	memory  *mem.Allocator
	pool    *mem.Pool
	loans   []*mem.Block
	bm      bucket.Beam
	sent    []byte // all that was to be sent
	report  report
	work    work
	out     bucket.Brigade
	got     []byte
	patient int  // receives before a reset; negative: none comes
	ended   bool // the request: its end has passed
	gaveUp  bool // the request: it was reset before that
	left    bool // the master has left the beam
	back    bool // the producer is done
}

// report says that a stream's producer is done.
type report struct {
	link handoff.Link[report]
	of   *stream
}

// HandoffLink implements handoff.Linked.
func (s *stream) HandoffLink() *handoff.Link[stream] { return &s.link }

// HandoffLink implements handoff.Linked.
func (r *report) HandoffLink() *handoff.Link[report] { return &r.link }

// Ended implements bucket.Request.
func (s *stream) Ended() bool { return s.ended || s.gaveUp }

// GiveUp implements bucket.Request.
func (s *stream) GiveUp() { s.gaveUp = true }

// Wake implements mem.Waker: the stream stands in the master's inbox, once.
func (s *stream) Wake() {
	s.master.ready.Push(s)
	s.master.gate.Wake()
}

var errReset = errors.New("reset")

func newMaster(e *Env, base uint64, n int) *master {
	m := &master{env: e, open: n, base: base}
	m.scope.Name = "master"
	m.gate.Init("master.gate")
	m.ready.Label("master.ready")
	m.done.Label("master.done")
	m.memory = mem.NewAllocator(base+1, "master's memory", mem.Limits{Keep: 8192})
	m.memory.Take(&m.scope)
	m.a.Init(m.memory, nil)
	m.pool = m.memory.NewPool(mem.Connection)
	m.loans = mem.NewAllocator(base+2, "master's loans", mem.Limits{Out: lends * 256, Keep: lends * 256})
	m.loans.Take(&m.scope)
	return m
}

func (m *master) run() {
	n := m.open
	for id := range n {
		m.start(id)
	}
	for m.open > 0 {
		m.dispatch()
		m.gate.Wait()
		m.scope.Enter(m.pool)
		for s := m.ready.Take(); s != nil; {
			next := m.ready.Next(s)
			s.bm.Heard(bucket.Consumer)
			m.pump(s)
			s = next
		}
		for r := m.done.Take(); r != nil; {
			next := m.done.Next(r)
			r.of.back = true
			m.finish(r.of)
			r = next
		}
		m.scope.Leave(nil)
	}
	if m.hall != nil {
		m.hall.crew.Yield(&m.claim)
	}
	m.pool.Destroy()
	m.memory.End()
	m.loans.End()
	m.env.Exchanged(n)
}

// start makes a stream, and the task that produces it or a place in the line for one.
func (m *master) start(id int) {
	s := &stream{id: id, master: m, patient: -1}
	s.report.of = s
	s.memory = mem.NewAllocator(m.base+uint64(10+id), "stream's memory", mem.Limits{Keep: 4096})
	s.memory.Take(&m.scope)
	s.pool = s.memory.NewPool(mem.Stream)
	s.bm.Init("beam", []int64{1, 10, 300, 5000}[sim.Choose("window", 4)], nil, s)
	s.out.Init(&m.a)
	if sim.Choose("reset", 3) == 1 {
		s.patient = sim.Choose("patience", 4)
	}
	if m.hall != nil {
		s.memory.Give()
		s.work.do = s.produce
		m.waiting = append(m.waiting, s)
	} else {
		for range 1 + sim.Choose("loans", 3) {
			s.loans = append(s.loans, m.lend())
		}
		s.memory.Give()
		rt.Go("stream", s.produce)
	}
	m.pump(s)
}

// lend takes a block for a stream, waiting for one to come back if need be.
func (m *master) lend() *mem.Block {
	bell := &mem.Bell{Waker: &m.gate}
	for {
		b, err := m.loans.Alloc(256)
		if err == nil {
			copy(b.Bytes(), "the request's content")
			return b
		}
		var full *mem.Full
		if !errors.As(err, &full) {
			rt.Bug("%v", err)
		}
		if full.Wait(bell) {
			m.gate.Wait()
		}
	}
}

// pump receives what has come for s, until nothing more has.
func (m *master) pump(s *stream) {
	for !s.left {
		if s.patient == 0 {
			s.bm.Abort(errReset)
		}
		s.patient--
		state, err := s.bm.Receive(&s.out, int64(1+sim.Choose("most", 400)))
		switch state {
		case bucket.Waiting:
			return
		case bucket.Received:
			if err != nil {
				rt.Bug("%v", err)
			}
			m.write(s)
		case bucket.Ended, bucket.Aborted:
			m.leave(s)
			return
		}
	}
	m.leave(s)
}

// write is the connection's writer: it takes what has come, and ends a request
// whose end passes.
func (m *master) write(s *stream) {
	for !s.out.Empty() {
		k := s.out.Front()
		if k.Kind() == bucket.EndOfRequest {
			s.ended = true
		} else if !k.Kind().Metadata() {
			s.got = append(s.got, k.Memory()...)
		}
		s.out.Pop()
	}
}

// leave ends the master's side of a beam, now or when it is told.
func (m *master) leave(s *stream) {
	done, _ := s.bm.Leave(bucket.Consumer)
	s.left = done
	m.finish(s)
}

// finish ends a stream that both sides have done with.
func (m *master) finish(s *stream) {
	if !s.left || !s.back {
		return
	}
	m.open--
	s.memory.Take(&m.scope)
	if !bytes.HasPrefix(s.sent, s.got) || s.ended && len(s.got) != len(s.sent) {
		sim.Failf("I18", "what came of a stream is not what was sent")
	}
	if !s.Ended() || s.gaveUp && s.patient >= 0 {
		sim.Failf("I23", "a stream has not ended, or was given up though nobody reset it")
	}
	s.pool.Destroy()
	s.memory.End()
	if n := m.a.Live(); n != 0 {
		rt.Bug("%d buckets of the master's are left when a stream has ended", n)
	}
}
