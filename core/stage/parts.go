package stage

// What stands in a session's brigade, by whose it is: so that each response is logged
// with the bytes that the kernel took of it, and ends when its last one has left.

import "brigade/core/bucket"

// part is some bytes in a row that are one stream's, or the session's own.
type part struct {
	of *stream // nil: the session's
	n  int64
}

// parts are those in a brigade, oldest first.
type parts struct {
	list  []part
	first int
}

// add notes n bytes of r's at the brigade's end.
func (p *parts) add(r *stream, n int64) {
	if k := len(p.list); k > p.first && p.list[k-1].of == r {
		p.list[k-1].n += n
		return
	}
	if p.first > 0 && len(p.list) == cap(p.list) {
		p.list = append(p.list[:0], p.list[p.first:]...)
		p.first = 0
	}
	p.list = append(p.list, part{r, n})
	if r != nil {
		r.parts++
	}
}

// sent notes that the first n bytes have left.
func (p *parts) sent(l *loop, n int64) {
	for n > 0 {
		q := &p.list[p.first]
		m := min(n, q.n)
		n -= m
		q.n -= m
		r := q.of
		if r != nil {
			r.sent += m
		}
		if q.n > 0 {
			return
		}
		p.pop(l)
	}
}

// pop forgets the oldest part.
func (p *parts) pop(l *loop) {
	r := p.list[p.first].of
	p.list[p.first] = part{}
	if p.first++; p.first == len(p.list) {
		p.list, p.first = p.list[:0], 0
	}
	if r != nil {
		r.parts--
		l.ends(r)
	}
}

// drop forgets all: the connection ends.
func (p *parts) drop(l *loop) {
	for p.first < len(p.list) {
		p.pop(l)
	}
}

// consume takes n bytes off b's front.
func consume(b *bucket.Brigade, n int64) {
	for n > 0 {
		m := min(n, b.Front().Len())
		b.Consume(m)
		n -= m
		if b.Front().Len() == 0 {
			b.Pop()
		}
	}
}
