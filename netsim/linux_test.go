//go:build linux

package netsim_test

// The relation to Linux, sampled: random histories of one connection, and of
// pipes and event counters, give the same answers on the simulated loopback and
// on Linux's. Nothing here waits: on a loopback what a call sends has arrived when
// the call returns.

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/core/sys/linux"
	"brigade/netsim"
)

// history is a random sequence of calls, as numbers.
type history []uint32

// player plays a history on a kernel and writes down the answers.
type player struct {
	k       sys.Kernel
	fds     [2]sys.FD // the ends of the connection
	pollers [3]sys.FD // edge on the first, level on the first, edge on the second
	log     []string
}

func (p *player) note(format string, args ...any) {
	p.log = append(p.log, fmt.Sprintf(format, args...))
}

// connect makes the connection, on a free port.
func (p *player) connect(listenAddr string) error {
	l, e := p.k.Listen(mustAddr(listenAddr), sys.ListenOptions{})
	if e != 0 {
		return e
	}
	addr, _ := p.k.LocalAddr(l)
	c, e := p.k.Connect(addr)
	if e != sys.EINPROGRESS {
		return e
	}
	poller, _ := p.k.Poller()
	p.k.PollAdd(poller, l, sys.In, 0)
	p.k.PollWait(poller, make([]sys.Event, 1), -1)
	s, _, e := p.k.Accept(l)
	if e != 0 {
		return e
	}
	p.k.SetOption(c, sys.NoDelay, 1) // Nagle's algorithm is not simulated
	p.k.Close(l)
	p.k.Close(poller)
	p.fds = [2]sys.FD{c, s}
	return nil
}

func (p *player) watch() {
	all := sys.In | sys.Out | sys.RdHup
	for i, w := range []struct {
		fd     sys.FD
		events sys.Events
	}{{p.fds[0], all | sys.Edge}, {p.fds[0], all}, {p.fds[1], all | sys.Edge}} {
		p.pollers[i], _ = p.k.Poller()
		p.note("add %s", p.k.PollAdd(p.pollers[i], w.fd, w.events, uint64(i)).Name())
	}
}

func (p *player) step(op uint32) {
	end := int(op>>8) & 1
	fd := p.fds[end]
	name := string("cs"[end])
	buf := make([]byte, 1+int(op>>16)%7)
	switch op % 16 {
	case 0, 1, 2:
		n, e := p.k.Read(fd, buf)
		p.note("%s read %d: %d %s %q", name, len(buf), n, e.Name(), buf[:n])
	case 3, 4, 5:
		for i := range buf {
			buf[i] = 'a' + byte(len(p.log)+i)%26
		}
		n, e := p.k.Write(fd, buf)
		p.note("%s write %d: %d %s", name, len(buf), n, e.Name())
	case 6:
		how := sys.How(op >> 16 % 3)
		p.note("%s shutdown %d: %s", name, how, p.k.Shutdown(fd, how).Name())
	case 7:
		if op>>16%4 == 0 {
			p.note("%s close: %s", name, p.k.Close(fd).Name())
		}
	case 8:
		if op>>16%4 == 0 {
			p.note("%s linger: %s", name, p.k.SetOption(fd, sys.LingerZero, 1).Name())
		}
	case 9:
		p.note("%s SO_ERROR: %s", name, p.k.SocketError(fd).Name())
	case 10:
		p.note("modify: %s", p.k.PollModify(p.pollers[0], p.fds[0], sys.In|sys.RdHup|sys.Edge|sys.OneShot, 3).Name())
	case 11:
		p.note("modify: %s", p.k.PollModify(p.pollers[0], p.fds[0], sys.In|sys.Out|sys.RdHup|sys.Edge, 4).Name())
	default:
		i := op >> 16 % 3
		events := make([]sys.Event, 2)
		n, e := p.k.PollWait(p.pollers[i], events, 0)
		text := ""
		for _, ev := range events[:n] {
			text += fmt.Sprintf(" %d:%s", ev.Token, maskText(ev.Events))
		}
		p.note("wait %d: %s%s", i, e.Name(), text)
	}
}

func (p *player) closeAll() {
	for _, fd := range append(p.fds[:], p.pollers[:]...) {
		p.k.Close(fd)
	}
}

func play(p *player, addr string, h history) error {
	if err := p.connect(addr); err != nil {
		return err
	}
	p.watch()
	for _, op := range h {
		p.step(op)
	}
	p.closeAll()
	return nil
}

// tries is how often Linux may play a history: its acknowledgements may come late
// when the machine is busy, which is an answer too, but not the one looked for.
const tries = 10

func TestLinuxAnswersAlike(t *testing.T) {
	if err := linux.Available(); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	n := netsim.New(netsim.Config{})
	for range 3000 {
		h := make(history, 5+r.IntN(30))
		for i := range h {
			h[i] = r.Uint32()
		}
		var simulated []string
		runOn(t, n, 1, func(w *world) {
			p := &player{k: w.s.Process}
			if err := play(p, "127.0.0.1:0", h); err != nil {
				rt.Bug("play: %v", err)
			}
			simulated = p.log
		})
		if text := differs(t, h, simulated); text != "" {
			t.Fatal(text)
		}
	}
}

// differs tells where Linux never answers as the simulation did.
func differs(t *testing.T, h history, simulated []string) (text string) {
	t.Helper()
	for range tries {
		real := &player{k: linux.New()}
		if err := play(real, "127.0.0.1:0", h); err != nil {
			t.Fatal(err)
		}
		i := 0
		for i < len(real.log) && simulated[i] == real.log[i] {
			i++
		}
		if i == len(real.log) {
			return ""
		}
		text = fmt.Sprintf("after\n\t%s\nLinux:  %s\nnetsim: %s", strings.Join(real.log[:i], "\n\t"), real.log[i], simulated[i])
	}
	return text
}
