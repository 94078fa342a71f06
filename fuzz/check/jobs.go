package check

// A check by several processes. Each cuts the exploration into the same parts
// (dpor.Split) and is told by number which to explore; what they found is added
// up. A worker reads numbers, one a line, and answers each with a line of JSON; one
// that crashes or garbles fails the check.

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"

	"brigade/sim/dpor"
)

// parts is how many parts there are to be, about: enough that a long one does not
// keep the others waiting.
const parts = 64

// partResult is what a worker answers.
type partResult struct {
	Part   int
	Result dpor.Result
	Seen   []uint64 // fingerprints of its orders
}

// Serve is a worker: it explores the parts that r names and writes to w what they
// showed, until r ends.
func Serve(name string, o Options, r io.Reader, w io.Writer) error {
	main, d, err := prepare(name, &o)
	if err != nil {
		return err
	}
	began, p := time.Now(), dpor.Split(d, main, parts)
	lines, out := bufio.NewScanner(r), json.NewEncoder(w)
	for lines.Scan() {
		var i int
		if _, err := fmt.Sscan(lines.Text(), &i); err != nil || i < 0 || i >= p.Len() {
			return fmt.Errorf("%q names no part; there are %d", lines.Text(), p.Len())
		}
		limit := o.MaxTime
		if limit > 0 {
			limit = max(limit-time.Since(began), 1) // time is up: one execution
		}
		one := p.Explore(i, limit)
		one.Failure = nil // whoever asked explores the part again
		if err := out.Encode(partResult{i, one, one.Seen()}); err != nil {
			return fmt.Errorf("a worker's answer: %w", err)
		}
	}
	return lines.Err()
}

// RunJobs is Run by o.Jobs worker processes, each started by start.
func RunJobs(name string, o Options, start func() *exec.Cmd) (*Certificate, error) {
	c, err := Find(name)
	if err != nil {
		return nil, err
	}
	main, d, err := prepare(name, &o)
	if err != nil {
		return nil, err
	}
	if o.Bound != dpor.Unbounded {
		return nil, errors.New("a check with a bound takes one process: its search remembers where it has been")
	}
	began := time.Now()
	p := dpor.Split(d, main, parts)
	sum, failed, err := share(p.Len(), o, start)
	if err != nil {
		return nil, err
	}
	sum.Bound = o.Bound
	if failed >= 0 {
		sum.Failure = p.Explore(failed, 0).Failure
	}
	sum.Elapsed = time.Since(began)
	return certify(c, o, sum)
}

// pool hands parts to workers and adds up.
type pool struct {
	sync.Mutex
	next   int // the next part to hand out
	total  int
	done   int
	failed int // the lowest part that failed; -1: none
	sum    dpor.Result
	seen   map[uint64]bool
	err    error
	began  time.Time
	tell   func(dpor.Result)
}

func share(total int, o Options, start func() *exec.Cmd) (dpor.Result, int, error) {
	p := &pool{total: total, failed: -1, seen: make(map[uint64]bool), began: time.Now(), tell: o.Progress}
	p.sum.Complete = true
	var workers sync.WaitGroup
	for range min(o.Jobs, total) {
		workers.Go(func() {
			if err := p.drive(start()); err != nil {
				p.Lock()
				p.err = errors.Join(p.err, err)
				p.Unlock()
			}
		})
	}
	workers.Wait()
	p.sum.Complete = p.sum.Complete && p.done == total && p.failed < 0
	if p.sum.Complete {
		p.sum.Left = 0
	}
	return p.sum, p.failed, p.err
}

// take is the next part; false: there is none, or one has failed.
func (p *pool) take() (int, bool) {
	p.Lock()
	defer p.Unlock()
	if p.next == p.total || p.failed >= 0 || p.err != nil {
		return 0, false
	}
	p.next++
	return p.next - 1, true
}

// drive runs one worker to its end.
func (p *pool) drive(c *exec.Cmd) error {
	in, err := c.StdinPipe()
	if err != nil {
		return fmt.Errorf("a worker: %w", err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return fmt.Errorf("a worker: %w", err)
	}
	if err := c.Start(); err != nil {
		return fmt.Errorf("a worker: %w", err)
	}
	answers := json.NewDecoder(out)
	for i, ok := p.take(); ok && err == nil; i, ok = p.take() {
		var one partResult
		if _, err = fmt.Fprintln(in, i); err == nil {
			err = answers.Decode(&one)
		}
		if err == nil && one.Part != i {
			err = fmt.Errorf("asked for part %d, it answered %d", i, one.Part)
		}
		if err == nil {
			p.add(one)
		}
	}
	if e := in.Close(); err == nil {
		err = e
	}
	if e := c.Wait(); e != nil {
		err = errors.Join(err, e)
	}
	if err != nil {
		return fmt.Errorf("a worker: %w", err)
	}
	return nil
}

// add takes in what a part showed.
func (p *pool) add(one partResult) {
	p.Lock()
	defer p.Unlock()
	r := one.Result
	p.done++
	s := &p.sum
	s.Executions += r.Executions
	for _, order := range one.Seen {
		p.seen[order] = true
	}
	s.Orders = len(p.seen)
	s.Redundant = s.Executions - s.Orders
	s.Blocked += r.Blocked
	s.Steps += r.Steps
	s.Fixed += r.Fixed
	s.Astray += r.Astray
	s.Failed += r.Failed
	s.Complete = s.Complete && r.Complete
	s.Left += r.Left // of parts that ran out of time
	if r.Failed > 0 && (p.failed < 0 || one.Part < p.failed) {
		p.failed = one.Part
	}
	if p.tell != nil {
		now := *s
		now.Elapsed = time.Since(p.began)
		now.Left += float64(s.Executions) / float64(p.done) * float64(p.total-p.done)
		p.tell(now)
	}
}
