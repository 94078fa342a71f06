package filter

// A limit to how fast each response is sent: a token bucket of so many bytes a second.
// httpd's mod_ratelimit sleeps in the filter, and keeps a worker for the whole of a
// slow response; here the filter holds what is too early and pauses, and its
// connection waits in its loop with a timer.
//
// It asks to be called again for half a burst, so that what a late call missed is not
// lost.
//
// Bound: in any span of time t after the first burst at most PerSecond × t + one burst
// pass it. A burst is what comes to an eighth of a second, and 1 KiB at least.

import (
	"time"

	"brigade/core/bucket"
	"brigade/core/rt"
)

// Rate limits each response.
type Rate struct {
	PerSecond int64 // bytes of the body; 1 at least
}

// Name implements Filter.
func (Rate) Name() string { return "rate" }

// New implements Filter.
func (r Rate) New() State { return &rate{of: r} }

// burst is the most that passes at once.
func (r Rate) burst() int64 { return max(r.PerSecond/8, 1<<10) }

type rate struct {
	of     Rate
	tokens int64      // bytes that may pass
	filled rt.Instant // when that was so
	begun  bool
}

// Open implements State.
func (r *rate) Open(s *Stream) (Use, error) {
	if s.Bodyless {
		return Aside, nil
	}
	return Inline, nil
}

// Pass implements State.
func (r *rate) Pass(s *Stream, in, out *bucket.Brigade) error {
	r.fill(s.Now)
	if err := in.SetAside(s.Pool); err != nil {
		return err
	}
	s.Held.Concat(in)
	for k := s.Held.Front(); k != nil; k = s.Held.Front() {
		n := k.Len()
		if n == bucket.Unknown {
			return &Misuse{"filter rate", "paces buckets, and one was not counted: a file has a length here"}
		}
		if n > r.tokens {
			if r.tokens > 0 {
				k.Split(r.tokens)
				s.Held.Remove(k)
				out.Append(k)
				r.tokens = 0
			}
			s.Pause(s.Now.Add(r.wait(min(s.Held.Front().Len(), r.of.burst()/2))))
			return nil
		}
		r.tokens -= n
		s.Held.Remove(k)
		out.Append(k)
	}
	return nil
}

// fill adds what the time since the last filling is worth.
func (r *rate) fill(now rt.Instant) {
	if !r.begun {
		r.begun, r.tokens, r.filled = true, r.of.burst(), now
		return
	}
	passed := min(now.Sub(r.filled), time.Minute)
	more := int64(passed) * (r.of.PerSecond / 1000) / int64(time.Millisecond)
	more += int64(passed) * (r.of.PerSecond % 1000) / int64(time.Second)
	if more > 0 {
		r.tokens = min(r.tokens+more, r.of.burst())
		r.filled = now
	}
}

// wait is how long it takes until n bytes more may pass.
func (r *rate) wait(n int64) time.Duration {
	return time.Duration(n*int64(time.Second)/r.of.PerSecond) + 1
}

// Close implements State.
func (r *rate) Close() { r.tokens, r.filled, r.begun = 0, 0, false }

// Digest implements State.
func (r *rate) Digest(d rt.Digest) rt.Digest {
	return d.Word(uint64(r.tokens)).Word(uint64(r.filled)).Bool(r.begun)
}
