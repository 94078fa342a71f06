package scenario

// Where the log goes (F35), and who is at its other end: a file that stays, a file that
// an operator renames before he asks for a new one, one that is full within a line, as all
// that come after it, or a fifo with somebody who reads it,
// who does so slowly, or who leaves and comes back. What was logged is put together from
// all of it and held against what clients saw (audit.go), unless the log says that some
// was lost.

import (
	"bytes"
	"fmt"
	"time"

	"brigade/core/accesslog"
	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/sim"
)

// sink is what a log is written to.
type sink uint8

const (
	toFile sink = iota
	rotated
	overfull
	toFifo
	toSlowFifo
	toLeftFifo
)

// String is the sink in words.
func (s sink) String() string {
	return [...]string{"file", "file, rotated", "file, rotated when it is full", "fifo", "fifo, read slowly", "fifo, its reader leaves"}[s]
}

const (
	logDirectory = "/log"
	logName      = logDirectory + "/access.log"
	fifoName     = "fifo"
)

// usualLogBuffer is how many bytes of lines wait for the log's file at most; in some runs
// there is hardly room for one, and lines are dropped.
const usualLogBuffer = 4096

// quota is what a file takes that will be full: some lines, and a part of another.
const quota = 200

// book is a run's log with those at its other end.
type book struct {
	site      *site
	kind      sink
	log       *accesslog.Log
	dir       sys.FD
	fifo      sys.FD // its reading end
	read      []byte // what came out of it
	deserted  bool   // its reader left for good, and what is in it with him
	rotations int
	tasks     rt.WaitGroup
}

// openBook opens the log by p; an error is one of the disk, before the server is up.
func (s *site) openBook(p *plan) (b *book, err error) {
	b = &book{site: s, kind: p.sink, dir: sys.None, fifo: sys.None}
	b.tasks.Label("log keepers")
	name := logName
	if b.kind >= toFifo {
		name = logDirectory + "/" + fifoName
		if e := b.come(); e != sys.OK {
			return b, e
		}
	}
	if b.kind == toSlowFifo {
		b.fill()
	}
	buffer := p.logBuffer
	if buffer == 0 {
		buffer = usualLogBuffer
	}
	b.log, err = accesslog.Open(s.server, name, buffer)
	return b, err
}

// fill leaves no room in the fifo: somebody else writes there, too. What it writes
// begins with a mark.
func (b *book) fill() {
	fd, e := b.site.keeper.OpenAppend(logDirectory + "/" + fifoName)
	if e != sys.OK {
		return
	}
	page := bytes.Repeat([]byte{foreign}, 4096)
	page[len(page)-1] = '\n'
	for e == sys.OK {
		_, e = b.site.keeper.Write(fd, page)
	}
	b.site.keeper.Close(fd)
}

// foreign begins the lines of others.
const foreign = '#'

// own is text without the lines of others.
func own(text []byte) (list []byte) {
	for line := range bytes.Lines(text) {
		if line[0] != foreign {
			list = append(list, line...)
		}
	}
	return list
}

// come opens the fifo for reading.
func (b *book) come() (e sys.Errno) {
	if b.dir == sys.None {
		if b.dir, e = b.site.keeper.OpenDir(logDirectory); e != sys.OK {
			return e
		}
	}
	b.fifo, e = b.site.keeper.OpenBeneath(b.dir, fifoName)
	return e
}

// leave closes what the keeper has open.
func (b *book) leave() {
	if b.fifo != sys.None {
		b.site.keeper.Close(b.fifo)
		b.fifo = sys.None
	}
}

// begin has people see to the log of a server that is up.
func (b *book) begin() {
	switch b.kind {
	case rotated, overfull, toFifo, toSlowFifo:
		b.tasks.Go("operator", b.rotate)
	case toFile, toLeftFifo:
	}
	if b.kind >= toFifo {
		b.tasks.Go("reader", b.follow)
	}
}

// rotate renames the log, if it is a file, and asks for a new one.
func (b *book) rotate() {
	most := 2
	if b.kind == overfull {
		most = 8 // one of them, it may be, while the line is written that has no room
	}
	for range 1 + sim.Choose("rotations", most) {
		rt.Sleep([]time.Duration{0, time.Millisecond, 50 * time.Millisecond, time.Second}[sim.Choose("rotate after", 4)])
		if b.kind < toFifo {
			if b.site.keeper.Rename(logName, b.old(b.rotations)) != sys.OK {
				continue // the new one is not there yet
			}
			b.rotations++
			rt.Sleep([]time.Duration{0, time.Millisecond}[sim.Choose("ask after", 2)])
		}
		b.log.Reopen()
	}
}

func (b *book) old(i int) string { return fmt.Sprintf("%s.%d", logName, i) }

// follow reads the fifo until nobody writes it any more.
func (b *book) follow() {
	buffer := make([]byte, 2000)
	pause := time.Duration(0)
	reads := -1 // until it leaves
	back := false
	switch b.kind {
	case toSlowFifo:
		pause = []time.Duration{time.Millisecond, 100 * time.Millisecond, 3 * time.Second}[sim.Choose("reader rests", 3)]
	case toLeftFifo:
		reads = sim.Choose("reads", 4)
	case toFile, rotated, overfull, toFifo:
	}
	for {
		if reads == 0 {
			b.leave()
			if b.deserted = sim.Choose("comes back", 2) == 0; b.deserted {
				return
			}
			rt.Sleep(time.Duration(1+sim.Choose("away", 300)) * time.Millisecond)
			if b.deserted = b.come() != sys.OK; b.deserted {
				return
			}
			back = true
		}
		reads--
		n, e := b.site.keeper.ReadWait(b.fifo, buffer, time.Minute)
		if e != sys.OK || n == 0 {
			// If the server went while nobody read, what was in the fifo went with it.
			b.deserted = e != sys.OK || back
			return
		}
		back = false
		b.read = append(b.read, buffer[:n]...)
		rt.Sleep(pause)
	}
}

// end waits until all is read of a log whose server has ended.
func (b *book) end() {
	b.tasks.Wait()
	b.leave()
	if b.dir != sys.None {
		b.site.keeper.Close(b.dir)
	}
}

// text is all that was logged. why: it cannot be read, which it must be.
func (b *book) text() (text []byte, why string) {
	if b.kind >= toFifo {
		return own(b.read), ""
	}
	for i := range b.rotations + 1 {
		name := logName
		if i < b.rotations {
			name = b.old(i)
		}
		part, e := b.site.keeper.ReadFile(name)
		switch {
		case e == sys.ENOENT && i > 0 && i == b.rotations: // nobody came to open a new one
		case e != sys.OK:
			return nil, fmt.Sprintf("the log %s cannot be read after the run: %s", name, e.Name())
		}
		if b.kind == overfull {
			part = part[:bytes.LastIndexByte(part, '\n')+1] // what had no room is whole in the next, or lost
		}
		text = append(text, part...)
	}
	return text, ""
}
