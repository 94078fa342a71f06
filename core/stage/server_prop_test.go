package stage

// What a server and its loops tell of themselves: all of what they have, or nothing; every
// count, once; and how long they sleep.

import (
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"

	"brigade/core/rt"
)

// TestServerIsMadeWholeOrNot has each call that makes a descriptor fail in turn.
func TestServerIsMadeWholeOrNot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := newPort()
		k.refuses = rapid.IntRange(1, 30).Draw(t, "refused")
		cfg := drawDoor(t, k)
		if rapid.Bool().Draw(t, "any port") {
			cfg.Listen = netip.MustParseAddrPort("127.0.0.1:0")
		}
		k.refused = rapid.IntRange(0, 9).Draw(t, "watch refused") == 0
		watch := k.refused
		s, err := New(cfg)
		failed := k.asked >= k.refuses || watch
		if (err != nil) != failed || err != nil && (s != nil || len(k.open) > 0) {
			t.Fatalf("call %d of %d fails: %v, and %v are open", k.refuses, k.asked, err, k.open)
		}
		if err != nil {
			return
		}
		if want := map[bool]uint16{true: 4711, false: 80}[cfg.Listen.Port() == 0]; s.Addr().Port() != want {
			t.Fatalf("it listens on %v", s.Addr())
		}
		if s.release(); len(k.open) > 0 {
			t.Fatalf("%v are open at the end", k.open)
		}
	})
}

// The first hundred notes are kept, each as it was said.
func TestNotesAreBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := new(Server)
		n := rapid.SampledFrom([]int{0, 1, 99, 100, 101, 200}).Draw(t, "notes")
		for i := range n {
			s.complain("note ", i)
		}
		if len(s.notes) != min(n, 100) || n > 0 && s.notes[0] != "note 0" {
			t.Fatalf("of %d notes %d are kept: %q", n, len(s.notes), s.notes)
		}
	})
}

// What is counted by each task is in the totals, each in its place.
func TestTotalsAreSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []counts
		var want Totals
		for range rapid.IntRange(0, 4).Draw(t, "tasks") {
			n := func(what string) uint64 { return uint64(rapid.IntRange(0, 9).Draw(t, what)) }
			c := counts{accepted: n("accepted"), requests: n("requests"), bytes: n("bytes"), handoffs: n("handoffs"), seldom: seldom{dropped: n("dropped"), shed: n("shed"), tunnels: n("tunnels"), received: n("received")}}
			list = append(list, c)
			want.Connections += c.accepted
			want.Requests += c.requests
			want.Bytes += c.bytes
			want.Handoffs += c.handoffs
			want.Dropped += c.dropped
			want.Shed += c.shed
			want.Tunnels += c.tunnels
			want.Received += c.received
		}
		var got Totals
		for i := range list {
			got.add(&list[i])
		}
		if got.Connections != want.Connections || got.Requests != want.Requests || got.Bytes != want.Bytes || got.Handoffs != want.Handoffs ||
			got.Dropped != want.Dropped || got.Shed != want.Shed || got.Tunnels != want.Tunnels || got.Received != want.Received {
			t.Fatalf("%+v, not %+v", got, want)
		}
	})
}

// How long a loop may sleep is until whichever comes first: a timer of a ring, the end of
// a pause, or the deadline of a drain.
func TestPatienceIsTheFirstTimer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &loop{}
		now, next := rt.Instant(100), time.Duration(-1)
		sooner := func(at rt.Instant) {
			if d := max(at.Sub(now), 0); next < 0 || d < next {
				next = d
			}
		}
		carriers := make([]Conn, waits)
		for i := range l.rings {
			if rapid.IntRange(0, 3).Draw(t, "armed") == 0 {
				at := rt.Instant(rapid.IntRange(50, 200).Draw(t, "at"))
				l.rings[i].ArmAt(&carriers[i].timer, &carriers[i], at)
				sooner(at)
			}
		}
		if rapid.Bool().Draw(t, "pauses") {
			at := rt.Instant(rapid.IntRange(50, 200).Draw(t, "until"))
			l.gate.ArmAt(&l.paused, l, at)
			sooner(at)
		}
		l.draining, l.hurried = rapid.Bool().Draw(t, "drains"), rapid.Bool().Draw(t, "hurried")
		if l.until = rt.Instant(rapid.IntRange(50, 200).Draw(t, "deadline")); l.draining && !l.hurried {
			sooner(l.until)
		}
		if got := l.patience(now); got != next && !(got < 0 && next < 0) {
			t.Fatalf("it sleeps for %v, not %v", got, next)
		}
		n := uint64(0)
		for i := range carriers {
			if carriers[i].timer.Armed() {
				n++
			}
		}
		if l.armed() != n {
			t.Fatalf("%d rings have timers, not %d", l.armed(), n)
		}
	})
}
