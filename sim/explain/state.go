package explain

// Where every task stands at a step, from the recorded events: what it did last,
// what it would do next, and why it does not yet. A task's next operation is its
// next event; who holds a lock and what a group counts follow from those before.

import (
	"fmt"
	"io"
	"strings"

	"brigade/core/rt"
	"brigade/sim"
)

// Standing is where a task stands.
type Standing struct {
	Task  string `json:"task"`
	Done  string `json:"did"`   // what it did last, and at which step
	Next  string `json:"next"`  // what it would do next; empty: nothing comes any more
	Waits string `json:"waits"` // what for; empty: it could go on
}

// At tells where the tasks of r stand once step has been performed, in order of
// their making.
func At(r *sim.Report, step int) []Standing {
	made := 1
	last := make(map[int32]int)
	next := make(map[int32]int)
	for i := range r.Events {
		e := &r.Events[i]
		if !acts(e) {
			continue
		}
		if e.Step <= step {
			last[e.Task] = i
			if e.Op == rt.OpSpawn {
				made++
			}
		} else if _, ok := next[e.Task]; !ok {
			next[e.Task] = i
		}
	}
	locks := heldAt(r, step)
	var list []Standing
	for t := range int32(min(made, len(r.TaskPaths))) {
		s := Standing{Task: r.TaskPaths[t]}
		if i, ok := last[t]; ok {
			s.Done = fmt.Sprintf("%s (step %d)", Text(r, i), r.Events[i].Step)
		}
		if i, ok := next[t]; ok {
			s.Next = fmt.Sprintf("%s (step %d)", Text(r, i), r.Events[i].Step)
			s.Waits = locks.waits(r, i)
		} else {
			s.Waits = stuck(r, s.Task)
		}
		list = append(list, s)
	}
	return list
}

// held is the state of locks and groups at a step.
type held struct {
	holder map[int32]int32 // by lock
	count  map[int32]int64 // by group
	now    rt.Instant
}

func heldAt(r *sim.Report, step int) *held {
	h := &held{holder: make(map[int32]int32), count: make(map[int32]int64)}
	for i := range r.Events {
		e := &r.Events[i]
		if e.Step > step {
			break
		}
		h.now = e.Time
		switch e.Op {
		case rt.OpLock, rt.OpRelock:
			h.holder[e.Object] = e.Task
		case rt.OpUnlock:
			delete(h.holder, e.Object)
		case rt.OpWait:
			for o, t := range h.holder {
				if t == e.Task && relocks(r, i, o) {
					delete(h.holder, o)
				}
			}
		case rt.OpCount:
			h.count[e.Object] += int64(e.A)
		}
	}
	return h
}

// relocks reports whether lock o is the one that the i-th event, a wait, gives
// up: it is the one its task takes again, or there is no saying.
func relocks(r *sim.Report, i int, o int32) bool {
	for j := i + 1; j < len(r.Events); j++ {
		if e := &r.Events[j]; e.Task == r.Events[i].Task && acts(e) {
			return e.Op == rt.OpRelock && e.Object == o
		}
	}
	return true
}

// waits says what the task of the i-th event, its next, waits for.
func (h *held) waits(r *sim.Report, i int) string {
	e := &r.Events[i]
	switch e.Op {
	case rt.OpLock, rt.OpRLock:
		if t, ok := h.holder[e.Object]; ok && t != e.Task {
			return "for " + objectName(path(r.ObjectPaths, e.Object)) + ", held by " + taskName(r, t)
		}
	case rt.OpRelock:
		return "to be woken, and for " + objectName(path(r.ObjectPaths, e.Object))
	case rt.OpJoin:
		if n := h.count[e.Object]; n > 0 {
			return fmt.Sprintf("for %s to come to 0, now %d", objectName(path(r.ObjectPaths, e.Object)), n)
		}
	case rt.OpSleep:
		return "until " + e.Time.Sub(0).String()
	}
	if e.Op >= rt.OpListen && e.Time > h.now {
		return "in the kernel, until " + e.Time.Sub(0).String()
	}
	return ""
}

// stuck says how a task stands of which nothing comes any more: a deadlock's
// message tells who waits; others have ended, or were cut off by the run's end.
func stuck(r *sim.Report, task string) string {
	if r.Verdict == nil {
		return ""
	}
	_, list, ok := strings.Cut(r.Verdict.Message, ": ")
	if r.Verdict.Kind != sim.Deadlock || !ok {
		return ""
	}
	for _, s := range strings.Split(list, ";") {
		if what, ok := strings.CutPrefix(strings.TrimSpace(s), task+" "); ok {
			return "for ever, " + what
		}
	}
	return ""
}

// WriteStandings writes where tasks stand, two lines each.
func WriteStandings(w io.Writer, list []Standing) error {
	var b strings.Builder
	for _, s := range list {
		fmt.Fprintf(&b, "  %s\n", s.Task)
		if s.Done != "" {
			fmt.Fprintf(&b, "    did    %s\n", s.Done)
		}
		switch {
		case s.Next != "" && s.Waits != "":
			fmt.Fprintf(&b, "    waits  %s, to %s\n", s.Waits, s.Next)
		case s.Next != "":
			fmt.Fprintf(&b, "    next   %s\n", s.Next)
		case s.Waits != "":
			fmt.Fprintf(&b, "    waits  %s\n", s.Waits)
		default:
			b.WriteString("    next   nothing: it ended, or the run did\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Find returns the first event, at a step after the given one, that match accepts
// as text: task, operation, object by its whole path, words. -1: there is none.
func Find(r *sim.Report, after int, match func(string) bool) int {
	for i := range r.Events {
		if r.Events[i].Step > after && match(Full(r, i)) {
			return i
		}
	}
	return -1
}
