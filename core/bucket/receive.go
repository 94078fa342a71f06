package bucket

import "brigade/core/rt"

// State is how a beam stands.
type State uint8

// The states that Receive tells of.
const (
	Waiting  State = iota // nothing is there; the consumer is told when something is
	Received              // something came; there may be more
	Ended                 // the end of the stream has been received
	Aborted               // nothing more comes, and what did is not all
)

// Receive copies what is there, about most bytes of memory, to into's end: heap and
// pool buckets are copied, and immortal ones that are crumbs and not the first; longer
// ones and files are shared, metadata moves. Crumbs share blocks, across the flushes
// between them: one at the end is as good as several. Data or closed is one answer. The
// error says why, if Aborted, or is into's allocator's: then what could be copied was,
// and the rest is still there.
func (bm *Beam) Receive(into *Brigade, most int64) (State, error) {
	bm.mu.Lock()
	switch {
	case bm.err != nil:
		err := bm.err
		bm.mu.Unlock()
		return Aborted, err
	case bm.taking:
		bm.mu.Unlock()
		rt.Bug("bucket: a beam is received from by two tasks; it has one consumer")
	case bm.sent.first == nil && bm.closed:
		bm.mu.Unlock()
		return Ended, nil
	case bm.sent.first == nil:
		bm.sides[Consumer].waits = true
		bm.mu.Unlock()
		return Waiting, nil
	}
	took := bm.sent
	bm.sent = chain{}
	bm.taking = true
	bm.mu.Unlock()

	done, gone, err := bm.copies(into, &took, most)

	bm.mu.Lock()
	bm.taking = false
	bm.weight -= gone
	bm.back.concat(&done)
	took.concat(&bm.sent) // what came meanwhile stands behind what is left
	bm.sent = took
	if bm.err != nil {
		bm.recall()
	}
	w := bm.tell(Producer)
	bm.mu.Unlock()
	wake(w)
	return Received, err
}

// copies adds copies of took's buckets to b's end, up to most bytes: done are those
// that were copied whole, gone is the weight that was.
func (bm *Beam) copies(b *Brigade, took *chain, most int64) (done chain, gone int64, err error) {
	for took.first != nil && most > 0 {
		k := took.first
		before := bm.weigh(k)
		n := int64(1)
		switch {
		case k.kind == Heap, k.kind == Pool, k.kind == Immortal && k.n <= crumb && !b.Empty():
			n = min(k.n, most)
			if err := b.joins(k.bytes()[:n]); err != nil {
				return done, gone, err
			}
			if n < k.n {
				k.n -= n
				if k.kind == Heap {
					k.off += n
				} else {
					k.data = k.data[n:]
				}
				return done, gone + before - bm.weigh(k), nil
			}
		default:
			b.moves(k)
		}
		most -= n
		gone += before
		done.push(took.pop())
	}
	return done, gone, nil
}

// joins adds a copy of data at b's end as Write does, but before the flush that is there:
// else a stream that is flushed crumb by crumb, and goes nowhere, would take a block for
// each.
func (b *Brigade) joins(data []byte) error {
	if k := b.last; k != nil && k.kind == Flush && k.previous != nil && k.previous.extend(data) {
		return nil
	}
	return b.Write(data)
}

// moves adds a bucket for what k stands for that needs no copy. A flush behind another
// adds nothing.
func (b *Brigade) moves(k *Bucket) {
	a := b.alloc
	var c *Bucket
	if k.kind == Flush && b.last != nil && b.last.kind == Flush {
		return
	}
	switch k.kind {
	case Immortal:
		c = a.Immortal(k.data)
	case File:
		k.file.Share()
		c = a.File(k.file, k.off, k.n)
	case Error:
		c = a.Error(k.err)
	case EndOfRequest:
		c = a.EndOfRequest(k.request)
		k.kind, k.request = Flush, nil // there is one for each request
	case dead, Heap, Pool, Transient, EndOfStream, Flush, kinds:
		c = a.bucket(k.kind)
	}
	b.push(c)
}
