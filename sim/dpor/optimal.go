package dpor

// Optimal dynamic partial order reduction: Abdulla, Aronis, Jonsson, Sagonas,
// "Source sets: a foundation for optimal dynamic partial order reduction" (JACM
// 2017), with sleep sets and wakeup trees. Every order is executed once, and no
// execution turns out to be redundant half way.
//
// Departures. A race is looked for as soon as its later operation is new, with
// what came between the two and not with the whole rest of the run; plans are
// thereby shorter, and no fewer. Draws are branches of their own, each value
// under each path that comes by, since which operations follow may depend on
// them: a path that was planned with one value of a draw may be redundant with
// another. Executions start from the beginning, since programs cannot be rewound.

import (
	"brigade/sim/hb"
	"brigade/sim/schedule"
)

type optimal struct {
	recorder *hb.Recorder
	maxDraw  uint64
	ids      tasks

	stack  []*node
	events []int // place in the stack of each event

	// The execution at hand.
	depth   int // nodes of the stack passed
	blocked bool
	fixed   int
	astray  int

	trace trace
	fresh int // events that the execution before had, too
	found []int
	seq   sequence
}

// node is a place in an execution at which something was chosen: the task whose
// operation was performed, or a draw's value.
type node struct {
	draw     bool
	n, taken uint64 // draw: alternatives, and how many are done or being done
	first    uint64 // draw: the value taken first

	proc  int32       // whose operation is being explored
	acts  []hb.Access // what it acts on; known once it was executed
	sleep []sleeper   // whose operations need not come first here
	tree  []*branch   // what is planned besides proc
	plan  *branch     // what is planned after proc; nil: nothing
	width int         // branches there were
	given bool        // it is how the part that is explored begins (split.go)
}

// sleeper is a task whose next operation, with these accesses, has been explored
// from an earlier place, and everything between commutes with it.
type sleeper struct {
	proc  int32
	acts  []hb.Access
	given bool // it was explored in an earlier part (split.go)
}

// branch is a node of a wakeup tree.
type branch struct {
	proc     int32
	draws    []uint64 // values drawn in the execution that the plan is from
	acts     []hb.Access
	known    bool // acts can be told in every execution that comes here
	children []*branch
}

func (o *optimal) attach(r *hb.Recorder, maxDraw uint64) { o.recorder, o.maxDraw = r, maxDraw }

// Begin implements schedule.Strategy.
func (o *optimal) Begin(uint64) {
	o.depth, o.blocked, o.fixed = 0, false, 0
	o.events = o.events[:0]
	o.ids.begin()
}

// End implements schedule.Strategy.
func (o *optimal) End(bool) { o.catchUp() }

// catchUp takes in the operations performed since it was last called. Those at
// which there was no choice have no node yet.
func (o *optimal) catchUp() {
	log := o.recorder.Log()
	o.ids.learn(log)
	for len(o.events) < len(log.Events) && !o.blocked {
		e := &log.Events[len(o.events)]
		p := o.ids.proc[e.Task]
		if o.depth == len(o.stack) {
			o.arrive(p)
		}
		n := o.stack[o.depth]
		if n.proc != p {
			o.astray++ // there was no choice, or a call that was ready is not any more
			n.proc, n.plan = p, nil
		}
		if n.asleep(p) {
			o.blocked = true
			return
		}
		n.acts = append([]hb.Access(nil), e.Accesses()...)
		o.events = append(o.events, o.depth)
		o.depth++
	}
}

// arrive makes the node at which p goes on.
func (o *optimal) arrive(p int32) {
	n := o.newNode()
	n.proc = p
	for i, b := range n.tree {
		if b.proc == p {
			n.plan, n.tree = b, append(n.tree[:i], n.tree[i+1:]...)
			break
		}
	}
	o.stack = append(o.stack, n)
}

// newNode makes the node after the last of the stack.
func (o *optimal) newNode() *node {
	n := &node{width: 1}
	if len(o.stack) == 0 {
		return n
	}
	last := o.stack[len(o.stack)-1]
	if last.plan != nil {
		n.tree = last.plan.children
		n.width = max(1, len(n.tree))
	}
	if last.draw {
		n.sleep = last.sleep
		return n
	}
	for _, s := range last.sleep {
		if s.proc != last.proc && !conflict(s.acts, last.acts) {
			n.sleep = append(n.sleep, s)
		}
	}
	return n
}

func (n *node) asleep(p int32) bool {
	for _, s := range n.sleep {
		if s.proc == p {
			return true
		}
	}
	return false
}

// Pick implements schedule.Strategy.
func (o *optimal) Pick(p *schedule.Point) int {
	if o.catchUp(); o.blocked {
		return max(p.Current, 0)
	}
	if o.depth < len(o.stack) {
		n := o.stack[o.depth]
		if i := o.index(p, n.proc); i >= 0 {
			return i
		}
		return o.free(p, n)
	}
	n := o.newNode()
	if len(n.tree) > 0 {
		if i := o.index(p, n.tree[0].proc); i >= 0 {
			return i
		}
		o.astray++
		o.stack[o.depth-1].plan = nil
	}
	return o.free(p, n)
}

// free picks a task that need not be left alone, the one that ran last if it can.
func (o *optimal) free(p *schedule.Point, n *node) int {
	if p.Current >= 0 && !n.asleep(o.ids.proc[p.Runnable[p.Current].Task]) {
		return p.Current
	}
	for i := range p.Runnable {
		if !n.asleep(o.ids.proc[p.Runnable[i].Task]) {
			return i
		}
	}
	return max(p.Current, 0)
}

func (o *optimal) index(p *schedule.Point, proc int32) int {
	for i := range p.Runnable {
		if o.ids.proc[p.Runnable[i].Task] == proc {
			return i
		}
	}
	return -1
}

// Draw implements schedule.Strategy.
func (o *optimal) Draw(n uint64, _ uint32) uint64 {
	if n == 0 || n > o.maxDraw {
		o.fixed++
		return 0
	}
	if o.catchUp(); o.blocked {
		return 0
	}
	if o.depth == len(o.stack) {
		d := o.newNode()
		d.draw, d.n, d.proc, d.tree = true, n, -1, nil
		if len(o.stack) > 0 {
			last := o.stack[len(o.stack)-1]
			if d.plan = last.plan; d.plan != nil && len(d.plan.draws) > 0 {
				d.first = d.plan.draws[0] % n
				rest := *d.plan
				rest.draws = rest.draws[1:]
				d.plan = &rest
			}
		}
		o.stack = append(o.stack, d)
	}
	d := o.stack[o.depth]
	o.depth++
	return (d.first + d.taken) % d.n
}
