package main

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"

	"brigade/core/stage"
	"brigade/core/sys"
)

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args string // separated by blanks
		want string
	}{
		{"", "--root is missing: it names the directory to serve"},
		{"--root", "--root: its value is missing"},
		{"--root . --proxy 127.0.0.1:1", "--proxy takes all requests, and none is left for --root; --proxy-below tells which it takes"},
		{"--proxy 127.0.0.1:1 --proxy-below /a/", "--proxy-below leaves the other paths to --root, which is missing"},
		{"--root . --proxy 127.0.0.1:1 --proxy-below a", `--proxy-below "a": a path begins with a slash`},
		{"--root . --cache 64M", "--cache goes with --proxy, which is missing"},
		{"--proxy 127.0.0.1:1 --cache 4095", `--cache "4095": it is a number of bytes, such as 65536, 64K, 1M or 1G, from 4K on`},
		{"--root . --proxy-balance hash", "--proxy-balance goes with --proxy, which is missing"},
		{"--proxy 127.0.0.1:1 --proxy-balance fair", `--proxy-balance "fair": it is round-robin, least or hash`},
		{"--proxy 127.0.0.1:1,127.0.0.1:0", `--proxy "127.0.0.1:1,127.0.0.1:0": it is an address to connect to, with a port from 1 to 65535`},
		{"--root . more", `argument "more": there are only flags`},
		{"--rot .", "unknown flag: --rot; --help lists the flags"},
		{"--root . --shards 0", `--shards "0": it is a whole number from 1 to 256`},
		{"--root . --shards many", `--shards "many": it is a whole number from 1 to 256`},
		{"--root . --processors -1", `--processors "-1": it is a whole number from 1 to 256`},
		{"--root . --topology ring", `--topology "ring": it is fused, event or staged`},
		{"--root . --congestion a-very-long-name", `--congestion "a-very-long-name": it is auto, system or a name of at most 15 letters`},
		{"--root . --gzip=10", `--gzip "10": it is a whole number from 1 to 9`},
		{"--root . --rate fast", `--rate "fast": it is a number of bytes, such as 65536, 64K, 1M or 1G, from 1 on`},
		{"--root . --body-limit 0", `--body-limit "0": it is a number of bytes`},
		{"--root . --deny secret", `the path "secret" of --deny or --echo begins with a slash`},
		{"--root . --kv /kv", `--kv "/kv": the path begins and ends with a slash`},
		{"--root . --kv-size 1M", "--kv-size goes with --kv, which is missing"},
		{"--root . --readers 2", "--readers: there are none with --topology fused"},
		{"--root . --writers 2", "--writers: there are none with --topology fused"},
		{"--root . --shards 4 --max-connections 3", "--max-connections 3: there are 4 shards"},
		{"--root . --drain soon", `--drain "soon": it is a time with its unit`},
		{"--root . --idle-timeout 0", `--idle-timeout "0": it is a time with its unit, such as 1m30s or 500ms, from 1ms`},
		{"--root . --header-timeout -1s", `--header-timeout "-1s": it is a time with its unit`},
		{"--root . --listen 8080", `--listen "8080": it is HOST:PORT`},
		{"--root . --listen ::1:8080", `--listen "::1:8080": it is HOST:PORT`},
		{"--root . --listen 127.0.0.1:http", `--listen "127.0.0.1:http": its port "http" is not a number from 0 to 65535`},
		{"--root . --listen 127.0.0.1:65536", `--listen "127.0.0.1:65536": its port "65536" is not a number`},
		{"--root . --listen example.org:80", `--listen "example.org:80": its host "example.org" is neither an IP address nor localhost`},
		{"--root . --buffers 0", `--buffers "0": it is a whole number from 1 to 16777216`},
		{"--root . --listen :80", `--listen ":80": its host "" is neither an IP address nor localhost`},
	} {
		var stdout, stderr bytes.Buffer
		status := run(strings.Fields(c.args), &stdout, &stderr)
		if status != statusUsage || !strings.HasPrefix(stderr.String(), "brigaded: "+c.want) {
			t.Errorf("%q: status %d, %q; want status %d, %q", c.args, status, &stderr, statusUsage, c.want)
		}
		if n := strings.Count(stderr.String(), "\n"); n != 1 || stdout.Len() > 0 {
			t.Errorf("%q: %d lines on standard error, %q on standard output; want one and none", c.args, n, &stdout)
		}
	}
}

func TestListenAddress(t *testing.T) {
	for s, want := range map[string]string{
		"127.0.0.1:80":   "127.0.0.1:80",
		"localhost:8080": "127.0.0.1:8080",
		"LocalHost:0":    "127.0.0.1:0",
		"[::1]:8080":     "[::1]:8080",
		"[::]:80":        "[::]:80",
		"0.0.0.0:65535":  "0.0.0.0:65535",
		"[fe80::1%lo]:1": "[fe80::1%lo]:1",
	} {
		var a address
		if err := a.Set(s); err != nil || a.addr != netip.MustParseAddrPort(want) {
			t.Errorf("--listen %s: %v, %v; want %s", s, a.addr, err, want)
		}
	}
}

func TestDefaults(t *testing.T) {
	for _, c := range []struct {
		args string
		top  stage.Topology
		one  bool // whether there is one shard on every machine
	}{
		{"--root .", stage.Fused, false},
		{"--root . --topology staged", stage.Staged, true},
		{"--root . --topology fused --shards 1", stage.Fused, true},
	} {
		p := &program{stderr: io.Discard}
		command := p.command()
		if err := command.ParseFlags(strings.Fields(c.args)); err != nil {
			t.Fatal(err)
		}
		p.said.flag = command.Flags().Changed
		if wrong := p.check(); wrong != nil {
			t.Fatal(wrong)
		}
		if p.topology.value != c.top || p.shards.n < 1 || c.one && p.shards.n != 1 {
			t.Errorf("%q: topology %v, %d shards", c.args, p.topology.value, p.shards.n)
		}
	}
}

func TestCapacity(t *testing.T) {
	var o options
	o.shards.n = 2
	for limit, want := range map[uint64]int{0: 0, 34: 0, 36: 1, 1034: 500, 1 << 63: 1 << 30} {
		if got := o.capacity(limit); got != want {
			t.Errorf("%d descriptors are enough for %d connections; want %d", limit, got, want)
		}
	}
}

// TestExplain covers what a test that may run as root cannot provoke.
func TestExplain(t *testing.T) {
	addr := netip.MustParseAddrPort("127.0.0.1:80")
	for _, c := range []struct {
		err  error
		want string
	}{
		{explainRoot("--root", "/srv", sys.EACCES), "--root /srv: permission denied; the user that runs brigaded needs to read and search it"},
		{explainListen("--listen", addr, sys.EACCES), "--listen 127.0.0.1:80: permission denied; ports below 1024 take CAP_NET_BIND_SERVICE: choose a higher one"},
		{explainListen("--listen", addr, sys.EMFILE), "--listen 127.0.0.1:80: too many open files; fewer --shards take fewer descriptors (ulimit -Hn shows the limit)"},
		{explainListen("--listen", addr, sys.EIO), "--listen 127.0.0.1:80: input/output error"},
	} {
		if c.err.Error() != c.want {
			t.Errorf("%q; want %q", c.err, c.want)
		}
		var e sys.Errno
		if !errors.As(c.err, &e) {
			t.Errorf("%q lost the error it explains", c.err)
		}
	}
}

func TestHelp(t *testing.T) {
	for args, want := range map[string]string{
		"--help":    "--topology NAME",
		"-h":        "Exit status: 0 all was answered, 1 usage",
		"--version": "brigaded ",
	} {
		var stdout, stderr bytes.Buffer
		if status := run([]string{args}, &stdout, &stderr); status != statusClean || !strings.Contains(stdout.String(), want) || stderr.Len() > 0 {
			t.Errorf("%s: status %d, %q, %q", args, status, &stdout, &stderr)
		}
	}
}
