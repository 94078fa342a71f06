package sim

// Identities. A lock or an atomic is a plain value of the program: it gets its
// identity in the run when a task first uses it, named after that task, so that
// neither addresses nor the number of objects elsewhere show in it.

import (
	"strconv"

	"brigade/core/rt"
	"brigade/sim/schedule"
)

// object is what the scheduler knows of one rt or kernel object.
type object struct {
	hash    uint64 // of its path
	creator int32
	nth     uint32
	label   string

	holder     *Task // lock: who has it for writing
	readers    int32
	announced  int32  // RWMutex: writers in line
	contenders int32  // runnable tasks that would lock it, or go on because its count is zero
	version    uint64 // times it was acquired, rechecks aside
	count      int64  // WaitGroup

	waiters []*Task // blocked until this object changes
	parked  []*Task // Cond: in order of arrival
}

const none = int32(-1)

// resolve gives o its identity on first use in this run and returns its index.
//
//go:norace
func (s *Sim) resolve(o *rt.Object, op rt.Op, t *Task) int32 {
	if o == nil {
		return none
	}
	if o.N>>32 == s.epoch {
		return int32(uint32(o.N))
	}
	i := s.newObject(classes[op], t)
	s.identify(o, i)
	return i
}

// identity is o's index in this run; none: it has not been used yet.
//
//go:norace
func (s *Sim) identity(o *rt.Object) int32 {
	if o.N>>32 == s.epoch {
		return int32(uint32(o.N))
	}
	return none
}

//go:norace
func (s *Sim) identify(o *rt.Object, i int32) { o.N = s.epoch<<32 | uint64(uint32(i)) }

// newObject makes an object with t as its creator; t nil: the world's.
func (s *Sim) newObject(label string, t *Task) int32 {
	n := len(s.objects)
	if n < cap(s.objects) {
		s.objects = s.objects[:n+1]
	} else {
		s.objects = append(s.objects, object{})
	}
	o := &s.objects[n]
	base, creator := worldHash, none
	if t != nil {
		base, creator = t.hash, t.index
	}
	h := fnv(fnv(base, ":"), label)
	nth := s.counts.up(h)
	*o = object{
		hash: fnvNumber(h, nth), creator: creator, nth: nth, label: label,
		waiters: o.waiters[:0], parked: o.parked[:0],
	}
	return int32(n)
}

// classes names unlabelled objects after their first operation.
var classes = func() (c [rt.Ops]string) {
	for i := range c {
		c[i] = "atomic"
	}
	for _, op := range []rt.Op{rt.OpLock, rt.OpTryLock, rt.OpUnlock} {
		c[op] = "mutex"
	}
	for _, op := range []rt.Op{rt.OpAnnounce, rt.OpRLock, rt.OpTryRLock, rt.OpRUnlock} {
		c[op] = "rwmutex"
	}
	for _, op := range []rt.Op{rt.OpWait, rt.OpSignal, rt.OpBroadcast} {
		c[op] = "cond"
	}
	c[rt.OpCount], c[rt.OpJoin] = "waitgroup", "waitgroup"
	return c
}()

// objectPath is the text whose hash names the object: "main/reader.1:queue.mu.1".
func (s *Sim) objectPath(i int32) string {
	if i < 0 || int(i) >= len(s.objects) {
		return "-"
	}
	o := &s.objects[i]
	base := worldName
	if o.creator >= 0 {
		base = s.tasks[o.creator].Path()
	}
	return base + ":" + o.label + "." + strconv.FormatUint(uint64(o.nth), 10)
}

const worldName = "world"

var worldHash = schedule.HashString(worldName)

// fnv continues a schedule.HashString over s.
func fnv(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// fnvNumber continues a HashString over "." and n's digits.
func fnvNumber(h uint64, n uint32) uint64 {
	var b [11]byte
	i := len(b)
	for {
		i--
		b[i] = byte('0' + n%10)
		if n /= 10; n == 0 {
			break
		}
	}
	i--
	b[i] = '.'
	for ; i < len(b); i++ {
		h = (h ^ uint64(b[i])) * 1099511628211
	}
	return h
}
