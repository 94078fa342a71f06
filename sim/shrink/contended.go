package shrink

// Contention: a switch at an operation on what only one task uses commutes with
// what follows, so it is worth nothing there.

import "brigade/sim"

// contended are the paths of the objects that more than one task used in r.
func contended(r *sim.Report) map[string]bool {
	user := make(map[int32]int32)
	shared := make(map[string]bool)
	for i := range r.Events {
		e := &r.Events[i]
		if e.Object < 0 || !e.Acts() {
			continue
		}
		if u, ok := user[e.Object]; !ok {
			user[e.Object] = e.Task
		} else if u != e.Task {
			shared[r.ObjectPaths[e.Object]] = true
		}
	}
	return shared
}
