//go:build linux

package netsim_test

// What each step of a sequence calls, and what it says of the answer.

import (
	"encoding/binary"
	"fmt"

	"brigade/core/sys"
)

func (p *player) step(s move) (a answer) {
	end := s.a % len(p.ends)
	fd := p.ends[end]
	switch s.op {
	case "read":
		a = p.read(end, s.size)
	case "write", "writev":
		a = p.write(end, s)
	case "shutdown":
		a.text = p.k.Shutdown(fd, sys.How(s.b%3)).Name()
	case "close":
		a.text = p.k.Close(fd).Name()
		p.ends[end] = sys.None
	case "linger":
		a.text = p.k.SetOption(fd, sys.LingerZero, s.b%2).Name()
	case "buffers":
		a.text = p.k.SetOption(fd, []sys.Option{sys.SendBuffer, sys.RecvBuffer}[s.b%2], bufferBytes).Name()
	case "so_error":
		a.Errno = p.k.SocketError(fd)
		a.text = a.Errno.Name()
	case "connect":
		a.text = p.connect(true).Name()
	case "accept":
		a.text = p.accept(true).Name()
	case "stop":
		if s.b == 0 && s.size == 0 && p.listener != sys.None {
			a.text = p.k.Close(p.listener).Name()
			p.listener, p.pending = sys.None, nil
		}
	case "add", "modify", "delete", "wait", "poll":
		a = p.watch(s)
	case "count", "take", "pipe write", "pipe read", "pipe close":
		a = p.wake(s)
	case "fifo", "fifo read", "fifo write", "fifo close":
		a = p.named(s)
	case "sleep wait", "sleep poll", "signal", "signal nobody":
		a = p.attend(s)
	default:
		a = p.file(s)
	}
	return a
}

func (p *player) read(end, size int) (a answer) {
	b := make([]byte, size)
	n, e := p.k.Read(p.ends[end], b)
	p.got[end] += n
	a.N, a.Errno = n, e
	a.text = fmt.Sprintf("%d %s %x", n, e.Name(), sum(b[:n]))
	return a
}

func (p *player) write(end int, s move) (a answer) {
	b := pattern(s.size, p.written)
	n, e := 0, sys.OK
	if s.op == "write" {
		n, e = p.k.Write(p.ends[end], b)
	} else {
		cut := len(b) * (s.b % 4) / 4
		n, e = p.k.Writev(p.ends[end], [][]byte{b[:cut], b[cut:]}, false)
	}
	p.written += byte(n)
	p.sent[end] += n
	a.N, a.Errno = n, e
	a.text = fmt.Sprintf("%d %s", n, e.Name())
	return a
}

// sum is b in a few digits, or as it is where it is short.
func sum(b []byte) any {
	if len(b) <= 9 {
		return b
	}
	h := uint32(1)
	for _, c := range b {
		h = h*16777619 ^ uint32(c)
	}
	return h
}

// watched are the events of a watch, by number.
var watched = []sys.Events{
	sys.In, sys.In | sys.Out | sys.RdHup, sys.In | sys.Out | sys.RdHup | sys.Edge, sys.Out | sys.Edge, sys.In | sys.OneShot,
	sys.In | sys.RdHup | sys.Edge, sys.In | sys.Out | sys.Edge | sys.OneShot, 0,
}

// target is a descriptor to watch, and its token.
func (p *player) target(i int) (sys.FD, uint64) {
	list := append(p.ends[:len(p.ends):len(p.ends)], p.counter, p.pipe[0], p.pipe[1], p.listener, p.open[0], p.fifo[0], p.fifo[1], p.fifo[2])
	i %= len(list)
	return list[i], uint64(i)
}

func (p *player) watch(s move) (a answer) {
	poller := p.pollers[s.b%2]
	fd, token := p.target(s.a)
	events := watched[s.size%len(watched)]
	switch s.op {
	case "add":
		a.text = p.k.PollAdd(poller, fd, events, token).Name()
	case "modify":
		a.text = p.k.PollModify(poller, fd, events, token).Name()
	case "delete":
		a.text = p.k.PollDelete(poller, fd).Name()
	case "wait":
		list := make([]sys.Event, 1+s.size%4)
		n, e := p.k.PollWait(poller, list, 0)
		a.Errno, a.Events = e, list[:n]
		a.text = waited(e, list[:n])
	case "poll":
		list := p.listed(s)
		n, e := p.k.Poll(list, 0)
		a.Errno, a.text = e, polled(n, e, list)
		for _, f := range list {
			a.Polled = append(a.Polled, f.Revents)
		}
	}
	return a
}

// listed is what a poll(2) asks for.
func (p *player) listed(s move) (list []sys.PollFD) {
	events := watched[s.size%len(watched)]
	for i := range 1 + s.b%4 {
		fd, _ := p.target(s.a + i)
		list = append(list, sys.PollFD{FD: fd, Events: uint16(events & 0xffff)})
	}
	return list
}

// waited is the answer of an epoll_wait(2); polled, of a poll(2).
func waited(e sys.Errno, list []sys.Event) string {
	text := e.Name()
	for _, ev := range list {
		text += fmt.Sprintf(" %d:%s", ev.Token, maskText(ev.Events))
	}
	return text
}

func polled(n int, e sys.Errno, list []sys.PollFD) string {
	text := fmt.Sprintf("%d %s", n, e.Name())
	for _, f := range list {
		text += " " + maskText(sys.Events(f.Revents))
	}
	return text
}

func (p *player) wake(s move) (a answer) {
	n, e := 0, sys.OK
	var b []byte
	switch s.op {
	case "count":
		v := uint64(s.b)
		if s.b == 11 {
			v = ^uint64(0) - uint64(s.a) // next to the most
		}
		n, e = p.k.Write(p.counter, binary.NativeEndian.AppendUint64(nil, v))
	case "take":
		b = make([]byte, 8)
		n, e = p.k.Read(p.counter, b)
	case "pipe write":
		n, e = p.k.Write(p.pipe[1], pattern(min(s.size*(1+s.b*200), 300000), 3))
	case "pipe read":
		b = make([]byte, min(s.size*(1+s.b*200), 300000))
		n, e = p.k.Read(p.pipe[0], b)
	case "pipe close":
		i := s.b % 2
		if s.a == 0 {
			e = p.k.Close(p.pipe[i])
			p.pipe[i] = sys.None
		}
	}
	a.text = fmt.Sprintf("%d %s %x", n, e.Name(), sum(b[:min(n, len(b))]))
	return a
}

// named acts on a pipe that has a name, of which several may have either end.
func (p *player) named(s move) (a answer) {
	i := s.a % len(p.fifo)
	n, e := 0, sys.OK
	var b []byte
	switch s.op {
	case "fifo":
		if p.fifo[i] != sys.None {
			break
		}
		if i < 2 {
			p.fifo[i], e = p.k.OpenBeneath(p.dir, "fifo")
		} else {
			p.fifo[i], e = p.k.OpenAppend(p.tree.base() + "/fifo")
		}
	case "fifo read":
		b = make([]byte, min(s.size*(1+s.b*200), 300000))
		n, e = p.k.Read(p.fifo[i], b)
	case "fifo write":
		n, e = p.k.Write(p.fifo[i], pattern(min(s.size*(1+s.b*200), 300000), 5))
	case "fifo close":
		e = p.k.Close(p.fifo[i])
		p.fifo[i] = sys.None
	}
	a.text = fmt.Sprintf("%d %s %x", n, e.Name(), sum(b[:min(n, len(b))]))
	return a
}

func (p *player) file(s move) (a answer) {
	name := func(i int) string { return fmt.Sprintf("f%d", i%files) }
	i := s.a % files
	n, e := 0, sys.OK
	var b []byte
	switch s.op {
	case "open":
		if p.open[i] != sys.None {
			p.k.Close(p.open[i])
		}
		p.open[i], e = p.k.OpenBeneath(p.dir, name(s.b))
		if e != 0 {
			p.open[i] = sys.None
		}
	case "fstat":
		st, e := p.k.Fstat(p.open[i])
		a.text = fmt.Sprintf("%s kind %d size %d links %d", e.Name(), st.Kind, st.Size, st.LinkCnt)
		return a
	case "pread":
		b = make([]byte, s.size)
		n, e = p.k.Pread(p.open[i], b, int64(s.b*400))
	case "sendfile":
		end := s.b % len(p.ends)
		n, e = p.k.Sendfile(p.ends[end], p.open[i], int64(s.size*300), s.size*10)
		p.sent[end] += n
		a.N, a.Errno = n, e
	case "file":
		e = p.tree.write(name(s.b), pattern(s.size*50, byte(s.a)))
	case "truncate":
		e = p.tree.truncate(name(s.b), int64(s.size*100))
	case "rename":
		e = p.tree.rename(name(s.a), name(s.b))
	case "remove":
		e = p.tree.remove(name(s.b))
	case "append":
		n, e = p.k.Write(p.log, pattern(s.size, 1))
	}
	a.text = fmt.Sprintf("%d %s %x", n, e.Name(), sum(b[:min(n, len(b))]))
	return a
}
