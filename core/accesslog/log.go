// Package accesslog writes the access log, in combined format, from a task of its
// own.
//
// Any task adds a line under a short lock; the logger takes all there are at
// once and writes them with the lock released. When the disk is slow or full, or
// nobody reads a pipe, the buffer fills up, and lines are dropped and counted rather
// than anybody made to wait: an event loop never writes a file.
//
//	log.Add(&entry)   // on a loop
//	log.Reopen()      // the file has been renamed
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
	sink
	limit int

	mu     rt.Mutex
	some   rt.Cond    // guarded by mu: lines, closed, anew
	lines  []byte     // guarded by mu: being filled
	closed bool       // guarded by mu
	anew   bool       // guarded by mu: the name is to be opened anew
	told   Told       // guarded by mu
	spare  []byte     // the logger's: being written
	leave  rt.Instant // the logger's: when a log that is closed gives up a pipe; 0: it is open, or the pipe takes something
}

// Told is what became of a log so far.
type Told struct {
	Dropped  uint64    // lines that found no room
	Lost     uint64    // bytes that the file did not take
	Reopened uint64    // times that the name was opened anew, as Reopen asked
	Kept     uint64    // times that it could not be, so that the old file is written on
	Why      sys.Errno // for what reason the last time
}

// Open opens or creates the file name for appending; it may be a fifo that somebody
// reads. limit bounds the bytes that wait to be written.
func Open(k sys.Kernel, name string, limit int) (*Log, error) {
	fd, e := k.OpenAppend(name)
	if e != sys.OK {
		return nil, fmt.Errorf("access log %q: %w", name, e)
	}
	l := &Log{sink: sink{kernel: k, name: name, fd: fd}, limit: limit}
	l.some.L = &l.mu
	l.mu.Label("accesslog.mu")
	l.some.Label("accesslog.some")
	return l, nil
}

// Add queues a line. False: there was no room, and it was dropped and counted.
func (l *Log) Add(e *Entry) bool {
	l.mu.Lock()
	if len(l.lines)+e.bound() > l.limit || l.closed {
		l.told.Dropped++
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

// Reopen has the logger open the log's name anew before it writes any more, as after
// the file was renamed. Lines that were added before are in the old file or the new
// one, each whole. If the name cannot be opened, the old file is written on.
func (l *Log) Reopen() {
	l.mu.Lock()
	l.anew = true
	l.some.Broadcast()
	l.mu.Unlock()
}

// Close lets Run end once all lines are written, or once a pipe has taken nothing for
// farewell.
func (l *Log) Close() {
	l.mu.Lock()
	l.closed = true
	l.some.Broadcast()
	l.mu.Unlock()
}

// Run writes lines until the log is closed and all are written, then closes the
// file.
func (l *Log) Run() {
	for {
		l.mu.Lock()
		l.some.Await(func() bool { return len(l.lines) > 0 || l.closed || l.anew })
		l.lines, l.spare = l.spare[:0], l.lines
		done := l.closed && len(l.spare) == 0
		l.mu.Unlock()
		if done {
			break
		}
		l.turn()
		l.write(l.spare)
	}
	l.kernel.Close(l.fd)
}

// write writes lines; what the file does not take is counted and given up. If
// that leaves a part of a line in it, the next write ends that first.
func (l *Log) write(lines []byte) {
	rest := lines
	for {
		if !l.torn || len(l.put([]byte("\n"))) == 0 {
			l.torn = false
			rest = l.put(rest)
		}
		if len(rest) == 0 {
			return
		}
		if n := len(lines) - len(rest); n > 0 {
			l.torn = l.torn || lines[n-1] != '\n'
		}
		if !l.turn() {
			break
		}
		rest = fromLine(lines, rest)
	}
	l.mu.Lock()
	l.told.Lost += uint64(len(rest))
	l.mu.Unlock()
}

// put writes b as far as the file takes it and returns the rest. For room in a pipe it
// waits, until the name is to be opened anew, or for farewell once the log is closed.
func (l *Log) put(b []byte) (rest []byte) {
	for {
		before := len(b)
		var e sys.Errno
		if b, e = l.append(b); len(b) < before {
			l.leave = 0 // it takes something
		}
		if e != sys.EAGAIN {
			return b
		}
		l.mu.Lock()
		closed, anew := l.closed, l.anew
		l.mu.Unlock()
		now := rt.Now()
		if closed && l.leave == 0 {
			l.leave = now.Add(farewell)
		}
		if anew || closed && now >= l.leave {
			return b
		}
		l.await()
	}
}

// turn opens the name anew if that was asked for, and reports whether it was.
func (l *Log) turn() bool {
	l.mu.Lock()
	asked := l.anew
	l.anew = false
	l.mu.Unlock()
	if !asked {
		return false
	}
	e := l.open()
	l.mu.Lock()
	if e == sys.OK {
		l.told.Reopened++
	} else {
		l.told.Kept++
		l.told.Why = e
	}
	l.mu.Unlock()
	return true
}

// Told is what became of the log so far. Any task may ask.
func (l *Log) Told() Told {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.told
}

// Lost is how many lines found no room and how many bytes the file did not take.
func (l *Log) Lost() (lines, bytes uint64) {
	t := l.Told()
	return t.Dropped, t.Lost
}

// Discard closes the file of a log whose Run was never called.
func (l *Log) Discard() { l.kernel.Close(l.fd) }
