package fuzz_test

// The judge on whole runs: it holds its peace on sound ones, and it is not blind:
// whichever probe of a run is dropped or lies, some checker speaks.

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/fuzz/scenario"
	"brigade/invariants"
	"brigade/sim"
	"brigade/sim/strategy"
)

// judged runs a scenario with these checkers, in place of its own.
func judged(t testing.TB, name string, observers []sim.Observer, o sim.Options) *sim.Report {
	t.Helper()
	s, err := scenario.Every().Find(name)
	if err != nil {
		t.Fatal(err)
	}
	e := new(scenario.Env)
	main := s.Prepare(e)
	o.World, o.Observers = e.World, observers
	return sim.Run(o, main)
}

func TestSoundRunsHold(t *testing.T) {
	observers := invariants.Server(0)
	for name, runs := range map[string]uint64{"steady": 20, "calm": 20, "crowd": 20} {
		for seed := range runs {
			if r := judged(t, name, observers, sim.Options{Seed: seed}); r.Verdict != nil {
				t.Errorf("%s, seed %d: %v", name, seed, r.Verdict)
			}
		}
	}
}

// replay tells checkers recorded events, each at its time, with quiet moments
// before time moves. It is the world of a run that does nothing else.
type replay struct {
	sim      *sim.Sim
	checkers []sim.Observer
	watch    [rt.Ops][]sim.Observer
	events   []sim.Event
	instants []instant
}

// instant fires once all that happened before has been told.
type instant struct {
	replay      *replay
	first, last int
}

func (r *replay) Begin(s *sim.Sim) {
	r.sim = s
	r.watch = [rt.Ops][]sim.Observer{}
	for _, c := range r.checkers {
		for _, op := range c.Ops() {
			r.watch[op] = append(r.watch[op], c)
		}
		c.Begin(s)
	}
	r.instants = nil
	for i, e := range r.events {
		if n := len(r.instants); n == 0 || r.events[i-1].Time != e.Time {
			r.instants = append(r.instants, instant{replay: r, first: i, last: i + 1})
		} else {
			r.instants[n-1].last = i + 1
		}
	}
	for i := range r.instants {
		s.At(r.events[r.instants[i].first].Time, &r.instants[i])
	}
}

func (i *instant) Fire() {
	r := i.replay
	for k := i.first; k < i.last && !r.sim.Failed(); k++ {
		for _, c := range r.watch[r.events[k].Op] {
			c.Event(&r.events[k])
		}
	}
	for _, c := range r.checkers {
		if !r.sim.Failed() {
			c.Quiet()
		}
	}
}

func (r *replay) End() {
	for _, c := range r.checkers {
		if !r.sim.Failed() {
			c.End()
		}
	}
}

func (r *replay) Submit(*sim.Call) bool { return true }
func (r *replay) Ready(*sim.Call) bool  { return true }
func (r *replay) Do(*sim.Call)          {}

// verdict is what checkers say of these events.
func verdict(checkers []sim.Observer, events []sim.Event) *sim.Verdict {
	last := time.Duration(events[len(events)-1].Time)
	r := &replay{checkers: checkers, events: events}
	return sim.Run(sim.Options{World: r}, func() { rt.Sleep(last + 1) }).Verdict
}

// lies are the least changes to each word of each kind of probe that no run may
// leave unnoticed; 0: the word is not used. A deadline that is a little off cannot
// be told from a deadline, nor a wait between requests from one for content that
// has to go by.
var lies = map[rt.Kind][3]uint64{
	rt.ProbeConnOpen:  {1, 1, 0},
	rt.ProbeConnClose: {1, 1, 1},
	rt.ProbeRequest:   {1, 1, 1 << 40},
	rt.ProbeResponse:  {1, 1, 1},
	rt.ProbeLogged:    {1, 1, 1},
	rt.ProbeOwner:     {1, 1, 1},
	rt.ProbeTaken:     {1, 1, 1},
	rt.ProbeState:     {1, 2, 1 << 56},
	rt.ProbeEvent:     {1, 1, 1},
	rt.ProbeShed:      {1, 0, 0},
	rt.ProbeReset:     {1, 1, 1},
	rt.ProbeLoop:      {1, 0, 0},
	rt.ProbeLimit:     {1, ^uint64(16382), 0}, // less than it is: more does no harm
	rt.ProbeTotal:     {1, 1, 0},
	rt.ProbeDrain:     {1 << 56, 0, 0},
	rt.ProbeMemory:    {1, 1, 1},
	rt.ProbeBlock:     {1, 1, 1},
	rt.ProbePoolOpen:  {1, 1, 1},
	rt.ProbePoolUse:   {1, 1, 1},
	rt.ProbePoolClose: {1, 1, 1},
	rt.ProbeFar:       {1, 1, 0},
	rt.ProbeTunnel:    {1, 1, 1},
	rt.ProbeFetch:     {1, 1, 1},
	rt.ProbeCache:     {1, 1, 3},
	rt.ProbeFilter:    {1, 0, 0},

	rt.ProbeBuffer:      {0, 1, 1},
	rt.ProbeSession:     {1, 0, 0},
	rt.ProbeStreamOpen:  {1, 1, 1},
	rt.ProbeStreamClose: {1, 1, 1},
	rt.ProbeWindow:      {1, 1, 1},
	rt.ProbeTurn:        {1, 1, 1},
	rt.ProbeRuin:        {1, 0, 0},
	rt.ProbeStats:       {1, 1 << 40, 1}, // a loop that runs may tell its last later
}

// tries is among how many seeds of a scenario there has to be a run of some kind.
const tries = 1000

// recorded is the first run of a scenario that has probes of all these kinds, which fit.
// What a scenario draws from a seed changes with the scenario, so no seed is known to have
// what a test needs. Events that checkers cannot make out without their world, such as
// those of a server that has one thread, are passed over.
func recorded(t *testing.T, name string, kinds []rt.Kind, fit func(probes []sim.Event) bool) []sim.Event {
	t.Helper()
	for seed := uint64(1); seed <= tries; seed++ {
		r := judged(t, name, nil, sim.Options{Seed: seed, Record: true})
		if r.Verdict != nil {
			t.Fatalf("%s, seed %d: %v", name, seed, r.Verdict)
		}
		var probes []sim.Event
		has := map[rt.Kind]bool{}
		for i, e := range r.Events {
			if k := rt.Kind(e.Object); e.Op == rt.OpProbe && slices.Contains(kinds, k) {
				probes, has[k] = append(probes, e), has[k] || !idle(r.Events, i)
			}
		}
		if all(has, kinds) && fit(probes) && verdict(invariants.Server(0), r.Events) == nil {
			return r.Events
		}
	}
	t.Fatalf("none of %d seeds of %s has %v as it is wanted; another scenario may", tries, name, kinds)
	return nil
}

// all reports whether a run has each of kinds.
func all(has map[rt.Kind]bool, kinds []rt.Kind) bool {
	return !slices.ContainsFunc(kinds, func(k rt.Kind) bool { return !has[k] })
}

// however: any will do.
func however([]sim.Event) bool { return true }

// once: of two places that are shed at once, one would do.
func once(probes []sim.Event) bool { return len(probes) == 1 }

// waiting: somebody waits for a buffer.
func waiting(probes []sim.Event) bool {
	return slices.ContainsFunc(probes, func(e sim.Event) bool { return e.B == rt.BufferJoins })
}

// reset: responses that cannot be made whole are streams' of sessions, whose ends say that.
// Who resets a connection of HTTP/1.1 may have other reasons.
func reset(probes []sim.Event) bool {
	framed := map[uint64]bool{}
	for _, e := range probes {
		if rt.Kind(e.Object) == rt.ProbeStreamOpen {
			framed[e.A] = e.C != 0
		} else if !framed[e.A] {
			return false
		}
	}
	return true
}

// several: somebody looks at what a server tells of itself, and a last time is told.
func several(probes []sim.Event) bool { return len(probes) > 14 }

// whole: connections, and no streams, go or fetch elsewhere. What a stream waits for its
// connection may, and a handler hears and says what it likes.
func whole(probes []sim.Event) bool {
	return !slices.ContainsFunc(probes, func(e sim.Event) bool {
		return e.A&rt.StreamBit != 0 || rt.Kind(e.Object) == rt.ProbeFar && e.B == ^uint64(0)
	})
}

// fed: what is fetched for the cache is whole, and somebody reads of each piece before
// the next, or the end, comes: else the piece would be missed by nobody.
func fed(probes []sim.Event) bool {
	grown := map[uint64]bool{}
	return !slices.ContainsFunc(probes, func(e sim.Event) bool {
		switch e.B & 0xff {
		case rt.CacheFailed:
			return true
		case rt.CacheReads:
			grown[e.A] = false
		case rt.CacheGrows, rt.CacheWhole:
			if grown[e.A] {
				return true
			}
			grown[e.A] = e.B&0xff == rt.CacheGrows
		}
		return false
	})
}

func TestNoProbeMayBeMissingOrLie(t *testing.T) {
	missing, false := map[rt.Kind]int{}, map[rt.Kind]int{}
	suspect(t, recorded(t, "steady", []rt.Kind{rt.ProbeState, rt.ProbeEvent}, however), missing, false, func(rt.Kind) bool { return true })
	for _, x := range []struct {
		scenario string
		kinds    []rt.Kind
		fit      func([]sim.Event) bool
	}{
		{"full", []rt.Kind{rt.ProbeShed}, once},
		{"tunnels", []rt.Kind{rt.ProbeFar, rt.ProbeTunnel}, whole},
		{"calm", []rt.Kind{rt.ProbeBuffer}, waiting},
		{"proxy", []rt.Kind{rt.ProbeFetch}, whole},
		{"cache", []rt.Kind{rt.ProbeCache}, fed},
		{"filters", []rt.Kind{rt.ProbeFilter}, however},
		{"multiplex", []rt.Kind{rt.ProbeSession, rt.ProbeStreamOpen, rt.ProbeStreamClose, rt.ProbeWindow, rt.ProbeTurn}, however},
		{"multiplex", []rt.Kind{rt.ProbeRuin, rt.ProbeStreamOpen}, reset},
		{"handlers", []rt.Kind{rt.ProbeStats}, several},
	} {
		suspect(t, recorded(t, x.scenario, x.kinds, x.fit), missing, false, func(k rt.Kind) bool { return slices.Contains(x.kinds, k) })
	}
	for k := rt.ProbeNone + 1; int(k) < len(rt.Probes()); k++ {
		if !told(k) {
			t.Logf("no checker is told of %s", k)
		} else if missing[k] == 0 || false[k] == 0 {
			t.Errorf("%s: %d times missing, %d times false; the runs have to have every kind", k, missing[k], false[k])
		}
	}
	t.Log(fmt.Sprint("missing ", missing, " false ", false))
}

// suspect leaves out and falsifies each probe among events of a kind that is
// wanted.
func suspect(t *testing.T, events []sim.Event, missing, false map[rt.Kind]int, wanted func(rt.Kind) bool) {
	t.Helper()
	checkers := invariants.Server(0)
	if v := verdict(checkers, events); v != nil {
		t.Fatalf("the events as they were: %v", v)
	}
	for i, e := range events {
		if e.Op != rt.OpProbe || !wanted(rt.Kind(e.Object)) {
			continue
		}
		kind := rt.Kind(e.Object)
		if idle(events, i) {
			continue
		}
		without := append(append([]sim.Event(nil), events[:i]...), events[i+1:]...)
		if v := verdict(checkers, without); v == nil {
			t.Errorf("step %d: %s %v is missing, and nobody says so", e.Step, kind, words(e))
		}
		missing[kind]++
		for w, by := range lies[kind] {
			if by == 0 {
				continue
			}
			if kind == rt.ProbeLimit && e.A == rt.LimitContent && w == 1 {
				by = -e.B // any other limit of content is as good, if nobody gets near it
			}
			if v := verdict(checkers, falsified(events, i, w, by)); v == nil {
				t.Errorf("step %d: word %d of %s %v lies by %d, and nobody says so", e.Step, w, kind, words(e), by)
			}
			false[kind]++
		}
	}
}

// idle reports whether probe i may be missing.
func idle(events []sim.Event, i int) bool {
	switch rt.Kind(events[i].Object) {
	case rt.ProbeState:
		return passing(events, i) || repeats(events, i)
	case rt.ProbeEvent:
		return cut(events, i)
	case rt.ProbeRuin:
		return !pays(events, i)
	default:
		return false
	}
}

// repeats reports whether event i says what was said of its connection last: a loop
// looked after an event that meant nothing, and the wait goes on.
func repeats(events []sim.Event, i int) bool {
	for k := i - 1; k >= 0; k-- {
		if e := events[k]; e.Op == rt.OpProbe && e.A == events[i].A && rt.Kind(e.Object) != rt.ProbeLoop {
			return e.Object == events[i].Object && e.B == events[i].B && e.C == events[i].C
		}
	}
	return false
}

// pays reports whether the stream whose response cannot be made whole, as event i says, is
// reset for that: its connection may end before, and then nobody hears of it.
func pays(events []sim.Event, i int) bool {
	frame := []byte{0, 0, 4, 3, 0, 0, 0, 0, 0, 0, 0, 0, 2}
	for _, e := range events[:i] {
		if e.Op == rt.OpProbe && rt.Kind(e.Object) == rt.ProbeStreamOpen && e.A == events[i].A {
			binary.BigEndian.PutUint32(frame[5:], uint32(e.C))
		}
	}
	return slices.ContainsFunc(events[i:], func(e sim.Event) bool {
		return e.Op == rt.OpWrite && e.Call != nil && bytes.Contains(e.Call.Buf, frame)
	})
}

// told reports whether some checker is told of k.
func told(k rt.Kind) bool {
	return slices.ContainsFunc(invariants.All(), func(c invariants.Checker) bool { return slices.Contains(c.Kinds, k) })
}

// cut reports whether event i comes at the instant at which draining is decided:
// then the wait may have ended without it.
func cut(events []sim.Event, i int) bool {
	for _, e := range events {
		if e.Op == rt.OpProbe && rt.Kind(e.Object) == rt.ProbeDrain && e.Time == events[i].Time {
			return true
		}
	}
	return false
}

// passing reports whether the connection that begins to wait with event i is told
// of again at the same instant. It may have waited between, or not: no time passed,
// and a loop may look at what it has without a call.
func passing(events []sim.Event, i int) bool {
	for _, e := range events[i+1:] {
		if e.Time != events[i].Time {
			return false
		}
		if e.Op == rt.OpProbe && e.A == events[i].A && rt.Kind(e.Object) != rt.ProbeLoop {
			return true
		}
	}
	return false
}

func words(e sim.Event) []uint64 { return []uint64{e.A, e.B, e.C} }

func falsified(events []sim.Event, i, word int, by uint64) []sim.Event {
	list := append([]sim.Event(nil), events...)
	*[]*uint64{&list[i].A, &list[i].B, &list[i].C}[word] += by
	return list
}

func BenchmarkSteady(b *testing.B) {
	for _, c := range []struct {
		name      string
		observers []sim.Observer
	}{{"unjudged", nil}, {"judged", invariants.Server(0)}} {
		b.Run(c.name, func(b *testing.B) {
			s, err := scenario.Find("steady")
			if err != nil {
				b.Fatal(err)
			}
			e := new(scenario.Env)
			steps, seed := 0, uint64(0)
			for b.Loop() {
				main := s.Prepare(e)
				seed++
				steps += sim.Run(sim.Options{Seed: seed, World: e.World, Observers: c.observers, Strategy: strategy.NewRandom()}, main).Steps
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(steps), "ns/step")
		})
	}
}
