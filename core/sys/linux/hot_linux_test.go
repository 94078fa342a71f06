package linux

import (
	"testing"
	"time"

	"brigade/core/sys"
)

// What a busy loop calls allocates nothing, called as the core calls it: through the
// interface.
func TestHotPathsDoNotAllocate(test *testing.T) {
	t := newTalk(test)
	client, server := t.pair()
	l, addr := t.listen(home, sys.ListenOptions{})
	p, fd := t.own(t.Poller()), t.own(t.EventFD())
	t.want("PollAdd", t.PollAdd(p, fd, sys.In, 1), sys.OK)
	dir, _ := t.tree([2]string{"f", "0123456789"})
	f := t.own(t.OpenBeneath(dir, "f"))
	var k sys.Kernel = New()
	buf, ev := make([]byte, 4096), make([]sys.Event, 64)
	add := one()
	two, many := [][]byte{buf[:9], buf[9:50]}, make([][]byte, sys.MaxIovec)
	for i := range many {
		many[i] = buf[i : 2*i]
	}
	drain := func() {
		for e := sys.OK; e == sys.OK; {
			_, e = k.Read(server, buf)
		}
	}
	for _, c := range []struct {
		what string
		f    func()
	}{
		{"Read and Write", func() { k.Write(client, buf[:99]); drain() }},
		{"Read of nothing", func() { k.Read(client, buf) }},
		{"Writev", func() { k.Writev(client, two, true); k.Writev(client, many, false); drain() }},
		{"Accept of nothing", func() { k.Accept(l) }},
		{"PollWait", func() { k.Write(fd, add); k.PollWait(p, ev, 0); k.PollWait(p, ev, time.Second) }},
		{"PollWait for nothing", func() { k.Read(fd, buf); k.PollWait(p, ev, 1) }},
		{"PollModify", func() { k.PollModify(p, fd, sys.In|sys.Edge, 9); k.PollModify(p, fd, sys.In, 1) }},
		{"Sendfile, Pread, stat", func() { k.Sendfile(client, f, 0, 10); k.Pread(f, buf, 0); k.Fstat(f); drain() }},
		{"options", func() { k.SetOption(client, sys.NoDelay, 1); k.SocketError(client); k.LocalAddr(client) }},
		{"PollAdd and -Delete", func() { k.PollAdd(p, client, sys.In, 1); k.PollDelete(p, client) }},
		{"a connection", func() {
			c, _ := k.Connect(addr)
			for e := sys.EAGAIN; e == sys.EAGAIN; {
				var s sys.FD
				if s, _, e = k.Accept(l); e == sys.OK {
					k.SetOption(s, sys.LingerZero, 1)
					k.Close(s)
				}
			}
			k.Close(c)
		}},
	} {
		if n := testing.AllocsPerRun(50, c.f); n != 0 {
			t.Errorf("%s: %v allocations", c.what, n)
		}
	}
}
