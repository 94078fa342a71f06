package fuzz

// The worker's side: reads units, makes their runs, answers with results.

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"brigade/fuzz/scenario"
	"brigade/sim"
	"brigade/traces"
)

// worker serves one campaign over a pair of streams.
type worker struct {
	set    scenario.Set
	runner *Runner
	races  *raceLog
	cover  *cover
	faults FaultCounts // of the unit
	struck []int       // the faults that struck in the last run
	drawn  *drawn
	stop   atomic.Bool

	mu     sync.Mutex // guards what follows: the watchdog reports, too
	out    *json.Encoder
	result Result
	job    Job
	sent   map[string]bool // scenario and signature of traces that were sent
}

// Serve does the work that comes in, until there is no more. exit is called when
// a task never yields: the process cannot go on.
func Serve(in io.Reader, out io.Writer, set scenario.Set, exit func(code int)) error {
	w := &worker{
		set: set, runner: NewRunner(), races: openRaceLog(),
		cover: newCover(), drawn: newDrawn(),
		out: json.NewEncoder(out), sent: make(map[string]bool),
	}
	sim.OnHang(func(v *sim.Verdict) {
		w.hang(v)
		exit(int(ClassDeadlock))
	})
	units := make(chan control)
	failed := make(chan error, 1)
	go func() {
		failed <- w.listen(in, units)
		close(units)
	}()
	for c := range units {
		if err := w.answer(c); err != nil {
			return err
		}
	}
	return <-failed
}

// ServeProcess is Serve on this process's standard input and output. What the
// program prints goes to standard error, so that it cannot garble the messages.
func ServeProcess(set scenario.Set) error {
	out := os.Stdout
	os.Stdout = os.Stderr
	return Serve(os.Stdin, out, set, os.Exit)
}

// listen takes in what the campaign says, until it says no more. The unit in hand
// is finished even then.
func (w *worker) listen(in io.Reader, units chan<- control) error {
	d := json.NewDecoder(bufio.NewReader(in))
	for {
		var c control
		switch err := d.Decode(&c); {
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("what came in is no message: %w", err)
		case c.Unit != nil || c.Reduce != nil:
			w.stop.Store(false)
			units <- c
		case c.Stop:
			w.stop.Store(true)
		}
	}
}

// answer does what is asked.
func (w *worker) answer(c control) error {
	if c.Reduce == nil {
		return w.work(c.Unit)
	}
	r := c.Reduce.reduce(w.set)
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out.Encode(Result{Reduced: r})
}

// work does a unit and answers.
func (w *worker) work(u *Unit) error {
	w.mu.Lock()
	w.result = Result{ID: u.ID}
	w.mu.Unlock()
	s, err := w.set.Find(u.Scenario)
	if build, _ := traces.Build(); err == nil && u.Build != build {
		err = fmt.Errorf("the unit is for build %s; this worker is of build %s", u.Build, build)
	}
	for i := 0; i < u.Count && err == nil && !w.stop.Load(); i++ {
		err = w.run(u, Job{Scenario: s, Strategy: u.Strategy, Seed: u.seed(i), Faults: u.Faults, Engine: u.Engine})
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.result.Error = err.Error()
	}
	w.result.Seen, w.result.Faults, w.result.Drawn = w.cover.take(), w.faults, w.drawn.take()
	w.faults = nil
	return w.out.Encode(&w.result)
}

// run makes one run and adds it to the result.
func (w *worker) run(u *Unit, j Job) error {
	w.mu.Lock()
	w.job = j
	w.mu.Unlock()
	r, exchanges, err := w.runner.Run(j, sim.Options{Fingerprint: u.Orders, Observers: []sim.Observer{w.cover}})
	if err != nil {
		return err
	}
	e := w.runner.env(j.Scenario)
	w.cover.run(e)
	w.suffered(e)
	w.drawn.run(e)
	if r.Verdict == nil {
		if err := w.examine(j, u.Examine); err != nil {
			return err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.result.Done++
	w.result.Counts.add(Counts{
		Runs: 1, Steps: uint64(r.Steps), Choices: uint64(r.Choices), Rechecks: uint64(r.Rechecks),
		Exchanges: exchanges, Virtual: r.Virtual, Hash: runHash(j.Scenario.Name, j.Seed, r.Hash),
	})
	if u.Hashes {
		w.result.Hashes = append(w.result.Hashes, r.Hash)
	}
	if u.Orders {
		w.result.Orders = binary.LittleEndian.AppendUint64(w.result.Orders, orderOf(j.Scenario.Name, r.Order))
	}
	if r.Verdict != nil {
		describeRace(r.Verdict, w.races.next())
		w.fail(j, r)
	}
	return nil
}

// describeRace puts what the detector said of a run into its verdict.
func describeRace(v *sim.Verdict, log string) {
	if report := firstRace(log); report != "" && v.Kind == sim.DataRace {
		v.Stack, v.Message = cleanStack(report), raceMessage(report)
	}
}

// fail adds a failed run to the result. Callers hold mu.
func (w *worker) fail(j Job, r *sim.Report) {
	f := j.failure(r.Verdict)
	f.Drawn = w.runner.env(j.Scenario).Told()
	for i := range w.result.Failures {
		if same := &w.result.Failures[i]; same.Signature == f.Signature {
			same.Count++
			return
		}
	}
	if key := f.Scenario + " " + f.Signature; !w.sent[key] {
		w.sent[key] = true
		f.Trace = j.traceText(r)
	}
	w.result.Failures = append(w.result.Failures, f)
}

// hang answers for a run that will never end.
func (w *worker) hang(v *sim.Verdict) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.job.Scenario == nil { // a candidate of a reduction
		if err := w.out.Encode(Result{Last: true}); err != nil {
			fmt.Fprintln(os.Stderr, "a hang while shrinking could not be told:", err)
		}
		return
	}
	w.result.Done++
	w.result.Last = true
	w.result.Counts.Runs++
	v.Stack = cleanStack(v.Stack)
	w.fail(w.job, &sim.Report{Seed: w.job.Seed, Verdict: v})
	if err := w.out.Encode(&w.result); err != nil {
		fmt.Fprintln(os.Stderr, "the hang of seed", w.job.Seed, "could not be told:", err)
	}
}
