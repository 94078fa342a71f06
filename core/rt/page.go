package rt

// Pages: where payload bytes come from. Pages hold no Go pointers. In production
// and under the race detector they are Go's heap (the detector does not see
// mapped memory); in guarded simulation runs they are mappings that FreePages
// makes inaccessible, so that a late touch faults at its own line.

import "unsafe"

// Pages returns n zeroed or stale bytes, or nil if the page source refuses.
func Pages(n int) []byte {
	if world != nil {
		return world.Pages(n)
	}
	return make([]byte, n)
}

// FreePages gives back what Pages returned, whole. Nobody touches it again.
func FreePages(p []byte) {
	if world != nil {
		world.FreePages(p)
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
