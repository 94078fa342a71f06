package http2

// Flow control (RFC 9113 §5.2). Invariants (I25), of the connection and of each
// stream: what the peer's window has room for is its initial size, and its changes,
// plus the updates that came, less the DATA sent; what we have room for is credited
// in full, padding included, whatever became of the stream that it came for.

// initial is a window's size until settings say otherwise, and largest what it may
// grow to.
const (
	initial = 1<<16 - 1
	largest = 1<<31 - 1
)

// Window is the most content of a stream that has come and that its host has not used up.
const Window = initial

// window is how much may be sent; below 0 after the peer has made it smaller.
type window int64

// grow adds by, which may be negative. False: it would be too large.
func (w *window) grow(by int64) bool {
	if int64(*w)+by > largest {
		return false
	}
	*w += window(by)
	return true
}

// credit is how much we may be sent, and how much of what came was used up and is to
// be given back. Both fit into our initial window.
type credit struct {
	left int64
	used int64
}

// take counts n bytes that came. False: there was no room for them.
func (c *credit) take(n int) bool {
	c.left -= int64(n)
	return c.left >= 0
}

// back returns what to give back now that n more bytes are used up; 0: nothing yet.
// Half a window is given back at a time, so that updates are few.
func (c *credit) back(n int) uint32 {
	c.used += int64(n)
	if c.used < initial/2 {
		return 0
	}
	by := c.used
	c.left += by
	c.used = 0
	return uint32(by)
}

// Used says that n bytes of st's content are used up.
func (s *Session) Used(st *Stream, n int) {
	s.Took(n)
	s.Passed(st, n)
}

// Took says that n bytes of content are in the host's hands, whatever becomes of them: the
// connection has room for as many again, and no stream waits for another. Passed says
// that as many of st's have been used up.
func (s *Session) Took(n int) {
	if by := s.room.back(n); by > 0 {
		s.codec.window(0, by)
	}
}

// Passed is told of under Took.
func (s *Session) Passed(st *Stream, n int) {
	if by := st.room.back(n); by > 0 && !st.received && !st.reset {
		s.codec.window(st.ID, by)
	}
}

// Room is how many bytes st's peer takes now, in all.
func (s *Session) Room(st *Stream) int64 {
	return max(min(int64(st.window), int64(s.window)), 0)
}

// narrow reports whether the connection's window has no room that is worth a frame. Who
// gives back each frame's bytes by themselves lets a window that was once cut into crumbs
// stay so: each leaves as it has come (the silly window of RFC 9293 §3.8.6.2). So where
// that has happened often they are waited for, until there are some. A window that is
// never wider than that is its streams' affair: the connection's has begun with 65,535.
func (s *Session) narrow() bool {
	return s.window <= 0 || s.window < crumb && s.meters.level[FloodWindow] >= crumbs
}

// Grant is how many of want bytes may be sent of st's response now, in one frame.
func (s *Session) Grant(st *Stream, want int64) int {
	if st.reset {
		return 0
	}
	n := min(want, int64(st.window), int64(s.window), frameLength)
	return int(max(n, 0))
}

// windowUpdate is WINDOW_UPDATE for a stream, or for the connection.
func (s *Session) windowUpdate(f *frame) (Event, *Error) {
	if f.stream == 0 {
		if !s.window.grow(int64(f.number)) {
			return Event{}, errWindowLarge
		}
		return Event{}, nil
	}
	st := s.streams.find(f.stream)
	switch {
	case st == nil && (f.stream > s.last || f.stream%2 == 0):
		return Event{}, errIdle
	case st == nil || st.reset:
		return Event{}, nil // it answers DATA that had left before; as an update it is counted
	}
	if !st.window.grow(int64(f.number)) {
		return s.fail(st, errOverflow)
	}
	s.offer(st)
	return Event{}, nil
}

// Windows are how much may be sent on the connection, and how much its peer may send; and
// of what that has sent, if no stream is open, how much is used up and not given back.
func (s *Session) Windows() (send, room, used int64) {
	if s.Open() == 0 {
		used = s.room.used
	}
	return int64(s.window), s.room.left, used
}

// Windows are how much may be sent on st, and how much its peer may send: nothing when
// its request has ended.
func (st *Stream) Windows() (send, room int64) {
	if !st.received {
		room = st.room.left
	}
	return int64(st.window), room
}
