package check

// core/mem's return list: an owner at its limit waits for blocks that others return.
// That a wakeup is lost shows as a deadlock, that a block is on the list twice as
// two holders of it.

import (
	"errors"

	"brigade/core/mem"
	"brigade/core/rt"
)

func returnComponent() Component {
	return Component{
		Name: "returnlist", Tasks: 2, Ops: 1, Type: typeName[mem.Allocator](), program: returnProgram,
		Story: "an owner at its limit waits until others have returned what they were sent: each block comes back once",
	}
}

// blockSize is that of the smallest block.
const blockSize = 256

func returnProgram(returners, ops int) func() {
	return func() {
		n := returners * ops
		a := mem.NewAllocator(1, "memory", mem.Limits{Out: int64(n) * blockSize, Keep: int64(n) * blockSize})
		scope := &mem.Scope{Name: "owner"}
		a.Take(scope)
		gate := new(mem.Gate)
		gate.Init("gate")
		for range returners {
			sent := takeBlocks(a, gate, ops)
			rt.Go("returner", func() {
				for _, b := range sent {
					b.Return()
				}
			})
		}
		back := takeBlocks(a, gate, n)
		seen := make(map[*mem.Block]bool)
		for _, b := range back {
			if seen[b] {
				rt.Bug("a block came back twice")
			}
			seen[b] = true
		}
		for _, b := range back {
			b.Drop()
		}
		a.End()
	}
}

// takeBlocks allocates n blocks, waiting for them where it has to.
func takeBlocks(a *mem.Allocator, gate *mem.Gate, n int) (list []*mem.Block) {
	bell := &mem.Bell{Waker: gate}
	for len(list) < n {
		b, err := a.Alloc(blockSize)
		if err == nil {
			list = append(list, b)
			continue
		}
		var full *mem.Full
		if !errors.As(err, &full) {
			rt.Bug("%v", err)
		}
		if full.Wait(bell) {
			gate.Wait()
		}
	}
	return list
}
