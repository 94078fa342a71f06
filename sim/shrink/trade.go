package shrink

// Trading: a draw is often needed only because the switches were placed for it.
// So draws are left out once more, with a switch at a place like its own in the
// run that comes of that: the same operation on an object of the same label.

import (
	"strings"

	"brigade/sim/schedule"
)

// trade leaves out draws and replaces one switch in the same step. True: it
// helped.
func (m *minimizer) trade() bool {
	d := m.base.Departures
	for _, kind := range []func(*schedule.Departure) bool{isInput, isFault} {
		if n := m.count(kind); n > 1 && m.replace(m.without(kind, 0, n)) {
			return true
		}
	}
	for i := range d {
		if !isSwitch(&d[i]) && m.replace(cat(d[:i], d[i+1:])) {
			return true
		}
	}
	return false
}

// replace tries list, in which some draws are left out, with each of its switches
// at each place like it.
func (m *minimizer) replace(list []schedule.Departure) bool {
	if m.stopped() {
		return false
	}
	points := arrivalsOf(m.execute(list, true))
	for j := range list {
		if !isSwitch(&list[j]) {
			continue
		}
		for i := range points {
			if alike(points[i].key, list[j].Key) && m.place(list, j, &points[i]) {
				return true
			}
		}
	}
	return false
}

// place tries list with its j-th departure at a, to each of the tasks there; the
// one it went to first.
func (m *minimizer) place(list []schedule.Departure, j int, a *arrival) bool {
	other := cat(list)
	other[j].Key = a.key
	if m.improve(other) {
		return true
	}
	for _, t := range a.others {
		if int(t) >= len(m.base.TaskPaths) || m.stopped() {
			return false
		}
		other := cat(other)
		other[j].Value = m.base.TaskPaths[t]
		if m.improve(other) {
			return true
		}
	}
	return false
}

// alike reports whether two keys are of one operation on objects of one label.
func alike(a, b schedule.Key) bool { return a.Op == b.Op && label(a.Object) == label(b.Object) }

// label is what an object is called: "inbox.head" of "main:inbox.head.2".
func label(path string) string {
	path = path[strings.LastIndexByte(path, ':')+1:]
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		path = path[:i]
	}
	return path
}
