package netsim

// Net is the kernel as the scheduler sees it: Submit and Ready say whether a call
// can complete, Do completes it. All of it runs in the scheduler's context.

import (
	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/sim"
)

// Net is one simulated machine with its processes, wires and files. It
// implements sim.World. Processes and files are made outside runs.
type Net struct {
	cfg       Config
	s         *sim.Sim
	processes []*Process
	tree      tree

	files    arena[file]
	sockets  arena[socket]
	polls    arena[poll]
	watches  arena[watch]
	counters arena[counter]
	pipes    arena[pipe]
	spare    *watch   // ended ones, linked by next
	buffers  [][]byte // free ring buffers

	listeners   []*socket  // in order of Listen
	connections []*socket  // the connecting ends, in order of Connect
	sleepers    []*sleeper // by task
	due         []*wire    // wires whose first packet has arrived
	port        uint16     // last ephemeral port given out
	disk        int32      // what calls wait for that take time; none yet: -1
	processor   int32      // what tasks wait for that do not get one; none yet: -1
	running     bool
	faults      faults
	leader      *Answer // to the call that comes; nil: none is followed
	leads       bool    // some call of this run was followed
	followed    [extraCount]int
}

var _ sim.World = (*Net)(nil)

// New makes a machine without processes and with an empty root directory.
func New(cfg Config) *Net {
	n := &Net{cfg: cfg.withDefaults()}
	n.tree.init()
	return n
}

// SetProfile changes what goes wrong from the next run on.
func (n *Net) SetProfile(p Profile) { n.cfg.Profile = p }

// Begin starts a run on a machine just booted: no descriptor is open, and files
// are as they were made.
func (n *Net) Begin(s *sim.Sim) {
	n.s = s
	n.files.reset()
	n.sockets.reset()
	n.polls.reset()
	n.watches.reset()
	n.spare = nil
	n.counters.reset()
	n.pipes.reset()
	n.listeners, n.connections, n.due = n.listeners[:0], n.connections[:0], n.due[:0]
	n.port = firstEphemeral - 1
	n.tree.rollback()
	n.disk, n.processor, n.running, n.leads = -1, -1, true, false
	for _, t := range n.sleepers {
		*t = sleeper{files: t.files[:0]}
	}
	n.faults.begin(n.cfg.Profile)
	for _, p := range n.processes {
		p.table.reset(n.cfg.Descriptors)
	}
}

// End ends the run. Its state stays to be asked about until the next begins.
func (n *Net) End() {}

// Submit names the object c acts on and says whether c can complete now.
func (n *Net) Submit(c *sim.Call) bool {
	p := n.processes[c.Process]
	c.Object = -1
	switch {
	case c.Op == rt.OpPoll:
		return n.submitPoll(p, c)
	case n.slowDisk(p, c), n.preempts(c):
		return false
	}
	f := p.table.get(c.FD)
	if f == nil {
		return true
	}
	c.Object = f.object
	if !c.Block {
		return true
	}
	ready := false
	if c.Op == rt.OpPollWait && f.kind == kindPoll {
		ready = n.submitWait(f.poll, c)
	} else {
		ready = n.ready(f, c)
	}
	if !ready {
		n.hold(c, f)
	}
	return ready
}

// hold notes that c blocks on f.
func (n *Net) hold(c *sim.Call, f *file) {
	n.task(c).file = f
	f.held++
}

// file is what c acts on: what it blocked on, whatever its descriptor is now.
func (n *Net) file(c *sim.Call) *file {
	if int(c.Task) < len(n.sleepers) && n.sleepers[c.Task].file != nil {
		return n.sleepers[c.Task].file
	}
	return n.processes[c.Process].table.get(c.FD)
}

// unhold ends what hold began, when c was performed.
func (n *Net) unhold(c *sim.Call) {
	if int(c.Task) >= len(n.sleepers) {
		return
	}
	t := n.sleepers[c.Task]
	if f := t.file; f != nil {
		t.file, t.signalled = nil, false
		n.letGo(f)
	}
}

// letGo ends one blocked call's hold on f, and f itself if it was closed meanwhile.
func (n *Net) letGo(f *file) {
	if f.held--; f.held == 0 && f.closed {
		var last sim.Call
		n.close(f, &last)
	}
}

// Ready says whether c, submitted before, can complete now.
func (n *Net) Ready(c *sim.Call) bool {
	if n.away(c) {
		return false // when its time has passed, as an expired call
	}
	if c.Op == rt.OpPoll {
		return n.readyPoll(c)
	}
	f := n.file(c)
	return f == nil || n.task(c).signalled || n.ready(f, c)
}

// ready says whether c on f would not say EAGAIN.
func (n *Net) ready(f *file, c *sim.Call) bool {
	switch c.Op {
	case rt.OpPollWait:
		return f.kind != kindPoll || f.poll.interrupted != interruptNone || n.live(f.poll)
	case rt.OpRead:
		return f.kind > kindPipe || f.kind == kindPoll || n.readable(f)
	case rt.OpWrite, rt.OpSendfile:
		return f.kind > kindPipe || f.kind == kindPoll || n.writable(f)
	case rt.OpAccept:
		return f.kind != kindSocket || f.sock.phase != phaseListening || len(f.sock.queue) > 0
	case rt.OpSocketError: // waits for a connection to be made
		return f.kind != kindSocket || f.sock.phase != phaseSynSent
	}
	return true
}

// Do performs c.
func (n *Net) Do(c *sim.Call) {
	p := n.processes[c.Process]
	c.N, c.N2, c.Errno = 0, 0, 0
	n.back(c)
	if n.leader != nil {
		n.leads = true
		n.lead(p)
	}
	switch c.Op {
	case rt.OpListen:
		n.listen(p, c)
	case rt.OpConnect:
		n.connect(p, c)
	case rt.OpPoller, rt.OpEventFD, rt.OpPipe:
		n.create(p, c)
	case rt.OpOpen:
		n.open(p, c)
	case rt.OpPoll:
		n.poll(p, c)
	case rt.OpSignalTask:
		n.signalTask(c)
	default:
		n.act(p, c)
	}
	n.unhold(c)
	n.leader = nil
	n.settle()
}

// act performs a call on an open descriptor.
func (n *Net) act(p *Process, c *sim.Call) {
	f := n.file(c)
	if f == nil {
		fail(c, sys.EBADF)
		return
	}
	if n.task(c).signalled && !n.ready(f, c) {
		n.interrupt(f)
		fail(c, sys.EINTR)
		return
	}
	switch c.Op {
	case rt.OpClose:
		p.table.release(c.FD)
		n.close(f, c)
	case rt.OpRead:
		n.read(f, c)
	case rt.OpWrite:
		n.write(f, c)
	case rt.OpSendfile:
		n.sendfile(p, f, c)
	case rt.OpFstat:
		n.fstat(f, c)
	case rt.OpPread:
		n.pread(f, c)
	case rt.OpPollAdd, rt.OpPollModify, rt.OpPollDelete:
		n.control(f, p.table.get(c.FD2), c)
	case rt.OpPollWait:
		n.wait(f, c)
	default:
		n.socketCall(p, f, c)
	}
}

// socketCall performs a call that only sockets have.
func (n *Net) socketCall(p *Process, f *file, c *sim.Call) {
	if c.Op == rt.OpAccept && !p.table.room() {
		fail(c, sys.EMFILE) // Linux takes a number before it looks at the socket
		return
	}
	if f.kind != kindSocket {
		fail(c, sys.ENOTSOCK)
		return
	}
	switch c.Op {
	case rt.OpAccept:
		n.accept(p, f.sock, c)
	case rt.OpShutdown:
		n.shutdown(f.sock, c)
	case rt.OpSocketError:
		n.socketError(f.sock, c)
	case rt.OpSetOption:
		n.setOption(f.sock, c)
	case rt.OpLocalAddr:
		c.Addr = f.sock.local
	default:
		fail(c, sys.ENOSYS)
	}
}

// fail is an unsuccessful end of c.
func fail(c *sim.Call, e sys.Errno) { c.N, c.Errno = -1, uint32(e) }
