// Package schedule says what a schedule is: choices, the keys that name them,
// and the strategy that makes them.
//
// A run is its choices. Each is keyed by what it decides, never by when: the
// path of the task, the path of the object, the kind of operation and how often
// that triple has come up; a choice of the world by its site in the same form. A
// schedule stores only the departures from the default (keep running, no fault),
// so it survives an edit that adds or removes unrelated steps.
//
//	d := schedule.Departure{
//		Key:   schedule.Key{Task: "main/reader.2", Object: "queue.mu", Op: "lock", N: 3},
//		Value: "main/writer.1",
//	}
//
// Package sim executes schedules, package strategy searches among them, and
// package traces writes them down.
package schedule

import (
	"strconv"
	"strings"

	"brigade/core/rt"
)

// Key names one choice of a run.
type Key struct {
	Task   string // path of the task that came to a point, or "clock", or the fault's name
	Object string // path of the object, "-" if there is none
	Op     string // rt.Op's name
	N      uint32 // the n-th time this task did this to this object, from 1
}

// String is the key as traces have it: four words.
func (k Key) String() string {
	var b strings.Builder
	b.WriteString(k.Task)
	b.WriteByte(' ')
	b.WriteString(k.Object)
	b.WriteByte(' ')
	b.WriteString(k.Op)
	b.WriteByte(' ')
	b.WriteString(strconv.FormatUint(uint64(k.N), 10))
	return b.String()
}

// Departure is a choice that was not the default. Value is the path of the task
// to run next, or a number.
type Departure struct {
	Key   Key
	Value string
}

// Pending is one task that can run, and what it would do.
type Pending struct {
	Task   int32 // index in order of creation
	Object int32 // index in order of first use; -1: none
	Op     rt.Op
}

// Point is a scheduling decision: some task of Runnable runs next and performs
// its pending operation. Runnable is in order of Task and is valid during the
// call only.
type Point struct {
	Runnable []Pending
	Current  int // index into Runnable of the task that ran last; -1: it cannot go on
	Step     int // operations performed so far in this run
}

// Strategy is an oracle: it is asked for each choice of a run and sees nothing
// else of it. It is told of every point at which there is a choice, and of no
// other. A strategy is used by one run at a time.
type Strategy interface {
	// Begin starts the run with this seed. Everything the strategy draws comes from
	// it (and, for those that learn, from the runs before).
	Begin(seed uint64)
	// Pick returns the index into p.Runnable of the task to run.
	Pick(p *Point) int
	// Draw returns a choice of the world or of a task below n; chance is the
	// probability, in 1/65536, that it is not 0, the default.
	Draw(n uint64, chance uint32) uint64
	// End tells that the run is over, and whether it failed.
	End(failed bool)
}
