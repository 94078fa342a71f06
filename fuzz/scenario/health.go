package scenario

// Backends that fall ill and recover, behind a proxy that checks them. One of them, the
// patient, does so by a script, and at the moments that count somebody asks for a few
// things in a row: when it has been ill for longer than checks may take to find that out,
// none of it may come to the patient; and when it has been well for longer than they may
// take to find that out, something must. What it has said to the checks meanwhile it knows
// itself: it is asked.
//
// The bound of the first is Interval + Fall × Timeout; of the second, Interval + Rise ×
// Timeout, one more for the check under way, and what keeps requests away from a backend
// beside that: those that failed when it was ill may do so as late as the answer's timeout
// after they were given to it, and its rest and its slow start begin then.

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"time"

	"brigade/core/handler/proxy"
	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
	"brigade/netsim/client"
	"brigade/sim"
)

// illness is what is the matter with a backend.
type illness int32

const (
	healthy  illness = iota
	mute             // it takes what it is asked and says nothing
	abrupt           // it closes the connection when it is asked
	confused         // it answers checks with 503, and all else as it should
	absent           // nobody is there
	illnesses
)

// seen reports whether a check of what notices it.
func (i illness) seen(what string) bool { return what != "tcp" || i == absent }

// healthPath is what checks ask for.
const healthPath = proxied + "health"

// ward is a backend with a life.
type ward struct {
	of *wards
	at int // of originAddrs

	mu    rt.Mutex
	turns rt.Cond    // guarded by mu: whether it is there has changed
	gone  bool       // guarded by mu: for good
	ill   illness    // guarded by mu
	since rt.Instant // guarded by mu: that, or healthy again
	asked int        // guarded by mu: requests since then that were no checks
}

// wards are the backends of a run, the first of which is the patient.
type wards struct {
	site    *site
	p       *netsim.Process
	origins *origins // for what it has
	check   proxy.Check
	judged  bool // checks are made, and answered, in time
	reaches bool // and who asks gets through
	list    []*ward
	tasks   rt.WaitGroup
}

// slack is how long a request may take from the moment that a backend is chosen for it
// until that has it: connecting and sending, with the greatest latency that is drawn.
const slack = 250 * time.Millisecond

// become changes what is the matter with w.
func (w *ward) become(i illness) {
	w.mu.Lock()
	w.ill, w.since, w.asked = i, rt.Now(), 0
	w.turns.Broadcast()
	w.mu.Unlock()
	if i == absent {
		knock(w.of.p, originAddrs[w.at])
	}
}

// leave has w end.
func (w *ward) leave() {
	w.mu.Lock()
	w.gone = true
	w.turns.Broadcast()
	w.mu.Unlock()
	knock(w.of.p, originAddrs[w.at])
}

// comes waits until w is there. False: it has gone for good.
func (w *ward) comes() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.turns.Await(func() bool { return w.gone || w.ill != absent })
	return !w.gone
}

// stays reports whether w is there still.
func (w *ward) stays() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.gone && w.ill != absent
}

// state is what is the matter with w, and how many have asked it since.
func (w *ward) state() (i illness, asked int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ill, w.asked
}

// begin has the wards listen.
func (o *wards) begin() {
	o.tasks.Label("wards")
	for _, w := range o.list {
		w.turns.L = &w.mu
		w.mu.Label("ward")
		w.turns.Label("ward turns")
		o.tasks.Go("ward", w.live)
	}
}

func (o *wards) end() {
	for _, w := range o.list {
		w.leave()
	}
	o.tasks.Wait()
}

// live listens as long as w is there.
func (w *ward) live() {
	for w.comes() {
		l, e := w.of.p.Listen(originAddrs[w.at], sys.ListenOptions{})
		if e != sys.OK {
			return
		}
		for w.stays() {
			if fd, _, e := w.of.p.AcceptWait(l, attention); e == sys.OK {
				w.of.tasks.Go("ward", func() { w.serve(fd) })
			}
		}
		w.of.p.Close(l)
	}
}

// serve answers what comes on a connection, for as long as w is able to.
func (w *ward) serve(fd sys.FD) {
	o := w.of
	defer o.p.Close(fd)
	in := &inlet{p: o.p, fd: fd, idle: 2 * time.Second}
	for r := bufio.NewReader(in); ; {
		q, err := http.ReadRequest(r)
		if in.ended {
			return
		}
		if err != nil {
			sim.Failf("I19", "a backend gets what is no request: "+err.Error())
			return
		}
		ill := w.gets(q)
		if _, err := io.Copy(io.Discard, q.Body); err != nil || in.ended {
			return
		}
		switch {
		case ill == mute:
			rt.Sleep(2 * time.Second)
			return
		case ill == abrupt || ill == absent:
			return
		case q.URL.Path == healthPath:
			status := 200
			if ill == confused {
				status = 503
			}
			speak(o.p, fd, &manner{piece: []int{1 << 20, 7}[sim.Choose("ward's pieces", 2)]}, fmt.Appendf(nil, "HTTP/1.1 %d x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status))
			return
		}
		status, body := o.origins.content(q)
		head := fmt.Sprintf("HTTP/1.1 %d x\r\nDate: %s\r\nContent-Length: %d\r\n", status, rt.Wall().UTC().Format(http.TimeFormat), len(body))
		if status == 405 {
			head += "Allow: GET, HEAD\r\n"
		}
		if q.Method == http.MethodHead {
			body = nil
		}
		if !speak(o.p, fd, &manner{piece: 1 << 20}, []byte(head+"\r\n"+string(body))) {
			return
		}
	}
}

// gets is a request that has come to w, which says what is the matter with it.
func (w *ward) gets(q *http.Request) illness {
	w.mu.Lock()
	defer w.mu.Unlock()
	if q.URL.Path == healthPath {
		return w.ill
	}
	w.asked++
	c := &w.of.check
	if late := rt.Now().Sub(w.since) - c.Interval - time.Duration(c.Fall)*c.Timeout - slack; w.of.judged && w.ill.seen(c.What) && w.ill != healthy && late > 0 {
		sim.Failf("I33", fmt.Sprintf("a backend is asked for %s, %v after its checks must have found out that it is ill; they come every %v, and %d of %v each are to fail", q.RequestURI, late+slack, c.Interval, c.Fall, c.Timeout))
	}
	return w.ill
}

// nurse has the patient fall ill and recover, and asks at the moments that count.
func (o *wards) nurse(h *proxy.Proxy, p *plan, options proxy.Options) {
	patient := o.list[0]
	c := o.check
	moment := func() time.Duration { return time.Duration(sim.Choose("moment", 4)) * c.Interval / 4 }
	waits := func(bound time.Duration) {
		if bound += moment(); !o.judged {
			bound /= 3 // then any moment will do
		}
		rt.Sleep(bound)
	}
	for range []int{1, 1, 1, 1, 1, 2}[sim.Choose("relapses", 6)] {
		waits(0)
		ill := 1 + illness(sim.Choose("illness", int(illnesses)-1))
		patient.become(ill)
		waits(c.Interval + time.Duration(c.Fall)*c.Timeout + slack)
		o.ask(p, 1+len(o.list))
		if o.judged && ill.seen(c.What) && !h.Health()[0].Unfit {
			sim.Failf("I33", fmt.Sprintf("a backend is ill (%d) for longer than its checks may take to find out, and counts as fit", ill))
		}
		patient.become(healthy)
		waits(c.Interval + time.Duration(c.Rise+1)*c.Timeout + c.SlowStart + p.stage.Answer + options.Rest + slack)
		if o.judged && h.Health()[0].Unfit {
			sim.Failf("I33", "a backend is healthy again for longer than its checks may take to find out, and counts as unfit")
		}
		asked := 0
		for i := 0; i == 0 || i < 4 && asked == 0 && o.reaches && options.Balance != proxy.Hash; i++ { // others may have taken its turns
			o.ask(p, len(o.list))
			_, asked = patient.state()
		}
		if o.reaches && asked == 0 && options.Balance != proxy.Hash {
			sim.Failf("I12", "a backend is healthy again for longer than its checks may take to find out, and of several requests it gets none")
		}
	}
}

// ask asks for n things in a row.
func (o *wards) ask(p *plan, n int) {
	c := &client.Client{
		Process: o.site.clients[clients-1], Addr: address, Patience: 30 * time.Second, Answered: o.site.env.answered,
	}
	files := tolerant(o.origins.files(), p.also()...)
	c.Files = rotate(files, sim.Choose("asks for", len(files)))
	if err := c.WellBehaved(n, 0); p.blames(err) {
		sim.Failf(broken(err), "who asks at the moments that count: "+err.Error())
	}
	o.site.env.Exchanged(n)
}

// visiting asks for a few things, and does not stay long: checks go on as long as anybody does,
// and say nothing new.
func visiting() behaviour {
	return behaviour{"wellbehaved", 2, func(c *client.Client) error {
		return c.WellBehaved(1+sim.Choose("requests", 2), []time.Duration{0, 300 * time.Millisecond}[sim.Choose("think", 2)])
	}}
}

// health is the scenario.
func health() *Scenario {
	return &Scenario{
		Name:  "health",
		Story: "of backends that are checked one falls mute, closes, answers checks with an error or is gone, and recovers; what is asked goes to those who are fit",
		Prepare: func(e *Env) func() {
			s := newSite(e)
			p := s.net.Process("origin")
			return func() { ailing(s, p) }
		},
	}
}

// ailing is a run of it, with origins in p.
func ailing(s *site, p *netsim.Process) {
	plan := s.draw(sim.Choose("faults", 8) == 7)
	plan.origins = &origins{site: s, p: p, little: true}
	plan.stage.Dial, plan.stage.Answer, plan.stage.More, plan.stage.Spare = time.Second, 300*time.Millisecond, 500*time.Millisecond, time.Second
	o := &wards{site: s, p: p, origins: plan.origins}
	plan.wards = o
	o.judged = plan.net.Profile.String() == "none" && plan.budget == plenty && plan.drain == atEnd && plan.net.Bandwidth == 0
	o.check = drawCheck(o.judged)
	o.reaches = o.judged && !plan.short() && !plan.sheds() && !plan.overflows()
	options := proxy.Options{
		Backends: originAddrs[:2:2], Balance: proxy.Balance(sim.Choose("balance", 3)),
		Rest: []time.Duration{300 * time.Millisecond, time.Millisecond}[sim.Choose("rest", 2)], Check: o.check,
	}
	for i := range options.Backends {
		o.list = append(o.list, &ward{of: o, at: i})
	}
	if sim.Choose("one is never there", 3) == 1 {
		options.Backends = originAddrs[:3]
	}
	h, err := proxy.New(options)
	if err != nil {
		rt.Bug("a proxy: %v", err)
	}
	plan.proxy, plan.stage.Checks = h, h.Checks()
	list := []behaviour{{"nurse", 0, func(*client.Client) error { o.nurse(h, &plan, options); return nil }}}
	for range []int{0, 1, 0, 2}[sim.Choose("clients", 4)] {
		list = append(list, []func() behaviour{
			visiting, func() behaviour { return multiplexing(1 + sim.Choose("files", 4)) }, resetting,
		}[sim.Choose("kind", 3)]())
	}
	s.serve(plan, func() {
		o.begin()
		s.crowd(plan, list...)
		o.end()
	})
}

// drawCheck is how backends are checked: rarely, where it is not judged when, since a server
// is there for longer then, and a check takes a hundred and fifty steps.
func drawCheck(judged bool) proxy.Check {
	ms := time.Millisecond
	c := proxy.Check{
		What:     []string{healthPath, healthPath, "tcp"}[sim.Choose("check", 3)],
		Interval: []time.Duration{1500 * ms, 2500 * ms, 900 * ms}[sim.Choose("check interval", 3)], Timeout: []time.Duration{200 * ms, 150 * ms}[sim.Choose("check timeout", 2)],
		Rise: 1 + sim.Choose("rise", 2), Fall: 1 + sim.Choose("fall", 3),
		SlowStart: []time.Duration{0, 0, 500 * ms}[sim.Choose("slow start", 3)],
	}
	if !judged {
		c.Interval, c.Timeout = 3*time.Second, time.Second
	}
	return c
}
