// Package mem is memory with owners and lifetimes: an Allocator hands out blocks
// of payload bytes, a Pool is a lifetime that memory is taken out of and that ends
// all at once, and a Scope says which pool a task's memory comes from right now.
//
// An allocator, with its pools, their parents' child lists and its free lists, has
// one owner: the task whose scope took it last. It changes hands whole (Give, Take),
// as the request or connection does whose memory it is. One thing only may another
// task do: push a block that it was sent onto the return list, which the owner
// empties in one swap.
//
//	a := mem.NewAllocator(id, "http_conn", mem.Limits{})
//	a.Take(&scope)
//	p := a.NewPool(mem.Request)
//	outer := scope.Enter(p)
//	b, err := p.Alloc(100)
//	scope.Leave(outer)
//	p.Destroy()
//
// Nodes that hold Go pointers (pools, buckets) are slabs on Go's heap; payload is
// bytes from rt.Pages, which hold none. What is queued between tasks and how is
// package bucket's business, and when a lifetime ends is its users'.
package mem
