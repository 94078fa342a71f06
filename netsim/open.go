package netsim

// Opening, reading and appending to files, and the calls by which tests change
// the tree during a run.

import (
	"brigade/core/sys"
	"brigade/sim"
)

// What an OpOpen does, in Flags. Those from treeWrite on are a test's and give no
// descriptor: their result is -1 or a size.
const (
	openDirectory = iota
	openBeneath
	openAppend
	treeWrite
	treeTruncate
	treeRemove
	treeRename
	treeRead
)

func (n *Net) open(p *Process, c *sim.Call) {
	if c.Flags >= treeWrite {
		n.change(c)
		return
	}
	e := check(c.Name)
	switch {
	case e != 0:
	case !p.table.room():
		e = sys.EMFILE
	case c.Flags == openBeneath:
		e = n.openBeneath(p, c)
	default:
		e = n.openAbsolute(p, c)
	}
	if e != 0 {
		fail(c, e)
	}
}

func (n *Net) openBeneath(p *Process, c *sim.Call) sys.Errno {
	if c.Name[0] == '/' {
		return sys.EXDEV
	}
	dir := p.table.get(c.FD)
	switch {
	case dir == nil:
		return sys.EBADF
	case dir.kind != kindNode || dir.node.kind != nodeDirectory:
		return sys.ENOTDIR
	}
	r := resolver{base: dir.node, root: n.tree.root, beneath: true}
	x, e := r.walk(dir.node, c.Name)
	if e == 0 {
		e = n.opened(p, c, x)
	}
	return e
}

// opened gives x a descriptor for reading.
func (n *Net) opened(p *Process, c *sim.Call, x *node) sys.Errno {
	if x.mode&0o400 == 0 {
		return sys.EACCES
	}
	if e := n.openFault(); e != 0 {
		return e
	}
	if x.kind == nodeFifo {
		c.N = int64(n.take(p, n.openFifo(x, "file", false)))
		return 0
	}
	f := n.newFile(kindNode, "file")
	f.node = x
	n.replaced(f)
	c.N = int64(n.take(p, f))
	return 0
}

// openFifo opens one end of x.
func (n *Net) openFifo(x *node, label string, writer bool) *file {
	if x.pipe == nil {
		n.tree.save(x, n.running)
		x.pipe = n.newPipe(2) // whoever writes lines writes more than some bytes at a time
	}
	f := n.openPipe(x.pipe, label, writer)
	f.node = x
	if len(*x.pipe.ends(writer)) == 1 {
		n.wakeEnds(x.pipe.readers, 0) // at either end: who waits for the other does so with them
	}
	return f
}

// openAbsolute is OpenDir and OpenAppend.
func (n *Net) openAbsolute(p *Process, c *sim.Call) sys.Errno {
	r := resolver{root: n.tree.root}
	x, e := r.walk(n.tree.root, c.Name)
	if c.Flags == openDirectory {
		switch {
		case e != 0:
			return e
		case x.kind != nodeDirectory:
			return sys.ENOTDIR
		}
		return n.opened(p, c, x)
	}
	if e == sys.ENOENT {
		x, e = n.createLog(c.Name)
	}
	switch {
	case e != 0:
		return e
	case x.kind == nodeDirectory:
		return sys.EISDIR
	case x.mode&0o200 == 0:
		return sys.EACCES
	case x.kind == nodeFifo && (x.pipe == nil || len(x.pipe.readers) == 0):
		return sys.ENXIO
	}
	if e := n.openFault(); e != 0 {
		return e
	}
	if x.kind == nodeFifo {
		c.N = int64(n.take(p, n.openFifo(x, "log", true)))
		return 0
	}
	f := n.newFile(kindNode, "log")
	f.node, f.writer = x, true
	c.N = int64(n.take(p, f))
	return 0
}

func (n *Net) createLog(name string) (*node, sys.Errno) {
	dir, base := split(name)
	r := resolver{root: n.tree.root}
	at, e := r.walk(n.tree.root, dir)
	switch {
	case e != 0:
		return nil, e
	case at.kind != nodeDirectory:
		return nil, sys.ENOTDIR
	case at.lookup(base) != nil: // a link to nowhere
		return nil, sys.ENOENT
	case at.mode&0o300 != 0o300:
		return nil, sys.EACCES
	}
	n.tree.save(at, n.running)
	x := n.tree.make(nodeFile, 0o644)
	x.mtime = n.wall()
	at.link(base, x)
	return x, 0
}

func (n *Net) fstat(f *file, c *sim.Call) {
	kind := sys.Other
	x := f.node
	if x == nil {
		clear(c.Words)
		return
	}
	switch x.kind {
	case nodeFile:
		kind = sys.Regular
	case nodeDirectory:
		kind = sys.Directory
	}
	c.Words[statKind] = uint64(kind)
	c.Words[statSize] = uint64(len(x.content))
	c.Words[statSecond], c.Words[statNano] = uint64(x.mtime.Unix()), uint64(x.mtime.Nanosecond())
	c.Words[statInode], c.Words[statMode], c.Words[statLinks] = x.inode, uint64(x.mode), uint64(x.links)
}

// What Fstat's result is, in words.
const (
	statKind = iota
	statSize
	statSecond
	statNano
	statInode
	statMode
	statLinks
	statWords
)

func (n *Net) pread(f *file, c *sim.Call) {
	switch {
	case f.kind != kindNode:
		fail(c, sys.ESPIPE)
	case c.Args[0] < 0:
		fail(c, sys.EINVAL)
	case f.writer:
		fail(c, sys.EBADF)
	default:
		n.readAt(f, c, c.Args[0])
	}
}

func (n *Net) readNode(f *file, c *sim.Call) {
	if f.writer {
		fail(c, sys.EBADF)
		return
	}
	n.readAt(f, c, f.pos)
	f.pos += max(c.N, 0)
}

func (n *Net) readAt(f *file, c *sim.Call, off int64) {
	x := f.node
	if x.kind == nodeDirectory {
		fail(c, sys.EISDIR)
		return
	}
	if e := n.diskFault(f); e != 0 {
		fail(c, e)
		return
	}
	if off < int64(len(x.content)) {
		c.N = int64(copy(c.Buf, x.content[off:]))
	}
	n.s.Progress()
}

// writeNode appends.
func (n *Net) writeNode(f *file, c *sim.Call) {
	if !f.writer {
		fail(c, sys.EBADF)
		return
	}
	size, e := n.logFault(f, len(c.Buf))
	if e != 0 {
		fail(c, e)
		return
	}
	x := f.node
	if q := n.cfg.Quota; q > 0 {
		if size = min(size, q-len(x.content)); size <= 0 {
			fail(c, sys.ENOSPC)
			return
		}
	}
	if !x.own {
		n.tree.save(x, n.running)
		x.content = append([]byte(nil), x.content...)
		x.own = true
	}
	x.content = append(x.content, c.Buf[:size]...)
	x.mtime = n.wall()
	c.N = int64(size)
	n.s.Progress()
}
