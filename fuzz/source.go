package fuzz

// Where units come from: seeds in order, the scenarios in turn. A unit is as long
// as takes a worker about unitTime, so that little is lost with a worker and
// little time goes into messages.

import (
	"sync"
	"time"

	"brigade/fuzz/scenario"
)

const (
	unitTime = 100 * time.Millisecond
	maxUnit  = 4096
)

// source cuts a campaign's seeds into units.
type source struct {
	mu    sync.Mutex // guards all
	head  Unit       // what all units have in common
	lanes []lane
	turn  int
}

// lane is one scenario's part of the source.
type lane struct {
	scenario *scenario.Scenario
	next     uint64
	left     uint64 // seeds not yet given out
	size     int    // of the next unit
}

func newSource(head Unit, scenarios scenario.Set, first, seeds uint64) *source {
	s := &source{head: head}
	for _, x := range scenarios {
		s.lanes = append(s.lanes, lane{scenario: x, next: first, left: seeds, size: 1})
	}
	return s
}

// take returns the next unit; nil: there is none.
func (s *source) take() *Unit {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range s.lanes {
		l := &s.lanes[s.turn]
		s.turn = (s.turn + 1) % len(s.lanes)
		if l.left == 0 {
			continue
		}
		u := s.head
		s.head.ID++
		u.Scenario, u.First = l.scenario.Name, l.next
		u.Count = int(min(uint64(l.size), l.left))
		l.next += uint64(u.Count)
		l.left -= uint64(u.Count)
		return &u
	}
	return nil
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
