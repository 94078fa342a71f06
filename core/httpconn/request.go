package httpconn

// Requests in flight. Each has a pool of its own, a root, made when its head was
// there and destroyed when its end-of-request bucket has passed, whatever became of
// its response. The connection holds them in order, oldest first; of the youngest
// alone the response may not be queued yet.

import (
	"net/netip"

	"brigade/core/mem"
	"brigade/core/rt"
)

// Request is what is kept of a request until its response has left. Slices are
// parts of the input page, which keeps still until then.
type Request struct {
	Method    []byte
	Target    []byte
	Referer   []byte
	UserAgent []byte
	Minor     uint8
	Status    int
	Begun     rt.Instant     // when its head was whole
	Sequence  uint64         // of the request on its connection, from 1
	Sent      int64          // bytes of the response that the kernel accepted
	Backend   netip.AddrPort // that could not answer; zero: none
	Why       string         // that was

	pool   *mem.Pool
	next   *Request
	queued bool // the end of its response
	ended  bool
}

// Ended implements bucket.Request.
func (r *Request) Ended() bool { return r.ended }

// GiveUp implements bucket.Request. A connection's own responses go through no beam.
func (r *Request) GiveUp() {
	rt.Bug("httpconn: the end of request %d comes back out of a beam; the connection's writer passes it", r.Sequence)
}

// requests are those in flight.
type requests struct {
	first *Request
	last  *Request
	nodes mem.Slab[Request]
}

// Begin begins the request whose head was parsed, or could not be.
func (c *Conn) Begin(sequence uint64) {
	q := &c.requests
	r := q.nodes.Get()
	r.pool = c.memory.NewPool(mem.Request)
	r.Sequence = sequence
	r.ended = false
	if q.last == nil {
		q.first = r
	} else {
		q.last.next = r
	}
	q.last = r
	c.X.Bind(r, r.pool)
}

// Current is the request that is being answered; nil: none is.
func (c *Conn) Current() *Request {
	if r := c.requests.last; r != nil && !r.queued {
		return r
	}
	return nil
}

// Pool is r's.
func (r *Request) Pool() *mem.Pool { return r.pool }

// Record writes down what the log needs of the current request. Its response is
// queued, or was given up.
func (c *Conn) Record() {
	r, q := c.Current(), &c.X.Request
	r.Method, r.Target, r.Referer, r.UserAgent = q.MethodName, q.Target, q.Referer, q.UserAgent
	r.Minor, r.Status, r.queued = q.Minor, c.X.Status, true
}

// Pending is the request whose response is leaving; nil: none is.
func (c *Conn) Pending() *Request { return c.requests.first }

// InFlight is how many requests have begun and have not ended, and the target of the
// oldest.
func (c *Conn) InFlight() (n int, target []byte) {
	for r := c.requests.first; r != nil; r = r.next {
		n++
	}
	if n > 0 {
		if target = c.requests.first.Target; !c.requests.first.queued {
			target = c.X.Request.Target
		}
	}
	return n, target
}

// End ends r: its last byte has left, or was given up, and the log has it.
func (c *Conn) End(r *Request) {
	q := &c.requests
	if r != q.first || r.ended {
		rt.Bug("httpconn: request %d ends, but it is not the oldest in flight; requests end in order, once", r.Sequence)
	}
	if q.first = r.next; q.first == nil {
		q.last = nil
		c.X.Rewind()
	}
	r.pool.Destroy()
	*r = Request{ended: true}
	q.nodes.Put(r)
}
