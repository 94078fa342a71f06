package rt

// Probes tell the judge what the world cannot witness: words, never pointers.
// This file is the one table of them.

// Kind is a kind of probe.
type Kind uint16

// Probe reports one event of kind with up to three words, as Probes lists them.
func Probe(kind Kind, a, b, c uint64) {
	if world != nil {
		world.Probe(kind, a, b, c)
	}
}

// The probes.
const (
	ProbeNone      Kind = iota
	ProbeConnOpen       // a connection begins
	ProbeConnClose      // its owner let go of it, after the descriptor's close
	ProbeRequest        // a request head was parsed
	ProbeResponse       // a response's last byte left, or it was given up
	ProbeLogged         // an access log record was accepted or dropped
	ProbeOwner          // a connection changed hands
	ProbeState          // a connection began to wait in a state
	ProbeLoop           // a task declared that it must not block
	ProbeDrain          // the server decided to drain
	ProbeMemory         // an allocator was made, handed over, or ended
	ProbeBlock          // a block of payload left an allocator, or came back
	ProbePoolOpen       // a pool was made
	ProbePoolUse        // memory was taken out of a pool
	ProbePoolClose      // a pool was destroyed, after its children and cleanups
	probeEnd
)

// ProbeInfo describes one kind: what its words mean, who emits it, and the
// invariants that would be blind without it.
type ProbeInfo struct {
	Name       string
	Words      [3]string
	Emitter    string
	Invariants string
}

var probes = [probeEnd]ProbeInfo{
	ProbeNone:      {},
	ProbeConnOpen:  {"conn-open", [3]string{"connection", "descriptor", ""}, "core/stage accept", "I06 I24"},
	ProbeConnClose: {"conn-close", [3]string{"connection", "descriptor", "bytes sent"}, "core/stage close", "I06 I22 I24"},
	ProbeRequest:   {"request", [3]string{"connection", "sequence", "bytes of the head; 0 if refused"}, "core/stage read", "I19 I23"},
	ProbeResponse:  {"response", [3]string{"connection", "sequence", "bytes accepted"}, "core/stage write", "I22 I23"},
	ProbeLogged:    {"logged", [3]string{"connection", "sequence", "bytes accepted; all ones if dropped"}, "core/stage write", "I22 I23"},
	ProbeOwner:     {"owner", [3]string{"connection", "step", "0 to a loop, 1 to processors"}, "core/stage handoff", "I01 I32"},
	ProbeState:     {"state", [3]string{"connection", "state", "deadline"}, "core/stage park", "I13 I16 I17"},
	ProbeLoop:      {"loop", [3]string{"1 enters, 0 leaves", "", ""}, "core/stage loop", "I10"},
	ProbeDrain:     {"drain", [3]string{"deadline", "", ""}, "core/stage drain", "I31"},
	ProbeMemory:    {"memory", [3]string{"allocator", "1 made, 2 given, 3 taken, 4 ended", "bytes out"}, "core/mem owner", "I01 I06 I32"},
	ProbeBlock:     {"block", [3]string{"block", "1 out, 2 freed, 3 returned, 4 collected", "bytes"}, "core/mem allocator", "I01 I02 I03 I04 I06 I28"},
	ProbePoolOpen:  {"pool-open", [3]string{"pool", "its parent; 0: a root", "kind"}, "core/mem pool", "I01 I05"},
	ProbePoolUse:   {"pool-use", [3]string{"pool", "bytes", "the pool of the task's scope"}, "core/mem pool", "I01 I02 I05"},
	ProbePoolClose: {"pool-close", [3]string{"pool", "bytes taken out of it", "kind"}, "core/mem pool", "I01 I03 I05 I06"},
}

// Probes is the table: one row a kind, in order of kind.
func Probes() []ProbeInfo { return probes[:] }

// String is the kind's name.
func (k Kind) String() string {
	if k < probeEnd {
		return probes[k].Name
	}
	return "probe?"
}
