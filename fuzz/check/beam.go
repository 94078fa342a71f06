package check

// core/bucket.Beam: a producer that blocks, a consumer that is a loop, and, with a
// third task, somebody who aborts. The beam is so narrow that each bucket fills it.

import (
	"errors"

	"brigade/core/bucket"
	"brigade/core/mem"
	"brigade/core/rt"
)

func beamComponent() Component {
	return Component{
		Name: "beam", Tasks: 2, Ops: 1, Type: typeName[bucket.Beam](), program: beamProgram,
		Story: "a producer sends, a loop receives, and a third task, if there is one, aborts: what comes is in order, whole unless aborted, nobody waits for ever, and each side has all its memory back",
	}
}

// beamWorld is what the sides have in common.
type beamWorld struct {
	bm   bucket.Beam
	gate mem.Gate
	over rt.Int32 // sides that were told they are the last
	gone rt.Int32 // sides that have left
	wide int64
}

var errGivenUp = errors.New("given up")

func beamProgram(tasks, ops int) func() {
	return func() {
		w := &beamWorld{wide: 1}
		w.gate.Init("gate")
		w.over.Label("last")
		w.gone.Label("gone")
		w.bm.Init("beam", w.wide, nil, &w.gate)
		var all rt.WaitGroup
		all.Label("all")
		all.Go("producer", func() { w.produce(ops) })
		all.Go("consumer", func() { w.consume(ops, tasks > 2) })
		for range tasks - 2 {
			all.Go("aborter", func() { w.bm.Abort(errGivenUp) })
		}
		all.Wait()
		if n := w.over.Load(); n != 1 {
			rt.Bug("%d sides were told that they are the last to leave; one is", n)
		}
	}
}

// memory is an allocator of the calling task's, to be ended with it.
func memory(id uint64, name string) *bucket.Allocator {
	a, m := new(bucket.Allocator), mem.NewAllocator(id, name, mem.Limits{})
	m.Take(&mem.Scope{Name: name})
	a.Init(m, nil)
	return a
}

// pour makes ops bytes and their end of a's memory and sends them down a beam, unless it
// finds out that nobody wants them.
func pour(a *bucket.Allocator, beam *bucket.Beam, ops int) {
	b := new(bucket.Brigade)
	b.Init(a)
	for i := range ops {
		k, err := a.Copied([]byte{byte(i)})
		if err != nil {
			rt.Bug("%v", err)
		}
		b.Append(k)
	}
	b.Append(a.EndOfStream())
	for {
		all, err := beam.Send(b)
		if all || err != nil {
			break
		}
		beam.Wait(bucket.Producer)
	}
	b.Destroy()
}

func (w *beamWorld) produce(ops int) {
	a := memory(1, "producer's memory")
	pour(a, &w.bm, ops)
	w.leave(bucket.Producer, func() { w.bm.Wait(bucket.Producer) })
	a.End()
}

func (w *beamWorld) consume(ops int, aborted bool) {
	a := memory(2, "consumer's memory")
	b := new(bucket.Brigade)
	b.Init(a)
	hear := func() {
		w.gate.Wait()
		w.bm.Heard(bucket.Consumer)
	}
	state := bucket.Waiting
	for state == bucket.Waiting || state == bucket.Received {
		var err error
		if state, err = w.bm.Receive(b, 1<<20); err != nil && state != bucket.Aborted {
			rt.Bug("%v", err)
		}
		if state == bucket.Waiting {
			hear()
		}
	}
	n, _ := b.Bytes()
	got := make([]byte, n)
	b.Flatten(got)
	for i := range got {
		if got[i] != byte(i) {
			rt.Bug("byte %d is %d", i, got[i])
		}
	}
	if whole := len(got) == ops; state == bucket.Ended && !whole || state == bucket.Aborted && !aborted {
		rt.Bug("%d bytes of %d came, and then state %d", len(got), ops, state)
	}
	b.Destroy()
	w.leave(bucket.Consumer, hear)
	a.End()
}

func (w *beamWorld) leave(i bucket.Side, wait func()) {
	for {
		done, last := w.bm.Leave(i)
		if last {
			w.over.Add(1)
		}
		if done {
			return
		}
		wait()
	}
}
