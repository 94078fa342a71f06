package linux

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"brigade/core/sys"
)

// Each pair shows what a choice of this package is worth.

func BenchmarkPollWaitReady(b *testing.B) {
	k := New()
	p, _ := k.Poller()
	fd, _ := k.EventFD()
	defer k.Close(p)
	defer k.Close(fd)
	k.PollAdd(p, fd, sys.In|sys.Out, 1)
	ev := make([]sys.Event, 256)
	theirs := make([]unix.EpollEvent, 256)
	b.Run("here, look", func(b *testing.B) {
		for range b.N {
			k.PollWait(p, ev, 0)
		}
	})
	b.Run("here, wait", func(b *testing.B) {
		for range b.N {
			k.PollWait(p, ev, time.Second)
		}
	})
	b.Run("unix.EpollWait", func(b *testing.B) {
		for range b.N {
			unix.EpollWait(int(p), theirs, 1000)
		}
	})
}

// A kilobyte to a connected socket and back out of it.
func BenchmarkTransfer(b *testing.B) {
	k := New()
	l, _ := k.Listen(home, sys.ListenOptions{})
	at, _ := k.LocalAddr(l)
	client, _ := k.Connect(at)
	server, _, e := k.Accept(l)
	for e == sys.EAGAIN {
		server, _, e = k.Accept(l)
	}
	defer func() { k.Close(l); k.Close(client); k.Close(server) }()
	p := make([]byte, 1024)
	iov := [][]byte{p[:200], p[200:]}
	read := func() (int, sys.Errno) { return k.Read(server, p) }
	for _, c := range []struct {
		name        string
		write, read func() (int, sys.Errno)
	}{
		{"Write", func() (int, sys.Errno) { return k.Write(client, p) }, read},
		{"Writev of one", func() (int, sys.Errno) { return k.Writev(client, [][]byte{p}, false) }, read},
		{"Writev of two", func() (int, sys.Errno) { return k.Writev(client, iov, false) }, read},
		{"package unix", func() (int, sys.Errno) {
			n, err := unix.Write(int(client), p)
			return n, errnoOf(err)
		}, func() (int, sys.Errno) {
			n, err := unix.Read(int(server), p)
			return n, errnoOf(err)
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for range b.N {
				if n, e := c.write(); n != len(p) {
					b.Fatalf("wrote %d, %s", n, e.Name())
				}
				for n := 0; n < len(p); { // all of it, or the next write meets a fuller buffer
					m, _ := c.read()
					n += m
				}
			}
		})
	}
}

func BenchmarkWake(b *testing.B) {
	k := New()
	fd, _ := k.EventFD()
	defer k.Close(fd)
	p := one()
	b.Run("marked", func(b *testing.B) {
		for range b.N {
			k.Write(fd, p)
			k.Read(fd, p)
		}
	})
	k.plain.forget(fd)
	b.Run("by ENOTSOCK", func(b *testing.B) {
		for range b.N {
			k.Write(fd, p)
			k.Read(fd, p)
		}
	})
}
