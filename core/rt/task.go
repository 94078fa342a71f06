package rt

// Tasks, their end and their faults. Go's recover must be called by the deferred
// function itself, so Recover is that function: `defer rt.Recover(handle)`.

import (
	"fmt"
	"math/rand/v2"
	"runtime"
)

// Go starts f as a task. name is its kind ("reader"), not unique: reports add
// whose child it is and the how-manieth.
func Go(name string, f func()) {
	if world != nil {
		world.Spawn(name, f)
		return
	}
	go f()
}

// Yield tells Go's scheduler that the calling task still goes through it. A task that
// seldom parks should do so every few milliseconds: one that runs in one time slice for
// longer than 10 ms looks stuck to the runtime's monitor (sysmon), which takes its
// processor away at its next blocking call and then watches every 20 µs for a while. It
// is no point of a simulated schedule: nothing may depend on it.
func Yield() {
	if world == nil {
		runtime.Gosched()
	}
}

// Rand is 64 uniformly drawn bits.
func Rand() uint64 {
	if world != nil {
		return world.Rand()
	}
	return rand.Uint64()
}

// Self is the calling task's number, from 1, where tasks can be told apart: under
// a scheduler. In production it is 0.
func Self() uint64 {
	if world != nil {
		return world.Self()
	}
	return 0
}

// Who is the calling task's name for a report; empty in production.
func Who() string {
	if world != nil {
		return world.Who()
	}
	return ""
}

// Fault is the panic value of Bug: an assertion of the core that did not hold.
type Fault struct{ Message string }

func (f *Fault) Error() string { return f.Message }

// Bug stops the task: something that cannot be has been. The message says what,
// with the names of the things concerned, and what is allowed.
func Bug(format string, args ...any) {
	panic(&Fault{Message: fmt.Sprintf(format, args...)})
}

// Unwind is the panic value by which a scheduler ends the tasks of a run that is
// over. Only Recover and the scheduler may see it.
type Unwind struct{}

// Recover is to be deferred: it hands the value of a panic to handle. A task that
// is being unwound goes on unwinding, unhandled.
func Recover(handle func(v any)) {
	v := recover()
	if v == nil {
		return
	}
	if u, ok := v.(Unwind); ok {
		panic(u)
	}
	handle(v)
}
