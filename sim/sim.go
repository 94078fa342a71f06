package sim

import (
	"sync"
	"sync/atomic"
	"time"

	"brigade/core/rt"
	"brigade/sim/hb"
	"brigade/sim/schedule"
	"brigade/sim/strategy"
)

// Sim executes simulated runs, one at a time. There is one in a process
// (package rt has one seam), made by the first call of Process.
type Sim struct {
	opt      Options
	strategy schedule.Strategy
	world    World
	watch    [rt.Ops][]Observer

	// The run. Reset by begin.
	epoch     uint64
	active    bool
	over      bool
	verdict   *Verdict
	tasks     []*Task
	objects   []object
	runnable  []schedule.Pending // in order of task
	picked    int                // where in runnable the last choice stood: most likely it still does
	live      int
	last      int32 // index of the task that ran last
	cur       *Task // who runs: read by tasks (go:norace)
	acting    *Task // whose operation is being performed; nil: the world's
	counts    tally
	steps     int
	choices   int
	since     int // steps when time moved or progress was made last
	alarm     int // the step before which no bound can be passed
	round     uint64
	dirty     bool
	recheck   *Task
	rechecks  int
	now       rt.Instant
	wall      time.Time
	timers    timerHeap
	sequence  uint64
	fired     int // timers of the world since the step firedAt
	firedAt   int
	hash      uint64
	tape      []uint64
	pages     pageSource
	disturbed disturbance

	order     *hb.Recorder // nil: nobody asks
	recorder  hb.Recorder  // for order
	wasForced bool         // the last step was a recheck's

	// Recording and replay.
	record     bool
	keyed      bool
	key        arrival
	replay     map[uint64]*planned
	departures []schedule.Departure
	inputs     []Input
	standings  []Standing
	events     []Event
	point      schedule.Point

	// The engines.
	restless bool // read by tasks (go:norace)
	baton    bool
	idle     []*coroutine
	back     chan struct{}
	ended    Edge

	known      int32 // the last task that the strategy has seen: it needs no room for those up to it
	chosen     *Task // whom a task chose whose operation the scheduler performs
	confessing bool

	deciding bool             // advance is at work: nobody may call rt
	trusting bool             // nothing foreign sees plain operations (quick.go)
	alone    bool             // and there is nothing foreign at all: no world, no checker
	random   *strategy.Random // the strategy, if it is that

	host uintptr // the goroutine that runs Run

	foreign struct {
		sync.Mutex
		flag  atomic.Bool
		stack string
	}
	progress atomic.Uint64 // for the watchdog: changes while a run advances
	running  atomic.Bool
}

var process struct {
	sync.Mutex // held during a run
	once       sync.Once
	sim        *Sim
}

// the returns the process's Sim, installing it in rt the first time.
func the() *Sim {
	process.once.Do(func() {
		process.sim = &Sim{
			back: make(chan struct{}),
		}
		rt.Install(process.sim)
	})
	return process.sim
}

// Run executes main as the root task of one simulated run, to its end. There is one run at
// a time: another goroutine waits for its turn, and a task of a run may not ask for it.
func Run(o Options, main func()) *Report {
	s := the()
	if s.within() {
		panic("sim: a run is begun by a task of a run, and there is one at a time; start other tasks with rt.Go")
	}
	process.Lock()
	defer process.Unlock()
	return s.run(o.withDefaults(), main)
}

func (s *Sim) run(o Options, main func()) *Report {
	if r := s.teach(o, main); r != nil {
		return r
	}
	r := s.once(o, o.Strategy, o.Record, main)
	if r.Verdict != nil && r.Verdict.Kind == Foreign {
		r = s.confirmForeign(r, o, main)
	}
	if r.Verdict == nil && o.Twice {
		again := s.once(o, &tape{values: r.tape}, false, main)
		if again.Hash != r.Hash {
			r.Verdict = &Verdict{Kind: Nondeterminism, Step: min(r.Steps, again.Steps), Message: "the same choices gave other events the second time"}
		}
	}
	if r.Verdict == nil || o.Record || o.Whole {
		return r
	}
	return s.explain(o, r, main)
}

// explain repeats a failed run from its tape with everything recorded. A run
// that does not repeat is reported as it was, with that fact.
func (s *Sim) explain(o Options, r *Report, main func()) *Report {
	if r.Verdict.Kind == Nondeterminism || r.Verdict.Kind == Foreign {
		return r
	}
	if r.Steps > o.MaxRecord {
		r.Verdict.unrecorded(r.Steps)
		return r
	}
	o.Guard = true
	again := s.once(o, &tape{values: r.tape}, true, main)
	if v := again.Verdict; v != nil && v.touched {
		return again // what failed first may be its consequence
	}
	if again.Hash != r.Hash || again.Verdict == nil && r.Verdict.Kind != DataRace {
		if r.Verdict.internal {
			return r // the strategy's fault does not show under the tape
		}
		r.Verdict = &Verdict{
			Kind: Nondeterminism, Step: min(r.Steps, again.Steps), Stack: r.Verdict.Stack,
			Message: "a failed run did not repeat from its own choices; it had been " + r.Verdict.Error(),
		}
		return r
	}
	again.Verdict = r.Verdict
	return again
}

// once executes one run.
func (s *Sim) once(o Options, by schedule.Strategy, record bool, main func()) *Report {
	s.begin(o, by, record)
	s.execute(main)
	return s.end()
}

func (s *Sim) begin(o Options, by schedule.Strategy, record bool) {
	if s.active {
		s.abandon()
	}
	s.opt, s.strategy, s.world = o, by, o.World
	s.epoch++
	if s.order = o.Order; s.order == nil && o.Fingerprint {
		s.order = &s.recorder
	}
	if s.wasForced = false; s.order != nil {
		s.order.Begin()
	}
	s.progress.Add(1)
	s.startWatch(o.Watch)
	s.over, s.verdict = false, nil
	s.foreign.flag.Store(false)
	s.tasks, s.objects, s.runnable = s.tasks[:0], s.objects[:0], s.runnable[:0]
	s.live, s.last, s.cur, s.acting = 0, 0, nil, nil
	s.counts.begin()
	s.steps, s.choices, s.since, s.alarm, s.rechecks = 0, 0, 0, 0, 0
	s.fired, s.firedAt, s.key = 0, 0, arrival{}
	s.round, s.dirty, s.recheck = 0, true, nil
	s.known, s.chosen, s.confessing = none, nil, false
	s.now, s.wall = 0, o.Wall
	s.disturbed = disturbance{}
	s.disturbed.by, _ = o.World.(Disturber)
	s.timers, s.sequence = s.timers[:0], 0
	s.hash = schedule.Mix(0, o.Seed)
	s.tape = s.tape[:0]
	s.pages.begin(o.Guard || o.Departures != nil)
	s.record, s.departures, s.inputs, s.standings, s.events = record, nil, nil, nil, nil
	if record {
		s.departures = []schedule.Departure{} // even none can be replayed
	}
	s.plan(o.Departures)
	s.keyed = record || s.replay != nil
	s.baton, s.restless = o.Engine == Baton || raceBuild, o.Restless
	for i := range s.watch {
		s.watch[i] = s.watch[i][:0]
	}
	for _, c := range o.Observers {
		for _, op := range c.Ops() {
			s.watch[op] = append(s.watch[op], c)
		}
	}
	by.Begin(o.Seed)
	s.trusting = s.trusts()
	s.alone = s.trusting && o.World == nil && len(o.Observers) == 0
	s.random, _ = by.(*strategy.Random)
	if s.world != nil {
		s.world.Begin(s)
	}
	for _, c := range o.Observers {
		c.Begin(s)
	}
}

// execute runs the tasks until none is left, or the run is over and the rest
// has unwound.
func (s *Sim) execute(main func()) {
	races := raceErrors()
	s.host = getg()
	s.active = true
	s.running.Store(true)
	s.newTask(nil, "main", main)
	if s.baton {
		s.executeBaton()
	} else {
		s.executeCoroutines()
	}
	s.cur, s.acting = nil, nil
	s.stand()
	if s.foreign.flag.Load() {
		s.failForeign()
	}
	if s.verdict == nil {
		if s.world != nil {
			s.world.End()
		}
		for _, c := range s.opt.Observers {
			c.End()
		}
		s.pages.end(s)
		s.misfit()
	}
	s.running.Store(false)
	s.active = false
	if n := raceErrors() - races; n > 0 && s.verdict == nil {
		s.fail(&Verdict{Kind: DataRace, Message: "the race detector reported; its report is on standard error"})
	}
	s.strategy.End(s.verdict != nil)
}

func (s *Sim) end() *Report {
	r := &Report{
		Verdict: s.verdict, Seed: s.opt.Seed, Hash: schedule.Finish(s.hash),
		Steps: s.steps, Choices: s.choices, Rechecks: s.rechecks, Tasks: len(s.tasks), Virtual: time.Duration(s.now),
	}
	r.fixed = len(s.tape) == 0
	if s.order != nil {
		r.Order = s.order.Order()
	}
	if s.replay != nil {
		r.Unmatched = s.unmatched()
	}
	if s.record {
		r.Departures, r.Inputs, r.Standings, r.Events = s.departures, s.inputs, s.standings, s.events
		for i := range s.tasks {
			r.TaskPaths = append(r.TaskPaths, s.tasks[i].Path())
		}
		for i := range s.objects {
			r.ObjectPaths = append(r.ObjectPaths, s.objectPath(int32(i)))
		}
	}
	if o := &s.opt; o.Record && !s.record && r.Verdict != nil {
		r.Verdict.unrecorded(r.Steps)
	}
	if s.verdict != nil || s.opt.Twice {
		r.tape = append([]uint64(nil), s.tape...)
	}
	return r
}
