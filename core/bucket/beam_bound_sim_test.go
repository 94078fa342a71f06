package bucket

// What a beam promises beside the bytes. The weight of what is in it is that of its
// buckets, by the rule in words of this file's own, and within the limit but for one
// bucket; a side that waits is woken once and not again until it has heard; the first error
// counts, for both sides; a consumer that leaves before the end leaves an error; and who
// leaves last is told so, once.

import (
	"errors"
	"testing"

	"brigade/core/mem"
	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/sim"
)

// bell is a waker that may be rung once until somebody has heard.
type bell struct {
	gate mem.Gate
	rung rt.Bool
}

// Wake implements mem.Waker.
func (b *bell) Wake() {
	if b.rung.Swap(true) {
		rt.Bug("a side is woken twice, and has heard nothing")
	}
	b.gate.Wake()
}

// post is a side of a beam under watch.
type post struct {
	side  Side
	bm    *Beam
	bell  *bell
	alloc *Allocator
	pool  *mem.Pool
	all   Brigade
	next  byte // the byte that comes next, of those in memory
	ended bool // the end of the stream came
}

// fill makes the next n bytes.
func (p *post) fill(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = p.next
		p.next++
	}
	return b
}

// came judges what a call has received, up to most: the bytes that come next, and what is
// no memory as one.
func (p *post) came(most int64) {
	sum := int64(0)
	for k := p.all.first; k != nil; k = p.all.first {
		sum++
		switch k.kind {
		case Heap, Immortal:
			for _, c := range k.bytes() {
				if c != p.next {
					rt.Bug("byte %d comes where %d is next", c, p.next)
				}
				p.next++
			}
			if k.kind == Heap {
				sum += k.n - 1
			}
		case Error:
			if !errors.Is(k.err, errSecond) {
				rt.Bug("the error %v came", k.err)
			}
		case Flush:
		case EndOfStream:
			p.ended = true
		case File:
			if f, off := k.File(); f == nil || off != 0 || k.n != 20 {
				rt.Bug("%d bytes from %d of a file came", k.n, off)
			}
		default:
			rt.Bug("a %v bucket came", k.kind)
		}
		k.Destroy()
	}
	if sum > most {
		rt.Bug("%d came at once, not %d", sum, most)
	}
}

func newPost(bm *Beam, side Side, b *bell) *post {
	m := mem.NewAllocator(uint64(side)+1, sideNames[side]+"'s memory", mem.Limits{})
	scope := &mem.Scope{Name: sideNames[side]}
	m.Take(scope)
	p := &post{side: side, bm: bm, bell: b, alloc: new(Allocator), pool: m.NewPool(mem.Request)}
	scope.Enter(p.pool)
	p.alloc.Init(m, new(kernel))
	p.all.Init(p.alloc)
	return p
}

func (p *post) wait() {
	if p.bell == nil {
		p.bm.Wait(p.side)
		return
	}
	p.bell.gate.Wait()
	p.bell.rung.Store(false)
	p.bm.Heard(p.side)
}

// leave ends p's part, and reports whether it was the last.
func (p *post) leave() bool {
	p.all.Destroy()
	for {
		done, last := p.bm.Leave(p.side)
		if last && !done {
			rt.Bug("a side is the last to leave, and has not left")
		}
		if done {
			p.pool.Destroy()
			if n := p.alloc.Live(); n != 0 {
				rt.Bug("%d buckets are left", n)
			}
			p.alloc.End()
			return last
		}
		p.wait()
	}
}

// piece makes a bucket that is drawn.
func (p *post) piece() *Bucket {
	size := []int{1, 5, 40, 200}[sim.Choose("size", 4)]
	switch sim.Choose("kind", 7) {
	case 1:
		b, err := p.pool.Copy(p.fill(size))
		if err != nil {
			rt.Bug("%v", err)
		}
		return p.alloc.Pool(p.pool, b)
	case 2:
		return p.alloc.Transient(p.fill(size))
	case 3:
		return p.alloc.Immortal(p.fill(size))
	case 4:
		return p.alloc.Flush()
	case 5:
		return p.alloc.File(NewFile(p.alloc.kernel, sys.FD(9)), 0, 20)
	case 6:
		return p.alloc.Error(errSecond)
	}
	k, err := p.alloc.Copied(p.fill(size))
	if err != nil {
		rt.Bug("%v", err)
	}
	return k
}

// bounded judges the weight of what is in the beam.
func (bm *Beam) bounded() {
	bm.mu.Lock()
	defer bm.mu.Unlock()
	sum, last := int64(0), int64(0)
	for k := bm.sent.first; k != nil; k = k.next {
		switch last = 1; k.kind {
		case Heap, Pool:
			if last = k.n; last < bm.limit/16 {
				last = bm.limit / 16
			}
			if last < 1 {
				last = 1
			}
		case Transient:
			rt.Bug("a transient bucket is in a beam")
		}
		sum += last
	}
	switch {
	case !bm.taking && bm.weight != sum, bm.weight < sum:
		rt.Bug("a beam weighs %d, and what is in it %d", bm.weight, sum)
	case !bm.taking && sum-last >= bm.limit && sum > 0:
		rt.Bug("a beam of %d holds %d without its last bucket", bm.limit, sum-last)
	}
}

var errFirst, errSecond = errors.New("first"), errors.New("second")

func TestBeamIsBounded(t *testing.T) {
	sim.Test(t, func() {
		bm := new(Beam)
		var bells [2]*bell
		var wakers [2]mem.Waker
		for i := range bells {
			if sim.Choose("bell", 2) == 1 {
				bells[i] = new(bell)
				bells[i].gate.Init("gate")
				wakers[i] = bells[i]
			}
		}
		bm.Init("beam", []int64{1, 20, 64, 170}[sim.Choose("limit", 4)], wakers[Producer], wakers[Consumer])
		quits, aborts := sim.Choose("quits", 3) == 1, sim.Choose("aborts", 3)
		abort := func() {
			bm.Abort(errFirst)
			bm.Abort(errSecond)
			bm.bounded()
		}
		ended := false // written by the consumer, read when it has left
		var lasts rt.Int32
		var all rt.WaitGroup
		all.Go("producer", func() {
			p := newPost(bm, Producer, bells[Producer])
			err := p.produce(func() {
				if aborts == 1 {
					abort()
				}
			})
			if err != nil && !(aborts > 0 && errors.Is(err, errFirst)) && !(quits && errors.Is(err, ErrAborted)) {
				rt.Bug("the producer hears %v", err)
			}
			if p.leave() {
				lasts.Add(1)
			}
		})
		all.Go("consumer", func() {
			p := newPost(bm, Consumer, bells[Consumer])
			p.consume(quits, aborts > 0, func() {
				if aborts == 2 {
					abort()
				}
			})
			ended = p.ended
			if p.leave() {
				lasts.Add(1)
			}
		})
		all.Wait()
		if n := lasts.Load(); n != 1 {
			rt.Bug("%d sides were the last to leave", n)
		}
		if bm.err == nil && !ended {
			rt.Bug("the consumer has left before the end, and nothing says so")
		}
		if bm.weight != 0 || bm.sent.first != nil || bm.back.first != nil {
			rt.Bug("a beam that both have left weighs %d", bm.weight)
		}
	})
}

// produce sends some pieces, and the end.
func (p *post) produce(middle func()) error {
	pieces := 1 + sim.Choose("pieces", 5)
	for i := range pieces {
		p.all.Append(p.piece())
		if i == pieces/2 {
			middle()
		}
		if i == pieces-1 {
			p.all.Append(p.alloc.EndOfStream())
		} else if sim.Choose("together", 3) == 1 {
			continue
		}
		for {
			all, err := p.bm.Send(&p.all)
			p.bm.bounded()
			if err != nil {
				return err
			}
			if all {
				break
			}
			p.wait()
		}
	}
	return nil
}

// consume receives until the end, or quits before.
func (p *post) consume(quits, aborted bool, middle func()) {
	for n := 0; ; n++ {
		most := int64(1 + sim.Choose("most", 60))
		state, err := p.bm.Receive(&p.all, most)
		p.bm.bounded()
		p.came(most)
		switch state {
		case Waiting:
			p.wait()
		case Received:
			if n == 1 {
				middle()
			}
			if quits && n >= 2 {
				return
			}
		case Ended:
			return
		case Aborted:
			if !aborted || !errors.Is(err, errFirst) {
				rt.Bug("the consumer hears %v", err)
			}
			return
		}
	}
}
