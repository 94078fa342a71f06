package netsim_test

import (
	"testing"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/netsim"
	"brigade/sim"
)

// echo is a small server on epoll and a client that sends n messages.
func echo(s, c *netsim.Process, n int) {
	l, _ := s.Listen(address, sys.ListenOptions{})
	var done rt.WaitGroup
	done.Go("server", func() { serveEcho(s, l) })
	fd, _ := c.Connect(address)
	c.ConnectWait(fd, -1)
	buf := make([]byte, 1000)
	for range n {
		c.WriteWait(fd, buf, -1)
		for got := 0; got < len(buf); {
			k, e := c.ReadWait(fd, buf[got:], -1)
			if e != 0 || k == 0 {
				return
			}
			got += k
		}
	}
	c.Close(fd)
	done.Wait()
}

// serveEcho serves one connection, edge-triggered.
func serveEcho(s *netsim.Process, l sys.FD) {
	p, _ := s.Poller()
	s.PollAdd(p, l, sys.In, 0)
	events := make([]sys.Event, 8)
	buf := make([]byte, 4096)
	var pending []byte
	fd := sys.None
	for {
		n, _ := s.PollWait(p, events, -1)
		for _, ev := range events[:n] {
			if ev.Token == 0 {
				if fd == sys.None {
					if got, _, e := s.Accept(l); e == 0 {
						fd = got
						s.PollAdd(p, fd, sys.In|sys.Out|sys.RdHup|sys.Edge, 1)
					}
				}
				continue
			}
			for {
				k, e := s.Read(fd, buf)
				if e == sys.EAGAIN {
					break
				}
				if k == 0 {
					s.Close(fd)
					s.Close(l)
					s.Close(p)
					return
				}
				pending = append(pending, buf[:k]...)
			}
			for len(pending) > 0 {
				k, e := s.Write(fd, pending)
				if e != 0 {
					break
				}
				pending = pending[k:]
			}
		}
	}
}

// BenchmarkEcho is a whole run with 20 exchanges of 1000 bytes.
func BenchmarkEcho(b *testing.B) {
	n := netsim.New(netsim.Config{})
	s, c := n.Process("server"), n.Process("client")
	b.ReportAllocs()
	steps := 0
	for i := range b.N {
		r := sim.Run(sim.Options{Seed: uint64(i), World: n}, func() { echo(s, c, 20) })
		if r.Verdict != nil {
			b.Fatal(r.Verdict)
		}
		steps += r.Steps
	}
	b.ReportMetric(float64(steps)/float64(b.N), "steps/run")
}
