package netsim

// Faults: what the world does to a server, in one table. Each is something that
// Linux or a network does, with its cause; the numbers are the fault model's. A
// fault is drawn at a site that names the object and how often it could have
// struck there, so that a trace can say "the second read of this connection".
// What a fault does is in hooks.go; without a profile nothing is drawn.

import "brigade/sim"

type fault int

const (
	faultShortRead fault = iota
	faultShortWrite
	faultAgain
	faultBatch
	faultWake
	faultInterrupt
	faultAccept
	faultSkew
	faultReset
	faultWindow
	faultLose
	faultJitter
	faultShortSendfile
	faultSlowDisk
	faultDisk
	faultLog
	faultSignal
	faultCount
)

// Fault describes one kind of fault.
type Fault struct {
	Name   string  // in profiles, sites and traces
	Number string  // in the fault model
	Cause  string  // what does it in the real world
	Weight float64 // its usual chance, each time it could strike
}

var faultTable = [faultCount]Fault{
	faultShortRead:     {"short-read", "F01", "segments arrive one by one; a read ends at any of their bounds", 0.3},
	faultShortWrite:    {"short-write", "F02", "the send buffer or its memory pages run out in mid-call, inside any iovec element", 0.3},
	faultAgain:         {"spurious-eagain", "F03", "memory pressure, or another reader took what was announced", 0.05},
	faultBatch:         {"event-batch", "F05", "events came about in another order, or the batch was full", 0.1},
	faultWake:          {"spurious-wake", "F07", "a waiter is woken for an event that is gone when it looks", 0.02},
	faultInterrupt:     {"poll-eintr", "F09", "a signal handler ran while the task was going to sleep", 0.05},
	faultAccept:        {"accept-error", "F10", "the peer left the backlog, or descriptors or memory are short", 0.05},
	faultSkew:          {"accept-skew", "F11", "the address hash puts neighbours on one listener of a group", 0.2},
	faultReset:         {"rst", "F12", "the peer's host, or a middlebox, resets the connection", 0.005},
	faultWindow:        {"tiny-window", "F14", "the peer's receive buffer is nearly full", 0.05},
	faultLose:          {"reset-overtakes", "F16", "a reset overtakes the data sent before it", 0.5},
	faultJitter:        {"jitter", "F28", "queues on the way; connections overtake one another", 0.2},
	faultShortSendfile: {"short-sendfile", "F33", "the file's next page is not in memory", 0.2},
	faultSlowDisk:      {"slow-disk", "F34", "a seek, a retry, a network file system", 0.1},
	faultDisk:          {"disk-error", "F34", "a bad sector, or a table of the system is full", 0.01},
	faultLog:           {"log-error", "F35", "the disk of the log is full or fails", 0.02},
	faultSignal:        {"signal", "F36", "a signal comes for a task that sleeps in a call", 0.02},
}

// Faults is the table, in the order of Fired.
func Faults() []Fault { return append([]Fault(nil), faultTable[:]...) }

// draws counts, for one object, how often each fault could have struck.
type draws [faultCount]uint32

// faults is the state of a run's faults.
type faults struct {
	profile Profile
	offered [faultCount]uint32
	fired   [faultCount]uint32
	common  draws // of what has no object
}

func (f *faults) begin(p Profile) { *f = faults{profile: p} }

// draw asks whether fault x strikes object now: 0, or which of its forms below n.
func (n *Net) draw(x fault, object int32, d *draws, forms uint64) uint64 {
	chance := n.faults.profile.chance[x]
	if chance == 0 {
		return 0
	}
	d[x]++
	n.faults.offered[x]++
	v := n.s.Draw(sim.Site{Fault: faultTable[x].Name, Object: object, N: d[x]}, forms, chance)
	if v != 0 {
		n.faults.fired[x]++
	}
	return v
}

// Fired tells how often each fault of the table struck in the last run.
func (n *Net) Fired() []uint32 { return append([]uint32(nil), n.faults.fired[:]...) }

// Offered tells how often each fault of the table was drawn for in the last run.
func (n *Net) Offered() []uint32 { return append([]uint32(nil), n.faults.offered[:]...) }
