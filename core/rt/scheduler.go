package rt

// The seam. A process is real or simulated as a whole: world is nil in
// production and for ever after, or it is set before the first task and stays.

import (
	"time"
	"unsafe"
)

// world is the installed scheduler, nil in production.
var world Scheduler

// Scheduler is what a simulation puts in the place of Go's runtime. All its
// methods are called on the goroutine of the task that asks; under the race
// detector none of them may touch memory that the detector sees (RaceDisable
// silences synchronisation, not accesses), so implementations cross to their own
// goroutine first.
type Scheduler interface {
	// Point announces op on obj and returns when the task may perform it. False
	// means that the run is over and the task is unwinding: do nothing. For the Try
	// operations it is the operation's outcome.
	Point(op Op, obj *Object, arg uint64) bool
	// Unlocked comes after a Mutex was unlocked: in some runs another task may go on
	// before whatever the caller does next, which need not be at a point.
	Unlocked()
	// Park comes after an OpWait on cond, with lock given up: it returns when the
	// task was woken and holds lock again. forced says that nobody woke it, but
	// nothing else could run either.
	Park(cond, lock *Object) (forced, ok bool)
	// LostWakeup says that a forced task found its predicate true.
	LostWakeup(cond *Object)
	// Rechecked reports whether the caller's last wait was ended by the scheduler
	// because nothing else could run.
	Rechecked() bool
	// Spawn starts f as a new task, the caller's child.
	Spawn(name string, f func())
	// Sleep returns d later.
	Sleep(d time.Duration)
	// Now is the run's clock; Wall is the time of day, which may jump.
	Now() Instant
	Wall() time.Time
	// Rand draws one choice.
	Rand() uint64
	// Self is the calling task's number in the run, from 1; 0: it is no task of a
	// run. Who is its name.
	Self() uint64
	Who() string
	// Probe tells the judge.
	Probe(kind Kind, a, b, c uint64)
	// Pages and FreePages are the page source. nil: refused.
	Pages(n int) []byte
	FreePages(p []byte)
	// Taken says that the calling task now owns the n bytes at p, or that they are
	// dead.
	Taken(p unsafe.Pointer, n uintptr)
	// Label names obj in reports and keys.
	Label(obj *Object, name string)
}

// Install makes the process a simulated one. It is called once, before any task.
func Install(s Scheduler) {
	if world != nil && world != s {
		panic("rt: a scheduler is installed already; a process has one")
	}
	world = s
}

// Simulated reports whether the process runs under a scheduler of its own.
func Simulated() bool { return world != nil }

// Checking reports whether dear assertions should be evaluated. It is false in
// production.
func Checking() bool { return world != nil }

// Rechecked reports whether the calling task's last wait in a poller was ended
// only because nothing else could run. A loop that then finds work for which
// somebody should have woken it calls LostWakeup. False in production.
func Rechecked() bool { return world != nil && world.Rechecked() }

// LostWakeup reports that the calling task slept although there was work for it
// in what o names.
func LostWakeup(o *Object) {
	if world != nil {
		world.LostWakeup(o)
	}
}

// Object is the identity of a lock, condition, atomic or kernel object within
// one run. Its zero value has none yet: the scheduler gives it one at first use.
// The word is the scheduler's; production never reads it.
type Object struct{ N uint64 }

// Op is a kind of operation: what a task announces at a scheduling point.
type Op uint8

// The operations. Those from OpListen on are system calls.
const (
	OpNone      Op = iota
	OpStart        // the task's first step
	OpEnd          // the task's last
	OpYield        // Gosched, or a Sleep of nothing
	OpSpawn        // arg: none
	OpSleep        // arg: nanoseconds
	OpLock         // Mutex or RWMutex, for writing
	OpTryLock      // fails instead of waiting
	OpUnlock       //
	OpAnnounce     // RWMutex: a writer stands in line; new readers wait
	OpRLock        //
	OpTryRLock     //
	OpRUnlock      //
	OpWait         // Cond: give up the lock and park
	OpRelock       // Cond: woken, take the lock again
	OpSignal       //
	OpBroadcast    //
	OpLoad         // atomics
	OpStore        //
	OpAdd          // any unconditional read-modify-write but Swap
	OpSwap         //
	OpCAS          // CompareAndSwap
	OpCount        // WaitGroup.Add; arg: the delta
	OpJoin         // WaitGroup.Wait
	OpChoose       // a draw by a task
	OpTick         // the clock moves (world)
	OpDeliver      // bytes arrive (world)
	OpListen       // system calls, as core/sys has them
	OpAccept
	OpConnect
	OpSocketError
	OpSetOption
	OpLocalAddr
	OpRead
	OpWrite
	OpSendfile
	OpShutdown
	OpClose
	OpOpen
	OpFstat
	OpPread
	OpPoller
	OpPollAdd
	OpPollModify
	OpPollDelete
	OpPollWait
	OpPoll       // poll(2)
	OpSignalTask // a signal to a task, or the task's own name
	OpEventFD
	OpPipe
	OpPage     // a page was given out
	OpFreePage // a page came back
	OpProbe    // a probe spoke
	opEnd
)

var opNames = [opEnd]string{
	"none", "start", "end", "yield", "spawn", "sleep",
	"lock", "trylock", "unlock", "announce", "rlock", "tryrlock", "runlock",
	"wait", "relock", "signal", "broadcast",
	"load", "store", "add", "swap", "cas", "count", "join", "choose", "tick", "deliver",
	"listen", "accept", "connect", "so_error", "setsockopt", "getsockname", "read", "write",
	"sendfile", "shutdown", "close", "open", "fstat", "pread",
	"poller", "poll_add", "poll_modify", "poll_delete", "poll_wait", "poll", "tgkill", "eventfd", "pipe",
	"page", "free_page", "probe",
}

// Ops is the number of operations; an Op is below it.
const Ops = int(opEnd)

// String is the operation's name in traces and keys.
func (o Op) String() string {
	if o < opEnd {
		return opNames[o]
	}
	return "op?"
}

// ParseOp is String's inverse.
func ParseOp(name string) (Op, bool) {
	for i, n := range opNames {
		if n == name {
			return Op(i), true
		}
	}
	return OpNone, false
}
