package strategy

// What runs teach. PCT must know how long a run is and SURW which task does what
// how often; both can only be measured, and a measurement can be unlucky. So it
// is repeated: seeds fall into blocks of Block, and the runs of a block's first
// Lessons seeds teach all later ones of the block, and nobody else.
//
// A run is thereby a function of its seed: whoever makes it without having made
// its block's lessons makes those first, which is what Learner.Missing is for.
// Lessons are ordinary runs; a campaign loses nothing by them.

import (
	"slices"

	"brigade/core/rt"
	"brigade/sim/schedule"
)

const (
	// Block is the number of consecutive seeds that learn from the same runs.
	Block = 32
	// Lessons is how many of them, the first, are learned from.
	Lessons = 4
	// maxEvents bounds what is kept of a lesson that never ends.
	maxEvents = 1 << 20
)

// lesson is what one run showed.
type lesson struct {
	known   bool
	choices int      // points with a choice
	parents []int32  // of each task; -1: the root
	events  []uint32 // of each task: steps that count
	objects []shared
}

// shared is an object that several tasks touch, one of them writing.
type shared struct {
	object int32
	total  uint32
	shares []share
}

type share struct {
	task int32
	n    uint32
}

// course is the block's lessons so far.
type course struct {
	block   uint64
	lessons [Lessons]lesson
	before  int     // lessons that the current run may know
	taking  *lesson // what the current run fills in; nil: it is no lesson
	log     []uint64
	actor   int32 // who acted last
}

// missing lists the lessons that seed's run has to know and that were not taken.
func (c *course) missing(seed uint64) (list []uint64) {
	block := seed / Block
	for i := range min(seed%Block, Lessons) {
		if block != c.block || !c.lessons[i].known {
			list = append(list, block*Block+i)
		}
	}
	return list
}

func (c *course) begin(seed uint64) {
	if block := seed / Block; block != c.block {
		c.block = block
		for i := range c.lessons {
			c.lessons[i].known = false
		}
	}
	c.before = int(min(seed%Block, Lessons))
	c.taking = nil
	if c.before < Lessons {
		c.taking = &c.lessons[c.before]
		c.taking.known = false
		c.taking.choices = 0
		c.taking.parents = c.taking.parents[:0]
		c.log, c.actor = c.log[:0], -1
	}
}

// see is told of every choice of a lesson.
func (c *course) see(p *schedule.Point, i int) {
	l := c.taking
	l.choices++
	if p.Current >= 0 {
		c.actor = p.Runnable[p.Current].Task
	}
	for last := p.Runnable[len(p.Runnable)-1].Task; int32(len(l.parents)) <= last; {
		l.parents = append(l.parents, min(c.actor, int32(len(l.parents))-1))
	}
	e := &p.Runnable[i]
	c.actor = e.Task
	if counts(e.Op) && len(c.log) < maxEvents {
		c.log = append(c.log, uint64(e.Object+1)<<32|uint64(uint32(e.Task))<<8|uint64(e.Op))
	}
}

// end closes a lesson.
func (c *course) end() {
	l := c.taking
	if l == nil {
		return
	}
	c.taking = nil
	l.known = true
	l.events = append(l.events[:0], make([]uint32, len(l.parents))...)
	l.objects = l.objects[:0]
	slices.Sort(c.log)
	for at := 0; at < len(c.log); {
		end := at
		for end < len(c.log) && c.log[end]>>32 == c.log[at]>>32 {
			l.events[int32(uint32(c.log[end])>>8)]++
			end++
		}
		if object := int32(c.log[at]>>32) - 1; object >= 0 {
			l.share(object, c.log[at:end])
		}
		at = end
	}
}

// share files an object with the sorted events on it, if tasks contend for it.
func (l *lesson) share(object int32, events []uint64) {
	o := shared{object: object}
	writes := false
	for _, e := range events {
		op := rt.Op(e)
		if !selective(op) {
			continue
		}
		writes = writes || !looks(op)
		o.total++
		task := int32(uint32(e) >> 8)
		if n := len(o.shares); n > 0 && o.shares[n-1].task == task {
			o.shares[n-1].n++
		} else {
			o.shares = append(o.shares, share{task, 1})
		}
	}
	if writes && len(o.shares) > 1 {
		l.objects = append(l.objects, o)
	}
}

// length is how many choices a run has: the longest lesson's, or a guess on a
// logarithmic scale while nothing is known. hint, if not 0, is the guess.
func (c *course) length(r *schedule.Rand, hint int) int {
	n := 0
	for i := range c.before {
		if c.lessons[i].known {
			n = max(n, c.lessons[i].choices)
		}
	}
	switch {
	case n > 0:
		return n
	case hint > 0:
		return hint
	}
	scale := uint64(8) << r.Below(8)
	return int(scale + r.Below(scale))
}

// any is one of the lessons, as likely as any other; nil: there is none.
func (c *course) any(r *schedule.Rand) *lesson {
	var known [Lessons]*lesson
	n := 0
	for i := range c.before {
		if c.lessons[i].known {
			known[n] = &c.lessons[i]
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return known[r.Below(uint64(n))]
}
