package scenario

// Errands: what clients of both protocols ask a cache for, and what they may get. Whether
// trailers come behind it is up to each of those who read one answer:
//
//	client      it gets the trailers of what it reads
//	HTTP/1.1    behind all of it, in chunks, if it has said TE: trailers
//	HTTP/2      behind all of it
//	either      behind a part, or to HEAD: none
//
// The head tells the trailers' number, so that what was lost shows, and what is another's.

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"brigade/core/rt"
	"brigade/netsim/client"
	"brigade/sim"
)

// wish is what a client asks of the cache.
type wish struct {
	field string        // empty: nothing
	stale time.Duration // by how much more than its lifetime an answer may be old
	young time.Duration // how old it may be at most; 0: as old as it says
	anew  bool          // it has to be made anew
	gives bool          // 504 will do
}

var wishes = []wish{
	{},
	{},
	{},
	{},
	{field: "Cache-Control: no-cache", anew: true},
	{field: "Cache-Control: max-stale=2", stale: 2 * time.Second},
	{field: "Cache-Control: max-age=1", young: time.Second},
	{field: "Cache-Control: only-if-cached", gives: true},
	{field: "Pragma: no-cache", anew: true},
}

// piece is a part of a good that is asked for.
type piece struct {
	field    string // empty: all of it is
	from, to int
}

// drawPart draws one of size bytes: most want all.
func drawPart(size int) (p piece) {
	if sim.Choose("part", 3) < 2 {
		return p
	}
	p.from = []int{0, size / 2, size - 1}[sim.Choose("part begins", 3)]
	p.to = []int{p.from, size - 1}[sim.Choose("part ends", 2)]
	p.field = fmt.Sprintf("Range: bytes=%d-%d", p.from, p.to)
	return p
}

// errand is one request.
type errand struct {
	good, floor int // floor: the version that the good has at least
	method, who string
	wish        wish
	part        piece
	takes       bool   // trailers
	number      string // of a POST
	sent        rt.Instant
}

// errand draws one; framed: it is of HTTP/2.
func (l *larder) errand(once *once, framed bool) *errand {
	e := &errand{good: (l.first + sim.Choose("good", l.offered)) % len(goods), who: []string{"a", "b"}[sim.Choose("who", 2)]}
	e.method = []string{"GET", "GET", "GET", "POST", "HEAD"}[sim.Choose("errand's method", 5)]
	e.wish, e.part = wishes[sim.Choose("wish", len(wishes))], drawPart(goods[e.good])
	e.takes = framed || sim.Choose("takes trailers", 2) == 1
	if e.method == "POST" {
		e.number = once.number()
	}
	l.mu.Lock()
	e.floor = l.changed[e.good]
	l.mu.Unlock()
	e.sent = rt.Now()
	return e
}

// lines are the fields of e.
func (e *errand) lines() (list []string) {
	list = append(list, "X-Who: "+e.who)
	for _, s := range []string{e.wish.field, e.part.field} {
		if s != "" {
			list = append(list, s)
		}
	}
	if e.number != "" {
		list = append(list, "X-Number: "+e.number)
	}
	return list
}

// text is e as a request of HTTP/1.1.
func (e *errand) text() string {
	text := e.method + " " + shelf(e.good) + " HTTP/1.1\r\nHost: test\r\n" + asText(e.lines())
	if e.takes {
		text += "Connection: TE\r\nTE: trailers\r\n"
	}
	if e.method == "POST" {
		text += "Content-Length: 0\r\n"
	}
	return text + "\r\n"
}

// asks asks for e in a stream.
func (e *errand) asks(s *client.Session) *client.Stream {
	var fields []string
	for _, line := range e.lines() {
		name, value, _ := strings.Cut(line, ": ")
		fields = append(fields, strings.ToLower(name), value)
	}
	st := s.Ask(e.method, client.File{Target: shelf(e.good)}, true, fields...)
	st.Any = true
	return st
}

// fail says what is wrong with what came of e.
func (e *errand) fail(number, what string) {
	sim.Failf(number, fmt.Sprintf("%s %s for %s, %q, asked for at %v: %s", e.method, shelf(e.good), e.who, e.wish.field, e.sent, what))
}

// judge judges what has come of e.
func (l *larder) judge(p *plan, e *errand, r *client.Response) {
	version, _ := strconv.Atoi(r.Header.Get("X-Version"))
	who := e.who
	if e.good%2 == 0 {
		who = ""
	}
	whole := portion(e.good, version, who)
	e.trails(p, r)
	switch {
	case r.Status == 504 && e.wish.gives && e.method != "POST":
	case r.Status == 502 && e.method == "POST": // it may not be asked twice
		if !p.wicked() {
			p.origins.once.lost(e.number, e.text())
		}
	case r.Status == 206 && e.method == "GET" && e.part.field != "":
		if said, want := r.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-%d/%d", e.part.from, e.part.to, len(whole)); said != want || !bytes.Equal(r.Body, whole[e.part.from:e.part.to+1]) {
			e.fail("I18", fmt.Sprintf("%d bytes that are said to be %q, and are to be %q of version %d", len(r.Body), said, want, version))
		}
		l.ages(e, version, who)
	case r.Status != 200:
		if !slices.Contains(p.also(), r.Status) {
			e.fail("I18", "status "+strconv.Itoa(r.Status))
		}
	case e.method == "POST":
		l.mu.Lock()
		l.changed[e.good] = max(l.changed[e.good], version)
		l.mu.Unlock()
	case e.method == "HEAD" && r.Header.Get("X-Version") == "" && len(p.origins.ills) > 0:
		// An origin talks nonsense, of which the head is right.
	default:
		l.ages(e, version, who)
		if e.method == "GET" && !bytes.Equal(r.Body, whole) {
			e.fail("I18", fmt.Sprintf("%d bytes that are not version %d", len(r.Body), version))
		}
	}
}

// ages judges how old what came of e is.
func (l *larder) ages(e *errand, version int, who string) {
	if what := l.wrong(e.good, version, e.floor, who, e.sent, e.wish); what != "" {
		e.fail("I36", what)
	}
}

// trails judges what trails r, which came of e.
func (e *errand) trails(p *plan, r *client.Response) {
	want := make(http.Header)
	if n := r.Header.Get("X-Trailed"); n != "" && r.Status == 200 && e.method != "HEAD" && e.takes {
		want = kept(n, shelf(e.good))
	}
	switch {
	case len(some(r.Trailer)) == 0 && !r.Chunked && p.chain != unfiltered: // a filter knows how long it is
	case !same(r.Trailer, want):
		e.fail("I36", fmt.Sprintf("what trails it is %v; it has to be %v (it takes trailers: %t, in chunks: %t)", some(r.Trailer), want, e.takes, r.Chunked))
	}
}

// rests is how long a client does nothing between errands.
func rests() {
	rt.Sleep([]time.Duration{0, 100 * time.Millisecond, 1100 * time.Millisecond, 2300 * time.Millisecond}[sim.Choose("errand rests", 4)])
}

// shopping asks up to n times for goods, and changes one now and then.
func shopping(p *plan, n int) behaviour {
	return behaviour{"shopping", n, func(c *client.Client) error {
		var conn *client.Conn
		for range 1 + sim.Choose("errands", n) {
			if conn == nil {
				var err error
				if conn, err = c.Dial(); err != nil {
					return err
				}
			}
			again, err := p.goes(conn)
			if err != nil {
				conn.Close()
				return err
			}
			if !again {
				conn.Close()
				conn = nil
			}
			rests()
		}
		if conn != nil {
			conn.Close()
		}
		return nil
	}}
}

// goes goes on one errand.
func (p *plan) goes(conn *client.Conn) (again bool, err error) {
	e := p.origins.larder.errand(&p.origins.once, false)
	if err := conn.Send([]byte(e.text())); err != nil {
		return false, err
	}
	r, err := conn.Response(client.Want{Method: e.method, Trails: true})
	if err != nil {
		return false, err
	}
	p.origins.larder.judge(p, e, r)
	return !r.Close, nil
}

// browsing is shopping over HTTP/2, up to n times with a few errands at once.
func browsing(p *plan, n int) behaviour {
	return behaviour{"browsing", n, func(c *client.Client) error {
		s, err := c.Open([]uint32{65535, leastWindow}[sim.Choose("window", 2)])
		if err != nil {
			return err
		}
		defer s.Close()
		for left := 1 + sim.Choose("errands", n); left > 0 && !s.Going(); left-- {
			if err := p.goesOften(s); err != nil {
				return err
			}
			rests()
		}
		return s.Judge(func(*client.Stream) bool { return false })
	}}
}

// goesOften goes on a few errands at once.
func (p *plan) goesOften(s *client.Session) error {
	l := p.origins.larder
	var errands []*errand
	var streams []*client.Stream
	for range min(1+sim.Choose("errands at once", 3), s.Limit()) {
		e := l.errand(&p.origins.once, true)
		errands, streams = append(errands, e), append(streams, e.asks(s))
	}
	err := s.Wait(func() bool { return s.Waiting() == 0 })
	for i, st := range streams {
		if _, whole := st.Ended(); whole {
			l.judge(p, errands[i], &client.Response{Status: st.Status, Header: st.Header, Body: st.Body, Trailer: st.Trailer, Chunked: true})
		}
	}
	return err
}
