package stage

import (
	"net/netip"
	"time"

	"brigade/core/cache"
	"brigade/core/handoff"
	"brigade/core/http1"
	"brigade/core/http2"
	"brigade/core/iobuf"
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/spare"
	"brigade/core/sys"
)

// gateToken is the listening socket's token; the poller's waker has the one
// above, and slots have lower ones.
const gateToken = ^uint64(1)

// slice is for how long a loop runs without going through Go's scheduler: half of what
// makes the runtime take its processor away (rt.Yield).
const slice = 5 * time.Millisecond

// loop is a task with a poller: it performs steps that do not block, and holds
// the connections that wait.
type loop struct {
	worker
	name   string
	poller poll.Poller
	inbox  handoff.Inbox[Conn, *Conn]
	bells  handoff.Inbox[bell, *bell]
	chimes handoff.Inbox[chime, *chime]
	slots  poll.Slots[Conn]
	rings  [waits]poll.Ring[Conn]
	line   line
	claim  handoff.Claim // for room with the shard's processors

	claiming bool     // the claim may stand in line
	woken    rt.Int64 // times that it was woken
	eager    bool     // it is woken whether it sleeps or not

	listener sys.FD  // sys.None: it does not accept
	watching bool    // the poller watches that
	served   bool    // connections were accepted in this turn
	ordinal  int32   // among those that take turns
	wants    rt.Bool // a turn
	serial   uint64  // connections accepted
	first    uint64  // number of the first, and how far apart they are: the shard's
	stride   uint64  // acceptors number theirs without asking each other
	admits   rt.Bool // a connection has ended, for which it waited
	presses  int     // homes it has asked to shed
	pressed  rt.Bool // somebody runs short of what connections have
	gate     poll.Ring[loop]
	paused   poll.Timer[loop] // armed: accepting is suspended until then
	assigned rt.Int64         // connections given to it as home, and not finished

	yielded  rt.Instant // when it last went through Go's scheduler
	handed   uint64     // handoffs by then
	stirred  []*Conn    // whose sessions run in this turn
	sheet    sheet      // what the session that is run has to say
	inbound  []byte     // what a session reads goes here
	heads    *http2.Heads
	records  []*stream                         // unused
	waiters  []*iobuf.Waiter                   // unused
	opened   uint64                            // streams so far, and feeds
	fed      uint64                            // of those, feeds
	hurried  bool                              // the drain's deadline has passed
	until    rt.Instant                        // that deadline, while draining
	sink     []byte                            // what lingering reads goes here, and what tunnels carry comes through it
	spares   [][]byte                          // pages for what tunnels hold
	held     rt.Int64                          // pages that tunnels hold
	tunnels  rt.Int64                          // that are open
	fetches  []*fetch                          // unused
	place    int                               // among the server's keepers
	gave     int                               // bodies handed over, or tried to
	kept     spare.Rack[netip.AddrPort, *Conn] // connections to backends that serve nobody
	husks    []*Conn                           // of such that others have taken over
	answer   http1.Answer
	older    http1.Answer // what a stored head is parsed into to be brought up to date
	taps     []*tap       // unused
	query    cache.Query
	key      []byte   // of query
	told     []byte   // fields that are added to an answer
	feedings []*feed  // of this loop's connections
	checks   []*check // of backends, that it makes
	rounds   poll.Ring[check]
}

func (sh *shard) newLoop(name string, r roles) (*loop, error) {
	l := &loop{name: name, listener: sys.None, eager: sh.server.cfg.Waker != poll.WakeFlag}
	l.init(name, sh.server, sh, r)
	l.loop = l
	l.hands(name, l)
	cfg := &sh.server.cfg
	l.inbox.Label(name + ".inbox")
	l.bells.Label(name + ".bells")
	l.chimes.Label(name + ".chimes")
	l.assigned.Label(name + ".assigned")
	l.admits.Label(name + ".admits")
	l.held.Label(name + ".held")
	l.kept.Init(name + ".kept")
	l.tunnels.Label(name + ".tunnels")
	l.pressed.Label(name + ".pressed")
	l.claim.InitClaim(name+".claim", handoff.Common, l)
	for i := range l.rings {
		l.rings[i].SetTimeout(timeout(cfg, wait(i)))
	}
	l.gate.SetTimeout(cfg.Retry)
	if r&keeps != 0 {
		l.sink = make([]byte, scratch)
	}
	return l, l.poller.Open(cfg.Kernel, cfg.Poller, cfg.Waker)
}

// timeout is the table of timers: which is in force in which wait.
func timeout(cfg *Config, w wait) time.Duration {
	switch w {
	case waitFirst, waitHeader, waitBuffer:
		return cfg.Header
	case waitBody:
		return cfg.Body
	case waitIdle:
		return cfg.Idle
	case waitWrite, waitWindow, waitStreams, waitPage, waitHandler:
		return cfg.Write
	case waitLinger:
		return cfg.Linger
	case waitRoom:
		return cfg.Room
	case waitPace:
		return cfg.Pace
	case waitDial:
		return cfg.Dial
	case waitTunnel:
		return cfg.Tunnel
	case waitHalf:
		return cfg.Half
	case waitFlow, waitAsk:
		return cfg.Write
	case waitReach:
		return cfg.Dial
	case waitAnswer:
		return cfg.Answer
	case waitMore:
		return cfg.More
	case waitKept:
		return cfg.Spare
	case waitShared:
		return cfg.Dial + max(cfg.Answer, cfg.More) // beyond those of the fetch that it waits for
	case waitReaders:
		return cfg.Write
	case waitNone, waits:
	}
	return 0
}

// Rouse implements handoff.Rouser. Any task may call it.
func (l *loop) Rouse() {
	l.wake(l.inbox.Rouse())
}

// wake ends l's sleep. asleep: it has announced one, and the caller is to wake it.
func (l *loop) wake(asleep bool) {
	if asleep || l.eager {
		l.woken.Add(1)
		l.poller.Wake()
	}
}

// give hands c, which the caller has let go of, to l.
func (l *loop) give(c *Conn) {
	l.wake(l.inbox.Push(c))
}

// turn is the loop: wait, take what was handed over, act on events and timers,
// until there is nothing left to come.
func (l *loop) turn() {
	rt.Probe(rt.ProbeLoop, 1, 0, 0)
	l.beginChecks()
	for !l.over() {
		events := l.sleep()
		l.tick()
		l.collect()
		l.toll()
		l.peal()
		for _, e := range events {
			l.event(e)
		}
		l.expire()
		l.heed()
		l.govern()
		l.rouse()
		l.dispatch()
		l.yield()
	}
	l.close()
	l.post()
	rt.Probe(rt.ProbeLoop, 0, uint64(l.slots.Len()), l.armed())
}

// yield goes through Go's scheduler after a slice of time; and when processors were
// handed work, so that they run before the loop waits: one that waits in the kernel
// keeps its P until the runtime's monitor takes it away, 20 µs later or more.
func (l *loop) yield() {
	if l.handed == l.count.handoffs && l.now.Sub(l.yielded) < slice {
		return
	}
	l.handed, l.yielded = l.count.handoffs, l.now
	rt.Yield()
}

// armed is how many of the loop's rings have a timer armed.
func (l *loop) armed() (n uint64) {
	for i := range l.rings {
		if _, ok := l.rings[i].Next(); ok {
			n++
		}
	}
	if _, ok := l.rounds.Next(); ok {
		n++
	}
	return n
}

// sleep waits for events, a handoff or the next timer.
func (l *loop) sleep() []sys.Event {
	now := rt.Now()
	l.turned(now)
	l.post()
	d := l.patience(now)
	if d == 0 || !l.inbox.Sleep() {
		return l.poller.Wait(0)
	}
	if l.news() { // looked at after the announcement, as the inbox is
		l.inbox.Awake()
		return l.poller.Wait(0)
	}
	events := l.poller.Wait(d)
	l.inbox.Awake()
	l.buffers.Awake()
	l.bells.Missed()
	l.chimes.Missed()
	l.missed()
	return events
}

// patience is how long the loop may sleep; negative: for ever.
func (l *loop) patience(now rt.Instant) time.Duration {
	next, set := l.until, l.draining && !l.hurried
	for i := range l.rings {
		if t, ok := l.rings[i].Next(); ok && (!set || t < next) {
			next, set = t, true
		}
	}
	if t, ok := l.gate.Next(); ok && (!set || t < next) {
		next, set = t, true
	}
	if t, ok := l.rounds.Next(); ok && (!set || t < next) {
		next, set = t, true
	}
	if !set {
		return -1
	}
	return max(next.Sub(now), 0)
}

// collect runs what others handed over.
func (l *loop) collect() {
	for c := l.inbox.Take(); c != nil; {
		next := l.inbox.Next(c)
		c.take(&l.worker)
		if c.home == l && c.slot != poll.NoSlot {
			c.ready |= l.slots.Fetch(c.slot)
		}
		if l.local != nil && c.http != nil && c.http.X.Note != nil {
			l.local.Learn(c.http.X.Note)
			c.http.X.Note = nil
		}
		if l.hurried {
			c.step = stepFinish
		}
		l.run(c, c.step)
		c = next
	}
}

// event acts on one event.
func (l *loop) event(e sys.Event) {
	if e.Token == gateToken {
		l.served = true
		l.accept()
		return
	}
	c := l.slots.Latch(e)
	switch {
	case c == nil:
	case c.service != nil:
		l.signalled(c, e)
	default:
		rt.Probe(rt.ProbeEvent, c.id, e.Token, uint64(e.Events))
		l.resume(c)
	}
}
