package netsim_test

import (
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
)

func TestPollManyLooks(t *testing.T) {
	run(t, netsim.Config{}, func(w *world) {
		c, s := w.pair()
		r, wr, _ := w.s.Pipe()
		fds := []sys.PollFD{
			{FD: s, Events: uint16(sys.In | sys.Out)},
			{FD: r, Events: uint16(sys.In)},
			{FD: 77, Events: uint16(sys.In)},
			{FD: -1, Events: uint16(sys.In)},
			{FD: wr, Events: uint16(sys.In)},
		}
		n, e := w.s.Poll(fds, 0)
		w.equal("at first", []any{n, e, fds[0].Revents, fds[1].Revents, fds[2].Revents, fds[3].Revents, fds[4].Revents},
			[]any{2, sys.OK, uint16(sys.Out), 0, sys.Nval, 0, 0})
		w.c.write(c, "x")
		w.s.Close(wr)
		n, e = w.s.Poll(fds[:2], 0)
		w.equal("data, and a pipe's end", []any{n, e, fds[0].Revents, fds[1].Revents}, []any{2, sys.OK, uint16(sys.In | sys.Out), uint16(sys.Hup)})
		w.s.Close(s)
		w.s.Close(r)
	})
}

// TestPollManySleeps: what wakes it, what it has of a file closed meanwhile, and
// that it leaves nothing behind.
func TestPollManySleeps(t *testing.T) {
	n := netsim.New(netsim.Config{})
	runOn(t, n, 1, func(w *world) {
		c, s := w.pair()
		r, wr, _ := w.s.Pipe()
		var wg rt.WaitGroup
		var x rt.Int32
		wg.Go("poller", func() {
			fds := []sys.PollFD{{FD: s, Events: uint16(sys.In)}, {FD: r, Events: uint16(sys.In)}}
			for i, want := range [][3]uint16{{1, 0, uint16(sys.In)}, {1, uint16(sys.In), 0}, {0, 0, 0}} {
				n, e := w.s.Poll(fds, []time.Duration{-1, -1, 5 * ms}[i])
				w.equal("answer", []any{n, e, fds[0].Revents, fds[1].Revents}, []any{want[0], sys.OK, want[1], want[2]})
				w.s.read(r)
				w.s.read(s)
				x.Add(1)
			}
			n, e := w.s.Poll(fds, -1)
			w.equal("the pipe was closed and its other end written to", []any{n, e, fds[1].Revents}, []any{1, sys.OK, uint16(sys.In)})
		})
		rt.Sleep(ms)
		w.s.write(wr, "a")
		rt.Sleep(ms)
		w.equal("woken by the pipe", x.Load(), 1)
		w.c.write(c, "b")
		rt.Sleep(20 * ms)
		w.equal("woken by the socket, then by time", x.Load(), 3)
		w.s.Close(r)
		w.equal("the reader is still there", w.s.write(wr, "c"), "1")
		wg.Wait()
		w.equal("now it is gone", w.s.write(wr, "d"), "EPIPE")
	})
}

// TestPollManyWokenForNothing: a wakeup for what is gone again does not cost it the next.
func TestPollManyWokenForNothing(t *testing.T) {
	run(t, netsim.Config{}, func(w *world) {
		r, wr, _ := w.s.Pipe()
		fd, _ := w.s.EventFD()
		var wg rt.WaitGroup
		wg.Go("poller", func() {
			fds := []sys.PollFD{{FD: r, Events: uint16(sys.Out)}, {FD: fd, Events: uint16(sys.In)}}
			n, e := w.s.Poll(fds, -1)
			w.equal("woken by a number", []any{n, e, fds[1].Revents}, []any{1, sys.OK, uint16(sys.In)})
		})
		rt.Sleep(ms)
		w.s.Write(fd, make([]byte, 8)) // 0: a wakeup, and nothing to read
		rt.Sleep(ms)
		w.s.Write(fd, []byte{1, 0, 0, 0, 0, 0, 0, 0})
		wg.Wait()
		w.s.Close(wr)
	})
}

// TestSignals: one interrupts each call that sleeps, and is lost where none does:
// the window between a check and the call (Pane's question about signals as wakers).
func TestSignals(t *testing.T) {
	run(t, netsim.Config{}, func(w *world) {
		c, s := w.pair()
		r, _, _ := w.s.Pipe()
		poller, _ := w.s.Poller()
		var wg rt.WaitGroup
		var thread rt.Int64
		wg.Go("sleeper", func() {
			thread.Store(int64(w.s.Self()))
			b := make([]byte, 1)
			_, e := w.s.ReadWait(s, b, -1)
			w.want("read", e, sys.EINTR)
			_, e = w.s.PollWait(poller, make([]sys.Event, 1), -1)
			w.want("poll_wait", e, sys.EINTR)
			_, e = w.s.Poll([]sys.PollFD{{FD: r, Events: uint16(sys.In)}}, -1)
			w.want("poll", e, sys.EINTR)
			rt.Sleep(20 * ms)
			_, e = w.s.PollWait(poller, make([]sys.Event, 1), 30*ms)
			w.want("one that came before the call is lost", e, 0)
			_, e = w.s.ReadWait(s, b, -1)
			w.want("data comes before a signal", e, 0)
		})
		for range 4 {
			rt.Sleep(10 * ms)
			w.want("signal", w.s.Signal(sys.Thread(thread.Load())), 0)
		}
		rt.Sleep(50 * ms)
		w.c.write(c, "x")
		wg.Wait()
		w.want("nobody", w.s.Signal(99), sys.ESRCH)
	})
}
