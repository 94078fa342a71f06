package netsim

// Pipes, pipe(7): 64 KiB in 16 slots of a page. A write adds to the last page when
// its odd part fits there, and takes a page for each rest, so a pipe of many
// middling writes is full well before 64 KiB, as on Linux. Writes of at most a page
// are all or nothing. A fifo(7) is a pipe that any number open at either end by its
// name; it keeps what is in it as long as one of them has it open.
//
// A small pipe has one page, or room for some bytes only. The second is how a pipe
// looks to those who write single bytes while its reader has been off the processor
// for thousands of them: no run is long enough to fill a page so.

import (
	"slices"

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
	readers, writers []*file
	slots            [pipeSlots]slot
	head, used       int // first slot in use, and how many are
	limit            int // how many may be
	capacity         int // of the bytes in them
	came             int // writers that have opened it, ever
	order            sim.Edge
}

type slot struct {
	start, end int
	data       []byte
}

func (q *pipe) reset() {
	q.readers, q.writers, q.head, q.used, q.came = q.readers[:0], q.writers[:0], 0, 0, 0
	q.limit, q.capacity = pipeSlots, pipeSlots*page
}

// newPipe makes one that nobody has open yet, and that may be small in one of so many
// forms.
func (n *Net) newPipe(forms uint64) *pipe {
	q := n.pipes.take()
	q.reset()
	if form := n.draw(faultPipe, -1, &n.faults.common, forms); form != 0 {
		q.limit, q.capacity = 1, smallPipes[form]
	}
	return q
}

// ends are the files at one end.
func (q *pipe) ends(writer bool) *[]*file {
	if writer {
		return &q.writers
	}
	return &q.readers
}

// openPipe makes a file at one end.
func (n *Net) openPipe(q *pipe, label string, writer bool) *file {
	f := n.newFile(kindPipe, label)
	f.pipe, f.writer, f.early = q, writer, -1
	if writer {
		q.came++
	} else if len(q.writers) == 0 {
		f.early = q.came
	}
	list := q.ends(writer)
	*list = append(*list, f)
	return f
}

// wakeEnds wakes those who watch files at one end.
func (n *Net) wakeEnds(list []*file, key sys.Events) {
	for _, f := range list {
		n.wake(f, key)
	}
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

func (q *pipe) mask(f *file) (m sys.Events) {
	if f.writer {
		if q.room() {
			m |= sys.Out
		}
		if len(q.readers) == 0 {
			m |= sys.Err
		}
		return m
	}
	if q.used > 0 {
		m |= sys.In
	}
	if len(q.writers) == 0 && f.early != q.came {
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
	case q.used == 0 && len(q.writers) > 0:
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
		n.wakeEnds(q.writers, sys.Out)
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
	case len(q.readers) == 0:
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
	n.wakeEnds(q.readers, sys.In)
	for _, f := range q.readers {
		n.again(f)
	}
}

func (n *Net) closePipe(f *file) {
	q := f.pipe
	list := q.ends(f.writer)
	*list = slices.DeleteFunc(*list, func(g *file) bool { return g == f })
	none, noneBeyond := len(*list) == 0, len(*q.ends(!f.writer)) == 0
	switch {
	case none && noneBeyond:
		q.head, q.used = 0, 0 // nobody is left to read what is in it
	case none != noneBeyond:
		n.wakeEnds(q.readers, 0)
		n.wakeEnds(q.writers, 0)
	}
}
