package http2

// A stream, from its HEADERS until its host lets it go. Its state (RFC 9113 §5.1) is
// which halves have ended: half-closed (remote) when its request has, closed when it
// was reset or both have. A stream that was reset while its handler runs stays in the
// table, and counts, until the handler has returned: that is what makes a rapid reset
// (CVE-2023-44487) worth nothing.

// Stream is one request and its response. It belongs to its session's owner.
type Stream struct {
	ID   uint32
	Host any    // whoever answers it; the host's own
	Name uint64 // what the host tells the judge of it as

	received bool // the request has ended
	answered bool // the response has begun
	sent     bool // the response has ended
	reset    bool // by either side
	way      Way

	window   window // what we may send
	room     credit // what the peer may send
	expects  int64  // bytes of content; -1: not said
	got      int64  // bytes of content so far
	urgency  uint8  // RFC 9218: 0 first, 7 last
	parallel bool   // and whether it shares with others of that urgency

	wants          bool // its host has something to send
	queued         bool // in the session's queue for that
	before, behind *Stream
}

// Received reports whether the request has ended.
func (st *Stream) Received() bool { return st.received }

// Way is what the request wants.
func (st *Stream) Way() Way { return st.way }

// Answered reports whether the response has begun.
func (st *Stream) Answered() bool { return st.answered }

// Sent reports whether the response has ended.
func (st *Stream) Sent() bool { return st.sent }

// Dead reports whether the stream was reset.
func (st *Stream) Dead() bool { return st.reset }

// table is the streams of a session that have begun and were not let go, in order
// of their numbers, which only grow.
type table struct {
	list []*Stream
	free []*Stream
}

// find is stream id; nil: it has not begun, or is gone.
func (t *table) find(id uint32) *Stream {
	low, high := 0, len(t.list)
	for low < high {
		if mid := (low + high) / 2; t.list[mid].ID < id {
			low = mid + 1
		} else {
			high = mid
		}
	}
	if low < len(t.list) && t.list[low].ID == id {
		return t.list[low]
	}
	return nil
}

// add begins stream id.
func (t *table) add(id uint32) *Stream {
	var st *Stream
	if n := len(t.free); n > 0 {
		st, t.free = t.free[n-1], t.free[:n-1]
	} else {
		st = new(Stream)
	}
	*st = Stream{ID: id, expects: -1, urgency: usual}
	t.list = append(t.list, st)
	return st
}

// remove forgets st.
func (t *table) remove(st *Stream) {
	for i, s := range t.list {
		if s == st {
			copy(t.list[i:], t.list[i+1:])
			t.list[len(t.list)-1] = nil
			t.list = t.list[:len(t.list)-1]
			break
		}
	}
	*st = Stream{}
	t.free = append(t.free, st)
}

// ended remembers the streams that we have reset last: what their peer had sent by
// then is no error (RFC 9113 §5.1), and nobody is told twice.
type ended struct {
	ids  [64]uint32
	next int
}

func (d *ended) add(id uint32) {
	d.ids[d.next] = id
	d.next = (d.next + 1) % len(d.ids)
}

func (d *ended) has(id uint32) bool {
	for _, known := range d.ids {
		if known == id {
			return true
		}
	}
	return false
}
