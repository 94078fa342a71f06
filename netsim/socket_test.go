package netsim_test

import (
	"testing"

	"brigade/core/sys"
	"brigade/netsim"
)

// step is one call in a history of a connection, and what Linux answers. The
// answers were taken from Linux 6.18 on its loopback.
type step struct{ call, want string }

// do performs a step on the connection c–s.
func (w *world) do(c, s sys.FD, call string) string {
	p, fd := w.c, c
	if call[0] == 's' {
		p, fd = w.s, s
	}
	switch call[2:] {
	case "read":
		return p.read(fd)
	case "write":
		return p.write(fd, "hello")
	case "poll":
		return p.mask(fd)
	case "error":
		return p.SocketError(fd).Name()
	case "linger":
		return p.SetOption(fd, sys.LingerZero, 1).Name()
	case "close":
		return p.Close(fd).Name()
	case "shut read":
		return p.Shutdown(fd, sys.ShutRead).Name()
	case "shut write":
		return p.Shutdown(fd, sys.ShutWrite).Name()
	case "shut both":
		return p.Shutdown(fd, sys.ShutBoth).Name()
	}
	panic(call)
}

const ok = "errno 0"

func TestHowConnectionsEnd(t *testing.T) {
	for name, steps := range map[string][]step{
		"close with unread data resets; what has arrived stays readable": {
			{"s write", "5"},
			{"c write", "5"},
			{"s close", ok},
			{"c poll", "IN|OUT|RDHUP|HUP|ERR"},
			{"c read", `"hello"`},
			{"c read", "ECONNRESET"},
			{"c read", `""`},
			{"c write", "EPIPE"},
			{"c poll", "IN|OUT|RDHUP|HUP"},
		},
		"a write after reset tells the reset once, then EPIPE": {
			{"s linger", ok}, {"s close", ok}, {"c write", "ECONNRESET"}, {"c write", "EPIPE"}, {"c read", `""`},
		},
		"SO_ERROR clears": {
			{"s write", "5"},
			{"s linger", ok},
			{"s close", ok},
			{"c error", "ECONNRESET"},
			{"c error", ok},
			{"c poll", "IN|OUT|RDHUP|HUP"},
			{"c read", `"hello"`},
			{"c read", `""`},
		},
		"data at a socket shut both ways resets": {
			{"s shut both", ok},
			{"s poll", "IN|OUT|RDHUP|HUP"},
			{"c poll", "IN|OUT|RDHUP"},
			{"c write", "5"},
			{"s poll", "IN|OUT|RDHUP|HUP|ERR"},
			{"s read", "ECONNRESET"},
			{"s read", `""`},
			{"c poll", "IN|OUT|RDHUP|HUP|ERR"},
			{"c write", "EPIPE"},
			{"c read", `""`},
		},
		"data at a closed socket resets; the reader has seen the end": {
			{"s close", ok},
			{"c poll", "IN|OUT|RDHUP"},
			{"c read", `""`},
			{"c write", "5"},
			{"c poll", "IN|OUT|RDHUP|HUP|ERR"},
			{"c read", `""`},
			{"c write", "EPIPE"},
			{"c shut write", "ENOTCONN"},
		},
		"both ends shut": {
			{"s shut write", ok},
			{"c shut write", ok},
			{"c poll", "IN|OUT|RDHUP|HUP"},
			{"s poll", "IN|OUT|RDHUP|HUP"},
			{"c write", "EPIPE"},
			{"c read", `""`},
			{"c shut write", "ENOTCONN"},
			{"s shut read", "ENOTCONN"},
		},
		"shut for reading still takes what comes": {
			{"s shut read", ok},
			{"s poll", "IN|OUT|RDHUP"},
			{"s read", `""`},
			{"c write", "5"},
			{"s read", `"hello"`},
			{"s read", `""`},
			{"s shut write", ok},
			{"c write", "5"},
			{"c poll", "IN|OUT|RDHUP|HUP|ERR"},
		},
		"half close: the answer still comes": {
			{"c write", "5"},
			{"c shut write", ok},
			{"s read", `"hello"`},
			{"s read", `""`},
			{"s write", "5"},
			{"s close", ok},
			{"c read", `"hello"`},
			{"c read", `""`},
			{"c write", "EPIPE"},
		},
		"data before FIN is never dropped": {
			{"s write", "5"}, {"s close", ok}, {"c poll", "IN|OUT|RDHUP"}, {"c read", `"hello"`}, {"c read", `""`},
		},
		"nothing there": {{"c poll", "OUT"}, {"c read", "EAGAIN"}, {"c error", ok}},
		"closed twice":  {{"s close", ok}, {"s close", "EBADF"}, {"s read", "EBADF"}, {"s write", "EBADF"}},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, netsim.Config{}, func(w *world) {
				c, s := w.pair()
				for i, step := range steps {
					w.equal(step.call+" at step "+string(rune('0'+i)), w.do(c, s, step.call), step.want)
				}
			})
		})
	}
}

func TestRefused(t *testing.T) {
	run(t, netsim.Config{}, func(w *world) {
		c, e := w.c.Connect(address)
		w.want("connect", e, sys.EINPROGRESS)
		w.equal("poll", w.c.mask(c), "IN|OUT|RDHUP|HUP|ERR")
		w.want("SO_ERROR", w.c.SocketError(c), sys.ECONNREFUSED)
		w.equal("read", w.c.read(c), `""`)
		w.equal("write", w.c.write(c, "x"), "EPIPE")
	})
}

func TestLatency(t *testing.T) {
	r := run(t, netsim.Config{Latency: 3 * ms}, func(w *world) {
		l, _ := w.s.Listen(address, sys.ListenOptions{})
		c, _ := w.c.Connect(address)
		w.equal("connecting", w.c.mask(c), "-")
		w.equal("write", w.c.write(c, "x"), "EAGAIN")
		w.want("too early", w.c.ConnectWait(c, 5*ms), sys.EINPROGRESS)
		w.want("connected", w.c.ConnectWait(c, 5*ms), 0)
		s, _, e := w.s.AcceptWait(l, -1)
		w.want("accept", e, 0)
		w.equal("write", w.c.write(c, "hello"), "5")
		w.equal("not there yet", w.s.read(s), "EAGAIN")
		_, e = w.s.ReadWait(s, make([]byte, 9), 2*ms)
		w.want("nor now", e, sys.EAGAIN)
		n, _ := w.s.ReadWait(s, make([]byte, 9), -1)
		w.equal("arrived", n, 5)
	})
	if r.Virtual != 12*ms {
		t.Errorf("the run took %v, not four trips of 3 ms", r.Virtual)
	}
}
