package netsim

// resolve: names to nodes, by fs/namei.c. Beneath a directory (openat2(2) with
// RESOLVE_BENEATH) nothing absolute is followed, be it the name or a link's target,
// and ".." does not leave: EXDEV. Links are followed, at most 40 in all: ELOOP.
// Each component needs a directory that may be searched, "." and ".." too.

import (
	"strings"

	"brigade/core/sys"
)

const (
	maxLinks = 40
	maxName  = 255
	maxPath  = 4096
)

type resolver struct {
	base    *node // beneath: the boundary
	root    *node
	beneath bool
	links   int
}

// check is what getname says of a name before it is looked up.
func check(name string) sys.Errno {
	switch {
	case strings.IndexByte(name, 0) >= 0:
		return sys.EINVAL
	case name == "":
		return sys.ENOENT
	case len(name) >= maxPath:
		return sys.ENAMETOOLONG
	}
	return 0
}

// walk resolves name from the directory at.
func (r *resolver) walk(at *node, name string) (*node, sys.Errno) {
	if strings.HasPrefix(name, "/") {
		if r.beneath {
			return nil, sys.EXDEV
		}
		at = r.root
	}
	if at.kind != nodeDirectory {
		return nil, sys.ENOTDIR
	}
	for {
		name = strings.TrimLeft(name, "/")
		if name == "" {
			return at, 0
		}
		part, rest, slash := strings.Cut(name, "/")
		next, e := r.step(at, part)
		if e != 0 {
			return nil, e
		}
		if next.kind == nodeLink {
			if r.links++; r.links > maxLinks {
				return nil, sys.ELOOP
			}
			if next, e = r.walk(at, next.target); e != 0 {
				return nil, e
			}
		}
		if !slash {
			return next, 0
		}
		if next.kind != nodeDirectory {
			return nil, sys.ENOTDIR
		}
		at, name = next, rest
	}
}

// step is one component below at, a link not followed.
func (r *resolver) step(at *node, part string) (*node, sys.Errno) {
	switch {
	case at.mode&0o100 == 0:
		return nil, sys.EACCES
	case part == ".":
		return at, 0
	case part == "..":
		if r.beneath && at == r.base {
			return nil, sys.EXDEV
		}
		return at.parent, 0
	case len(part) > maxName:
		return nil, sys.ENAMETOOLONG
	}
	if next := at.lookup(part); next != nil {
		return next, 0
	}
	return nil, sys.ENOENT
}
