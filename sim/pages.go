package sim

// The page source of a run. It witnesses which blocks are out, fills what comes
// back with poison, keeps it aside until the run's end, and looks then whether
// anybody wrote to it.

import (
	"fmt"
	"unsafe"

	"brigade/core/rt"
)

// poison is what freed pages are filled with.
const poison = 0xdb

type page struct {
	bytes []byte
	free  bool
	by    string // path of the task that freed it
}

type pageSource struct {
	out   []page           // in order of giving
	index map[*byte]int    // by address
	spare map[int][][]byte // by size, from earlier runs
	held  int              // bytes given out now
}

func (p *pageSource) begin() {
	if p.index == nil {
		p.index = make(map[*byte]int)
		p.spare = make(map[int][][]byte)
	}
	clear(p.index)
	for i := range p.out {
		b := p.out[i].bytes
		p.spare[len(b)] = append(p.spare[len(b)], b)
	}
	p.out = p.out[:0]
	p.held = 0
}

// give answers a request for pages. The bytes are poisoned: stale bytes are
// allowed, and these are the same in every run.
func (p *pageSource) give(s *Sim, t *Task) {
	n := int(t.arg)
	var b []byte
	if l := p.spare[n]; len(l) > 0 {
		b = l[len(l)-1]
		p.spare[n] = l[:len(l)-1]
	} else {
		b = make([]byte, n)
	}
	fill(b)
	p.index[&b[0]] = len(p.out)
	p.out = append(p.out, page{bytes: b})
	p.held += n
	s.Emit(rt.OpPage, none, uint64(len(p.out)-1), uint64(n), 0)
	t.pages = b
}

// take answers a return of pages.
func (p *pageSource) take(s *Sim, t *Task) {
	b := t.pages
	t.pages = nil
	i, ok := p.index[&b[0]]
	if !ok || len(p.out[i].bytes) != len(b) {
		s.Fail(Property, "I03", fmt.Sprintf("%s frees %d bytes that the page source did not give out", t.Path(), len(b)))
		return
	}
	if p.out[i].free {
		s.Fail(Property, "I03", fmt.Sprintf("%s frees page %d again; %s has freed it", t.Path(), i, p.out[i].by))
		return
	}
	p.out[i].free, p.out[i].by = true, t.Path()
	p.held -= len(b)
	fill(b)
	s.Emit(rt.OpFreePage, none, uint64(i), uint64(len(b)), 0)
}

// end looks for writes to freed pages and for pages never freed.
func (p *pageSource) end(s *Sim) {
	for i := range p.out {
		pg := &p.out[i]
		if !pg.free {
			s.Fail(Property, "I06", fmt.Sprintf("page %d of %d bytes is still out at the end of the run", i, len(pg.bytes)))
			return
		}
		if at := touched(pg.bytes); at >= 0 {
			s.Fail(Property, "I02", fmt.Sprintf("page %d was written at offset %d after %s freed it", i, at, pg.by))
			return
		}
	}
}

//go:norace
func fill(b []byte) {
	for i := range b {
		b[i] = poison
	}
}

//go:norace
func touched(b []byte) int {
	for i := range b {
		if b[i] != poison {
			return i
		}
	}
	return -1
}

// Pages implements rt.Scheduler.
//
//go:norace
func (s *Sim) Pages(n int) []byte {
	t := s.caller()
	if t == nil || t.unwinding || n == 0 {
		return make([]byte, n)
	}
	t.arg = uint64(n)
	s.ask(servicePages)
	b := t.pages
	t.pages = nil
	return b
}

// FreePages implements rt.Scheduler.
//
//go:norace
func (s *Sim) FreePages(p []byte) {
	t := s.caller()
	if t == nil || t.unwinding || len(p) == 0 {
		return
	}
	raceWriteRange(unsafe.Pointer(unsafe.SliceData(p)), uintptr(len(p)))
	t.pages = p
	s.ask(serviceFreePages)
}
