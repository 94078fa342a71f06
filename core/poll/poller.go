package poll

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"brigade/core/sys"
)

// batch is how many events one wait returns at most.
const batch = 256

// wakerToken is the token of the waker's own descriptor.
const wakerToken = ^uint64(0)

// Kind says what a poller asks the kernel with.
type Kind uint8

// The kinds of poller.
const (
	Epoll Kind = iota
	Poll       // poll(2): its waits cost time in proportion to what is watched
	kinds
)

var kindNames = [kinds]string{"epoll", "poll"}

// String is the kind's name on the command line.
func (k Kind) String() string {
	if k < kinds {
		return kindNames[k]
	}
	return fmt.Sprintf("poller %d", uint8(k))
}

// ParseKind is String's inverse.
func ParseKind(s string) (Kind, error) {
	if i := slices.Index(kindNames[:], s); i >= 0 {
		return Kind(i), nil
	}
	return Epoll, fmt.Errorf("poller %q is not known; there are %s", s, strings.Join(kindNames[:], ", "))
}

// Poller is a kernel poller and the waker that ends its waits.
type Poller struct {
	kernel sys.Kernel
	fd     sys.FD // epoll's; None: poll(2) has none
	kind   Kind
	set    set // poll(2)'s
	waker  waker
	events []sys.Event
}

// Open makes the poller's descriptors.
func (p *Poller) Open(k sys.Kernel, kind Kind, w WakerKind) error {
	p.kernel, p.fd, p.kind = k, sys.None, kind
	p.events = make([]sys.Event, batch)
	p.waker.in, p.waker.out = sys.None, sys.None
	var e sys.Errno
	if kind == Epoll {
		if p.fd, e = k.Poller(); e != sys.OK {
			return fmt.Errorf("poller: %w", e)
		}
	}
	if e = p.waker.open(k, w); e != sys.OK {
		p.Close()
		return fmt.Errorf("waker: %w", e)
	}
	watch := sys.In
	if kind == Epoll {
		watch |= sys.Edge
	}
	if e = p.Watch(p.waker.in, watch, wakerToken); e != sys.OK {
		p.Close()
		return fmt.Errorf("watching the waker: %w", e)
	}
	return nil
}

// Close gives the descriptors back.
func (p *Poller) Close() {
	p.waker.close()
	if p.fd != sys.None {
		p.kernel.Close(p.fd)
		p.fd = sys.None
	}
}

// Keeps reports whether a watch is kept and edges reported while nobody waits: then
// one watch in both directions serves a descriptor for good. Otherwise each wait
// needs its own, for what it waits for.
func (p *Poller) Keeps() bool { return p.kind == Epoll }

// Watch begins to watch fd; token comes back with its events.
func (p *Poller) Watch(fd sys.FD, events sys.Events, token uint64) sys.Errno {
	if p.kind == Poll {
		p.set.add(fd, events, token)
		return sys.OK
	}
	return p.kernel.PollAdd(p.fd, fd, events, token)
}

// Rewatch watches fd, which has been watched before, for events from now on.
func (p *Poller) Rewatch(fd sys.FD, events sys.Events, token uint64) sys.Errno {
	if p.kind == Poll {
		p.set.add(fd, events, token)
		return sys.OK
	}
	return p.kernel.PollModify(p.fd, fd, events, token)
}

// Unwatch ends the watch on fd.
func (p *Poller) Unwatch(fd sys.FD) sys.Errno {
	if p.kind == Poll {
		p.set.remove(fd)
		return sys.OK
	}
	return p.kernel.PollDelete(p.fd, fd)
}

// Wake ends the current or the next wait. Any task may call it.
func (p *Poller) Wake() { p.waker.wake() }

// Wait waits for events for at most timeout (negative: for ever) and returns
// them, the waker's own taken out. A wait that was interrupted returns none.
func (p *Poller) Wait(timeout time.Duration) []sys.Event {
	var n int
	var e sys.Errno
	if p.kind == Poll {
		if n, e = p.kernel.Poll(p.set.fds, timeout); e == sys.OK && n > 0 {
			n = p.set.collect(p.events)
		}
	} else {
		n, e = p.kernel.PollWait(p.fd, p.events, timeout)
	}
	if e != sys.OK {
		n = 0
	}
	events := p.events[:n]
	for i := range events {
		if events[i].Token == wakerToken {
			p.waker.clear()
			events = append(events[:i], events[i+1:]...)
			break
		}
	}
	return events
}
