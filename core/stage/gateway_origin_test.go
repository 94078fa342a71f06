package stage_test

// What backends of a gateway do with a request, once they have heard all of it: the next of
// the acts that the run has drawn, whichever of them is asked. Each writes down when its
// connections began and ended.

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"brigade/core/exchange"
	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
	"brigade/sim"
)

// doing is what a backend does.
type doing int

const (
	answers  doing = iota
	hangsUp        // it closes the connection and says nothing
	cutsUp         // it resets it
	tires          // 408, and closes it
	isSilent       // until it is left
	halfHead       // then it is silent
	headEnds       // in the middle, with the connection
	raves          // what is no HTTP
	halfBody       // then it is silent
	bodyEnds       // in the middle, with the connection
	doings
)

// How the content of an answer ends.
const (
	byLength = iota
	byChunks
	byEnd
)

// act is what a backend does with a request.
type act struct {
	does    doing
	size    int // of the content
	form    int
	hints   bool          // 103 comes first
	gap     time.Duration // in the middle of the answer
	closes  bool          // the answer says so
	rambles bool          // more comes with it
	leaves  bool          // it closes the connection a moment later
	murmurs bool          // it says something a moment later
	fresh   bool          // it may be kept for a minute
}

// moment is how much later.
const moment = 10 * ms

func drawAct() act {
	a := act{
		does: []doing{answers, answers, answers, answers, answers, hangsUp, cutsUp, tires, isSilent, halfHead, headEnds, raves, halfBody, bodyEnds}[sim.Choose("does", 14)],
		size: []int{5, 0, 3000, 20_000}[sim.Choose("says", 4)],
		form: sim.Choose("form", 3),
	}
	switch sim.Choose("manner", 12) {
	case 6:
		a.hints = true
	case 7, 8:
		a.gap = []time.Duration{time.Second, 3 * time.Second}[sim.Choose("gap", 2)]
	case 9:
		a.closes = true
	case 10:
		a.rambles = true
	case 11:
		a.leaves = true
	case 5:
		a.murmurs = true
	}
	a.fresh = sim.Choose("fresh", 2) == 1
	if a.form == byEnd { // which is its end
		a.rambles, a.leaves, a.murmurs = false, false, false
	}
	if a.size == 0 {
		a.gap = 0 // there is no middle
	}
	if a.does == halfBody || a.does == bodyEnds {
		a.size, a.rambles, a.gap, a.hints = max(a.size, 5), false, 0, false
		if a.form == byEnd {
			a.form = byLength // else its end is the answer's
		}
	}
	return a
}

// body is the content of the n-th answer.
func (a *act) body(n int) []byte {
	b := make([]byte, 0, a.size+16)
	for i := 0; len(b) < a.size; i++ {
		b = fmt.Appendf(b, "%d.%d;", n, i)
	}
	return b[:a.size]
}

// text is the n-th answer, to a request of that method; half: how much of it goes before
// the gap, or is all that is said.
func (a *act) text(n int, method string) (text []byte, half int) {
	if a.hints {
		text = append(text, "HTTP/1.1 103 x\r\nLink: </a>\r\n\r\n"...)
	}
	text = append(text, "HTTP/1.1 200 OK\r\n"...)
	if a.closes || a.form == byEnd {
		text = append(text, "Connection: close\r\n"...)
	}
	text = append(text, map[bool]string{true: "Cache-Control: max-age=60\r\n", false: "Cache-Control: no-store\r\n"}[a.fresh]...)
	body := a.body(n)
	switch a.form {
	case byLength:
		text = fmt.Appendf(text, "Content-Length: %d\r\n\r\n", len(body))
	case byChunks:
		text = append(text, "Transfer-Encoding: chunked\r\n\r\n"...)
		if len(body) > 0 {
			body = fmt.Appendf(nil, "%x\r\n%s\r\n", len(body), body)
		}
		body = append(body, "0\r\n\r\n"...)
	default:
		text = append(text, "\r\n"...)
	}
	head := len(text)
	if method == "HEAD" {
		return text, head / 2
	}
	text = append(text, body...)
	if half = head + len(body)/2; a.does == halfHead || a.does == headEnds {
		half = head / 2
	}
	return text, half
}

// backendPlace is where the i-th backend is.
func backendPlace(i int) netip.AddrPort { return netip.AddrPortFrom(backendAt.Addr(), 90+uint16(i)) }

// link is a connection to a backend.
type link struct {
	backend      int
	began, ended rt.Instant
	by           string // who ended it
}

// backends are those of a run.
type backends struct {
	p     *netsim.Process
	model *gatewayModel
	over  rt.Bool
	tasks rt.WaitGroup

	mu    rt.Mutex
	links []*link // guarded by mu
	done  int     // guarded by mu: acts
	heard int     // guarded by mu: requests
}

func begin(p *netsim.Process, m *gatewayModel) *backends {
	o := &backends{p: p, model: m}
	o.tasks.Label("backends")
	for i := range m.backends {
		if i == 0 && m.absent {
			continue
		}
		l, e := p.Listen(backendPlace(i), sys.ListenOptions{})
		if e != sys.OK {
			rt.Bug("a backend that must listen: %v", e)
		}
		o.tasks.Go("backend", func() { o.accept(l, i) })
	}
	return o
}

func (o *backends) accept(l sys.FD, i int) {
	for !o.over.Load() {
		fd, _, e := o.p.AcceptWait(l, time.Minute)
		if e != sys.OK || o.over.Load() {
			o.p.Close(fd)
			continue
		}
		k := &link{backend: i, began: rt.Now()}
		o.mu.Lock()
		o.links = append(o.links, k)
		o.mu.Unlock()
		o.tasks.Go("backend", func() { o.serve(fd, k) })
	}
	o.p.Close(l)
}

// end has all end: somebody knocks.
func (o *backends) end() {
	o.over.Store(true)
	for i := range o.model.backends {
		if fd, e := o.p.Connect(backendPlace(i)); e == sys.OK || e == sys.EINPROGRESS {
			_ = o.p.ConnectWait(fd, time.Second)
			o.p.Close(fd)
		}
	}
	o.tasks.Wait()
}

// serve does what was drawn with each request, until the connection ends.
func (o *backends) serve(fd sys.FD, k *link) {
	k.by = o.talk(fd)
	k.ended = rt.Now()
	o.p.Close(fd)
}

func (o *backends) talk(fd sys.FD) (by string) {
	var got []byte
	for {
		q, rest, whole := takeRequest(got)
		if !whole {
			b := make([]byte, 4096)
			n, e := o.p.ReadWait(fd, b, time.Minute)
			if e != sys.OK || n == 0 {
				return "gateway"
			}
			got = append(got, b[:n]...)
			continue
		}
		got = rest
		o.mu.Lock()
		n := o.done
		o.done++
		o.heard++
		o.mu.Unlock()
		if !o.does(fd, &o.model.acts[n], n, q) {
			return "backend"
		}
	}
}

// does is a request's turn. False: the connection ends.
func (o *backends) does(fd sys.FD, a *act, n int, method string) bool {
	text, half := a.text(n, method)
	switch a.does {
	case hangsUp:
		return false
	case cutsUp:
		_ = o.p.SetOption(fd, sys.LingerZero, 1)
		return false
	case tires:
		if method != "HEAD" { // of whose 408 a client cannot tell where it ends
			o.say(fd, []byte(tired))
		}
		return false
	case isSilent:
		return true
	case raves:
		o.say(fd, []byte("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"))
		return true
	case halfHead, halfBody:
		rt.Sleep(a.gap)
		o.say(fd, text[:half])
		return true
	case headEnds, bodyEnds:
		o.say(fd, text[:half])
		rt.Sleep(moment) // in which who waits for it begins to read
		return false
	default:
	}
	if a.rambles {
		text = append(text, "HTTP/1.1 200 OK\r\n"...)
	}
	if a.gap > 0 {
		o.say(fd, text[:half])
		rt.Sleep(a.gap)
		text = text[half:]
	}
	if !o.say(fd, text) {
		return true // it has been left, which is for the next read to tell
	}
	if a.leaves || a.murmurs {
		rt.Sleep(moment)
	}
	if a.murmurs {
		o.say(fd, []byte("and"))
	}
	return a.form != byEnd && !a.leaves
}

func (o *backends) say(fd sys.FD, b []byte) bool {
	for len(b) > 0 {
		n, e := o.p.WriteWait(fd, b, 20*time.Second)
		if e != sys.OK {
			return false
		}
		b = b[n:]
	}
	return true
}

// takeRequest takes a whole request off b.
func takeRequest(b []byte) (method string, rest []byte, ok bool) {
	head, rest, ok := bytes.Cut(b, []byte("\r\n\r\n"))
	if !ok {
		return "", b, false
	}
	length, lines := 0, strings.Split(string(head), "\r\n")
	for _, line := range lines[1:] {
		switch name, value, _ := strings.Cut(line, ": "); strings.ToLower(name) {
		case "content-length":
			_, _ = fmt.Sscan(value, &length)
		case "transfer-encoding":
			i := bytes.Index(rest, []byte("\r\n0\r\n\r\n"))
			if length = i + 7; i < 0 {
				return "", b, false
			}
		}
	}
	if len(rest) < length {
		return "", b, false
	}
	method, _, _ = strings.Cut(lines[0], " ")
	return method, rest[length:], true
}

// judge holds what came of connections to the model.
func (o *backends) judge(m *gatewayModel, first rt.Instant) {
	if len(o.links) != len(m.links) || o.heard != m.used {
		rt.Bug("%d connections and %d requests came to backends, not %d and %d: %s", len(o.links), o.heard, len(m.links), m.used, m.story)
	}
	for i, k := range o.links {
		want := m.links[i]
		lasted, due := k.ended.Sub(first), want.ended
		switch {
		case k.backend != want.backend:
			rt.Bug("connection %d goes to backend %d, not %d", i, k.backend, want.backend)
		case want.loose || k.by == "backend":
		case lasted < due || lasted > due+20*ms:
			rt.Bug("connection %d, to backend %d, is ended by the gateway after %v, not %v", i, k.backend, lasted, due)
		}
	}
}

// Local implements exchange.Handler.
func (r *rack) Local() exchange.Local { return rackLocal{r} }

// Handle implements exchange.Handler.
func (r *rack) Handle(x *exchange.Exchange) { x.Fetch(r) }

type rackLocal struct{ rack *rack }

// Inline implements exchange.Local.
func (l rackLocal) Inline(x *exchange.Exchange) bool {
	x.Fetch(l.rack)
	return true
}

// Learn implements exchange.Local.
func (rackLocal) Learn(any) {}

// Choose implements exchange.Origin.
func (r *rack) Choose(_ *exchange.Exchange, tried uint64) (backend int, ok bool) {
	for i := range r.n {
		if tried&(1<<i) == 0 {
			return i, true
		}
	}
	return 0, false
}

// Asked implements exchange.Origin.
func (r *rack) Asked(_ *exchange.Exchange, backend int, good bool) {
	r.mu.Lock()
	r.words.WriteString(verdict(backend, good))
	r.mu.Unlock()
}
