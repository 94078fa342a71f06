package dpor

import "brigade/sim/hb"

// tasks numbers tasks by their paths, the same in all executions; a run numbers
// them in the order in which they were spawned, which is the schedule's.
type tasks struct {
	known map[uint64]int32
	proc  []int32 // of the execution's tasks
}

func (t *tasks) begin() { t.proc = t.proc[:0] }

// learn takes in the log's new tasks.
func (t *tasks) learn(log *hb.Log) {
	if t.known == nil {
		t.known = make(map[uint64]int32)
	}
	for len(t.proc) < len(log.Tasks) {
		path := log.Tasks[len(t.proc)].Path
		p, ok := t.known[path]
		if !ok {
			p = int32(len(t.known))
			t.known[path] = p
		}
		t.proc = append(t.proc, p)
	}
}
