package filter

// The head of a response while filters may change it: what frames the body as
// numbers, everything else as field lines, found by name. It becomes bytes when the
// last filter has looked at it (RFC 9110 §6.3 has fields come before content).

import (
	"bytes"

	"brigade/core/http1"
	"brigade/core/rt"
)

// Head is a response's head. Its lines do not hold what follows from its numbers.
type Head struct {
	Status  int
	Length  int64 // of the body; Unknown
	Close   bool  // the connection ends with the response
	chunked bool  // the body is sent in chunks
	lines   []byte
}

// Unknown is the length of a body of which it is not known before its end.
const Unknown = -1

// Begin empties the head for a response of that status.
func (h *Head) Begin(status int) {
	h.Status, h.Length, h.Close, h.chunked = status, Unknown, false, false
	h.lines = h.lines[:0]
}

// Append lets f add whole field lines.
func (h *Head) Append(f func(dst []byte) []byte) { h.lines = f(h.lines) }

// Add adds a field.
func (h *Head) Add(name, value string) { h.lines = http1.AppendFieldString(h.lines, name, value) }

// Get is the value of the first field of that name; nil: there is none, or it says
// nothing. It dies with the next change.
func (h *Head) Get(name string) []byte {
	value, _, _ := h.find(name)
	return value
}

// Remove removes the fields of that name.
func (h *Head) Remove(name string) {
	for {
		_, from, to := h.find(name)
		if to == 0 {
			return
		}
		h.lines = append(h.lines[:from], h.lines[to:]...)
	}
}

// Set makes value the only one of that name.
func (h *Head) Set(name, value string) {
	h.Remove(name)
	h.Add(name, value)
}

// find is the first field of that name: its value and its line, which ends before to;
// 0: there is none.
func (h *Head) find(name string) (value []byte, from, to int) {
	for at := 0; at < len(h.lines); {
		end := at + bytes.IndexByte(h.lines[at:], '\n') + 1
		line := h.lines[at:end]
		if len(line) > len(name) && line[len(name)] == ':' && bytes.EqualFold(line[:len(name)], []byte(name)) {
			return bytes.TrimSpace(line[len(name)+1:]), at, end
		}
		at = end
	}
	return nil, 0, 0
}

// Lines are all field lines, each with its CRLF.
func (h *Head) Lines() []byte { return h.lines }

// Chunked reports whether the body is sent in chunks.
func (h *Head) Chunked() bool { return h.chunked }

// Clear makes the head equal to a new one, but for the room it has.
func (h *Head) Clear() {
	h.Begin(0)
	h.Length = 0
}

// Digest tells d what may not be left from one response to the next.
func (h *Head) Digest(d rt.Digest) rt.Digest {
	return d.Int(h.Status).Word(uint64(h.Length)).Bool(h.Close).Bool(h.chunked).Int(len(h.lines))
}
