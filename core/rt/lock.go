package rt

// Locks. Under simulation the scheduler knows who holds what and grants a lock
// only when it is free; Go's own lock is then taken too, uncontended, because it
// carries the edges that the race detector needs.

import "sync"

// Mutex is sync.Mutex. The zero value is unlocked.
type Mutex struct {
	mu  sync.Mutex
	obj Object
}

// Label names m in reports; it costs nothing in production.
func (m *Mutex) Label(name string) { label(&m.obj, name) }

// Lock locks m, waiting for it if need be.
func (m *Mutex) Lock() {
	if world != nil && !world.Point(OpLock, &m.obj, 0) {
		return
	}
	m.mu.Lock()
}

// TryLock locks m if it is free and reports whether it did.
func (m *Mutex) TryLock() bool {
	if world != nil && !world.Point(OpTryLock, &m.obj, 0) {
		return false
	}
	return m.mu.TryLock()
}

// Unlock unlocks m. It is an error if m is not locked.
func (m *Mutex) Unlock() {
	if world == nil {
		m.mu.Unlock()
	} else if world.Point(OpUnlock, &m.obj, 0) {
		m.mu.Unlock()
		world.Unlocked()
	}
}

// RWMutex is sync.RWMutex: many readers or one writer; a writer in line keeps
// new readers out.
type RWMutex struct {
	mu  sync.RWMutex
	obj Object
}

// Label names m in reports.
func (m *RWMutex) Label(name string) { label(&m.obj, name) }

// Lock locks m for writing.
func (m *RWMutex) Lock() {
	if world != nil {
		if !world.Point(OpAnnounce, &m.obj, 0) || !world.Point(OpLock, &m.obj, 1) {
			return
		}
	}
	m.mu.Lock()
}

// Unlock unlocks m after Lock.
func (m *RWMutex) Unlock() {
	if world != nil && !world.Point(OpUnlock, &m.obj, 0) {
		return
	}
	m.mu.Unlock()
}

// RLock locks m for reading.
func (m *RWMutex) RLock() {
	if world != nil && !world.Point(OpRLock, &m.obj, 0) {
		return
	}
	m.mu.RLock()
}

// RUnlock unlocks m after RLock.
func (m *RWMutex) RUnlock() {
	if world != nil && !world.Point(OpRUnlock, &m.obj, 0) {
		return
	}
	m.mu.RUnlock()
}

// TryLock locks m for writing if it is free and reports whether it did.
func (m *RWMutex) TryLock() bool {
	if world != nil && !world.Point(OpTryLock, &m.obj, 1) {
		return false
	}
	return m.mu.TryLock()
}

// TryRLock locks m for reading if it can at once and reports whether it did.
func (m *RWMutex) TryRLock() bool {
	if world != nil && !world.Point(OpTryRLock, &m.obj, 0) {
		return false
	}
	return m.mu.TryRLock()
}

// Once is sync.Once.
type Once struct {
	done Uint32
	mu   Mutex
}

// Do calls f if and only if it is the first call of Do on o; later calls return
// when the first has.
func (o *Once) Do(f func()) {
	if o.done.Load() != 0 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.done.Load() == 0 {
		defer o.done.Store(1)
		f()
	}
}

func label(o *Object, name string) {
	if world != nil {
		world.Label(o, name)
	}
}
