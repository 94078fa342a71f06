package main

// Five thousand idle tunnels on the real kernel hold two descriptors each, a little
// memory, and nothing else: no task, no processor, no page. Their ends live in a
// process of their own, so that each process needs ten thousand descriptors.

import (
	"bufio"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"brigade/core/exchange"
	"brigade/core/stage"
	"brigade/core/sys"
	"brigade/core/sys/linux"
	"brigade/netsim/client"
)

// role tells the process that it is the one with the ends, and how many there are.
const role = "BRIGADE_TUNNEL_ENDS"

// played is the part of a process that has a role.
func played(n string) int {
	count := 0
	_, _ = fmt.Sscan(n, &count)
	if err := opposite(count); err != nil {
		fmt.Println("failed:", err)
		return 1
	}
	return 0
}

// pair is a tunnel's two ends.
type pair struct{ near, far sys.FD }

// opposite opens so many tunnels and moves a few bytes through each when it is told to.
func opposite(n int) error {
	m := client.Waiting(linux.New())
	l, e := m.Listen(netip.MustParseAddrPort("127.0.0.1:0"), sys.ListenOptions{})
	if e != sys.OK {
		return e
	}
	addr, e := m.LocalAddr(l)
	if e != sys.OK {
		return e
	}
	in := bufio.NewScanner(os.Stdin)
	fmt.Println(addr)
	in.Scan()
	server, err := netip.ParseAddrPort(in.Text())
	if err != nil {
		return err
	}
	var pairs []pair
	for range n {
		p, err := tunnelTo(m, l, server, addr)
		if err != nil {
			return err
		}
		pairs = append(pairs, p)
	}
	for _, word := range []string{"open", "moved"} {
		for _, p := range pairs {
			if err := hear(m, p.near, p.far); err != nil {
				return err
			}
			if err := hear(m, p.far, p.near); err != nil {
				return err
			}
		}
		fmt.Println(word)
		in.Scan()
	}
	return nil // the descriptors close with the process
}

// tunnelTo opens a tunnel.
func tunnelTo(m client.Machine, l sys.FD, server, to netip.AddrPort) (p pair, err error) {
	var e sys.Errno
	if p.near, e = m.Connect(server); e != sys.OK && e != sys.EINPROGRESS {
		return p, e
	}
	if e = m.ConnectWait(p.near, time.Minute); e != sys.OK {
		return p, e
	}
	if _, e = m.WriteWait(p.near, fmt.Appendf(nil, "CONNECT %v HTTP/1.1\r\nHost: a\r\n\r\n", to), time.Minute); e != sys.OK {
		return p, e
	}
	b := make([]byte, 500)
	k, e := m.ReadWait(p.near, b, time.Minute)
	if e != sys.OK || !strings.HasPrefix(string(b[:k]), "HTTP/1.1 200 ") {
		return p, fmt.Errorf("%q, %w", b[:k], e)
	}
	p.far, _, e = m.Accept(l)
	if e != sys.OK {
		return p, e
	}
	return p, nil
}

// hear has one end hear what the other says.
func hear(m client.Machine, from, to sys.FD) error {
	if _, e := m.WriteWait(from, []byte("ping"), time.Minute); e != sys.OK {
		return e
	}
	b := make([]byte, 8)
	if n, e := m.ReadWait(to, b, time.Minute); e != sys.OK || string(b[:n]) != "ping" {
		return fmt.Errorf("%q, %w", b[:n], e)
	}
	return nil
}

// mute is a handler that nobody asks.
type mute struct{}

func (mute) Local() exchange.Local          { return mute{} }
func (mute) Handle(x *exchange.Exchange)    { panic("nobody asks for a resource") }
func (mute) Inline(*exchange.Exchange) bool { return false }
func (mute) Learn(any)                      {}

// fits is how many tunnels, up to 5,000, the limit of open files is enough for.
func fits(t *testing.T) int {
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r); err != nil {
		t.Fatal(err)
	}
	n := 5000
	if most := int(r.Cur)/2 - 100; most < n {
		n = most
		t.Logf("%d files may be open: %d tunnels", r.Cur, n)
	}
	return n
}

func TestIdleTunnelsHoldNothing(t *testing.T) {
	n := fits(t)
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), fmt.Sprintf("%s=%d", role, n))
	c.Stderr = os.Stderr
	stdin, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewScanner(stdout)
	out.Scan()
	backend, err := netip.ParseAddrPort(out.Text())
	if err != nil {
		t.Fatal(err)
	}
	s, err := stage.New(stage.Config{
		Kernel: linux.New(), Listen: netip.MustParseAddrPort("127.0.0.1:0"), Handler: mute{}, Connect: []netip.AddrPort{backend},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	before, tasks := used(), runtime.NumGoroutine()
	_, _ = fmt.Fprintln(stdin, s.Addr())
	for _, word := range []string{"open", "moved"} {
		if out.Scan(); out.Text() != word {
			t.Fatalf("%q; want %q", out.Text(), word)
		}
		bytes := float64(used()-before) / float64(n)
		t.Logf("%s: %d tunnels, %+v, %d tasks more, %.0f bytes of heap each", word, n, s.Load(), runtime.NumGoroutine()-tasks, bytes)
		if x := s.Load(); x.Tunnels != n || x.Held != 0 || x.Working != 0 {
			t.Errorf("%+v; want %d tunnels that hold nothing", x, n)
		}
		if more := runtime.NumGoroutine() - tasks; more > 0 {
			t.Errorf("%d tasks more than without tunnels", more)
		}
		if bytes > 2000 {
			t.Errorf("%.0f bytes of heap for each tunnel; want 2000 at most, a page is 16384", bytes)
		}
		_, _ = fmt.Fprintln(stdin)
	}
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
	s.Drain(time.Minute)
	if x := s.Wait(); x.Tunnels != uint64(n) || x.Received != uint64(8*n) || x.Losses != 0 {
		t.Errorf("%+v; want %d tunnels with 8 bytes from each", x, n)
	}
}

// used is how many bytes of it are in use.
func used() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
