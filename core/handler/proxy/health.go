package proxy

// Health: what checks say of a backend. It is unfit from the last of Fall checks in a row
// that failed until the last of Rise in a row that did not, and a backend that is unfit is
// asked for nothing else, not even if there is no other.
//
//	it is       a check               the next begins, from the beginning of this one
//	fit         passes                after the interval
//	fit         fails, one of Fall    after the timeout
//	unfit       fails                 after the interval
//	unfit       passes, one of Rise   after the timeout
//	either      came to nothing       after the timeout: it says nothing of the backend
//
// So whoever dies is asked for the last time within the interval and Fall timeouts: the
// first check that can fail begins within the interval, and each takes the timeout at most.
// The loop may begin a check earlier than that, so that checks of several servers do not
// fall together, and never later.
//
// Beside it stands what requests find out (backend.go): one that fails has its backend
// left alone for a while, if there are others. Checks that a backend passes say nothing
// against that: it may pass them and fail at all else. When checks find fit again what was
// unfit, they do.
//
// Who was unfit begins slowly: from then on for the time of SlowStart it gets only a share
// of the requests that would be its own, which grows from nothing to all of them in
// proportion to the time gone by; the others go to those who are fit, if there are any.

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"brigade/core/exchange"
	"brigade/core/http1"
	"brigade/core/rt"
)

// Check is how backends are checked. Zero values mean the defaults, in brackets.
type Check struct {
	// What is "tcp", where to be connected to is enough, or the path of a GET request.
	// [nothing: there are no checks]
	What string
	// Status is that of the answer of a backend that is fit. [any from 200 to 399]
	Status    int
	Interval  time.Duration // [2 s]
	Timeout   time.Duration // of one check [1 s]
	Rise      int           // checks in a row that find fit what was unfit [2]
	Fall      int           // and that find unfit what was fit [3]
	SlowStart time.Duration // [none]
}

// tcp is the check that asks nothing.
const tcp = "tcp"

func (c *Check) complete() error {
	if c.What == "" {
		return nil
	}
	if c.Interval == 0 {
		c.Interval = 2 * time.Second
	}
	if c.Timeout == 0 {
		c.Timeout = time.Second
	}
	if c.Rise == 0 {
		c.Rise = 2
	}
	if c.Fall == 0 {
		c.Fall = 3
	}
	switch {
	case c.What != tcp && (c.What[0] != '/' || strings.ContainsFunc(c.What, unprintable)):
		return fmt.Errorf("proxy: a check of %q; it is tcp, or a path that begins with a slash", c.What)
	case c.What == tcp && c.Status != 0:
		return errors.New("proxy: a check of tcp has no status")
	case c.Status != 0 && (c.Status < 200 || c.Status > 599):
		return fmt.Errorf("proxy: a check that expects status %d; it is one from 200 to 599", c.Status)
	case c.Rise < 0 || c.Fall < 0:
		return errors.New("proxy: Rise and Fall are 1 or more checks")
	case c.Interval < time.Millisecond || c.Timeout < time.Millisecond || c.SlowStart < 0:
		return errors.New("proxy: the interval and the timeout of checks are 1 ms or more")
	}
	return nil
}

// unprintable reports whether r stands in no target.
func unprintable(r rune) bool { return r <= ' ' || r >= 0x7f }

// health is what is known of one backend.
type health struct {
	unfit  rt.Bool
	since  rt.Int64 // the instant at which it became fit again; 0: it has always been
	streak int      // findings in a row that speak against unfit; the checking task's

	made    rt.Int64 // checks that have ended
	failed  rt.Int64 // of those
	unknown rt.Int64 // of those
	refused rt.Int64 // times that one had to wait for a buffer
}

func (h *health) init() {
	h.unfit.Label("backend.unfit")
	h.since.Label("backend.since")
	h.made.Label("backend.made")
	h.failed.Label("backend.failed")
	h.unknown.Label("backend.unknown")
	h.refused.Label("backend.refused")
}

// Checks are the backends, to be checked; nil: they are not.
func (p *Proxy) Checks() (list []exchange.Checked) {
	if p.check.What == "" {
		return nil
	}
	for i := range p.backends {
		list = append(list, patient{p, &p.backends[i]})
	}
	return list
}

// patient is a backend as who checks it sees it.
type patient struct {
	proxy *Proxy
	*backend
}

// Address implements exchange.Checked.
func (b patient) Address() netip.AddrPort { return b.address }

// Interval implements exchange.Checked.
func (b patient) Interval() time.Duration { return b.proxy.check.Interval }

// Patience implements exchange.Checked.
func (b patient) Patience() time.Duration { return b.proxy.check.Timeout }

// Query implements exchange.Checked.
func (b patient) Query(dst []byte) []byte {
	what := b.proxy.check.What
	if what == tcp {
		return dst
	}
	host := b.proxy.host
	if host == "" {
		host = b.address.String()
	}
	dst = append(append(append(dst, "GET "...), what...), " HTTP/1.1\r\n"...)
	dst = http1.AppendFieldString(dst, "Host", host)
	return append(dst, "User-Agent: "+pseudonym+"\r\nConnection: close\r\n\r\n"...)
}

// Expects implements exchange.Checked.
func (b patient) Expects(status int) bool {
	if want := b.proxy.check.Status; want != 0 {
		return status == want
	}
	return status >= 200 && status < 400
}

// Refused implements exchange.Checked.
func (b patient) Refused() { b.refused.Add(1) }

// Found implements exchange.Checked.
func (b patient) Found(f exchange.Finding, now rt.Instant) (again time.Duration, news string) {
	c := &b.proxy.check
	defer b.made.Add(1)
	switch unfit := b.unfit.Load(); {
	case f == exchange.Unknown:
		b.unknown.Add(1)
		return c.Timeout, ""
	case f == exchange.Unfit:
		b.health.failed.Add(1)
		fallthrough
	default:
		if (f == exchange.Unfit) == unfit {
			b.streak = 0
			return c.Interval, ""
		}
		b.streak++
	}
	switch {
	case f == exchange.Unfit && b.streak >= c.Fall:
		b.streak = 0
		b.unfit.Store(true)
		return c.Interval, "it fails its checks, and is asked for nothing until it passes them"
	case f == exchange.Fit && b.streak >= c.Rise:
		b.streak = 0
		b.rests.Store(0)
		b.since.Store(int64(now))
		b.unfit.Store(false)
		return c.Interval, "it passes its checks again"
	}
	return c.Timeout, ""
}

// shares is how finely a growing share of requests is measured.
const shares = 256

// eases reports whether a backend that has been unfit leaves a request to others. draw is
// the request's own: a number of which all are as likely.
func (p *Proxy) eases(b *backend, now rt.Instant, draw uint64) bool {
	if p.check.SlowStart == 0 {
		return false
	}
	since := b.since.Load()
	gone := now.Sub(rt.Instant(since))
	if since == 0 || gone >= p.check.SlowStart {
		return false
	}
	return mix(draw^b.seed)%shares >= uint64(shares*gone/p.check.SlowStart)
}

// Health is what is known of a backend at a moment.
type Health struct {
	Address netip.AddrPort
	Active  int64      // requests with it
	Unfit   bool       // by its checks
	Since   rt.Instant // when it became fit again; 0: it has always been
	Rests   rt.Instant // until then it is left alone, since a request failed; 0: it is not
	Made    int64      // checks that have ended
	Failed  int64      // of those
	Unknown int64      // of those, for want of a buffer or a descriptor
	Refused int64      // times that a check had to wait for a buffer
}

// Health is the state of each backend. Any task may call it; it is exact between tasks no
// more than what it is made of.
func (p *Proxy) Health() []Health {
	list := make([]Health, len(p.backends))
	for i := range p.backends {
		b := &p.backends[i]
		made := b.made.Load() // first: a check is counted when what it changed has been
		list[i] = Health{
			Made: made, Address: b.address, Active: b.active.Load(), Unfit: b.unfit.Load(), Since: rt.Instant(b.since.Load()), Rests: rt.Instant(b.rests.Load()),
			Failed: b.health.failed.Load(), Unknown: b.unknown.Load(), Refused: b.refused.Load(),
		}
	}
	return list
}
