package stage_test

// A gateway, held to a model of all that it does (gateway_model_test.go): which backend is
// asked when, on which connection; what its client gets, and at which moment; when each
// connection to a backend ends; what stands in the log, and what is counted. One client asks
// one thing after the other, and backends do with each request what was drawn before
// (gateway_origin_test.go); the machine takes no time, so that every moment is a sum of
// what somebody waits for. The same model holds in each topology, with each poller, over
// both protocols, however little sockets hold, with a cache, and when another loop fetches
// what is left of a body.

import (
	"bytes"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"brigade/core/accesslog"
	"brigade/core/cache"
	"brigade/core/handler/proxy"
	"brigade/core/httpconn"
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/invariants"
	"brigade/netsim"
	"brigade/netsim/client"
	"brigade/sim"
)

// The times of a gateway, all different.
const (
	answerTime = 4 * time.Second
	moreTime   = 3500 * ms
	dialTime   = 700 * ms
	spareTime  = 1500 * ms
	bodyTime   = 2500 * ms
	warmTime   = 500 * ms
)

// pageIn is its input page: content that is longer is not held to be sent again.
const pageIn = 2048

func TestGatewayIsItsModel(t *testing.T) {
	net := netsim.New(netsim.Config{})
	net.Build("/log", netsim.Entry{Dir: true})
	w := &world{net: net, kernel: net.Process("server"), peer: net.Process("client")}
	o := sim.Options{Seed: 1, Runs: 400, World: net, Observers: invariants.Server(int32(w.kernel.ID()))}
	r := sim.Explore(o, func() { gatewayRun(w) })
	if f := r.Failure; f != nil {
		t.Fatalf("run %d: seed %d: %v, in %s\n%s", r.Runs, f.Seed, f.Verdict, f.Verdict.Task, f.Verdict.Stack)
	}
}

// gateway is a run of it.
type gateway struct {
	w     *world
	model *gatewayModel
	rack  *rack
	ends  *backends
	two   bool // the client speaks HTTP/2
	conn  *talk
	h2    *client.Session
	first rt.Instant
}

func gatewayRun(w *world) {
	m := &gatewayModel{backends: 1 + sim.Choose("backends", 3), absent: sim.Choose("the first is absent", 6) == 1}
	cfg := stage.Config{Kernel: w.kernel, Shards: 1, Processors: 1, Buffers: []int{0, 0, 1, 2}[sim.Choose("i/o buffers", 4)]}
	s := setup{cfg: cfg, long: true}
	s.cfg.Pages = httpconn.Sizes{In: pageIn, Out: []int{16 << 10, 8 << 10}[sim.Choose("output page", 2)]}
	s.measures(topologies[sim.Choose("topology", len(topologies))])
	c := &s.cfg
	c.Body, c.Dial, c.Answer, c.More, c.Spare, c.Warm = bodyTime, dialTime, answerTime, moreTime, spareTime, 0
	c.Idle = time.Minute
	c.Poller = poll.Kind(sim.Choose("poller", 2))
	switch sim.Choose("by way of", 4) {
	case 2:
		m.stores = true
		c.Cache = cache.Options{Bytes: 1 << 20}
	case 3:
		m.hands, c.Shards, c.Poller, m.least = true, 2, poll.Epoll, []int{1, 300}[sim.Choose("hand over", 2)]
		c.HandOver = int64(m.least)
	}
	c.Kept = []int{64, 1}[sim.Choose("kept", 2)]
	m.room = c.Kept
	small := []int{0, 600}[sim.Choose("socket buffers", 2)]
	w.net.Adjust(netsim.Config{SendBuffer: small, RecvBuffer: small, Profile: gentle()})
	for range 12 {
		m.acts = append(m.acts, drawAct())
	}
	g := &gateway{w: w, model: m, two: sim.Choose("HTTP/2", 3) == 1}
	var err error
	if g.rack, err = newRack(m.backends); err != nil {
		rt.Bug("%v", err)
	}
	if c.Log, err = accesslog.Open(w.kernel, "/log/access.log", 1<<16); err != nil {
		rt.Bug("%v", err)
	}
	c.Handler = g.rack
	if w.server, err = stage.New(*c); err != nil {
		rt.Bug("%v", err)
	}
	w.server.Start()
	g.ends = begin(w.peer, m)
	g.first = rt.Now()
	m.now = 0
	g.talks()
	g.over()
}

// talks has the client ask until it has enough, or its connection ends.
func (g *gateway) talks() {
	g.dial()
	for range 1 + sim.Choose("questions", 5) {
		q := g.model.question(g.two)
		rt.Sleep(q.pause)
		g.model.now += q.pause
		want := g.model.ask(q)
		g.asks(q, want)
		if g.model.loose {
			break
		}
		rt.Sleep(ms) // the gateway has done with it, too
		g.model.now += ms
		if g.rack.told() != g.model.told {
			rt.Bug("%s, %s: backends were asked so: %q; it should be %q", g.model, q, g.rack.told(), g.model.told)
		}
		if want.cut && !g.two || want.closing {
			break
		}
	}
	if g.two {
		g.h2.Close()
	} else {
		g.conn.Close()
	}
}

func (g *gateway) dial() {
	if !g.two {
		g.conn = g.w.dial()
		return
	}
	c := &client.Client{Process: g.w.peer, Addr: address, Patience: 30 * time.Second}
	var err error
	if g.h2, err = c.Open(65535); err != nil {
		rt.Bug("%v", err)
	}
}

// asks asks q, and holds what comes of it to want.
func (g *gateway) asks(q *question, want *outcome) {
	began := rt.Now()
	status, body, cut, closing := 0, []byte(nil), false, false
	if g.two {
		st := g.h2.Ask(q.method, client.File{Target: q.target, Body: q.content}, len(q.content) == 0, q.fields()...)
		st.Any = true
		for rest := q.content; len(rest) > 0; {
			if rest = g.h2.Upload(st, rest, true); len(rest) > 0 && g.h2.Step() != nil {
				break
			}
		}
		if err := g.h2.Wait(func() bool { return g.h2.Waiting() == 0 }); err != nil {
			rt.Bug("%s: %v", q, err)
		}
		_, whole := st.Ended()
		status, body, cut = st.Status, st.Body, !whole
	} else {
		status, body, cut, closing = g.asksPlainly(q)
	}
	took := rt.Now().Sub(began)
	switch {
	case status != want.status && !(cut && status == 0), cut != want.cut, closing != want.closing:
		rt.Bug("%s, HTTP/2: %t, %s: status %d, %d bytes (%.9q), cut %t, closing %t; it should be %d, %t, %t", g.model, g.two, q, status, len(body), body, cut, closing, want.status, want.cut, want.closing)
	case took < want.after || took > want.after+5*ms:
		rt.Bug("%s, %s: it is answered with %d after %v, not %v", g.model, q, status, took, want.after)
	case want.body != nil && !cut && !bytes.Equal(body, want.body):
		rt.Bug("%s: a body of %d bytes that is not the %d of what was answered", q, len(body), len(want.body))
	}
}

// asksPlainly is asks for HTTP/1.1.
func (g *gateway) asksPlainly(q *question) (status int, body []byte, cut, closing bool) {
	head, rest := q.text(), []byte(nil)
	if q.stops > 0 {
		rest = head[len(head)-len(q.content)/2:]
		head = head[:len(head)-len(rest)]
	}
	g.conn.send(string(head))
	if q.stops > 0 && q.stops < bodyTime {
		rt.Sleep(q.stops)
		g.conn.send(string(rest))
	}
	r, err := g.conn.Response(client.Want{Method: q.method})
	if err != nil {
		if kind, ok := client.KindOf(err); !ok || kind != client.Truncated && kind != client.Reset {
			rt.Bug("%s: %v", q, err)
		}
		return 0, nil, true, false
	}
	return r.Status, r.Body, false, r.Close
}

// over has the server end, and holds all that is left of the run to the model.
func (g *gateway) over() {
	m, w := g.model, g.w
	pause := []time.Duration{0, time.Second, 3 * time.Second}[sim.Choose("ends after", 3)]
	rt.Sleep(pause)
	m.now += pause
	m.ends()
	w.server.Drain(10 * time.Second)
	totals := w.server.Wait()
	g.ends.end()
	if m.loose {
		return
	}
	g.ends.judge(m, g.first)
	if totals.Requests != uint64(m.asked) || totals.Answers != uint64(m.asked) {
		rt.Bug("%d requests and %d answers are counted, of %d", totals.Requests, totals.Answers, m.asked)
	}
	if len(totals.Notes) != m.notes {
		rt.Bug("the operator is told of %d failures of backends, not %d: %q", len(totals.Notes), m.notes, totals.Notes)
	}
	if n := int(totals.HandedOver); n < m.handed[0] || n > m.handed[1] || n < int(totals.Takeovers) {
		rt.Bug("%d bodies are handed over, not %v, and %d connections taken: %s", n, m.handed, totals.Takeovers, m.story)
	}
	text, _ := w.peer.ReadFile("/log/access.log")
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if len(lines) != len(m.lines) && m.asked > 0 {
		rt.Bug("the log has %d lines, not %d:\n%s", len(lines), len(m.lines), text)
	}
	for i, want := range m.lines {
		if m.hands && want.why != "" && strings.Contains(lines[i], "which another loop had taken over") {
			want.why = "" // which has told the operator why
		}
		if _, why, _ := strings.Cut(lines[i], " why="); !strings.Contains(why, want.why) {
			rt.Bug("line %d of the log is %q; it should say %q", i, lines[i], want.why)
		}
		if !strings.Contains(lines[i], want.says) || strings.Contains(lines[i], "backend=") != want.blames.IsValid() || want.blames.IsValid() && !strings.Contains(lines[i], " backend="+want.blames.String()+" ") {
			rt.Bug("line %d of the log is %q; it should have %q and blame %v", i, lines[i], want.says, want.blames)
		}
	}
}

// rack is an origin that asks the first of its backends that was not asked in vain, and
// writes down what it is told of them. Heads are a proxy's.
type rack struct {
	*proxy.Proxy
	n     int
	mu    rt.Mutex
	words strings.Builder // guarded by mu
}

func newRack(n int) (*rack, error) {
	var list []netip.AddrPort
	for i := range n {
		list = append(list, backendPlace(i))
	}
	p, err := proxy.New(proxy.Options{Backends: list})
	return &rack{Proxy: p, n: n}, err
}

// told is what it was told: the number of each backend that is asked no more, and whether
// that was good.
func (r *rack) told() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.words.String()
}

func verdict(i int, good bool) string {
	return strconv.Itoa(i) + map[bool]string{true: "+", false: "-"}[good]
}

// text is q as a request of HTTP/1.1.
func (q *question) text() []byte {
	text := q.method + " " + q.target + " HTTP/1.1\r\nHost: a\r\n"
	for f := q.fields(); len(f) > 0; f = f[2:] {
		text += f[0] + ": " + f[1] + "\r\n"
	}
	switch {
	case q.chunked:
		text += fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(q.content), q.content)
	case len(q.content) > 0 || q.method == "POST":
		text += fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(q.content), q.content)
	default:
		text += "\r\n"
	}
	return []byte(text)
}
