//go:build linux

package netsim_test

// A second task in the sequences of the relation: it sleeps in a call when it is told to,
// and is sent signals there, or between two calls. After each step of a sequence it has
// either answered or is seen to sleep, so that which of a signal and an event comes first
// is the sequence's to say, and not chance's. On Linux it is a thread, the signal is
// tgkill(2)'s, and that it sleeps is what /proc tells of its system call.

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
)

// bed is where such a task sleeps.
type bed interface {
	// lie has the task make call, whose text is its answer. It makes one at a time.
	lie(call func() string)
	// settle waits until the task sleeps in its call or has none, and reports whether it does.
	settle() (asleep bool)
	// answer is the last call's. The task has none.
	answer() string
	// signal sends the task a signal.
	signal() sys.Errno
	// nobody sends one to a task that there is not.
	nobody() sys.Errno
	// rise ends the task, which may sleep.
	rise()
}

// nobodys is the number of no task.
const nobodys = 1 << 30

// looks is how often a thread is looked at before it is believed to be what it was last.
const looks = 1 << 20

// thread is a bed on Linux.
type thread struct {
	calls chan func() string
	done  chan struct{}
	id    int
	busy  atomic.Bool
	text  string
}

func newThread() *thread {
	t := &thread{calls: make(chan func() string), done: make(chan struct{})}
	ready := make(chan struct{})
	go func() {
		defer close(t.done)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		t.id = unix.Gettid()
		close(ready)
		for call := range t.calls {
			t.text = call()
			t.busy.Store(false)
		}
	}()
	<-ready
	return t
}

func (t *thread) lie(call func() string) {
	t.busy.Store(true)
	t.calls <- call
}

func (t *thread) settle() bool {
	for range looks {
		if !t.busy.Load() {
			return false
		}
		if t.sleeps() && t.busy.Load() {
			return true
		}
		runtime.Gosched()
	}
	return t.busy.Load()
}

// sleeps reports whether the thread waits in its call, and nothing has ended that wait. What
// /proc tells of a system call is told of a thread that is on its way out of one, too: that
// has been woken, by a processor that has yet to hear of it, or waits for a page where its
// signal's frame goes. Of these the state is R and D.
func (t *thread) sleeps() bool {
	call, err := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/syscall", t.id))
	if err != nil {
		return false
	}
	nr, _, _ := strings.Cut(string(call), " ")
	if nr != fmt.Sprint(unix.SYS_EPOLL_PWAIT) && nr != fmt.Sprint(unix.SYS_PPOLL) {
		return false
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/status", t.id))
	return err == nil && strings.Contains(string(status), "\nState:\tS ")
}

func (t *thread) answer() string { return t.text }

func (t *thread) signal() sys.Errno { return tgkill(t.id) }

func (t *thread) nobody() sys.Errno { return tgkill(nobodys) }

// tgkill sends a signal that package runtime has a handler for, and does nothing about.
func tgkill(id int) sys.Errno {
	return number(os.NewSyscallError("tgkill", unix.Tgkill(os.Getpid(), id, unix.SIGURG)))
}

func (t *thread) rise() {
	rouse(t)
	close(t.calls)
	<-t.done
}

// dream is a bed in netsim.
type dream struct {
	p    *netsim.Process
	id   sys.Thread
	mu   rt.Mutex
	some rt.Cond
	wg   rt.WaitGroup
	call func() string // guarded by mu
	busy bool          // guarded by mu
	over bool          // guarded by mu
	text string        // guarded by mu
}

func newDream(p *netsim.Process) *dream {
	d := &dream{p: p, busy: true}
	d.some.L = &d.mu
	d.wg.Go("sleeper", func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.id, d.busy = p.Self(), false
		for {
			d.some.Await(func() bool { return d.call != nil || d.over })
			call := d.call
			if d.call = nil; call == nil {
				return
			}
			d.mu.Unlock()
			text := call()
			d.mu.Lock()
			d.text, d.busy = text, false
		}
	})
	d.settle()
	return d
}

func (d *dream) lie(call func() string) {
	d.mu.Lock()
	d.call, d.busy = call, true
	d.some.Signal()
	d.mu.Unlock()
}

// settle lets a moment pass: time moves when nothing can run.
func (d *dream) settle() bool {
	rt.Sleep(time.Nanosecond)
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.busy
}

func (d *dream) answer() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text
}

func (d *dream) signal() sys.Errno { return d.p.Signal(d.id) }

func (d *dream) nobody() sys.Errno { return d.p.Signal(nobodys) }

func (d *dream) rise() {
	rouse(d)
	d.mu.Lock()
	d.over = true
	d.some.Signal()
	d.mu.Unlock()
	d.wg.Wait()
}

// rouse ends the call that the task in b sleeps in.
func rouse(b bed) {
	for range 100 {
		if !b.settle() {
			return
		}
		b.signal()
	}
	panic("a task sleeps on, whatever signals it is sent")
}

// bedside are the steps that have to do with the task in bed.
var bedside = []string{"sleep wait", "sleep poll", "signal", "signal", "signal nobody"}

// attend performs one of them.
func (p *player) attend(s move) (a answer) {
	switch {
	case s.op == "signal nobody":
		a.text = p.bed.nobody().Name()
	case s.op == "signal":
		a.text = p.bed.signal().Name()
	case p.asleep:
		a.text = "it sleeps"
	case s.op == "sleep wait":
		poller, list := p.pollers[s.b%2], make([]sys.Event, 1+s.size%4)
		p.lies(func() string {
			n, e := p.k.PollWait(poller, list, -1)
			return waited(e, list[:n])
		})
	default:
		list := p.listed(s)
		p.lies(func() string {
			n, e := p.k.Poll(list, -1)
			return polled(n, e, list)
		})
	}
	return a
}

func (p *player) lies(call func() string) {
	p.asleep = true
	p.bed.lie(call)
}

// stirred is what the task in bed has answered since it was looked at last.
func (p *player) stirred() string {
	if !p.asleep {
		return ""
	}
	if p.asleep = p.bed.settle(); p.asleep {
		return ""
	}
	return "; the sleeper: " + p.bed.answer()
}
