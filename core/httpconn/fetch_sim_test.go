package httpconn_test

// The second place of a task's stock (Grydeland 2011): a handler fetches from a backend
// through an http_conn of its own, and in the middle of the body hands itself, with the
// client's http_conn and the backend's, to another worker, which goes on. What was read
// ahead travels along; the receiver's surplus goes to the shard's list when the request
// ends, and the giver refills from there. Pages are poisoned when they go back, sizes
// change in between, and the judge holds each recycled http_conn to be as a new one
// (I21), its memory to be its taker's (I01), and nothing to be left (I06).

import (
	"bytes"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"brigade/core/handoff"
	"brigade/core/http1"
	"brigade/core/httpconn"
	"brigade/core/iobuf"
	"brigade/core/mem"
	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/invariants"
	"brigade/netsim"
	"brigade/sim"
)

const (
	fetchers = 3 // workers
	fetches  = 4 // that each begins
)

var backend = netip.MustParseAddrPort("127.0.0.1:90")

// fetch is a request's handler in the middle of its work.
type fetch struct {
	link   handoff.Link[fetch]
	client *httpconn.Conn
	far    *httpconn.Conn
	fd     sys.FD
	name   string
	got    []byte // of the body, so far
}

// HandoffLink implements handoff.Linked.
func (f *fetch) HandoffLink() *handoff.Link[fetch] { return &f.link }

// answer is what the backend says when it is asked for name.
func answer(name string) []byte { return bytes.Repeat([]byte(name+"."), 700) }

// kitchen is a run: a depot, workers, and a backend.
type kitchen struct {
	t       *testing.T
	kernel  *netsim.Process
	remote  *netsim.Process
	depot   httpconn.Depot
	inboxes [fetchers]handoff.Inbox[fetch, *fetch]
	gates   [fetchers]rt.Cond
	locks   [fetchers]rt.Mutex
	begun   rt.Int64 // fetches that are to end still
}

var fetchLimits = http1.Limits{Line: 200, Head: 250}

// work is a worker: it begins fetches, and ends those that it is given.
func (k *kitchen) work(i int) {
	scope := &mem.Scope{Name: fmt.Sprint("worker ", i)}
	p := &httpconn.Pool{
		Sizes: httpconn.Sizes{In: 1024, Out: 16 << 10}, Keep: 2, Depot: &k.depot, Scope: scope, Base: uint64(i+1) << 20,
	}
	for n := range fetches {
		p.Heed()
		f := k.begin(p, fmt.Sprintf("%c%d", 'a'+i, n))
		to := (i + 1 + sim.Choose("to", fetchers-1)) % fetchers
		f.client.Give()
		f.far.Give()
		k.inboxes[to].Push(f)
		k.locks[to].Lock()
		k.locks[to].Unlock()
		k.gates[to].Signal()
		k.finish(p, i)
	}
	for k.begun.Load() > 0 {
		k.locks[i].Lock()
		k.gates[i].Await(func() bool { return !k.inboxes[i].Empty() || k.begun.Load() == 0 })
		k.locks[i].Unlock()
		k.finish(p, i)
	}
	p.Close()
}

// begin parses a client's request, asks the backend, and reads a part of the answer.
func (k *kitchen) begin(p *httpconn.Pool, name string) *fetch {
	client, _ := p.Get(iobuf.Filling)
	f := &fetch{client: client, name: name}
	if f.far, _ = p.Get(iobuf.Freeing); f.client == f.far {
		rt.Bug("one http_conn serves two")
	}
	// The next request has come with this one, and has to be there for whoever goes on.
	text := "GET /" + name + " HTTP/1.1\r\nHost: a\r\n\r\nGET /next-" + name
	f.client.Filled(copy(f.client.Room(), text))
	if more, e := f.client.Parse(&fetchLimits); more || e != nil {
		rt.Bug("%v %v", more, e)
	}
	f.client.Begin(1)
	f.fd, _ = k.kernel.Connect(backend)
	if e := k.kernel.ConnectWait(f.fd, time.Minute); e != sys.OK {
		rt.Bug("connect: %v", e)
	}
	if _, e := k.kernel.WriteWait(f.fd, f.client.X.Request.Path[1:], time.Minute); e != sys.OK {
		rt.Bug("write: %v", e)
	}
	k.read(f)
	return f
}

// read reads once; false: all is there. Half of what came stays in the http_conn.
func (k *kitchen) read(f *fetch) bool {
	room := f.far.Room()
	n, e := k.kernel.ReadWait(f.fd, room, time.Minute)
	if e != sys.OK {
		rt.Bug("read: %v", e)
	}
	f.far.Filled(n)
	take := int64(f.far.Buffered())
	if n > 0 {
		take /= 2
	}
	f.got = append(f.got, f.far.Unparsed()[:take]...)
	f.far.Skip(take)
	return n > 0
}

// finish goes on with what worker i was given.
func (k *kitchen) finish(p *httpconn.Pool, i int) {
	for f := k.inboxes[i].Take(); f != nil; {
		next := k.inboxes[i].Next(f)
		rt.Taken(f)
		f.client.Take(p.Scope)
		f.far.Take(p.Scope)
		for k.read(f) {
		}
		k.kernel.Close(f.fd)
		if !bytes.Equal(f.got, answer(f.name)) {
			sim.Failf("I18", "a body that two workers fetched is not what the backend sent")
		}
		if string(f.client.X.Request.Path) != "/"+f.name || string(f.client.Unparsed()) != "GET /next-"+f.name {
			sim.Failf("I19", "a request, or what came behind it, did not travel with its http_conn")
		}
		k.end(f)
		p.Put(f.client)
		p.Put(f.far)
		if k.begun.Add(-1) == 0 {
			for j := range k.gates {
				k.locks[j].Lock()
				k.locks[j].Unlock()
				k.gates[j].Broadcast()
			}
		}
		f = next
	}
}

// end ends the client's request, and leaves bytes behind that nobody may see again.
func (k *kitchen) end(f *fetch) {
	c := f.client
	c.X.Date = []byte("a date")
	c.X.Begin(204)
	c.X.End()
	c.X.Finish()
	c.Record()
	for !c.Out.Empty() {
		if b := c.Out.Front(); b.Kind().Metadata() {
			c.End(c.Pending())
		}
		c.Out.Pop()
	}
	for _, h := range []*httpconn.Conn{c, f.far} {
		h.Skip(int64(h.Buffered()))
		h.Filled(copy(h.Room(), "GET /poison HTTP/1.1\r\nHost: poison\r\n"))
	}
}

// serve is the backend.
func (k *kitchen) serve(l sys.FD) {
	for range fetchers * fetches {
		fd, _, e := k.remote.AcceptWait(l, time.Hour)
		if e != sys.OK {
			rt.Bug("accept: %v", e)
		}
		name := make([]byte, 2)
		for n := 0; n < 2; {
			m, e := k.remote.ReadWait(fd, name[n:], time.Minute)
			if e != sys.OK {
				rt.Bug("read: %v", e)
			}
			n += m
		}
		for b := answer(string(name)); len(b) > 0; {
			n, e := k.remote.WriteWait(fd, b, time.Minute)
			if e != sys.OK {
				rt.Bug("write: %v", e)
			}
			b = b[n:]
		}
		k.remote.Close(fd)
	}
	k.remote.Close(l)
}

func TestFetchesChangeHands(t *testing.T) {
	net := netsim.New(netsim.Config{Latency: time.Millisecond, Segment: 600})
	kernel, remote := net.Process("server"), net.Process("backend")
	var judges []sim.Observer
	for _, c := range invariants.All() {
		if c.Name == "fresh" || c.Name == "memory" || c.Name == "pool" || c.Name == "leak" {
			judges = append(judges, c.New(int32(kernel.ID())))
		}
	}
	for seed := range uint64(60) {
		r := sim.Run(sim.Options{Seed: seed, World: net, Observers: judges}, func() {
			k := &kitchen{t: t, kernel: kernel, remote: remote}
			k.depot.Init(4, httpconn.Sizes{In: 1024, Out: 16 << 10})
			k.begun.Store(fetchers * fetches)
			l, _ := remote.Listen(backend, sys.ListenOptions{})
			var wg rt.WaitGroup
			wg.Go("backend", func() { k.serve(l) })
			for i := range fetchers {
				k.gates[i].L = &k.locks[i]
			}
			for i := range fetchers {
				wg.Go("worker", func() { k.work(i) })
			}
			housekeeping := &mem.Scope{Name: "housekeeping"}
			if sim.Choose("resize", 2) == 1 {
				rt.Sleep(3 * time.Millisecond)
				k.depot.Resize(httpconn.Sizes{In: 2048, Out: 32 << 10}, housekeeping)
			}
			wg.Wait()
			k.depot.Close(housekeeping)
		})
		if r.Verdict != nil {
			t.Fatalf("seed %d: %v", seed, r.Verdict)
		}
	}
}
