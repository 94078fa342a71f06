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
	switch v := v.(type) {
	case nil:
		t.blame(&Verdict{Kind: Panic, Message: "the task ended by runtime.Goexit", Stack: string(debug.Stack())})
	case rt.Unwind:
		t.done(finishUnwind)
	case *rt.Fault:
		t.blame(&Verdict{Kind: Assertion, Message: v.Message, Stack: string(debug.Stack())})
	default:
		t.blame(&Verdict{Kind: Panic, Message: fmt.Sprint(v), Stack: string(debug.Stack())})
	}
}

//go:norace
func (t *Task) done(f finish) { t.finished = f }

//go:norace
func (t *Task) was() finish { return t.finished }

//go:norace
func (t *Task) blame(v *Verdict) {
	t.finished = finishPanic
	if !t.aborting {
		t.verdict = v
	}
}

// end makes the task's end its request.
//
//go:norace
func (t *Task) end() { t.op, t.service, t.obj, t.unwinding = rt.OpEnd, serviceNone, nil, false }
