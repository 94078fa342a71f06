package linux

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"brigade/core/sys"
)

func TestReadAndWrite(test *testing.T) {
	t := newTalk(test)
	client, server := t.pair()
	_, e := t.Read(server, make([]byte, 9))
	t.want("Read of nothing", e, sys.EAGAIN)
	t.send(client, "one")
	t.receive(server, "one")
	_, e = t.Read(server, make([]byte, 9))
	t.want("Read of nothing more", e, sys.EAGAIN)
	n, e := t.Write(client, nil)
	if n != 0 || e != sys.OK {
		t.Fatalf("Write of nothing: %d, %s", n, e.Name())
	}
	for _, fd := range []sys.FD{sys.None, 1 << 20} {
		_, e = t.Read(fd, make([]byte, 1))
		t.want("Read", e, sys.EBADF)
		_, e = t.Write(fd, make([]byte, 1))
		t.want("Write", e, sys.EBADF)
		_, e = t.Writev(fd, make([][]byte, 3), false)
		t.want("Writev", e, sys.EBADF)
		t.want("Close", t.Close(fd), sys.EBADF)
	}
}

func TestWritev(test *testing.T) {
	t := newTalk(test)
	client, server := t.pair()
	for _, count := range []int{0, 1, 2, few, few + 1, sys.MaxIovec} {
		var iov [][]byte
		var all strings.Builder
		for i := range count {
			part := strings.Repeat(string(rune('a'+i%26)), i*3%7) // some are empty
			iov = append(iov, []byte(part))
			all.WriteString(part)
		}
		n, e := t.Writev(client, iov, false)
		if n != all.Len() || e != sys.OK {
			t.Fatalf("Writev of %d elements, %d bytes: %d, %s", count, all.Len(), n, e.Name())
		}
		t.receive(server, all.String())
	}
	_, e := t.Writev(client, make([][]byte, sys.MaxIovec+1), false)
	t.want("one too many", e, sys.EINVAL)
}

// MSG_MORE keeps bytes back until a write without it: the peer sees one segment.
func TestWritevMore(test *testing.T) {
	t := newTalk(test)
	client, server := t.pair()
	t.want("NoDelay", t.SetOption(client, sys.NoDelay, 1), sys.OK)
	n, e := t.Writev(client, [][]byte{[]byte("head ")}, true)
	if n != 5 || e != sys.OK {
		t.Fatalf("Writev: %d, %s", n, e.Name())
	}
	if waiting, err := unix.IoctlGetInt(int(client), unix.TIOCOUTQ); err != nil || waiting != 5 {
		t.Fatalf("%d bytes unsent, %v; MSG_MORE should have kept 5", waiting, err)
	}
	t.Writev(client, [][]byte{[]byte("and"), []byte(" body")}, false)
	t.await(server, sys.In)
	p := make([]byte, 99)
	n, e = t.Read(server, p)
	if string(p[:n]) != "head and body" || e != sys.OK {
		t.Fatalf("first Read: %q, %s", p[:n], e.Name())
	}
}

// A full socket takes a part, then nothing, and all taken arrives in order.
func TestPartialWrite(test *testing.T) {
	t := newTalk(test)
	client, server := t.pair()
	t.want("SendBuffer", t.SetOption(client, sys.SendBuffer, 8192), sys.OK)
	t.want("RecvBuffer", t.SetOption(server, sys.RecvBuffer, 8192), sys.OK)
	var sent []byte
	part := func(b byte) []byte { return bytes.Repeat([]byte{b}, 300_000) }
	partial := false
	for b := byte('a'); ; b++ {
		iov := [][]byte{part(b), part(b + 1), part(b + 2)}
		n, e := t.Writev(client, iov, false)
		if e == sys.EAGAIN {
			break
		}
		t.want("Writev", e, sys.OK)
		partial = partial || n < 900_000
		sent = append(sent, bytes.Join(iov, nil)[:n]...)
	}
	if !partial {
		t.Fatal("no write was partial")
	}
	_, e := t.Write(client, []byte("x"))
	t.want("Write to a full socket", e, sys.EAGAIN)
	t.receive(server, string(sent))
	t.await(client, sys.Out)
}

// Files take the same Write, by way of ENOTSOCK; so does what Kernel did not make.
func TestWriteToFile(test *testing.T) {
	t := newTalk(test)
	name := filepath.Join(t.TempDir(), "log")
	fd := t.own(t.OpenAppend(name))
	t.send(fd, "one\n")
	t.send(t.own(t.OpenAppend(name)), "two\n")
	t.send(fd, "three\n")
	if b, err := os.ReadFile(name); err != nil || string(b) != "one\ntwo\nthree\n" {
		t.Fatalf("the log holds %q, %v", b, err)
	}
	_, e := t.OpenAppend(filepath.Dir(name))
	t.want("OpenAppend of a directory", e, sys.EISDIR)

	high, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, marked+3) // beyond the table of marks
	if err != nil {
		t.Fatal(err)
	}
	t.send(t.own(sys.FD(high), sys.OK), "four\n")
}

func TestPipe(test *testing.T) {
	t := newTalk(test)
	r, w, e := t.Pipe()
	t.own(r, e)
	_, e = t.Read(r, make([]byte, 1))
	t.want("Read of an empty pipe", e, sys.EAGAIN)
	t.send(w, "through")
	t.receive(r, "through")
	total, p := 0, make([]byte, 4096)
	for {
		n, e := t.Write(w, p)
		if e == sys.EAGAIN {
			break
		}
		t.want("Write", e, sys.OK)
		total += n
	}
	if total < 4096 {
		t.Fatalf("a pipe holds %d bytes", total)
	}
	t.want("Close", t.Close(w), sys.OK)
	t.receive(r, string(make([]byte, total)))
	n, e := t.Read(r, p)
	if n != 0 || e != sys.OK {
		t.Fatalf("Read after the writer's end: %d, %s", n, e.Name())
	}
}

// A number that was an event counter's is a socket's after Close, and the other way
// round: the marks follow.
func TestMarksFollowReuse(test *testing.T) {
	t := newTalk(test)
	k := New()
	t.Kernel = k
	for range 3 {
		fd, e := t.EventFD()
		t.want("EventFD", e, sys.OK)
		if !k.plain.has(fd) {
			t.Fatalf("counter %d is not marked", fd)
		}
		t.want("Close", t.Close(fd), sys.OK)
		client, server := t.pair()
		if k.plain.has(fd) {
			t.Fatalf("%d is marked after Close", fd)
		}
		t.send(client, "x")
		t.receive(server, "x")
	}
}

func TestSendfile(test *testing.T) {
	t := newTalk(test)
	dir, _ := t.tree([2]string{"f", "0123456789"}, [2]string{"big", strings.Repeat("b", 1<<20)})
	client, server := t.pair()
	f := t.own(t.OpenBeneath(dir, "f"))
	for _, c := range []struct {
		off   int64
		count int
		want  string
	}{{0, 10, "0123456789"}, {3, 4, "3456"}, {8, 99, "89"}, {10, 1, ""}, {99, 1, ""}} {
		n, e := t.Sendfile(client, f, c.off, c.count)
		if n != len(c.want) || e != sys.OK {
			t.Fatalf("Sendfile(%d, %d) = %d, %s, want %q", c.off, c.count, n, e.Name(), c.want)
		}
		t.receive(server, c.want)
	}
	big := t.own(t.OpenBeneath(dir, "big"))
	t.fill(client)
	_, e := t.Sendfile(client, big, 0, 1<<20)
	t.want("Sendfile to a full socket", e, sys.EAGAIN)
	_, e = t.Sendfile(client, sys.None, 0, 1)
	t.want("Sendfile from nothing", e, sys.EBADF)
}
