package scenario

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"brigade/core/handler/proxy"
	"brigade/core/handler/static"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/invariants"
	"brigade/netsim"
	"brigade/netsim/client"
	"brigade/sim"
)

// clients is how many client processes a machine has.
const clients = 8

// site is a machine with a tree of files, a server's process and those of
// clients. It is built once and used for all runs.
type site struct {
	env     *Env
	net     *netsim.Net
	server  *netsim.Process
	clients []*netsim.Process
	keeper  *netsim.Process // of the log
	book    *book           // of the last server that had one
	files   []client.File
	judges  []sim.Observer // of the server, which is process 0
}

var address = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 80)

// tree is the files that there are, with their media types.
var tree = []struct {
	name string
	size int
	kind string
}{
	{"empty.txt", 0, "text/plain; charset=utf-8"},
	{"one.bin", 1, "application/octet-stream"},
	{"small.html", 300, "text/html; charset=utf-8"},
	{"page.css", 1500, "text/css; charset=utf-8"},
	{"large.js", 9000, "text/javascript; charset=utf-8"},
	{"dir/index.html", 40, "text/html; charset=utf-8"},
}

// newSite builds the machine, or returns the one that e has.
func newSite(e *Env) *site {
	if n, ok := e.World.(*siteWorld); ok {
		e.Observers = append(e.Observers, n.site.judges...)
		return n.site
	}
	s := &site{judges: invariants.Server(0), env: e, net: netsim.New(netsim.Config{})}
	s.server = s.net.Process("server")
	for i := range clients {
		s.clients = append(s.clients, s.net.Process(fmt.Sprintf("client.%d", i+1)))
	}
	s.keeper = s.net.Process("keeper")
	for _, f := range tree {
		body := content(f.name, f.size)
		s.net.BuildFile("/www/"+f.name, string(body))
		s.files = append(s.files, client.File{Target: "/" + f.name, Body: body, Type: f.kind})
	}
	s.files[len(s.files)-1].Target = "/dir/"
	s.files = append(s.files, client.File{Target: "/none", Status: 404})
	s.net.BuildFile(newsFile, "no news")
	s.net.Build("/www/out", netsim.Entry{Link: "../log"})
	s.net.Build("/www/fifo", netsim.Entry{Fifo: true})
	s.files = append(s.files, client.File{Target: "/out/access.log", Status: 404}, client.File{Target: "/fifo", Status: 404})
	s.net.Build(logDirectory, netsim.Entry{Dir: true})
	s.net.Build(logDirectory+"/"+fifoName, netsim.Entry{Fifo: true})
	e.World = &siteWorld{s.net, s}
	e.Observers = append(e.Observers, s.judges...)
	return s
}

// siteWorld is the site's machine, and remembers the site.
type siteWorld struct {
	*netsim.Net
	site *site
}

// content is a file's bytes: no two places of it look alike, so that a response
// cut or shifted anywhere differs.
func content(name string, size int) []byte {
	b := make([]byte, 0, size+32)
	for i := 0; len(b) < size; i++ {
		b = fmt.Appendf(b, "%s %d;", name, i)
	}
	return b[:size]
}

// plan is what a run's root task drew.
type plan struct {
	stage     stage.Config
	log       bool
	sink      sink
	logBuffer int // bytes of lines that wait; 0: as usual
	static    static.Options
	net       netsim.Config
	free      bool // clients stay away now and then
	drain     drain
	acts      *acts     // stand before the files; nil: nothing does
	chain     chain     // what responses pass
	input     input     // what content passes
	chats     bool      // so does who takes connections over
	grain     int       // for how many bytes at a time that answers
	taken     *rt.Int64 // of those, how many have no end yet; nil: nobody takes any
	resized   bool      // pages change their sizes while it serves
	mixed     bool      // some clients speak HTTP/2
	budget    budget
	watch     bool         // somebody looks at the statistics page
	bodies    *bodies      // stand before the files, and stream
	proxy     *proxy.Proxy // answers what is below proxied; nil: nothing is
	origins   *origins     // behind it
	values    *values      // answer what is below valuesPath; nil: nothing does
	wards     *wards       // in their place, of whom one falls ill
}

// serve starts a server by p, runs f, has it serve once more without faults, drains,
// and waits until nothing is left.
func (s *site) serve(p plan, f func()) {
	if p.log && p.sink == overfull {
		p.net.Quota = quota
	}
	s.net.Adjust(p.net)
	s.env.begin()
	h, err := static.New(s.server, "/www", p.static)
	if err != nil {
		// A disk that fails before the server is up is the operator's to see to.
		return
	}
	defer h.Close()
	var b *book
	if p.log {
		if b, err = s.openBook(&p); err != nil {
			b.leave()
			return
		}
		p.stage.Log, s.book = b.log, b
	}
	p.stage.Handler = h
	if p.acts != nil {
		p.acts.Handler, p.stage.Handler = h, p.acts
	}
	if p.bodies != nil {
		p.bodies.Handler, p.stage.Handler = p.stage.Handler, p.bodies
	}
	if p.chats {
		p.taken = new(rt.Int64)
		p.taken.Label("taken over")
		p.stage.Handler = &chats{p.stage.Handler, p.taken, p.grain}
	}
	var server *stage.Server
	p.surround(&server)
	p.stage.Buffers = p.budget.buffers()
	if server, err = stage.New(p.stage); err != nil {
		if b != nil {
			b.leave()
			b.log.Discard()
		}
		return
	}
	s.live(server, p, func() {
		if b != nil {
			b.begin()
		}
		f()
	})
	if b == nil {
		return
	}
	b.end()
	if p.drain == atEnd && p.net.Profile.Except("F29").String() == "none" {
		s.audit(b)
	}
}

// crowd runs every behaviour as a task with a process of its own, and returns
// when all are done.
func (s *site) crowd(p plan, list ...behaviour) {
	var wg rt.WaitGroup
	files := s.files
	if p.acts != nil {
		files = append(p.acts.files(), files...)
	}
	if p.bodies != nil {
		files = append(p.bodies.files(), files...)
	}
	if p.origins != nil {
		files = append(p.origins.files(), files...)
	}
	if p.watch {
		list = append(list[:len(list):len(list)], watching(&p))
	}
	if also := p.also(); len(also) > 0 {
		files = tolerant(files, also...)
	}
	wg.Label("clients")
	for i, b := range list {
		c := &client.Client{
			Process: s.clients[i%len(s.clients)], Addr: address, Files: files, Patience: 30 * time.Second,
			Echo: p.echo(), Answered: s.env.answered, Replaced: p.net.Profile.Includes("file-replaced"), Stepped: p.net.Profile.Includes("wall-step"),
			Fetched: p.proxy != nil,
		}
		wg.Go(b.name, func() {
			// In a replay a client stays away unless the trace says otherwise, so that a
			// failing run can be made small.
			if p.free && sim.Choose("takes part", 16) == 0 || !p.free && !sim.Will("takes part") {
				return
			}
			c.Files = rotate(files, sim.Choose("first file", len(files)))
			err := b.act(c)
			if p.blames(err) {
				sim.Failf(broken(err), b.name+": "+err.Error())
			}
			s.env.left(i, err)
			s.env.Exchanged(b.exchanges)
		})
	}
	wg.Wait()
}

// blames reports whether err is the server's fault: no mere consequence of what
// the network did, or of a fault that leaves a server nothing but to cut a response
// short, such as a disk that fails in the middle of a file.
func (p *plan) blames(err error) bool {
	if err == nil || !client.Blames(err) {
		return false
	}
	kind, _ := client.KindOf(err)
	switch kind {
	case client.Truncated, client.Silent, client.Reset:
		return p.drain == atEnd && !p.net.Profile.Cuts() && !p.sheds() && !p.exhausts() && !p.short() && !p.starves() && !p.wicked()
	case client.Refused:
		return p.drain == atEnd
	case client.Timeout:
		return !p.net.Profile.Slows() && !p.exhausts() && !p.overflows()
	default:
		return true
	}
}

// broken is the invariant that err, the server's fault, breaks: an answer to another
// request is more than a wrong one.
func broken(err error) string {
	var e *client.Error
	if errors.As(err, &e) && e.Anothers {
		return "I20"
	}
	return "I18"
}

// exhausts reports whether handlers may keep all processors for longer than a
// request waits for one.
func (p *plan) exhausts() bool {
	if p.bodies != nil && (p.chain == paced || p.chain == entire || p.net.Bandwidth > 0 || p.queues() > p.stage.Room) {
		return true // a handler that streams has its processor for as long as its client takes
	}
	if p.watch && p.chain == paced {
		return true // so does who looks at the statistics
	}
	return p.acts != nil && p.acts.nap >= time.Second
}

// also are the statuses that may stand in the place of the right one.
func (p *plan) also() []int {
	also := p.net.Profile.Also()
	if p.exhausts() {
		also = append(also, 408, 503) // a head may have to be looked at twice
	}
	if p.short() {
		also = append(also, 500, 503)
	}
	if p.wicked() {
		also = append(also, 502, 503, 504)
	}
	if p.drain == inTheMiddle && p.origins != nil && p.origins.larder != nil {
		also = append(also, 503) // its fetch was another loop's, which has ended
	}
	return also
}

// wicked reports whether answers that are fetched may not come, or not whole.
func (p *plan) wicked() bool {
	return p.wards != nil || p.origins != nil && !p.net.Profile.Calm()
}

// short reports whether there may be no page for a connection.
func (p *plan) short() bool { return p.net.Memory > 0 }

// overflows reports whether more may connect than the backlog holds: who does is not
// heard, and tries again after 1, 3, 7, 15 and 31 seconds.
func (p *plan) overflows() bool { return p.stage.Backlog > 0 && p.stage.Backlog < clients }

// sheds reports whether the server may run short of connections, and end one that
// is idle while its client is about to use it again.
func (p *plan) sheds() bool {
	return p.stage.Connections < clients || p.net.Profile.Includes("accept-error")
}

// tolerant are the files for a world in which these answers are right too.
func tolerant(files []client.File, statuses ...int) []client.File {
	list := append([]client.File(nil), files...)
	for i := range list {
		list[i].Also = append(list[i].Also[:len(list[i].Also):len(list[i].Also)], statuses...)
	}
	return list
}

func rotate(list []client.File, by int) []client.File {
	return append(append([]client.File(nil), list[by:]...), list[:by]...)
}

// behaviour is a way for a client to act.
type behaviour struct {
	name      string
	exchanges int
	act       func(c *client.Client) error
}
