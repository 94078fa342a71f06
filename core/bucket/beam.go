package bucket

// A beam is a bounded brigade between a task that produces and one that consumes,
// while it is still being produced. mod_http2's lessons hold here: buckets move in
// when sent, are copied when received, and only the sender frees what it allocated;
// the consumer is told before the producer waits; no lock is held while a side
// copies. Each answer is one critical section: what came, or that nothing more will,
// and, if nothing came, the announcement that the caller waits.
//
// Invariants: a bucket that was sent is the beam's until its producer has it back;
// bytes in memory weigh what they are, and a sixteenth of the limit at least, since a
// crumb keeps a block as well; everything else weighs 1, and the sum is at most the
// limit, but for one bucket; a side that waits is told once.

import (
	"errors"

	"brigade/core/mem"
	"brigade/core/rt"
)

// Side is one end of a beam.
type Side uint8

// The sides.
const (
	Producer Side = iota
	Consumer
)

var sideNames = [2]string{"producer", "consumer"}

// Beam is a bounded brigade between two tasks. Init it before use.
type Beam struct {
	limit int64
	mark  Brigade // what its buckets are in
	mu    rt.Mutex
	told  [2]rt.Cond // of a side that blocks: it is not waiting any more

	// All below is guarded by mu.
	sent   chain // on their way
	weight int64 // of those, and of those that the consumer copies
	back   chain // their producer's again
	taking bool  // the consumer copies
	closed bool  // the end of the stream was sent
	err    error // aborted
	sides  [2]side
}

// side is what a beam knows of one.
type side struct {
	waker mem.Waker // nil: it blocks
	waits bool      // for data, or for room
	due   bool      // its waker was, or is being woken, and it has not heard yet
	left  bool
}

// ErrAborted says that a side has given up.
var ErrAborted = errors.New("bucket: the beam was aborted")

// Init makes a beam of at most limit bytes. A waker is how a side that must not
// block is told; with nil it calls Wait.
func (bm *Beam) Init(name string, limit int64, producer, consumer mem.Waker) {
	bm.limit = limit
	bm.sides = [2]side{{waker: producer}, {waker: consumer}}
	bm.mu.Label(name + ".mu")
	for i := range bm.told {
		bm.told[i].L = &bm.mu
		bm.told[i].Label(name + "." + sideNames[i])
	}
}

// weigh is what k weighs.
func (bm *Beam) weigh(k *Bucket) int64 {
	if k.kind == Heap || k.kind == Pool || k.kind == Transient {
		return max(k.n, bm.limit/16, 1)
	}
	return 1
}

// tell ends the wait of side i, under the lock. The waker, if one is returned, is
// called after it: nothing of the beam is touched by that.
func (bm *Beam) tell(i Side) mem.Waker {
	s := &bm.sides[i]
	if !s.waits {
		return nil
	}
	s.waits = false
	switch {
	case s.waker == nil:
		bm.told[i].Signal()
		return nil
	case s.due:
		return nil // one is on its way already
	}
	s.due = true
	return s.waker
}

func wake(w mem.Waker) {
	if w != nil {
		w.Wake()
	}
}

// Wait blocks until side i, which was told to wait, is told to go on.
func (bm *Beam) Wait(i Side) {
	bm.mu.Lock()
	bm.told[i].Await(func() bool { return !bm.sides[i].waits })
	bm.mu.Unlock()
}

// Heard says that side i's waker has been heard. A side that has one calls it each
// time, before anything else.
func (bm *Beam) Heard(i Side) {
	bm.mu.Lock()
	bm.sides[i].due = false
	bm.mu.Unlock()
}

// Abort gives up: nothing more is received, and what is on its way goes back. Each
// side may, at any time; the first error counts.
func (bm *Beam) Abort(err error) {
	bm.mu.Lock()
	if bm.err == nil {
		bm.err = err
	}
	bm.recall()
	p, c := bm.tell(Producer), bm.tell(Consumer)
	bm.mu.Unlock()
	wake(p)
	wake(c)
}

// recall sends back what is on its way.
func (bm *Beam) recall() {
	for k := bm.sent.first; k != nil; k = k.next {
		bm.weight -= bm.weigh(k)
	}
	bm.back.concat(&bm.sent)
}

// Leave ends side i's use of the beam. False: not yet; it is told, or wakes, when
// it may try again. A consumer that leaves before the end aborts; a producer's
// buckets come back first, and all of them are destroyed. last: both have left, and
// the beam is free.
func (bm *Beam) Leave(i Side) (done, last bool) {
	bm.mu.Lock()
	if i == Consumer {
		if bm.err == nil && (!bm.closed || bm.sent.first != nil) {
			bm.err = ErrAborted
		}
		bm.recall()
	}
	for i == Producer && bm.back.first != nil {
		bm.mu.Unlock()
		bm.collect()
		bm.mu.Lock()
	}
	s, other := &bm.sides[i], &bm.sides[Consumer-i]
	s.waits = i == Producer && (bm.sent.first != nil || bm.taking)
	done = !s.waits && !s.due
	s.left = done
	last = done && other.left
	w := bm.tell(Consumer - i)
	bm.mu.Unlock()
	wake(w)
	return done, last
}

// chain is a list of buckets that are no brigade's.
type chain struct{ first, last *Bucket }

func (c *chain) push(k *Bucket) {
	k.next = nil
	if c.last == nil {
		c.first = k
	} else {
		c.last.next = k
	}
	c.last = k
}

func (c *chain) pop() *Bucket {
	k := c.first
	if c.first = k.next; c.first == nil {
		c.last = nil
	}
	k.next = nil
	return k
}

// concat moves all of d to c's end.
func (c *chain) concat(d *chain) {
	if d.first == nil {
		return
	}
	if c.last == nil {
		c.first = d.first
	} else {
		c.last.next = d.first
	}
	c.last = d.last
	*d = chain{}
}
