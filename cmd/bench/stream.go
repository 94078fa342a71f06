package main

// The contest of beams: bytes of one task's become another's, through a beam, a
// channel of copies, and a list of copies under a mutex with two conditions.

import (
	"sync"

	"brigade/core/bucket"
	"brigade/core/mem"
)

// Each side has room for as many pieces of so many bytes.
const (
	pieces = 64
	length = 1024
)

func beamSides() []side {
	data := make([]byte, length)
	ours, theirs := new(bucket.Allocator), new(bucket.Allocator)
	for i, a := range []*bucket.Allocator{ours, theirs} {
		m, _ := memory(uint64(i+1), mem.Limits{Keep: 1 << 20})
		a.Init(m, nil)
	}
	return []side{
		{"beam", func(n int) {
			bm := new(bucket.Beam)
			bm.Init("beam", pieces*length, nil, nil)
			var all sync.WaitGroup
			all.Go(func() { produce(bm, ours, n, data) })
			consume(bm, theirs)
			all.Wait()
		}},
		{"channel of copies", func(n int) {
			c := make(chan []byte, pieces)
			var all sync.WaitGroup
			all.Go(func() {
				for range n {
					c <- append([]byte(nil), data...)
				}
				close(c)
			})
			for sink = range c {
			}
			all.Wait()
		}},
		{"mutex+cond", func(n int) { underLock(n, data) }},
	}
}

func produce(bm *bucket.Beam, a *bucket.Allocator, n int, data []byte) {
	b := new(bucket.Brigade)
	b.Init(a)
	for i := range n {
		k, err := a.Copied(data)
		if err != nil {
			panic(err)
		}
		if b.Append(k); i == n-1 {
			b.Append(a.EndOfStream())
		}
		for {
			if all, err := bm.Send(b); all || err != nil {
				break
			}
			bm.Wait(bucket.Producer)
		}
	}
	for {
		if done, _ := bm.Leave(bucket.Producer); done {
			return
		}
		bm.Wait(bucket.Producer)
	}
}

func consume(bm *bucket.Beam, a *bucket.Allocator) {
	b := new(bucket.Brigade)
	b.Init(a)
	for {
		switch state, _ := bm.Receive(b, 1<<20); state {
		case bucket.Received:
			b.Destroy()
		case bucket.Waiting:
			bm.Wait(bucket.Consumer)
		case bucket.Ended, bucket.Aborted:
			bm.Leave(bucket.Consumer)
			return
		}
	}
}

// underLock is the same by a list under a lock.
func underLock(n int, data []byte) {
	var mu sync.Mutex
	some, room := sync.NewCond(&mu), sync.NewCond(&mu)
	list := make([][]byte, 0, pieces)
	var all sync.WaitGroup
	all.Go(func() {
		for range n {
			p := append([]byte(nil), data...)
			mu.Lock()
			for len(list) == pieces {
				room.Wait()
			}
			list = append(list, p)
			some.Signal()
			mu.Unlock()
		}
	})
	took := make([][]byte, 0, pieces)
	for got := 0; got < n; got += len(took) {
		mu.Lock()
		for len(list) == 0 {
			some.Wait()
		}
		list, took = took[:0], list
		room.Signal()
		mu.Unlock()
		for _, sink = range took {
		}
	}
	all.Wait()
}
