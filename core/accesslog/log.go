// Package accesslog writes the access log, in combined format, from a task of its
// own.
//
// Any task adds a line under a short lock; the logger takes all there are at
// once and writes them with the lock released. When the disk is slow or full the
// buffer fills up, and lines are dropped and counted rather than anybody made to
// wait: an event loop never writes a file.
//
//	log.Add(&entry)   // on a loop
//	log.Run()         // the logger task, until Close
//
// Byte counts are what the kernel accepted of the response, head included; that
// is why an entry is added after its last byte.
package accesslog

import (
	"fmt"

	"brigade/core/rt"
	"brigade/core/sys"
)

// Log is an access log. Open makes one.
type Log struct {
	kernel sys.Kernel
	fd     sys.FD
	limit  int

	mu      rt.Mutex
	some    rt.Cond // guarded by mu: lines, closed
	lines   []byte  // guarded by mu: being filled
	closed  bool    // guarded by mu
	dropped uint64  // guarded by mu: lines that found no room
	lost    uint64  // guarded by mu: bytes the disk did not take
	spare   []byte  // the logger's: being written
	torn    bool    // the logger's: the file ends within a line
}

// Open opens or creates the file name for appending. limit bounds the bytes that
// wait to be written.
func Open(k sys.Kernel, name string, limit int) (*Log, error) {
	fd, e := k.OpenAppend(name)
	if e != sys.OK {
		return nil, fmt.Errorf("access log %q: %w", name, e)
	}
	l := &Log{kernel: k, fd: fd, limit: limit}
	l.some.L = &l.mu
	l.mu.Label("accesslog.mu")
	l.some.Label("accesslog.some")
	return l, nil
}

// Add queues a line. False: there was no room, and it was dropped and counted.
func (l *Log) Add(e *Entry) bool {
	l.mu.Lock()
	if len(l.lines)+e.bound() > l.limit || l.closed {
		l.dropped++
		l.mu.Unlock()
		return false
	}
	first := len(l.lines) == 0
	l.lines = e.append(l.lines)
	if first {
		l.some.Signal()
	}
	l.mu.Unlock()
	return true
}

// Run writes lines until the log is closed and all are written, then closes the
// file.
func (l *Log) Run() {
	for {
		l.mu.Lock()
		l.some.Await(func() bool { return len(l.lines) > 0 || l.closed })
		l.lines, l.spare = l.spare[:0], l.lines
		done := l.closed && len(l.spare) == 0
		l.mu.Unlock()
		if done {
			break
		}
		l.write(l.spare)
	}
	l.kernel.Close(l.fd)
}

// write writes lines; what the disk does not take is counted and given up. If
// that leaves a part of a line in the file, the next write ends it first.
func (l *Log) write(lines []byte) {
	rest := lines
	if !l.torn || len(l.put([]byte("\n"))) == 0 {
		l.torn = false
		rest = l.put(lines)
	}
	if len(rest) == 0 {
		return
	}
	if n := len(lines) - len(rest); n > 0 {
		l.torn = lines[n-1] != '\n'
	}
	l.mu.Lock()
	l.lost += uint64(len(rest))
	l.mu.Unlock()
}

// put writes b as far as the disk takes it and returns the rest.
func (l *Log) put(b []byte) (rest []byte) {
	for len(b) > 0 {
		n, e := l.kernel.Write(l.fd, b)
		if e == sys.EINTR {
			continue
		}
		if e != sys.OK || n <= 0 {
			break
		}
		b = b[n:]
	}
	return b
}

// Close lets Run end once all lines are written.
func (l *Log) Close() {
	l.mu.Lock()
	l.closed = true
	l.some.Broadcast()
	l.mu.Unlock()
}

// Lost is how many lines found no room and how many bytes the disk did not take.
func (l *Log) Lost() (lines, bytes uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dropped, l.lost
}

// Discard closes the file of a log whose Run was never called.
func (l *Log) Discard() { l.kernel.Close(l.fd) }
