package poll

import (
	"fmt"
	"time"

	"brigade/core/sys"
)

// batch is how many events one wait returns at most.
const batch = 256

// wakerToken is the token of the waker's own descriptor.
const wakerToken = ^uint64(0)

// Poller is a kernel poller and the event counter that ends its waits.
type Poller struct {
	kernel sys.Kernel
	fd     sys.FD
	waker  sys.FD
	events []sys.Event
	word   [8]byte // what wakes: the number 1, any byte order
	drain  [8]byte
}

// Open makes the poller's descriptors.
func (p *Poller) Open(k sys.Kernel) error {
	p.kernel, p.fd, p.waker = k, sys.None, sys.None
	p.events = make([]sys.Event, batch)
	p.word = [8]byte{1}
	var e sys.Errno
	if p.fd, e = k.Poller(); e != sys.OK {
		return fmt.Errorf("poller: %w", e)
	}
	if p.waker, e = k.EventFD(); e != sys.OK {
		p.Close()
		return fmt.Errorf("waker: %w", e)
	}
	if e = k.PollAdd(p.fd, p.waker, sys.In|sys.Edge, wakerToken); e != sys.OK {
		p.Close()
		return fmt.Errorf("watching the waker: %w", e)
	}
	return nil
}

// Close gives the descriptors back.
func (p *Poller) Close() {
	for _, fd := range []sys.FD{p.waker, p.fd} {
		if fd != sys.None {
			p.kernel.Close(fd)
		}
	}
	p.fd, p.waker = sys.None, sys.None
}

// FD is the poller's descriptor.
func (p *Poller) FD() sys.FD { return p.fd }

// Wake ends the current or the next wait. Any task may call it. EAGAIN means that
// the counter is full, so that a wakeup is pending anyway.
func (p *Poller) Wake() {
	for {
		if _, e := p.kernel.Write(p.waker, p.word[:]); e != sys.EINTR {
			return
		}
	}
}

// Wait waits for events for at most timeout (negative: for ever) and returns
// them, the waker's own taken out. A wait that was interrupted returns none.
func (p *Poller) Wait(timeout time.Duration) []sys.Event {
	n, e := p.kernel.PollWait(p.fd, p.events, timeout)
	if e != sys.OK {
		n = 0
	}
	events := p.events[:n]
	for i := range events {
		if events[i].Token == wakerToken {
			// Edge-triggered: reading the counter empties it, so that it never fills up.
			_, _ = p.kernel.Read(p.waker, p.drain[:])
			events = append(events[:i], events[i+1:]...)
			break
		}
	}
	return events
}
