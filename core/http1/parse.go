package http1

// Parsing a head, RFC 9112 §2.1: empty lines that a client sent too many, a
// request line, field lines, an empty line.
//
// Invariant: the verdict does not depend on how the bytes were cut into reads.
// A line is judged as soon as it is complete, in order; what needs the whole head
// (framing, Host, the number of fields) is judged when the head is complete; a
// limit is judged before the line that crosses it. Each byte is looked at a bounded
// number of times: a call that is told how much was seen before judges only the
// lines that have become complete since, and the head is read from its start once
// more only when its last line is there.

import "bytes"

// Limits bounds what a head may take. No member may be negative; zero stands for
// the default.
type Limits struct {
	Line   int // bytes of the request line with its CRLF; beyond: 414
	Head   int // bytes of the whole head; beyond: 431
	Fields int // field lines; beyond: 431. At most MaxFields.
}

// The default limits.
const (
	DefaultLine = 8 << 10
	DefaultHead = 16 << 10
)

// maxEmptyLines is how many empty lines before a request line are overlooked
// (RFC 9112 §2.2 asks for at least one).
const maxEmptyLines = 2

// effective fills in the defaults and makes the limits agree.
func (l *Limits) effective() Limits {
	e := Limits{DefaultLine, DefaultHead, MaxFields}
	if l == nil {
		return e
	}
	if l.Line > 0 {
		e.Line = l.Line
	}
	if l.Head > 0 {
		e.Head = l.Head
	}
	if l.Fields > 0 && l.Fields < MaxFields {
		e.Fields = l.Fields
	}
	e.Line = min(e.Line, e.Head)
	return e
}

// Parse reads the head at the start of b.
//
// With n > 0, the head is the first n bytes of b, and r shows it. With n = 0 and
// no error it is not complete: call again with the same bytes and more behind
// them, and with scanned = len(b) of this call; the bytes may have moved. The
// first call for a head has scanned = 0. With an error the connection cannot be
// used for another request. Without a head r shows the request line, if that is there
// and sound, and nothing else: for the log, and so that a HEAD that never arrives whole
// is refused without content. lim may be nil.
func (r *Request) Parse(b []byte, scanned int, lim *Limits) (n int, e *Error) {
	r.Reset()
	scanned = min(scanned, len(b))
	start, e := emptyLines(b)
	if e != nil {
		return 0, e
	}
	if start == len(b) || b[start] == '\r' {
		return 0, nil
	}
	if !is(b[start], tokenChar) {
		// Refused at once: what speaks TLS to a plain port may never send a LF.
		return 0, firstByteError(b[start])
	}
	limits := lim.effective()
	n, e = r.head(b, start, scanned, &limits)
	if n > 0 && e == nil {
		return n, nil
	}
	r.Reset()
	r.showLine(b[start:], limits.Line)
	return 0, e
}

// head is Parse from the request line at start on. It may leave anything in r if
// it returns 0 or an error.
func (r *Request) head(b []byte, start, scanned int, lim *Limits) (n int, e *Error) {
	from := start
	if scanned > start {
		if bytes.IndexByte(b[scanned:], '\n') < 0 {
			return 0, pending(b, start, scanned, lim)
		}
		from = start + bytes.LastIndexByte(b[start:scanned], '\n') + 1
	}
	n, e = r.lines(b, start, from, lim)
	if n > 0 && from > start {
		r.Reset()
		n, e = r.lines(b, start, start, lim)
	}
	switch {
	case e != nil:
		return 0, e
	case n == 0:
		return 0, pending(b, start, scanned, lim)
	}
	return n, r.conclude()
}

// emptyLines is the length of the empty lines at the start of b. A last CR whose
// LF is not there yet is not part of it.
func emptyLines(b []byte) (int, *Error) {
	i := 0
	for i < len(b) && b[i] == '\r' {
		if i == 2*maxEmptyLines {
			return 0, errEmptyLines
		}
		if i+1 == len(b) {
			break
		}
		if b[i+1] != '\n' {
			return 0, errBareCR
		}
		i += 2
	}
	return i, nil
}

func firstByteError(c byte) *Error {
	switch {
	case c == '\n':
		return errBareLF
	case isSpace(c):
		return errLineSpace
	}
	return errMethod
}

// pending judges the limits while a line is incomplete. Up to scanned they were
// judged before, so the request line is only looked for when its limit is passed.
func pending(b []byte, start, scanned int, lim *Limits) *Error {
	size := len(b) - start
	if size > lim.Line && scanned-start <= lim.Line && bytes.IndexByte(b[start:start+lim.Line], '\n') < 0 {
		return errTargetLong
	}
	if size > lim.Head {
		return errHeadLarge
	}
	return nil
}

// lines reads the complete lines of b from the one at from on; the request line
// is at start. It returns the end of the head, or 0 if that is not in b.
func (r *Request) lines(b []byte, start, from int, lim *Limits) (int, *Error) {
	p := from
	for {
		i := bytes.IndexByte(b[p:], '\n')
		if i < 0 {
			return 0, nil
		}
		end := p + i + 1
		if end-start > lim.Line && p == start {
			return 0, errTargetLong
		}
		if end-start > lim.Head {
			return 0, errHeadLarge
		}
		if i == 0 || b[end-2] != '\r' {
			return 0, errBareLF
		}
		line := b[p : end-2]
		var e *Error
		switch {
		case p == start:
			e = r.requestLine(line)
		case len(line) == 0:
			return end, nil
		default:
			e = r.fieldLine(line, lim.Fields)
		}
		if e != nil {
			return 0, e
		}
		p = end
	}
}

// showLine fills r with the request line at the start of b, if it is sound and
// within its limit; else it tells at least HEAD, whose refusal has no content. (Not
// under a limit so small that it may be passed before HEAD is there: what is shown
// would depend on how the bytes were cut.)
func (r *Request) showLine(b []byte, limit int) {
	i := bytes.IndexByte(b[:min(len(b), limit)], '\n')
	if i < 1 || b[i-1] != '\r' || r.requestLine(b[:i-1]) != nil {
		r.Reset()
		if head := []byte("HEAD "); limit >= len(head) && bytes.HasPrefix(b, head) {
			r.Method = HEAD
		}
	}
}
