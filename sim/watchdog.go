package sim

import (
	"os"
	"runtime"
	"sync/atomic"
	"time"
)

// Watch is how long, in real time, a task may run without coming to a point.
const Watch = 10 * time.Second

// onHang is called when a task never yields, with all stacks. The run cannot be
// ended from outside: the process has to go.
var onHang atomic.Pointer[func(*Verdict)]

// OnHang sets what to do when a task runs on without coming to a point: report
// and exit. The default writes the stacks to standard error and exits with 5.
func OnHang(f func(*Verdict)) { onHang.Store(&f) }

// watchdog compares the progress of runs with real time.
func (s *Sim) watchdog() {
	var last uint64
	still := time.Duration(0)
	const period = time.Second
	for range time.Tick(period) {
		now := s.progress.Load()
		if now != last || !s.running.Load() {
			last, still = now, 0
			continue
		}
		if still += period; still >= Watch {
			s.hang()
			still = 0
		}
	}
}

func (s *Sim) hang() {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	v := &Verdict{
		Kind: Hang, Invariant: "I11", Stack: string(buf),
		Message: "a task has run for " + Watch.String() + " of real time without coming to a scheduling point",
	}
	if f := onHang.Load(); f != nil {
		(*f)(v)
		return
	}
	os.Stderr.WriteString(v.Error() + "\n" + v.Stack + "\n")
	os.Exit(5)
}
