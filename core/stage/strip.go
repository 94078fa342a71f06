package stage

// What is left of a stream whose response has been framed: a few words for the log,
// until the kernel has taken its last byte. Its http_conn goes back at once, and serves
// the next stream of the same turn while its pages are in the processor's cache: of
// sixty requests that come in one read, one http_conn answers all that need no waiting.

import (
	"brigade/core/accesslog"
	"brigade/core/bucket"
	"brigade/core/rt"
)

// strip ends the request of r, whose http_conn goes back.
func (l *loop) strip(r *stream) {
	sc := r.conn
	h := sc.http
	outer := l.scope.Enter(h.Pool())
	if h.Current() != nil {
		if !h.X.Started() {
			h.X.Status = unanswered
		}
		h.X.Abandon()
		h.Record()
	}
	r.since = h.Pending().Begun
	q := h.Pending()
	e := &r.entry
	*e = accesslog.Entry{
		Peer: sc.peer, Minor: q.Minor, Two: true, Status: q.Status, Backend: q.Backend, Why: q.Why,
		Method: e.Method[:0], Target: e.Target, Referer: e.Referer[:0], UserAgent: e.UserAgent[:0],
	}
	if l.server.cfg.Log != nil || l.server.teller != nil {
		e.Method = append(e.Method, q.Method...)
		e.Referer, e.UserAgent = append(e.Referer, q.Referer...), append(e.UserAgent, q.UserAgent...)
	}
	for !h.Out.Empty() {
		if h.Out.Front().Kind() == bucket.EndOfRequest {
			h.End(q)
		}
		h.Out.Pop()
	}
	if r.wanted {
		r.parent.session.held -= r.content
	}
	h.Skip(int64(h.Buffered()))
	if outer == h.Pool() {
		outer = nil
	}
	l.scope.Leave(outer)
	l.pool.Put(h)
	sc.http = nil
}

// noted has the log take r's line: its last byte has left, or never will.
func (l *loop) noted(r *stream) {
	rt.Probe(rt.ProbeResponse, r.conn.id, 1, uint64(r.sent))
	r.entry.Bytes = r.sent
	l.log(r.conn, 1, r.since, &r.entry)
}
