package netsim

// Faults: what the world does to a server, in one table. Each is something that
// Linux or a network does, with its cause; the numbers are the fault model's. A
// fault is drawn at a site that names the object and how often it could have
// struck there, so that a trace can say "the second read of this connection".
// What a fault does is in hooks.go and the files named strike_*.go; without a profile
// nothing is drawn.
//
// What is not here: a file that grows between fstat and read (F33) is no fault to a
// server that reads what fstat told; F23 (handlers), F24 (places in queues), F26 (draining)
// and F32 (takeover) are what scenarios draw; F17 has a part in clients. What clients of
// HTTP/2 do against their server (F27), and origins against the proxy before them (F29),
// is here so that it is drawn, counted and left out like the rest; who asks for it is a
// client (netsim/client/unruly.go) or an origin (fuzz/scenario/ills.go) that means to, and
// nobody else is excused because of it.

import (
	"slices"

	"brigade/sim"
)

type fault int

// The order is that of profiles in traces: new ones go to the end.
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
	faultStall
	faultCoalesce
	faultSkip
	faultStir
	faultControl
	faultPipe
	faultEcho
	faultBacklog
	faultBurst
	faultFinRides
	faultZeroWindow
	faultDribble
	faultGlue
	faultDeadline
	faultJump
	faultWall
	faultCoarse
	faultTie
	faultPage
	faultMemory
	faultStart
	faultPreempt
	faultLateReset
	faultLateDisk
	faultFileCut
	faultFileReplaced
	faultLogStall
	faultRapidReset
	faultContinuation
	faultPings
	faultSettings
	faultEmptyData
	faultUpdates
	faultSmallWindow
	faultHeaderBomb
	faultHalfFrame
	faultWrongStream
	faultBeyond
	faultGoAway
	faultPriorities
	faultAbandon
	faultStreamReset
	faultOriginEarly
	faultOriginCloses
	faultOriginSlow
	faultOriginCut
	faultOriginSick
	faultOriginLies
	faultCount
)

// Fault describes one kind of fault.
type Fault struct {
	Name   string  // in profiles, sites and traces
	Number string  // in the fault model
	Cause  string  // what does it in the real world
	Weight float64 // its usual chance, each time it could strike

	// What an innocent server may do because of it: Cut says that a response may stop
	// in the middle or never come, Also which statuses may stand in the place of the
	// right one, Slow that a client may run out of patience.
	Cut, Slow bool
	Also      []int
}

var (
	failing = []int{500, 503}      // the server's own resources are short
	late    = []int{408}           // the request took too long to arrive
	overdue = []int{408, 503}      // or to get a processor
	either  = []int{408, 500, 503} // both
)

var faultTable = [faultCount]Fault{
	faultShortRead:     {Name: "short-read", Number: "F01", Weight: 0.3, Cause: "segments arrive one by one; a read ends at any of their bounds"},
	faultShortWrite:    {Name: "short-write", Number: "F02", Weight: 0.3, Cause: "the send buffer or its memory pages run out in mid-call, inside any iovec element"},
	faultAgain:         {Name: "spurious-eagain", Number: "F03", Weight: 0.05, Cause: "memory pressure, or another reader took what was announced"},
	faultBatch:         {Name: "event-batch", Number: "F05", Weight: 0.1, Cause: "events came about in another order, or the batch was full"},
	faultWake:          {Name: "spurious-wake", Number: "F07", Weight: 0.02, Cause: "a waiter is woken for an event that is gone when it looks"},
	faultInterrupt:     {Name: "poll-eintr", Number: "F09", Weight: 0.05, Cause: "a signal handler ran while the task was going to sleep"},
	faultAccept:        {Name: "accept-error", Number: "F10", Weight: 0.05, Cause: "the peer left the backlog, or descriptors or memory are short"},
	faultSkew:          {Name: "accept-skew", Number: "F11", Weight: 0.2, Cause: "the address hash puts neighbours on one listener of a group"},
	faultReset:         {Name: "rst", Number: "F12", Weight: 0.005, Cause: "the peer's host, or a middlebox, resets the connection"},
	faultWindow:        {Name: "tiny-window", Number: "F14", Weight: 0.05, Cut: true, Also: late, Cause: "the peer's receive buffer is nearly full"},
	faultLose:          {Name: "reset-overtakes", Number: "F16", Weight: 0.5, Cause: "a reset overtakes the data sent before it"},
	faultJitter:        {Name: "jitter", Number: "F28", Weight: 0.2, Cause: "queues on the way; connections overtake one another"},
	faultShortSendfile: {Name: "short-sendfile", Number: "F33", Weight: 0.2, Cause: "the file's next page is not in memory"},
	faultSlowDisk:      {Name: "slow-disk", Number: "F34", Weight: 0.1, Cause: "a seek, a retry, a network file system"},
	faultDisk:          {Name: "disk-error", Number: "F34", Weight: 0.01, Cut: true, Also: failing, Cause: "a bad sector, or a table of the system is full"},
	faultLog:           {Name: "log-error", Number: "F35", Weight: 0.02, Cause: "the disk of the log is full or fails"},
	faultSignal:        {Name: "signal", Number: "F36", Weight: 0.02, Cause: "a signal comes for a task that sleeps in a call"},
	faultStall:         {Name: "stalled-write", Number: "F03", Weight: 0.01, Cause: "the machine's memory for sockets (tcp_mem) is used up: for a while no write gets in, then all do"},
	faultCoalesce:      {Name: "coalesced", Number: "F04", Weight: 0.1, Cause: "interrupts are moderated: what arrives within a moment is reported as one"},
	faultSkip:          {Name: "fd-skip", Number: "F06", Weight: 0.05, Cause: "another thread of the process holds the lowest descriptor number for a moment"},
	faultStir:          {Name: "spurious-signal", Number: "F07", Weight: 0.05, Cause: "a condition's futex is woken by a signal or by its neighbour"},
	faultControl:       {Name: "poll-error", Number: "F08", Weight: 0.02, Cut: true, Also: failing, Cause: "no kernel memory for a watch, or the user has too many (max_user_watches)"},
	faultPipe:          {Name: "small-pipe", Number: "F09", Weight: 0.8, Cause: "the user has too many pipes (pipe-user-pages-soft), so a new one has one page; or its reader was off the processor for long, and it is nearly full"},
	faultEcho:          {Name: "wake-again", Number: "F09", Weight: 0.1, Cause: "two wakeups raced: the second comes when the first has been served"},
	faultBacklog:       {Name: "backlog-overflow", Number: "F10", Weight: 0.03, Slow: true, Cause: "the accept queue is full, so the handshake is dropped and tried again"},
	faultBurst:         {Name: "accept-flood", Number: "F11", Weight: 0.3, Cause: "a link comes back, and all who waited connect at once"},
	faultFinRides:      {Name: "fin-with-data", Number: "F13", Weight: 0.1, Cause: "the last data and FIN share a segment"},
	faultZeroWindow:    {Name: "zero-window", Number: "F14", Weight: 0.01, Cut: true, Slow: true, Also: late, Cause: "the peer's process is stopped, so its window stays shut"},
	faultDribble:       {Name: "dribble", Number: "F15", Weight: 0.02, Cut: true, Also: late, Cause: "a bad link: some bytes at a time, with long gaps"},
	faultGlue:          {Name: "glued", Number: "F17", Weight: 0.1, Cause: "Nagle's algorithm with delayed acknowledgements: several writes leave as one segment"},
	faultDeadline:      {Name: "at-deadline", Number: "F18", Weight: 0.05, Cut: true, Also: late, Cause: "bytes arrive in the very moment in which a timer expires"},
	faultJump:          {Name: "clock-jump", Number: "F19", Weight: 0.01, Cut: true, Slow: true, Also: overdue, Cause: "the virtual machine was paused, or the process stopped"},
	faultWall:          {Name: "wall-step", Number: "F19", Weight: 0.05, Cause: "an operator or NTP sets the time of day"},
	faultCoarse:        {Name: "coarse-clock", Number: "F19", Weight: 0.3, Cause: "the clock moves in ticks (CLOCK_MONOTONIC_COARSE)"},
	faultTie:           {Name: "same-instant", Number: "F20", Weight: 0.1, Cause: "timer interrupts and packets are handled in one go"},
	faultPage:          {Name: "page-refused", Number: "F21", Weight: 0.02, Cut: true, Also: failing, Cause: "the budget for buffers is used up"},
	faultMemory:        {Name: "no-memory", Number: "F22", Weight: 0.01, Cut: true, Also: failing, Cause: "the kernel has no memory for another descriptor's object"},
	faultStart:         {Name: "late-start", Number: "F25", Weight: 0.1, Cause: "a new thread waits for its first turn"},
	faultPreempt:       {Name: "preempted", Number: "F25", Weight: 0.005, Cause: "the control group's processor time is used up while a thread enters a call"},
	faultLateReset:     {Name: "late-reset", Number: "F30", Weight: 0.02, Cause: "the peer cancels when all it asked for has been acknowledged"},
	faultLateDisk:      {Name: "late-disk", Number: "F31", Weight: 0.01, Cut: true, Slow: true, Also: either, Cause: "a disk that spins up, or a server of files that restarts: the read ends when nobody waits for it any more"},
	faultFileCut:       {Name: "file-cut", Number: "F33", Weight: 0.02, Cut: true, Cause: "the file is cut and written anew while it is sent"},
	faultFileReplaced:  {Name: "file-replaced", Number: "F33", Weight: 0.05, Cause: "a copy was renamed over the file: the name has another inode"},
	faultLogStall:      {Name: "log-stall", Number: "F35", Weight: 0.02, Cause: "the log's disk or pipe takes nothing for seconds"},

	faultRapidReset:   {Name: "h2-rapid-reset", Number: "F27", Weight: usualMisuse, Cause: "an attacker begins streams and resets each at once (CVE-2023-44487)"},
	faultContinuation: {Name: "h2-continuation", Number: "F27", Weight: usualMisuse, Cause: "an attacker sends a field block that does not end (CVE-2024-27316)"},
	faultPings:        {Name: "h2-pings", Number: "F27", Weight: usualMisuse, Cause: "an attacker sends PING after PING (CVE-2019-9512)"},
	faultSettings:     {Name: "h2-settings", Number: "F27", Weight: usualMisuse, Cause: "an attacker sends SETTINGS after SETTINGS, each to be acknowledged (CVE-2019-9515)"},
	faultEmptyData:    {Name: "h2-empty-data", Number: "F27", Weight: usualMisuse, Cause: "an attacker sends DATA frames without data (CVE-2019-9518)"},
	faultUpdates:      {Name: "h2-updates", Number: "F27", Weight: usualMisuse, Cause: "an attacker opens windows by a byte at a time, for nothing"},
	faultSmallWindow:  {Name: "h2-small-window", Number: "F27", Weight: usualMisuse, Cause: "an attacker takes a response byte by byte (CVE-2019-9517)"},
	faultHeaderBomb:   {Name: "h2-header-bomb", Number: "F27", Weight: usualMisuse, Cause: "an attacker repeats a long field that is in the table of field compression (CVE-2016-6581)"},
	faultHalfFrame:    {Name: "h2-half-frame", Number: "F27", Weight: usualMisuse, Cause: "a client stops in the middle of a frame, for good or until it is told"},
	faultWrongStream:  {Name: "h2-wrong-stream", Number: "F27", Weight: usualMisuse, Cause: "a client has lost count of its streams"},
	faultBeyond:       {Name: "h2-beyond", Number: "F27", Weight: usualMisuse, Cause: "a client sends more content than it has said, less, or more than there is room for"},
	faultGoAway:       {Name: "h2-goaway", Number: "F27", Weight: usualMisuse, Cause: "a client that is about to end says so while it is answered"},
	faultPriorities:   {Name: "h2-priorities", Number: "F27", Weight: usualMisuse, Cause: "an attacker has streams change their priority all the time (CVE-2019-9513)"},
	faultAbandon:      {Name: "h2-abandon", Number: "F27", Weight: usualMisuse, Cause: "a client begins streams, opens no window, and is gone or silent"},
	faultStreamReset:  {Name: "h2-reset", Number: "F27", Weight: usualMisuse, Cause: "a client has lost interest in a response, at any byte of it"},

	faultOriginEarly:  {Name: "origin-early", Number: "F29", Weight: usualMisuse, Cause: "a backend answers, or hangs up, before it has heard all of the request"},
	faultOriginCloses: {Name: "origin-closes", Number: "F29", Weight: usualMisuse, Cause: "a backend says keep-alive and closes, as a worker does that has served enough"},
	faultOriginSlow:   {Name: "origin-slow", Number: "F29", Weight: usualMisuse, Cause: "a backend's content comes in pieces with long gaps: it waits for a database"},
	faultOriginCut:    {Name: "origin-cut", Number: "F29", Weight: usualMisuse, Cause: "a backend's process dies in the middle of an answer"},
	faultOriginSick:   {Name: "origin-sick", Number: "F29", Weight: usualMisuse, Cause: "a backend is overloaded: it takes connections and says nothing, or resets each for a while"},
	faultOriginLies:   {Name: "origin-lies", Number: "F29", Weight: usualMisuse, Cause: "a backend's answer is longer than it says, or is no HTTP"},
}

// usualMisuse is the chance of who means to misbehave, each time it is asked.
const usualMisuse = 0.5

// Faults is the table, in the order of Fired.
func Faults() []Fault { return append([]Fault(nil), faultTable[:]...) }

// draws counts, for one object, how often each fault could have struck.
type draws [faultCount]uint32

// faults is the state of a run's faults.
type faults struct {
	profile Profile
	aimed   bool // the profile has strikes
	any     bool // something may strike
	clock   bool // how coarse the clock is was drawn
	offered [faultCount]uint32
	fired   [faultCount]uint32
	common  draws // of what has no object
}

func (f *faults) begin(p Profile) {
	*f = faults{profile: p}
	f.set(p)
}

// set makes p the profile from now on.
func (f *faults) set(p Profile) {
	f.profile, f.aimed = p, len(p.strikes) > 0
	f.any = f.aimed || len(p.events) > 0
	for _, chance := range p.chance {
		f.any = f.any || chance > 0
	}
}

// draw asks whether fault x strikes object now: 0, or which of its forms below n.
func (n *Net) draw(x fault, object int32, d *draws, forms uint64) uint64 {
	f := &n.faults
	chance := f.profile.chance[x]
	if chance == 0 && !f.aimed {
		return 0
	}
	f.offered[x]++
	v := f.profile.aimed(x, f.offered[x])
	if v == 0 && chance > 0 {
		d[x]++
		v = n.s.Draw(sim.Site{Fault: faultTable[x].Name, Object: object, N: d[x]}, forms, chance)
	}
	if v != 0 {
		v = min(v, forms-1)
		f.fired[x]++
	}
	return v
}

// can reports whether fault x may strike in this run by a draw.
func (n *Net) can(x fault) bool { return n.faults.profile.chance[x] > 0 || n.faults.aimed }

// Fired tells how often each fault of the table struck in the last run. Whoever counts
// over runs adds these up: fuzz.FaultCounts does.
func (n *Net) Fired() []uint32 { return slices.Clone(n.faults.fired[:]) }

// Offered tells how often each fault of the table could have struck in the last run,
// among those that the run's profile had.
func (n *Net) Offered() []uint32 { return slices.Clone(n.faults.offered[:]) }
