package netsim_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
	"brigade/sim"
	"brigade/sim/schedule"
)

func TestParseProfile(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "none",
		"none":                           "none",
		"short-read=0.5,rst=0.25":        "short-read=0.5,rst=0.25",
		"none, short-read=1":             "short-read=1",
		"short-read=0":                   "none",
		"bogus=1":                        `no fault is called "bogus"; there are short-read, short-write`,
		"short-read":                     `"short-read" is not of the form fault=chance`,
		"short-read=2":                   `the chance "2" of short-read is not a number from 0 to 1`,
		"short-read=NaN":                 "not a number from 0 to 1",
		"rst=0.5,none":                   `"none" is not of the form`,
		netsim.DefaultProfile().String(): "short-read=0.3",
	} {
		p, err := netsim.ParseProfile(text)
		got := p.String()
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) && !strings.HasPrefix(got, want[:min(len(want), 12)]) {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestEveryFaultIsDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range netsim.Faults() {
		if f.Name == "" || !strings.HasPrefix(f.Number, "F") || f.Cause == "" || f.Weight <= 0 || f.Weight > 1 || seen[f.Name] {
			t.Errorf("fault %+v", f)
		}
		seen[f.Name] = true
	}
}

// TestNoProfileNoDraws: the clean kernel asks for no choice, so its runs differ
// by their schedules only.
func TestNoProfileNoDraws(t *testing.T) {
	n := netsim.New(netsim.Config{})
	s, c := n.Process("server"), n.Process("client")
	r := sim.Run(sim.Options{World: n, Record: true}, func() { echo(s, c, 5) })
	for _, d := range r.Departures {
		if d.Key.Op == "draw" {
			t.Errorf("a choice %v", d.Key)
		}
	}
	for i, k := range n.Offered() {
		if k != 0 {
			t.Errorf("%s was drawn for", netsim.Faults()[i].Name)
		}
	}
}

// TestEchoUnderFaults: a correct edge-triggered server survives everything, and
// each run repeats to the event.
func TestEchoUnderFaults(t *testing.T) {
	base, err := netsim.ParseProfile("default,rst=0,late-reset=0,accept-error=0,no-memory=0,poll-error=0")
	if err != nil {
		t.Fatal(err)
	}
	fired := make([]uint32, len(netsim.Faults()))
	n := netsim.New(netsim.Config{})
	s, c := n.Process("server"), n.Process("client")
	for seed := range uint64(400) {
		random := schedule.NewRand(seed)
		n.SetProfile(base.Draw(random.Below))
		r := sim.Run(sim.Options{Seed: seed, World: n, Twice: seed%8 == 0}, func() {
			if got := echoed(s, c, 10); got != 10 {
				rt.Bug("%d of 10 messages came back", got)
			}
		})
		if r.Verdict != nil {
			t.Fatalf("seed %d: %v\n%s", seed, r.Verdict, r.Verdict.Stack)
		}
		for i, k := range n.Fired() {
			fired[i] += k
		}
		if open := n.OpenDescriptors(s); len(open) != 0 {
			t.Fatalf("seed %d: open at the end: %v", seed, open)
		}
	}
	for _, name := range []string{"short-read", "short-write", "spurious-eagain", "spurious-wake", "poll-eintr", "tiny-window", "jitter", "signal"} {
		for i, f := range netsim.Faults() {
			if f.Name == name && fired[i] == 0 {
				t.Errorf("%s never struck", name)
			}
		}
	}
}

// echoed is echo that counts.
func echoed(s, c *netsim.Process, n int) (messages int) {
	l, _ := s.Listen(address, sys.ListenOptions{})
	var done rt.WaitGroup
	done.Go("server", func() { serveEcho(s, l) })
	fd, _ := c.Connect(address)
	c.ConnectWait(fd, -1)
	for i := range n {
		text := bytes.Repeat([]byte(fmt.Sprint(i, ";")), 200)
		for rest := text; len(rest) > 0; {
			k, e := c.WriteWait(fd, rest, -1)
			if e != 0 {
				return i
			}
			rest = rest[k:]
		}
		back := make([]byte, len(text))
		for got := 0; got < len(back); {
			k, e := c.ReadWait(fd, back[got:], -1)
			if e != 0 || k == 0 {
				return i
			}
			got += k
		}
		if !bytes.Equal(back, text) {
			rt.Bug("message %d came back as %q", i, back)
		}
		messages++
	}
	c.Close(fd)
	done.Wait()
	return messages
}

// TestAcceptErrors: each of them comes, three in a row at most, and but for an
// abort the connection is there afterwards.
func TestAcceptErrors(t *testing.T) {
	p, err := netsim.ParseProfile("accept-error=0.9")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[sys.Errno]bool{}
	n := netsim.New(netsim.Config{Profile: p})
	for seed := range uint64(50) {
		runOn(t, n, seed, func(w *world) {
			l, _ := w.s.Listen(address, sys.ListenOptions{})
			c, _ := w.c.Connect(address)
			for tries := 0; ; tries++ {
				_, _, e := w.s.Accept(l)
				seen[e] = true
				if e == 0 {
					return
				}
				if e == sys.ECONNABORTED {
					w.equal("aborted", w.c.read(c), "ECONNRESET")
					w.equal("by a fault", w.c.Disturbed(c), true)
					return
				}
				if tries > 3 {
					rt.Bug("%d errors in a row", tries)
				}
			}
		})
	}
	for _, e := range []sys.Errno{0, sys.ECONNABORTED, sys.EMFILE, sys.ENFILE, sys.ENOBUFS, sys.EAGAIN} {
		if !seen[e] {
			t.Errorf("accept never gave %s", e.Name())
		}
	}
}

// TestEventBatches: events in any order and number, none lost.
func TestEventBatches(t *testing.T) {
	p, err := netsim.ParseProfile("event-batch=0.9")
	if err != nil {
		t.Fatal(err)
	}
	n := netsim.New(netsim.Config{Profile: p})
	orders := map[string]bool{}
	for seed := range uint64(50) {
		runOn(t, n, seed, func(w *world) {
			poller, _ := w.s.Poller()
			for i := range 3 {
				fd, _ := w.s.EventFD()
				w.s.Write(fd, []byte{1, 0, 0, 0, 0, 0, 0, 0})
				w.s.PollAdd(poller, fd, sys.In|sys.Edge, uint64(i))
			}
			text, got := "", ""
			for text != "-" {
				text = w.s.wait(poller, 9)
				got += text + ";"
			}
			for i := range 3 {
				w.equal("times it was reported", strings.Count(got, fmt.Sprint(i, ":IN")), 1)
			}
			orders[got] = true
		})
	}
	if len(orders) < 5 {
		t.Errorf("only these orders: %v", orders)
	}
}

func TestNetworkResets(t *testing.T) {
	p, _ := netsim.ParseProfile("rst=1")
	run(t, netsim.Config{Profile: p}, func(w *world) {
		c, s := w.pair()
		w.equal("write", w.c.write(c, "x"), "1")
		rt.Sleep(10 * ms)
		w.equal("the other end is reset", w.s.mask(s), "IN|OUT|RDHUP|HUP|ERR")
		w.equal("what had come stays", w.s.read(s), `"x"`)
		w.equal("then the reset", w.s.read(s), "ECONNRESET")
		w.equal("so is this end", w.c.read(c), "ECONNRESET")
		w.equal("the client knows", w.c.Disturbed(c), true)
	})
}
