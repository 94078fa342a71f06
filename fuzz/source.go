package fuzz

// Where units come from: seeds in order, the scenarios in turn. A unit is as long
// as takes a worker about unitTime, so that little is lost with a worker and
// little time goes into messages; it ends where a block of seeds ends that a
// strategy learns from together, so that few lessons are given twice.

import (
	"maps"
	"slices"
	"sync"
	"time"

	"brigade/fuzz/scenario"
	"brigade/sim/strategy"
)

const (
	unitTime = 100 * time.Millisecond
	maxUnit  = 4096
)

// source cuts a campaign's seeds into units, and knows which of them are not done.
type source struct {
	mu    sync.Mutex // guards all
	head  Unit       // what all units have in common
	lanes []lane
	turn  int
	again []Unit           // to be given out first: of an earlier session
	open  map[uint64]*Unit // given out: what is left of each, by ID
	ended bool
}

// lane is one scenario's part of the source.
type lane struct {
	scenario *scenario.Scenario
	next     uint64
	left     uint64 // seeds not yet given out
	size     int    // of the next unit
}

func newSource(head Unit, scenarios scenario.Set, first, seeds uint64) *source {
	s := &source{head: head, open: make(map[uint64]*Unit)}
	for _, x := range scenarios {
		s.lanes = append(s.lanes, lane{scenario: x, next: first, left: seeds, size: 1})
	}
	return s
}

// take returns the next unit; nil: there is none.
func (s *source) take() *Unit {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return nil
	}
	if n := len(s.again); n > 0 {
		u := s.again[0]
		s.again = s.again[1:]
		return s.give(u)
	}
	for range s.lanes {
		l := &s.lanes[s.turn]
		s.turn = (s.turn + 1) % len(s.lanes)
		if l.left == 0 {
			continue
		}
		u := s.head
		s.head.ID++
		u.Scenario, u.First = l.scenario.Name, l.next
		u.Count = int(min(l.fit(), l.left))
		l.next += uint64(u.Count)
		l.left -= uint64(u.Count)
		return s.give(u)
	}
	return nil
}

// fit is how many seeds the lane's next unit should have.
func (l *lane) fit() uint64 {
	n := uint64(l.size)
	if n >= strategy.Block {
		n -= (l.next + n) % strategy.Block
	}
	return max(n, 1)
}

func (s *source) give(u Unit) *Unit {
	left := u
	s.open[u.ID] = &left
	return &u
}

// done notes that the next n seeds of unit id are dealt with. note is called
// meanwhile: whoever asks for the state sees both or neither.
func (s *source) done(id uint64, n int, note func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	note()
	u := s.open[id]
	if u == nil {
		return
	}
	u.First += uint64(n)
	if u.Count -= n; u.Count <= 0 {
		delete(s.open, id)
	}
}

// end makes take give out nothing more.
func (s *source) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
}

// took learns how long a unit of a scenario took.
func (s *source) took(name string, count int, d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.lanes {
		if l := &s.lanes[i]; l.scenario.Name == name {
			fit := int(unitTime * time.Duration(count) / max(d, 1))
			l.size = max(1, min(fit, 4*l.size, maxUnit))
		}
	}
}

// unfinished are the units that are not done, or what is left of them. Callers
// hold mu.
func (s *source) unfinished() []Unit {
	list := slices.Clone(s.again)
	for _, id := range slices.Sorted(maps.Keys(s.open)) {
		list = append(list, *s.open[id])
	}
	return list
}

func (s *source) isEnded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}
