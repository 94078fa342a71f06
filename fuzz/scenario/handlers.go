package scenario

// Handlers as applications write them (F23): slow ones, one that blocks on a lock
// which somebody else holds, one that waits for content which comes slowly or never,
// one that writes more than any buffer holds, one whose answer refers to memory of the
// request when it has long returned, those that panic, say nothing or say it wrongly,
// on a processor and on the loop. They stand before the static files, below one path
// each. A panic or a missing answer is 500 to the client, or a cut if part of the
// answer was on its way; everything else comes to the byte. Those that keep the
// connection are the scenario tunnels'.

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"brigade/core/exchange"
	"brigade/core/rt"
	"brigade/netsim/client"
	"brigade/sim"
)

// act is one way of a handler to behave.
type act struct {
	name   string
	status int  // of the answer; 0: it is cut
	size   int  // of the body of a 200
	inline bool // on the loop
	wants  bool // content
	do     func(a *acts, x *exchange.Exchange, body []byte)
}

// comeBack is the query of who wants content to come back.
const comeBack = "echo"

// beyond is more than a page for output and most drawn socket buffers hold.
const beyond = 24 << 10

var actList = []act{
	{name: "slow", status: 200, size: 300, do: func(a *acts, x *exchange.Exchange, b []byte) {
		rt.Sleep(a.nap)
		say(x, b)
	}},
	{name: "blocked", status: 200, size: 40, do: func(a *acts, x *exchange.Exchange, b []byte) {
		a.take()
		a.give()
		say(x, b)
	}},
	{name: "wordy", status: 200, size: beyond, do: func(_ *acts, x *exchange.Exchange, b []byte) {
		begin(x, len(b))
		for len(b) > 0 {
			k := min(len(b), 7000)
			if err := x.Bytes(b[:k]); err != nil {
				panic(err) // there was no memory for it
			}
			b = b[k:]
		}
	}},
	{name: "lent", status: 200, size: beyond, do: func(_ *acts, x *exchange.Exchange, b []byte) { say(x, b) }},
	{name: "waits for content", status: 200, size: 70, wants: true, do: func(_ *acts, x *exchange.Exchange, b []byte) {
		content := x.Content()
		if content.Empty() || string(x.Request.Query) != comeBack { // others send content, and want the file
			say(x, b)
			return
		}
		n, _ := content.Bytes()
		begin(x, int(n))
		if err := x.Move(content); err != nil {
			x.Error(err)
		}
	}},
	{name: "keeps", status: 200, size: 9000, do: func(_ *acts, x *exchange.Exchange, b []byte) {
		kept, err := x.Pool().Copy(b)
		if err != nil {
			panic(err) // there was no memory for it
		}
		begin(x, len(kept))
		x.Own(kept)
	}},
	{name: "panics", status: 500, do: func(_ *acts, x *exchange.Exchange, _ []byte) {
		begin(x, 7)
		panic("a handler's mistake")
	}},
	{name: "panics late", size: beyond, do: func(_ *acts, x *exchange.Exchange, b []byte) {
		begin(x, len(b))
		x.Shared(b[:len(b)/2])
		panic("a handler's mistake, in the middle")
	}},
	{name: "says nothing", status: 500, do: func(*acts, *exchange.Exchange, []byte) {}},
	{name: "says no head", status: 500, size: 1000, do: func(_ *acts, x *exchange.Exchange, b []byte) {
		if err := x.Bytes(b); err != nil {
			panic(err)
		}
	}},
	{name: "panics inline", status: 500, inline: true, do: func(*acts, *exchange.Exchange, []byte) { panic("a mistake on the loop") }},
	{name: "says nothing inline", status: 500, inline: true, do: func(*acts, *exchange.Exchange, []byte) {}},
}

// maxActs is how many Env counts.
const maxActs = 16

// ActNames are the ways of handlers to behave, in the order of Env.Acts.
func ActNames() (names []string) {
	for i := range actList {
		names = append(names, actList[i].name)
	}
	return names
}

// actPath is below what acts answer.
const actPath = "/act/"

func (a *act) target() string { return actPath + strings.ReplaceAll(a.name, " ", "-") }

func begin(x *exchange.Exchange, size int) {
	x.Begin(200)
	x.ContentLength(int64(size))
	x.End()
}

func say(x *exchange.Exchange, body []byte) {
	begin(x, len(body))
	x.Shared(body)
}

// acts is a handler that behaves in all these ways, and passes on what is not below
// its path.
type acts struct {
	exchange.Handler
	env    *Env
	bodies [][]byte
	nap    time.Duration // of the slow one, and how long others hold the lock

	mu    rt.Mutex
	free  rt.Cond // taken has become false
	taken bool    // guarded by mu
}

// newActs makes the handler, without those behind it.
func newActs(e *Env, nap time.Duration) *acts {
	a := &acts{env: e, nap: nap}
	a.free.L = &a.mu
	a.mu.Label("application.mu")
	a.free.Label("application.free")
	for i := range actList {
		a.bodies = append(a.bodies, content(actList[i].name, actList[i].size))
	}
	return a
}

// files are the targets at which there is an answer.
func (a *acts) files() (list []client.File) {
	for i := range actList {
		switch x := &actList[i]; x.status {
		case 0:
		case 200:
			list = append(list, client.File{Target: x.target(), Body: a.bodies[i]})
		default:
			list = append(list, client.File{Target: x.target(), Status: x.status})
		}
	}
	return list
}

// actOf is which act x asks for; -1: none.
func actOf(x *exchange.Exchange) int {
	if bytes.HasPrefix(x.Request.Path, []byte(actPath)) {
		for i := range actList {
			if string(x.Request.Path) == actList[i].target() {
				return i
			}
		}
	}
	return -1
}

// answer has the act that x asks for, if it is an inline one or not, answer. known:
// there is such an act, of one kind or the other.
func (a *acts) answer(x *exchange.Exchange, inline bool) (known, answered bool) {
	i := actOf(x)
	if i < 0 || actList[i].inline != inline {
		return i >= 0, false
	}
	a.env.acted(i)
	actList[i].do(a, x, a.bodies[i])
	return true, true
}

// Receives implements exchange.Receiver.
func (a *acts) Receives(x *exchange.Exchange) bool {
	i := actOf(x)
	return i >= 0 && actList[i].wants
}

// Local implements exchange.Handler.
func (a *acts) Local() exchange.Local { return &actsLocal{a.Handler.Local(), a} }

// Handle implements exchange.Handler.
func (a *acts) Handle(x *exchange.Exchange) {
	if known, _ := a.answer(x, false); !known {
		a.Handler.Handle(x)
	}
}

type actsLocal struct {
	exchange.Local
	acts *acts
}

// Inline implements exchange.Local.
func (l *actsLocal) Inline(x *exchange.Exchange) bool {
	known, answered := l.acts.answer(x, true)
	if known {
		return answered
	}
	return l.Local.Inline(x)
}

// take and give are a lock of the application's, which somebody may sleep under: no
// lock of the core may be, so it is not one of rt's.
func (a *acts) take() {
	a.mu.Lock()
	a.free.Await(func() bool { return !a.taken })
	a.taken = true
	a.mu.Unlock()
}

func (a *acts) give() {
	a.mu.Lock()
	a.taken = false
	a.mu.Unlock()
	a.free.Signal()
}

// hold has the lock now and then, so that the handler that needs it blocks.
func (a *acts) hold() {
	for range 1 + sim.Choose("holds", 4) {
		a.take()
		rt.Sleep(a.nap)
		a.give()
		rt.Sleep(time.Duration(1+sim.Choose("between", 200)) * time.Millisecond)
	}
}

// cutOff asks for what ends in the middle, and must see that it does.
func cutOff(p *plan) behaviour {
	return behaviour{"cutoff", 1, func(c *client.Client) error {
		conn, err := c.Dial()
		if err != nil {
			return err
		}
		defer conn.Close()
		if err := conn.Send(c.Get(actPath + "panics-late")); err != nil {
			return err
		}
		// No status is right but one that says why there is no answer.
		also := p.also()
		if p.chain != unfiltered {
			also = append(also, 500) // nothing is sent before filters have seen it
		}
		_, err = conn.Response(client.Want{Status: 599, Also: also})
		if kind, ok := client.KindOf(err); ok && (kind == client.Truncated || kind == client.Silent || kind == client.Reset) {
			return nil
		}
		return err
	}}
}

// demanding asks for nothing but what takes a processor for long.
func demanding() behaviour {
	return behaviour{"demanding", 3, func(c *client.Client) error {
		for i := range c.Files {
			if c.Files[i].Target == actPath+"slow" {
				c.Files = c.Files[i : i+1]
				break
			}
		}
		return c.WellBehaved(upTo(3), 0)
	}}
}

// uploading sends content, which no handler reads, and asks again behind it.
func uploading(files []client.File) behaviour {
	return behaviour{"uploading", 2, func(c *client.Client) error {
		conn, err := c.Dial()
		if err != nil {
			return err
		}
		defer conn.Close()
		f := files[sim.Choose("upload to", len(files))]
		text := []byte("POST " + f.Target + " HTTP/1.1\r\nHost: test\r\n")
		size := []int{1, 300, 3000}[sim.Choose("upload", 3)]
		if len(f.Body) > 1000 {
			size = 1 // a client that reads nothing meanwhile may wait for a server that waits for it
		}
		if sim.Choose("chunked", 2) == 1 {
			text = append(text, "Transfer-Encoding: chunked\r\n\r\n8\r\nGET / HT\r\n0\r\n\r\n"...)
		} else {
			text = append(text, "Content-Length: "+strconv.Itoa(size)+"\r\n\r\n"...)
			text = append(text, bytes.Repeat([]byte("G"), size)...)
		}
		g := c.Files[0]
		for _, one := range []struct {
			text []byte
			file client.File
		}{{text, f}, {c.Get(g.Target), g}} {
			if err := conn.Send(one.text); err != nil {
				return err
			}
			want := client.Want{Status: max(one.file.Status, 200), Body: one.file.Body, Also: c.Files[0].Also}
			r, err := conn.Response(want)
			if err != nil {
				return err
			}
			if r.Close {
				return conn.NothingMore(true, true)
			}
		}
		return nil
	}}
}

// feeding sends content that a handler waits for, at its own pace, and must get it
// back; or it stops in the middle, and waits for what the server makes of that.
func feeding(p *plan) behaviour {
	return behaviour{"feeding", 1, func(c *client.Client) error {
		conn, err := c.Dial()
		if err != nil {
			return err
		}
		defer conn.Close()
		body := content("fed", []int{1, 300, 3000}[sim.Choose("fed", 3)])
		text := uploadTo(actPath+"waits-for-content?"+comeBack, body)
		stops := sim.Choose("stops feeding", 4) == 3
		if stops {
			text = text[:len(text)-1-sim.Choose("unfed", len(body))]
		}
		pause := []time.Duration{0, 20 * time.Millisecond, 700 * time.Millisecond}[sim.Choose("feeding rests", 3)]
		if err := conn.SendSlowly(text, 1+len(text)/(1+sim.Choose("helpings", 6)), pause); err != nil {
			return err
		}
		w := client.Want{Status: 200, Body: body, Also: append(p.also(), 408)}
		if stops {
			w = client.Want{Status: 408, Close: true, Also: p.also()}
		}
		_, err = conn.Response(w)
		if kind, ok := client.KindOf(err); stops && ok && kind != client.Wrong && kind != client.Timeout {
			return nil // there was none to be had
		}
		return err
	}}
}

// handlers is a crowd before handlers that do what applications do.
func handlers() *Scenario {
	return &Scenario{
		Name:  "handlers",
		Story: "handlers sleep, block, write a lot, panic or do not answer, and processors run out; clients get what is theirs",
		Prepare: func(e *Env) func() {
			s := newSite(e)
			return func() {
				p := s.draw(sim.Choose("faults", 2) == 1)
				nap := []time.Duration{time.Millisecond, 100 * time.Millisecond, time.Second, 5 * time.Second, 5 * time.Second}[sim.Choose("nap", 5)]
				p.acts = newActs(e, nap)
				if p.exhausts() {
					p.drain = atEnd // no drain ends before a handler returns
				}
				files := p.acts.files()
				kinds := []func() behaviour{
					func() behaviour { return thoughtful(4) },
					func() behaviour { return pipelining(1 + sim.Choose("pipeline", 5)) },
					func() behaviour { return cutOff(&p) },
					func() behaviour { return uploading(files) },
					func() behaviour { return feeding(&p) },
					func() behaviour { return feeding(&p) },
					slow, resetting, halfClosing, demanding, demanding, demanding,
				}
				list := []behaviour{thoughtful(3), pipelining(4)}
				for range 1 + sim.Choose("more", 6) {
					list = append(list, kinds[sim.Choose("kind", len(kinds))]())
				}
				s.serve(p, func() {
					var wg rt.WaitGroup
					wg.Label("holder")
					wg.Go("holder", p.acts.hold)
					s.crowd(p, list...)
					wg.Wait()
				})
			}
		},
	}
}
