package check

// core/httpconn's stocks: each worker takes an http_conn out of its own, reads ahead
// into it, and hands it to the next, which ends the request and keeps it. What was
// read ahead comes along, nothing of it is there when the http_conn is used again,
// and whoever touches it out of turn is stopped.

import (
	"brigade/core/handoff"
	"brigade/core/httpconn"
	"brigade/core/mem"
	"brigade/core/rt"
)

func httpconnComponent() Component {
	return Component{
		Name: "httpconn", Tasks: 2, Ops: 2, Type: typeName[httpconn.Pool](), program: httpconnProgram,
		Story: "workers in a ring read ahead into http_conns of their stock and hand them on; whoever ends the request keeps them: bytes come along, and nothing of them stays",
	}
}

// parcel is an http_conn on its way.
type parcel struct {
	link handoff.Link[parcel]
	conn *httpconn.Conn
	from int
	nth  int
}

// HandoffLink implements handoff.Linked.
func (p *parcel) HandoffLink() *handoff.Link[parcel] { return &p.link }

// desk is where a worker's parcels come.
type desk struct {
	inbox handoff.Inbox[parcel, *parcel]
	taken *parcel // out of the inbox, and not worked on yet
	door  bell
}

func httpconnProgram(tasks, ops int) func() {
	return func() {
		desks := make([]*desk, tasks)
		for i := range desks {
			desks[i] = new(desk)
			desks[i].inbox.Label("inbox")
			desks[i].door.init()
		}
		for i := range tasks {
			rt.Go("worker", func() {
				scope := &mem.Scope{Name: "worker"}
				stock := &httpconn.Pool{
					Sizes: httpconn.Sizes{In: 256, Out: 4096}, Keep: 1, Scope: scope, Base: uint64(i+1) << 16,
				}
				for n := range ops {
					desks[(i+1)%tasks].put(readAhead(stock, i, n))
					desks[i].work(stock, (i+tasks-1)%tasks, n)
				}
				stock.Close()
			})
		}
	}
}

// readAhead is an http_conn out of stock, with two bytes read that are not parsed.
func readAhead(stock *httpconn.Pool, from, nth int) *parcel {
	c := stock.Get()
	if c == nil {
		rt.Bug("there is no http_conn")
	}
	if c.Buffered() != 0 {
		rt.Bug("an http_conn out of stock has %q", c.Unparsed())
	}
	c.Filled(copy(c.Room(), []byte{byte(from), byte(nth)}))
	c.Give()
	return &parcel{conn: c, from: from, nth: nth}
}

// put hands p over.
func (d *desk) put(p *parcel) {
	if d.inbox.Push(p) {
		d.door.strike()
	}
}

// next waits for the next parcel.
func (d *desk) next() *parcel {
	for d.taken == nil {
		if d.taken = d.inbox.Take(); d.taken == nil && d.inbox.Sleep() {
			d.door.sleep()
			d.inbox.Awake()
		}
	}
	p := d.taken
	d.taken = d.inbox.Next(p)
	rt.Taken(p)
	return p
}

// work ends the next request, which comes from worker from.
func (d *desk) work(stock *httpconn.Pool, from, nth int) {
	p := d.next()
	p.conn.Take(stock.Scope)
	if got := p.conn.Unparsed(); p.from != from || p.nth != nth || string(got) != string([]byte{byte(from), byte(nth)}) {
		rt.Bug("parcel %d of worker %d came with %q, where %d of %d is due", p.nth, p.from, got, nth, from)
	}
	stock.Put(p.conn)
}
