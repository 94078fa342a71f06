package invariants

import (
	"fmt"

	"brigade/core/rt"
	"brigade/sim"
)

// judge is what every checker has: the run, and the process whose calls it looks
// at.
type judge struct {
	s       *sim.Sim
	process uint64
}

func watching(process int32) judge { return judge{process: uint64(uint32(process))} }

// Quiet implements sim.Observer for those who have nothing to say then.
func (j *judge) Quiet() {}

// End implements sim.Observer for those who have nothing to say then.
func (j *judge) End() {}

// fail ends the run. Of several failures the first counts.
func (j *judge) fail(invariant, format string, args ...any) {
	if !j.s.Failed() {
		j.s.Fail(sim.Property, invariant, fmt.Sprintf(format, args...))
	}
}

// excused reports whether the world holds tasks up, or has just moved the clock on, so
// that nobody is to blame for being late.
func (j *judge) excused() bool { return j.s != nil && j.s.Excused() }

// now is the time of a probe's event: the event has what the task read from its clock,
// which may be coarse.
func (j *judge) now(e *sim.Event) rt.Instant {
	if j.s == nil {
		return e.Time
	}
	return j.s.Clock()
}

func (j *judge) who(task int32) string { return j.s.TaskPath(task) }

// mine reports whether a call is one of the server's process.
func (j *judge) mine(e *sim.Event) bool { return e.A>>32 == j.process }

// fd is the descriptor that a call acts on.
func fd(e *sim.Event) int32 { return int32(uint32(e.A)) }

// told is the descriptor that a connection's first and last probe tell of.
func told(e *sim.Event) int32 { return int32(uint32(e.B)) }

// kind is the kind of a probe.
func kind(e *sim.Event) rt.Kind { return rt.Kind(e.Object) }

// badDescriptor is EBADF, which both kernels number as Linux does.
const badDescriptor = 9

// firstMade is the lowest descriptor that a call makes: 0 to 2 are the standard
// ones. What has a lower result made none (changes of the tree of files).
const firstMade = 3

// probed are all system calls, and probes.
var probed = append(list(rt.OpListen, rt.OpPipe), rt.OpProbe)

func list(first, last rt.Op) (ops []rt.Op) {
	for op := first; op <= last; op++ {
		ops = append(ops, op)
	}
	return ops
}

// made is the descriptor that a call made; false: it made none. Of a pipe it is
// the end for reading: the event does not tell the other.
func made(e *sim.Event) (int32, bool) {
	switch e.Op {
	case rt.OpListen, rt.OpAccept, rt.OpOpen, rt.OpPoller, rt.OpEventFD, rt.OpPipe:
		return int32(e.B), e.C == 0 && int64(e.B) >= firstMade
	case rt.OpConnect:
		return int32(e.B), int64(e.B) >= firstMade // with EINPROGRESS, too
	}
	return -1, false
}

// moved is how many bytes a call moved.
func moved(e *sim.Event) int64 {
	if e.C != 0 {
		return 0
	}
	return max(int64(e.B), 0)
}

// names reports whether the first word of a probe is a connection.
func names(k rt.Kind) bool {
	switch k {
	case rt.ProbeConnOpen, rt.ProbeConnClose, rt.ProbeRequest, rt.ProbeResponse, rt.ProbeLogged, rt.ProbeOwner, rt.ProbeState:
		return true
	}
	return false
}
