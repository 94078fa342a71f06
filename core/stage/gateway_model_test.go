package stage_test

// What a gateway does, by its own documentation: what is sent again and to whom
// (fetch_fail.go), which connections are kept, taken and closed (backend.go,
// fetch_reach.go), and how long anybody is waited for.

import (
	"bytes"
	"fmt"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"brigade/sim"
)

// question is what a client asks, and how.
type question struct {
	method, target string
	content        []byte
	chunked        bool          // it does not say how long that is
	two            bool          // in HTTP/2
	pause          time.Duration // before it
	stops          time.Duration // in the middle of its content
	acts           []act         // what backends have done with it
	again          *page         // it is of what is stored; nil: it is new
	from, to       int           // the part of that which is asked for; to 0: all
}

func (q *question) String() string {
	return fmt.Sprintf("%s %s with %d bytes (chunked %t, stops for %v, pause %v; answered by %+v)", q.method, q.target, len(q.content), q.chunked, q.stops, q.pause, q.acts)
}

// fields are those beyond what every request has: name, value.
func (q *question) fields() []string {
	switch {
	case q.to > 0:
		return []string{"range", fmt.Sprintf("bytes=%d-%d", q.from, q.to)}
	case q.two && !q.chunked:
		return []string{"content-length", strconv.Itoa(len(q.content))}
	}
	return nil
}

// repeats reports whether it may be sent again, as long as all of it is there.
func (q *question) repeats() bool { return q.method != "POST" }

// held reports whether its content is held for that.
func (q *question) held() bool { return !q.chunked && len(q.content) <= pageIn }

// outcome is what has to come of it.
type outcome struct {
	status  int
	body    []byte // nil: any
	after   time.Duration
	cut     bool // it ends in the middle
	closing bool // the connection ends with it
	ours    bool // no backend has said it
}

// line is one of the log.
type line struct {
	says   string
	blames netip.AddrPort // zero: nobody
	why    string
}

// modelLink is a connection to a backend.
type modelLink struct {
	backend int
	served  time.Duration // when it did last
	uses    int
	goes    time.Duration // when its backend ends it, or says what nobody asked for; 0: it does not
	ended   time.Duration
	loose   bool // nobody says when
}

// page is an answer that is stored.
type page struct {
	target string
	body   []byte
	until  time.Duration
}

// gatewayModel is the model.
type gatewayModel struct {
	backends int
	absent   bool // nobody is at the first
	stores   bool // there is a cache
	hands    bool // another loop fetches what is left of a body
	least    int  // of which that has to be left, or to have come
	room     int  // for kept connections to a backend
	acts     []act

	now    time.Duration
	asked  int
	used   int // acts
	links  []*modelLink
	kept   []*modelLink // that served last, last
	pages  []*page
	handed [2]int // bodies that are handed over: those that have to be, and those that may be
	told   string
	story  string // what was asked, and answered
	notes  int
	lines  []line
	blames netip.AddrPort
	why    string
	loose  bool // what backends are asked goes on by itself, and is not followed
}

func (m *gatewayModel) String() string {
	return fmt.Sprintf("%d backends (the first absent: %t), stores: %t, hands over: %t", m.backends, m.absent, m.stores, m.hands)
}

// question draws one.
func (m *gatewayModel) question(two bool) *question {
	q := &question{
		method: []string{"GET", "GET", "PUT", "POST", "POST", "HEAD"}[sim.Choose("method", 6)],
		target: fmt.Sprintf("/a%d", m.asked),
		pause:  []time.Duration{20 * ms, warmTime - 100*ms, 700 * ms, 2 * time.Second}[sim.Choose("pause", 4)],
	}
	if m.hands && q.method != "HEAD" {
		q.method = "GET" // what another loop keeps, only that takes over
	}
	if m.stores && q.method == "GET" && len(m.pages) > 0 && sim.Choose("again", 2) == 1 {
		q.again = m.pages[sim.Choose("which", len(m.pages))]
		q.target = q.again.target
		if n := len(q.again.body); n > 2 && sim.Choose("a part", 2) == 1 {
			q.from, q.to = []int{0, 1, n / 2}[sim.Choose("from", 3)], []int{n/2 + 1, n - 1, n + 5}[sim.Choose("to", 3)]
		}
	}
	if q.method == "POST" || q.method == "PUT" {
		q.two = two
		q.content = []byte(strings.Repeat("content ", 4000)[:[]int{10, 0, 5000, 30_000}[sim.Choose("content", 4)]])
		q.chunked = len(q.content) > 0 && sim.Choose("in chunks", 3) == 1
		if len(q.content) > 1 && !two && !(m.absent && m.backends == 1) && sim.Choose("stops", 4) == 1 {
			q.stops = []time.Duration{time.Second, bodyTime + time.Second}[sim.Choose("for", 2)]
		}
	}
	return q
}

// take is a kept connection for a request that may be sent again, or not.
func (m *gatewayModel) take(i int, again bool) *modelLink {
	m.passes()
	for n := len(m.kept) - 1; n >= 0; n-- {
		k := m.kept[n]
		switch {
		case k.backend != i:
			continue
		case !again && m.now-k.served > warmTime:
			return nil // the others are colder
		}
		m.kept = append(m.kept[:n], m.kept[n+1:]...)
		return k
	}
	return nil
}

// passes has the kept connections end whose time is over by now.
func (m *gatewayModel) passes() {
	var rest []*modelLink
	for _, k := range m.kept {
		at := k.served + spareTime
		if k.goes > 0 {
			at = min(at, k.goes)
		}
		if at <= m.now {
			k.ended = at
			continue
		}
		rest = append(rest, k)
	}
	m.kept = rest
}

// keep has k be kept, and the one that served longest ago go if there are too many.
func (m *gatewayModel) keep(k *modelLink) {
	m.passes()
	k.served = m.now
	n := 0
	for _, o := range m.kept {
		if o.backend == k.backend {
			n++
		}
	}
	for i, o := range m.kept {
		if n >= m.room && o.backend == k.backend {
			o.ended = m.now
			m.kept = append(m.kept[:i:i], m.kept[i+1:]...)
			break
		}
	}
	m.kept = append(m.kept, k)
}

// ends is the end of the server.
func (m *gatewayModel) ends() {
	m.passes()
	for _, k := range m.kept {
		k.ended = m.now
	}
	m.kept = nil
}

// note is that the i-th backend has failed.
func (m *gatewayModel) note(i int, why string) {
	m.notes++
	m.blames, m.why = backendPlace(i), why
}

// tell is that it is asked no more.
func (m *gatewayModel) tell(i int, good bool) { m.told += verdict(i, good) }

// ask is what comes of q.
func (m *gatewayModel) ask(q *question) *outcome {
	began := m.now
	m.asked++
	m.blames, m.why = netip.AddrPort{}, ""
	o := m.answer(q)
	m.story += fmt.Sprintf("%v: %v\n", began, q)
	o.after = m.now - began
	if m.stores && q.method == "GET" {
		if o.ours && !o.cut && o.after > dialTime+answerTime { // it is not waited for by who shares it
			o.after, o.status, m.loose = dialTime+answerTime, 504, true
		}
		m.blames, m.why = netip.AddrPort{}, "" // its fetch is for all who may want that
	}
	l := line{says: fmt.Sprintf(`"%s %s HTTP/`, q.method, q.target)}
	if o.ours || o.cut {
		l.blames, l.why = m.blames, m.why
	}
	m.lines = append(m.lines, l)
	return o
}

// answer is ask without what the log has.
func (m *gatewayModel) answer(q *question) *outcome {
	if p := q.again; p != nil && m.now < p.until {
		if q.to > 0 {
			return &outcome{status: 206, body: p.body[q.from:min(q.to+1, len(p.body))]}
		}
		return &outcome{status: 200, body: p.body}
	}
	tried, fresh, late, status, began := 0, false, false, 503, m.now
	for range 3 {
		for {
			i := bits.TrailingZeros(^uint(tried))
			if i >= m.backends {
				return &outcome{status: status, ours: true}
			}
			k := m.reach(i, !fresh, q)
			if k == nil {
				tried |= 1 << i
				status = 502
				break
			}
			o, next := m.converse(q, k, &late, began)
			if o != nil {
				return o
			}
			if next == 0 { // on a new connection
				fresh = true
				continue
			}
			tried |= 1 << i
			status = next
			break
		}
	}
	return &outcome{status: status, ours: true}
}

// reach is a connection to the i-th backend; nil: nobody is there.
func (m *gatewayModel) reach(i int, kept bool, q *question) *modelLink {
	if kept {
		if k := m.take(i, q.repeats() && q.held()); k != nil {
			return k
		}
	}
	if i == 0 && m.absent {
		m.note(i, "it cannot be reached: ")
		m.tell(i, false)
		return nil
	}
	k := &modelLink{backend: i}
	m.links = append(m.links, k)
	return k
}

// converse has k's backend do what is next. nil: it is left, and next is the status if there
// is no other, or 0 for the same on a new connection.
func (m *gatewayModel) converse(q *question, k *modelLink, late *bool, began time.Duration) (o *outcome, next int) {
	if q.stops > bodyTime {
		m.now += bodyTime
		k.ended = m.now
		m.tell(k.backend, true)
		return &outcome{status: 408, closing: true, ours: true}, 0
	}
	if len(q.acts) == 0 { // else all of it is here
		m.now += q.stops
	}
	a := &m.acts[m.used]
	n := m.used
	m.used++
	q.acts = append(q.acts, *a)
	m.weighs(q, a)
	repeats := q.repeats() && (q.held() || len(q.content) == 0)
	fails := func(status int, again bool, why string) (*outcome, int) {
		k.ended = m.now
		m.note(k.backend, why)
		m.tell(k.backend, false)
		if again {
			return nil, status
		}
		return &outcome{status: status, ours: true}, 0
	}
	stale := func() (*outcome, int) {
		k.ended = m.now
		m.tell(k.backend, true)
		return nil, 0
	}
	does := a.does
	if does == tires && q.method == "HEAD" {
		does = hangsUp
	}
	switch does {
	case hangsUp, cutsUp:
		if repeats && k.uses > 0 {
			return stale()
		}
		return fails(502, repeats, map[bool]string{true: "it reset the connection: ", false: "it closed the connection before it has answered"}[does == cutsUp])
	case tires:
		if repeats && k.uses > 0 {
			return stale()
		}
		k.ended = m.now
		m.tell(k.backend, true)
		return &outcome{status: 408}, 0
	case isSilent:
		m.now += answerTime
		again := repeats && !*late
		*late = true
		return fails(504, again, "it does not answer in time")
	case halfHead:
		m.now += answerTime
		return fails(504, false, "it does not answer in time")
	case headEnds:
		m.now += moment
		return fails(502, false, "it closed the connection before it has answered")
	case raves:
		return fails(502, false, "more than one field that says where it ends")
	case halfBody:
		if q.method != "HEAD" {
			m.now += moreTime
			o, _ := fails(200, false, "nothing more of its answer came in time")
			o.cut = true
			return o, 0
		}
		m.now += answerTime // half of the head is all there is
		return fails(504, false, "it does not answer in time")
	case bodyEnds:
		m.now += moment
		if q.method == "HEAD" {
			return fails(502, false, "it closed the connection before it has answered")
		}
		o, _ := fails(200, false, "it closed the connection in the middle of its answer")
		o.cut = true
		return o, 0
	default:
	}
	return m.whole(q, k, a, n), 0
}

// weighs looks whether what a says is handed over. How much of a body comes at once nobody
// knows, unless it comes in two parts.
func (m *gatewayModel) weighs(q *question, a *act) {
	text, half := a.text(0, q.method)
	if a.hints {
		_, rest, _ := bytes.Cut(text, []byte("\r\n\r\n"))
		text, half = rest, half-(len(text)-len(rest))
	}
	_, content, _ := bytes.Cut(text, []byte("\r\n\r\n"))
	body := len(content)
	said := body // of it
	if a.does == halfBody || a.does == bodyEnds {
		said = half - (len(text) - body)
	}
	switch {
	case !m.hands || q.method == "HEAD" || a.does != answers && a.does != halfBody && a.does != bodyEnds:
	case a.form != byLength && said >= m.least, a.form == byLength && (a.gap > 0 || said < body) && body-(half-(len(text)-body)) >= m.least:
		m.handed[0]++
		m.handed[1]++
	case a.form == byLength && body >= m.least:
		m.handed[1]++
	}
}

// whole is an answer that comes whole.
func (m *gatewayModel) whole(q *question, k *modelLink, a *act, n int) *outcome {
	m.now += a.gap
	k.uses++
	m.tell(k.backend, true)
	o := &outcome{status: 200, body: a.body(n)}
	if q.method == "HEAD" {
		o.body = nil
	}
	k.goes = 0
	if a.leaves || a.murmurs {
		k.goes = m.now + moment
	}
	if a.closes || a.form == byEnd || a.rambles {
		k.ended = m.now
	} else {
		m.keep(k)
	}
	if m.stores && q.method == "GET" && a.fresh {
		m.pages = append(m.pages, &page{target: q.target, body: o.body, until: m.now + 50*time.Second})
	}
	return o
}
