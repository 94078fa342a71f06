package invariants

// What a session owes: its streams' begin and end, what runs for them, and what has to be
// answered before it waits.

import (
	"slices"

	"brigade/core/rt"
	"brigade/sim"
)

// opens is a stream that the server begins.
func (p *session) opens(e *sim.Event) {
	t := p.of(e.B)
	if t == nil {
		return // count says so
	}
	q, number := &p.states[t.at], uint32(e.C)
	if m := p.streams.add(e.A, -1); m != nil {
		m.R = aloof{parent: e.B, number: number}
	}
	s := q.strand(number)
	switch {
	case s == nil:
	case !s.begun || s.opened:
		p.fail("I27", "stream %d of connection %d begins; its client has begun none like that, or it was there before", number, t.id)
	case q.going && number > q.leaves:
		p.fail("I27", "stream %d of connection %d begins, whose client has heard that none above %d will", number, t.id, q.leaves)
	default:
		s.opened = true
	}
	q.begun = max(q.begun, number)
	q.alive = append(q.alive, number)
	q.busiest = max(q.busiest, len(q.alive))
	q.idle = 0
}

// closes is the end of a stream.
func (q *protocol) closes(number uint32) {
	if i := slices.Index(q.alive, number); i >= 0 {
		q.alive = slices.Delete(q.alive, i, i+1)
	}
}

// passes is a stream that is handed on, or taken.
func (p *session) passes(e *sim.Event) {
	m := p.streams.live(e.A)
	if m == nil {
		return
	}
	t := p.of(m.R.parent)
	if t == nil {
		return // it has ended, and its streams come home
	}
	q := &p.states[t.at]
	switch returns := kind(e) == rt.ProbeTaken && m.R.homeward; {
	case kind(e) == rt.ProbeOwner && e.C == 0 && !m.R.away:
		m.R.away = true
		if s := q.strand(m.R.number); s != nil {
			s.away, s.due = true, 0
		}
		if q.away++; q.away > q.limit {
			p.fail("I27", "connection %d has %d streams that others work on, those that were reset included; %d were announced", t.id, q.away, q.limit)
		}
	case kind(e) == rt.ProbeOwner:
		m.R.homeward = e.C != 0
	case returns && m.R.away:
		m.R.away, m.R.homeward = false, false
		q.away--
		if s := q.strand(m.R.number); s != nil {
			s.away, s.back = false, q.waits
		}
	}
}

// ruins is a response that cannot be made whole.
func (p *session) ruins(e *sim.Event) {
	m := p.streams.live(e.A)
	if m == nil {
		return // of HTTP/1.1: ending looks after it, and after those that are none
	}
	if t := p.of(m.R.parent); t != nil {
		if s := p.states[t.at].strand(m.R.number); s != nil {
			s.ruined = true
		}
	}
}

// finishes is the end of a response, if it is one.
func (p *session) finishes(t *talk, s *strand, id uint32, end bool) {
	if s.end = end; end && s.ruined {
		p.fail("I18", "the response of stream %d of connection %d ends as if it were whole, and cannot be made so", id, t.id)
	}
}

// stirs is an event that reached a stream, from whoever its answer is fetched from: it may
// have one now, as one that was handed back.
func (p *session) stirs(e *sim.Event) {
	m := p.streams.live(e.A)
	if m == nil {
		return
	}
	if t := p.of(m.R.parent); t != nil {
		if s := p.states[t.at].strand(m.R.number); s != nil {
			s.back = p.states[t.at].waits
		}
	}
}

// waits is a session that waits with nothing left to write: what it has read is answered.
func (p *session) waits(t *talk, e *sim.Event) {
	q, state := &p.states[t.at], e.B
	p.timed(t, q, e)
	switch {
	case t.garbled || q.failed:
		p.fail("I27", "connection %d waits in state %s after an error that ends it (GOAWAY was said: %t)", t.id, stateNames[state], q.failed)
	case q.settings > 0 || len(q.pings) > 0:
		p.fail("I27", "connection %d waits in state %s; %d SETTINGS and %d PING that were read are not answered", t.id, stateNames[state], q.settings, len(q.pings))
	case t.out.partial():
		p.fail("I27", "connection %d waits in state %s, and its last frame lacks an end", t.id, stateNames[state])
	}
	for _, id := range q.fresh {
		if s := q.strand(id); !s.opened && s.resets == 0 && !(q.going && id > q.leaves) {
			p.fail("I27", "connection %d waits in state %s; its stream %d was neither begun nor reset", t.id, stateNames[state], id)
		}
	}
	for _, id := range q.alive {
		if s := q.strand(id); s != nil && s.starves() {
			p.fail("I17", "stream %d of connection %d waits for content until %v, as before some came; its time is for the next of it", id, t.id, s.due)
		}
	}
	for _, id := range q.mute {
		q.strand(id).deaf = true
	}
	for _, id := range q.ends {
		q.strand(id).known = true
	}
	q.fresh, q.mute, q.ends = q.fresh[:0], q.mute[:0], q.ends[:0]
	q.busiest, q.clean = len(q.alive), true
	q.waits++
}

// starves reports whether s, which is at home and not answered, waits for content as long as
// if none had come.
func (s *strand) starves() bool {
	return s.hungry && s.fed && s.due != 0 && !s.away && !s.over && !s.head && !s.reset && s.resets == 0
}

// timed is a session that is idle: that does not begin anew whenever a frame comes.
func (p *session) timed(t *talk, q *protocol, e *sim.Event) {
	q.resting = true
	if e.B != rt.WaitIdle {
		return
	}
	due := rt.Instant(e.C)
	if q.idle != 0 && due > q.idle {
		p.fail("I17", "connection %d is idle until %v, and was until %v; no request has come since", t.id, due, q.idle)
	}
	q.idle = due
}

// Quiet implements property: when nothing can run, each stream has somebody who works on
// it, or a timer.
func (p *session) Quiet() {
	if p.excused() {
		return
	}
	for i := range p.used {
		t, q := p.talks[i], &p.states[i]
		for _, number := range q.alive {
			if s := q.strand(number); q.resting && !t.over && s != nil && !s.away && s.due == 0 {
				p.fail("I16", "stream %d of connection %d waits without a deadline, and nobody works on it", number, t.id)
				return
			}
		}
	}
}

// parts is a session that shuts its direction in good order: each stream that it began has
// had its end.
func (p *session) parts(t *talk) {
	q := &p.states[t.at]
	if t.garbled || q.failed {
		return
	}
	for i := range q.strands {
		if s := &q.strands[i]; s.opened && !s.end && !s.reset && s.resets == 0 {
			p.fail("I27", "connection %d is shut, and its stream %d has not ended; GOAWAY had promised to answer it", t.id, 2*i+1)
			return
		}
	}
}
