package stage

// The model of a ledger is the numbers themselves: what others see is what its worker had
// counted when it posted last, all of it, and a post that has nothing new stores nothing.

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"brigade/core/histogram"
	"brigade/core/http2"
	"brigade/core/rt"
	"brigade/sim"
)

// stored is how many atomics f stores into, which does nothing else that others see, and
// the same again when it is called again.
func stored(f func()) int {
	steps := func(f func()) int {
		r := sim.Run(sim.Options{Seed: 1}, f)
		if r.Verdict != nil {
			panic(r.Verdict)
		}
		return r.Steps
	}
	return steps(f) - steps(func() {})
}

// A series is seen as it was posted, in every bucket, and its sum with it.
func TestSeriesIsSeenAsPosted(t *testing.T) {
	durations := rapid.OneOf(rapid.Int64Range(-3, 40), rapid.Int64Range(0, 1<<14), rapid.Int64Range(0, 1<<50))
	rapid.Check(t, func(t *rapid.T) {
		s := new(series)
		var all, posted histogram.Histogram
		touched := make(map[int]bool)
		for range rapid.IntRange(1, 12).Draw(t, "turns") {
			clear(touched)
			for range rapid.IntRange(0, 6).Draw(t, "answers") {
				d := time.Duration(durations.Draw(t, "took"))
				all.Add(d)
				s.add(d)
				touched[histogram.Index(d)] = true
			}
			if len(s.touched) != len(touched) {
				t.Fatalf("%d buckets are told as changed, and %d have", len(s.touched), len(touched))
			}
			if got := seen(s); got != posted {
				t.Fatalf("before it is posted %d durations of %v show, not %d of %v", got.Total(), got.Sum, posted.Total(), posted.Sum)
			}
			s.post()
			posted = all
			if got := seen(s); got != posted {
				t.Fatalf("posted are %d durations of %v, not %d of %v", got.Total(), got.Sum, posted.Total(), posted.Sum)
			}
		}
	})
}

// seen is what anybody sees of s, who has seen a duration elsewhere before.
func seen(s *series) (h histogram.Histogram) {
	const elsewhere = 5 * time.Second
	h.Add(elsewhere)
	s.addTo(&h)
	h.Counts[histogram.Index(elsewhere)]--
	h.Sum -= elsewhere
	return h
}

// Of a series that is what it was nothing is stored; of one that counted in one bucket
// three words are, the first time, and two later, or one, if that takes no time.
func TestSeriesStoresWhatHasChanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(0, 1<<40).Draw(t, "took"))
		sums := 0
		if d > 0 {
			sums = 1
		}
		want := 0
		for i, stores := range []int{2 + sums, 0, 1 + sums, 0} {
			want += stores
			got := stored(func() {
				s := new(series)
				for k := range i + 1 {
					if k%2 == 0 {
						s.add(d)
					}
					s.post()
				}
			})
			if got != want {
				t.Fatalf("%d posts store %d words, not %d", i+1, got, want)
			}
		}
	})
}

// What a loop has counted, and has in hand, is told by name.
func TestSnapshotTellsWhatIsPosted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &Server{}
		var want Snapshot
		for range rapid.IntRange(1, 3).Draw(t, "loops") {
			l := &loop{worker: worker{server: s, ledger: new(ledger)}}
			l.loop = l
			s.ledgers = append(s.ledgers, l.ledger)
			expect := func() { drawCounts(t, l, &want) }
			if rapid.Bool().Draw(t, "posted before") {
				var before Snapshot
				drawCounts(t, l, &before)
				l.post()
			}
			expect()
			l.post()
			if n := stored(l.post); n > 0 {
				t.Fatalf("a post with nothing new stores %d words", n)
			}
		}
		var got Snapshot
		s.count(&got)
		for i := range got.Waits {
			got.Waits[i].For = ""
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v\nis told, and is to be\n%+v", got, want)
		}
	})
}

// drawCounts gives l counts, and adds them to x as they are to be told.
func drawCounts(t *rapid.T, l *loop, x *Snapshot) {
	l.count = counts{}
	n := func(to ...*uint64) uint64 {
		k := rapid.Uint64Range(0, 9).Draw(t, "count")
		for _, p := range to {
			*p += k
		}
		return k
	}
	c := &l.count
	c.accepted, c.requests, c.heard, c.bytes = n(&x.Accepted), n(&x.Requests), n(&x.In), n(&x.Out)
	c.handoffs, c.handedOver, c.dropped, c.shed = n(&x.Handoffs), n(&x.Bodies), n(&x.Dropped), n(&x.Shed)
	c.tunnels, c.http2.Resets, c.http2.Refused, c.http2.Large = n(&x.Tunnelled), n(&x.HTTP2.Resets), n(&x.HTTP2.Refused), n(&x.HTTP2.Large)
	for i := range c.answers {
		c.answers[i] = n(&x.Answers[i])
	}
	for i := range http2.Floods {
		c.http2.Floods[i] = n(&x.HTTP2.Floods[i])
	}
	c.sessions, c.sessionsEnded = n(&x.AllSessions), n()
	x.Sessions += int(c.sessions - c.sessionsEnded)
	l.opened, l.fed, c.streamsEnded = 9+n(&x.AllStreams), n(), n()
	x.AllStreams += 9 - l.fed
	x.Streams += int(l.opened - l.fed - c.streamsEnded)
	l.line.length = int(n())
	x.Processors.Waiting += l.line.length
	drawWaits(t, l, x)
}

// drawWaits has connections wait in l's rings, in each for another time.
func drawWaits(t *rapid.T, l *loop, x *Snapshot) {
	told := 0
	for i := range l.rings {
		for l.rings[i].Due(rt.Instant(1<<62)) != nil {
		}
		k := rapid.IntRange(0, 2).Draw(t, "waiting")
		for range k {
			c := &Conn{}
			l.rings[i].ArmAt(&c.timer, c, rt.Instant(100))
		}
		if whatFor[i] == "" {
			continue
		}
		if told == len(x.Waits) {
			x.Waits = append(x.Waits, Waiting{State: wait(i).String()})
		}
		x.Waits[told].Count += k
		told++
	}
}

// An answer's time is from its head to the end of the last call that was timed, and it is
// counted by the hundreds of its status, or as none of them.
func TestAnswersAreTimed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &worker{}
		if rapid.Bool().Draw(t, "somebody looks") {
			w.ledger = new(ledger)
		}
		var want counts
		var times histogram.Histogram
		status := rapid.OneOf(rapid.IntRange(0, 700), rapid.SampledFrom([]int{99, 100, 499, 599, 600}))
		asks := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) [3]int {
			return [3]int{status.Draw(t, "status"), rapid.IntRange(0, 50).Draw(t, "before"), rapid.IntRange(0, 50).Draw(t, "took")}
		}), 1, 5).Draw(t, "answers")
		r := sim.Run(sim.Options{Seed: 1}, func() {
			for _, a := range asks {
				rt.Sleep(time.Duration(a[1]))
				since := rt.Now()
				rt.Sleep(time.Duration(a[2]))
				w.clocked()
				rt.Sleep(1)
				w.timed(a[0], since)
				class := a[0] / 100
				if class > 5 {
					class = 0
				}
				want.answers[class]++
				if w.ledger != nil && since != 0 {
					times.Add(time.Duration(a[2]))
				}
			}
		})
		if r.Verdict != nil {
			t.Fatal(r.Verdict)
		}
		if w.count != want {
			t.Fatalf("%v are counted, not %v", w.count.answers, want.answers)
		}
		if w.ledger != nil && w.ledger.answers.own != times {
			t.Fatalf("%d took %v, not %d %v", w.ledger.answers.own.Total(), w.ledger.answers.own.Sum, times.Total(), times.Sum)
		}
	})
}
