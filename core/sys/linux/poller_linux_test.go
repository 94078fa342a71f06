package linux

import (
	"encoding/binary"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"brigade/core/sys"
)

func one() []byte { return binary.NativeEndian.AppendUint64(nil, 1) }

func TestEventFDCoalesces(test *testing.T) {
	t := newTalk(test)
	fd, p := t.own(t.EventFD()), t.own(t.Poller())
	t.want("PollAdd", t.PollAdd(p, fd, sys.In, 7), sys.OK)
	if ev := t.look(p); len(ev) != 0 {
		t.Fatalf("events %v before the first write", ev)
	}
	for range 5 {
		t.send(fd, string(one()))
	}
	if ev := t.look(p); len(ev) != 1 || ev[0] != (sys.Event{Events: sys.In, Token: 7}) {
		t.Fatalf("five writes gave events %v, want one", ev)
	}
	b := make([]byte, 8)
	n, e := t.Read(fd, b)
	if n != 8 || e != sys.OK || binary.NativeEndian.Uint64(b) != 5 {
		t.Fatalf("Read: %d, %s, value %d, want 5", n, e.Name(), binary.NativeEndian.Uint64(b))
	}
	_, e = t.Read(fd, b)
	t.want("second Read", e, sys.EAGAIN)
	_, e = t.Write(fd, binary.NativeEndian.AppendUint64(nil, math.MaxUint64-1))
	t.want("Write of the most", e, sys.OK)
	_, e = t.Write(fd, one())
	t.want("Write of one more", e, sys.EAGAIN)
	_, e = t.Write(fd, []byte{1})
	t.want("Write of one byte", e, sys.EINVAL)
}

// Level reports as long as it is so, edge once a change, one-shot once a PollModify.
func TestPollModes(test *testing.T) {
	for _, c := range []struct {
		name                   string
		mode                   sys.Events
		again, change, rearmed int
	}{
		{"level", 0, 1, 1, 1},
		{"edge", sys.Edge, 0, 1, 1},
		{"oneshot", sys.OneShot, 0, 0, 1},
		{"edge oneshot", sys.Edge | sys.OneShot, 0, 0, 1},
		{"exclusive", sys.Exclusive, 1, 1, -1},
	} {
		test.Run(c.name, func(test *testing.T) {
			t := newTalk(test)
			client, server := t.pair()
			p := t.own(t.Poller())
			t.want("PollAdd", t.PollAdd(p, server, sys.In|c.mode, 1), sys.OK)
			t.send(client, "a")
			ev := make([]sys.Event, 4)
			if n, e := t.PollWait(p, ev, limit); n != 1 || e != sys.OK || ev[0].Events != sys.In {
				t.Fatalf("first wait: %v, %s", ev[:n], e.Name())
			}
			if got := t.look(p); len(got) != c.again {
				t.Fatalf("second look, nothing read: %v, want %d", got, c.again)
			}
			t.send(client, "b")
			t.await(server, sys.In)
			if got := t.look(p); len(got) != c.change {
				t.Fatalf("after more came: %v, want %d", got, c.change)
			}
			e := t.PollModify(p, server, sys.In|c.mode, 2)
			if c.rearmed < 0 {
				t.want("PollModify of an exclusive watch", e, sys.EINVAL)
				return
			}
			t.want("PollModify", e, sys.OK)
			if got := t.look(p); len(got) != c.rearmed || got[0].Token != 2 {
				t.Fatalf("after PollModify: %v, want %d", got, c.rearmed)
			}
		})
	}
}

func TestPollErrors(test *testing.T) {
	t := newTalk(test)
	client, server := t.pair()
	dir, _ := t.tree([2]string{"f", "x"})
	p := t.own(t.Poller())
	t.want("PollAdd", t.PollAdd(p, server, sys.In, 1), sys.OK)
	t.want("PollAdd again", t.PollAdd(p, server, sys.In, 1), sys.EEXIST)
	t.want("PollModify of another", t.PollModify(p, client, sys.In, 1), sys.ENOENT)
	t.want("PollDelete of another", t.PollDelete(p, client), sys.ENOENT)
	t.want("PollAdd of nothing", t.PollAdd(p, sys.None, sys.In, 1), sys.EBADF)
	t.want("PollAdd of a file", t.PollAdd(p, t.own(t.OpenBeneath(dir, "f")), sys.In, 1), sys.EPERM)
	t.want("PollAdd to itself", t.PollAdd(p, p, sys.In, 1), sys.EINVAL)
	_, e := t.PollWait(p, nil, 0)
	t.want("PollWait with no room", e, sys.EINVAL)
	_, e = t.PollWait(sys.None, make([]sys.Event, 1), limit)
	t.want("PollWait on nothing", e, sys.EBADF)

	t.send(client, "x")
	t.await(server, sys.In)
	t.want("PollDelete", t.PollDelete(p, server), sys.OK)
	if ev := t.look(p); len(ev) != 0 {
		t.Fatalf("%v after PollDelete", ev)
	}
}

// Closing a descriptor ends its watch, and its number, the lowest free, is the next
// one's, which nobody watches.
func TestCloseEndsWatchAndFreesLowest(test *testing.T) {
	t := newTalk(test)
	p := t.own(t.Poller())
	var fds []sys.FD
	for range 4 {
		fd := t.own(t.EventFD())
		t.want("PollAdd", t.PollAdd(p, fd, sys.In, uint64(fd)), sys.OK)
		t.send(fd, string(one()))
		fds = append(fds, fd)
	}
	t.want("Close", t.Close(fds[2]), sys.OK)
	t.want("Close", t.Close(fds[1]), sys.OK)
	if ev := t.look(p); len(ev) != 2 {
		t.Fatalf("%v: the closed ones are still watched", ev)
	}
	low := min(fds[1], fds[2])
	fd := t.own(t.EventFD())
	if fd != low {
		t.Fatalf("the next descriptor is %d, want the lowest free %d", fd, low)
	}
	t.send(fd, string(one()))
	if ev := t.look(p); len(ev) != 2 {
		t.Fatalf("%v: the number's new owner inherited a watch", ev)
	}
}

func TestPollWaitSleeps(test *testing.T) {
	t := newTalk(test)
	p, fd := t.own(t.Poller()), t.own(t.EventFD())
	t.want("PollAdd", t.PollAdd(p, fd, sys.In, 1), sys.OK)
	ev := make([]sys.Event, 1)
	n, e := t.PollWait(p, ev, time.Nanosecond)
	for e == sys.EINTR {
		n, e = t.PollWait(p, ev, time.Nanosecond)
	}
	if n != 0 || e != sys.OK {
		t.Fatalf("a wait for nothing: %d, %s", n, e.Name())
	}
	for _, timeout := range []time.Duration{limit, -1} { // another task ends the wait
		go t.Write(fd, one())
		n, e = t.PollWait(p, ev, timeout)
		for e == sys.EINTR {
			n, e = t.PollWait(p, ev, timeout)
		}
		if n != 1 || e != sys.OK || ev[0].Token != 1 {
			t.Fatalf("a wait for a write: %d, %s, %v", n, e.Name(), ev)
		}
		if n, e := t.Read(fd, make([]byte, 8)); n != 8 || e != sys.OK {
			t.Fatalf("Read: %d, %s", n, e.Name())
		}
	}
}

// A wait never ends before its time: a loop whose timer is due would spin.
func TestMilliseconds(test *testing.T) {
	for d, want := range map[time.Duration]int{
		0: 0, 1: 1, time.Millisecond - 1: 1, time.Millisecond: 1, time.Millisecond + 1: 2,
		-1: -1, math.MinInt64: -1, math.MaxInt64: math.MaxInt32, time.Hour: 3_600_000,
		math.MaxInt32 * time.Millisecond: math.MaxInt32,
	} {
		if got := milliseconds(d); got != want {
			test.Errorf("milliseconds(%d) = %d, want %d", d, got, want)
		}
	}
}

// Tokens of any value come back, from any number of descriptors in a slice of any
// length: the events are unpacked in place.
func TestTokensComeBack(test *testing.T) {
	t := newTalk(test)
	var fds []sys.FD
	for range 40 {
		fd := t.own(t.EventFD())
		t.send(fd, string(one()))
		fds = append(fds, fd)
	}
	rapid.Check(test, func(r *rapid.T) {
		p, e := t.Poller()
		t.want("Poller", e, sys.OK)
		defer t.Close(p)
		tokens := rapid.SliceOfNDistinct(rapid.Uint64(), 1, len(fds), rapid.ID[uint64]).Draw(r, "tokens")
		room := rapid.IntRange(1, 50).Draw(r, "room")
		for i, token := range tokens {
			t.want("PollAdd", t.PollAdd(p, fds[i], sys.In|sys.Out|sys.Edge, token), sys.OK)
		}
		left := map[uint64]bool{}
		for _, token := range tokens {
			left[token] = true
		}
		ev := make([]sys.Event, room)
		for len(left) > 0 {
			n, e := t.PollWait(p, ev, 0)
			if e != sys.OK || n != min(room, len(left)) {
				r.Fatalf("%d events, %s, with %d left and room for %d", n, e.Name(), len(left), room)
			}
			for _, v := range ev[:n] {
				if !left[v.Token] || v.Events != sys.In|sys.Out {
					r.Fatalf("event %+v unknown, twice or wrong", v)
				}
				delete(left, v.Token)
			}
		}
	})
}

// Poll answers for each descriptor in place, and sleeps until one is ready.
func TestPollMany(test *testing.T) {
	t := newTalk(test)
	client, server := t.pair()
	r, w, e := t.Pipe()
	t.want("Pipe", e, sys.OK)
	t.own(r, sys.OK)
	fds := []sys.PollFD{
		{FD: server, Events: uint16(sys.In | sys.Out | sys.RdHup)},
		{FD: r, Events: uint16(sys.In)},
		{FD: -1, Events: uint16(sys.In)},
		{FD: 1 << 20, Events: uint16(sys.In)},
	}
	n, e := t.Poll(fds, 0)
	if n != 2 || e != sys.OK || fds[0].Revents != uint16(sys.Out) || fds[1].Revents != 0 || fds[2].Revents != 0 || fds[3].Revents != sys.Nval {
		t.Fatalf("Poll: %d %s %+v", n, e.Name(), fds)
	}
	t.send(client, "x")
	t.Close(w)
	n, e = t.Poll(fds[:2], -1)
	if n != 2 || e != sys.OK || fds[0].Revents&uint16(sys.Out) == 0 || fds[1].Revents != uint16(sys.Hup) {
		t.Fatalf("Poll: %d %s %+v", n, e.Name(), fds)
	}
	n, e = t.Poll([]sys.PollFD{{FD: server, Events: uint16(sys.In)}}, time.Second)
	if n != 1 || e != sys.OK {
		t.Fatalf("Poll for what is there: %d %s", n, e.Name())
	}
	if n, e = t.Poll(nil, time.Millisecond); n != 0 || e != sys.OK {
		t.Fatalf("Poll of nothing: %d %s", n, e.Name())
	}
}
