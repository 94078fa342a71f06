package http1

// The head of a response, as a proxy gets it from a backend (RFC 9112 §4 to §6). What
// two parties could read differently is refused, as in requests: a response that ends
// elsewhere for the next party makes its client take content for another's response.
// What RFC 9112 §5.2 lets a proxy repair (folded lines) is refused, too.
//
// Invariant: the verdict does not depend on how the bytes were cut into reads. The end
// of the head is looked for from where the last call ended; lines are judged when it is
// there, so that each byte is looked at a bounded number of times.

import "bytes"

// Answer is a parsed response head. Its slices are parts of the buffer that was parsed.
// The zero value is ready for Parse. It must not be copied, since Fields points into it.
type Answer struct {
	Status int
	Minor  uint8 // of HTTP/1.x: 0 or 1; a later minor version counts as 1
	Fields []Field

	ContentLength int64 // as sent; -1: none was
	Chunked       bool  // the content is chunked; ContentLength is then -1
	Close         bool  // Connection has close
	KeepAlive     bool  // Connection has keep-alive

	nominates        bool // Connection may name fields that are not of the hop by themselves
	lengths, codings int  // lines of those fields
	length, coding   []byte
	used             int // entries of store that may be set
	store            [MaxFields]Field
}

// End is how a response's content ends.
type End uint8

// The ends.
const (
	EndNone   End = iota // there is no content
	EndLength            // after ContentLength bytes
	EndChunk             // with the last chunk
	EndClose             // with the connection
)

// Ending is how the content of a ends, which answers a request by HEAD or not
// (RFC 9112 §6.3).
func (a *Answer) Ending(head bool) End {
	switch {
	case head || NoContent(a.Status) || a.ContentLength == 0:
		return EndNone
	case a.Chunked:
		return EndChunk
	case a.ContentLength > 0:
		return EndLength
	}
	return EndClose
}

// Persistent reports whether the backend lets the connection stay open (RFC 9112 §9.3).
func (a *Answer) Persistent() bool {
	return !a.Close && (a.Minor >= 1 || a.KeepAlive)
}

// Reset makes a equal to a new Answer.
func (a *Answer) Reset() {
	clear(a.store[:a.used])
	a.Status, a.Minor, a.Fields = 0, 0, nil
	a.ContentLength = 0
	a.Chunked, a.Close, a.KeepAlive, a.nominates = false, false, false, false
	a.lengths, a.codings, a.length, a.coding, a.used = 0, 0, nil, nil, 0
}

// Add adds a field to a parsed head, as if it had been sent; one that there is no room for
// is left out.
func (a *Answer) Add(name, value []byte) {
	if a.used == MaxFields {
		return
	}
	a.store[a.used] = Field{name, value}
	a.used++
	a.Fields = a.store[:a.used:a.used]
}

// HopByHop reports whether a field concerns only the backend's connection: those that
// RFC 9110 §7.6.1 names, and those that a's own Connection fields nominate.
func (a *Answer) HopByHop(name []byte) bool {
	return ofHop(name) || a.nominates && nominated(a.Fields, name)
}

// Parse reads the response head at the start of b, as Request.Parse does: n > 0 is its
// length; n = 0 without an error means that it is not complete, and scanned is what was
// given to the call before. An error says what the backend did wrong; its status is what
// the client gets. A head has limit bytes at most.
func (a *Answer) Parse(b []byte, scanned, limit int) (n int, e *Error) {
	const start = "HTTP/1."
	if k := min(len(b), len(start)); string(b[:k]) != start[:k] {
		return 0, errAnswerLine
	}
	from := max(min(scanned, len(b))-3, 0)
	end := bytes.Index(b[from:], []byte("\r\n\r\n"))
	switch {
	case end < 0 && len(b) > limit, end >= 0 && from+end+4 > limit:
		return 0, errAnswerLarge
	case end < 0:
		return 0, nil
	}
	n = from + end + 4
	a.Reset()
	if e = a.lines(b[:n-2]); e == nil {
		e = a.conclude()
	}
	if e != nil {
		a.Reset()
		return 0, e
	}
	return n, nil
}

// lines reads the lines of a head, without the empty one.
func (a *Answer) lines(b []byte) *Error {
	i := bytes.Index(b, []byte("\r\n"))
	if e := a.statusLine(b[:i]); e != nil {
		return e
	}
	for b = b[i+2:]; len(b) > 0; b = b[i+2:] {
		i = bytes.Index(b, []byte("\r\n"))
		if e := a.fieldLine(b[:i]); e != nil {
			return e
		}
	}
	return nil
}

// statusLine reads a line without its CRLF, RFC 9112 §4. The space before a reason
// phrase that is empty may be missing: many leave it out, and nothing else can be meant.
func (a *Answer) statusLine(line []byte) *Error {
	const code = len("HTTP/1.1 ")
	if len(line) < code+3 || !is(line[code-2], digitChar) || line[code-1] != ' ' {
		return errAnswerLine
	}
	a.Minor = min(line[code-2]-'0', 1)
	for _, c := range line[code : code+3] {
		if !is(c, digitChar) {
			return errAnswerStatus
		}
		a.Status = a.Status*10 + int(c-'0')
	}
	if a.Status < 100 || a.Status > 599 {
		return errAnswerStatus
	}
	if rest := line[code+3:]; len(rest) > 0 && (rest[0] != ' ' || !validValue(rest)) {
		return errAnswerLine
	}
	return nil
}

// fieldLine reads a line without its CRLF.
func (a *Answer) fieldLine(line []byte) *Error {
	i := span(line, tokenChar)
	if i == 0 || i == len(line) || line[i] != ':' {
		return errAnswerField
	}
	value := trim(line[i+1:])
	switch {
	case !validValue(value):
		return errAnswerField
	case a.used == MaxFields:
		return errAnswerFields
	}
	f := &a.store[a.used]
	f.Name, f.Value = line[:i:i], value
	a.used++
	switch {
	case isName(f.Name, "content-length"):
		a.lengths++
		a.length = value
	case isName(f.Name, "transfer-encoding"):
		a.codings++
		a.coding = value
	case isName(f.Name, "connection"):
		a.connection(value)
	}
	return nil
}

// connection reads Connection, RFC 9110 §7.6.1.
func (a *Answer) connection(value []byte) {
	for value != nil {
		var option []byte
		option, value = nextMember(value)
		a.Close = a.Close || equalFold(option, "close")
		a.KeepAlive = a.KeepAlive || equalFold(option, "keep-alive")
		a.nominates = a.nominates || nominates(option)
	}
}

// conclude judges what the fields mean together.
func (a *Answer) conclude() *Error {
	a.Fields = a.store[:a.used:a.used]
	a.ContentLength = -1
	switch {
	case a.lengths+a.codings > 1:
		return errAnswerFraming
	case a.codings > 0 && (a.Minor == 0 || a.Status < 200 || a.Status == 204):
		return errAnswerCoding
	case a.codings > 0:
		if !equalFold(a.coding, "chunked") {
			return errAnswerCoding
		}
		a.Chunked = true
	case a.lengths > 0:
		n, ok := decimal(a.length)
		if !ok || n > 0 && (a.Status < 200 || a.Status == 204) {
			return errAnswerLength
		}
		a.ContentLength = n
	}
	return nil
}
