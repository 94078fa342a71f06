package netsim

// Pipes, pipe(7): 64 KiB in 16 slots of a page. A write adds to the last page when
// its odd part fits there, and takes a page for each rest, so a pipe of many
// middling writes is full well before 64 KiB, as on Linux. Writes of at most a page
// are all or nothing.
//
// A small pipe has one page, or room for some bytes only. The second is how a pipe
// looks to those who write single bytes while its reader has been off the processor
// for thousands of them: no run is long enough to fill a page so.

import (
	"brigade/core/sys"
	"brigade/sim"
)

const (
	page      = 4096
	pipeSlots = 16
)

// smallPipes are the bytes that a small pipe holds, by the form of the fault.
var smallPipes = [...]int{0, page, 4, 2, 1}

type pipe struct {
	reader, writer *file // nil: closed
	slots          [pipeSlots]slot
	head, used     int // first slot in use, and how many are
	limit          int // how many may be
	capacity       int // of the bytes in them
	order          sim.Edge
}

type slot struct {
	start, end int
	data       []byte
}

func (q *pipe) reset() {
	q.reader, q.writer, q.head, q.used = nil, nil, 0, 0
	q.limit, q.capacity = pipeSlots, pipeSlots*page
}

func (q *pipe) slot(i int) *slot { return &q.slots[(q.head+i)%pipeSlots] }

func (q *pipe) size() int {
	n := 0
	for i := range q.used {
		n += q.slot(i).end - q.slot(i).start
	}
	return n
}

// room reports whether a byte can be written that needs a page of its own.
func (q *pipe) room() bool {
	if q.capacity < page {
		return q.size() < q.capacity
	}
	return q.used < q.limit
}

func (q *pipe) mask(writer bool) (m sys.Events) {
	if writer {
		if q.room() {
			m |= sys.Out
		}
		if q.reader == nil {
			m |= sys.Err
		}
		return m
	}
	if q.used > 0 {
		m |= sys.In
	}
	if q.writer == nil {
		m |= sys.Hup
	}
	return m
}

func (n *Net) readPipe(f *file, c *sim.Call) {
	q := f.pipe
	switch {
	case f.writer:
		fail(c, sys.EBADF)
		return
	case len(c.Buf) == 0:
		return
	case q.used == 0 && q.writer != nil:
		fail(c, sys.EAGAIN)
		return
	}
	c.Acquire = &q.order
	full, got := !q.room(), 0
	for q.used > 0 && got < len(c.Buf) {
		s := q.slot(0)
		k := copy(c.Buf[got:], s.data[s.start:s.end])
		got += k
		if s.start += k; s.start == s.end {
			q.head = (q.head + 1) % pipeSlots
			q.used--
		}
	}
	c.N = int64(got)
	n.s.Progress()
	if full && q.room() {
		n.wake(q.writer, sys.Out)
	}
}

func (n *Net) writePipe(f *file, c *sim.Call) {
	q := f.pipe
	switch {
	case !f.writer:
		fail(c, sys.EBADF)
		return
	case len(c.Buf) == 0:
		return
	case q.reader == nil:
		fail(c, sys.EPIPE)
		return
	}
	if q.capacity < page && q.size()+len(c.Buf) > q.capacity {
		fail(c, sys.EAGAIN)
		return
	}
	rest := c.Buf
	if odd := len(rest) % page; odd > 0 && q.used > 0 {
		if s := q.slot(q.used - 1); s.end+odd <= page {
			s.end += copy(s.data[s.end:], rest[:odd])
			rest = rest[odd:]
		}
	}
	for len(rest) > 0 && q.used < q.limit {
		s := q.slot(q.used)
		if s.data == nil {
			s.data = make([]byte, page)
		}
		s.start, s.end = 0, copy(s.data, rest)
		rest = rest[s.end:]
		q.used++
	}
	if len(rest) == len(c.Buf) {
		fail(c, sys.EAGAIN)
		return
	}
	c.N, c.Release = int64(len(c.Buf)-len(rest)), &q.order
	n.s.Progress()
	n.wake(q.reader, sys.In)
	n.again(q.reader)
}

func (n *Net) closePipe(f *file) {
	q := f.pipe
	if f.writer {
		q.writer = nil
		n.wake(q.reader, 0)
	} else {
		q.reader = nil
		n.wake(q.writer, 0)
	}
}
