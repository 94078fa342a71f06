package linux

import (
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"brigade/core/sys"
)

func TestListenAndAccept(test *testing.T) {
	for _, at := range []string{"127.0.0.1:0", "[::1]:0", "[::ffff:127.0.0.1]:0", "[::1%lo]:0", "[::1%1]:0"} {
		test.Run(at, func(test *testing.T) {
			t := newTalk(test)
			l, addr := t.listen(netip.MustParseAddrPort(at), sys.ListenOptions{})
			_, _, e := t.Accept(l)
			t.want("Accept from an empty backlog", e, sys.EAGAIN)

			client := t.dial(addr)
			t.await(l, sys.In)
			server, peer, e := t.Accept(l)
			t.own(server, e)
			if mine, _ := t.LocalAddr(client); peer != mine {
				t.Fatalf("Accept says the peer is %v, the peer says %v", peer, mine)
			}
			if its, _ := t.LocalAddr(server); its != addr {
				t.Fatalf("the connection is at %v, its listener at %v", its, addr)
			}
			t.send(client, "hello")
			t.receive(server, "hello")
		})
	}
}

// The kernel copies TCP_NODELAY from the listener: Accept relies on it.
func TestAcceptInheritsNoDelay(test *testing.T) {
	for _, at := range []string{"127.0.0.1:0", "[::1]:0"} {
		t := newTalk(test)
		l, addr := t.listen(netip.MustParseAddrPort(at), sys.ListenOptions{})
		t.dial(addr)
		t.await(l, sys.In)
		server, _, e := t.Accept(l)
		t.own(server, e)
		if v, err := unix.GetsockoptInt(int(server), unix.IPPROTO_TCP, unix.TCP_NODELAY); err != nil || v != 1 {
			t.Fatalf("TCP_NODELAY of an accepted connection at %s is %d, %v", at, v, err)
		}
	}
}

// A connection of a deferred listener is accepted with its first bytes: the first read
// finds them.
func TestDeferredComesWithBytes(test *testing.T) {
	t := newTalk(test)
	for _, deferred := range []bool{false, true} {
		l, addr := t.listen(home, sys.ListenOptions{Deferred: deferred})
		if n, err := unix.GetsockoptInt(int(l), unix.IPPROTO_TCP, unix.TCP_DEFER_ACCEPT); err != nil || n > 0 != deferred {
			t.Fatalf("TCP_DEFER_ACCEPT is %d, %v, deferred %t", n, err, deferred)
		}
		client := t.dial(addr)
		t.send(client, "hello")
		t.await(l, sys.In)
		server, _, e := t.Accept(l)
		t.own(server, e)
		t.receive(server, "hello")
	}
}

func TestDescriptorFlags(test *testing.T) {
	t := newTalk(test)
	client, server := t.pair()
	l, _ := t.listen(home, sys.ListenOptions{})
	r, w, e := t.Pipe()
	t.own(r, e)
	t.own(w, e)
	for what, fd := range map[string]sys.FD{
		"client": client, "server": server, "listener": l, "read end": r, "write end": w, "counter": t.own(t.EventFD()),
	} {
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0); err != nil || flags&unix.O_NONBLOCK == 0 {
			t.Errorf("%s blocks: flags %#x, %v", what, flags, err)
		}
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
			t.Errorf("%s survives exec: flags %#x, %v", what, flags, err)
		}
	}
}

func TestListenShares(test *testing.T) {
	t := newTalk(test)
	_, taken := t.listen(home, sys.ListenOptions{})
	_, e := t.Listen(taken, sys.ListenOptions{})
	t.want("a second listener", e, sys.EADDRINUSE)

	_, shared := t.listen(home, sys.ListenOptions{ReusePort: true})
	t.listen(shared, sys.ListenOptions{ReusePort: true, Backlog: 8})

	_, six := t.listen(netip.MustParseAddrPort("[::1]:0"), sys.ListenOptions{})
	_, e = t.Listen(netip.AddrPort{}, sys.ListenOptions{})
	t.want("no address", e, sys.EINVAL)
	_, e = t.Listen(netip.MustParseAddrPort("[fe80::1%nosuchif0]:0"), sys.ListenOptions{})
	if e == sys.OK {
		t.Fatal("an interface that is not there was accepted")
	}
	_, e = t.Listen(six, sys.ListenOptions{})
	t.want("a second IPv6 listener", e, sys.EADDRINUSE)
}

// Connections accepted from a listener control congestion as it was told to.
func TestListenCongestion(test *testing.T) {
	t := newTalk(test)
	_, e := t.Listen(home, sys.ListenOptions{Congestion: "nosuch"})
	t.want("an algorithm that is not there", e, sys.ENOENT)
	l, addr := t.listen(home, sys.ListenOptions{Congestion: "reno"})
	t.dial(addr)
	t.await(l, sys.In)
	server, _, e := t.Accept(l)
	t.want("Accept", e, sys.OK)
	defer t.Close(server)
	if name, err := unix.GetsockoptString(int(server), unix.IPPROTO_TCP, unix.TCP_CONGESTION); err != nil || name != "reno" {
		t.Errorf("a connection has %q, %v; want reno", name, err)
	}
}

// TIME_WAIT connections of an earlier listener do not keep its port.
func TestListenAgainAfterServing(test *testing.T) {
	t := newTalk(test)
	l, e := t.Listen(home, sys.ListenOptions{})
	t.want("Listen", e, sys.OK)
	addr, _ := t.LocalAddr(l)
	client := t.dial(addr)
	t.await(l, sys.In)
	server, _, e := t.Accept(l)
	t.want("Accept", e, sys.OK)
	t.want("Close of the connection", t.Close(server), sys.OK) // closes first: TIME_WAIT is here
	t.want("Close of the listener", t.Close(l), sys.OK)
	t.await(client, sys.In)
	t.listen(addr, sys.ListenOptions{})
}

func TestConnectRefused(test *testing.T) {
	t := newTalk(test)
	l, e := t.Listen(home, sys.ListenOptions{})
	t.want("Listen", e, sys.OK)
	nobody, _ := t.LocalAddr(l)
	t.want("Close", t.Close(l), sys.OK)

	fd, e := t.Connect(nobody)
	if e == sys.ECONNREFUSED && fd == sys.None {
		return // the kernel knew at once
	}
	t.want("Connect", e, sys.EINPROGRESS)
	t.own(fd, sys.OK)
	if ev := t.await(fd, sys.Out); ev&sys.Err == 0 {
		t.Fatalf("events %#x without Err", ev)
	}
	t.want("SocketError", t.SocketError(fd), sys.ECONNREFUSED)
	t.want("SocketError, read once", t.SocketError(fd), sys.OK)
}

// How a connection that is made controls congestion is for Outward to say, and what the
// system does not have does not keep it from being made.
func TestConnectOutward(test *testing.T) {
	k := New()
	t := &talk{test, k}
	_, addr := t.listen(home, sys.ListenOptions{})
	usual := t.congestion(t.dial(addr))
	for name, want := range map[string]string{"reno": "reno", "no-such": usual, "": usual} {
		k.Outward = func(a netip.AddrPort) string {
			if a != addr {
				t.Errorf("asked about %v, connected to %v", a, addr)
			}
			return name
		}
		if got := t.congestion(t.dial(addr)); got != want {
			t.Errorf("Outward says %q, and the connection has %s, not %s", name, got, want)
		}
	}
}

// congestion is how fd controls it.
func (t *talk) congestion(fd sys.FD) string {
	t.Helper()
	name, err := unix.GetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimRight(name, "\x00")
}

func TestHalfClose(test *testing.T) {
	t := newTalk(test)
	client, server := t.pair()
	t.send(client, "bye")
	t.want("Shutdown", t.Shutdown(client, sys.ShutWrite), sys.OK)
	t.receive(server, "bye")
	if ev := t.await(server, sys.RdHup); ev&sys.RdHup == 0 || ev&sys.Hup != 0 {
		t.Fatalf("events %#x, want RdHup without Hup", ev)
	}
	n, e := t.Read(server, make([]byte, 1))
	if n != 0 || e != sys.OK {
		t.Fatalf("Read at the end of the stream: %d, %s", n, e.Name())
	}
	t.send(server, "still here")
	t.receive(client, "still here")
	_, e = t.Writev(client, [][]byte{{1}}, false)
	t.want("Writev after ShutWrite", e, sys.EPIPE)

	t.want("Shutdown of the rest", t.Shutdown(server, sys.ShutBoth), sys.OK)
	if ev := t.await(server, sys.In); ev&sys.Hup == 0 {
		t.Fatalf("events %#x without Hup after both directions are closed", ev)
	}
}

func TestReset(test *testing.T) {
	t := newTalk(test)
	client, server := t.pair()
	t.want("SetOption", t.SetOption(client, sys.LingerZero, 1), sys.OK)
	t.want("Close", t.Close(client), sys.OK)
	if ev := t.await(server, sys.In|sys.RdHup); ev&(sys.Err|sys.Hup) != sys.Err|sys.Hup {
		t.Fatalf("events %#x, want Err and Hup", ev)
	}
	_, e := t.Read(server, make([]byte, 1))
	t.want("Read after RST", e, sys.ECONNRESET)
	_, e = t.Writev(server, [][]byte{{1}, {2}}, false)
	t.want("Writev after RST", e, sys.EPIPE)
	_, e = t.Write(server, []byte{1})
	t.want("Write after RST", e, sys.EPIPE)
}

// Closing with unread input resets, with or without linger.
func TestCloseWithUnreadInput(test *testing.T) {
	t := newTalk(test)
	client, server := t.pair()
	t.send(client, "unread")
	t.await(server, sys.In)
	t.want("Close", t.Close(server), sys.OK)
	t.await(client, sys.In)
	_, e := t.Read(client, make([]byte, 1))
	t.want("Read", e, sys.ECONNRESET)
}

func TestSetOption(test *testing.T) {
	t := newTalk(test)
	client, _ := t.pair()
	for _, c := range []struct {
		what        string
		option      sys.Option
		value       int
		level, name int
		want        int
	}{
		{"NoDelay on", sys.NoDelay, 1, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1},
		{"NoDelay off", sys.NoDelay, 0, unix.IPPROTO_TCP, unix.TCP_NODELAY, 0},
		{"KeepAlive on", sys.KeepAlive, 1, unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
		{"SendBuffer, doubled by Linux", sys.SendBuffer, 32768, unix.SOL_SOCKET, unix.SO_SNDBUF, 65536},
		{"RecvBuffer, doubled by Linux", sys.RecvBuffer, 32768, unix.SOL_SOCKET, unix.SO_RCVBUF, 65536},
	} {
		t.want(c.what, t.SetOption(client, c.option, c.value), sys.OK)
		if v, err := unix.GetsockoptInt(int(client), c.level, c.name); err != nil || v != c.want {
			t.Errorf("%s: the kernel has %d, %v, want %d", c.what, v, err, c.want)
		}
	}
	t.want("LingerZero off", t.SetOption(client, sys.LingerZero, 0), sys.OK)
	t.want("no such option", t.SetOption(client, 99, 1), sys.EINVAL)
	t.want("no socket", t.SetOption(t.own(t.EventFD()), sys.NoDelay, 1), sys.ENOTSOCK)
	t.want("no descriptor", t.SocketError(sys.None), sys.EBADF)
	_, e := t.LocalAddr(sys.None)
	t.want("no descriptor", e, sys.EBADF)
	t.want("no such direction", t.Shutdown(t.own(t.Listen(home, sys.ListenOptions{})), 9), sys.EINVAL)
}
