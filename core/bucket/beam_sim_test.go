package bucket_test

// A stream through a beam that is narrower than its buckets: whatever the schedule,
// what comes is what was sent, or the beginning of it and an error. The consumer is
// a loop that must not block, or a task that may; so is the producer. Odds: a beam
// that tells its consumer after the producer waits hangs in most schedules.

import (
	"errors"
	"fmt"
	"testing"

	"brigade/core/bucket"
	"brigade/core/mem"
	"brigade/core/rt"
	"brigade/sim"
)

func TestBeamCarriesAStream(t *testing.T) {
	sim.Test(t, func() {
		stream(1+sim.Choose("limit", 40), sim.Choose("loops", 4), sim.Choose("aborts", 3))
	})
}

// end is one side of a beam: with a gate, if it must not block.
type end struct {
	side bucket.Side
	bm   *bucket.Beam
	gate *mem.Gate
	a    *bucket.Allocator
	b    *bucket.Brigade
}

func newEnd(bm *bucket.Beam, side bucket.Side, gate *mem.Gate, name string) *end {
	m := mem.NewAllocator(uint64(side)+1, name, mem.Limits{})
	m.Take(&mem.Scope{Name: name})
	e := &end{side: side, bm: bm, gate: gate, a: new(bucket.Allocator), b: new(bucket.Brigade)}
	e.a.Init(m, nil)
	e.b.Init(e.a)
	return e
}

func (e *end) wait() {
	if e.gate == nil {
		e.bm.Wait(e.side)
		return
	}
	e.gate.Wait()
	e.bm.Heard(e.side)
}

func (e *end) leave() {
	e.b.Destroy()
	for {
		if done, _ := e.bm.Leave(e.side); done {
			break
		}
		e.wait()
	}
	if n := e.a.Live(); n != 0 {
		rt.Bug("%d buckets are left", n)
	}
	e.a.End()
}

var errReset = errors.New("reset")

func stream(limit, loops, aborts int) {
	var gates [2]*mem.Gate
	wakers := [2]mem.Waker{}
	for i := range gates {
		if loops>>i&1 == 1 {
			gates[i] = new(mem.Gate)
			gates[i].Init(fmt.Sprint("gate ", i))
			wakers[i] = gates[i]
		}
	}
	bm := new(bucket.Beam)
	bm.Init("beam", int64(limit), wakers[bucket.Producer], wakers[bucket.Consumer])
	want := ""
	parts := []string{"a head;", "a longer piece of a body;", "x", "transient bytes;", "immortal bytes;"}
	for _, p := range parts {
		want += p
	}
	var all rt.WaitGroup
	all.Label("all")
	all.Go("producer", func() {
		e := newEnd(bm, bucket.Producer, gates[bucket.Producer], "producer's memory")
		for i, p := range parts {
			e.b.Append(e.piece(i, p))
			if i == 2 && aborts == 1 {
				bm.Abort(errReset)
			}
			if i == len(parts)-1 {
				e.b.Append(e.a.EndOfStream())
			}
			if !e.send() {
				break
			}
		}
		e.leave()
	})
	all.Go("consumer", func() {
		e := newEnd(bm, bucket.Consumer, gates[bucket.Consumer], "consumer's memory")
		state := e.receive(aborts == 2)
		n, _ := e.b.Bytes()
		got := make([]byte, n)
		e.b.Flatten(got)
		if string(got) != want[:len(got)] || state == bucket.Ended && len(got) != len(want) {
			rt.Bug("%q came of %q, state %d", got, want, state)
		}
		if state == bucket.Aborted && aborts == 0 {
			rt.Bug("nobody aborted")
		}
		e.leave()
	})
	all.Wait()
}

// piece is part i in a bucket of one kind or another.
func (e *end) piece(i int, p string) *bucket.Bucket {
	switch i {
	case 3:
		return e.a.Transient([]byte(p))
	case 4:
		return e.a.Immortal([]byte(p))
	}
	k, err := e.a.Copied([]byte(p))
	if err != nil {
		rt.Bug("%v", err)
	}
	return k
}

func (e *end) send() bool {
	for {
		all, err := e.bm.Send(e.b)
		if all || err != nil {
			return err == nil
		}
		e.wait()
	}
}

func (e *end) receive(abort bool) bucket.State {
	for n := 0; ; n++ {
		state, _ := e.bm.Receive(e.b, 10)
		switch {
		case state == bucket.Waiting:
			e.wait()
		case state != bucket.Received:
			return state
		case abort && n == 1:
			e.bm.Abort(errReset)
		}
	}
}
