//go:build linux

package netsim_test

// The relation to Linux, sampled. rapid draws sequences of system calls by up to three
// parties on connections, pipes, counters, pollers and files. Linux plays one first, and
// each answer is kept; then netsim does, and
//
//   - small writes, each settled before the next call: the answers are equal
//   - large ones into small buffers, nothing settled: netsim is led (follow.go), and has
//     to be able to answer as Linux did, in the state it has come to
//
// What fails is shrunk; the text has the sequence up to the call that differs. Nothing
// sleeps: what a call on a loopback sends has mostly arrived when the call returns, and
// where it has not SIOCINQ and poll(2) tell.

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/core/sys/linux"
	"brigade/netsim"
	"brigade/sim"
	"brigade/sim/strategy"
)

// sequences is how many each test plays; tries, how often Linux may play one until it
// answers as netsim does: its acknowledgements may come late when the machine is busy,
// which is an answer too, but not the one looked for.
const (
	sequences = 1500
	tries     = 10
)

// checks makes rapid draw n sequences, the same ones each time. Others are drawn by
//
//	go test ./netsim -run Linux -rapid.checks 50000 -rapid.seed 7
func checks(t *testing.T, n int, f func(t *rapid.T)) {
	t.Helper()
	for name, value := range map[string]string{"rapid.checks": fmt.Sprint(n), "rapid.seed": "1"} {
		x := flag.Lookup(name)
		old := x.Value.String()
		if old != x.DefValue {
			continue // asked for
		}
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = flag.Set(name, old) }() // it was that before
	}
	rapid.Check(t, f)
}

func TestSettledLinuxAnswersAlike(t *testing.T) { relate(t, false) }

func TestLinuxAnswersAsAllowed(t *testing.T) { relate(t, true) }

func relate(t *testing.T, loaded bool) {
	if err := linux.Available(); err != nil {
		t.Fatal(err)
	}
	n := netsim.New(netsim.Config{})
	n.Process("server")
	n.Process("client")
	n.Build("/root", netsim.Entry{Dir: true})
	n.Build("/root/fifo", netsim.Entry{Fifo: true})
	root := t.TempDir()
	if err := unix.Mkfifo(root+"/fifo", 0o644); err != nil {
		t.Fatal(err)
	}
	steps, ended, woken := 0, 0, 0
	checks(t, sequences, func(rt *rapid.T) {
		list := rapid.SliceOfN(drawStep(loaded), 10, 50).Draw(rt, "calls")
		steps += len(list)
		text := ""
		for range tries {
			var real []answer
			if real, text = differ(rt, n, root, list, loaded); text == "" {
				for i := range real {
					switch _, said, _ := strings.Cut(real[i].text, "; the sleeper: "); {
					case strings.Contains(said, "EINTR"):
						ended++
					case said != "":
						woken++
					}
				}
				return
			}
		}
		rt.Fatal(text)
	})
	t.Logf("%d calls", steps)
	if !loaded {
		if t.Logf("a task that slept was ended by a signal %d times, woken %d times", ended, woken); ended < 50 || woken < 50 {
			t.Error("the sequences have too few tasks that sleep")
		}
		return
	}
	for i, x := range netsim.Extras() {
		t.Logf("%-10s %6d times  %s: %s", x.Name, n.Followed()[i], x.Answer, x.Condition)
	}
}

// differ plays list on Linux, then on netsim; empty: they agree.
func differ(t *rapid.T, n *netsim.Net, root string, list []move, loaded bool) (answers []answer, text string) {
	real := newPlayer(linux.New(), diskFiles{root}, newThread(), list)
	real.settles, real.small = !loaded, loaded
	if loaded {
		real.asks = asked
	}
	if err := real.play(nil); err != "" {
		t.Fatal(err)
	}
	r := sim.Run(sim.Options{World: n, Strategy: strategy.NewRandom()}, func() {
		p := n.Process("server")
		simulated := newPlayer(p, simFiles{p}, newDream(p), list)
		simulated.small = loaded
		lead := func(i int) {
			if loaded {
				a := &real.answers[i].Answer
				for j, e := range a.Ends {
					a.Ends[j].FD = simulated.ends[e.FD]
				}
				p.Follow(a)
			}
		}
		if err := simulated.play(lead); err != "" {
			rt.Bug("%s", err)
		}
		text = compare(list, real.answers, simulated.answers)
	})
	if r.Verdict != nil {
		t.Fatalf("%v\n%s", r.Verdict, r.Verdict.Stack)
	}
	return real.answers, text
}

func compare(list []move, real, simulated []answer) string {
	for i := range real {
		if real[i].text == simulated[i].text {
			continue
		}
		var b strings.Builder
		for j := range i {
			fmt.Fprintf(&b, "\t%-34s %s\n", list[j], real[j].text)
		}
		return fmt.Sprintf("after\n%scall   %s\nLinux:  %s\nnetsim: %s", b.String(), list[i], real[i].text, simulated[i].text)
	}
	return ""
}

// diskFiles changes files below a directory of the test's; simFiles, netsim's.
type diskFiles struct{ root string }

func (d diskFiles) path(name string) string { return d.root + "/" + name }
func (d diskFiles) base() string            { return d.root }

func (d diskFiles) write(name string, b []byte) sys.Errno {
	if e := number(os.WriteFile(d.path("new"), b, 0o644)); e != 0 { //nolint:gosec // a test's directory
		return e
	}
	return number(os.Rename(d.path("new"), d.path(name)))
}

func (d diskFiles) truncate(name string, n int64) sys.Errno {
	return number(os.Truncate(d.path(name), n))
}

func (d diskFiles) rename(from, to string) sys.Errno {
	return number(os.Rename(d.path(from), d.path(to)))
}
func (d diskFiles) remove(name string) sys.Errno { return number(os.Remove(d.path(name))) }

func number(err error) sys.Errno {
	switch e := err.(type) { //nolint:errorlint // what package os returns, unwrapped
	case nil:
		return 0
	case *os.PathError:
		return number(e.Err)
	case *os.LinkError:
		return number(e.Err)
	case *os.SyscallError:
		return number(e.Err)
	case unix.Errno:
		return sys.Errno(e)
	}
	return sys.EIO
}

type simFiles struct{ p *netsim.Process }

func (s simFiles) base() string                            { return "/root" }
func (s simFiles) write(name string, b []byte) sys.Errno   { return s.p.WriteFile("/root/"+name, b) }
func (s simFiles) truncate(name string, n int64) sys.Errno { return s.p.Truncate("/root/"+name, n) }
func (s simFiles) rename(from, to string) sys.Errno        { return s.p.Rename("/root/"+from, "/root/"+to) }
func (s simFiles) remove(name string) sys.Errno            { return s.p.Remove("/root/" + name) }

// asked is how far fd's connection has got.
func asked(fd sys.FD) (a netsim.Arrived) {
	a.Unread = count(fd, unix.SIOCINQ)
	a.Unacked = count(fd, unix.SIOCOUTQ)
	list := []unix.PollFd{{Fd: int32(fd), Events: int16(sys.In | sys.Out | sys.RdHup)}}
	if _, err := unix.Poll(list, 0); err == nil {
		a.Ready = sys.Events(uint16(list[0].Revents))
	}
	return a
}

func count(fd sys.FD, what uint) int {
	n, err := unix.IoctlGetInt(int(fd), what)
	if err != nil {
		return 0
	}
	return n
}

// settle waits until what fd's peer was sent is there, as SIOCINQ tells; it gives up after
// a while, since a connection that is reset never gets it.
func settle(peer sys.FD, want int) {
	for range 2000 {
		n, err := unix.IoctlGetInt(int(peer), unix.SIOCINQ)
		if err != nil || n >= want {
			return
		}
		runtime.Gosched()
	}
}
