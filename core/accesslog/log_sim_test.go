package accesslog

// Two tasks add lines to a small log whose disk takes what it likes, and a third
// closes it. Whatever the order: a line that was taken is in the file once, whole,
// and behind those that its task added before, or the disk refused some of it; lines
// that were not taken, and bytes that were refused, are as many as the log says.

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/sim"
)

// moody is a disk with one file. Its operations are points.
type moody struct {
	sys.Kernel
	mu      rt.Mutex
	data    []byte
	refused int // bytes
	breaks  int // writes that were not taken whole
	closed  int
}

func (k *moody) OpenAppend(string) (sys.FD, sys.Errno) { return 5, sys.OK }

func (k *moody) Close(sys.FD) sys.Errno {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.closed++
	return sys.OK
}

func (k *moody) Write(_ sys.FD, p []byte) (int, sys.Errno) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(p) == 0 {
		rt.Bug("a write of nothing")
	}
	switch n := sim.Choose("write", 6); n {
	case 1:
		return 0, sys.EINTR
	case 2, 3: // the disk is full, or errs
		k.refused += len(p)
		k.breaks++
		return 0, []sys.Errno{2: sys.ENOSPC, 3: sys.OK}[n]
	case 4:
		p = p[:1+len(p)/2]
	case 5:
		p = p[:1]
	}
	k.data = append(k.data, p...)
	return len(p), sys.OK
}

// adder adds lines and remembers which of them were taken.
type adder struct {
	taken [][]byte
	told  int // that were not
}

func (a *adder) add(l *Log, who, count int) {
	for n := range count {
		e := Entry{Peer: entry.Peer, Time: time.Unix(0, 0).UTC(), Method: []byte("GET"), Target: fmt.Appendf(nil, "/%d.%d", who, n), Minor: 1, Status: 200}
		if l.Add(&e) {
			a.taken = append(a.taken, e.append(nil))
		} else {
			a.told++
		}
	}
}

func TestLogLosesNothingUnsaid(t *testing.T) {
	sim.Test(t, func() {
		k := new(moody)
		l, err := Open(k, "/log", sim.Choose("room", 3)*entry.bound()+200)
		if err != nil {
			rt.Bug("%v", err)
		}
		var adding, logging rt.WaitGroup
		logging.Go("logger", l.Run)
		adders := make([]adder, 2)
		for i := range adders {
			adding.Go("adder", func() { adders[i].add(l, i, 1+sim.Choose("lines", 3)) })
		}
		if sim.Choose("early", 4) == 1 {
			l.Close() // who adds later is told
		}
		adding.Wait()
		rt.Sleep(time.Second) // nobody has to close a log for its lines to be written
		found, taken := written(k, adders)
		if k.mu.Lock(); k.breaks == 0 && found != taken {
			rt.Bug("%d lines of %d are in the file when all is quiet", found, taken)
		}
		k.mu.Unlock()
		l.Close()
		logging.Wait()
		account(k, l, adders)
	})
}

// written is how many of the lines that were taken are in the file, in order.
func written(k *moody, adders []adder) (found, taken int) {
	k.mu.Lock()
	lines := bytes.SplitAfter(k.data, []byte("\n"))
	k.mu.Unlock()
	for i := range adders {
		at := 0
		for _, want := range adders[i].taken {
			taken++
			for j := at; j < len(lines); j++ {
				if bytes.Equal(lines[j], want) {
					at = j + 1
					found++
					break
				}
			}
		}
	}
	return found, taken
}

// account compares what adders were told with the file and the log's counts.
func account(k *moody, l *Log, adders []adder) {
	found, taken := written(k, adders)
	told := 0
	for i := range adders {
		told += adders[i].told
	}
	lines := bytes.SplitAfter(k.data, []byte("\n"))
	dropped, lost := l.Lost()
	ends := k.breaks // each may leave a part of a line, and cost an empty one to end it
	switch {
	case dropped != uint64(told):
		rt.Bug("%d lines were not taken; the log says %d", told, dropped)
	case k.closed != 1:
		rt.Bug("the file was closed %d times", k.closed)
	case k.breaks == 0 && (found != taken || lost != 0):
		rt.Bug("%d lines of %d are in the file, %d bytes were lost, and the disk took all: %q", found, taken, lost, k.data)
	case k.breaks > 0 && (lost == 0) != (found == taken):
		rt.Bug("%d lines of %d are in the file, and %d bytes were lost: %q", found, taken, lost, k.data)
	case len(lines)-1 > found+2*ends:
		rt.Bug("the file has %d lines for %d and %d breaks: %q", len(lines)-1, found, ends, k.data)
	}
	size := 0
	for i := range adders {
		for _, x := range adders[i].taken {
			size += len(x)
		}
	}
	if ended := len(k.data) + int(lost) - size; ended < 0 || ended > ends {
		rt.Bug("%d bytes were taken; %d are in the file and %d lost, with %d breaks", size, len(k.data), lost, ends)
	}
}
