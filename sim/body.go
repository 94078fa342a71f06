package sim

import (
	"fmt"
	"runtime/debug"

	"brigade/core/rt"
)

// body runs a task's function and keeps how it ended. A panic is caught here,
// inside the task, where its stack still is.
func (t *Task) body(f func()) {
	defer t.caught()
	f()
	t.done(finishReturn)
}

// caught is deferred by body.
func (t *Task) caught() {
	if t.was() == finishReturn {
		return
	}
	v := recover()
	switch v.(type) {
	case nil:
		t.done(finishExit)
		t.blame(&Verdict{Kind: Panic, Message: "the task ended by runtime.Goexit (as FailNow and Fatal of package testing do)"})
	case rt.Unwind:
		t.done(finishUnwind)
	default:
		t.done(finishPanic)
		t.blame(thrown(v))
	}
}

// thrown is the verdict for a panic with value v, to be called where the stack
// of the panic still is.
func thrown(v any) *Verdict {
	stack := string(debug.Stack())
	if f, ok := v.(*rt.Fault); ok {
		return &Verdict{Kind: Assertion, Message: f.Message, Stack: stack}
	}
	verdict := &Verdict{Kind: Panic, Message: fmt.Sprint(v), Stack: stack}
	if f, ok := v.(interface{ Addr() uintptr }); ok { // debug.SetPanicOnFault
		verdict.fault = f.Addr()
	}
	return verdict
}

//go:norace
func (t *Task) done(f finish) { t.finished = f }

//go:norace
func (t *Task) was() finish { return t.finished }

//go:norace
func (t *Task) blame(v *Verdict) {
	if !t.aborting {
		t.verdict = v
	}
}

// end makes the task's end its request.
//
//go:norace
func (t *Task) end() { t.op, t.service, t.obj, t.unwinding = rt.OpEnd, serviceNone, nil, false }
