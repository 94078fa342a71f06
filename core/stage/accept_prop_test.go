package stage

// The model of acceptors is a few words for each: whether it is watching, whether it
// pauses, and among those who take turns whether it wants its turn and whose turn it is.
// Whatever happens, who accepts, how many, who is told and what the kernel is asked to
// watch follow from them; nobody who has connected is without a watcher, a pause or
// somebody whose turn it is.

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"

	"brigade/core/exchange"
	"brigade/core/poll"
	"brigade/core/sys"
)

// port is a kernel with listening sockets, of which it has a backlog each, and pollers.
type port struct {
	sys.Kernel
	next    sys.FD
	open    map[sys.FD]bool
	listens []sys.ListenOptions
	backlog map[sys.FD]int
	errors  []sys.Errno                      // of the next accepts
	refused bool                             // the next change of a watch of a listening socket is
	watched map[sys.FD]map[sys.FD]sys.Events // by poller, then by descriptor
	rung    map[sys.FD]int                   // by event counter
	refuses int                              // the call, from 1, that makes a descriptor and fails; 0: none
	asked   int
}

func newPort() *port {
	return &port{next: 2, open: make(map[sys.FD]bool), backlog: make(map[sys.FD]int), watched: make(map[sys.FD]map[sys.FD]sys.Events), rung: make(map[sys.FD]int)}
}

func (k *port) make() (sys.FD, sys.Errno) {
	if k.asked++; k.asked == k.refuses {
		return sys.None, sys.EMFILE
	}
	k.next++
	k.open[k.next] = true
	return k.next, sys.OK
}

func (k *port) Listen(_ netip.AddrPort, o sys.ListenOptions) (sys.FD, sys.Errno) {
	fd, e := k.make()
	if e == sys.OK {
		k.listens = append(k.listens, o)
		k.backlog[fd] = 0
	}
	return fd, e
}

func (k *port) LocalAddr(sys.FD) (netip.AddrPort, sys.Errno) {
	if k.asked++; k.asked == k.refuses {
		return netip.AddrPort{}, sys.ENOBUFS
	}
	return netip.MustParseAddrPort("127.0.0.1:4711"), sys.OK
}

func (k *port) Poller() (sys.FD, sys.Errno) {
	fd, e := k.make()
	k.watched[fd] = make(map[sys.FD]sys.Events)
	return fd, e
}

func (k *port) EventFD() (sys.FD, sys.Errno) { return k.make() }

func (k *port) Write(fd sys.FD, p []byte) (int, sys.Errno) {
	k.rung[fd]++
	return len(p), sys.OK
}

func (k *port) Read(sys.FD, []byte) (int, sys.Errno) { return 0, sys.EAGAIN }

func (k *port) refusal(fd sys.FD) bool {
	_, listens := k.backlog[fd]
	if listens && k.refused {
		k.refused = false
		return true
	}
	return false
}

func (k *port) PollAdd(p, fd sys.FD, e sys.Events, _ uint64) sys.Errno {
	if k.refusal(fd) {
		return sys.ENOMEM
	}
	if _, there := k.watched[p][fd]; there {
		return sys.EEXIST
	}
	k.watched[p][fd] = e
	return sys.OK
}

func (k *port) PollDelete(p, fd sys.FD) sys.Errno {
	if k.refusal(fd) {
		return sys.ENOMEM
	}
	delete(k.watched[p], fd)
	return sys.OK
}

func (k *port) Accept(l sys.FD) (sys.FD, netip.AddrPort, sys.Errno) {
	if len(k.errors) > 0 {
		e := k.errors[0]
		k.errors = k.errors[1:]
		return sys.None, netip.AddrPort{}, e
	}
	if k.backlog[l] == 0 {
		return sys.None, netip.AddrPort{}, sys.EAGAIN
	}
	k.backlog[l]--
	fd, _ := k.make()
	return fd, netip.AddrPort{}, sys.OK
}

func (k *port) Close(fd sys.FD) sys.Errno {
	if !k.open[fd] {
		panic("closed, and not open")
	}
	delete(k.open, fd)
	for _, p := range k.watched {
		delete(p, fd)
	}
	return sys.OK
}

// mute is a handler that is never called.
type mute struct{ exchange.Handler }

func (mute) Local() exchange.Local { return nil }

// usher is the model of one acceptor.
type usher struct {
	l                                       *loop
	shard                                   int
	paused, watching, wants, served, admits bool
	closed                                  bool
	accepted                                int
	presses                                 int
}

// door is the model of all.
type door struct {
	t       *rapid.T
	k       *port
	s       *Server
	all     []*usher
	turns   bool
	holder  int // -1: nobody
	open    []int
	pausing []bool
	rung    map[*loop]int
}

func drawDoor(t *rapid.T, k *port) Config {
	c := Config{
		Kernel: k, Handler: mute{}, Listen: netip.MustParseAddrPort("127.0.0.1:80"), Waker: poll.WakeEventFD, Log: nil,
		Shards: rapid.IntRange(1, 4).Draw(t, "shards"), Readers: rapid.IntRange(1, 2).Draw(t, "readers"), Connections: rapid.SampledFrom([]int{1, 2, 3, 1000}).Draw(t, "connections"),
		Topology: rapid.SampledFrom([]Topology{Staged, Staged, Fused, Event}).Draw(t, "topology"),
		Accept:   rapid.SampledFrom([]Accept{AcceptReusePort, AcceptExclusive}).Draw(t, "accept"),
	}
	if c.Topology == Staged && rapid.IntRange(0, 2).Draw(t, "listener") > 0 {
		c.Accept = AcceptListener
	}
	return c
}

func newDoor(t *rapid.T) *door {
	d := &door{t: t, k: newPort(), rung: make(map[*loop]int), holder: 0}
	cfg := drawDoor(t, d.k)
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	d.s = s
	for i, sh := range s.shards {
		for _, l := range sh.listeners {
			d.all = append(d.all, &usher{l: l, shard: i})
		}
	}
	d.open, d.pausing = make([]int, len(s.shards)), make([]bool, len(s.shards))
	d.turns = cfg.Accept == AcceptListener && len(d.all) > 1
	for i, u := range d.all {
		u.wants = d.turns
		u.watching = !d.turns || i == 0
	}
	sockets := 1
	if cfg.Accept == AcceptReusePort {
		sockets = len(d.all)
	}
	if len(d.k.listens) != sockets {
		t.Fatalf("%d sockets listen, not %d", len(d.k.listens), sockets)
	}
	for _, o := range d.k.listens {
		if o.ReusePort != (sockets > 1) {
			t.Fatalf("%d sockets at one address share it: %t", sockets, o.ReusePort)
		}
	}
	return d
}

func (d *door) rouses(l *loop) { d.rung[l]++ }

// enter wants the turn for u.
func (d *door) enter(u *usher) bool {
	if !d.turns {
		return true
	}
	u.wants = true
	if d.holder < 0 {
		d.holder = d.index(u)
	}
	return d.holder == d.index(u)
}

func (d *door) index(u *usher) int {
	for i := range d.all {
		if d.all[i] == u {
			return i
		}
	}
	return -1
}

// pass gives u's turn to the next that wants it.
func (d *door) pass(u *usher) bool {
	for i := 1; i < len(d.all); i++ {
		at := (d.index(u) + i) % len(d.all)
		if d.all[at].wants {
			d.holder = at
			d.rouses(d.all[at].l)
			return true
		}
	}
	return false
}

func (d *door) leave(u *usher) {
	if !d.turns {
		return
	}
	if u.wants = false; d.holder == d.index(u) && !d.pass(u) {
		d.holder = -1
	}
}

// watch has u's socket be watched, or not; false: the kernel would not.
func (d *door) watch(u *usher, refused *bool) bool {
	if !u.watching && !*refused {
		u.watching = true
	} else if !u.watching {
		*refused = false
	}
	return u.watching
}

func (d *door) unwatch(u *usher, refused *bool) bool {
	if u.watching && !*refused {
		u.watching = false
	} else if u.watching {
		*refused = false
	}
	return !u.watching
}

func (d *door) pause(u *usher, refused *bool) {
	if u.paused || !d.unwatch(u, refused) {
		return
	}
	u.paused, d.pausing[u.shard] = true, true
	homes := d.s.shards[u.shard].homes
	for range homes {
		home := homes[u.presses%len(homes)]
		u.presses++
		if home == u.l {
			continue // of its own nothing is idle
		}
		d.rouses(home)
		defer func() {
			if !home.pressed.Swap(false) {
				d.t.Fatal("a home is not pressed that is to be")
			}
		}()
		break
	}
	d.leave(u)
}

func (d *door) goOn(u *usher, refused *bool) {
	u.paused = false
	if !u.closed && d.enter(u) && !d.watch(u, refused) {
		u.paused = true
	}
}

// accept is what u accepts, with a backlog and errors to come; more: it did not come to
// the end.
func (d *door) accept(u *usher, backlog int, errs []sys.Errno, refused *bool) (more bool) {
	for i := range burst {
		if u.closed || u.paused {
			return false
		}
		if d.open[u.shard] >= d.s.cfg.Connections {
			if i > 0 {
				return true
			}
			d.pause(u, refused)
			return false
		}
		e := sys.EAGAIN
		if len(errs) > 0 {
			e, errs = errs[0], errs[1:]
		} else if backlog > 0 {
			e = sys.OK
			backlog--
		}
		if e != sys.OK && d.pausing[u.shard] { // its place was taken for nothing
			d.pausing[u.shard] = false
			for _, o := range d.all {
				if o.shard == u.shard && o != u {
					o.admits = true
					d.rouses(o.l)
				}
			}
		}
		switch e {
		case sys.OK:
			d.open[u.shard]++
			if u.accepted++; u.l.roles&keeps == 0 {
				homes := d.s.shards[u.shard].homes
				d.rouses(homes[(u.accepted-1)%len(homes)])
			}
		case sys.EINTR, sys.ECONNABORTED, sys.EPROTO:
		case sys.EAGAIN:
			return false
		default:
			d.pause(u, refused)
			return false
		}
	}
	return true
}

// step does one thing, and has it come of the model, too.
func (d *door) step() {
	t, k := d.t, d.k
	u := rapid.SampledFrom(d.all).Draw(t, "acceptor")
	l := u.l
	refused := rapid.IntRange(0, 7).Draw(t, "refused") == 0
	k.refused = refused
	switch rapid.SampledFrom([]string{"connect", "connect", "connect", "event", "event", "ended", "ended", "heed", "heed", "heed", "timer", "drain"}).Draw(t, "what") {
	case "connect":
		if !u.closed {
			k.backlog[l.listener] += rapid.SampledFrom([]int{1, 2, 3, 70}).Draw(t, "connections")
		}
	case "event":
		if !u.watching {
			break
		}
		k.errors = rapid.SliceOfN(rapid.SampledFrom([]sys.Errno{sys.EINTR, sys.ECONNABORTED, sys.EPROTO, sys.EMFILE, sys.ENFILE, sys.ENOBUFS, sys.ENOMEM, sys.EAGAIN}), 0, 2).Draw(t, "errors")
		u.served = true
		errs, backlog := append([]sys.Errno(nil), k.errors...), k.backlog[l.listener]
		l.event(sys.Event{Events: sys.In, Token: gateToken})
		d.accept(u, backlog, errs, &refused)
		k.errors = nil
	case "ended":
		i := u.shard
		if d.open[i] == 0 {
			break
		}
		d.s.shards[i].ended()
		if d.open[i]--; d.pausing[i] {
			d.pausing[i] = false
			for _, o := range d.all {
				if o.shard == i {
					o.admits = true
					d.rouses(o.l)
				}
			}
		}
	case "heed":
		l.heed()
		if u.admits {
			if u.admits = false; u.paused {
				d.goOn(u, &refused)
			}
		}
		d.alternate(u, &refused)
	case "timer":
		l.now = l.now.Add(d.s.cfg.Retry)
		l.expire()
		if u.paused {
			d.goOn(u, &refused)
		}
	case "drain":
		if rapid.IntRange(0, 5).Draw(t, "really") > 0 {
			break
		}
		backlog := k.backlog[l.listener]
		l.shutGate()
		d.drain(u, backlog, &refused)
	}
	k.refused = false
	d.agree(u)
}

func (d *door) alternate(u *usher, refused *bool) {
	if !d.turns || u.closed || u.paused || d.holder != d.index(u) {
		return
	}
	switch {
	case !u.watching:
		if !d.watch(u, refused) {
			d.pause(u, refused)
		}
	case u.served:
		if u.served = false; d.unwatch(u, refused) && !d.pass(u) {
			d.watch(u, refused)
		}
	}
}

func (d *door) drain(u *usher, backlog int, refused *bool) {
	if u.closed {
		return
	}
	u.paused = false // there may be room by now
	for before := u.accepted; d.accept(u, backlog, nil, refused); before = u.accepted {
		backlog -= u.accepted - before
	}
	u.paused = false
	d.unwatch(u, refused)
	d.leave(u)
	u.closed = true
}

// agree compares the server with the model.
func (d *door) agree(u *usher) {
	t := d.t
	for i, u := range d.all {
		l := u.l
		if l.paused.Armed() != u.paused || l.watching != u.watching || l.wants.Load() != u.wants && d.turns || l.admits.Load() != u.admits || (l.listener == sys.None) != u.closed {
			t.Fatalf("acceptor %d pauses %t, watches %t, wants %t, admits %t, is closed %t; the model is %+v", i, l.paused.Armed(), l.watching, l.wants.Load(), l.admits.Load(), l.listener == sys.None, u)
		}
		if l.serial != uint64(u.accepted) || l.count.accepted != uint64(u.accepted) {
			t.Fatalf("acceptor %d has accepted %d, not %d", i, l.serial, u.accepted)
		}
		if d.turns && l.server.turns.mine(l) != (d.holder == i) {
			t.Fatalf("it is acceptor %d's turn: %t; the model says %d's", i, l.server.turns.mine(l), d.holder)
		}
		if want := !u.closed && !u.watching && !u.paused && (!d.turns || d.holder == i) || u.admits; l.news() != want {
			t.Fatalf("acceptor %d has news: %t", i, l.news())
		}
	}
	for i, sh := range d.s.shards {
		if sh.open.Load() != int64(d.open[i]) || sh.pausing.Load() != d.pausing[i] {
			t.Fatalf("shard %d has %d open and is pausing %t, not %d and %t", i, sh.open.Load(), sh.pausing.Load(), d.open[i], d.pausing[i])
		}
		for _, l := range sh.loops() {
			if l.woken.Load() != int64(d.rung[l]) {
				t.Fatalf("%s was woken %d times, not %d", l.name, l.woken.Load(), d.rung[l])
			}
		}
	}
	watching := 0
	for _, u := range d.all {
		if u.watching && !u.closed {
			watching++
		}
	}
	for _, w := range d.k.watched {
		for fd, e := range w {
			if _, listens := d.k.backlog[fd]; !listens || !d.k.open[fd] {
				continue
			}
			watching--
			if exclusive := e&sys.Exclusive != 0; exclusive != (d.s.cfg.Accept == AcceptExclusive) || e&sys.Edge != 0 {
				t.Fatalf("a listening socket is watched for %#x", e)
			}
		}
	}
	if watching > 0 {
		t.Fatalf("%d acceptors watch, and the kernel does not know", watching)
	}
}

func TestAcceptorsAreTheirModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newDoor(t)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			d.step()
		}
	})
}
