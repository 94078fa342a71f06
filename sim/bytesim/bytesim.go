// Package bytesim makes schedules from bytes, so that Go's native fuzzing
// (go test -fuzz) searches among them and keeps those that show something new.
//
// Each choice takes one byte, or as many as it needs, and 0 is always the
// default: keep running, no fault. Bytes that are missing are 0, so a corpus
// entry is as short as the part of the run that matters.
//
//	f.Fuzz(func(t *testing.T, data []byte) {
//		r := sim.Run(sim.Options{Strategy: bytesim.New(data)}, program)
//		if r.Verdict != nil {
//			t.Fatal(r.Verdict)
//		}
//	})
//
// Property tests draw schedules through package rapidsim instead.
package bytesim

import "brigade/sim/schedule"

// Strategy takes its choices from bytes.
type Strategy struct {
	data []byte
	rest []byte
	last int32 // task that was picked last
}

var _ schedule.Strategy = (*Strategy)(nil)

// New makes a strategy that takes its choices from data.
func New(data []byte) *Strategy { return &Strategy{data: data} }

// Begin implements schedule.Strategy. The seed chooses nothing.
func (s *Strategy) Begin(uint64) { s.rest, s.last = s.data, -1 }

// End implements schedule.Strategy.
func (s *Strategy) End(bool) {}

// Pick implements schedule.Strategy: one byte, counted on from the default.
func (s *Strategy) Pick(p *schedule.Point) int {
	i := p.Current
	if i < 0 {
		i = after(p, s.last)
	}
	i = (i + int(s.take(1))) % len(p.Runnable)
	s.last = p.Runnable[i].Task
	return i
}

// after is the task that follows another in order, around.
func after(p *schedule.Point, task int32) int {
	for i := range p.Runnable {
		if p.Runnable[i].Task > task {
			return i
		}
	}
	return 0
}

// Draw implements schedule.Strategy: as many bytes as n needs, the low ones
// first.
func (s *Strategy) Draw(n uint64, _ uint32) uint64 {
	if n == 0 {
		return s.take(8)
	}
	size := 1
	for m := n - 1; m > 0xff; m >>= 8 {
		size++
	}
	return s.take(size) % n
}

func (s *Strategy) take(size int) (v uint64) {
	for i := range size {
		if len(s.rest) == 0 {
			return v
		}
		v |= uint64(s.rest[0]) << (8 * i)
		s.rest = s.rest[1:]
	}
	return v
}
