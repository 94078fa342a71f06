package sim

// Choices: asked of the strategy, or found in a plan of departures by their
// keys. Keys cost time, so they are made only while recording or replaying; a
// failed run is repeated from its tape (the bare sequence of choices) to get
// them.

import (
	"fmt"
	"strconv"

	"brigade/core/rt"
	"brigade/sim/schedule"
)

// Site says where the world chooses: which fault, on which object, for the
// how-manieth time.
type Site struct {
	Fault  string
	Object int32
	N      uint32
}

// arrival is the key of the next scheduling decision, as hashes; texts are made
// only when a departure is recorded.
type arrival struct {
	task   *Task // nil: the clock
	object int32
	op     rt.Op
	n      uint32
	hash   uint64
}

// planned is a departure to replay.
type planned struct {
	schedule.Departure
	target uint64 // hash of Value
	used   bool
}

const clockName = "clock"

var chooseName = rt.OpChoose.String()

var (
	opHashes = func() (h [rt.Ops]uint64) {
		for i := range h {
			h[i] = schedule.HashString(rt.Op(i).String())
		}
		return h
	}()
	clockHash = schedule.HashString(clockName)
	dashHash  = schedule.HashString("-")
)

// plan sets the departures of a replay. nil: none, ask the strategy.
func (s *Sim) plan(departures []schedule.Departure) {
	s.replay = nil
	if departures == nil {
		return
	}
	s.replay = make(map[uint64]*planned, len(departures))
	for _, d := range departures {
		s.replay[d.Key.Hash()] = &planned{Departure: d, target: schedule.HashString(d.Value)}
	}
}

// arrived makes t's request the key of the decision that follows.
func (s *Sim) arrived(t *Task) {
	if !s.keyed {
		return
	}
	object := t.object
	if t.op == rt.OpRelock {
		object = t.lockObj
	}
	s.setKey(t, object, t.op, t.hash)
}

// ticked makes the clock's move the key, named after what fires first.
func (s *Sim) ticked() {
	object := none
	if len(s.timers) > 0 {
		if t := s.timers[0].task; t != nil {
			object = t.object
		}
	}
	s.setKey(nil, object, rt.OpTick, clockHash)
}

func (s *Sim) setKey(t *Task, object int32, op rt.Op, task uint64) {
	h := dashHash
	if object >= 0 {
		h = s.objects[object].hash
	}
	triple := schedule.Mix(schedule.Mix(task, h), opHashes[op])
	s.key = arrival{task: t, object: object, op: op, n: s.counts.up(triple)}
	s.key.hash = schedule.KeyHash(task, h, opHashes[op], s.key.n)
}

func (s *Sim) keyText() schedule.Key {
	k := schedule.Key{Task: clockName, Object: s.objectPath(s.key.object), Op: s.key.op.String(), N: s.key.n}
	if s.key.task != nil {
		k.Task = s.key.task.Path()
	}
	return k
}

// pick chooses among runnable tasks; there are at least two.
func (s *Sim) pick(t *Task) int {
	s.choices++
	s.known = s.runnable[len(s.runnable)-1].Task
	p := &s.point
	p.Runnable, p.Step, p.Current = s.runnable, s.steps, -1
	if t != nil && t.state == stateRunnable {
		p.Current = s.find(t.index)
	}
	var i int
	if s.replay != nil && !s.opt.Scheduled {
		i = s.pickPlanned(p)
	} else if i = s.strategy.Pick(p); i < 0 || i >= len(p.Runnable) {
		i = s.mispicked(i)
	}
	s.picked = i
	s.tape = append(s.tape, uint64(i))
	if s.record {
		if d := s.defaultPick(p); d != i {
			s.departures = append(s.departures, schedule.Departure{Key: s.keyText(), Value: s.tasks[p.Runnable[i].Task].Path()})
		}
	}
	return i
}

// mispicked ends a run whose strategy picked nobody.
func (s *Sim) mispicked(i int) int {
	s.fail(&Verdict{Kind: Nondeterminism, Message: fmt.Sprintf("strategy %T picked %d of %d runnable tasks", s.strategy, i, len(s.runnable))})
	return 0
}

// defaultPick is what no departure means: keep running, else the next in order.
func (s *Sim) defaultPick(p *schedule.Point) int {
	if p.Current >= 0 {
		return p.Current
	}
	i := s.find(s.last + 1)
	if i == len(p.Runnable) {
		i = 0
	}
	return i
}

func (s *Sim) pickPlanned(p *schedule.Point) int {
	d := s.replay[s.key.hash]
	if d == nil || d.used {
		return s.defaultPick(p)
	}
	for i := range p.Runnable {
		if s.tasks[p.Runnable[i].Task].hash == d.target {
			d.used = true
			return i
		}
	}
	return s.defaultPick(p)
}

// Draw is a choice of the world, below n: 0, the default, except with
// probability chance/65536.
func (s *Sim) Draw(at Site, n uint64, chance uint32) uint64 {
	var k schedule.Key
	if s.keyed {
		k = schedule.Key{Task: at.Fault, Object: s.objectPath(at.Object), Op: "draw", N: at.N}
	}
	return s.draw(k, n, chance)
}

func (s *Sim) draw(k schedule.Key, n uint64, chance uint32) (v uint64) {
	switch {
	case s.fixed(k):
		return s.drew(k, n, s.drawPlanned(k, n)) // on no tape: it is there when the run is repeated
	case s.replay != nil && !s.opt.Scheduled:
		v = s.drawPlanned(k, n)
	default:
		v = s.strategy.Draw(n, chance)
	}
	s.tape = append(s.tape, v)
	return s.drew(k, n, v)
}

// fixed reports whether the draw at k is not the strategy's although the schedule
// is: one of the program, or a fault that the departures have.
func (s *Sim) fixed(k schedule.Key) bool {
	if s.replay == nil || !s.opt.Scheduled {
		return false
	}
	d := s.replay[k.Hash()]
	return k.Op == chooseName || d != nil && !d.used
}

// drew notes that v of n was drawn at k.
func (s *Sim) drew(k schedule.Key, n, v uint64) uint64 {
	s.hash = schedule.Mix(s.hash, v)
	if s.order != nil {
		drawer := none
		if s.acting != nil {
			drawer = s.acting.index
		}
		s.order.Draw(drawer, v)
	}
	if s.record && v != 0 {
		s.departures = append(s.departures, schedule.Departure{Key: k, Value: strconv.FormatUint(v, 10)})
	}
	if s.record && k.Op == chooseName {
		s.inputs = append(s.inputs, Input{k, n, v})
	}
	return v
}

// will is a choice that strategies are not asked for: it is 1, and 0 only in a
// replay without a departure for it. It stands on no tape.
func (s *Sim) will(k schedule.Key) uint64 {
	v := uint64(1)
	if s.replay != nil {
		v = s.drawPlanned(k, 2)
	}
	return s.drew(k, 2, v)
}

func (s *Sim) drawPlanned(k schedule.Key, n uint64) uint64 {
	d := s.replay[k.Hash()]
	if d == nil || d.used {
		return 0
	}
	v, err := strconv.ParseUint(d.Value, 10, 64)
	if err != nil || n != 0 && v >= n {
		return 0
	}
	d.used = true
	return v
}

// misfit fails a strict replay in which a departure found no match.
func (s *Sim) misfit() {
	if !s.opt.Strict || s.replay == nil {
		return
	}
	for _, d := range s.opt.Departures {
		if p := s.replay[d.Key.Hash()]; p != nil && !p.used {
			s.fail(&Verdict{Kind: Nondeterminism, Message: fmt.Sprintf("strict replay: no match for %q -> %s", d.Key, d.Value)})
			return
		}
	}
}

// unmatched are the departures of a replay that found no match.
func (s *Sim) unmatched() (list []schedule.Departure) {
	for _, d := range s.opt.Departures {
		if p := s.replay[d.Key.Hash()]; p != nil && !p.used {
			list = append(list, d)
		}
	}
	return list
}

// tape replays bare choices in order: only for a run of the same build.
type tape struct {
	values []uint64
	next   int
}

func (p *tape) Begin(uint64) { p.next = 0 }
func (p *tape) End(bool)     {}

func (p *tape) take(n uint64) uint64 {
	if p.next >= len(p.values) {
		return 0
	}
	v := p.values[p.next]
	p.next++
	if n != 0 && v >= n {
		return 0
	}
	return v
}

func (p *tape) Pick(pt *schedule.Point) int    { return int(p.take(uint64(len(pt.Runnable)))) }
func (p *tape) Draw(n uint64, _ uint32) uint64 { return p.take(n) }
