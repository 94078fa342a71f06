package check

// core/accesslog.Log: writers add lines, the logger writes them to a file that
// takes a few bytes at a time, and the log is closed once the writers are done.

import (
	"bytes"
	"net/netip"
	"time"

	"brigade/core/accesslog"
	"brigade/core/rt"
	"brigade/core/sys"
)

func logComponent() Component {
	return Component{
		Name: "accesslog", Tasks: 2, Ops: 1, Type: typeName[accesslog.Log](), program: logProgram,
		Story: "writers add lines, a logger writes them: each accepted line whole and once, the others counted, the file closed",
	}
}

// file is a kernel that has one file. Its other calls are nil: nobody makes them.
type file struct {
	sys.Kernel
	turn   rt.Int64 // a write may be interleaved with anything
	bytes  []byte
	closed int
}

// OpenAppend implements sys.Kernel.
func (f *file) OpenAppend(string) (sys.FD, sys.Errno) { return 3, sys.OK }

// Write implements sys.Kernel. It takes at most most bytes.
func (f *file) Write(_ sys.FD, p []byte) (int, sys.Errno) {
	const most = 64
	f.turn.Add(1)
	n := min(len(p), most)
	f.bytes = append(f.bytes, p[:n]...)
	return n, sys.OK
}

// Close implements sys.Kernel.
func (f *file) Close(sys.FD) sys.Errno {
	f.closed++
	return sys.OK
}

// room is enough for one line that waits, and not for two.
const room = 320

func logProgram(writers, ops int) func() {
	return func() {
		f := new(file)
		f.turn.Label("file")
		log, err := accesslog.Open(f, "access.log", room)
		if err != nil {
			rt.Bug("the log does not open: %v", err)
		}
		var adding, logging rt.WaitGroup
		adding.Label("adding")
		logging.Label("logging")
		refused := make([]int, writers)
		for w := range writers {
			adding.Go("writer", func() {
				for n := range ops {
					if !log.Add(entry(w, n)) {
						refused[w]++
					}
				}
			})
		}
		logging.Go("logger", log.Run)
		adding.Wait()
		log.Close()
		logging.Wait()
		judgeLog(f, log, refused, writers*ops)
	}
}

func entry(writer, n int) *accesslog.Entry {
	return &accesslog.Entry{
		Peer: netip.MustParseAddrPort("127.0.0.1:4000"), Time: time.Date(2011, 11, 21, 14, 35, 8, 0, time.UTC),
		Method: []byte("GET"), Target: []byte{'/', byte('a' + writer), byte('a' + n)}, Minor: 1, Status: 200,
	}
}

// judgeLog compares the file with what was accepted.
func judgeLog(f *file, log *accesslog.Log, refused []int, added int) {
	total := 0
	for _, n := range refused {
		total += n
	}
	lines, lost := log.Lost()
	if int(lines) != total || lost != 0 {
		rt.Bug("%d lines were refused; the log says %d, and %d bytes lost", total, lines, lost)
	}
	if f.closed != 1 {
		rt.Bug("the file was closed %d times", f.closed)
	}
	written := bytes.SplitAfter(f.bytes, []byte("\n"))
	if got := len(written) - 1; got != added-total {
		rt.Bug("%d lines were accepted, and %d written", added-total, got)
	}
	seen := make(map[string]bool)
	for _, l := range written[:len(written)-1] {
		if !bytes.HasPrefix(l, []byte("127.0.0.1 - - [21/Nov/2011")) || seen[string(l)] {
			rt.Bug("the line %q is broken, or written twice", l)
		}
		seen[string(l)] = true
	}
}
