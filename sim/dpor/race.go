package dpor

// Races that can be turned around: two operations of different tasks that
// conflict, where the later could have been performed before the earlier. For
// what may have to wait (a lock's acquire) the operation before which it could
// go is not the release that let it go on but the acquire before that.

import "brigade/sim/hb"

// reversals calls f for each event i that event k races with, the latest first:
// i conflicts with k, is in its past by that alone, and k was possible in i's
// stead. Races that turn up once a later one is turned around are left out.
func (t *trace) reversals(k int, found []int, f func(i int)) []int {
	found = found[:0]
	e := t.event(k)
	for _, a := range e.Accesses() {
		uses := t.use[a.Object]
		for x := len(uses) - 1; x >= 0; x-- {
			i := uses[x].event
			if i >= k || !hb.Conflict(uses[x].access.Mode, a.Mode) || t.beforeBase(i, k) || t.log.Events[i].Task == e.Task {
				continue
			}
			if t.covered(i, found) || !t.enabledWithout(i, k) {
				continue
			}
			found = append(found, i)
			f(i)
		}
	}
	return found
}

// covered reports whether i happens before one of found, or is it.
func (t *trace) covered(i int, found []int) bool {
	for _, g := range found {
		if t.before(i, g) {
			return true
		}
	}
	return false
}
