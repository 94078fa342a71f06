package rt

// Atomics: sync/atomic's types. Go's atomics are sequentially consistent, so a
// scheduling point before each, with the race detector for what is plain,
// covers the memory model. While a task unwinds they still act, unscheduled.

import "sync/atomic"

// Int32 is atomic.Int32.
type Int32 struct {
	v   atomic.Int32
	obj Object
}

// Label names x in reports.
func (x *Int32) Label(name string) { label(&x.obj, name) }

// Load returns x's value.
func (x *Int32) Load() int32 {
	if world != nil {
		world.Point(OpLoad, &x.obj, 0)
	}
	return x.v.Load()
}

// Store sets x to v.
func (x *Int32) Store(v int32) {
	if world != nil {
		world.Point(OpStore, &x.obj, 0)
	}
	x.v.Store(v)
}

// Add adds d and returns the new value.
func (x *Int32) Add(d int32) int32 {
	if world != nil {
		world.Point(OpAdd, &x.obj, 0)
	}
	return x.v.Add(d)
}

// Swap sets x to v and returns what it was.
func (x *Int32) Swap(v int32) int32 {
	if world != nil {
		world.Point(OpSwap, &x.obj, 0)
	}
	return x.v.Swap(v)
}

// CompareAndSwap sets x to v if it is old and reports whether it did.
func (x *Int32) CompareAndSwap(old, v int32) bool {
	if world != nil {
		world.Point(OpCAS, &x.obj, 0)
	}
	return x.v.CompareAndSwap(old, v)
}

// LostWakeup reports that the calling task slept although x says there is work.
func (x *Int32) LostWakeup() { LostWakeup(&x.obj) }

// Int64 is atomic.Int64.
type Int64 struct {
	v   atomic.Int64
	obj Object
}

// Label names x in reports.
func (x *Int64) Label(name string) { label(&x.obj, name) }

// Load returns x's value.
func (x *Int64) Load() int64 {
	if world != nil {
		world.Point(OpLoad, &x.obj, 0)
	}
	return x.v.Load()
}

// Store sets x to v.
func (x *Int64) Store(v int64) {
	if world != nil {
		world.Point(OpStore, &x.obj, 0)
	}
	x.v.Store(v)
}

// Add adds d and returns the new value.
func (x *Int64) Add(d int64) int64 {
	if world != nil {
		world.Point(OpAdd, &x.obj, 0)
	}
	return x.v.Add(d)
}

// Swap sets x to v and returns what it was.
func (x *Int64) Swap(v int64) int64 {
	if world != nil {
		world.Point(OpSwap, &x.obj, 0)
	}
	return x.v.Swap(v)
}

// CompareAndSwap sets x to v if it is old and reports whether it did.
func (x *Int64) CompareAndSwap(old, v int64) bool {
	if world != nil {
		world.Point(OpCAS, &x.obj, 0)
	}
	return x.v.CompareAndSwap(old, v)
}

// Uint32 is atomic.Uint32.
type Uint32 struct {
	v   atomic.Uint32
	obj Object
}

// Label names x in reports.
func (x *Uint32) Label(name string) { label(&x.obj, name) }

// Load returns x's value.
func (x *Uint32) Load() uint32 {
	if world != nil {
		world.Point(OpLoad, &x.obj, 0)
	}
	return x.v.Load()
}

// Store sets x to v.
func (x *Uint32) Store(v uint32) {
	if world != nil {
		world.Point(OpStore, &x.obj, 0)
	}
	x.v.Store(v)
}

// Add adds d and returns the new value.
func (x *Uint32) Add(d uint32) uint32 {
	if world != nil {
		world.Point(OpAdd, &x.obj, 0)
	}
	return x.v.Add(d)
}

// Swap sets x to v and returns what it was.
func (x *Uint32) Swap(v uint32) uint32 {
	if world != nil {
		world.Point(OpSwap, &x.obj, 0)
	}
	return x.v.Swap(v)
}

// CompareAndSwap sets x to v if it is old and reports whether it did.
func (x *Uint32) CompareAndSwap(old, v uint32) bool {
	if world != nil {
		world.Point(OpCAS, &x.obj, 0)
	}
	return x.v.CompareAndSwap(old, v)
}

// Or replaces x by x or mask and returns what it was.
func (x *Uint32) Or(mask uint32) uint32 {
	if world != nil {
		world.Point(OpAdd, &x.obj, 0)
	}
	return x.v.Or(mask)
}

// And replaces x by x and mask and returns what it was.
func (x *Uint32) And(mask uint32) uint32 {
	if world != nil {
		world.Point(OpAdd, &x.obj, 0)
	}
	return x.v.And(mask)
}

// Uint64 is atomic.Uint64.
type Uint64 struct {
	v   atomic.Uint64
	obj Object
}

// Label names x in reports.
func (x *Uint64) Label(name string) { label(&x.obj, name) }

// Load returns x's value.
func (x *Uint64) Load() uint64 {
	if world != nil {
		world.Point(OpLoad, &x.obj, 0)
	}
	return x.v.Load()
}

// Store sets x to v.
func (x *Uint64) Store(v uint64) {
	if world != nil {
		world.Point(OpStore, &x.obj, 0)
	}
	x.v.Store(v)
}

// Add adds d and returns the new value.
func (x *Uint64) Add(d uint64) uint64 {
	if world != nil {
		world.Point(OpAdd, &x.obj, 0)
	}
	return x.v.Add(d)
}

// Swap sets x to v and returns what it was.
func (x *Uint64) Swap(v uint64) uint64 {
	if world != nil {
		world.Point(OpSwap, &x.obj, 0)
	}
	return x.v.Swap(v)
}

// CompareAndSwap sets x to v if it is old and reports whether it did.
func (x *Uint64) CompareAndSwap(old, v uint64) bool {
	if world != nil {
		world.Point(OpCAS, &x.obj, 0)
	}
	return x.v.CompareAndSwap(old, v)
}

// Or replaces x by x or mask and returns what it was.
func (x *Uint64) Or(mask uint64) uint64 {
	if world != nil {
		world.Point(OpAdd, &x.obj, 0)
	}
	return x.v.Or(mask)
}

// And replaces x by x and mask and returns what it was.
func (x *Uint64) And(mask uint64) uint64 {
	if world != nil {
		world.Point(OpAdd, &x.obj, 0)
	}
	return x.v.And(mask)
}

// Bool is atomic.Bool.
type Bool struct {
	v   atomic.Bool
	obj Object
}

// Label names x in reports.
func (x *Bool) Label(name string) { label(&x.obj, name) }

// Load returns x's value.
func (x *Bool) Load() bool {
	if world != nil {
		world.Point(OpLoad, &x.obj, 0)
	}
	return x.v.Load()
}

// Store sets x to v.
func (x *Bool) Store(v bool) {
	if world != nil {
		world.Point(OpStore, &x.obj, 0)
	}
	x.v.Store(v)
}

// Swap sets x to v and returns what it was.
func (x *Bool) Swap(v bool) bool {
	if world != nil {
		world.Point(OpSwap, &x.obj, 0)
	}
	return x.v.Swap(v)
}

// CompareAndSwap sets x to v if it is old and reports whether it did.
func (x *Bool) CompareAndSwap(old, v bool) bool {
	if world != nil {
		world.Point(OpCAS, &x.obj, 0)
	}
	return x.v.CompareAndSwap(old, v)
}

// LostWakeup reports that the calling task slept although x says there is work.
func (x *Bool) LostWakeup() { LostWakeup(&x.obj) }

// Pointer is atomic.Pointer.
type Pointer[T any] struct {
	v   atomic.Pointer[T]
	obj Object
}

// Label names x in reports.
func (x *Pointer[T]) Label(name string) { label(&x.obj, name) }

// Load returns x's value.
func (x *Pointer[T]) Load() *T {
	if world != nil {
		world.Point(OpLoad, &x.obj, 0)
	}
	return x.v.Load()
}

// Store sets x to v.
func (x *Pointer[T]) Store(v *T) {
	if world != nil {
		world.Point(OpStore, &x.obj, 0)
	}
	x.v.Store(v)
}

// Swap sets x to v and returns what it was.
func (x *Pointer[T]) Swap(v *T) *T {
	if world != nil {
		world.Point(OpSwap, &x.obj, 0)
	}
	return x.v.Swap(v)
}

// CompareAndSwap sets x to v if it is old and reports whether it did.
func (x *Pointer[T]) CompareAndSwap(old, v *T) bool {
	if world != nil {
		world.Point(OpCAS, &x.obj, 0)
	}
	return x.v.CompareAndSwap(old, v)
}

// LostWakeup reports that the calling task slept although x says there is work.
func (x *Pointer[T]) LostWakeup() { LostWakeup(&x.obj) }
