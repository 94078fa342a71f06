package invariants

import (
	"fmt"

	"brigade/core/rt"
	"brigade/sim"
)

// judge is what every checker has: the run.
type judge struct{ s *sim.Sim }

// Quiet implements property for those who have nothing to say then.
func (j *judge) Quiet() {}

// End implements property for those who have nothing to say then.
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

// refused is how many pages the world has refused so far.
func (j *judge) refused() int {
	if j.s == nil {
		return 0
	}
	return j.s.Refused()
}

// now is the time of a probe's event: the event has what the task read from its clock,
// which may be coarse.
func (j *judge) now(e *sim.Event) rt.Instant {
	if j.s == nil {
		return e.Time
	}
	return j.s.Clock()
}

// leapt is by how much the clock has jumped so far, which nobody had to do anything in.
func (j *judge) leapt() rt.Instant {
	if j.s == nil {
		return 0
	}
	return j.s.Leapt()
}

func (j *judge) who(task int32) string { return j.s.TaskPath(task) }

// fd is the descriptor that a call acts on.
func fd(e *sim.Event) int32 { return int32(uint32(e.A)) }

// told is the descriptor that a connection's first and last probe tell of.
func told(e *sim.Event) int32 { return int32(uint32(e.B)) }

// kind is the kind of a probe.
func kind(e *sim.Event) rt.Kind { return rt.Kind(e.Object) }

// EINTR, EBADF and EAGAIN, which both kernels number as Linux does.
const (
	interrupted   = 4
	badDescriptor = 9
	tryAgain      = 11
)

// firstMade is the lowest descriptor that a call makes: 0 to 2 are the standard
// ones. What has a lower result made none (changes of the tree of files).
const firstMade = 3

// calls are all system calls; naming, the kinds of probes whose first word is a
// connection, or a stream of one's session; signs, those that show that a server's task has gone on.
var (
	calls  = every(rt.OpListen, rt.OpPage)
	signs  = append([]rt.Kind{rt.ProbeReset, rt.ProbeLoop, rt.ProbeLimit, rt.ProbeDrain, rt.ProbeTotal}, naming...)
	naming = []rt.Kind{
		rt.ProbeConnOpen, rt.ProbeConnClose, rt.ProbeRequest, rt.ProbeResponse, rt.ProbeLogged,
		rt.ProbeOwner, rt.ProbeTaken, rt.ProbeState, rt.ProbeEvent, rt.ProbeShed, rt.ProbeFar, rt.ProbeTunnel,
		rt.ProbeSession, rt.ProbeStreamOpen, rt.ProbeStreamClose, rt.ProbeFetch,
	}
)

func every(first, end rt.Op) (list []rt.Op) {
	for x := first; x < end; x++ {
		list = append(list, x)
	}
	return list
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
func names(k rt.Kind) bool { return int(k) < rt.Kinds && namesOne[k] }

var namesOne = func() (is [rt.Kinds]bool) {
	for _, k := range naming {
		is[k] = true
	}
	return is
}()
