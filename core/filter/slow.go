package filter

// A filter that takes its time, as one does that asks a database or a virus scanner:
// for tests. One that says so is run by a processor; one that does not blocks whatever
// task reads, and the judge names it (I10).

import (
	"time"

	"brigade/core/bucket"
	"brigade/core/rt"
)

// Slow sleeps each time that something passes it.
type Slow struct {
	Nap      time.Duration
	Declared bool // it says that it may block
}

// Name implements Filter.
func (Slow) Name() string { return "slow" }

// New implements Filter.
func (s Slow) New() State { return slow{s} }

type slow struct{ of Slow }

// Open implements State.
func (s slow) Open(*Stream) (Use, error) {
	if s.of.Declared {
		return MayBlock, nil
	}
	return Inline, nil
}

// Pass implements State.
func (s slow) Pass(_ *Stream, in, out *bucket.Brigade) error {
	rt.Sleep(s.of.Nap)
	out.Concat(in)
	return nil
}

// Close implements State.
func (slow) Close() {}

// Digest implements State.
func (slow) Digest(d rt.Digest) rt.Digest { return d }
