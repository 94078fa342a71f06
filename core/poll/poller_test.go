package poll

import (
	"slices"
	"strings"
	"testing"
	"time"

	"brigade/core/sys"
)

// fake is a kernel that has pollers only. Each wait returns what script has next.
type fake struct {
	sys.Kernel
	script  []wait
	count   uint64 // the event counter's
	writes  []sys.Errno
	closed  []sys.FD
	refuses string
}

type wait struct {
	events []sys.Event
	errno  sys.Errno
}

func (k *fake) fail(call string) sys.Errno {
	if k.refuses == call {
		return sys.EMFILE
	}
	return sys.OK
}

func (k *fake) Poller() (sys.FD, sys.Errno) {
	if e := k.fail("poller"); e != sys.OK {
		return sys.None, e
	}
	return 3, sys.OK
}

func (k *fake) EventFD() (sys.FD, sys.Errno) {
	if e := k.fail("eventfd"); e != sys.OK {
		return sys.None, e
	}
	return 4, sys.OK
}

func (k *fake) PollAdd(_, _ sys.FD, _ sys.Events, _ uint64) sys.Errno { return k.fail("add") }

func (k *fake) PollWait(_ sys.FD, events []sys.Event, _ time.Duration) (int, sys.Errno) {
	w := k.script[0]
	k.script = k.script[1:]
	return copy(events, w.events), w.errno
}

func (k *fake) Read(sys.FD, []byte) (int, sys.Errno) {
	k.count = 0
	return 8, sys.OK
}

func (k *fake) Write(fd sys.FD, p []byte) (int, sys.Errno) {
	if len(k.writes) > 0 {
		e := k.writes[0]
		k.writes = k.writes[1:]
		if e != sys.OK {
			return 0, e
		}
	}
	k.count++
	return len(p), sys.OK
}

func (k *fake) Close(fd sys.FD) sys.Errno {
	k.closed = append(k.closed, fd)
	return sys.OK
}

func TestWakerIsTakenOut(t *testing.T) {
	one, two := sys.Event{Events: sys.In, Token: 1}, sys.Event{Events: sys.Out, Token: 2}
	waker := sys.Event{Events: sys.In, Token: wakerToken}
	for _, x := range []struct {
		name   string
		events []sys.Event
		want   []sys.Event
		drains bool
	}{
		{"alone", []sys.Event{waker}, nil, true},
		{"first", []sys.Event{waker, one, two}, []sys.Event{one, two}, true},
		{"between", []sys.Event{one, waker, two}, []sys.Event{one, two}, true},
		{"last", []sys.Event{one, two, waker}, []sys.Event{one, two}, true},
		{"not there", []sys.Event{one, two}, []sys.Event{one, two}, false},
		{"nothing", nil, nil, false},
	} {
		t.Run(x.name, func(t *testing.T) {
			k := &fake{script: []wait{{x.events, sys.OK}}}
			var p Poller
			if err := p.Open(k, Epoll, WakeFlag); err != nil {
				t.Fatal(err)
			}
			p.Wake()
			if got := p.Wait(-1); !slices.Equal(got, x.want) {
				t.Errorf("%v, want %v", got, x.want)
			}
			if drained := k.count == 0; drained != x.drains {
				t.Errorf("the counter was emptied: %v, want %v", drained, x.drains)
			}
		})
	}
}

func TestInterruptedWaitIsEmpty(t *testing.T) {
	k := &fake{script: []wait{{[]sys.Event{{Token: 1}}, sys.OK}, {nil, sys.EINTR}}}
	var p Poller
	if err := p.Open(k, Epoll, WakeFlag); err != nil {
		t.Fatal(err)
	}
	p.Wait(-1)
	if got := p.Wait(-1); len(got) != 0 {
		t.Errorf("an interrupted wait gives %v, the events of the one before", got)
	}
}

func TestWake(t *testing.T) {
	for _, x := range []struct {
		name   string
		writes []sys.Errno
		count  uint64
	}{
		{"at once", nil, 1},
		{"interrupted", []sys.Errno{sys.EINTR, sys.EINTR}, 1},
		{"the counter is full: a wakeup is pending anyway", []sys.Errno{sys.EAGAIN}, 0},
	} {
		k := &fake{writes: x.writes}
		var p Poller
		if err := p.Open(k, Epoll, WakeFlag); err != nil {
			t.Fatal(err)
		}
		if p.Wake(); k.count != x.count || len(k.writes) != 0 {
			t.Errorf("%s: %d written, %d more attempts expected", x.name, k.count, len(k.writes))
		}
	}
}

func TestOpenGivesBack(t *testing.T) {
	for _, x := range []struct {
		refuses, says string
		closed        []sys.FD
	}{
		{"poller", "poller: ", nil},
		{"eventfd", "waker: ", []sys.FD{3}},
		{"add", "watching the waker: ", []sys.FD{4, 3}},
	} {
		k := &fake{refuses: x.refuses}
		var p Poller
		err := p.Open(k, Epoll, WakeFlag)
		if err == nil || !strings.HasPrefix(err.Error(), x.says) || !slices.Equal(k.closed, x.closed) {
			t.Errorf("%s fails: %v, closed %v, want %v", x.refuses, err, k.closed, x.closed)
		}
		p.Close()
		if len(k.closed) != len(x.closed) {
			t.Errorf("%s fails: closing again closed %v", x.refuses, k.closed)
		}
	}
}
