package sim

// The page source of a run. It witnesses which blocks are out, fills what comes
// back with poison, keeps it aside until the run's end, and looks then whether
// anybody wrote to it. In a guarded run (Options.Guard) pages are mappings of their
// own that nobody can touch once they are back: a late read or write is a panic at its
// line, which becomes the verdict I02 with that stack. Guarding changes no event.

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
	task  string // of the one that got it
}

type pageSource struct {
	out   []page           // in order of giving
	index map[*byte]int    // by address
	spare map[int][][]byte // by size, from earlier runs
	apart map[int][][]byte // mappings, by size
	held  int              // bytes given out now

	refused int  // requests of this run
	guarded bool // this run's pages are mappings
}

func (p *pageSource) begin(guard bool) {
	if p.index == nil {
		p.index = make(map[*byte]int)
		p.spare = make(map[int][][]byte)
		p.apart = make(map[int][][]byte)
	}
	clear(p.index)
	list := p.spare
	if p.guarded {
		list = p.apart
	}
	for i := range p.out {
		b := p.out[i].bytes
		if p.guarded && p.out[i].free {
			protect(b, false)
		}
		list[len(b)] = append(list[len(b)], b)
	}
	p.out = p.out[:0]
	p.held, p.refused = 0, 0
	p.guarded = guard && guards
}

// take out a block of n bytes, from earlier runs if there is one.
func (p *pageSource) block(n int) []byte {
	list := p.spare
	if p.guarded {
		list = p.apart
	}
	if l := list[n]; len(l) > 0 {
		list[n] = l[:len(l)-1]
		return l[len(l)-1]
	}
	if p.guarded {
		return mapped(n)
	}
	return make([]byte, n)
}

// Refused is how many requests for pages the run has refused so far.
func (s *Sim) Refused() int { return s.pages.refused }

// Held is how many bytes of pages are out now.
func (s *Sim) Held() int { return s.pages.held }

// give answers a request for pages. The bytes are poisoned: stale bytes are
// allowed, and these are the same in every run.
func (p *pageSource) give(s *Sim, t *Task) {
	n := int(t.arg)
	if by := s.disturbed.by; by != nil && by.Refuse() {
		t.pages = nil
		p.refused++
		return
	}
	b := p.block(n)
	fill(b)
	p.index[&b[0]] = len(p.out)
	p.out = append(p.out, page{bytes: b, task: t.Path()})
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
	if p.guarded {
		protect(b, true)
	} else {
		fill(b)
	}
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
		if p.guarded {
			continue // whoever touched it has been told
		}
		if at := touched(pg.bytes); at >= 0 {
			s.Fail(Property, "I02", fmt.Sprintf("page %d was written at offset %d after %s freed it", i, at, pg.by))
			return
		}
	}
}

// caught makes of v, the verdict of a panic at address at, the one for a freed page, if
// it was one. At 0 nothing faulted.
func (p *pageSource) caught(v *Verdict) {
	for i := range p.out {
		pg := &p.out[i]
		start := uintptr(unsafe.Pointer(unsafe.SliceData(pg.bytes)))
		if v.fault < start || v.fault >= start+uintptr(len(pg.bytes)) {
			continue
		}
		line := culprit(v.Stack)
		if line == "" {
			line = "an unknown line"
		}
		v.Kind, v.Invariant, v.touched = Property, "I02", true
		v.Message = fmt.Sprintf("page %d, given to %s, was touched at offset %d at %s after %s freed it", i, pg.task, v.fault-start, line, pg.by)
		return
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
