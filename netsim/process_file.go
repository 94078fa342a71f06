package netsim

// The task's side of files, and of changing the tree during a run.

import (
	"time"

	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/sim"
)

//go:norace
func (p *Process) open(dir sys.FD, name string, what uint32) *sim.Call {
	c := p.begin(rt.OpOpen, dir)
	c.Name, c.Flags = name, what
	return c
}

// OpenDir is sys.Kernel's.
//
//go:norace
func (p *Process) OpenDir(name string) (sys.FD, sys.Errno) {
	return p.descriptor(p.open(-1, name, openDirectory))
}

// OpenBeneath is sys.Kernel's.
//
//go:norace
func (p *Process) OpenBeneath(dir sys.FD, name string) (sys.FD, sys.Errno) {
	return p.descriptor(p.open(dir, name, openBeneath))
}

// OpenAppend is sys.Kernel's.
//
//go:norace
func (p *Process) OpenAppend(name string) (sys.FD, sys.Errno) {
	return p.descriptor(p.open(-1, name, openAppend))
}

// Fstat is sys.Kernel's.
//
//go:norace
func (p *Process) Fstat(fd sys.FD) (sys.Stat, sys.Errno) {
	c := p.begin(rt.OpFstat, fd)
	if cap(c.Words) < statWords {
		c.Words = make([]uint64, statWords)
	}
	c.Words = c.Words[:statWords]
	if !p.do(c) || c.Errno != 0 {
		return sys.Stat{}, sys.Errno(c.Errno)
	}
	w := c.Words
	return sys.Stat{
		Kind:    sys.Kind(w[statKind]),
		Size:    int64(w[statSize]),
		Mtime:   time.Unix(int64(w[statSecond]), int64(w[statNano])),
		Inode:   w[statInode],
		Device:  1,
		Mode:    uint32(w[statMode]),
		LinkCnt: uint32(w[statLinks]),
	}, 0
}

// WriteFile replaces the file name, in a run, by a new one with this content, as
// a rename over it does: who has it open keeps the old.
//
//go:norace
func (p *Process) WriteFile(name string, content []byte) sys.Errno {
	c := p.open(-1, name, treeWrite)
	room(c, len(content))
	stageOut(c, 0, content)
	return p.simple(c)
}

// Truncate cuts or extends the file name, in a run, in place.
//
//go:norace
func (p *Process) Truncate(name string, size int64) sys.Errno {
	c := p.open(-1, name, treeTruncate)
	c.Args[0] = size
	return p.simple(c)
}

// Remove takes the name away, in a run.
//
//go:norace
func (p *Process) Remove(name string) sys.Errno { return p.simple(p.open(-1, name, treeRemove)) }

// Rename gives the file another name in a run, over what has it, as when a log
// is rotated.
//
//go:norace
func (p *Process) Rename(name, to string) sys.Errno {
	c := p.open(-1, name, treeRename)
	room(c, len(to))
	for i := range len(to) {
		c.Buf[i] = to[i]
	}
	return p.simple(c)
}

// ReadFile returns the content of the file name, in a run.
//
//go:norace
func (p *Process) ReadFile(name string) ([]byte, sys.Errno) {
	c := p.open(-1, name, treeRead)
	if !p.do(c) || c.Errno != 0 {
		return nil, sys.Errno(c.Errno)
	}
	content := make([]byte, len(c.Buf))
	stageIn(c, content, len(content))
	return content, 0
}
