package bucket

import (
	"brigade/core/mem"
	"brigade/core/rt"
)

// Send moves buckets from b's front into the beam, as many as there is room for.
// False: some are left, and the producer is told when there is room; it has nothing
// to do until then. Transient buckets are set aside on the way; the error may be the
// allocator's, or that of whoever aborted.
func (bm *Beam) Send(b *Brigade) (all bool, err error) {
	for {
		bm.collect()
		bm.mu.Lock()
		room, closed, err := bm.limit-bm.weight, bm.closed, bm.err
		bm.mu.Unlock()
		switch {
		case err != nil:
			return false, err
		case closed && !b.Empty():
			rt.Bug("bucket: a %v bucket is sent through a beam after the end of its stream; nothing comes after that", b.first.kind)
		}
		part, err := bm.cut(b, room)
		if err != nil {
			return false, err
		}
		if done, err := bm.enter(part, b.Empty()); done || err != nil {
			return b.Empty() && err == nil, err
		}
	}
}

// cut takes up to room's weight of buckets off b's front; the producer alone touches
// them yet.
func (bm *Beam) cut(b *Brigade, room int64) (part chain, err error) {
	for room > 0 && b.first != nil {
		k := b.first
		if k.kind == Transient {
			if err := k.SetAside(nil); err != nil {
				return part, bm.undo(b, part, err)
			}
		}
		if (k.kind == Heap || k.kind == Pool) && k.n > room {
			k.Split(room)
		}
		room -= bm.weigh(k)
		b.Remove(k)
		k.in = &bm.mark
		part.push(k)
	}
	return part, nil
}

// undo puts part back at b's front.
func (bm *Beam) undo(b *Brigade, part chain, err error) error {
	var at *Bucket
	for part.first != nil {
		k := part.pop()
		k.in = nil
		b.insert(k, at)
		at = k
	}
	return err
}

// enter puts part into the beam. last: that was all there is. done: it was, or the
// producer waits for room; else there is some again.
func (bm *Beam) enter(part chain, last bool) (done bool, err error) {
	bm.mu.Lock()
	if bm.err != nil {
		err = bm.err
		bm.back.concat(&part)
		bm.mu.Unlock()
		bm.collect()
		return true, err
	}
	for k := part.first; k != nil; k = k.next {
		bm.weight += bm.weigh(k)
		bm.closed = bm.closed || k.kind == EndOfStream
	}
	var w mem.Waker
	if part.first != nil {
		bm.sent.concat(&part)
		w = bm.tell(Consumer)
	}
	full := bm.weight >= bm.limit
	if !last && full {
		bm.sides[Producer].waits = true
	}
	bm.mu.Unlock()
	wake(w)
	return last || full, nil
}

// collect destroys what came back. It is the producer's.
func (bm *Beam) collect() {
	bm.mu.Lock()
	back := bm.back
	bm.back = chain{}
	bm.mu.Unlock()
	for back.first != nil {
		k := back.pop()
		k.in = nil
		if k.kind == EndOfRequest && !k.request.Ended() {
			k.request.GiveUp()
		}
		k.Destroy()
	}
}
