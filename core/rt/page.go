package rt

// Pages: where payload bytes come from. Pages hold no Go pointers. In production
// and under the race detector they are Go's heap (the detector does not see
// mapped memory); in guarded simulation runs they are mappings that FreePages
// makes inaccessible, so that a late touch faults at its own line.
//
// In production what was given back is used again: a page is as large as all that a
// request makes Go allocate otherwise, and as garbage it would be waited for by the
// collector, which lets the heap grow to twice what is in use. What two collections in a
// row find unused is Go's again.

import (
	"math/bits"
	"sync"
	"unsafe"
)

// The sizes of pages that are used again, as powers of two: 4 KiB to 128 KiB.
const (
	leastStocked = 12
	mostStocked  = 17
)

// stock is pages that were given back, by size.
var stock [mostStocked - leastStocked + 1]sync.Pool

// stocked is where pages of n bytes are kept; nil: they are not.
func stocked(n int) *sync.Pool {
	if n&(n-1) != 0 || n < 1<<leastStocked || n > 1<<mostStocked {
		return nil
	}
	return &stock[bits.Len(uint(n))-1-leastStocked]
}

// Pages returns n zeroed or stale bytes, or nil if the page source refuses.
func Pages(n int) []byte {
	if world != nil {
		return world.Pages(n)
	}
	if s := stocked(n); s != nil {
		if p, ok := s.Get().(*byte); ok {
			return unsafe.Slice(p, n)
		}
	}
	return make([]byte, n)
}

// FreePages gives back what Pages returned, whole. Nobody touches it again.
func FreePages(p []byte) {
	if world != nil {
		world.FreePages(p)
		return
	}
	if s := stocked(len(p)); s != nil {
		s.Put(unsafe.SliceData(p))
	}
}

// Taken marks *p as the calling task's own from now on: the taker at a handoff
// calls it. Under the race detector any access by a former owner that is not
// ordered before the handoff is then reported at its line. It costs one branch
// in production.
func Taken[T any](p *T) {
	if world != nil {
		world.Taken(unsafe.Pointer(p), unsafe.Sizeof(*p))
	}
}

// TakenBytes is Taken for the bytes of p.
func TakenBytes(p []byte) {
	if world != nil && len(p) > 0 {
		world.Taken(unsafe.Pointer(unsafe.SliceData(p)), uintptr(len(p)))
	}
}
