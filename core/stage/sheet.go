package stage

// The sheet. What a session has to say in a turn is composed in memory of its loop's,
// which all of the loop's sessions share, and leaves in one write; only what the
// socket does not take is copied into the session's own brigade. So a session whose
// peer takes what it is sent holds none of it, and the same few pages serve all.
//
// Invariant: the sheet is one session's while that is run, and empty when it is not.

import "brigade/core/sys"

// sheet is a loop's.
type sheet struct {
	of    *Conn  // whose session is run; nil: none is
	bytes []byte // what was copied
	marks []mark // what is to be sent, in order
	from  int64  // of the first mark, how much has left
	left  int64  // bytes that have not
}

// mark is some of what is to be sent: bytes of the sheet, or shared ones, which nobody
// changes.
type mark struct {
	from, to int
	shared   []byte
}

func (k *mark) size() int64 { return int64(k.to - k.from + len(k.shared)) }

// add adds b at the end, shared or copied.
func (s *sheet) add(b []byte, shared bool) {
	s.left += int64(len(b))
	if shared {
		s.marks = append(s.marks, mark{shared: b})
		return
	}
	from := len(s.bytes)
	s.bytes = append(s.bytes, b...)
	if n := len(s.marks); n > 0 && s.marks[n-1].shared == nil {
		s.marks[n-1].to += len(b)
		return
	}
	s.marks = append(s.marks, mark{from: from, to: from + len(b)})
}

// piece is what a mark stands for, and has not left.
func (s *sheet) piece(i int) []byte {
	k := &s.marks[i]
	b := k.shared
	if b == nil {
		b = s.bytes[k.from:k.to]
	}
	if i == 0 {
		b = b[s.from:]
	}
	return b
}

// iovec adds what is to be sent to iov, up to its capacity.
func (s *sheet) iovec(iov [][]byte) [][]byte {
	for i := range s.marks {
		if len(iov) == cap(iov) {
			break
		}
		iov = append(iov, s.piece(i))
	}
	return iov
}

// sent says that the first n bytes have left.
func (s *sheet) sent(n int64) {
	s.left -= n
	if s.left == 0 {
		s.empty()
		return
	}
	n += s.from
	i := 0
	for ; n >= s.marks[i].size(); i++ {
		n -= s.marks[i].size()
	}
	s.marks, s.from = append(s.marks[:0], s.marks[i:]...), n
}

// empty forgets all.
func (s *sheet) empty() {
	if cap(s.bytes) > 4*outHigh {
		s.bytes = nil
	}
	clear(s.marks)
	s.bytes, s.marks, s.from, s.left = s.bytes[:0], s.marks[:0], 0, 0
}

// spill moves what is left of the sheet into c's brigade. False: there is no memory
// for it.
func (l *loop) spill(c *Conn) bool {
	s := &l.sheet
	if s.left == 0 {
		return true
	}
	for i := range s.marks {
		l.store(c, s.piece(i), s.marks[i].shared != nil)
	}
	s.empty()
	return !c.session.broken
}

// store adds bytes at the end of c's brigade, shared or copied.
func (l *loop) store(c *Conn, b []byte, shared bool) {
	out := &c.http.Out
	if shared {
		out.Append(out.Allocator().Immortal(b))
		return
	}
	if out.Write(b) != nil {
		c.session.broken = true
	}
}

// unsent is how many bytes of c's session were framed and have not left.
func (l *loop) unsent(c *Conn) (n int64) {
	if c.http != nil {
		n, _ = c.http.Out.Bytes()
	}
	if l.sheet.of == c {
		n += l.sheet.left
	}
	return n
}

// flush writes until nothing is left of what c has to say, or its peer takes no more;
// what stands in the brigade came first. False: c is to be closed.
func (l *loop) flush(c *Conn) bool {
	out := &c.http.Out
	for l.unsent(c) > 0 {
		iov, _ := out.Iovec(l.iov, most)
		if n, _ := out.Bytes(); int64(length(iov)) == n {
			iov = l.sheet.iovec(iov)
		}
		n, e := l.kernel.Writev(c.fd, iov, false)
		switch e {
		case sys.OK:
			l.left(c, int64(n))
			if n == length(iov) {
				continue
			}
		case sys.EINTR:
			continue
		case sys.EAGAIN:
		default:
			return false
		}
		c.ready &^= sys.Out
		return true
	}
	return true
}

// left accounts for n bytes that the kernel took.
func (l *loop) left(c *Conn, n int64) {
	c.accepted += n
	l.count.bytes += uint64(n)
	l.clocked()
	if c.began == waitWrite {
		c.forget() // what it waited for has come; other waits go on
	}
	stored, _ := c.http.Out.Bytes()
	stored = min(n, stored)
	consume(&c.http.Out, stored)
	if n > stored {
		l.sheet.sent(n - stored)
	}
	c.session.parts.sent(l, n)
}
