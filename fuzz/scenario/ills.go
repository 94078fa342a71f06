package scenario

// What goes wrong with origins (F29). Each ill is a fault of the world's table, so that it
// is drawn, weighted, counted and left out like the others; an origin asks the world when
// it has read a request's head. Afterwards its connection ends, whatever it has said.

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
	"brigade/sim"
)

// ill is one way for an origin to do wrong by the proxy.
type ill struct {
	fault string
	forms int
	early bool // before it has read the request's content
	do    func(o *origins, fd sys.FD, q *http.Request, form int)
}

var allIlls = []ill{
	{"origin-early", 2, true, func(o *origins, fd sys.FD, q *http.Request, form int) {
		if form == 1 {
			o.say(fd, o.whole(q))
		}
	}},
	{"origin-closes", 2, false, func(o *origins, fd sys.FD, q *http.Request, form int) {
		if o.say(fd, o.whole(q)) && form == 2 {
			rt.Sleep(time.Millisecond)
		}
	}},
	{"origin-slow", 2, false, func(o *origins, fd sys.FD, q *http.Request, form int) {
		gap := []time.Duration{0, time.Second, 5 * time.Second}[form]
		for b := []byte(o.whole(q)); len(b) > 0; rt.Sleep(gap) { // three times, however little its socket takes at once
			n := min(1+len(b)/2, len(b))
			if !o.say(fd, string(b[:n])) {
				return
			}
			b = b[n:]
		}
	}},
	{"origin-cut", 2, false, func(o *origins, fd sys.FD, q *http.Request, form int) {
		text := o.whole(q)
		o.say(fd, text[:sim.Choose("origin ends after", len(text))])
		if form == 2 {
			_ = o.p.SetOption(fd, sys.LingerZero, 1)
		}
	}},
	{"origin-sick", 2, false, func(o *origins, fd sys.FD, _ *http.Request, form int) {
		if form == 1 {
			rt.Sleep(6 * time.Second)
			return
		}
		o.sick.Store(int64(rt.Now().Add(2 * time.Second)))
		_ = o.p.SetOption(fd, sys.LingerZero, 1)
	}},
	{"origin-lies", 2, false, func(o *origins, fd sys.FD, q *http.Request, form int) {
		if form == 1 {
			o.say(fd, o.whole(q)+"and more")
			return
		}
		right, _ := o.words(q) // whose status a client may hear before the nonsense begins
		o.say(fd, strings.Replace(wrongHeads[sim.Choose("origin's nonsense", len(wrongHeads))], "HTTP/1.1 200", right[:len("HTTP/1.1 200")], 1))
	}},
}

// ail gives o the ills that p has.
func (o *origins) ail(p netsim.Profile) {
	for _, x := range allIlls {
		if p.Includes(x.fault) {
			o.ills = append(o.ills, x)
		}
	}
}

// well is at how many requests an origin is well, for one at which it may have each ill. One
// behind a cache is asked for little, and what it fails at is read by many.
func (o *origins) well() int {
	if o.larder != nil {
		return 2
	}
	return 6
}

// errs is whether an origin does wrong by a request that came on fd, and in which form;
// nil: it does not.
func (o *origins) errs(fd sys.FD) (*ill, int) {
	if len(o.ills) == 0 {
		return nil, 0
	}
	well := o.well()
	i := sim.Choose("origin errs", well+len(o.ills)) - well
	if i < 0 {
		return nil, 0
	}
	form := o.p.Misuses(fd, o.ills[i].fault, o.ills[i].forms)
	if form == 0 {
		return nil, 0
	}
	return &o.ills[i], form
}

// whole is the answer to q, framed by its length unless it has trailers.
func (o *origins) whole(q *http.Request) string {
	head, body := o.words(q)
	if q.Method == http.MethodHead {
		return head + "\r\n"
	}
	if text := o.trailed(q, head, body); text != "" {
		return text
	}
	return head + "Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + string(body)
}

// wrongHeads are no heads of responses, or could be read in two ways.
var wrongHeads = []string{
	"hello\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
	"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "HTTP/1.1 101 x\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Long: " + strings.Repeat("x", 9000) + "\r\n\r\n",
	"HTTP/1.1 200 OK\r\nX-Long: " + strings.Repeat("x", 20_000) + "\r\n\r\n",
}
