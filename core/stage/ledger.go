package stage

// The ledger: how a worker's numbers come to be read by others while it works. Each
// worker counts in memory of its own; at the end of a turn of its loop, or of its work on
// a connection, it stores those that have changed into atomics, which anybody may load.
// So nobody is stopped, asked or locked out for a look at them, and what a loop that
// hangs has done until then can still be told, which a loop that had to answer a message
// could not.
//
// Invariants: only its worker stores; a worker that sleeps has stored all it has counted;
// what counts upwards never falls, and so neither does a sum over workers that is taken
// twice, one after the other.
//
// Without Config.Stats there is no ledger, and a turn costs one branch for it.

import (
	"time"

	"brigade/core/histogram"
	"brigade/core/http2"
	"brigade/core/rt"
)

// word is one number of a ledger.
type word uint8

// The words. Those from wordLine on are what there is now, the others count upwards.
const (
	wordAccepted word = iota
	wordRequests
	wordIn
	wordOut
	wordHandoffs
	wordDropped
	wordShed
	wordTunnels
	wordHandedOver
	wordSessions
	wordSessionsEnded
	wordStreams
	wordStreamsEnded
	wordResets
	wordRefused
	wordLarge
	wordAnswers // and five more, by the hundreds of their status
	wordFloods  = wordAnswers + classes
	wordLine    = wordFloods + word(http2.Floods)
	wordStock   = wordLine + 1
	wordWaits   = wordStock + 1
	words       = wordWaits + word(waits)
)

// classes is how many classes of statuses there are: 1xx to 5xx, and before them what has
// none.
const classes = 6

// ledger is what a worker shows.
type ledger struct {
	words   [words]rt.Int64
	shown   [words]uint64 // what they have: the worker's own
	seldom  seldom        // as they were stored last: the worker's own
	answers series
	turns   series // of a loop
}

// series is a histogram of which others see what was stored.
type series struct {
	counts [histogram.Buckets]rt.Uint64
	groups rt.Uint64 // a bit for each group of which a count is not 0
	sum    rt.Int64

	own     histogram.Histogram // the worker's
	shown   histogram.Histogram // what the atomics have: the worker's
	seen    uint64              // as groups
	touched []uint16            // buckets in which own and shown differ
}

// add counts d, for the worker.
func (s *series) add(d time.Duration) {
	i := histogram.Index(d)
	if s.own.Counts[i] == s.shown.Counts[i] {
		s.touched = append(s.touched, uint16(i))
	}
	s.own.Counts[i]++
	s.own.Sum += max(d, 0)
}

// post stores what has changed.
func (s *series) post() {
	if len(s.touched) == 0 {
		return
	}
	groups := s.seen
	for _, i := range s.touched {
		n := s.own.Counts[i]
		s.shown.Counts[i] = n
		s.counts[i].Store(n)
		groups |= 1 << (i / histogram.Fine)
	}
	s.touched = s.touched[:0]
	if s.own.Sum != s.shown.Sum {
		s.shown.Sum = s.own.Sum
		s.sum.Store(int64(s.own.Sum))
	}
	if groups != s.seen { // last: whoever sees the bit sees the counts
		s.seen = groups
		s.groups.Store(groups)
	}
}

// addTo adds what was stored to h. Any task may call it.
func (s *series) addTo(h *histogram.Histogram) {
	groups := s.groups.Load()
	for g := range histogram.Groups {
		if groups>>g&1 == 0 {
			continue
		}
		for i := g * histogram.Fine; i < (g+1)*histogram.Fine; i++ {
			h.Counts[i] += s.counts[i].Load()
		}
	}
	if groups != 0 {
		h.Sum += time.Duration(s.sum.Load())
	}
}

// sum is the sum of a word over workers, as far as they have stored it.
func (s *Server) sum(i word) (n int64) {
	for _, p := range s.ledgers {
		n += p.words[i].Load()
	}
	return n
}

// clocked reads the clock for who measures: what comes next has begun now, or what came
// before has ended.
func (w *worker) clocked() {
	if w.ledger != nil {
		w.stamp = rt.Now()
	}
}

// timed counts an answer whose request's head was whole at since, and whose last byte has
// left by now; since 0: it is no answer that takes its time, but a tunnel.
func (w *worker) timed(status int, since rt.Instant) {
	class := status / 100
	if class >= classes {
		class = 0
	}
	w.count.answers[class]++
	if w.ledger != nil && since != 0 {
		w.ledger.answers.add(w.stamp.Sub(since))
	}
}

// post stores what has changed of w's numbers.
func (w *worker) post() {
	p := w.ledger
	if p == nil {
		return
	}
	c := &w.count
	p.show(wordAccepted, c.accepted)
	p.show(wordRequests, c.requests)
	p.show(wordIn, c.heard)
	p.show(wordOut, c.bytes)
	p.show(wordHandoffs, c.handoffs)
	p.show(wordStreamsEnded, c.streamsEnded)
	p.show(wordStock, uint64(w.pool.Stock()))
	for i, n := range c.answers {
		p.show(wordAnswers+word(i), n)
	}
	if c.seldom != p.seldom {
		p.seldom = c.seldom
		p.postSeldom()
	}
	if l := w.loop; l != nil {
		p.show(wordStreams, l.opened-l.fed)
		p.show(wordLine, uint64(l.line.length))
		for i := range l.rings {
			p.show(wordWaits+word(i), uint64(l.rings[i].Len()))
		}
	}
	p.answers.post()
	p.turns.post()
}

// postSeldom stores what has changed of what seldom does.
func (p *ledger) postSeldom() {
	c := &p.seldom
	p.show(wordDropped, c.dropped)
	p.show(wordShed, c.shed)
	p.show(wordTunnels, c.tunnels)
	p.show(wordHandedOver, c.handedOver)
	p.show(wordSessions, c.sessions)
	p.show(wordSessionsEnded, c.sessionsEnded)
	p.show(wordResets, c.http2.Resets)
	p.show(wordRefused, c.http2.Refused)
	p.show(wordLarge, c.http2.Large)
	for i, n := range c.http2.Floods {
		p.show(wordFloods+word(i), n)
	}
}

// show stores n as a word, if it is another than it was.
func (p *ledger) show(i word, n uint64) {
	if n != p.shown[i] {
		p.store(i, n)
	}
}

func (p *ledger) store(i word, n uint64) {
	p.shown[i] = n
	p.words[i].Store(int64(n))
}
