package http2

// A session beside its model (session_model_test.go): a peer and a host do what is drawn,
// right or wrong, and after each step both have said the same frames, told the same
// events, and stand the same.

import (
	"fmt"
	"slices"
	"testing"

	"golang.org/x/net/http2"
	"pgregory.net/rapid"

	"brigade/core/rt"
)

const (
	twinStreams = 4
	twinHead    = 700
)

// pair is a session and its model.
type pair struct {
	*peer
	m    *twin
	held map[uint32][]int64 // content that the host has in its hands, by stream
}

func TestSessionIsItsModel(t *testing.T) {
	steps, over := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		for range 3 {
			n, failed := converse(t)
			if steps += n; failed {
				over++
			}
		}
	})
	if steps < 10*over {
		t.Errorf("%d steps, and %d times the session was over: the model sees too little", steps, over)
	}
}

// converse is a session from its beginning; failed: to its end. n is how many steps were made.
func converse(t *rapid.T) (n int, failed bool) {
	p := &pair{peer: barePeer(nil, Limits{Streams: twinStreams, Head: twinHead}), m: newTwin(twinStreams), held: map[uint32][]int64{}}
	p.keeps = rapid.Bool().Draw(t, "handlers run on")
	p.flush()
	p.settled(t)
	actions := []func(*rapid.T){p.head, p.head, p.head, p.content, p.content, p.update, p.update, p.control, p.priorities, p.answer, p.answer, p.turn, p.turn, p.turn, p.host, p.host, p.odd}
	if choose(t, 20, "SETTINGS come first") > 0 {
		p.set(t, nil)
		p.step(t)
		p.full(t)
	}
	p.step(t)
	for n = 1; n <= 80; n++ {
		act := choose(t, len(actions), "action")
		if len(p.m.open) == 0 && act%8 > 0 {
			act = 0 // there is little that can be done to nothing
		}
		actions[act](t)
		if p.step(t); p.m.failed {
			p.silent(t)
			return n, true
		}
	}
	return n, false
}

// settled holds what the session announces.
func (p *pair) settled(t *rapid.T) {
	f, err := p.framer.ReadFrame()
	s, ok := f.(*http2.SettingsFrame)
	if err != nil || !ok || s.IsAck() {
		t.Fatalf("the session begins with %v, %v", f, err)
	}
	for id, want := range map[http2.SettingID]uint32{
		http2.SettingMaxConcurrentStreams: twinStreams, http2.SettingMaxHeaderListSize: twinHead,
		http2.SettingEnableConnectProtocol: 1, http2.SettingNoRFC7540Priorities: 1,
	} {
		if got, ok := s.Value(id); !ok || got != want {
			t.Fatalf("%v is said to be %d (%t)", id, got, ok)
		}
	}
}

// full lets some meters be nearly full.
func (p *pair) full(t *rapid.T) {
	for f := FloodReset; f < Floods; f++ {
		if choose(t, 10, "full") == 0 {
			p.m.level[f] = 512 - choose(t, 4, "room")
			p.s.meters.level[f] = int32(p.m.level[f])
		}
	}
}

// step has the session take what was written, frame by frame, each in two pieces.
func (p *pair) step(t *rapid.T) {
	b := p.to.Bytes()
	for len(b) > 0 && !p.s.failed() {
		if n, ev := p.s.Next(b[:min(len(b), 8)], p.now); n > 0 || ev.Kind != Nothing {
			t.Fatalf("of %d bytes a frame is taken", min(len(b), 8))
		}
		length := headerLength + int(b[0])<<16 + int(b[1])<<8 + int(b[2])
		if length <= Frame && length > headerLength {
			if n, ev := p.s.Next(b[:length-1], p.now); n > 0 || ev.Kind != Nothing {
				t.Fatalf("a frame is taken that is not whole")
			}
		}
		n, ev := p.s.Next(b, p.now)
		if n != min(length, len(b)) && length <= Frame {
			t.Fatalf("%d of %d bytes are taken", n, length)
		}
		b = b[max(n, 1):]
		p.hear(t, ev)
	}
	p.to.Reset()
	p.from.Write(p.s.Out())
	p.s.Flush()
	p.compare(t)
}

// failed reports whether there is nothing to be taken any more.
func (s *Session) failed() bool { return s.Failure() != nil }

// hear does what a host does of an event, in both.
func (p *pair) hear(t *rapid.T, ev Event) {
	large := ""
	if ev.Large {
		large = " large"
	}
	switch st := ev.Stream; ev.Kind {
	case Nothing:
	case Opened:
		p.streams[st.ID] = st
		if large == "" {
			large = fmt.Sprintf(" %q", p.s.Head())
		}
		p.events = append(p.events, fmt.Sprintf("opened %d%s", st.ID, large))
	case Body:
		p.events = append(p.events, fmt.Sprintf("body %d %d", st.ID, len(ev.Bytes)))
		for _, c := range ev.Bytes {
			if c != byte(st.ID) {
				t.Fatalf("stream %d gets a byte %d of another", st.ID, c)
			}
		}
		p.s.Took(len(ev.Bytes))
		p.m.took(int64(len(ev.Bytes)))
		p.held[st.ID] = append(p.held[st.ID], int64(len(ev.Bytes)))
	case Done:
		if large == "" {
			large = fmt.Sprintf(" %q", ev.Bytes)
		}
		p.events = append(p.events, fmt.Sprintf("done %d%s", st.ID, large))
	case Reset:
		p.events = append(p.events, fmt.Sprintf("reset %d", st.ID))
		if !p.keeps {
			p.m.release(p.m.stream(st.ID))
			p.s.Release(st)
		}
	case Failed:
		p.events = append(p.events, "failed")
	}
}

// compare holds one to the other.
func (p *pair) compare(t *rapid.T) {
	var said []string
	for p.from.Len() > 0 {
		f, err := p.framer.ReadFrame()
		if err != nil {
			t.Fatalf("the session says what is no frame: %v", err)
		}
		said = append(said, p.words(f))
	}
	if fmt.Sprint(said) != fmt.Sprint(p.m.said) || fmt.Sprint(p.events) != fmt.Sprint(p.m.events) {
		t.Fatalf("the session says %q and tells %q;\nthe model  says %q and tells %q", said, p.events, p.m.said, p.m.events)
	}
	p.m.said, p.m.events, p.events = nil, nil, nil
	m, s := p.m, &p.s
	for f, v := range m.level {
		if int(s.meters.level[f]) != v {
			t.Fatalf("the meter of %v is at %d, not %d", Flood(f), s.meters.level[f], v)
		}
	}
	send, room, _ := s.Windows()
	if send != m.window || room != m.room || s.room.used != m.used {
		t.Fatalf("the connection's windows are %d, %d and %d; the model's %d, %d and %d", send, room, s.room.used, m.window, m.room, m.used)
	}
	if got, want := *s.Counts(), (Counts{m.resets, m.refused, m.larges, m.floods}); got != want {
		t.Fatalf("counted were %v, not %v", got, want)
	}
	if s.Begun() != m.begun || s.Leaving() != (m.leaving || m.left) || s.Warned() != m.warned || (s.Failure() != nil) != m.failed || s.Open() != len(m.open) {
		t.Fatalf("the session is %t, %t, %t, %v with %d streams; the model %+v", s.Begun(), s.Leaving(), s.Warned(), s.Failure(), s.Open(), m)
	}
	turn := uint32(0)
	if st := s.Turn(); st != nil {
		turn = st.ID
	}
	if turn != m.turn() {
		t.Fatalf("it is the turn of %d, and not of %d", turn, m.turn())
	}
	for i, st := range s.Streams() {
		p.compareStream(t, st, m.open[i])
	}
}

func (p *pair) compareStream(t *rapid.T, st *Stream, c *copied) {
	send, room := st.Windows()
	if c.received {
		c.room, room = 0, 0
	}
	if st.ID != c.id || st.Received() != c.received || st.Answered() != c.answered || st.Sent() != c.sent || st.Dead() != c.dead || send != c.window || room != c.room {
		t.Fatalf("stream %d stands at %t, %t, %t, %t with %d and %d; the model %+v", st.ID, st.Received(), st.Answered(), st.Sent(), st.Dead(), send, room, c)
	}
	fits := max(0, min(c.window, p.m.window))
	if got := p.s.Room(st); got != fits {
		t.Fatalf("stream %d has room for %d, not %d", st.ID, got, fits)
	}
	if c.dead {
		fits = 0
	}
	if got := p.s.Grant(st, 1<<20); int64(got) != min(fits, 16384) || p.s.Grant(st, 5) != int(min(fits, 5)) {
		t.Fatalf("stream %d may send %d", st.ID, got)
	}
	if got := p.s.Starved(st); got != (c.wants && (c.window <= 0 || p.m.narrow())) {
		t.Fatalf("stream %d is starved: %t; the model %+v", st.ID, got, c)
	}
}

// silent holds that nothing is heard after a failure.
func (p *pair) silent(t *rapid.T) {
	b := []byte("\x00\x00\x08\x06\x00\x00\x00\x00\x0012345678")
	if n, ev := p.s.Next(b, p.now); n != len(b) || ev.Kind != Nothing || len(p.s.Out()) > 0 {
		t.Fatalf("after its failure the session takes %d bytes for %v", n, ev.Kind)
	}
	for _, st := range slices.Clone(p.s.Streams()) {
		p.m.release(p.m.stream(st.ID))
		p.s.Release(st)
	}
	p.step(t)
	var c Counts
	c.Add(&Counts{1, 2, 3, [Floods]uint64{FloodPing: 4}})
	c.Add(p.s.Counts())
	if want := (Counts{p.m.resets + 1, p.m.refused + 2, p.m.larges + 3, p.m.floods}); c.Resets != want.Resets || c.Refused != want.Refused || c.Large != want.Large || c.Floods[FloodPing] != want.Floods[FloodPing]+4 {
		t.Fatalf("together with %+v it is %+v", p.s.Counts(), c)
	}
}

// later lets time go by, at times.
func (p *pair) later(t *rapid.T) {
	if choose(t, 10, "later") == 0 {
		p.m.now += pick(t, []int64{1, 5e8, 999999999, 1e9, 3e9, 2000e9}, "by")
		p.now = rt.Instant(p.m.now)
	}
	p.m.time()
}
