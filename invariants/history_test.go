package invariants_test

import (
	"time"

	"brigade/core/rt"
	"brigade/sim"
)

// history is made up: events of a server's process, number 1, and probes. Told to
// checkers, each event comes at its time, with a quiet moment before time moves.
type history struct {
	now    rt.Instant
	events []sim.Event
	next   *sim.Call // the record of the next call
}

// The tasks of histories.
const (
	root = iota
	loop
	processor
	writer
)

const (
	server = 1
	again  = 11  // EAGAIN
	bad    = 9   // EBADF
	gone   = 103 // ECONNABORTED
)

// call is a system call with its result.
func (h *history) call(task int32, op rt.Op, fd int32, result int64) *history {
	return h.event(sim.Event{Task: task, Object: -1, Op: op, A: uint64(uint32(fd)) | server<<32, B: uint64(result)})
}

// fails is a system call that fails.
func (h *history) fails(task int32, op rt.Op, fd int32, errno uint64) *history {
	return h.event(sim.Event{Task: task, Object: -1, Op: op, A: uint64(uint32(fd)) | server<<32, B: ^uint64(0), C: errno})
}

// does is an operation that is no system call.
func (h *history) does(task int32, op rt.Op) *history {
	return h.event(sim.Event{Task: task, Object: -1, Op: op})
}

func (h *history) probe(task int32, kind rt.Kind, words ...uint64) *history {
	words = append(words, 0, 0, 0)
	return h.event(sim.Event{Task: task, Object: int32(kind), Op: rt.OpProbe, A: words[0], B: words[1], C: words[2]})
}

func (h *history) event(e sim.Event) *history {
	e.Time, e.Step, e.Call, h.next = h.now, len(h.events)+1, h.next, nil
	h.events = append(h.events, e)
	return h
}

// after lets time pass.
func (h *history) after(d time.Duration) *history {
	h.now = h.now.Add(d)
	return h
}

// in is the instant d from now, as a probe's word.
func (h *history) in(d time.Duration) uint64 { return uint64(h.now.Add(d)) }

// judge tells the checkers and returns what they say.
func (h *history) judge(checkers ...sim.Observer) *sim.Verdict {
	t := &teller{history: h, checkers: checkers}
	return sim.Run(sim.Options{World: t}, func() { rt.Sleep(time.Duration(h.now) + 1) }).Verdict
}

// teller is the world of a run that does nothing but have a history told.
type teller struct {
	history  *history
	checkers []sim.Observer
	sim      *sim.Sim
	next     int
}

func (t *teller) Begin(s *sim.Sim) {
	t.sim, t.next = s, 0
	for _, c := range t.checkers {
		c.Begin(s)
	}
	s.At(0, t)
}

// Fire tells what happens at this instant.
func (t *teller) Fire() {
	h := t.history
	for ; t.next < len(h.events) && h.events[t.next].Time == t.sim.Now(); t.next++ {
		for _, c := range t.checkers {
			t.tell(c, &h.events[t.next])
		}
	}
	for _, c := range t.checkers {
		if !t.sim.Failed() {
			c.Quiet()
		}
	}
	switch {
	case t.next < len(h.events):
		t.sim.At(h.events[t.next].Time, t)
	case t.sim.Now() < h.now:
		t.sim.At(h.now, t)
	}
}

func (t *teller) tell(c sim.Observer, e *sim.Event) {
	for _, op := range c.Ops() {
		if op == e.Op && !t.sim.Failed() {
			c.Event(e)
		}
	}
}

func (t *teller) End() {
	for _, c := range t.checkers {
		if !t.sim.Failed() {
			c.End()
		}
	}
}

func (t *teller) Submit(*sim.Call) bool { return true }
func (t *teller) Ready(*sim.Call) bool  { return true }
func (t *teller) Do(*sim.Call)          {}

// reads is a read with room for so many bytes that returns text.
func (h *history) reads(task int32, fd int32, text string, room int) *history {
	b := make([]byte, room)
	copy(b, text)
	return h.with(sim.Call{Op: rt.OpRead, Buf: b}).call(task, rt.OpRead, fd, int64(len(text)))
}

// with is the record of the next call.
func (h *history) with(c sim.Call) *history {
	h.next = &c
	return h
}

// watches is a descriptor's registration with poller 6.
func (h *history) watches(fd int32, events uint32, token int64) *history {
	return h.with(sim.Call{FD2: fd, Flags: events, Args: [3]int64{token}}).call(loop, rt.OpPollAdd, 6, 0)
}

// polls is a wait in poller 6 that says these pairs of events and token.
func (h *history) polls(words ...uint64) *history {
	return h.with(sim.Call{Words: words, Block: true}).call(loop, rt.OpPollWait, 6, int64(len(words)/2))
}

// begun is a server with one loop, number 1, that listens on 5, has poller 6 and
// accepted connection 1 on 7.
func begun() *history {
	h := new(history)
	return h.call(root, rt.OpListen, -1, 5).call(root, rt.OpPoller, -1, 6).attends().
		probe(root, rt.ProbeLimit, 1, 100).probe(root, rt.ProbeLimit, 2, 32).
		probe(loop, rt.ProbeLoop, 1).
		call(loop, rt.OpPollWait, 6, 1).
		call(loop, rt.OpAccept, 5, 7).probe(loop, rt.ProbeConnOpen, 1, 7)
}

// request is what asked asks.
const request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

// asked is a request that the loop has read.
func (h *history) asked() *history {
	return h.reads(loop, 7, request, 100).probe(loop, rt.ProbeRequest, 1, 1, uint64(len(request)))
}

// passed is its way to a processor, number 2.
func (h *history) passed() *history {
	return h.probe(loop, rt.ProbeOwner, 1, rt.StepProcess, 0).probe(processor, rt.ProbeTaken, 1, rt.StepProcess, 2)
}

// processed is its way through a processor, which reads a file, and towards home.
func (h *history) processed() *history {
	return h.passed().
		call(processor, rt.OpOpen, 4, 8).call(processor, rt.OpPread, 8, 100).call(processor, rt.OpClose, 8, 0).
		probe(processor, rt.ProbeOwner, 1, rt.StepWrite, 1)
}

// back is its arrival there.
func (h *history) back() *history { return h.probe(loop, rt.ProbeTaken, 1, rt.StepWrite, 1) }

// answered is its response of 120 bytes.
func (h *history) answered() *history {
	return h.call(loop, rt.OpWrite, 7, 120).
		probe(loop, rt.ProbeResponse, 1, 1, 120).probe(loop, rt.ProbeLogged, 1, 1, 120)
}

// made is an object that serves connections, with its pages.
func (h *history) made() *history {
	return h.page(loop, 16).page(loop, 16).probe(loop, rt.ProbeReset, 1, 1, 77)
}

// page is a page given out.
func (h *history) page(task int32, size uint64) *history {
	return h.event(sim.Event{Task: task, Object: -1, Op: rt.OpPage, B: size})
}

// putBack is that object, used.
func (h *history) putBack() *history { return h.probe(loop, rt.ProbeReset, 1, 0, 77) }

// counted are the server's totals; of answers it tells those that there were.
func (h *history) counted(connections, requests, bytes, handoffs uint64) *history {
	answers := uint64(0)
	for i := range h.events {
		if e := &h.events[i]; e.Op == rt.OpProbe && rt.Kind(e.Object) == rt.ProbeResponse {
			answers++
		}
	}
	for i, n := range []uint64{connections, requests, bytes, handoffs, 0, 0, 0, answers, 0, 0} {
		h.probe(root, rt.ProbeTotal, uint64(i+1), n)
	}
	return h
}

// shows is the history of a server that tells of itself, with connection 1 on 7.
func shows() *history {
	return new(history).probe(root, rt.ProbeStats, rt.TotalNone, 0, 0).call(loop, rt.OpAccept, 5, 7).probe(loop, rt.ProbeConnOpen, 1, 7)
}

// looks is a snapshot's begin, and tells what it has of connections, requests, bytes and
// answers.
func (h *history) looks(n uint64) *history {
	return h.probe(processor, rt.ProbeStats, rt.TotalNone, 0, n)
}

func (h *history) tells(n, connections, requests, bytes, answers uint64) *history {
	for _, t := range [][2]uint64{
		{rt.TotalConnections, connections},
		{rt.TotalRequests, requests},
		{rt.TotalBytes, bytes},
		{rt.TotalHandoffs, 0},
		{rt.TotalDropped, 0},
		{rt.TotalAnswers, answers},
	} {
		h.probe(processor, rt.ProbeStats, t[0], t[1], n)
	}
	return h
}

// sleeps is the loop's wait in its poller.
func (h *history) sleeps() *history { return h.call(loop, rt.OpPollWait, 6, 1) }

// parted is the connection's end.
func (h *history) parted() *history {
	return h.call(loop, rt.OpClose, 7, 0).probe(loop, rt.ProbeConnClose, 1, 7, 120)
}

// over is the server's end.
func (h *history) over() *history {
	h.probe(root, rt.ProbeDrain, h.in(time.Second))
	return h.call(loop, rt.OpPollWait, 6, 1).deaf().
		probe(loop, rt.ProbeLoop, 0).call(root, rt.OpClose, 6, 0)
}

// life is a sound history from begin to end.
func life() *history {
	h := begun().call(root, rt.OpOpen, 4, journal).made().asked().processed().back().answered().wrote(line("120"))
	h.fails(loop, rt.OpRead, 7, again).putBack().watches(7, bitIn|bitOut, 9)
	h.probe(loop, rt.ProbeState, 1, rt.WaitIdle, h.in(5*time.Second)).after(5 * time.Second)
	h.polls().fails(loop, rt.OpRead, 7, again).putBack().parted().after(time.Second)
	return h.call(processor, rt.OpClose, journal, 0).over().counted(1, 1, 120, 2)
}

const (
	bitIn  = 1
	bitOut = 4
)

// logged is a response of so many bytes, its record, and what is in the log of it;
// broken: a write was refused.
func logged(sent uint64, broken bool, text string) *history {
	h := new(history).call(root, rt.OpOpen, 4, journal).probe(loop, rt.ProbeLogged, 1, 1, sent)
	if text != "" {
		h.wrote(text)
	}
	if broken {
		h.fails(processor, rt.OpWrite, journal, 28)
	}
	return h
}

// wrote is a write to the log.
func (h *history) wrote(text string) *history {
	return h.with(sim.Call{Op: rt.OpWrite, Buf: []byte(text)}).call(processor, rt.OpWrite, journal, int64(len(text)))
}

// journal is the log's descriptor, and successor the one of the file after it.
const (
	journal   = 10
	successor = 11
)

// opens is an open of a file by its name.
func (h *history) opens(name string, result int32) *history {
	return h.with(sim.Call{Op: rt.OpOpen, Name: name}).call(processor, rt.OpOpen, -1, int64(result))
}

// turned is a log whose file holds a text when another of its name is opened.
func turned(text string) *history {
	return new(history).opens("/log", journal).probe(loop, rt.ProbeLogged, 1, 1, 40).wrote(text).
		opens("/log", successor).call(processor, rt.OpClose, journal, 0)
}

// lapsed is turned, by a file that took no more behind text.
func lapsed(text string) *history {
	return new(history).opens("/log", journal).probe(loop, rt.ProbeLogged, 1, 1, 40).wrote(text).fails(processor, rt.OpWrite, journal, again).
		opens("/log", successor).wrote("\n").call(processor, rt.OpClose, journal, 0)
}

// goesOn is a write to the file after the first.
func (h *history) goesOn(text string) *history {
	return h.with(sim.Call{Op: rt.OpWrite, Buf: []byte(text)}).call(processor, rt.OpWrite, successor, int64(len(text)))
}

// line is one of the log, of a response of so many bytes.
func line(sent string) string {
	return `127.0.0.1 - - [x] "GET / HTTP/1.1" 200 ` + sent + ` "-" "-"` + "\n"
}

// listens is a listening socket, number 5, that a poller watches.
func listens() *history { return new(history).call(root, rt.OpListen, -1, 5).attends() }

// serves is that with a connection, on 7.
func serves() *history { return listens().call(loop, rt.OpAccept, 5, 7) }

// attends is a watch of it.
func (h *history) attends() *history {
	return h.with(sim.Call{FD2: 5, Flags: bitIn, Args: [3]int64{-2}}).call(loop, rt.OpPollAdd, 6, 0)
}

// leaves is the end of a watch.
func (h *history) leaves() *history {
	return h.with(sim.Call{FD2: 5}).call(loop, rt.OpPollDelete, 6, 0)
}

// vainly is so many reads in a row that find nothing, or writes, each after an event or not.
func (h *history) vainly(op rt.Op, n int, told bool) *history {
	for range n {
		if told {
			h.polls(bitIn|bitOut, 9).probe(loop, rt.ProbeEvent, 1, 9, bitIn|bitOut)
		}
		h.fails(loop, op, 7, again)
	}
	return h
}
