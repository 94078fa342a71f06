package http1

// Trailers: the fields behind a message's content (RFC 9110 §6.5), kept as lines until the
// message goes on. What a field there could change of how the message was understood is
// not kept (§6.5.1): whoever merges trailers into the head would read another message. Nor
// is what the Connection fields of the head name (§7.6.1), which concerns one hop.
//
// Invariant: a section has at most 8 KiB, lines that are not kept included, and what is
// told of it is whole lines of a section that has ended.

import (
	"bytes"
	"slices"

	"brigade/core/rt"
)

// MaxTrailers is how many bytes the section has at most.
const MaxTrailers = 8 << 10

// keptTrailers is how much memory is kept from one message to the next.
const keptTrailers = 1 << 10

// Trailers are such fields. The zero value has none.
type Trailers struct {
	text  []byte // whole lines, each with its CRLF, and what has come of the next
	whole int    // bytes of whole lines
	hop   []byte // values of the head's Connection fields, a comma behind each
	ended bool   // the section has
}

// Begin makes t that of a message with a head of these fields.
func (t *Trailers) Begin(fields []Field) {
	t.Reset()
	for i := range fields {
		if f := &fields[i]; equalFold(f.Name, "connection") {
			t.hop = append(append(t.hop, f.Value...), ',')
		}
	}
}

// Reset forgets all.
func (t *Trailers) Reset() {
	if cap(t.text) > keptTrailers {
		t.text = nil
	}
	if cap(t.hop) > keptTrailers {
		t.hop = nil
	}
	t.text, t.whole, t.hop, t.ended = t.text[:0], 0, t.hop[:0], false
}

// Lines are the lines of a section that has ended, each with its CRLF; empty: there are
// none, or they have not all come.
func (t *Trailers) Lines() []byte {
	if !t.ended {
		return nil
	}
	return t.text[:t.whole]
}

// Add takes in a whole section, lines with their CRLF. False: it is too large.
func (t *Trailers) Add(lines []byte) (ok bool) {
	if len(lines) > MaxTrailers {
		return false
	}
	for len(lines) > 0 {
		n := bytes.IndexByte(lines, '\n') + 1
		t.text = append(t.text, lines[:n]...)
		t.judge()
		lines = lines[n:]
	}
	t.ended = true
	return true
}

// Take moves what from has to t.
func (t *Trailers) Take(from *Trailers) {
	t.text, from.text = from.text, t.text
	t.whole, t.ended = from.whole, from.ended
	from.Reset()
}

// step takes in a byte of the section that has led a decoder from one state to another.
func (t *Trailers) step(b byte, from, to chunkState) {
	switch to {
	case chunkEndLF:
	case chunkDone:
		t.ended = true
	default:
		t.text = append(t.text, b)
		if from == chunkValueLF {
			t.judge()
		}
	}
}

// judge takes the line that has come back, if it does not go on.
func (t *Trailers) judge() {
	name, _, _ := bytes.Cut(t.text[t.whole:], []byte(":"))
	if !MayTrail(name) || t.nominated(name) {
		t.text = t.text[:t.whole]
	}
	t.whole = len(t.text)
}

// nominated reports whether a Connection field names it.
func (t *Trailers) nominated(name []byte) bool {
	for list := t.hop; len(list) > 0; {
		var member []byte
		if member, list = nextMember(list); len(member) > 0 && bytes.EqualFold(member, name) {
			return true
		}
	}
	return false
}

// MayTrail reports whether a field of that name may go on behind content: it does not
// frame or route the message, authenticate anybody, control who handles it, or say what the
// content is (RFC 9110 §6.5.1).
func MayTrail(name []byte) bool {
	var lower [len("proxy-authentication")]byte
	n := copy(lower[:], name)
	for i, c := range lower[:n] {
		if c >= 'A' && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	for _, s := range headFamilies {
		if bytes.HasPrefix(lower[:n], []byte(s)) {
			return false
		}
	}
	return n < len(name) || !slices.Contains(headFields[:], string(lower[:n]))
}

// headFamilies begin the names of fields that belong into heads, and headFields are others.
var (
	headFamilies = [...]string{"content-", "if-", "proxy-", "x-forwarded-"}
	headFields   = [...]string{
		"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "host", "forwarded", "via",
		"authorization", "www-authenticate", "cookie", "set-cookie",
		"cache-control", "expect", "max-forwards", "pragma", "range",
		"age", "date", "expires", "location", "retry-after", "vary", "warning",
	}
)

// Digest tells d what Reset has to reset.
func (t *Trailers) Digest(d rt.Digest) rt.Digest {
	return d.Int(len(t.text)).Int(t.whole).Int(len(t.hop)).Bool(t.ended)
}
