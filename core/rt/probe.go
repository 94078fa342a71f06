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
	ProbeNone        Kind = iota
	ProbeConnOpen         // a connection begins
	ProbeConnClose        // its owner let go of it, after the descriptor's close
	ProbeRequest          // a request head was parsed
	ProbeResponse         // a response's last byte left, or it was given up
	ProbeLogged           // an access log record was accepted or dropped
	ProbeOwner            // a connection is handed on; its giver is done with it
	ProbeTaken            // a task took it out of the handoff
	ProbeState            // a connection began to wait in a state
	ProbeEvent            // an event reached a connection that waits
	ProbeShed             // a connection that is idle has to end before its time
	ProbeReset            // an object that is used again is as one that never was
	ProbeLoop             // a task declared that it must not block
	ProbeLimit            // what a server was configured to keep within
	ProbeDrain            // the server decided to drain
	ProbeTotal            // what a server has counted, at its end
	ProbeMemory           // an allocator was made, handed over, or ended
	ProbeBlock            // a block of payload left an allocator, or came back
	ProbePoolOpen         // a pool was made
	ProbePoolUse          // memory was taken out of a pool
	ProbePoolClose        // a pool was destroyed, after its children and cleanups
	ProbeFilter           // a task calls a filter, or is back from it
	ProbeFar              // a connection has another end, of which it waits to hear
	ProbeTunnel           // from now on bytes go from end to end
	ProbeSession          // a connection speaks HTTP/2 from now on
	ProbeStreamOpen       // a stream of one begins, or a handler that streams
	ProbeStreamClose      // its home let go of it
	ProbeBuffer           // the right to an I/O buffer is waited for, goes out, or comes back
	ProbeWindow           // what a session that waits takes a window to be
	ProbeFetch            // a backend works for a connection or stream from now on, or no more
	ProbeStats            // a snapshot of a server begins, or says something
	ProbeCache            // an object of a cache, or one who reads it, has come to something
	ProbeTurn             // a stream of a session has something to send, or no more; DATA of it is framed
	ProbeRuin             // the response of one can neither go on nor end well
	probeEnd
)

// Kinds is the number of kinds; a Kind is below it.
const Kinds = int(probeEnd)

// ProbeInfo describes one kind: what its words mean, which functions emit it, as
// package and name, and the invariants that would be blind without it.
type ProbeInfo struct {
	Name       string
	Words      [3]string
	Emitter    string
	Invariants string
}

var probes = [probeEnd]ProbeInfo{
	ProbeNone:      {},
	ProbeConnOpen:  {"conn-open", [3]string{"connection", "descriptor", ""}, "core/stage admit", "I02 I15 I24"},
	ProbeConnClose: {"conn-close", [3]string{"connection", "descriptor", "bytes sent"}, "core/stage finish", "I02 I15 I22 I24"},
	ProbeRequest:   {"request", [3]string{"connection", "sequence", "bytes of the head; 0 if refused"}, "core/stage began, core/stage detach", "I19 I23"},
	ProbeResponse:  {"response", [3]string{"connection", "sequence", "bytes accepted"}, "core/stage answered, core/stage noted, core/stage settled", "I22 I23"},
	ProbeLogged:    {"logged", [3]string{"connection", "sequence", "bytes accepted; all ones if dropped"}, "core/stage log", "I22 I23"},
	ProbeOwner:     {"owner", [3]string{"connection", "step", "number of the loop it goes to; 0: the processors' queue"}, "core/stage dispatch, core/stage hand", "I01 I12 I32"},
	ProbeTaken:     {"taken", [3]string{"connection", "step", "number of the task"}, "core/stage take", "I01 I12 I32"},
	ProbeState:     {"state", [3]string{"connection", "state", "deadline"}, "core/stage abide, core/stage expect, core/stage stand, core/stage times", "I13 I16 I17 I26 I33"},
	ProbeEvent:     {"event", [3]string{"connection", "token", "events"}, "core/stage event, core/stage signalled", "I14"},
	ProbeShed:      {"shed", [3]string{"connection", "", ""}, "core/stage shed", "I16 I17"},
	ProbeReset:     {"reset", [3]string{"class of object", "1 new, 0 used again", "digest"}, "core/httpconn tell", "I21"},
	ProbeLoop:      {"loop", [3]string{"1 enters, 0 leaves", "leaving: connections still in it", "leaving: timers still armed"}, "core/stage turn", "I06 I10"},
	ProbeLimit:     {"limit", [3]string{"which", "value", "of buffers, those kept beside"}, "core/iobuf Tell, core/stage Resize, core/stage announce", "I24 I28"},
	ProbeDrain:     {"drain", [3]string{"deadline", "", ""}, "core/stage Drain", "I31"},
	ProbeTotal:     {"total", [3]string{"which", "value", ""}, "core/stage report", "I22 I24 I31"},
	ProbeMemory: {
		"memory",
		[3]string{"allocator", "1 made, 2 given, 3 taken, 4 ended, 5 touched out of turn, 6 met with another's, 7 a dead bucket of it used", "bytes out; with 6, the other; with 7, 1: destroyed again"},
		"core/mem Dead, core/mem End, core/mem Enter, core/mem Foreign, core/mem Give, core/mem Init, core/mem Take, core/mem mine", "I01 I02 I03 I04 I06 I32",
	},
	ProbeBlock:       {"block", [3]string{"block", "1 out, 2 freed, 3 returned, 4 collected", "bytes"}, "core/mem Collect, core/mem Return, core/mem bug, core/mem release, core/mem told", "I01 I02 I03 I06 I28"},
	ProbePoolOpen:    {"pool-open", [3]string{"pool", "its parent; 0: a root", "kind"}, "core/mem Child, core/mem NewPool", "I01 I05"},
	ProbePoolUse:     {"pool-use", [3]string{"pool", "bytes", "the pool of the task's scope"}, "core/mem confess, core/mem count, core/mem misplaced", "I01 I02 I05"},
	ProbePoolClose:   {"pool-close", [3]string{"pool", "bytes taken out of it", "kind"}, "core/mem Destroy, core/mem confess", "I01 I03 I05 I06"},
	ProbeFilter:      {"filter", [3]string{"1 calls, 0 is back", "the filter's name, as Letters", "the rest of it"}, "core/filter enter, core/filter leave", "I10"},
	ProbeFar:         {"far", [3]string{"connection", "descriptor of the other end; all ones: there is none, a handler is it", ""}, "core/stage appoint, core/stage dial, core/stage occupy", "I14 I19"},
	ProbeTunnel:      {"tunnel", [3]string{"connection", "bytes held for the other end", "bytes held for the client"}, "core/stage open, core/stage unfold", "I19 I28"},
	ProbeSession:     {"session", [3]string{"connection", "", ""}, "core/stage greet", "I19 I23"},
	ProbeStreamOpen:  {"stream-open", [3]string{"stream", "its connection; 0: it is a feed", "its number there; 0: that has no session"}, "core/stage detach, core/stage feeds, core/stage opens, core/stage sends", "I24 I31"},
	ProbeStreamClose: {"stream-close", [3]string{"stream", "its connection", "bytes accepted"}, "core/stage ends, core/stage reunite, core/stage unfeed", "I22 I24 I31"},
	ProbeBuffer: {
		"buffer",
		[3]string{"who waits; 0: whoever is running", "1 out, 2 back, 3 joins, 4 leaves, 5 granted, 6 revoked, 7 taken, 8 passed on, 9 refused", "side: 0 frees, 1 fills"},
		"core/iobuf tell", "I12 I24 I27 I28 I35",
	},
	ProbeWindow: {
		"window",
		[3]string{"connection or stream", "what it may send, and may be sent, 32 bits each", "of a connection without streams: bytes used up, and not given back"},
		"core/stage attest", "I25",
	},
	ProbeCache: {"cache", [3]string{"object", "a reader's number, 24 bits, or 0, and what, 8 bits (rt.CacheAsked and those behind it)", "bytes of content: that came, or were read; of a head, how many there will be, all ones if it does not say; of ends, in all, with how it ended below"}, "core/cache tell", "I36"},
	ProbeTurn: {
		"turn",
		[3]string{"stream; 0: nobody's", "1 it has something to send, 2 it has no more, 3 a frame of it is made", "with 3, bytes"},
		"core/http2 Data, core/http2 Offer, core/http2 Withdraw", "I12 I27",
	},
	ProbeRuin:  {"ruin", [3]string{"connection or stream", "", ""}, "core/stage cancel, core/stage ruin", "I18 I27"},
	ProbeFetch: {"fetch", [3]string{"connection or stream", "descriptor of the backend's end; all ones: it has none any more", "who has handed it over, or to whom it is; 0: nobody"}, "core/stage attach, core/stage detaches, core/stage letGo", "I07 I14 I19"},
	ProbeStats: {"stats", [3]string{"which total; 0: it begins", "value", "number of the snapshot; 0: there will be some; all ones: the last of all"}, "core/stage Snapshot, core/stage announce, core/stage vouch", "I24"},
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
