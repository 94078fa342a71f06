package scenario

// Origins: servers behind the proxy, simulated tasks that read requests with net/http and
// answer in a manner that is drawn for each. What their clients must get is known from the
// target. Where the world has faults they may be ill (ills.go): then the client may get a
// status of a gateway, or a cut, but never anything else, and nothing of another's answer.
//
// They judge, too: a request has the fields that a proxy owes its backend, none that were
// meant for the proxy alone, and its content to the byte.

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
	"brigade/netsim/client"
	"brigade/sim"
)

// The places of origins, the last of which nobody is at.
var originAddrs = []netip.AddrPort{
	netip.AddrPortFrom(address.Addr(), 90), netip.AddrPortFrom(address.Addr(), 91), netip.AddrPortFrom(address.Addr(), 92),
}

// proxied is below what answers are fetched.
const proxied = "/p/"

// fetchable are the sizes of what origins have: less and more than a page, and more than
// sockets hold.
var fetchable = []int{0, 1, 300, 5000, 40_000}

// origins are those of a run.
type origins struct {
	site   *site
	p      *netsim.Process
	ills   []ill    // that the run's world has
	sick   rt.Int64 // until then each connection is reset
	larder *larder  // what they say may be kept; nil: they say nothing of that
	little bool     // nobody asks for the large files
	once   once
	spare  time.Duration // for how long connections are kept that nobody wants; 0: not known
	warm   time.Duration // and for what may not be asked twice
	calm   bool          // the world holds nobody up
	over   rt.Bool
	tasks  rt.WaitGroup
}

// secret is what clients say to the proxy, and to nobody behind it; and private are fields
// that have it.
const (
	secret  = "for-the-proxy"
	private = "Connection: x-own\r\nX-Own: " + secret + "\r\nProxy-Authorization: Basic " + secret + "\r\nX-Forwarded-For: " + secret + "\r\nForwarded: for=" + secret + "\r\n"
)

// target is where the i-th of what there is can be fetched.
func target(i int) string { return proxied + strconv.Itoa(i) }

// files are what can be fetched.
func (o *origins) files() (list []client.File) {
	for i, size := range fetchable {
		if o.little && size > 1000 {
			continue
		}
		list = append(list, client.File{Target: target(i), Body: content(target(i), size)})
	}
	return append(list, client.File{Target: proxied + "none", Status: 404})
}

// begin has origins listen at all places but the last.
func (o *origins) begin() {
	o.tasks.Label("origins")
	o.over.Label("origins over")
	o.sick.Label("origins sick")
	o.once.mu.Label("requests that came")
	for _, a := range originAddrs[:2] {
		l, e := o.p.Listen(a, sys.ListenOptions{})
		if e != sys.OK {
			return
		}
		o.tasks.Go("origin", func() { o.accept(l) })
	}
}

// end has them end, when their connections have.
func (o *origins) end() {
	o.over.Store(true)
	for _, a := range originAddrs[:2] {
		knock(o.p, a)
	}
	o.tasks.Wait()
}

// attention is how often who accepts looks up by himself. It is rare: whenever time moves,
// all loops of a server are asked once more whether there is nothing to do.
const attention = 3 * time.Second

// knock has who accepts at a place look up now: somebody comes, and goes.
func knock(p *netsim.Process, at netip.AddrPort) {
	if fd, e := p.Connect(at); e == sys.OK || e == sys.EINPROGRESS {
		_ = p.ConnectWait(fd, attention)
		p.Close(fd)
	}
}

func (o *origins) accept(l sys.FD) {
	for !o.over.Load() {
		if fd, _, e := o.p.AcceptWait(l, attention); e == sys.OK {
			o.tasks.Go("origin", func() { o.serve(fd) })
		}
	}
	o.p.Close(l)
}

// inlet reads from a connection, for as long as an origin keeps one that is idle.
type inlet struct {
	p     *netsim.Process
	fd    sys.FD
	idle  time.Duration
	ended bool // nothing more comes, in time
	late  bool // as nothing has, and the other end is there
}

// Read implements io.Reader.
func (w *inlet) Read(b []byte) (int, error) {
	n, e := w.p.ReadWait(w.fd, b, w.idle)
	if e != sys.OK || n == 0 {
		w.ended, w.late = true, e == sys.EAGAIN
		return 0, io.EOF
	}
	return n, nil
}

// serve answers what comes on a connection.
func (o *origins) serve(fd sys.FD) {
	defer o.p.Close(fd)
	if rt.Now() < rt.Instant(o.sick.Load()) {
		_ = o.p.SetOption(fd, sys.LingerZero, 1)
		return
	}
	w := &inlet{p: o.p, fd: fd, idle: 10 * time.Second}
	in := bufio.NewReader(w)
	var rests rest
	for asked := false; ; asked = true {
		if asked { // who has connected is about to ask, but who has asked may not ask again
			w.idle = []time.Duration{3 * time.Second, 30 * time.Millisecond, time.Millisecond}[sim.Choose("origin idles", 3)]
			_, err := in.Peek(1)
			rests.ends(w.late, w.idle)
			if err != nil {
				return
			}
			if leaves() {
				return
			}
			w.idle = 10 * time.Second
		}
		q, err := http.ReadRequest(in)
		if w.ended {
			return // it was cut in the middle
		}
		if err != nil {
			sim.Failf("I19", "an origin gets what is no request: "+err.Error())
			return
		}
		rests.judge(q)
		x, form := o.errs(fd)
		if x != nil && x.early {
			x.do(o, fd, q, form)
			return
		}
		if again := o.converse(fd, q, w, x, form); !again || w.ended {
			return
		}
		rests = o.rest(q)
	}
}

// converse hears the content of q and answers, in any order, unless it is ill with x. False:
// the connection ends.
func (o *origins) converse(fd sys.FD, q *http.Request, w *inlet, x *ill, form int) (again bool) {
	if q.Header.Get("Expect") != "" && sim.Choose("origin asks for it", 3) > 0 && !o.say(fd, "HTTP/1.1 100 Continue\r\n\r\n") {
		return false
	}
	first := x == nil && q.ContentLength != 0 && o.duplex(q) && sim.Choose("origin answers first", 4) == 1
	if first {
		again = o.answer(fd, q)
	}
	body, err := io.ReadAll(q.Body)
	if err != nil || w.ended && q.ContentLength != 0 {
		return false
	}
	o.hears(q)
	o.judge(q, body)
	switch {
	case x != nil:
		x.do(o, fd, q, form)
	case !first:
		again = o.answer(fd, q)
	}
	return again
}

// duplex reports whether the client of q reads while it sends, as those of HTTP/2 do, or
// need not, since the answer fits into any socket.
func (o *origins) duplex(q *http.Request) bool {
	_, body := o.content(q)
	return len(body) <= 300 || overHTTP2(q)
}

// overHTTP2 reports whether q's client speaks HTTP/2.
func overHTTP2(q *http.Request) bool { return strings.HasPrefix(q.Header.Get("Via"), "2.0") }

// judge holds a request to what a proxy owes.
func (o *origins) judge(q *http.Request, body []byte) {
	o.once.comes(q)
	fail := func(what string) {
		sim.Failf("I19", fmt.Sprintf("an origin is asked for %s, and %s: %v", q.RequestURI, what, q.Header))
	}
	switch {
	case !strings.HasPrefix(q.RequestURI, proxied):
		fail("that is not below what is fetched")
	case q.Header.Get("X-Own") != "" || q.Header.Get("Connection") != "" && (q.Header.Get("Connection") != "TE" || q.Header.Get("Te") != "trailers"):
		fail("a field was meant for the proxy alone")
	case strings.Contains(fmt.Sprint(q.Header), secret):
		fail("it is told what a client has said to the proxy")
	case q.Method != http.MethodPost && strings.Contains(q.Header.Get("Cache-Control"), "only-if-cached"):
		fail("its client wants what is stored, or nothing (RFC 9111 §5.2.1.7)")
	case q.Host != "test" && q.Host != "localhost":
		fail("the host is " + q.Host)
	case strings.Join(q.Header.Values("X-Forwarded-For"), "|") != address.Addr().String():
		fail("it is said to be for " + strings.Join(q.Header.Values("X-Forwarded-For"), "|"))
	case !strings.HasSuffix(strings.Join(q.Header.Values("Via"), ","), "brigade"):
		fail("the proxy does not name itself")
	case size(q) != "":
		if n, _ := strconv.Atoi(size(q)); !bytes.Equal(body, content("upload", n)) {
			fail("its content is not what the client has sent")
		}
	}
}

// size is how long the content of q has to be, as a number; empty: it does not say.
func size(q *http.Request) string {
	if s := q.Header.Get("X-Size"); s != "" {
		return s
	}
	return q.URL.Query().Get("size")
}

// The manners of answers, all of which are right.
const (
	byLength = iota
	byChunks
	byEnd
	inPieces
	withHints
	manners
)

// answer answers q, unless it is ill. False: the connection ends.
func (o *origins) answer(fd sys.FD, q *http.Request) (again bool) {
	head, body := o.words(q)
	length := head + "Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n"
	if text := o.trailed(q, head, body); text != "" {
		return o.say(fd, text)
	}
	how, least := sim.Choose("origin's manner", manners), 1
	if body == nil && how == byChunks {
		how = byLength // a 304
	}
	if q.Method == http.MethodHead {
		length = head + "\r\n"
		if how == byChunks {
			how = byLength
		}
	}
	if o.larder != nil {
		least = 40 // each is passed on to many
	}
	pieces := manner{piece: least + sim.Choose("origin's pieces", 40)*40, pause: time.Duration(sim.Choose("origin's pause", 3)) * time.Millisecond}
	switch how {
	case byChunks:
		return o.say(fd, head+"Transfer-Encoding: chunked\r\n\r\n"+chunked(body))
	case byEnd:
		o.say(fd, head+"\r\n"+string(body))
		return false
	case inPieces:
		if len(body) < 1000 {
			return speak(o.p, fd, &pieces, []byte(length+string(body)))
		}
	case withHints:
		length = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + length
	}
	return o.say(fd, length+string(body))
}

// words are the answer to q: its head but for what frames the body, and the body.
func (o *origins) words(q *http.Request) (head string, body []byte) {
	status, body := o.content(q)
	more := ""
	if o.larder != nil {
		status, more, body = o.larder.serves(q, status, body)
	}
	head = fmt.Sprintf("HTTP/1.1 %d x\r\nDate: %s\r\nX-Own: 1\r\nConnection: x-own\r\n", status, rt.Wall().UTC().Format(http.TimeFormat)) + more
	if status == 405 {
		head += "Allow: GET, HEAD\r\n"
	}
	if q.Method == http.MethodHead {
		body = nil
	}
	return head, body
}

// say says text in one piece.
func (o *origins) say(fd sys.FD, text string) bool {
	return speak(o.p, fd, &manner{piece: 1 << 20}, []byte(text))
}

// chunked is body in chunks of odd sizes.
func chunked(body []byte) string {
	var b strings.Builder
	for i := 1; len(body) > 0; i++ {
		k := min(i*i*37, len(body))
		fmt.Fprintf(&b, "%x\r\n%s\r\n", k, body[:k])
		body = body[k:]
	}
	return b.String() + "0\r\n\r\n"
}

// content is the answer to a right request.
func (o *origins) content(q *http.Request) (status int, body []byte) {
	switch q.Method {
	case http.MethodGet, http.MethodHead:
	default:
		if size(q) == "" {
			return 405, nil // as the files answer
		}
	}
	for i, size := range fetchable {
		if q.URL.Path == target(i) {
			return 200, content(target(i), size)
		}
	}
	return 404, nil
}
