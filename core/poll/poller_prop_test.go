package poll

// The model of a poller is a list of watches: what is ready and watched for is told, with
// the token of its watch, once if the watch is for once; the waker's own event never is,
// and after it the waker is empty. Whatever the kernel says of the call.

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"brigade/core/sys"
)

// watch is one that the model has.
type watch struct {
	fd     sys.FD
	events sys.Events
	token  uint64
	once   bool
}

// field is a kernel with descriptors that are ready or not, for both kinds of poller.
type field struct {
	sys.Kernel
	ready    map[sys.FD]sys.Events
	watches  []watch // epoll's
	written  int     // bytes in the waker
	errno    []sys.Errno
	waits    []time.Duration
	open     []sys.FD
	next     sys.FD
	refuses  int // the call, from 1, that makes a descriptor or a watch and fails; 0: none
	calls    int
	pipe     bool
	wakerIn  sys.FD
	wakerOut sys.FD
}

// makes makes a descriptor, unless that is the call that fails.
func (k *field) makes() (sys.FD, sys.Errno) {
	if k.calls++; k.calls == k.refuses {
		return sys.None, sys.EMFILE
	}
	k.next++
	k.open = append(k.open, k.next)
	return k.next, sys.OK
}

func (k *field) Poller() (sys.FD, sys.Errno) { return k.makes() }

func (k *field) EventFD() (fd sys.FD, e sys.Errno) {
	fd, e = k.makes()
	k.wakerIn, k.wakerOut = fd, fd
	return fd, e
}

func (k *field) Pipe() (in, out sys.FD, e sys.Errno) {
	if in, e = k.makes(); e != sys.OK {
		return sys.None, sys.None, e
	}
	k.calls--
	out, _ = k.makes()
	k.pipe, k.wakerIn, k.wakerOut = true, in, out
	return in, out, sys.OK
}

func (k *field) Close(fd sys.FD) sys.Errno {
	i := slices.Index(k.open, fd)
	if i < 0 {
		panic(fmt.Sprintf("descriptor %d is closed, and is not open", fd))
	}
	k.open = slices.Delete(k.open, i, i+1)
	return sys.OK
}

func (k *field) PollAdd(_, fd sys.FD, e sys.Events, token uint64) sys.Errno {
	if k.calls++; k.calls == k.refuses {
		return sys.ENOSPC
	}
	k.watches = append(k.watches, watch{fd, e, token, e&sys.OneShot != 0})
	return sys.OK
}

// failed is what the next call fails with.
func (k *field) failed() sys.Errno {
	if len(k.errno) == 0 {
		return sys.OK
	}
	e := k.errno[0]
	k.errno = k.errno[1:]
	return e
}

func (k *field) Write(fd sys.FD, p []byte) (int, sys.Errno) {
	if fd != k.wakerOut {
		panic("a waker is written to where it is read")
	}
	if e := k.failed(); e != sys.OK {
		return 0, e
	}
	k.written += len(p)
	k.ready[k.wakerIn] |= sys.In
	return len(p), sys.OK
}

func (k *field) Read(fd sys.FD, p []byte) (int, sys.Errno) {
	if fd != k.wakerIn {
		panic("a waker is read where it is written to")
	}
	if e := k.failed(); e != sys.OK {
		return 0, e
	}
	if k.written == 0 {
		return 0, sys.EAGAIN
	}
	n := min(len(p), k.written)
	if k.written -= n; !k.pipe {
		n, k.written = 8, 0
	}
	if k.written == 0 {
		delete(k.ready, k.wakerIn)
	}
	return n, sys.OK
}

func (k *field) PollWait(_ sys.FD, events []sys.Event, d time.Duration) (n int, e sys.Errno) {
	k.waits = append(k.waits, d)
	if e := k.failed(); e != sys.OK {
		return -1, e
	}
	for _, w := range k.watches {
		if r := k.ready[w.fd] & w.events; r != 0 {
			events[n] = sys.Event{Events: r, Token: w.token}
			n++
		}
	}
	return n, sys.OK
}

func (k *field) Poll(fds []sys.PollFD, d time.Duration) (n int, e sys.Errno) {
	k.waits = append(k.waits, d)
	if e := k.failed(); e != sys.OK {
		return -1, e
	}
	for i := range fds {
		fds[i].Revents = 0
		r := k.ready[fds[i].FD]
		if r&sys.Nval == 0 {
			r &= sys.Events(fds[i].Events) | sys.Hup | sys.Err
		}
		if fds[i].Revents = uint16(r); r != 0 {
			n++
		}
	}
	return n, sys.OK
}

func byToken(a, b sys.Event) int { return cmp.Compare(a.Token, b.Token) }

// TestPollTellsWhatIsReady is of poll(2), whose watches the poller itself keeps.
func TestPollTellsWhatIsReady(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := &field{ready: make(map[sys.FD]sys.Events), next: 100}
		kind := rapid.SampledFrom([]WakerKind{WakeFlag, WakeEventFD, WakePipe}).Draw(t, "waker")
		var p Poller
		if err := p.Open(k, Poll, kind); err != nil {
			t.Fatal(err)
		}
		if p.Keeps() {
			t.Fatal("it says that it keeps watches")
		}
		var model []watch
		woken := false
		at := func(fd sys.FD) int { return slices.IndexFunc(model, func(w watch) bool { return w.fd == fd }) }
		for range rapid.IntRange(1, 40).Draw(t, "operations") {
			fd := sys.FD(rapid.IntRange(0, 4).Draw(t, "descriptor"))
			switch rapid.SampledFrom([]string{"watch", "watch", "rewatch", "unwatch", "ready", "ready", "wake", "wait", "wait"}).Draw(t, "operation") {
			case "watch", "rewatch":
				events := rapid.SampledFrom([]sys.Events{sys.In, sys.Out, sys.In | sys.RdHup, sys.Out | sys.OneShot, sys.In | sys.Edge, sys.In | sys.Out | sys.OneShot}).Draw(t, "events")
				token := uint64(rapid.IntRange(0, 1000).Draw(t, "token"))<<3 | uint64(fd)
				w := watch{fd, events & (sys.In | sys.Out | sys.RdHup), token, events&(sys.Edge|sys.OneShot) != 0}
				set := p.Watch
				if i := at(fd); i < 0 {
					model = append(model, w)
				} else {
					model[i], set = w, p.Rewatch
				}
				if e := set(fd, events, token); e != sys.OK {
					t.Fatal(e)
				}
			case "unwatch":
				if i := at(fd); i >= 0 {
					model = slices.Delete(model, i, i+1)
				}
				if e := p.Unwatch(fd); e != sys.OK {
					t.Fatal(e)
				}
			case "ready":
				k.ready[fd] = rapid.SampledFrom([]sys.Events{0, sys.In, sys.Out, sys.In | sys.Out, sys.Hup, sys.Err | sys.In, sys.Nval}).Draw(t, "is")
			case "wake":
				k.errno = slices.Repeat([]sys.Errno{sys.EINTR}, rapid.IntRange(0, 2).Draw(t, "interrupted"))
				woken = true
				p.Wake()
			case "wait":
				if rapid.IntRange(0, 3).Draw(t, "fails") == 0 {
					k.errno = []sys.Errno{rapid.SampledFrom([]sys.Errno{sys.EINTR, sys.ENOMEM}).Draw(t, "with")}
					if got := p.Wait(7); len(got) > 0 {
						t.Fatalf("a wait that failed gives %v", got)
					}
					break
				}
				var want []sys.Event
				for _, w := range model {
					r := k.ready[w.fd]
					if r&sys.Nval != 0 {
						r = sys.Err
					} else {
						r &= w.events | sys.Hup | sys.Err
					}
					if r != 0 {
						want = append(want, sys.Event{Events: r, Token: w.token})
					}
				}
				model = slices.DeleteFunc(model, func(w watch) bool {
					return w.once && slices.ContainsFunc(want, func(e sys.Event) bool { return e.Token == w.token })
				})
				got := slices.Clone(p.Wait(7))
				slices.SortFunc(got, byToken)
				if slices.SortFunc(want, byToken); !slices.Equal(got, want) {
					t.Fatalf("a wait gives %v, not %v", got, want)
				}
				if woken = false; k.written != 0 {
					t.Fatalf("%d bytes are left in the waker", k.written)
				}
			}
			if (k.written > 0) != woken {
				t.Fatalf("%d bytes are in the waker, woken: %t", k.written, woken)
			}
		}
		p.Close()
		if len(k.open) > 0 {
			t.Fatalf("%v are left open", k.open)
		}
	})
}

// TestPollerIsWholeOrNot has each call that opens one fail in turn, for each kind.
func TestPollerIsWholeOrNot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]Kind{Epoll, Poll}).Draw(t, "poller")
		wake := rapid.SampledFrom([]WakerKind{WakeFlag, WakeEventFD, WakePipe}).Draw(t, "waker")
		k := &field{ready: make(map[sys.FD]sys.Events), next: 100, refuses: rapid.IntRange(0, 4).Draw(t, "refused")}
		steps := map[Kind][]string{Epoll: {"poller: ", "waker: ", "watching the waker: "}, Poll: {"waker: "}}[kind]
		var p Poller
		err := p.Open(k, kind, wake)
		if i := k.refuses - 1; i >= 0 && i < len(steps) {
			if err == nil || len(err.Error()) < len(steps[i]) || err.Error()[:len(steps[i])] != steps[i] {
				t.Fatalf("with step %q refused, it says %v", steps[i], err)
			}
		} else if err != nil {
			t.Fatal(err)
		} else {
			if p.Keeps() != (kind == Epoll) || k.pipe != (wake == WakePipe) {
				t.Fatalf("%v, woken by %v, keeps: %t", kind, wake, p.Keeps())
			}
			if kind == Epoll && (len(k.watches) != 1 || k.watches[0] != watch{k.wakerIn, sys.In | sys.Edge, wakerToken, false}) {
				t.Fatalf("the waker is watched as %v", k.watches)
			}
			p.waiting(t, k)
		}
		p.Close()
		if p.Close(); len(k.open) > 0 {
			t.Fatalf("%v are left open", k.open)
		}
	})
}

// waiting has an epoll's events be told as the kernel gives them, but for the waker's.
func (p *Poller) waiting(t *rapid.T, k *field) {
	if p.kind != Epoll {
		return
	}
	for i := range rapid.IntRange(0, 300).Draw(t, "descriptors") {
		if i < batch-1 {
			k.watches = append(k.watches, watch{sys.FD(i), sys.In, uint64(i), false})
			k.ready[sys.FD(i)] = sys.In
		}
	}
	if rapid.Bool().Draw(t, "waker first") {
		slices.Reverse(k.watches)
	}
	var want []sys.Event
	for _, w := range k.watches {
		if w.token != wakerToken {
			want = append(want, sys.Event{Events: sys.In, Token: w.token})
		}
	}
	for range rapid.SampledFrom([]int{0, 1, 64, 65, 200}).Draw(t, "wakes") {
		p.Wake()
	}
	k.errno = []sys.Errno{sys.EINTR}
	if got := p.Wait(5); len(got) > 0 {
		t.Fatalf("an interrupted wait gives %v", got)
	}
	if k.written > 0 {
		k.errno = []sys.Errno{sys.OK, sys.EINTR} // the wait is not, but reading the waker is
	}
	if got := p.Wait(5); !slices.Equal(got, want) || k.written > 0 || k.waits[1] != 5 {
		t.Fatalf("a wait for %v gives %d events, not %d; %d bytes are in the waker", k.waits, len(got), len(want), k.written)
	}
}

// Names on the command line come back as what they name, and nothing else is a name.
func TestNamesComeBack(t *testing.T) {
	for k := range kinds {
		if got, err := ParseKind(k.String()); got != k || err != nil {
			t.Errorf("%v is read as %v: %v", k, got, err)
		}
	}
	for k := range wakers {
		if got, err := ParseWaker(k.String()); got != k || err != nil {
			t.Errorf("%v is read as %v: %v", k, got, err)
		}
	}
	for _, s := range []string{"", "none", kinds.String(), wakers.String()} {
		_, err := ParseKind(s)
		_, err2 := ParseWaker(s)
		if err == nil || err2 == nil {
			t.Errorf("%q is a name", s)
		}
	}
}
