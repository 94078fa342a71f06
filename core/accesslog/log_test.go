package accesslog

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
	"time"

	"brigade/core/sys"
)

// fake is a kernel with one file, which takes what script allows.
type fake struct {
	sys.Kernel
	data   []byte
	closed int
	script []answer
}

// answer is what one write does: at most n bytes (0: all), or an error.
type answer struct {
	n     int
	errno sys.Errno
}

func (k *fake) OpenAppend(name string) (sys.FD, sys.Errno) {
	if name == "/none/log" {
		return sys.None, sys.ENOENT
	}
	return 5, sys.OK
}

func (k *fake) Write(_ sys.FD, p []byte) (int, sys.Errno) {
	if len(k.script) > 0 {
		a := k.script[0]
		k.script = k.script[1:]
		if a.errno != sys.OK {
			return 0, a.errno
		}
		if a.n > 0 {
			p = p[:min(a.n, len(p))]
		}
	}
	k.data = append(k.data, p...)
	return len(p), sys.OK
}

func (k *fake) Close(sys.FD) sys.Errno {
	k.closed++
	return sys.OK
}

func open(t *testing.T, k sys.Kernel, limit int) *Log {
	t.Helper()
	l, err := Open(k, "/log", limit)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var entry = Entry{
	Peer: netip.MustParseAddrPort("192.0.2.7:5000"), Time: time.Date(2011, 11, 21, 14, 35, 8, 0, time.UTC),
	Method: []byte("GET"), Target: []byte("/a?b"), Minor: 1, Status: 200, Bytes: 1234,
	Referer: []byte("http://h/"), UserAgent: []byte("curl/8"),
}

func TestLines(t *testing.T) {
	for _, x := range []struct {
		name   string
		change func(e *Entry)
		want   string
	}{
		{"plain", func(*Entry) {}, `192.0.2.7 - - [21/Nov/2011:14:35:08 +0000] "GET /a?b HTTP/1.1" 200 1234 "http://h/" "curl/8"`},
		{"HTTP/1.0, IPv6, no fields", func(e *Entry) {
			e.Peer, e.Minor, e.Referer, e.UserAgent = netip.MustParseAddrPort("[2001:db8::1]:80"), 0, nil, nil
		}, `2001:db8::1 - - [21/Nov/2011:14:35:08 +0000] "GET /a?b HTTP/1.0" 200 1234 "-" "-"`},
		{"no request", func(e *Entry) {
			e.Method, e.Target, e.Referer, e.UserAgent, e.Status, e.Bytes = nil, nil, nil, nil, 408, 0
		}, `192.0.2.7 - - [21/Nov/2011:14:35:08 +0000] "-" 408 0 "-" "-"`},
		{"another zone", func(e *Entry) {
			e.Time = e.Time.In(time.FixedZone("", -3600))
		}, `192.0.2.7 - - [21/Nov/2011:13:35:08 -0100] "GET /a?b HTTP/1.1" 200 1234 "http://h/" "curl/8"`},
		{"quotes and control characters", func(e *Entry) {
			e.Target, e.UserAgent = []byte("/\"\\\x7f\xe9"), []byte("a\"\n10.0.0.1 - - [x] \"GET\tx\r\x00\x1b[2J")
		}, `192.0.2.7 - - [21/Nov/2011:14:35:08 +0000] "GET /\x22\x5c\x7f\xe9 HTTP/1.1" 200 1234 "http://h/" "a\x22\x0a10.0.0.1 - - [x] \x22GET\x09x\x0d\x00\x1b[2J"`},
	} {
		t.Run(x.name, func(t *testing.T) {
			e := entry
			x.change(&e)
			got := string(e.append(nil))
			if got != x.want+"\n" {
				t.Errorf("\n%s want\n%s", got, x.want)
			}
			if len(got) > e.bound() {
				t.Errorf("%d bytes, more than the bound %d", len(got), e.bound())
			}
		})
	}
}

func TestBoundIsOne(t *testing.T) {
	e := entry
	e.Peer = netip.MustParseAddrPort("[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%interface]:65535")
	e.Status, e.Bytes = 999, 1<<63-1
	nasty := bytes.Repeat([]byte{0}, 500)
	e.Method, e.Target, e.Referer, e.UserAgent = nasty, nasty, nasty, nasty
	if n := len(e.append(nil)); n > e.bound() {
		t.Errorf("%d bytes, more than the bound %d", n, e.bound())
	}
}

func TestFullBufferDropsAndCounts(t *testing.T) {
	k := &fake{}
	l := open(t, k, 3*entry.bound())
	added := 0
	for range 20 {
		if l.Add(&entry) {
			added++
		}
	}
	if lines, _ := l.Lost(); added < 3 || added == 20 || int(lines) != 20-added {
		t.Errorf("%d added, %d dropped, of 20", added, lines)
	}
	l.Close()
	l.Run()
	if n := strings.Count(string(k.data), "\n"); n != added || k.closed != 1 {
		t.Errorf("%d lines written of %d, closed %d times", n, added, k.closed)
	}
	if l.Add(&entry) {
		t.Error("a line was added to a closed log: nobody will write it")
	}
}

func TestDisk(t *testing.T) {
	line := string(entry.append(nil))
	for _, x := range []struct {
		name   string
		script []answer
		data   string
		lost   uint64
	}{
		{"takes all", nil, line, 0},
		{"is interrupted", []answer{{0, sys.EINTR}, {0, sys.EINTR}}, line, 0},
		{"takes it in parts", []answer{{n: 7}, {n: 1}, {0, sys.EINTR}}, line, 0},
		{"is full", []answer{{0, sys.ENOSPC}}, "", uint64(len(line))},
		{"becomes full", []answer{{n: 10}, {0, sys.ENOSPC}}, line[:10], uint64(len(line) - 10)},
	} {
		t.Run(x.name, func(t *testing.T) {
			k := &fake{script: x.script}
			l := open(t, k, 1<<16)
			l.Add(&entry)
			l.Close()
			l.Run()
			if _, lost := l.Lost(); string(k.data) != x.data || lost != x.lost || k.closed != 1 {
				t.Errorf("%q, %d bytes lost, closed %d times", k.data, lost, k.closed)
			}
		})
	}
}

// After a disk that became full in the middle of a line, the next line stands
// alone.
func TestPartOfALineIsEnded(t *testing.T) {
	line := string(entry.append(nil))
	k := &fake{script: []answer{{n: 10}, {0, sys.ENOSPC}}}
	l := open(t, k, 1<<16)
	l.write([]byte(line))
	l.write([]byte(line))
	if lines := strings.SplitAfter(string(k.data), "\n"); len(lines) < 2 || lines[len(lines)-2] != line {
		t.Errorf("%q: a good line is glued to the part of a bad one", k.data)
	}
}

func TestOpenFails(t *testing.T) {
	if _, err := Open(&fake{}, "/none/log", 1); err == nil || !strings.Contains(err.Error(), `"/none/log"`) {
		t.Errorf("%v", err)
	}
}

func TestAddDoesNotAllocate(t *testing.T) {
	l := open(t, &fake{}, 1<<20)
	l.lines = make([]byte, 0, 1<<20)
	if n := testing.AllocsPerRun(100, func() { l.Add(&entry) }); n != 0 {
		t.Errorf("%v allocations a line", n)
	}
}
