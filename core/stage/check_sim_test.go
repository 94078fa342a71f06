package stage_test

// Checks of backends, held to a model: what is found out of each thing that a backend may
// do with a check, at which moment, and what the operator is told of it; when the next one
// comes; that one which has no buffer says nothing of the backend; that a drain ends them.

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"brigade/core/exchange"
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/core/sys"
	"brigade/invariants"
	"brigade/netsim"
	"brigade/sim"
)

const (
	checkEvery = 200 * ms
	checkTime  = 100 * ms

	// belated is when buffers come where there are none.
	belated = 333 * ms
)

func TestCheckIsItsModel(t *testing.T) {
	net := netsim.New(netsim.Config{})
	w := &world{net: net, kernel: net.Process("server"), peer: net.Process("backends")}
	o := sim.Options{Seed: 1, Runs: 300, World: net, Observers: invariants.Server(int32(w.kernel.ID()))}
	r := sim.Explore(o, func() { checkRun(w) })
	if f := r.Failure; f != nil {
		t.Fatalf("run %d: seed %d: %v, in %s\n%s", r.Runs, f.Seed, f.Verdict, f.Verdict.Task, f.Verdict.Stack)
	}
}

// checked is a backend, as those who check it know it, and as it is itself.
type checked struct {
	p     *netsim.Process
	at    netip.AddrPort
	query string
	poor  bool       // there are no buffers
	until rt.Instant // then; 0: for good
	acts  []checkAct
	over  rt.Bool

	mu      rt.Mutex
	found   []findings // guarded by mu
	refused int        // guarded by mu
	began   []rt.Instant
}

// findings is how a check has ended.
type findings struct {
	f  exchange.Finding
	at rt.Instant
}

// checkAct is what a backend does with a check: it says texts, one after the other, and ends
// the connection, or does not.
type checkAct struct {
	texts []string
	pause time.Duration // before each
	ends  bool
	cuts  bool // by a reset
}

// heads are beginnings of answers, and what may be none.
var heads = []string{
	"HTTP/1.1 204 x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.0 299 \r\n", "HTTP/1.1 503 x\r\n\r\n", "HTTP/1.1 300", "HTTP/1.1 199 x\r\n\r\nHTTP/1.1 200",
	"HTTP/1.1 100 x\r\nA: b\r\r\n \r\n\r\nHTTP/1.1 200 x", "HTTP/1.1 103 \n\r\r\n\r\nHTTP/1.1 404 x", "HTTP/1.1 102 x\r\nHTTP/1.1 200 x\r\n\r\nHTTP/1.1 500 x",
	"HTTP/1.1 100 x\r\n\r\nHTTP/1.1 102 x\r\n\r\nHTTP/1.1 201 x", "HTTP/1.1 100 \r\r\n\r\r\n\r\n\r\nHTTP/1.1 200 ",
	"HTTP/1.1 101 x\r\n\r\n", "HTTP/1.1 099 x\r\n\r\n", "HTTP/1.1 2x0 x", "HTTP/2.0 200 x", "HTTP/1.: 200", "HTTP/1.1200 x", "HTTP/1.1 /00", "hello", "HTTP/1.1 20", "HTTP/1.1 100 x\r\n",
}

func drawCheckAct() (a checkAct) {
	text := heads[sim.Choose("answers", len(heads))]
	switch sim.Choose("in pieces", 4) {
	case 1:
		i := 1 + sim.Choose("cut", len(text)-1)
		a.texts = []string{text[:i], text[i:]}
	case 2:
		a.texts = strings.SplitAfter(text, "\r")
	case 3:
		if sim.Choose("says nothing", 2) == 0 {
			a.texts = []string{text}
		}
	default:
		a.texts = []string{text}
	}
	a.pause = []time.Duration{0, 3 * ms, 60 * ms}[sim.Choose("pause", 3)]
	a.ends, a.cuts = sim.Choose("ends", 2) == 1, sim.Choose("cuts", 3) == 1
	return a
}

var (
	interimHead = regexp.MustCompile(`(?s)^HTTP/1\.\d 1(0[02-9]|[1-9]\d)(.*?)\r\n\r\n`)
	finalHead   = regexp.MustCompile(`^HTTP/1\.\d ([2-9]\d\d)`)
	// begun is what may become an answer.
	begun = regexp.MustCompile(`(?s)^(H?|HT|HTT|HTTP/?|HTTP/1\.?|HTTP/1\.\d ?|HTTP/1\.\d \d\d?|HTTP/1\.\d 1(0[02-9]|[1-9]\d).*)$`)
)

// means is what text is to a check: a status, 0: there is to be more, -1: no answer.
func means(text string) int {
	for {
		if m := finalHead.FindStringSubmatch(text); m != nil {
			n, _ := strconv.Atoi(m[1])
			return n
		}
		m := interimHead.FindString(text)
		if m == "" {
			break
		}
		text = text[len(m):]
	}
	if begun.MatchString(text) {
		return 0
	}
	return -1
}

// wants is what has to be found of a, by a check that began at an instant.
func (c *checked) wants(a *checkAct, began rt.Instant) (f exchange.Finding, why string, after time.Duration) {
	if c.query == "" {
		return exchange.Fit, "", 0
	}
	if c.poor && (c.until == 0 || began.Add(checkTime) < c.until) {
		return exchange.Unknown, "", checkTime
	}
	if c.poor { // it is asked when there is one
		after = max(c.until.Sub(began), 0)
	}
	said := ""
	for _, text := range a.texts {
		if after += a.pause; after > checkTime {
			return exchange.Unfit, "not in time", checkTime
		}
		said += text
		switch n := means(said); {
		case n < 0:
			return exchange.Unfit, "what it answers is no HTTP/1", after
		case n >= 300:
			return exchange.Unfit, fmt.Sprintf("it answers with status %d", n), after
		case n > 0:
			return exchange.Fit, "", after
		}
	}
	if !a.ends {
		return exchange.Unfit, "not in time", checkTime
	}
	if after += 5 * ms; after > checkTime {
		return exchange.Unfit, "not in time", checkTime
	}
	if a.cuts {
		return exchange.Unfit, sys.ECONNRESET.Error(), after
	}
	return exchange.Unfit, "it closed the connection before it has answered", after
}

func checkRun(w *world) {
	s := setup{long: true}
	s.measures(topologies[sim.Choose("topology", len(topologies))])
	c := &s.cfg
	c.Kernel, c.Poller, c.Shards = w.kernel, poll.Kind(sim.Choose("poller", 2)), 1+sim.Choose("shards", 2)
	poor := sim.Choose("buffers", 4) == 1
	if poor {
		c.Buffers = stage.None
	}
	small := []int{0, 600}[sim.Choose("socket buffers", 2)]
	w.net.Adjust(netsim.Config{SendBuffer: small, RecvBuffer: small, Profile: gentle()})
	var list []*checked
	var tasks rt.WaitGroup
	for i := range 1 + sim.Choose("backends", 3) {
		k := &checked{p: w.peer, at: backendPlace(i), poor: poor}
		k.query = []string{"GET /h HTTP/1.1\r\n\r\n", "", "GET /" + strings.Repeat("h", 3000) + " HTTP/1.1\r\n\r\n"}[sim.Choose("query", 3)]
		for range 8 {
			k.acts = append(k.acts, drawCheckAct())
		}
		list, c.Checks = append(list, k), append(c.Checks, k)
		if i == 2 {
			continue // nobody is there
		}
		l, e := w.peer.Listen(k.at, sys.ListenOptions{})
		if e != sys.OK {
			rt.Bug("listen: %v", e)
		}
		tasks.Go("backend", func() { k.live(l, &tasks) })
	}
	var err error
	if w.server, err = stage.New(*c); err != nil {
		rt.Bug("%v", err)
	}
	w.server.Start()
	begin := rt.Now()
	lasts := []time.Duration{50 * ms, 500 * ms, time.Second}[sim.Choose("lasts", 3)]
	if poor && lasts > belated && sim.Choose("buffers later", 2) == 1 {
		for _, k := range list {
			k.until = begin.Add(belated)
		}
		rt.Sleep(belated)
		lasts -= belated
		if err := w.server.ResizeBuffers(2); err != nil {
			rt.Bug("%v", err)
		}
	}
	rt.Sleep(lasts)
	w.server.Drain(time.Second)
	end := rt.Now()
	notes := w.server.Wait().Notes
	for i, k := range list {
		k.over.Store(true)
		if i < 2 {
			if fd, e := w.peer.Connect(k.at); e == sys.OK || e == sys.EINPROGRESS {
				_ = w.peer.ConnectWait(fd, time.Second)
				w.peer.Close(fd)
			}
		}
		k.judge(i, begin, end, notes)
	}
	tasks.Wait()
}

// judge holds what was found to the model.
func (c *checked) judge(i int, begin, end rt.Instant, notes []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	told := 0
	for n, f := range c.found {
		want, why, due := exchange.Unfit, sys.ECONNREFUSED.Error(), f.at
		if i < 2 {
			if d := c.began[n].Add(checkTime).Sub(c.until); c.poor && d.Abs() < 3*ms {
				told++ // its time is up just when buffers come
				continue
			}
			var after time.Duration
			want, why, after = c.wants(&c.acts[n%len(c.acts)], c.began[n])
			due = c.began[n].Add(after)
		}
		note := fmt.Sprintf("backend %v: news %d", c.at, n)
		if why != "" {
			note += "; the last: " + why
		}
		if f.f != want || f.at < due || f.at > due.Add(2*ms) || f.at > end {
			rt.Bug("backend %d, check %d, %+v: found %v at %v, not %v at %v", i, n, c.acts[n%len(c.acts)], f.f, f.at, want, due)
		}
		for _, s := range notes {
			if s == note {
				told++
			}
		}
	}
	if told != min(len(c.found), told+100-len(notes)) {
		rt.Bug("backend %d, %d checks: the operator is told %q", i, len(c.found), notes)
	}
	refused := 0
	for n, at := range c.began {
		if c.poor && c.query != "" && n < len(c.began) && (c.until == 0 || at < c.until) {
			refused++ // once, however often it is looked at
		}
	}
	if c.poor && c.refused != refused && c.refused != refused-1 || !c.poor && c.refused > 0 && len(c.found) == 0 {
		rt.Bug("backend %d: %d checks wait for a buffer, of %d", i, c.refused, len(c.found))
	}
	last := begin
	for n, at := range c.began {
		least, most := checkEvery-checkEvery/8, checkEvery
		if n == 0 {
			least = 0
		}
		if d := at.Sub(last); d < least || d > most+2*ms {
			rt.Bug("backend %d: check %d comes %v after the one before", i, n, d)
		}
		last = at
	}
	if i < 2 && end.Sub(last) > checkEvery+2*ms || len(c.began) > len(c.found)+1 {
		rt.Bug("backend %d: %d checks have begun, and %d ended, the last at %v of %v", i, len(c.began), len(c.found), last, end)
	}
}

// live is the backend's part.
func (c *checked) live(l sys.FD, tasks *rt.WaitGroup) {
	for n := 0; ; n++ {
		fd, _, e := c.p.AcceptWait(l, time.Minute)
		if e == sys.OK && !c.over.Load() {
			c.began = append(c.began, rt.Now())
			tasks.Go("check", func() { c.answer(fd, &c.acts[n%len(c.acts)]) })
			continue
		}
		c.p.Close(fd)
		if c.over.Load() {
			break
		}
	}
	c.p.Close(l)
}

// answer does a with a check.
func (c *checked) answer(fd sys.FD, a *checkAct) {
	defer c.p.Close(fd)
	got, b := "", make([]byte, 1000)
	for got != c.query {
		n, e := c.p.ReadWait(fd, b, time.Second)
		if e != sys.OK || n == 0 {
			return
		}
		got += string(b[:n])
		if !strings.HasPrefix(c.query, got) {
			rt.Bug("a check asks %q, not %q", got, c.query)
		}
	}
	for _, text := range a.texts {
		rt.Sleep(a.pause)
		for b := []byte(text); len(b) > 0; {
			n, e := c.p.WriteWait(fd, b, time.Second)
			if e != sys.OK {
				return
			}
			b = b[n:]
		}
	}
	if a.ends {
		rt.Sleep(5 * ms)
		if a.cuts {
			_ = c.p.SetOption(fd, sys.LingerZero, 1)
		}
		return
	}
	_, _ = c.p.ReadWait(fd, b, time.Second)
}

// Address implements exchange.Checked.
func (c *checked) Address() netip.AddrPort { return c.at }

// Interval implements exchange.Checked.
func (c *checked) Interval() time.Duration { return checkEvery }

// Patience implements exchange.Checked.
func (c *checked) Patience() time.Duration { return checkTime }

// Query implements exchange.Checked.
func (c *checked) Query(dst []byte) []byte { return append(dst, c.query...) }

// Expects implements exchange.Checked.
func (c *checked) Expects(status int) bool { return status < 300 }

// Refused implements exchange.Checked.
func (c *checked) Refused() {
	c.mu.Lock()
	c.refused++
	c.mu.Unlock()
}

// Found implements exchange.Checked.
func (c *checked) Found(f exchange.Finding, now rt.Instant) (again time.Duration, news string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.found = append(c.found, findings{f, now})
	return checkEvery, fmt.Sprintf("news %d", len(c.found)-1)
}
