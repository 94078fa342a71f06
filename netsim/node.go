package netsim

// The file system: a tree of nodes that the test builds before a run, and that is
// put back when the next begins. Content is never changed in place, except by
// appending to a log; a file that is open keeps its node when its name goes.

import (
	"sort"
	"strings"
	"time"
)

type nodeKind uint8

const (
	nodeFile nodeKind = iota
	nodeDirectory
	nodeLink
	nodeFifo
)

type node struct {
	kind     nodeKind
	mode     uint32 // permission bits; the owner's count, the server is no superuser
	inode    uint64
	links    uint32
	mtime    time.Time
	content  []byte
	own      bool // content is this run's copy: appending may grow it in place
	target   string
	pipe     *pipe // of a fifo that somebody has opened in this run
	parent   *node
	children []child // sorted by name
}

type child struct {
	name string
	node *node
}

// tree is the file system and the undo list of the current run.
type tree struct {
	root  *node
	inode uint64
	built uint64 // the last inode when the run began
	undo  []change
}

// change is the state of a node before a run first changed it.
type change struct {
	node  *node
	saved node
}

func (t *tree) init() {
	t.root = t.make(nodeDirectory, 0o755)
	t.root.parent = t.root
	t.root.links = 2
}

func (t *tree) make(k nodeKind, mode uint32) *node {
	t.inode++
	return &node{kind: k, mode: mode, inode: t.inode, mtime: buildTime}
}

// buildTime is when files made without a time were last modified.
var buildTime = time.Date(2011, 11, 20, 12, 0, 0, 0, time.UTC)

// save notes x as it is, to be put back; children are copied, since they are
// changed in place.
func (t *tree) save(x *node, running bool) {
	if !running {
		return
	}
	saved := *x
	saved.children = append([]child(nil), x.children...)
	t.undo = append(t.undo, change{x, saved})
}

// rollback undoes what the last run did.
func (t *tree) rollback() {
	for i := len(t.undo) - 1; i >= 0; i-- {
		*t.undo[i].node = t.undo[i].saved
		t.undo[i] = change{}
	}
	if len(t.undo) > 0 {
		t.inode = t.built
	}
	t.undo = t.undo[:0]
	t.built = t.inode
}

func (x *node) lookup(name string) *node {
	i := x.find(name)
	if i < len(x.children) && x.children[i].name == name {
		return x.children[i].node
	}
	return nil
}

func (x *node) find(name string) int {
	return sort.Search(len(x.children), func(i int) bool { return x.children[i].name >= name })
}

// link names y in x, in the place of what had that name.
func (x *node) link(name string, y *node) {
	y.links++
	if y.kind == nodeDirectory {
		y.parent = x
	}
	i := x.find(name)
	if i < len(x.children) && x.children[i].name == name {
		x.children[i].node.links--
		x.children[i].node = y
		return
	}
	x.children = append(x.children, child{})
	copy(x.children[i+1:], x.children[i:])
	x.children[i] = child{name, y}
}

// unlink takes name out of x.
func (x *node) unlink(name string) {
	i := x.find(name)
	x.children[i].node.links--
	x.children = append(x.children[:i], x.children[i+1:]...)
}

// split is the directory part of an absolute name and its last component.
func split(name string) (dir, base string) {
	name = strings.TrimRight(name, "/")
	i := strings.LastIndexByte(name, '/')
	return name[:i+1], name[i+1:]
}
