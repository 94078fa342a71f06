package accesslog

// The name of a log comes to mean one place after another, files and fifos, while tasks
// add lines and a reader reads as it likes, or leaves. Whatever the order: a line that was
// taken is whole in one place, lines of one task are in their order, and every byte that is
// in no place was counted; each descriptor is closed once; a name is opened anew as often
// as that was asked for, or less if it was asked for twice at once; and a log that is
// closed waits for a fifo for as long as that takes anything within its farewell, and not
// longer.

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/sim"
)

// place is what a name means.
type place struct {
	data []byte
	fifo bool
	room int  // of a fifo: what it takes until somebody reads
	gone bool // nobody reads it any more
	full bool // of a file: it takes nothing, and does not say why
}

// folder is a kernel with one name in it.
type folder struct {
	sys.Kernel
	mu       rt.Mutex
	places   []*place // the last is what the name means
	opened   []*place // in the order of their opening
	open     map[sys.FD]*place
	refuse   int // so many of the next opens fail
	failed   int
	events   int // calls so far
	tried    int // the last that was an open
	glances  int
	inMiddle bool // a place stopped right before the end of a line
	broken   int  // writes that failed
	kinds    int  // how writes may go
}

const firstFD = 10

func (k *folder) OpenAppend(string) (sys.FD, sys.Errno) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.events++
	k.tried = k.events
	if k.refuse > 0 {
		k.refuse--
		k.failed++
		return sys.None, sys.EMFILE
	}
	p := k.places[len(k.places)-1]
	k.opened = append(k.opened, p)
	fd := sys.FD(firstFD + len(k.opened))
	k.open[fd] = p
	return fd, sys.OK
}

func (k *folder) Close(fd sys.FD) sys.Errno {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.open[fd] == nil {
		rt.Bug("descriptor %d is closed, and is not open", fd)
	}
	delete(k.open, fd)
	return sys.OK
}

func (k *folder) Write(fd sys.FD, p []byte) (int, sys.Errno) {
	k.mu.Lock()
	defer k.mu.Unlock()
	w := k.open[fd]
	switch {
	case w == nil:
		rt.Bug("descriptor %d is written to, and is not open", fd)
	case len(p) == 0:
		rt.Bug("a write of nothing")
	case w.gone:
		k.broken++
		return 0, sys.EPIPE
	case w.full && !w.fifo:
		k.broken++
		k.inMiddle = k.inMiddle || p[0] == '\n'
		return 0, sys.OK
	case !w.fifo:
		switch sim.Choose("write", k.kinds) {
		case 1:
			p = p[:1+len(p)/2]
		case 2:
			k.broken++
			k.inMiddle = k.inMiddle || p[0] == '\n'
			return 0, sys.ENOSPC
		case 3:
			return 0, sys.EINTR
		case 4:
			p = p[:1]
		}
	case w.room == 0:
		k.inMiddle = k.inMiddle || p[0] == '\n'
		return 0, sys.EAGAIN
	default:
		p = p[:min(len(p), w.room)]
		w.room -= len(p)
	}
	w.data = append(w.data, p...)
	return len(p), sys.OK
}

func (k *folder) Poll(fds []sys.PollFD, timeout time.Duration) (int, sys.Errno) {
	const least = 20 * time.Millisecond
	for end := rt.Now().Add(timeout); ; rt.Sleep(least) {
		k.mu.Lock()
		w := k.open[fds[0].FD]
		if w == nil || fds[0].Events != uint16(sys.Out) || len(fds) != 1 {
			rt.Bug("a poll for %+v", fds)
		}
		ready := w.gone || w.room > 0
		k.mu.Unlock()
		if ready {
			fds[0].Revents = fds[0].Events
			return 1, sys.OK
		}
		if rt.Now() >= end {
			k.mu.Lock()
			k.glances++
			k.mu.Unlock()
			return 0, []sys.Errno{sys.OK, sys.EINTR}[sim.Choose("glance", 2)]
		}
	}
}

// mean has the name mean another place.
func (k *folder) mean() {
	p := &place{fifo: sim.Choose("fifo", 2) == 1, full: sim.Choose("full", 12) == 1}
	p.room = []int{0, 1, 50, 1000}[sim.Choose("room", 4)]
	k.mu.Lock()
	k.places = append(k.places, p)
	k.mu.Unlock()
}

// read reads n bytes of every fifo, or leaves them all.
func (k *folder) read(n int, leave bool) {
	k.mu.Lock()
	for _, p := range k.places {
		p.room += n
		p.gone = p.gone || leave && p.fifo
	}
	k.mu.Unlock()
}

// reader is how fifos are read.
type reader struct {
	every  time.Duration
	bytes  int
	leaves bool // at some time
	stops  bool // when the log is closed
}

func drawReader() reader {
	return []reader{
		{every: 50 * time.Millisecond, bytes: 400},
		{every: farewell - glance - 100*time.Millisecond, bytes: 150},
		{every: 50 * time.Millisecond, bytes: 3, stops: true},
		{every: 50 * time.Millisecond, stops: true},
		{every: 300 * time.Millisecond, bytes: 1000, leaves: true},
	}[sim.Choose("reader", 5)]
}

// party is who adds lines, and which were taken.
type party struct {
	taken   [][]byte
	refused int
}

func (a *party) add(l *Log, who, n int) {
	peer := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(who), byte(n)}), 1)
	e := Entry{Peer: peer, Time: time.Unix(0, 0).UTC(), Method: []byte("GET"), Target: fmt.Appendf(nil, "/%d.%d", who, n), Minor: 1, Status: 200}
	if l.Add(&e) {
		a.taken = append(a.taken, e.append(nil))
	} else {
		a.refused++
	}
}

func TestNameMeansOtherPlaces(t *testing.T) {
	sim.Test(t, func() {
		k := &folder{open: make(map[sys.FD]*place), kinds: []int{9, 3}[sim.Choose("disk", 2)]}
		k.mean()
		l, err := Open(k, "/log", 1<<20)
		if err != nil {
			rt.Bug("%v", err)
		}
		var working, logging, reading rt.WaitGroup
		var over rt.Bool
		logging.Go("logger", l.Run)
		parties, asked := make([]party, 3), 0
		for i := range 2 {
			working.Go("adder", func() {
				for n := range 1 + sim.Choose("lines", 4) {
					parties[i].add(l, i, n)
					rt.Sleep(time.Duration(sim.Choose("pause", 3)) * 100 * time.Millisecond)
				}
			})
		}
		r := drawReader()
		reading.Go("reader", func() {
			for !over.Load() {
				rt.Sleep(r.every)
				k.read(r.bytes, r.leaves && sim.Choose("leaves", 4) == 1)
			}
		})
		last := 0
		working.Go("mover", func() {
			for range sim.Choose("moves", 3) {
				rt.Sleep(time.Duration(sim.Choose("stays", 3)) * 150 * time.Millisecond)
				if sim.Choose("another", 4) > 0 {
					k.mean()
				}
				k.mu.Lock()
				k.refuse = sim.Choose("refused", 4) / 3
				last = k.events
				k.mu.Unlock()
				asked++
				l.Reopen()
			}
		})
		working.Wait()
		rt.Sleep(3 * time.Second)
		if k.mu.Lock(); asked > 0 && k.tried <= last {
			rt.Bug("the name was not opened anew when that was asked for last, and 3 s have gone by")
		}
		k.mu.Unlock()
		parties[2].add(l, 2, 0)
		if over.Store(r.stops); r.stops {
			reading.Wait()
		}
		began := rt.Now()
		l.Close()
		late := &party{}
		if late.add(l, 3, 0); late.refused != 1 {
			rt.Bug("a line is taken when the log is closed")
		}
		logging.Wait()
		took := rt.Now().Sub(began)
		over.Store(true)
		reading.Wait()
		c := census{k: k, told: l.Told(), parties: parties}
		c.opens(asked)
		c.lines()
		c.bytes()
		c.time(r, took)
	})
}

// census compares what is in the places with what was taken.
type census struct {
	k       *folder
	told    Told
	parties []party
}

// opens judges how often the name was opened.
func (c *census) opens(asked int) {
	k := c.k
	anew := len(k.opened) - 1
	switch {
	case len(k.open) > 0:
		rt.Bug("%d descriptors are left open", len(k.open))
	case c.told.Reopened != uint64(anew) || c.told.Kept != uint64(k.failed):
		rt.Bug("the name was opened anew %d times and could not be %d times; the log says %+v", anew, k.failed, c.told)
	case k.failed > 0 && c.told.Why != sys.EMFILE || k.failed == 0 && c.told.Why != sys.OK:
		rt.Bug("it could not be opened %d times for the reason %v", k.failed, c.told.Why)
	case anew+k.failed > asked:
		rt.Bug("the name was opened anew %d times; %d were asked for", anew+k.failed, asked)
	case c.told.Dropped != 1:
		rt.Bug("%d lines found no room; one came too late", c.told.Dropped)
	}
}

// lines judges the order of lines, and that each is there once.
func (c *census) lines() {
	var all [][]byte
	for i, p := range c.k.opened {
		if slices.Index(c.k.opened, p) == i {
			all = append(all, bytes.SplitAfter(p.data, []byte("\n"))...)
		}
	}
	moved := 0
	for i := range c.parties {
		at := -1
		for _, want := range c.parties[i].taken {
			n, first := 0, -1
			for j, x := range all {
				if bytes.Equal(x, want) {
					if n++; first < 0 {
						first = j
					}
				}
			}
			if n > 1 && !c.k.inMiddle {
				rt.Bug("the line %q is there %d times", want, n)
			}
			if n > 0 && first < at && !c.again() {
				rt.Bug("the line %q is before one that its task had added earlier", want)
			}
			at = max(at, first)
			if n == 0 {
				moved++
			}
		}
	}
	if (moved > 0) != (c.told.Lost > 0) && !c.k.inMiddle {
		rt.Bug("%d lines are missing, and %d bytes were lost", moved, c.told.Lost)
	}
	for _, x := range all {
		if string(x) == "\n" {
			rt.Bug("a line is empty: %q", all)
		}
	}
}

// again reports whether a place was opened more than once, so that places are in no order.
func (c *census) again() bool {
	for i, p := range c.k.opened {
		if slices.Index(c.k.opened, p) != i {
			return true
		}
	}
	return false
}

// bytes judges the count of those that were lost: what is in the places, beyond the ends
// that torn lines were given and what was begun in one place and is whole in the next, is
// what was taken without that.
func (c *census) bytes() {
	if c.k.inMiddle {
		return // which of a line's ends is its own cannot be told
	}
	taken, there, ends := 0, 0, 0
	whole := make(map[string]bool)
	for i := range c.parties {
		for _, x := range c.parties[i].taken {
			taken += len(x)
			whole[string(x)] = true
		}
	}
	begun := []int{0} // what may have been begun in one place and be whole in another
	for i, p := range c.k.opened {
		if slices.Index(c.k.opened, p) != i {
			continue
		}
		there += len(p.data)
		torn := 0
		for _, x := range bytes.SplitAfter(p.data, []byte("\n")) {
			if len(x) > 0 && !whole[string(x)] {
				if torn = len(x); x[len(x)-1] == '\n' {
					ends++
					torn--
				}
				for _, sum := range slices.Clone(begun) {
					begun = append(begun, sum+torn)
				}
			}
		}
	}
	if len(c.k.opened) == 1 && c.k.failed == 0 {
		begun = begun[:1]
	}
	if twice := there + int(c.told.Lost) - taken - ends; !slices.Contains(begun, twice) {
		rt.Bug("%d bytes were taken; %d are there, %d of them ends of torn lines, and %d were lost: %d too many", taken, there, ends, c.told.Lost, twice)
	}
}

// time judges how long the end took, and what was waited for.
func (c *census) time(r reader, took time.Duration) {
	stuck := false
	for _, p := range c.k.opened {
		stuck = stuck || p.fifo
	}
	const slack = glance + 100*time.Millisecond
	switch {
	case !stuck && took > 100*time.Millisecond:
		rt.Bug("a log without a fifo ended after %v", took)
	case r.stops && took > farewell+slack:
		rt.Bug("a log whose fifo nobody reads ended after %v, not %v", took, farewell)
	case r.stops && c.told.Lost > 0 && c.k.broken == 0 && took < farewell:
		rt.Bug("a log gave up after %v; it waits for %v", took, farewell)
	case !r.stops && c.k.broken == 0 && c.told.Lost > 0:
		rt.Bug("%d bytes were lost with a reader that reads every %v", c.told.Lost, r.every)
	}
	// Sleeps that end without room are as many as glances fit in.
	if most := int(rt.Now()/rt.Instant(glance)) + 10; c.k.glances > most {
		rt.Bug("%d looks at a full fifo in %v; %d are enough", c.k.glances, time.Duration(rt.Now()), most)
	}
}
