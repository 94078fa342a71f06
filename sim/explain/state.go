package explain

// Where every task stands at a step: what it did last, what it has come to and
// would do next, and why it does not yet. The scheduler itself tells, of a run
// that was stopped there; what comes of the next operation is known from the run
// that went on.

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
	State string `json:"state"` // as sim.State has it
	Done  string `json:"did"`   // what it did last, and at which step
	Next  string `json:"next"`  // what it has come to; empty: nothing, it ended
	Waits string `json:"waits"` // what for; empty: it could go on
}

// At tells where the tasks of r, a recorded run, stood after step, in order of
// their making. stopped is the same run, recorded and stopped then.
func At(r, stopped *sim.Report, step int) []Standing {
	last := make(map[int32]int)
	next := make(map[int32]int)
	for i := range r.Events {
		e := &r.Events[i]
		if !e.Acts() {
			continue
		}
		if e.Step <= step {
			last[e.Task] = i
		} else if _, ok := next[e.Task]; !ok {
			next[e.Task] = i
		}
	}
	list := make([]Standing, 0, len(stopped.Standings))
	for t := range stopped.Standings {
		x := &stopped.Standings[t]
		s := Standing{Task: stopped.TaskPaths[t], State: string(x.State)}
		if i, ok := last[int32(t)]; ok {
			s.Done = fmt.Sprintf("%s (step %d)", Text(r, i), r.Events[i].Step)
		}
		if x.State != sim.Ended {
			s.Next = x.Op.String()
			if x.Object >= 0 {
				s.Next += " " + objectName(path(stopped.ObjectPaths, x.Object))
			}
			if i, ok := next[int32(t)]; ok {
				s.Next += fmt.Sprintf(" (step %d)", r.Events[i].Step)
			} else {
				s.Next += " (never)"
			}
			s.Waits = waits(stopped, x)
		}
		list = append(list, s)
	}
	return list
}

// waits says what a task waits for.
func waits(r *sim.Report, x *sim.Standing) string {
	var why []string
	switch {
	case x.State == sim.CanRun:
		return ""
	case x.Holder >= 0:
		why = append(why, "for "+taskName(r, x.Holder)+", which holds it")
	case x.State == sim.Parked:
		why = append(why, "to be woken")
	case x.Op == rt.OpJoin:
		why = append(why, fmt.Sprintf("for %d to be done", x.Count))
	case x.Op >= rt.OpListen:
		why = append(why, "in the kernel")
	}
	if x.Until > 0 {
		why = append(why, "until "+x.Until.Sub(0).String())
	}
	return strings.Join(why, ", ")
}

// WriteStandings writes where tasks stand, a row each.
func WriteStandings(w io.Writer, list []Standing) error {
	rows := [][]string{{"task", "", "did", "has come to"}}
	for _, s := range list {
		next := s.Next
		if s.Waits != "" {
			next += ", waits " + s.Waits
		}
		rows = append(rows, []string{s.Task, s.State, s.Done, next})
	}
	wide := make([]int, 3)
	for _, r := range rows {
		for i := range wide {
			wide[i] = max(wide[i], len(r[i]))
		}
	}
	var b strings.Builder
	for _, r := range rows {
		line := fmt.Sprintf("  %-*s  %-*s  %-*s  %s", wide[0], r[0], wide[1], r[1], wide[2], r[2], r[3])
		b.WriteString(strings.TrimRight(line, " ") + "\n")
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
