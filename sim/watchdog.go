package sim

// The watchdog: a task that runs on without coming to a point keeps the turn for
// ever, and nothing inside the run can tell. So real time does, from outside.

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Watch is Options.Watch's default.
const Watch = 10 * time.Second

// onHang is called when a task never yields, with all stacks. The run cannot be
// ended from outside: the process has to go.
var onHang atomic.Pointer[func(*Verdict)]

// OnHang sets what to do when a task runs on without coming to a point: report
// and exit. The default writes the stacks to standard error and exits with 5.
func OnHang(f func(*Verdict)) { onHang.Store(&f) }

// watch is how long the present run may stand still, in nanoseconds.
var watch struct {
	sync.Once
	limit atomic.Int64
}

// startWatch sets the limit for the run that begins.
func (s *Sim) startWatch(limit time.Duration) {
	watch.limit.Store(int64(limit))
	watch.Do(func() { go s.watchdog() })
}

// watchdog compares the progress of runs with real time, ten times in the time
// allowed.
func (s *Sim) watchdog() {
	var last uint64
	still := time.Duration(0)
	for {
		limit := time.Duration(watch.limit.Load())
		period := limit/10 + 1
		time.Sleep(period)
		now := s.progress.Load()
		if now != last || !s.running.Load() {
			last, still = now, 0
			continue
		}
		if still += period; still >= limit {
			s.hang(limit)
			still = 0
		}
	}
}

func (s *Sim) hang(limit time.Duration) {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	who, why, path := "a task", ": it computes, or waits for what is not of package rt", s.turn()
	if path == "" {
		who, why = "the world, a checker or the strategy", ""
	}
	v := &Verdict{
		Kind: Hang, Invariant: "I11", Task: path, Stack: busyFirst(string(buf)),
		Message: who + " has run for " + limit.String() + " of real time without coming to a scheduling point" + why,
	}
	if f := onHang.Load(); f != nil {
		(*f)(v)
		return
	}
	os.Stderr.WriteString(v.Error() + "\n" + v.Task + "\n" + v.Stack + "\n")
	os.Exit(5)
}

// turn is the path of the task that has the turn, as far as can be told from
// another goroutine; empty: the scheduler has it.
//
//go:norace
func (s *Sim) turn() (path string) {
	t := s.cur
	if t == nil || s.deciding {
		return ""
	}
	for {
		if t.parent < 0 {
			return t.name + path
		}
		path = "/" + t.name + "." + strconv.FormatUint(uint64(t.nth), 10) + path
		t = s.tasks[t.parent]
	}
}

// busyFirst puts the goroutines that run, and are tasks, before the others, and
// leaves the watchdog's own out.
func busyFirst(stacks string) string {
	var busy, rest []string
	for _, g := range strings.Split(stacks, "\n\n") {
		head, _, _ := strings.Cut(g, "\n")
		switch {
		case strings.Contains(g, "sim.(*Sim).watchdog("):
		case strings.Contains(g, "sim.(*Task).body(") && (strings.Contains(head, "[run") || strings.Contains(head, "[syscall")):
			busy = append(busy, g)
		default:
			rest = append(rest, g)
		}
	}
	return strings.Join(append(busy, rest...), "\n\n")
}
