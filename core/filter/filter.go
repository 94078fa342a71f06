package filter

import (
	"fmt"

	"brigade/core/bucket"
	"brigade/core/http1"
	"brigade/core/mem"
	"brigade/core/rt"
)

// Filter makes the states that do the work. One value serves all tasks: it holds
// nothing that changes but what has an owner of its own.
type Filter interface {
	// Name is its name in reports: at most 16 bytes of ASCII.
	Name() string
	// New makes a state for one connection.
	New() State
}

// State is a filter at work on one message after another of one connection.
type State interface {
	// Open looks at the message to come, whose head it may change, and says what part
	// it takes in it. It does not block. An error of type *http1.Error is the answer
	// to a request.
	Open(s *Stream) (Use, error)
	// Pass takes all of in: it passes it on to out, changed or not, moves it to
	// s.Held, or destroys it. It is called with an empty in when a pause is over.
	Pass(s *Stream, in, out *bucket.Brigade) error
	// Close ends the message, whole or not. It is called if Open was.
	Close()
	// Digest tells d all that may not be left from one message to the next.
	Digest(d rt.Digest) rt.Digest
}

// Use is what part a filter takes in a message.
type Use uint8

// The uses.
const (
	Aside    Use = iota // none: nothing passes it
	Inline              // it never blocks, and computes little: any task may call it
	MayBlock            // it may block, or compute for long: a processor calls it
)

// Stream is a message on its way through a chain, as a filter sees it. A filter keeps
// nothing of it.
type Stream struct {
	Request  *http1.Request
	Head     *Head             // of the response; nil: content of the request passes
	Pool     *mem.Pool         // the request's: what is taken out of it lasts as long as the message
	Buckets  *bucket.Allocator // of the connection's
	Now      rt.Instant
	Bodyless bool            // HEAD, 204, 304: the head is to be as with a body, but none comes
	Held     *bucket.Brigade // the filter's own, for what it does not pass on yet
	Trailers *http1.Trailers // of the response, when its end comes; nil: it never has any

	pause rt.Instant // 0: the filter goes on
}

// Pause says that the filter is to be called again at an instant, and that nothing
// more is to come to it before. For responses only.
func (s *Stream) Pause(until rt.Instant) { s.pause = until }

// Misuse is a rule that a filter or a handler broke.
type Misuse struct {
	Who  string // "filter gzip"
	What string // what it did, and what the rule is
}

func (m *Misuse) Error() string { return m.Who + " " + m.What }

// misuse makes one.
func (t *slot) misuse(format string, args ...any) error {
	return &Misuse{"filter " + t.filter.Name(), fmt.Sprintf(format, args...)}
}
