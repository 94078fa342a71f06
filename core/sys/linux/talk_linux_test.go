package linux

// The tests' words: descriptors that close with their test, a connected pair, and polls
// that end by an event, with a limit that only a failing test reaches.

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"brigade/core/sys"
)

const (
	limit = 10 * time.Second
	few10 = 10 // what a failed count prints at most
)

var home = netip.MustParseAddrPort("127.0.0.1:0")

type talk struct {
	*testing.T
	sys.Kernel
}

func newTalk(t *testing.T) *talk { return &talk{t, New()} }

// own fails the test on e, and closes fd when it ends.
func (t *talk) own(fd sys.FD, e sys.Errno) sys.FD {
	t.Helper()
	if e != sys.OK {
		t.Fatalf("no descriptor: %s", e.Name())
	}
	t.Cleanup(func() { t.Close(fd) })
	return fd
}

func (t *talk) want(why string, got, want sys.Errno) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: %s, want %s", why, got.Name(), want.Name())
	}
}

func (t *talk) listen(addr netip.AddrPort, o sys.ListenOptions) (sys.FD, netip.AddrPort) {
	t.Helper()
	l := t.own(t.Listen(addr, o))
	at, e := t.LocalAddr(l)
	t.want("LocalAddr of a listener", e, sys.OK)
	return l, at
}

// dial connects and waits until it is.
func (t *talk) dial(addr netip.AddrPort) sys.FD {
	t.Helper()
	fd, e := t.Connect(addr)
	if e != sys.EINPROGRESS {
		return t.own(fd, e)
	}
	t.own(fd, sys.OK)
	t.await(fd, sys.Out)
	t.want("SO_ERROR after connecting", t.SocketError(fd), sys.OK)
	return fd
}

// pair is a connection: its client's end and its server's.
func (t *talk) pair() (client, server sys.FD) {
	t.Helper()
	l, at := t.listen(home, sys.ListenOptions{})
	client = t.dial(at)
	t.await(l, sys.In)
	server, _, e := t.Accept(l)
	return client, t.own(server, e)
}

// await waits for one of events on fd and returns what came.
func (t *talk) await(fd sys.FD, events sys.Events) sys.Events {
	t.Helper()
	p := t.own(t.Poller())
	t.want("PollAdd", t.PollAdd(p, fd, events, 1), sys.OK)
	for {
		var ev [1]sys.Event
		n, e := t.PollWait(p, ev[:], limit)
		if e == sys.EINTR {
			continue
		}
		if e != sys.OK || n == 0 {
			t.Fatalf("waiting for %#x on %d: %d events, %s", events, fd, n, e.Name())
		}
		if ev[0].Events&(events|sys.Err|sys.Hup) != 0 {
			return ev[0].Events
		}
	}
}

// look returns the events that are there now.
func (t *talk) look(p sys.FD) []sys.Event {
	t.Helper()
	ev := make([]sys.Event, few10)
	n, e := t.PollWait(p, ev, 0)
	t.want("PollWait(0)", e, sys.OK)
	return ev[:n]
}

func (t *talk) send(fd sys.FD, s string) {
	t.Helper()
	n, e := t.Write(fd, []byte(s))
	if n != len(s) || e != sys.OK {
		t.Fatalf("Write(%q) = %d, %s", s, n, e.Name())
	}
}

// receive waits for exactly s.
func (t *talk) receive(fd sys.FD, s string) {
	t.Helper()
	got := make([]byte, 0, len(s))
	for len(got) < len(s) {
		t.await(fd, sys.In)
		n, e := t.Read(fd, got[len(got):cap(got)])
		if n == 0 || e != sys.OK {
			t.Fatalf("Read after %d of %d bytes: %d, %s", len(got), len(s), n, e.Name())
		}
		got = got[:len(got)+n]
	}
	if !bytes.Equal(got, []byte(s)) {
		t.Fatalf("received %.80q, want %.80q", got, s)
	}
}

// fill writes until the socket takes no more and returns how many bytes it took.
func (t *talk) fill(fd sys.FD) int {
	t.Helper()
	t.want("small send buffer", t.SetOption(fd, sys.SendBuffer, 4096), sys.OK)
	p := bytes.Repeat([]byte("x"), 1<<16)
	for total := 0; ; {
		n, e := t.Write(fd, p)
		if e == sys.EAGAIN {
			return total
		}
		t.want("Write", e, sys.OK)
		total += n
	}
}

// tree makes files below a new directory and returns it open, with its name. A content
// of "@x" is a symbolic link to x, a name that ends in a slash is a directory.
func (t *talk) tree(files ...[2]string) (sys.FD, string) {
	t.Helper()
	root := t.TempDir()
	for _, f := range files {
		name := filepath.Join(root, f[0])
		err := os.MkdirAll(filepath.Dir(name), 0o755)
		switch {
		case err != nil:
		case f[0][len(f[0])-1] == '/':
			err = os.MkdirAll(name, 0o755)
		case f[1] != "" && f[1][0] == '@':
			err = os.Symlink(f[1][1:], name)
		default:
			err = os.WriteFile(name, []byte(f[1]), 0o640)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return t.own(t.OpenDir(root)), root
}
