package invariants

// Records on disk (I23, I22). A log is a file that the server writes to. Each whole
// line that arrives there is a record in combined format, in which no byte of a peer
// can end a string or a line; and the lines are those that workers were promised: as
// many of each number of bytes as records were told of and not dropped, when the
// file is closed. A file that has been opened under the log's name before the log was
// closed goes on where that ended, which is between two lines. If a write was refused,
// lines may be missing, and one for each refusal may be in pieces, in the file in which
// the refusal was; none may be there that nobody promised.

import (
	"bytes"
	"strconv"

	"brigade/core/rt"
	"brigade/sim"
)

var recordChecker = Checker{
	Numbers: []string{"I23", "I22"}, Name: "record",
	Allows: "the log's file has a line in combined format for each record, of its number of bytes, or the disk refused it",
	World:  "open, write, with its bytes, close",
	Ops:    []rt.Op{rt.OpOpen, rt.OpWrite, rt.OpClose},
	Kinds:  []rt.Kind{rt.ProbeLogged},
	make:   func() property { return &record{owed: make(map[uint64]int)} },
}

// nameless is a file of which is not told what it is called.
const nameless = "?"

type record struct {
	judge
	files  rows[string]   // by descriptor: of a file that is open, its name
	log    int32          // the log's descriptor; -1: none was written to
	owed   map[uint64]int // records told of less lines written, by the response's bytes
	line   []byte         // the last one, as far as it was written
	breaks int            // writes that were refused
	recent int            // of them, to this file
	torn   int            // lines of this file that are no record
	closed bool
}

// Begin implements property.
func (r *record) Begin(s *sim.Sim) {
	r.s = s
	r.files.reset()
	clear(r.owed)
	r.log, r.line, r.breaks, r.recent, r.torn, r.closed = -1, r.line[:0], 0, 0, 0, false
}

// Event implements property.
func (r *record) Event(e *sim.Event) {
	switch e.Op {
	case rt.OpProbe:
		r.promise(e)
	case rt.OpOpen:
		if n, ok := made(e); ok {
			if f := r.files.at(n); f != nil {
				*f = nameless
				if e.Call != nil && e.Call.Name != "" {
					*f = e.Call.Name
				}
			}
		}
	case rt.OpClose:
		f := r.files.get(fd(e))
		if f == nil || *f == "" {
			return
		}
		name := *f
		if *f = ""; fd(e) == r.log {
			r.shut(name)
		}
	default:
		if f := r.files.get(fd(e)); f != nil && *f != "" {
			r.log = fd(e)
			r.write(e)
		}
	}
}

// shut is the end of the log's file: of the log, unless another has taken its name.
func (r *record) shut(name string) {
	for i, other := range r.files.list {
		if other == name && name != nameless {
			r.log = int32(i)
			if len(r.line) > 0 && r.breaks == 0 {
				r.fail("I23", "a file of the log ends within a line, %q, and another goes on", r.line)
			}
			r.line, r.recent, r.torn = r.line[:0], 0, 0
			return
		}
	}
	r.closed = true
	r.settle()
}

// promise is a record that a worker was told is taken.
func (r *record) promise(e *sim.Event) {
	if e.C == dropped {
		return
	}
	r.owed[e.C]++
	if r.closed {
		r.fail("I23", "a record of request %d of connection %d is taken; the log's file was closed, and nobody will write it", e.B, e.A)
	}
}

// write is a write to the log.
func (r *record) write(e *sim.Event) {
	switch n := moved(e); {
	case e.C == interrupted:
	case n == 0:
		r.breaks++
		r.recent++
	case e.Call != nil && int64(len(e.Call.Buf)) >= n:
		for _, c := range e.Call.Buf[:n] {
			if c != '\n' {
				r.line = append(r.line, c)
				continue
			}
			r.whole()
			r.line = r.line[:0]
		}
	}
}

// whole is the end of a line.
func (r *record) whole() {
	sent, why := combined(r.line)
	if why == "" {
		r.owed[sent]--
		return
	}
	if r.torn++; r.torn > r.recent {
		r.fail("I23", "the log has a line %q, which is no record in combined format: %s", r.line, why)
	}
}

// settle is the end of the log.
func (r *record) settle() {
	if len(r.line) > 0 && r.breaks == 0 {
		r.fail("I23", "the log ends within a line, %q", r.line)
		return
	}
	for sent, n := range r.owed {
		switch {
		case n < 0:
			r.fail("I22", "the log has lines of responses of %d bytes, %d more than there were", sent, -n)
			return
		case n > 0 && r.breaks == 0:
			r.fail("I23", "the log is closed without the lines of %d responses of %d bytes", n, sent)
			return
		}
	}
}

// End implements property.
func (r *record) End() {
	if r.log < 0 || !r.closed {
		r.settle()
	}
}

// received reports whether b is nothing or, behind the line of a tunnel, the bytes that
// came from its client.
func received(b []byte) bool {
	digits, ok := bytes.CutPrefix(b, []byte(" received="))
	if !ok {
		return len(b) == 0
	}
	for _, d := range digits {
		if d < '0' || d > '9' {
			return false
		}
	}
	return len(digits) > 0
}

// blames reports whether b says, behind the line of a request, which backend failed it, up
// to the reason.
func blames(b []byte) bool {
	return bytes.HasPrefix(b, []byte(" backend=")) && bytes.HasSuffix(b, []byte(" why="))
}

// combined reads the bytes of the response from a line. why: what is wrong with it.
func combined(line []byte) (sent uint64, why string) {
	for i, c := range line {
		switch {
		case c < ' ' || c >= 0x7f:
			return 0, "it has bytes that do not print"
		case c == '\\' && (i+3 >= len(line) || line[i+1] != 'x' || !hex(line[i+2]) || !hex(line[i+3])):
			return 0, "it has a backslash that quotes nothing"
		}
	}
	var parts, numbers pieces
	// Of a quote in a string nothing is left.
	if n := parts.cut(line, '"'); string(parts[4]) != " " || !(n == 7 && received(parts[6]) || n == 9 && blames(parts[6]) && len(parts[8]) == 0) {
		return 0, "it has not three strings"
	}
	if !bytes.HasSuffix(parts[0], []byte("] ")) || !bytes.Contains(parts[0], []byte(" - - [")) {
		return 0, "it has no peer or no time"
	}
	if numbers.cut(parts[2], ' ') != 4 || len(numbers[1]) != 3 {
		return 0, "it has no status"
	}
	sent, err := strconv.ParseUint(string(numbers[2]), 10, 64)
	if err != nil {
		return 0, "it has no number of bytes"
	}
	return sent, ""
}

// pieces are what a separator leaves of a text.
type pieces [9][]byte

// cut cuts text and returns how many pieces that gives; more than there is room for
// count as one more.
func (p *pieces) cut(text []byte, separator byte) (n int) {
	for found := true; found; n++ {
		if n == len(p) {
			return n + 1
		}
		p[n], text, found = bytes.Cut(text, []byte{separator})
	}
	return n
}

func hex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' }
