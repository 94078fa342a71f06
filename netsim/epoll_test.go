package netsim_test

import (
	"fmt"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
)

// wait is what a wait on poller p returns at once, as "token:mask" words.
func (p *processTalk) wait(poller sys.FD, most int) string {
	events := make([]sys.Event, most)
	n, e := p.PollWait(poller, events, 0)
	if e != 0 {
		return e.Name()
	}
	text := ""
	for _, ev := range events[:n] {
		text += fmt.Sprintf(" %d:%s", ev.Token, maskText(ev.Events))
	}
	if text == "" {
		return "-"
	}
	return text[1:]
}

// polled makes a connection whose server end a poller watches with token 1.
func (w *world) polled(events sys.Events) (c, s, poller sys.FD) {
	c, s = w.pair()
	poller, e := w.s.Poller()
	w.want("poller", e, 0)
	w.want("add", w.s.PollAdd(poller, s, events, 1), 0)
	return c, s, poller
}

func TestLevel(t *testing.T) {
	run(t, netsim.Config{}, func(w *world) {
		c, s, p := w.polled(sys.In)
		w.equal("at first", w.s.wait(p, 4), "-")
		w.c.write(c, "hello")
		w.equal("data", w.s.wait(p, 4), "1:IN")
		w.equal("again", w.s.wait(p, 4), "1:IN")
		w.s.read(s)
		w.equal("drained", w.s.wait(p, 4), "-")
	})
}

func TestEdge(t *testing.T) {
	run(t, netsim.Config{}, func(w *world) {
		c, s, p := w.polled(sys.In | sys.Out | sys.RdHup | sys.Edge)
		w.equal("at first", w.s.wait(p, 4), "1:OUT")
		w.equal("once", w.s.wait(p, 4), "-")
		w.c.write(c, "a")
		w.equal("data", w.s.wait(p, 4), "1:IN|OUT")
		w.equal("not drained, no edge", w.s.wait(p, 4), "-")
		w.c.write(c, "b")
		w.equal("new data is a new edge", w.s.wait(p, 4), "1:IN|OUT")
		w.equal("read", w.s.read(s), `"ab"`)
		w.c.Shutdown(c, sys.ShutWrite)
		w.equal("FIN", w.s.wait(p, 4), "1:IN|OUT|RDHUP")
		w.s.Shutdown(s, sys.ShutWrite)
		w.equal("our own FIN, acknowledged", w.s.wait(p, 4), "1:IN|OUT|RDHUP|HUP")
		w.equal("no more", w.s.wait(p, 4), "-")
	})
}

func TestEdgeOfSpace(t *testing.T) {
	run(t, netsim.Config{SendBuffer: 3000, RecvBuffer: 3000}, func(w *world) {
		c, s, p := w.polled(sys.Out | sys.Edge)
		w.equal("at first", w.s.wait(p, 4), "1:OUT")
		big := make([]byte, 10000)
		total := 0
		for {
			n, e := w.s.Write(s, big)
			if e != 0 {
				w.want("full", e, sys.EAGAIN)
				break
			}
			total += n
		}
		w.equal("both buffers", total, 6000)
		w.equal("full", w.s.wait(p, 4), "-")
		n, _ := w.c.Read(c, make([]byte, 1000))
		w.equal("read", n, 1000)
		w.equal("too little room for a window", w.s.wait(p, 4), "-")
		w.c.Read(c, make([]byte, 2000))
		w.equal("a third is free", w.s.wait(p, 4), "1:OUT")
		w.equal("once", w.s.wait(p, 4), "-")
	})
}

func TestOneShot(t *testing.T) {
	run(t, netsim.Config{}, func(w *world) {
		c, s, p := w.polled(sys.In | sys.OneShot)
		w.c.write(c, "a")
		w.equal("data", w.s.wait(p, 4), "1:IN")
		w.c.write(c, "b")
		w.equal("disarmed", w.s.wait(p, 4), "-")
		w.want("arm", w.s.PollModify(p, s, sys.In|sys.OneShot, 9), 0)
		w.equal("armed", w.s.wait(p, 4), "9:IN")
		w.c.Reset(c)
		w.equal("a disarmed watch is silent even of errors", w.s.wait(p, 4), "-")
	})
}

// Reset is linger zero and close.
func (p *processTalk) Reset(fd sys.FD) {
	p.SetOption(fd, sys.LingerZero, 1)
	p.Close(fd)
}

func TestReadyOrder(t *testing.T) {
	run(t, netsim.Config{}, func(w *world) {
		p, _ := w.s.Poller()
		var fds [4]sys.FD
		for i := range fds {
			fds[i], _ = w.s.EventFD()
			w.s.PollAdd(p, fds[i], sys.In, uint64(i))
		}
		one := []byte{1, 0, 0, 0, 0, 0, 0, 0}
		for _, i := range []int{2, 0, 3, 1} {
			w.s.Write(fds[i], one)
		}
		w.equal("in order of their events", w.s.wait(p, 2), "2:IN 0:IN")
		w.equal("leftovers before those put back", w.s.wait(p, 3), "3:IN 1:IN 2:IN")
		w.s.Close(fds[0])
		w.equal("close removes", w.s.wait(p, 9), "3:IN 1:IN 2:IN")
		w.want("closed", w.s.PollDelete(p, fds[0]), sys.EBADF)
	})
}

func TestControlErrors(t *testing.T) {
	n := netsim.New(netsim.Config{})
	n.BuildFile("/www/file", "x")
	runOn(t, n, 1, func(w *world) {
		_, s, p := w.polled(sys.In)
		w.want("twice", w.s.PollAdd(p, s, sys.In, 2), sys.EEXIST)
		w.want("delete", w.s.PollDelete(p, s), 0)
		w.want("delete again", w.s.PollDelete(p, s), sys.ENOENT)
		w.want("modify nothing", w.s.PollModify(p, s, sys.In, 2), sys.ENOENT)
		w.want("no descriptor", w.s.PollAdd(p, 77, sys.In, 2), sys.EBADF)
		w.want("no poller", w.s.PollAdd(78, s, sys.In, 2), sys.EBADF)
		w.want("not a poller", w.s.PollAdd(s, p, sys.In, 2), sys.EINVAL)
		w.want("itself", w.s.PollAdd(p, p, sys.In, 2), sys.EINVAL)
		dir, e := w.s.OpenDir("/www")
		w.want("directory", e, 0)
		file, e := w.s.OpenBeneath(dir, "file")
		w.want("file", e, 0)
		w.want("a file is always ready", w.s.PollAdd(p, file, sys.In, 2), sys.EPERM)
		w.want("exclusive one-shot", w.s.PollAdd(p, s, sys.In|sys.Exclusive|sys.OneShot, 2), sys.EINVAL)
		w.want("exclusive", w.s.PollAdd(p, s, sys.In|sys.Exclusive, 2), 0)
		w.want("modify exclusive", w.s.PollModify(p, s, sys.In, 2), sys.EINVAL)
		w.equal("no room", w.s.wait(p, 0), "EINVAL")
		_, e = w.s.PollWait(s, make([]sys.Event, 1), 0)
		w.want("wait on a socket", e, sys.EINVAL)
	})
}

func TestNumbersComeBack(t *testing.T) {
	run(t, netsim.Config{Descriptors: 8}, func(w *world) {
		var fds []sys.FD
		for {
			fd, e := w.s.EventFD()
			if e != 0 {
				w.want("full", e, sys.EMFILE)
				break
			}
			fds = append(fds, fd)
		}
		w.equal("numbers", fds, "[3 4 5 6 7]")
		_, _, e := w.s.Accept(3)
		w.want("EMFILE comes before ENOTSOCK", e, sys.EMFILE)
		w.s.Close(6)
		w.s.Close(4)
		a, _ := w.s.EventFD()
		w.equal("lowest first", a, 4)
		r, _, e := w.s.Pipe()
		w.want("a pipe needs two", e, sys.EMFILE)
		w.equal("none", r, sys.None)
		a, _ = w.s.EventFD()
		w.equal("nothing leaked", a, 6)
	})
}

func TestCounter(t *testing.T) {
	run(t, netsim.Config{}, func(w *world) {
		fd, _ := w.s.EventFD()
		p, _ := w.s.Poller()
		w.s.PollAdd(p, fd, sys.In|sys.Edge, 5)
		three := []byte{3, 0, 0, 0, 0, 0, 0, 0}
		buf := make([]byte, 8)
		_, e := w.s.Read(fd, buf)
		w.want("zero", e, sys.EAGAIN)
		w.s.Write(fd, three)
		w.equal("edge", w.s.wait(p, 1), "5:IN")
		w.s.Write(fd, three)
		w.equal("every write is one", w.s.wait(p, 1), "5:IN")
		n, _ := w.s.Read(fd, buf)
		w.equal("sum", fmt.Sprint(n, buf[0]), "8 6")
		_, e = w.s.Read(fd, buf[:4])
		w.want("short", e, sys.EINVAL)
		_, e = w.s.Writev(fd, [][]byte{three}, false)
		w.want("writev", e, sys.ENOTSOCK)
	})
}

// TestPipeSlots: the numbers are Linux's, 6.18.
func TestPipeSlots(t *testing.T) {
	run(t, netsim.Config{}, func(w *world) {
		r, wr, _ := w.s.Pipe()
		writes := 0
		for {
			if _, e := w.s.Write(wr, make([]byte, 3000)); e != 0 {
				break
			}
			writes++
		}
		w.equal("writes of 3000", writes, 16)
		w.equal("fits the last page", w.s.write(wr, string(make([]byte, 1000))), "1000")
		w.equal("does not", w.s.write(wr, string(make([]byte, 1096))), "EAGAIN")
		w.equal("nor this", w.s.write(wr, string(make([]byte, 9000))), "EAGAIN")
		w.s.Read(r, make([]byte, 100))
		w.equal("a page half read is in use", w.s.write(wr, string(make([]byte, 9000))), "EAGAIN")
		w.s.Read(r, make([]byte, 2900))
		w.equal("one page", w.s.write(wr, string(make([]byte, 9000))), "4096")
		w.equal("wrong end", w.s.write(r, "x"), "EBADF")
		w.s.Close(wr)
		w.equal("the rest", w.s.mask(r), "IN|HUP")
		w.s.Close(r)
		r, wr, _ = w.s.Pipe()
		w.s.Close(r)
		w.equal("no reader", w.s.write(wr, "x"), "EPIPE")
		w.equal("no reader", w.s.mask(wr), "OUT|ERR")
	})
}

// A small pipe may hold fewer bytes than a page: wakeups are all or nothing there, too,
// and whoever waits for room hears of it.
func TestSmallPipe(t *testing.T) {
	profile, err := netsim.ParseProfile("small-pipe=1")
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[int]bool)
	for seed := range uint64(40) {
		runOn(t, netsim.New(netsim.Config{Profile: profile}), seed, func(w *world) {
			r, wr, _ := w.s.Pipe()
			held := 0
			for held < 100 && w.s.write(wr, "x") == "1" {
				held++
			}
			seen[held] = true
			if held == 100 {
				return // a page
			}
			w.equal("full", w.s.mask(wr), "-")
			w.equal("more than there is room for", w.s.write(wr, "12345"), "EAGAIN")
			w.s.Read(r, make([]byte, 1))
			w.equal("room", w.s.mask(wr), "OUT")
			w.equal("a byte", w.s.write(wr, "y"), "1")
		})
	}
	for _, n := range []int{1, 2, 4, 100} {
		if !seen[n] {
			t.Errorf("no pipe of %d bytes in 40 runs: %v", n, seen)
		}
	}
}

// TestCloseUnderWaiter: a call in progress holds its file. The poller lives on for
// the task that waits in it, though its number is given out again meanwhile.
func TestCloseUnderWaiter(t *testing.T) {
	run(t, netsim.Config{}, func(w *world) {
		counter, _ := w.s.EventFD()
		p, _ := w.s.Poller()
		w.s.PollAdd(p, counter, sys.In, 4)
		var done rt.WaitGroup
		done.Go("waiter", func() {
			events := make([]sys.Event, 1)
			n, e := w.s.PollWait(p, events, -1)
			w.want("wait", e, 0)
			w.equal("events", fmt.Sprint(n, events[0].Token), "1 4")
			_, e = w.s.PollWait(p, events, 0)
			w.want("the number is another's now", e, sys.EINVAL)
		})
		rt.Sleep(ms)
		w.want("close", w.s.Close(p), 0)
		again, _ := w.s.EventFD()
		w.equal("number", again, p)
		w.s.Write(counter, []byte{1, 0, 0, 0, 0, 0, 0, 0})
		done.Wait()
	})
}

// TestKernelOrders: what one task did before it wrote to an event counter, another
// sees after it read from it, and likewise for a watch and its event. Under the race
// detector this fails unless the kernel objects order.
func TestKernelOrders(t *testing.T) {
	run(t, netsim.Config{}, func(w *world) {
		counter, _ := w.s.EventFD()
		p, _ := w.s.Poller()
		c, conn := w.pair()
		var byWatch, byCounter, byStream int
		var done rt.WaitGroup
		done.Go("waiter", func() {
			w.s.PollWait(p, make([]sys.Event, 1), -1)
			w.equal("before the watch", byWatch, 1)
			w.s.ReadWait(counter, make([]byte, 8), -1)
			w.equal("before the write", byCounter, 2)
			w.c.ReadWait(c, make([]byte, 8), -1)
			w.equal("before the send", byStream, 3)
		})
		rt.Sleep(ms)
		byWatch = 1
		w.s.PollAdd(p, counter, sys.In, 4)
		byCounter = 2
		w.s.Write(counter, []byte{1, 0, 0, 0, 0, 0, 0, 0})
		byStream = 3
		w.s.Write(conn, []byte("x")) // not write: fmt would order the tasks, by its pool
		done.Wait()
	})
}

// A wait is as long as the real one: in whole milliseconds. A loop whose deadline is
// nearer than its coarse clock can tell would otherwise spin until that ticks (crowd,
// seed 0x2719: a million turns within one reading).
func TestWaitsCountMilliseconds(t *testing.T) {
	for _, timeout := range []time.Duration{1, time.Millisecond - 1, time.Millisecond} {
		run(t, netsim.Config{}, func(w *world) {
			_, _, p := w.polled(sys.In)
			start := rt.Now()
			n, e := w.s.PollWait(p, make([]sys.Event, 1), timeout)
			w.equal("events", n, 0)
			w.want("wait", e, 0)
			w.equal("waited", rt.Now().Sub(start), time.Millisecond)
			n, e = w.s.Poll(nil, timeout)
			w.equal("polled", n, 0)
			w.want("poll", e, 0)
			w.equal("waited twice", rt.Now().Sub(start), 2*time.Millisecond)
		})
	}
}
