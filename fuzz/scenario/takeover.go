package scenario

// Takeover (F32), as HAProxy has it between its threads: loops that have connections
// taken away from them at any moment, by somebody who does not know what those are
// doing: one that is idle, one with half a line read ahead, one that waits for a buffer
// or for room in its socket, one of whose events the loop has a batch in hand. All of it
// moves: the buffer with what is in it, the deadline, what the socket is watched for;
// and what is left behind is a slot whose events are nobody's (I14).
//
// The server's own connections have one home for good; the parts by which they could
// move are the core's all the same: pollers, slots, rings, inboxes, http_conns. What is
// served is an echo, line by line, to clients who know each byte and when they are due.
// Buffers come out of one budget: who waits for one leaves that line before it moves, and
// what was reserved for it is the next one's.

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"brigade/core/handoff"
	"brigade/core/httpconn"
	"brigade/core/iobuf"
	"brigade/core/mem"
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/invariants"
	"brigade/netsim"
	"brigade/sim"
)

const (
	guestIdle  = 5 * time.Second       // without a byte moved a connection is closed then
	guestRetry = 10 * time.Millisecond // after that a buffer is asked for again
)

var inn = netip.AddrPortFrom(address.Addr(), 84)

// guest is a connection. It belongs to the house that it is in.
type guest struct {
	link  handoff.Link[guest]
	fd    sys.FD
	slot  poll.Slot
	timer poll.Timer[guest]
	until rt.Instant     // when it is closed, if nothing moves
	line  iobuf.Waiter   // its place in line for a buffer
	http  *httpconn.Conn // what was read and not sent back; nil: nothing
	ready sys.Events
}

// HandoffLink implements handoff.Linked.
func (g *guest) HandoffLink() *handoff.Link[guest] { return &g.link }

// street is a run's houses.
type street struct {
	site   *site
	host   *netsim.Process
	houses []*house
	budget iobuf.Budget
	left   rt.Int32 // guests, and one for the door while it is open
	over   rt.Bool  // clients have gone
	calm   bool     // nothing goes wrong, and nothing is short
	tasks  rt.WaitGroup
}

// house is a loop.
type house struct {
	street *street
	poller poll.Poller
	inbox  handoff.Inbox[guest, *guest]
	slots  poll.Slots[guest]
	idle   poll.Ring[guest]
	retry  poll.Ring[guest]
	pool   httpconn.Pool
	lines  iobuf.Cache
	scope  mem.Scope
	asked  rt.Int32 // 1 + the number of the house that wants a guest
	now    rt.Instant
}

// open makes a street of n houses.
func (t *street) open(n int) bool {
	kind := poll.Kind(sim.Choose("pollers", 2))
	waker := poll.WakerKind(sim.Choose("wakers", 3))
	t.left.Label("left")
	t.over.Label("over")
	t.left.Store(1)
	limit := []int{100, 1, 2}[sim.Choose("i/o buffers", 3)]
	t.calm = t.calm && limit > 2
	t.budget.Init(limit, iobuf.Reserve)
	t.budget.Tell()
	for i := range n {
		h := &house{street: t}
		h.scope.Name = fmt.Sprint("house ", i)
		h.inbox.Label("house.inbox")
		h.asked.Label("house.asked")
		h.idle.SetTimeout(guestIdle)
		h.retry.SetTimeout(guestRetry)
		h.pool = httpconn.Pool{Sizes: httpconn.Sizes{In: 512, Out: 8 << 10}, Keep: 1, Kernel: t.host, Scope: &h.scope, Base: uint64(i+1) << 20, Buffers: &h.lines}
		t.budget.Join(&h.lines, "house.lines", h)
		if h.poller.Open(t.host, kind, waker) != nil {
			t.close()
			return false // there was no memory for it, before anybody came
		}
		t.houses = append(t.houses, h)
	}
	return true
}

func (t *street) close() {
	for _, h := range t.houses {
		h.poller.Close()
	}
}

// leaves counts one who is gone; the last has all houses look.
func (t *street) leaves() {
	if t.left.Add(-1) == 0 {
		for _, h := range t.houses {
			h.rouse()
		}
	}
}

// Rouse implements iobuf.Rouser.
func (h *house) Rouse() { h.rouse() }

func (h *house) rouse() {
	if h.inbox.Rouse() {
		h.poller.Wake()
	}
}

// ask has a guest of h move to the house with this number.
func (h *house) ask(number int) {
	h.asked.Store(int32(number) + 1)
	h.rouse()
}

// receive hands g, which the caller has let go of, to h.
func (h *house) receive(g *guest) {
	if h.inbox.Push(g) {
		h.poller.Wake()
	}
}

// turn is the loop.
func (h *house) turn() {
	for h.street.left.Load() > 0 {
		events := h.sleep()
		h.now = rt.Now()
		for g := h.inbox.Take(); g != nil; {
			next := h.inbox.Next(g)
			h.welcome(g)
			g = next
		}
		for _, e := range events {
			if g := h.slots.Latch(e); g != nil {
				h.slots.Unpark(g.slot)
				h.serve(g)
			}
			h.heed() // with the rest of the batch in hand
		}
		for g := h.idle.Due(h.now); g != nil; g = h.idle.Due(h.now) {
			h.dismiss(g)
		}
		for g := h.retry.Due(h.now); g != nil; g = h.retry.Due(h.now) {
			h.slots.Unpark(g.slot)
			h.serve(g)
		}
		for w := h.lines.Next(); w != nil; w = h.lines.Next() {
			g := w.Of.(*guest)
			h.slots.Unpark(g.slot)
			h.serve(g)
			h.heed() // with others who have been told of
		}
		h.lines.EndTurn()
		h.heed()
	}
	h.pool.Close()
}

func (h *house) sleep() []sys.Event {
	d := time.Duration(-1)
	for _, r := range []*poll.Ring[guest]{&h.idle, &h.retry} {
		if at, ok := r.Next(); ok && (d < 0 || at.Sub(rt.Now()) < d) {
			d = max(at.Sub(rt.Now()), 0)
		}
	}
	if d == 0 || !h.inbox.Sleep() {
		return h.poller.Wait(0)
	}
	if h.asked.Load() != 0 || h.street.left.Load() == 0 || h.lines.News() {
		d = 0
	}
	events := h.poller.Wait(d)
	h.inbox.Awake()
	h.lines.Awake()
	return events
}

// welcome takes g in.
func (h *house) welcome(g *guest) {
	rt.Taken(g)
	if g.http != nil {
		g.http.Take(&h.scope)
	}
	g.slot = h.slots.Take(g)
	g.ready = sys.In | sys.Out
	if h.poller.Keeps() && h.poller.Watch(g.fd, sys.In|sys.Out|sys.RdHup|sys.Edge, g.slot.Token()) != sys.OK {
		h.dismiss(g)
		return
	}
	h.serve(g)
}

// heed gives a guest away, if one was asked for: whichever it happens to be.
func (h *house) heed() {
	to := int(h.asked.Swap(0)) - 1
	if to < 0 || h.street.houses[to] == h {
		return
	}
	var list []*guest
	h.slots.Each(func(g *guest) { list = append(list, g) })
	if len(list) == 0 {
		return
	}
	g := list[sim.Choose("who moves", len(list))]
	g.timer.Disarm()
	h.lines.Withdraw(&g.line)
	_ = h.poller.Unwatch(g.fd) // what it would still tell is nobody's
	h.slots.Release(g.slot)
	if g.http != nil {
		g.http.Give()
	}
	h.street.site.env.moved()
	h.street.houses[to].receive(g)
}

// dismiss closes g.
func (h *house) dismiss(g *guest) {
	g.timer.Disarm()
	h.lines.Withdraw(&g.line)
	if g.http != nil {
		h.pool.Put(g.http)
		g.http = nil
	}
	if !h.poller.Keeps() {
		_ = h.poller.Unwatch(g.fd) // it is out of a set of ours, which cannot fail
	}
	h.slots.Release(g.slot)
	h.street.host.Close(g.fd)
	h.street.leaves()
}

// serve reads and echoes until nothing moves, and leaves g waiting, or dismisses it.
func (h *house) serve(g *guest) {
	g.ready |= h.slots.Fetch(g.slot)
	for {
		if g.http == nil && g.ready&sys.In != 0 {
			var err error
			if g.http, err = h.pool.Await(&g.line, iobuf.Filling); errors.Is(err, iobuf.ErrRefused) {
				h.rest(g, &h.idle)
				return
			} else if err != nil {
				h.rest(g, &h.retry)
				return
			}
		}
		if g.http != nil && !h.echo(g) {
			h.dismiss(g)
			return
		}
		if g.ready&sys.In == 0 || g.http != nil && whole(g.http.Unparsed()) > 0 {
			break
		}
		room := g.http.Room()
		n, e := h.street.host.Read(g.fd, room)
		switch {
		case e == sys.EINTR:
		case e == sys.EAGAIN:
			g.ready &^= sys.In
		case e != sys.OK || n == 0 || len(room) == 0:
			h.dismiss(g)
			return
		default:
			g.http.Filled(n)
			g.until = h.now.Add(guestIdle)
		}
	}
	if g.http != nil && !g.http.Started() {
		h.pool.Put(g.http)
		g.http = nil
	}
	h.rest(g, &h.idle)
}

// whole is how many bytes of b are whole lines.
func whole(b []byte) int { return bytes.LastIndexByte(b, '\n') + 1 }

// echo sends back what there is of whole lines. False: the client is gone.
func (h *house) echo(g *guest) bool {
	for n := whole(g.http.Unparsed()); n > 0 && g.ready&sys.Out != 0; {
		k, e := h.street.host.Write(g.fd, g.http.Unparsed()[:n])
		switch {
		case e == sys.EINTR:
			continue
		case e == sys.EAGAIN:
			g.ready &^= sys.Out
		case e != sys.OK:
			return false
		default:
			g.http.Skip(int64(k))
			n -= k
			g.until = h.now.Add(guestIdle)
		}
	}
	return true
}

// rest leaves g waiting, with its deadline or for a buffer.
func (h *house) rest(g *guest, r *poll.Ring[guest]) {
	g.timer.Disarm()
	if r == &h.idle {
		r.ArmAt(&g.timer, g, g.until)
	} else {
		r.Arm(&g.timer, g, h.now)
	}
	if !h.poller.Keeps() {
		events := sys.In
		if g.http != nil && whole(g.http.Unparsed()) > 0 {
			events = sys.Out
		}
		if r == &h.idle && !g.line.Waits() && h.poller.Watch(g.fd, events|sys.OneShot, g.slot.Token()) != sys.OK {
			h.dismiss(g)
			return
		}
	}
	h.slots.Park(g.slot)
}

// door accepts until the clients have gone, and hands guests to the houses in turn.
func (t *street) door(l sys.FD) {
	for n := 0; !t.over.Load(); {
		fd, _, e := t.host.AcceptWait(l, 500*time.Millisecond)
		if e != sys.OK {
			continue
		}
		t.left.Add(1)
		g := &guest{fd: fd, slot: poll.NoSlot, until: rt.Now().Add(guestIdle)}
		n++
		g.line.ID, g.line.Of = uint64(n), g
		t.houses[n%len(t.houses)].receive(g)
	}
	t.host.Close(l)
	t.leaves()
}

// mover has guests move.
func (t *street) mover() {
	for range sim.Choose("moves", 12) {
		rt.Sleep([]time.Duration{0, 100 * time.Microsecond, 3 * time.Millisecond, time.Second}[sim.Choose("moves after", 4)])
		t.houses[sim.Choose("from", len(t.houses))].ask(sim.Choose("to", len(t.houses)))
	}
}

// client says some lines, hears each, and leaves or waits to be sent away.
func (t *street) client(i int) {
	p := t.site.clients[i]
	fd, e := p.Connect(inn)
	if e != sys.OK && e != sys.EINPROGRESS {
		return
	}
	defer p.Close(fd)
	if p.ConnectWait(fd, 20*time.Second) != sys.OK {
		return
	}
	for n := range 1 + sim.Choose("lines", 4) {
		line := append(content(fmt.Sprintf("line %d of %d", n, i), []int{0, 40, 300}[sim.Choose("line", 3)]), '\n')
		m := manner{piece: []int{1 << 20, 25}[sim.Choose("pieces", 2)], pause: []time.Duration{0, time.Millisecond, 100 * time.Millisecond}[sim.Choose("pause", 3)]}
		if !speak(p, fd, &m, line) || !t.hears(p, fd, line) {
			if t.calm {
				sim.Failf("I12", fmt.Sprintf("nothing goes wrong, and line %d of client %d is not answered within 3 s", n, i))
			}
			return
		}
		t.site.env.Exchanged(1)
		rt.Sleep([]time.Duration{0, time.Millisecond, 2 * time.Second}[sim.Choose("think", 3)])
	}
	if sim.Choose("stays", 2) == 1 {
		t.stays(p, fd)
	}
}

// hears reads as many bytes as line has, which must be those.
func (t *street) hears(p *netsim.Process, fd sys.FD, line []byte) bool {
	b := make([]byte, 400)
	for len(line) > 0 {
		n, e := p.ReadWait(fd, b[:min(len(b), len(line))], 3*time.Second)
		if e != sys.OK || n == 0 {
			return false
		}
		if !bytes.Equal(b[:n], line[:n]) {
			sim.Failf("I18", fmt.Sprintf("a client hears %q where %q was to come", b[:n], line[:n]))
		}
		line = line[n:]
	}
	return true
}

// stays waits for the end, which is due whoever has the connection by then.
func (t *street) stays(p *netsim.Process, fd sys.FD) {
	began := rt.Now()
	n, e := p.ReadWait(fd, make([]byte, 1), 2*guestIdle)
	if took := rt.Now().Sub(began); t.calm && (n != 0 || e != sys.OK || took > guestIdle+50*time.Millisecond) {
		sim.Failf("I16", fmt.Sprintf("a client who says nothing hears %d bytes (%s) after %v; it is to be sent away after %v", n, e.Name(), took, guestIdle))
	}
}

// takeover is the scenario.
func takeover() *Scenario {
	return &Scenario{
		Name:  "takeover",
		Story: "loops have connections taken away by others at any moment: idle, with bytes read ahead, waiting for a buffer, with events in hand",
		Prepare: func(e *Env) func() {
			s := newSite(e)
			host := s.net.Process("host")
			e.Observers = e.Observers[:0] // what a server has to tell, nobody tells here
			for _, c := range invariants.All() {
				switch c.Name {
				case "memory", "pool", "lock", "descriptor", "buffers":
					e.Observers = append(e.Observers, c.New(host.Number()))
				}
			}
			return func() {
				t := &street{site: s, host: host}
				c := netsim.Config{SendBuffer: 4096, RecvBuffer: 4096, Latency: []time.Duration{0, time.Millisecond}[sim.Choose("latency", 2)]}
				if sim.Choose("faults", 2) == 1 {
					c.Profile = s.profile()
					e.suffer(c.Profile)
				}
				t.calm = c.Profile.String() == "none"
				s.net.Adjust(c)
				e.begin()
				l, errno := host.Listen(inn, sys.ListenOptions{})
				if errno != sys.OK || !t.open(2+sim.Choose("houses", 2)) {
					host.Close(l)
					return
				}
				t.run(l)
			}
		},
	}
}

// run has guests come, move and go.
func (t *street) run(l sys.FD) {
	t.tasks.Label("street")
	for _, h := range t.houses {
		t.tasks.Go("house", h.turn)
	}
	t.tasks.Go("door", func() { t.door(l) })
	t.tasks.Go("mover", t.mover)
	var clients rt.WaitGroup
	clients.Label("clients")
	for i := range 1 + sim.Choose("clients", 4) {
		clients.Go("client", func() { t.client(i) })
	}
	clients.Wait()
	t.over.Store(true)
	t.tasks.Wait()
	t.close()
}
