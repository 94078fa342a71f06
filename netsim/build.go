package netsim

// Building the tree before a run, and changing it in one. Building panics on
// mistakes, as a test's set-up should.

import (
	"fmt"
	"time"

	"brigade/core/sys"
	"brigade/sim"
)

// Entry is what Build puts at a name.
type Entry struct {
	Content string
	Link    string    // a symbolic link to there
	Dir     bool      // a directory
	Fifo    bool      // a fifo
	Mode    uint32    // permission bits of the owner count; 0: 0644, directories 0755
	Mtime   time.Time // zero: 2011-11-20 12:00 UTC
}

// Build puts an entry into the tree, outside runs, with the directories on the
// way, replacing what had the name, and panics if something in the way is none.
func (n *Net) Build(name string, e Entry) {
	n.running = false
	n.tree.rollback()
	dir, base := split(name)
	at := n.tree.root
	for part := range parts(dir) {
		next := at.lookup(part)
		if next == nil {
			next = n.tree.make(nodeDirectory, 0o755)
			at.link(part, next)
		}
		if next.kind != nodeDirectory {
			panic(fmt.Sprintf("netsim: Build %q: %q is not a directory", name, part))
		}
		at = next
	}
	if base == "" {
		panic(fmt.Sprintf("netsim: Build %q: not a name", name))
	}
	at.link(base, n.tree.entry(e))
	n.tree.built = n.tree.inode
}

// BuildFile puts a regular file into the tree, outside runs.
func (n *Net) BuildFile(name, content string) { n.Build(name, Entry{Content: content}) }

func (t *tree) entry(e Entry) *node {
	k, mode := nodeFile, uint32(0o644)
	switch {
	case e.Dir:
		k, mode = nodeDirectory, 0o755
	case e.Link != "":
		k, mode = nodeLink, 0o777
	case e.Fifo:
		k = nodeFifo
	}
	if e.Mode != 0 {
		mode = e.Mode
	}
	x := t.make(k, mode)
	if x.content, x.target = []byte(e.Content), e.Link; !e.Mtime.IsZero() {
		x.mtime = e.Mtime
	}
	return x
}

// Content returns what the file name holds, outside runs: after one, what the run
// left. False: there is no such file.
func (n *Net) Content(name string) ([]byte, bool) {
	r := resolver{root: n.tree.root}
	x, e := r.walk(n.tree.root, name)
	if e != 0 || x.kind != nodeFile {
		return nil, false
	}
	return append([]byte(nil), x.content...), true
}

// change performs a test's change of the tree. It goes past permissions.
func (n *Net) change(c *sim.Call) {
	name := c.Name
	c.N = -1
	dir, base := split(name)
	r := resolver{root: n.tree.root}
	at, e := r.walk(n.tree.root, dir)
	if e == 0 && at.kind != nodeDirectory {
		e = sys.ENOTDIR
	}
	if e != 0 {
		fail(c, e)
		return
	}
	x := at.lookup(base)
	if x == nil && c.Flags != treeWrite {
		fail(c, sys.ENOENT)
		return
	}
	switch c.Flags {
	case treeWrite:
		n.tree.save(at, true)
		if x != nil {
			n.tree.save(x, true)
		}
		y := n.tree.make(nodeFile, 0o644)
		y.content, y.mtime = append([]byte(nil), c.Buf...), n.wall()
		at.link(base, y)
	case treeTruncate:
		n.tree.save(x, true)
		content := make([]byte, c.Args[0])
		copy(content, x.content)
		x.content, x.own, x.mtime = content, true, n.wall()
	case treeRemove:
		n.tree.save(at, true)
		n.tree.save(x, true)
		at.unlink(base)
	case treeRename:
		n.rename(at, base, x, c)
	case treeRead:
		room(c, len(x.content))
		copy(c.Buf, x.content)
	}
}

func (n *Net) rename(at *node, base string, x *node, c *sim.Call) {
	dir, to := split(string(c.Buf))
	r := resolver{root: n.tree.root}
	target, e := r.walk(n.tree.root, dir)
	if e != 0 {
		fail(c, e)
		return
	}
	n.tree.save(at, true)
	n.tree.save(target, true)
	n.tree.save(x, true)
	if old := target.lookup(to); old != nil {
		n.tree.save(old, true)
	}
	at.unlink(base)
	target.link(to, x)
}

func (n *Net) wall() time.Time { return n.s.Wall() }

// parts yields the components of a name.
func parts(name string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		start := 0
		for i := 0; i <= len(name); i++ {
			if i < len(name) && name[i] != '/' {
				continue
			}
			if i > start && !yield(name[start:i]) {
				return
			}
			start = i + 1
		}
	}
}
