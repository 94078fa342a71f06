package check

// core/httpconn's stocks and the shard's list behind them: one worker takes http_conns
// out of its stock, reads ahead into them and hands them on; another ends the requests
// and has more in stock than it keeps; a third, if there is one, changes their sizes
// meanwhile. What was read ahead comes along, nothing of it is there when the http_conn
// is used again, and whoever touches it out of turn is stopped.

import (
	"brigade/core/handoff"
	"brigade/core/httpconn"
	"brigade/core/iobuf"
	"brigade/core/mem"
	"brigade/core/rt"
)

func httpconnComponent() Component {
	return Component{
		Name: "httpconn", Tasks: 2, Ops: 3, Type: typeName[httpconn.Pool](), program: httpconnProgram,
		Story: "a worker reads ahead into http_conns and hands them on, another ends the requests and returns its surplus to the shard's list, a third, if there is one, changes sizes: bytes come along, and nothing of them stays",
	}
}

// parcel is an http_conn on its way.
type parcel struct {
	link handoff.Link[parcel]
	conn *httpconn.Conn
	nth  int
}

// HandoffLink implements handoff.Linked.
func (p *parcel) HandoffLink() *handoff.Link[parcel] { return &p.link }

// desk is where parcels come.
type desk struct {
	inbox handoff.Inbox[parcel, *parcel]
	taken *parcel // out of the inbox, and not worked on yet
	door  bell
}

var smallConns = httpconn.Sizes{In: 256, Out: 4096}

func httpconnProgram(tasks, ops int) func() {
	return func() {
		depot, d := new(httpconn.Depot), new(desk)
		depot.Init(1, smallConns)
		d.inbox.Label("inbox")
		d.door.init()
		var all rt.WaitGroup
		all.Label("all")
		all.Go("giver", func() {
			stock := newStock(depot, 1)
			for n := range ops {
				stock.Heed()
				d.put(readAhead(stock, n))
			}
			stock.Close()
		})
		all.Go("receiver", func() {
			stock := newStock(depot, 2)
			for n := range ops {
				d.work(stock, n)
			}
			stock.Close()
		})
		for range tasks - 2 {
			all.Go("housekeeper", func() {
				depot.Resize(httpconn.Sizes{In: 512, Out: 4096}, &mem.Scope{Name: "housekeeper"})
			})
		}
		all.Wait()
		depot.Close(&mem.Scope{Name: "main"})
	}
}

// newStock is a task's stock of one.
func newStock(depot *httpconn.Depot, nth uint64) *httpconn.Pool {
	return &httpconn.Pool{Sizes: smallConns, Keep: 1, Depot: depot, Scope: &mem.Scope{Name: "worker"}, Base: nth << 16}
}

// readAhead is an http_conn out of stock, with a byte read that is not parsed.
func readAhead(stock *httpconn.Pool, nth int) *parcel {
	c, err := stock.Get(iobuf.Filling)
	if err != nil {
		rt.Bug("there is no http_conn")
	}
	if c.Buffered() != 0 || len(c.Room()) != stock.Sizes.In {
		rt.Bug("an http_conn out of stock has %q, and room for %d; there is to be room for %d", c.Unparsed(), len(c.Room()), stock.Sizes.In)
	}
	c.Filled(copy(c.Room(), []byte{byte(nth)}))
	c.Give()
	return &parcel{conn: c, nth: nth}
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

// work ends the next request.
func (d *desk) work(stock *httpconn.Pool, nth int) {
	p := d.next()
	p.conn.Take(stock.Scope)
	if got := p.conn.Unparsed(); p.nth != nth || string(got) != string([]byte{byte(nth)}) {
		rt.Bug("parcel %d came with %q, where parcel %d is due", p.nth, got, nth)
	}
	stock.Put(p.conn)
}
