package hb

// Fingerprints. The hash of an operation covers its task's operation before it
// and, as a sum, the operations on its object that it conflicts with: by
// induction all that happened before it, and nothing else. A run's order is the
// sum over its operations, so neither their sequence in time nor the numbering of
// tasks and objects shows. Objects need no names: which one a task acts on
// follows from its past.

import (
	"math/bits"

	"brigade/core/rt"
	"brigade/sim/schedule"
)

// Recorder takes in a run. The zero value is ready for Begin.
type Recorder struct {
	objects []accumulator // World first
	tasks   []chain
	sum     uint64
	epoch   uint32 // barriers so far
	base    uint64 // the order at the last barrier
	current int32  // the task of the last step

	// Objects is how many objects there are: set before each Step by who wants it
	// logged.
	Objects int

	logging bool
	log     Log
}

// accumulator has, by mode, the operations on an object that a later one is
// ordered after: the last where the mode conflicts with itself, else the sum of
// all.
type accumulator [Modes]uint64

// chain is a task's past.
type chain struct {
	hash  uint64
	epoch uint32
}

// KeepLog makes r keep a log of each run, for Log.
func (r *Recorder) KeepLog() { r.logging = true }

// Begin starts a run.
func (r *Recorder) Begin() {
	r.objects, r.tasks = r.objects[:0], r.tasks[:0]
	r.sum, r.epoch, r.base, r.current = 0, 0, 0, -1
	if r.logging {
		r.log.begin()
	}
}

// Task tells of a new task: its index, the hash of its path, and the index of the
// task that spawned it in its last step, or -1.
func (r *Recorder) Task(index int32, path uint64, parent int32) {
	h := schedule.Mix(0, path)
	if parent >= 0 {
		h = schedule.Mix(h, r.tasks[parent].hash)
	}
	r.tasks = append(r.tasks[:index], chain{hash: h, epoch: r.epoch})
	if r.logging {
		r.log.task(path, parent)
	}
}

// Step tells that task performs op, with its argument, on object in mode. None as
// mode: on no object.
func (r *Recorder) Step(task int32, op rt.Op, arg uint64, object int32, mode Mode) {
	c := &r.tasks[task]
	h := schedule.Mix(c.hash, uint64(op)<<8|uint64(mode))
	if c.epoch != r.epoch {
		c.epoch = r.epoch
		h = schedule.Mix(h, r.base)
	}
	r.current = task
	if r.logging {
		r.log.step(task, op, arg)
		r.log.Events[len(r.log.Events)-1].Objects = r.Objects
	}
	if mode != None {
		h = r.act(h, object, mode)
		if r.logging {
			r.log.access(Access{Object: object, Mode: mode, Op: op, Arg: arg})
		}
	}
	c.hash = h
	r.sum += schedule.Finish(h)
}

// Touch tells that the last step acts on one more object, as op would.
func (r *Recorder) Touch(op rt.Op, object int32, mode Mode) {
	c := &r.tasks[r.current]
	c.hash = r.act(c.hash, object, mode)
	if r.logging {
		r.log.access(Access{Object: object, Mode: mode, Op: op})
	}
	r.sum += schedule.Finish(c.hash)
}

// act orders the operation that has hash h after those it conflicts with.
func (r *Recorder) act(h uint64, object int32, mode Mode) uint64 {
	slot := int(object) + 1
	if object == World {
		slot = 0
	}
	if slot >= len(r.objects) {
		r.grow(slot)
	}
	a := &r.objects[slot]
	var before uint64
	switch mode { // the commonest first: atomics, then locks
	case Read:
		before = a[Write]
	case Write:
		before = a[Read] + a[Write]
	default:
		for m := conflicts[mode]; m != 0; m &= m - 1 {
			before += a[bits.TrailingZeros16(m)]
		}
	}
	h = schedule.Mix(h, before)
	if Conflict(mode, mode) {
		a[mode] = h
	} else {
		a[mode] += schedule.Finish(h)
	}
	return h
}

func (r *Recorder) grow(slot int) {
	for len(r.objects) <= slot {
		r.objects = append(r.objects, accumulator{})
	}
}

// Wake tells that the last step let task go on, which waited; right after a
// Barrier, that the scheduler did.
func (r *Recorder) Wake(task int32) {
	if r.current < 0 {
		if r.logging {
			r.log.Tasks[task].forced = true
		}
		return
	}
	c := &r.tasks[task]
	c.hash = schedule.Mix(c.hash, r.tasks[r.current].hash)
	if r.logging {
		r.log.Tasks[task].woke = len(r.log.Events)
	}
}

// Draw tells that a choice came out as value: task's in its last step, or the
// world's if task is -1.
func (r *Recorder) Draw(task int32, value uint64) {
	if task < 0 {
		r.sum += schedule.Finish(schedule.Mix(r.base, value+1))
		r.base = schedule.Mix(r.base, value)
		return
	}
	c := &r.tasks[task]
	c.hash = schedule.Mix(c.hash, value)
	r.sum += schedule.Finish(c.hash)
}

// Barrier tells that all that follows comes after all that was: nothing could
// run, and the scheduler moved time or asked a task once more.
func (r *Recorder) Barrier() {
	r.epoch++
	r.current = -1
	r.base = schedule.Mix(r.base, r.sum)
	if r.logging {
		r.log.epoch++
	}
}

// Left tells, when the run is over, what task waited to do.
func (r *Recorder) Left(task int32, op rt.Op, arg uint64, object int32, mode Mode) {
	if r.logging {
		r.log.left(task, op, Access{Object: object, Mode: mode, Op: op, Arg: arg})
	}
}

// Order is the fingerprint of the run so far.
func (r *Recorder) Order() uint64 { return schedule.Finish(schedule.Mix(r.base, r.sum)) }

// Log is what was logged of the run; it is overwritten by the next.
func (r *Recorder) Log() *Log { return &r.log }
