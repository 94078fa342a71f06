package stage_test

// Tunnels that are not opened, held to a model: what a backend may say to who wants another
// protocol, and what the client gets of that, and when; where CONNECT may lead; and that of
// what a client sends, once it has been refused, nothing reaches anybody.

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"brigade/core/accesslog"
	"brigade/core/httpconn"
	"brigade/core/poll"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/core/sys"
	"brigade/invariants"
	"brigade/netsim"
	"brigade/netsim/client"
	"brigade/sim"
)

// refusal is something that a backend does with a request for another protocol, and what
// its client gets.
type refusal struct {
	says   string
	ends   bool // the backend closes then; else it says nothing more
	status int
	body   string // of what goes through
	late   bool   // the client hears so when the time to dial is over
	stream int    // the status that a stream is told; 0: the same
}

const goesOn = "HTTP/1.1 404 Not Found\r\nX-Said: by the backend\r\nContent-Length: 9\r\n\r\nnot found"

var refusals = []refusal{
	{goesOn, true, 404, "not found", false, 0},
	{goesOn, false, 404, "not found", false, 0},
	{"HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n" + goesOn, true, 404, "not found", false, 0},
	{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true, 200, "", false, 0},
	{"HTTP/1.1 403 Forbidden\r\n\r\n" + strings.Repeat("forbidden ", 700), true, 403, strings.Repeat("forbidden ", 700), false, 0},
	{"hello\r\n\r\n", false, 502, "", false, 0},
	{"HTTP/1.1 101 x\r\nSec-WebSocket-Accept : a\r\n\r\n", false, 502, "", false, 0},
	{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n", false, 502, "", false, 0},
	{"HTTP/1.1 101 x\r\nSec-WebSocket-Accept: wrong\r\n\r\n", false, 101, "", false, 502}, // a stream has to have it proven
	{"HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n", false, 101, "", false, 502},
	{"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 3000), false, 502, "", false, 0},
	{"", true, 502, "", false, 0},
	{"HTTP/1.1 101 x\r\nUpgrade: x\r\n", true, 502, "", false, 0},
	{"", false, 504, "", true, 0},
	{"HTTP/1.1 103 x\r\n\r\nHTTP/1.1 101 x\r\nUpgrade: x\r\n", false, 504, "", true, 0},
}

func TestDeclinedTunnelIsItsModel(t *testing.T) {
	net := netsim.New(netsim.Config{})
	net.Build("/log", netsim.Entry{Dir: true})
	w := &world{net: net, kernel: net.Process("server"), peer: net.Process("client")}
	o := sim.Options{Seed: 1, Runs: 300, World: net, Observers: invariants.Server(int32(w.kernel.ID()))}
	r := sim.Explore(o, func() { declinedRun(w) })
	if f := r.Failure; f != nil {
		t.Fatalf("run %d: seed %d: %v, in %s\n%s", r.Runs, f.Seed, f.Verdict, f.Verdict.Task, f.Verdict.Stack)
	}
}

func declinedRun(w *world) {
	s := setup{long: true}
	s.cfg.Pages = httpconn.Sizes{In: 2048, Out: 16 << 10}
	s.measures(topologies[sim.Choose("topology", len(topologies))])
	c := &s.cfg
	c.Kernel, c.Dial, c.Tunnel, c.Half, c.Write = w.kernel, dialTime, idleTunnel, halfTunnel, flowTunnel
	c.Poller, c.Upgrade, c.Connect = poll.Kind(sim.Choose("poller", 2)), backend, []netip.AddrPort{backendAt, backendPlace(1)}
	c.Linger = 300 * ms
	small := []int{0, 600}[sim.Choose("socket buffers", 2)]
	w.net.Adjust(netsim.Config{SendBuffer: small, RecvBuffer: small, Profile: gentle()})
	var err error
	if c.Log, err = accesslog.Open(w.kernel, "/log/access.log", 1<<16); err != nil {
		rt.Bug("%v", err)
	}
	if w.server, err = stage.New(*c); err != nil {
		rt.Bug("%v", err)
	}
	w.server.Start()
	status := 0
	if two := sim.Choose("in a stream", 2) == 1; sim.Choose("by CONNECT", 3) == 1 {
		status = w.connects(two)
	} else {
		x := &refusals[sim.Choose("refusal", len(refusals))]
		w.upgrades(x, two)
		if status = x.status; two && x.stream != 0 {
			status = x.stream
		}
	}
	rt.Sleep(idleTunnel)
	if n := w.server.Load(); n.Connections+n.Tunnels+n.Held > 0 {
		rt.Bug("all have gone, and there is still %+v", n)
	}
	w.server.Drain(time.Second)
	w.server.Wait()
	text, _ := w.peer.ReadFile("/log/access.log")
	if line, _, _ := strings.Cut(string(text), "\n"); !strings.Contains(line, fmt.Sprintf("\" %d ", status)) {
		rt.Bug("the log has %q of an answer with status %d", line, status)
	}
}

// targets are where CONNECT may want to go.
var targets = []struct {
	to     string
	status int
}{
	{"127.0.0.1:90", 200}, {"localhost:90", 200}, {"localhost:91", 502}, {"127.0.0.1:91", 502}, {"127.0.0.1:81", 403}, {"localhost:81", 403}, {"elsewhere:90", 403}, {"127.0.0.2:90", 403},
}

// connects asks for what may be connected to, and for what may not.
func (w *world) connects(two bool) (status int) {
	l, e := w.peer.Listen(backendAt, sys.ListenOptions{})
	if e != sys.OK {
		rt.Bug("listen: %v", e)
	}
	x := targets[sim.Choose("target", len(targets))]
	began := rt.Now()
	if two {
		c := &client.Client{Process: w.peer, Addr: address, Patience: 5 * time.Second}
		h, err := c.Open(65535)
		if err != nil {
			rt.Bug("%v", err)
		}
		st := h.Connect(x.to)
		st.Any, st.Tunnel = true, true
		if err := h.Wait(func() bool { return st.Status != 0 }); err != nil {
			rt.Bug("CONNECT %s: %v", x.to, err)
		}
		status = st.Status
		h.Close()
	} else {
		c := w.dial()
		content := x.status == 200 && sim.Choose("with content", 2) == 1
		if text := "CONNECT " + x.to + " HTTP/1.1\r\nHost: a\r\n"; content {
			c.send(text + "Content-Length: 3\r\n\r\nabc")
			x.status = 400 // RFC 9110 §9.3.6
		} else {
			c.send(text + "\r\n")
		}
		head := c.head()
		_, _ = fmt.Sscanf(head, "HTTP/1.1 %d", &status)
		if status == 200 && (!strings.Contains(head, "\r\nServer: brigade\r\nDate: ") || strings.Count(head, "\r\n") != 4 || !strings.HasSuffix(head, "\r\n\r\n")) {
			rt.Bug("the answer to CONNECT is %q", head)
		}
		c.Close()
	}
	if status != x.status || rt.Now() > began.Add(2*ms) {
		rt.Bug("CONNECT %s: status %d after %v, not %d", x.to, status, rt.Now().Sub(began), x.status)
	}
	fd, _, e := w.peer.AcceptWait(l, time.Millisecond)
	if (e == sys.OK) != (x.status == 200) {
		rt.Bug("CONNECT %s: %v is connected to: %v", x.to, backendAt, e)
	}
	w.peer.Close(fd)
	w.peer.Close(l)
	return status
}

// head is what has come of an answer up to the end of its head, or beyond.
func (c *talk) head() string {
	got, b := []byte(nil), make([]byte, 1000)
	for !bytes.Contains(got, []byte("\r\n\r\n")) {
		n, err := c.Recv(b, time.Second)
		if n == 0 || err != nil {
			rt.Bug("the end after %q: %v", got, err)
		}
		got = append(got, b[:n]...)
	}
	return string(got)
}

// upgrades asks for a protocol that x does not speak.
func (w *world) upgrades(x *refusal, two bool) {
	l, e := w.peer.Listen(backend, sys.ListenOptions{})
	if e != sys.OK {
		rt.Bug("listen: %v", e)
	}
	var tasks rt.WaitGroup
	var extra rt.Bool // a backend hears what is not for it
	tasks.Go("backend", func() {
		fd, _, e := w.peer.AcceptWait(l, time.Second)
		if e != sys.OK {
			rt.Bug("the backend is not asked: %v", e)
		}
		got, b := []byte(nil), make([]byte, 4096)
		for !bytes.HasSuffix(got, []byte("\r\n\r\n")) {
			n, e := w.peer.ReadWait(fd, b, time.Second)
			if e != sys.OK || n == 0 {
				rt.Bug("the backend is asked %q, and then %v", got, e)
			}
			got = append(got, b[:n]...)
		}
		half := len(x.says) / (1 + sim.Choose("in two pieces", 2))
		w.tells(fd, x.says[:half])
		if half < len(x.says) {
			rt.Sleep(100 * ms)
			w.tells(fd, x.says[half:])
		}
		if x.ends {
			_ = w.peer.Shutdown(fd, sys.ShutWrite)
		}
		for e == sys.OK {
			n, no := w.peer.ReadWait(fd, b, 20*time.Second)
			if no != sys.OK || n == 0 {
				break
			}
			extra.Store(true)
		}
		if !x.ends && x.status < 500 {
			rt.Sleep(5 * time.Second) // it does not care that nobody says more
		}
		w.peer.Close(fd)
	})
	began := rt.Now()
	if two {
		w.upgradesStream(x)
	} else {
		w.upgradesConnection(x, began)
	}
	took := rt.Now().Sub(began)
	switch {
	case x.late && (took < dialTime || took > dialTime+5*ms):
		rt.Bug("%.60q: it takes %v to say so", x.says, took)
	case extra.Load():
		rt.Bug("%.60q: a backend that does not switch hears of the client", x.says)
	}
	tasks.Wait()
	w.peer.Close(l)
}

// tells says text, of which not all may be heard.
func (w *world) tells(fd sys.FD, text string) {
	for len(text) > 0 {
		n, e := w.peer.WriteWait(fd, []byte(text), time.Second)
		if e != sys.OK {
			return
		}
		text = text[n:]
	}
}

func (w *world) upgradesConnection(x *refusal, began rt.Instant) {
	c := w.dial()
	behind := map[bool]string{true: "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"}[x.status != 101 && sim.Choose("more behind it", 2) == 1]
	c.send("GET /chat HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nSec-WebSocket-Key: mine\r\nUpgrade: websocket\r\n\r\n" + behind)
	if x.status == 101 {
		if head := c.head(); head != x.says {
			rt.Bug("%.60q: its head goes through as %q", x.says, head)
		}
		c.Reset()
		return
	}
	goes := x.status < 500
	if goes {
		got, b := []byte(nil), make([]byte, 4096)
		for {
			n, err := c.Recv(b, 10*time.Second)
			if got = append(got, b[:n]...); n == 0 || err != nil {
				break
			}
			if behind != "" && sim.Choose("says more", 2) == 1 {
				_ = c.Send([]byte("more")) // which nobody wants
			}
		}
		if string(got) != x.says {
			rt.Bug("%.60q: %d bytes of it go through, of %d", x.says, len(got), len(x.says))
		}
		least := time.Duration(0)
		if !x.ends {
			least = halfTunnel
		}
		if took := rt.Now().Sub(began); took < least || took > least+200*ms {
			rt.Bug("%.60q: it ends after %v, not %v", x.says, took, least)
		}
		c.Close()
		return
	}
	if r := c.wantResponse(fmt.Sprintf("%.60q", x.says), x.status); behind != "" && !r.Close {
		c.wantResponse("the next request is looked at", 200)
	}
	c.Close()
}

func (w *world) upgradesStream(x *refusal) {
	c := &client.Client{Process: w.peer, Addr: address, Patience: 5 * time.Second}
	h, err := c.Open(65535)
	if err != nil {
		rt.Bug("%v", err)
	}
	st := h.Ask("CONNECT", client.File{Target: "/chat"}, false, ":protocol", "websocket")
	st.Any = true
	h.Upload(st, []byte("early"), false)
	if err := h.Wait(func() bool { ended, _ := st.Ended(); return ended }); err != nil {
		rt.Bug("%.60q: %v", x.says, err)
	}
	want := x.status
	if x.stream != 0 {
		want = x.stream
	}
	said := st.Header.Get("X-Said")
	if st.Status != want || (said != "") != strings.Contains(x.says, "X-Said") || want < 500 && (len(st.Body) > 0 || st.Header.Get("Content-Length") != "") {
		rt.Bug("%.60q: a stream is told %d, %v and %q, not %d", x.says, st.Status, st.Header, st.Body, want)
	}
	h.Close()
}
