package shrink

// Moving a switch: to where the task it leaves could not go on anyway, or to the
// operation on what the tasks contend for, so that a reader sees the switch
// where it matters.

import (
	"brigade/sim/schedule"
)

// reach is how many operations of its task a switch is moved, each way.
const reach = 24

// move tries other places for each switch, and other tasks to go on with.
func (m *minimizer) move() {
	for i := 0; i < len(m.base.Departures) && !m.stopped(); i++ {
		d := m.base.Departures[i]
		if !isSwitch(&d) {
			continue
		}
		m.earlier(i)
		if i >= len(m.base.Departures) {
			return
		}
		d = m.base.Departures[i]
		for _, k := range m.places(d.Key) {
			list := cat(m.base.Departures)
			list[i].Key = k
			if m.improve(list) {
				break
			}
		}
	}
}

// earlier moves the i-th departure to an earlier time at which its task did the
// same, so that less happens before.
func (m *minimizer) earlier(i int) {
	for i < len(m.base.Departures) {
		d := m.base.Departures[i]
		if !isSwitch(&d) || !m.sooner(i, d.Key.N) {
			return
		}
	}
}

func (m *minimizer) sooner(i int, now uint32) bool {
	for _, n := range []uint32{1, now / 2, now - 1} {
		if n == 0 || n >= now {
			continue
		}
		list := cat(m.base.Departures)
		list[i].Key.N = n
		if m.improve(list) {
			return true
		}
	}
	return false
}

// places are the keys at which k's task arrived around k, nearest first.
func (m *minimizer) places(k schedule.Key) []schedule.Key {
	var own []schedule.Key
	at := -1
	for _, x := range m.base.Keys() {
		if x.Task != k.Task {
			continue
		}
		if x == k {
			at = len(own)
		}
		own = append(own, x)
	}
	if at < 0 {
		at = len(own)
	}
	var near []schedule.Key
	for j := 1; j <= reach; j++ {
		if at+j < len(own) {
			near = append(near, own[at+j])
		}
		if at-j >= 0 {
			near = append(near, own[at-j])
		}
	}
	return near
}
