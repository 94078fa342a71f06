// Package check explores small programs around the core's own concurrent types
// until every order of their operations has been seen, and certifies it.
//
// A component's program uses the type that ships, never a model of it, together
// with the properties that its users rely on. What the certificate says holds for
// the size that was checked (so many tasks, so many operations each) and for all
// schedules of it, not for a sample.
//
//	c, err := check.Run("inbox", check.Options{Tasks: 2, Ops: 2, Bound: dpor.Unbounded})
//
// To add one, write a file with a function that returns a Component (once.go is the
// shortest), and name it in Components; what makes system calls gets a simulated kernel. Its program labels what tasks share before
// they start, so that no execution is redundant; uses rt.Taken where something
// changes hands; and says by rt.Bug what its users rely on. Then plant a bug in the
// type in cmd/brigade's check_test.go, which has to turn the certificate red.
//
// The exploration is package dpor's, whose documentation says what it does not
// enumerate.
package check

import (
	"fmt"
	"strings"
	"time"

	"brigade/core/poll"
	"brigade/core/sys"
	"brigade/netsim"
	"brigade/sim"
	"brigade/sim/dpor"
)

// Component is a type to check and the program that uses it.
type Component struct {
	Name  string
	Story string // what the program does, with what it is to hold
	Type  string // as Go has it, with its package's path
	Tasks int    // usual number of tasks of the kind that there are several of
	Ops   int    // usual number of operations of each

	program func(tasks, ops int) func()
	// inKernel is program, for those whose tasks make system calls.
	inKernel func(k sys.Kernel, tasks, ops int) func()
}

// build makes c's program, and the world it runs in; nil: none.
func (c Component) build(tasks, ops int) (main func(), world sim.World) {
	if c.inKernel == nil {
		return c.program(tasks, ops), nil
	}
	net := netsim.New(netsim.Config{})
	return c.inKernel(net.Process("host"), tasks, ops), net
}

// Program is c's program, for whoever runs it under schedules of his own; its tasks make
// their system calls of k. Tasks and operations are c's usual number, or more.
func (c Component) Program(k sys.Kernel, tasks, ops int) func() {
	if c.inKernel != nil {
		return c.inKernel(k, tasks, ops)
	}
	return c.program(tasks, ops)
}

// Options say what to check.
type Options struct {
	Tasks   int // 0: the component's usual number
	Ops     int // 0: the component's usual number
	Bound   int // on preemptions; dpor.Unbounded: none
	MaxTime time.Duration
	Jobs    int // RunJobs: worker processes
	// Progress is told now and then, if not nil.
	Progress func(dpor.Result)
}

// Components are what can be checked.
func Components() []Component {
	return []Component{
		inboxComponent(), crewComponent(), onceComponent(), logComponent(),
		returnComponent(), beamComponent(), handoverComponent(),
		wakerComponent(poll.WakeFlag), wakerComponent(poll.WakeEventFD), wakerComponent(poll.WakePipe),
		timerComponent(), reservationComponent(), httpconnComponent(), windowComponent(), buffersComponent(),
		bufferlineComponent(), bufferreserveComponent(), claimsComponent(), streamComponent(), streamabortComponent(), rotationComponent(), cacheComponent(),
	}
}

// Find returns the component called name.
func Find(name string) (Component, error) {
	var names []string
	for _, c := range Components() {
		if c.Name == name {
			return c, nil
		}
		names = append(names, c.Name)
	}
	return Component{}, fmt.Errorf("there is no component %q to check; there are %s", name, strings.Join(names, ", "))
}

// Run checks the component called name, up to its first failure.
func Run(name string, o Options) (*Certificate, error) {
	c, err := Find(name)
	if err != nil {
		return nil, err
	}
	main, d, err := prepare(name, &o)
	if err != nil {
		return nil, err
	}
	return certify(c, o, explore(d, main))
}

// prepare fills in o's sizes, and makes of it the program and how to explore it.
func prepare(name string, o *Options) (main func(), d dpor.Options, err error) {
	c, err := Find(name)
	if err != nil {
		return nil, d, err
	}
	if o.Tasks == 0 {
		o.Tasks = c.Tasks
	}
	if o.Ops == 0 {
		o.Ops = c.Ops
	}
	if o.Tasks < 1 || o.Ops < 1 || o.Tasks*o.Ops > maxSize {
		return nil, d, fmt.Errorf("%d tasks with %d operations each cannot be checked; there must be one of each at least, and %d operations at most", o.Tasks, o.Ops, maxSize)
	}
	main, world := c.build(o.Tasks, o.Ops)
	d = dpor.Options{Sim: sim.Options{Seed: 1, World: world}, Bound: o.Bound, MaxTime: o.MaxTime, First: true, Progress: o.Progress}
	return main, d, nil
}

// explore explores; with a bound, by as many preemptions as it takes to fail: the
// result is the last round's, the time that of all.
func explore(o dpor.Options, main func()) dpor.Result {
	if o.Bound == dpor.Unbounded {
		return dpor.Explore(o, main)
	}
	var took time.Duration
	rounds := dpor.Deepen(o, main)
	for _, r := range rounds {
		took += r.Elapsed
	}
	last := rounds[len(rounds)-1]
	last.Elapsed = took
	if last.Failed == 0 && last.Bound < o.Bound {
		last.Complete = false // time ran out between two rounds
	}
	return last
}

// maxSize is more than can ever be finished.
const maxSize = 64
