package netsim_test

import (
	"fmt"
	"testing"

	"brigade/core/sys"
	"brigade/netsim"
)

// led leads the server's next call, about the end fd of which Linux had this before it.
func (w *world) led(a netsim.Answer, ends ...netsim.Arrived) {
	a.Ends = ends
	w.s.Follow(&a)
}

// TestExtraAnswers: each of the extra answers can be had, where its condition holds, and
// not where it does not.
func TestExtraAnswers(t *testing.T) {
	big := make([]byte, 4000)
	for name, play := range map[string]func(w *world, c, s, poller sys.FD){
		"taken": func(w *world, c, s, _ sys.FD) {
			w.led(netsim.Answer{N: 3})
			w.equal("a small write into an empty buffer is not cut", w.s.write(s, "abcdef"), "6")
			w.led(netsim.Answer{N: 1234})
			n, e := w.s.Write(s, big)
			w.equal("led", fmt.Sprintf("%d %s", n, e.Name()), "1234 errno 0")
		},
		"full": func(w *world, c, s, _ sys.FD) {
			w.led(netsim.Answer{Errno: sys.EAGAIN})
			w.equal("an empty buffer is not full", w.s.write(s, "abc"), "3")
			w.s.Write(s, big)
			w.led(netsim.Answer{Errno: sys.EAGAIN})
			w.equal("led", w.s.write(s, "abc"), "EAGAIN")
		},
		"arrived": func(w *world, c, s, _ sys.FD) {
			w.c.Write(c, big)
			w.c.Write(c, big)
			w.led(netsim.Answer{N: 8000}, netsim.Arrived{FD: s, Unread: 8000})
			n, _ := w.s.Read(s, make([]byte, 9000))
			w.equal("led", n, 8000)
		},
		"waits": func(w *world, c, s, _ sys.FD) {
			w.c.Write(c, big)
			w.led(netsim.Answer{N: 7}, netsim.Arrived{FD: s, Unread: 7})
			n, _ := w.s.Read(s, make([]byte, 9000))
			w.equal("led", n, 7)
		},
		"out": func(w *world, c, s, _ sys.FD) {
			w.s.Write(s, big)
			fds := []sys.PollFD{{FD: s, Events: uint16(sys.Out)}}
			w.led(netsim.Answer{Polled: []uint16{0}})
			n, _ := w.s.Poll(fds, 0)
			w.equal("led", n, 0)
		},
		"edge": func(w *world, c, s, poller sys.FD) {
			w.equal("first", w.s.wait(poller, 4), "1:OUT")
			again := netsim.Answer{Events: []sys.Event{{Events: sys.Out, Token: 1}}}
			w.led(again)
			w.equal("nothing is late", w.s.wait(poller, 4), "-")
			w.led(again, netsim.Arrived{FD: s, Unacked: 1, Ready: sys.Out})
			w.equal("led", w.s.wait(poller, 4), "1:OUT")
		},
		"no-edge": func(w *world, c, s, poller sys.FD) {
			w.c.Write(c, big)
			w.led(netsim.Answer{})
			w.equal("led", w.s.wait(poller, 4), "-")
		},
		"fin": func(w *world, c, s, _ sys.FD) {
			w.c.Write(c, big)
			w.c.Shutdown(c, sys.ShutWrite)
			w.equal("it is here", w.s.mask(s), "IN|OUT|RDHUP")
			w.led(netsim.Answer{Polled: []uint16{uint16(sys.In | sys.Out)}}, netsim.Arrived{FD: s, Unread: 4000, Ready: sys.In | sys.Out})
			fds := []sys.PollFD{{FD: s, Events: uint16(sys.In | sys.Out | sys.RdHup)}}
			w.s.Poll(fds, 0)
			w.equal("led", maskText(sys.Events(fds[0].Revents)), "IN|OUT")
		},
		"reset-lost": func(w *world, c, s, _ sys.FD) {
			w.c.Write(c, big)
			w.c.Write(c, big)
			w.s.Write(s, big)
			w.led(netsim.Answer{N: 1})
			w.s.write(s, "x")
			w.c.Close(c)
			w.equal("led", w.s.mask(s), "IN|OUT")
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := netsim.Config{}
			if name == "arrived" || name == "reset-lost" {
				cfg.RecvBuffer = 3000
			}
			n := netsim.New(cfg)
			runOn(t, n, 1, func(w *world) {
				c, s, poller := w.polled(sys.In | sys.Out | sys.RdHup | sys.Edge)
				if name != "edge" {
					w.s.wait(poller, 4)
				}
				play(w, c, s, poller)
			})
			for i, x := range netsim.Extras() {
				if x.Name == name && n.Followed()[i] == 0 {
					t.Error("it was not followed")
				}
			}
		})
	}
	if len(netsim.Extras()) != 9 {
		t.Errorf("%d extra answers, of which 9 are tried", len(netsim.Extras()))
	}
}
