package main

// The sides of the contests. Rivals are what one would write without core/mem and
// core/bucket, and do the same: an owner that waits waits, and bytes that are said
// to be copied are.

import (
	"errors"
	"sync"

	"brigade/core/bucket"
	"brigade/core/mem"
)

// sink holds what would not leave the stack otherwise.
var sink []byte

// node is a rival's block. It takes a cache line, as ours does: what differs is how it
// is given back.
type node struct {
	next  *node
	bytes []byte
	_     [32]byte
}

// memory is an allocator of the caller's, and the scope that owns it.
func memory(id uint64, l mem.Limits) (*mem.Allocator, *mem.Scope) {
	a, s := mem.NewAllocator(id, "memory", l), &mem.Scope{Name: "bench"}
	a.Take(s)
	return a, s
}

// block takes one out of an allocator that has it.
func block(a *mem.Allocator, n int) *mem.Block {
	b, err := a.Alloc(n)
	if err != nil {
		panic(err)
	}
	return b
}

func ownerSides() []side {
	const size = 4096
	a, _ := memory(1, mem.Limits{Keep: 1 << 20})
	l := newLocked()
	l.put(&node{bytes: make([]byte, size)})
	pool := sync.Pool{New: func() any { return &node{bytes: make([]byte, size)} }}
	return []side{
		{"allocator", func(n int) {
			for range n {
				block(a, size).Drop()
			}
		}},
		{"make", func(n int) {
			for range n {
				if sink = make([]byte, size); len(sink) < size {
					panic("make")
				}
			}
		}},
		{"sync.Pool", func(n int) {
			for range n {
				pool.Put(pool.Get())
			}
		}},
		{"mutex+cond", func(n int) {
			for range n {
				l.put(l.get())
			}
		}},
	}
}

// returned is how many blocks are out at once.
const returned = 1024

func returnSides() []side {
	a, _ := memory(1, mem.Limits{Keep: 1 << 20})
	out := make([]*mem.Block, 0, returned)
	l := newLocked()
	return []side{
		{"return list", func(n int) {
			for ; n > 0; n -= returned {
				for range returned {
					out = append(out, block(a, 256))
				}
				for _, b := range out {
					b.Return()
				}
				out = out[:0]
			}
		}},
		{"mutex+cond", func(n int) {
			var nodes [returned]*node
			if l.list == nil {
				for range returned {
					l.put(new(node))
				}
			}
			for ; n > 0; n -= returned {
				for i := range nodes {
					nodes[i] = l.get()
				}
				for _, k := range nodes {
					l.put(k)
				}
			}
		}},
	}
}

// locked is a free list under a lock, whose owner can wait.
type locked struct {
	mu   sync.Mutex
	some *sync.Cond
	list *node // guarded by mu
}

func newLocked() *locked {
	l := new(locked)
	l.some = sync.NewCond(&l.mu)
	return l
}

func (l *locked) put(k *node) {
	l.mu.Lock()
	k.next, l.list = l.list, k
	l.some.Signal()
	l.mu.Unlock()
}

func (l *locked) get() *node {
	l.mu.Lock()
	for l.list == nil {
		l.some.Wait()
	}
	k := l.list
	l.list = k.next
	l.mu.Unlock()
	return k
}

// lent is how many blocks others have, in a round of the next contests.
const lent = 4096

// lend gives each of two tasks half of list to put back, and has the owner take as
// many again: meanwhile, or when they are done.
func lend[T any](list []T, meanwhile bool, take func([]T), put func(T)) func(n int) {
	const tasks = 2
	again := make([]T, len(list))
	return func(n int) {
		for ; n > 0; n -= len(list) {
			var all sync.WaitGroup
			for i := range tasks {
				part := list[i*len(list)/tasks : (i+1)*len(list)/tasks]
				all.Go(func() {
					for _, x := range part {
						put(x)
					}
				})
			}
			if !meanwhile {
				all.Wait()
			}
			take(again)
			all.Wait()
			copy(list, again)
		}
	}
}

// contendedSides have nobody wait.
func contendedSides() []side { return lentSides(false) }

// awaitedSides have an owner that waits for each block.
func awaitedSides() []side { return lentSides(true) }

func lentSides(meanwhile bool) []side {
	const size = 256
	a, _ := memory(1, mem.Limits{Out: lent * size, Keep: lent * size})
	gate := new(mem.Gate)
	gate.Init("gate")
	bell := &mem.Bell{Waker: gate}
	take := func(list []*mem.Block) {
		for i := range list {
			list[i] = await(a, size, gate, bell)
		}
	}
	l := newLocked()
	blocks, nodes := make([]*mem.Block, lent), make([]*node, lent)
	take(blocks)
	for i := range nodes {
		nodes[i] = new(node)
	}
	return []side{
		{"return list", lend(blocks, meanwhile, take, (*mem.Block).Return)},
		{"mutex+cond", lend(nodes, meanwhile, func(list []*node) {
			for i := range list {
				list[i] = l.get()
			}
		}, l.put)},
	}
}

// await allocates a block, waiting for it if need be.
func await(a *mem.Allocator, size int, gate *mem.Gate, bell *mem.Bell) *mem.Block {
	for {
		b, err := a.Alloc(size)
		if err == nil {
			return b
		}
		var full *mem.Full
		if !errors.As(err, &full) {
			panic(err)
		}
		if full.Wait(bell) {
			gate.Wait()
		}
	}
}

// request is one that is over.
type request struct{}

func (request) Ended() bool { return true }
func (request) GiveUp()     {}

func brigadeSides() []side {
	m, s := memory(1, mem.Limits{Keep: 1 << 20})
	a, b, longer, p := new(bucket.Allocator), new(bucket.Brigade), m.NewPool(mem.Connection), m.NewPool(mem.Request)
	a.Init(m, nil)
	b.Init(a)
	s.Enter(p)
	own, err := p.Alloc(100)
	if err != nil {
		panic(err)
	}
	body, iov, rival := make([]byte, 5000), make([][]byte, 0, 64), make([][]byte, 0, 64)
	return []side{
		{"brigade", func(n int) {
			for range n {
				fill(a, b, p, body, own)
				_ = b.SetAside(longer)
				b.Iovec(iov, 1<<20)
				for !b.Empty() {
					b.Pop()
				}
			}
		}},
		{"slices by make", func(n int) {
			for range n {
				rival = rival[:0]
				head := make([]byte, 300)
				for i := range 3 {
					rival = append(rival, head[i*100:(i+1)*100])
				}
				rival = append(rival, body, append([]byte(nil), own[:50]...), append([]byte(nil), own...), nil, body, nil, nil)
				clear(rival)
			}
		}},
	}
}

// fill puts ten buckets into b.
func fill(a *bucket.Allocator, b *bucket.Brigade, p *mem.Pool, body, own []byte) {
	head := block(a.Allocator, 1000)
	head.Extend(300)
	for i := range 3 {
		head.Share()
		b.Append(a.Heap(head, i*100, 100))
	}
	head.Drop()
	b.Append(a.Immortal(body))
	b.Append(a.Transient(own[:50]))
	b.Append(a.Pool(p, own))
	b.Append(a.Flush())
	b.Append(a.Immortal(body))
	b.Append(a.EndOfStream())
	b.Append(a.EndOfRequest(request{}))
}
