package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCannotStart(t *testing.T) {
	root := newSite(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	addr := taken.Addr().String()
	_, port, _ := net.SplitHostPort(addr)
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"a port in use", []string{"--root", root, "--listen", addr}, "--listen " + addr + ": address already in use; another process has it (ss -ltnp 'sport = :" + port + "' shows which)"},
		{"a root that is missing", []string{"--root", root + "/none"}, "--root " + root + "/none: no such file or directory"},
		{"a root that is a file", []string{"--root", root + "/small.txt"}, "--root " + root + "/small.txt: not a directory"},
		{"a root that is a fifo", []string{"--root", root + "/fifo"}, "--root " + root + "/fifo: not a directory"},
		{"an address of others", []string{"--root", root, "--listen", "192.0.2.1:8080"}, "--listen 192.0.2.1:8080: cannot assign requested address; no interface here"},
		{"an unknown congestion control", []string{"--root", root, "--congestion", "nosuch"}, "--congestion nosuch: this system has no such algorithm; sysctl"},
		{"a log in no directory", []string{"--root", root, "--access-log", root + "/none/log"}, "--access-log " + root + "/none/log: no such file or directory"},
		{"a log that nobody reads", []string{"--root", root, "--access-log", root + "/fifo"}, "--access-log " + root + "/fifo: no such device or address; it is a fifo or pipe that nobody reads"},
		{"a profile in no directory", []string{"--root", root, "--cpuprofile", root + "/none/cpu"}, "--cpuprofile: open " + root + "/none/cpu: no such file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rest := launch(t, c.args...).wantExit(c.name, statusStart)
			if !strings.HasPrefix(rest, "brigaded: "+c.want) || strings.Count(rest, "\n") != 1 {
				t.Errorf("%q; want one line, %q", rest, c.want)
			}
		})
	}
}

// TestSecondServer: shards share a port by SO_REUSEPORT, servers do not.
func TestSecondServer(t *testing.T) {
	root := newSite(t)
	each(t, root, func(t *testing.T, d *daemon) {
		rest := launch(t, "--root", root, "--listen", d.addr, "--shards", "2").wantExit("the port is taken", statusStart)
		if !strings.Contains(rest, "address already in use") {
			t.Errorf("%q", rest)
		}
		d.dial().wantOpen("the first server was not disturbed")
	})
}

func TestSamePortAgain(t *testing.T) {
	root := newSite(t)
	d := start(t, root)
	c := d.dial()
	c.wantOpen("the server closes first, so that its end is in TIME_WAIT")
	addr := d.addr
	d.stop()
	d = launch(t, "--root", root, "--listen", addr)
	d.addr = addr
	d.want("TIME_WAIT does not hold the port", "listening on "+addr)
	d.dial().wantOpen("after a restart")
	d.stop()
}

func TestUsageStatus(t *testing.T) {
	rest := launch(t, "--root", ".", "--topology", "ring").wantExit("usage", statusUsage)
	if rest != "brigaded: --topology \"ring\": it is fused, event or staged\n" {
		t.Errorf("%q", rest)
	}
}

func TestConnectionsThatDoNotFit(t *testing.T) {
	d := launch(t, "--root", newSite(t), "--listen", "localhost:0", "--max-connections", "10000000", "--shards", "2")
	d.want("a warning", `--max-connections 10000000 does not fit into \d+ open files, the hard limit; \d+ do`)
	d.addr = d.want("it starts all the same", `listening on (127\.0\.0\.1:\d+), topology fused, 2 shards`)[1]
	d.dial().wantOpen("it serves")
	d.stop()
}

func TestListenIPv6(t *testing.T) {
	probe, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Logf("this machine has no IPv6 (%v): the refusal is what can be seen", err)
		launch(t, "--root", ".", "--listen", "[::1]:0").wantExit("no IPv6", statusStart)
		return
	}
	_ = probe.Close()
	d := launch(t, "--root", newSite(t), "--listen", "[::1]:0")
	d.addr = d.want("an IPv6 address", `listening on (\[::1\]:\d+),`)[1]
	d.dial().wantOpen("over IPv6")
	d.stop()
}

func TestCPUProfile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cpu")
	d := start(t, newSite(t), "--cpuprofile", file)
	d.dial().wantOpen("profiled")
	d.stop()
	if b, err := os.ReadFile(file); err != nil || len(b) < 2 || b[0] != 0x1f || b[1] != 0x8b {
		t.Errorf("the profile is %d bytes, %v; want a gzip stream", len(b), err)
	}
}
