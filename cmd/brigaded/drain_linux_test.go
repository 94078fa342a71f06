package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
)

// TestDrainFinishes is the promise of SIGTERM: a slow download ends complete,
// whoever is idle is let go, and nobody new comes in.
func TestDrainFinishes(t *testing.T) {
	root := newSite(t)
	want := pattern(largeSize)
	for _, top := range topologies {
		t.Run(top.name, func(t *testing.T) {
			d := start(t, root, top.flags...)
			idle := d.dial()
			idle.wantOpen("a connection that will be idle")
			slow := d.dialWith(4 << 10)
			slow.get("/large.bin")
			r := slow.head("a slow download", "GET", 200)

			d.signal(syscall.SIGTERM)
			d.want("the signal is heard", "draining for 10s at most")
			idle.wantEnd("idle while draining")
			got, err := io.ReadAll(r.Body)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes, %v; want all %d", len(got), err, len(want))
			}
			slow.wantEnd("the download has ended")
			rest := d.wantExit("nothing was cut", statusClean)
			account := fmt.Sprintf("brigaded: 2 requests on 2 connections, %d bytes sent, 0 log lines dropped\n", idle.got+slow.got)
			if rest != account {
				t.Errorf("%q; want %q", rest, account)
			}
			if c, err := net.Dial("tcp", d.addr); err == nil {
				_ = c.Close()
				t.Errorf("%s still accepts", d.addr)
			}
		})
	}
}

func TestDrainDeadline(t *testing.T) {
	root := newSite(t)
	for _, top := range topologies {
		t.Run(top.name, func(t *testing.T) {
			d := start(t, root, append(top.flags, "--drain", "50ms")...)
			c := d.dialWith(4 << 10)
			c.get("/huge.bin")
			r := c.head("a download that nobody reads", "GET", 200)
			d.signal(syscall.SIGTERM)
			if rest := d.wantExit("the deadline passed", statusCut); !strings.Contains(rest, "deadline passed with connections open") {
				t.Errorf("%q", rest)
			}
			// Cut, not ended: a proxy must not take the part for the whole.
			if n, err := io.Copy(io.Discard, r.Body); err == nil || n >= hugeSize {
				t.Errorf("%d bytes, %v; want less and an error", n, err)
			}
		})
	}
}

func TestSecondSignal(t *testing.T) {
	root := newSite(t)
	for _, top := range topologies {
		t.Run(top.name, func(t *testing.T) {
			d := start(t, root, append(top.flags, "--drain", "1h")...)
			c := d.dialWith(4 << 10)
			c.get("/huge.bin")
			c.head("a download that nobody reads", "GET", 200)
			d.signal(syscall.SIGTERM)
			d.want("the first signal drains", "terminated: draining for 1h0m0s at most; a second signal ends it now")
			d.signal(syscall.SIGINT)
			d.want("the second signal hurries", "interrupt, the second signal: cutting what is left")
			lost := d.want("it says what was lost", `lost: (\S+), 1 requests begun and not answered whole, the first for "/huge.bin": status 200, (\d+) bytes sent, (\d+) left$`)
			if lost[1] != c.conn.LocalAddr().String() || lost[2] == "0" || lost[3] == "0" {
				t.Errorf("%q; want what this client has lost, %v", lost[0], c.conn.LocalAddr())
			}
			d.wantExit("a connection was cut", statusCut)
		})
	}
}

// TestThirdSignal is for what cannot be cut: here, an access log into a pipe that
// nobody reads.
func TestThirdSignal(t *testing.T) {
	d := start(t, newSite(t), "--access-log", "-")
	c := d.dial()
	target := "/small.txt?" + strings.Repeat("q", 4000)
	for range 100 { // 400 KB of log, more than a pipe holds
		c.get(target)
		c.want("logged", 200)
	}
	d.signal(syscall.SIGTERM)
	d.want("first", "draining")
	d.signal(syscall.SIGTERM)
	d.want("second", "second signal")
	d.signal(syscall.SIGTERM)
	d.want("third", "third signal: leaving at once")
	d.wantExit("not all was logged", statusCut)
}

func TestHangup(t *testing.T) {
	d := start(t, newSite(t))
	c := d.dial()
	d.signal(syscall.SIGHUP)
	d.want("a clear line", "^brigaded: SIGHUP: there is no access log to open anew, and nothing else is read again")
	c.wantOpen("after SIGHUP")
	d.stop()
}
