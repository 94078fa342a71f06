package fuzz

// One run: a scenario's program under a seed.

import (
	"bytes"
	"cmp"
	"fmt"

	"brigade/fuzz/scenario"
	"brigade/sim"
	"brigade/sim/schedule"
	"brigade/traces"
)

// DefaultEngine is the engine of campaigns that name none.
const DefaultEngine = "coroutines"

// FindEngine returns the engine called name.
func FindEngine(name string) (sim.Engine, error) {
	switch name {
	case "coroutines":
		return sim.Coroutines, nil
	case "baton":
		return sim.Baton, nil
	}
	return 0, fmt.Errorf("there is no engine %q; there are: coroutines, baton", name)
}

// Job is a run to make.
type Job struct {
	Scenario *scenario.Scenario
	Strategy string
	Seed     uint64
	Faults   string
	Engine   string
}

// Runner makes runs, one after another. It keeps what scenarios want to keep from
// one run to the next.
type Runner struct {
	envs   map[*scenario.Scenario]*scenario.Env
	pupils map[pupil]learner
}

// NewRunner makes one.
func NewRunner() *Runner {
	return &Runner{envs: make(map[*scenario.Scenario]*scenario.Env), pupils: make(map[pupil]learner)}
}

// Run makes the run of j. o carries what a replay adds: departures, strictness,
// recording, a strategy or a bound on the steps of its own; its observers see this
// run beside the scenario's. It returns how many exchanges there were, too.
func (r *Runner) Run(j Job, o sim.Options) (*sim.Report, uint64, error) {
	if o.Strategy != nil || o.Departures != nil {
		return r.run(j, o) // the job's strategy is not asked
	}
	s, err := r.strategy(j)
	if err != nil {
		return nil, 0, err
	}
	if l, ok := s.(learner); ok {
		for _, seed := range l.Missing(j.Seed) {
			lesson := j
			lesson.Seed = seed
			if _, _, err := r.run(lesson, sim.Options{Strategy: s, MaxSteps: o.MaxSteps}); err != nil {
				return nil, 0, err
			}
		}
	}
	o.Strategy = s
	return r.run(j, o)
}

// strategy is the one for j's runs: one that learns is kept from run to run.
func (r *Runner) strategy(j Job) (schedule.Strategy, error) {
	key := pupil{j.Scenario, j.Strategy, j.Faults}
	if s := r.pupils[key]; s != nil {
		return s, nil
	}
	newStrategy, err := FindStrategy(j.Strategy)
	if err != nil {
		return nil, err
	}
	s := newStrategy(j.Scenario.Steps)
	if l, ok := s.(learner); ok {
		r.pupils[key] = l
	}
	return s, nil
}

// pupil is what a strategy that learns learns about.
type pupil struct {
	scenario         *scenario.Scenario
	strategy, faults string
}

// run makes the run of j by o's strategy.
func (r *Runner) run(j Job, o sim.Options) (report *sim.Report, exchanges uint64, err error) {
	if o.Engine, err = FindEngine(j.Engine); err != nil {
		return nil, 0, err
	}
	e := r.env(j.Scenario)
	e.Observers, e.Faults = e.Observers[:0], j.Faults
	main := j.Scenario.Prepare(e)
	o.Seed = j.Seed
	o.World, o.Observers = e.World, append(e.Observers, o.Observers...)
	if o.MaxSteps == 0 {
		o.MaxSteps = cmp.Or(j.Scenario.MaxSteps, maxSteps)
	}
	o.MaxInstant = cmp.Or(j.Scenario.MaxInstant, maxInstant)
	o.Guard = o.Guard || j.Seed%guardedEvery == 0
	o.Restless = j.Seed%restlessEvery == restlessEvery-3
	report = sim.Run(o, func() {
		e.Restart()
		main()
	})
	if v := report.Verdict; v != nil {
		v.Stack = cleanStack(v.Stack)
	}
	return report, e.Exchanges, nil
}

// env is what s's program and this process have in common.
func (r *Runner) env(s *scenario.Scenario) *scenario.Env {
	e := r.envs[s]
	if e == nil {
		e = new(scenario.Env)
		r.envs[s] = e
	}
	return e
}

// guardedEvery is of how many runs one has guarded pages: they cost a system call or two
// each. Replays always have them.
const guardedEvery = 20

// restlessEvery is of how many runs one has points behind its unlocks: a tenth more steps.
const restlessEvery = 8

// A scenario's run takes some thousand steps. One that takes so many will not end.
const (
	maxSteps   = 3_000_000
	maxInstant = 300_000 // without any progress
)

// header is the head of the trace of a run of j.
func (j *Job) header() traces.Header {
	build, version := traces.Build()
	faults := j.Faults
	if faults == "" {
		faults = "-"
	}
	return traces.Header{
		Scenario: j.Scenario.Name, Strategy: j.Strategy, Seed: j.Seed, Engine: j.Engine,
		Build: build, Go: version, Faults: faults, Expect: traces.ExpectVerdict,
	}
}

// failure describes a failed run of j. Its trace is left to the caller.
func (j *Job) failure(v *sim.Verdict) Failure {
	return Failure{
		Scenario: j.Scenario.Name, Strategy: j.Strategy, Seed: j.Seed,
		Verdict: v.Kind.String(), Invariant: v.Invariant, Signature: signature(v), Message: v.Message,
		Task: v.Task, Step: v.Step, Stack: v.Stack, Count: 1,
	}
}

// traceText is the trace of a failed run as text.
func (j *Job) traceText(r *sim.Report) string {
	var b bytes.Buffer
	if err := traces.New(j.header(), r, signature(r.Verdict)).Write(&b); err != nil {
		return "" // a buffer takes everything
	}
	return b.String()
}

// signature groups failures of one cause.
func signature(v *sim.Verdict) string {
	if v.Kind == sim.DataRace {
		return raceSignature(v.Stack)
	}
	return v.Signature()
}
