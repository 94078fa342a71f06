package rt

// Two clocks: Now never jumps back and drives every timer; Wall is the time of
// day for Date fields and logs and may be stepped at any moment.

import "time"

// Instant is a moment on the monotonic clock: nanoseconds since the process, or
// the run, began.
type Instant int64

// Add is the instant d later.
func (t Instant) Add(d time.Duration) Instant { return t + Instant(d) }

// Sub is the time from u to t.
func (t Instant) Sub(u Instant) time.Duration { return time.Duration(t - u) }

var began = time.Now()

// Now reads the monotonic clock.
func Now() Instant {
	if world != nil {
		return world.Now()
	}
	return Instant(time.Since(began))
}

// Wall reads the time of day, in UTC.
func Wall() time.Time {
	if world != nil {
		return world.Wall()
	}
	return time.Now().UTC()
}

// Sleep returns d later.
func Sleep(d time.Duration) {
	if world != nil {
		world.Sleep(d)
		return
	}
	time.Sleep(d)
}
