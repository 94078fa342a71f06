package explain

// Events and names as people read them.

import (
	"fmt"
	"strings"

	"brigade/core/rt"
	"brigade/sim"
)

// Text is r's i-th event in words: operation, object, and what came of it.
func Text(r *sim.Report, i int) string { return text(r, i, objectName) }

// Full is Text with the task, and with the object's whole path: what patterns are matched against.
func Full(r *sim.Report, i int) string {
	return taskName(r, r.Events[i].Task) + " " + text(r, i, func(s string) string { return s })
}

func text(r *sim.Report, i int, name func(string) string) string {
	e := &r.Events[i]
	switch {
	case e.Op == rt.OpProbe:
		return probeText(e)
	case e.Op == rt.OpPage || e.Op == rt.OpFreePage:
		return fmt.Sprintf("%s %d of %d bytes", e.Op, e.A, e.B)
	case e.Op >= rt.OpListen:
		return callText(e)
	case e.Op == rt.OpSleep:
		return "woken at " + e.Time.Sub(0).String()
	}
	s := e.Op.String()
	if o := path(r.ObjectPaths, e.Object); o != "-" {
		s += " " + name(o)
	}
	if e.Op == rt.OpCount {
		s += fmt.Sprintf(" %+d", int64(e.A))
	}
	return s
}

func callText(e *sim.Event) string {
	s := fmt.Sprintf("%s %d", e.Op, int32(uint32(e.A)))
	switch {
	case e.C != 0:
		s += fmt.Sprintf(" errno %d", e.C)
	case e.B != 0:
		s += fmt.Sprintf(" = %d", int64(e.B))
	}
	return s
}

func probeText(e *sim.Event) string {
	k := rt.Kind(e.Object)
	s := k.String()
	if int(k) >= len(rt.Probes()) {
		return s
	}
	for i, w := range [...]uint64{e.A, e.B, e.C} {
		if n := rt.Probes()[k].Words[i]; n != "" {
			n, _, _ = strings.Cut(n, ";")
			s += fmt.Sprintf(", %s %d", n, int64(w))
		}
	}
	return s
}

func path(list []string, i int32) string {
	if i < 0 || int(i) >= len(list) {
		return "-"
	}
	return list[i]
}

func taskName(r *sim.Report, i int32) string {
	if i < 0 || int(i) >= len(r.TaskPaths) {
		return "world"
	}
	return r.TaskPaths[i]
}

// objectName is an object's label, with its number where it is not the first:
// "queue.mu" for "main:queue.mu.1".
func objectName(path string) string {
	if i := strings.LastIndexByte(path, ':'); i >= 0 {
		path = path[i+1:]
	}
	return strings.TrimSuffix(path, ".1")
}

// shortTasks are the last parts of the tasks' paths, or the whole where two would
// be alike.
func shortTasks(r *sim.Report) []string {
	seen := make(map[string]int)
	short := make([]string, len(r.TaskPaths))
	for i, p := range r.TaskPaths {
		short[i] = p[strings.LastIndexByte(p, '/')+1:]
		seen[short[i]]++
	}
	for i, p := range r.TaskPaths {
		if seen[short[i]] > 1 {
			short[i] = p
		}
	}
	return short
}
