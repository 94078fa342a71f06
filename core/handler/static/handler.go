package static

import (
	"fmt"
	"time"

	"brigade/core/exchange"
	"brigade/core/http1"
	"brigade/core/rt"
	"brigade/core/sys"
)

// Options are the cache's measures. Zero values mean the defaults.
type Options struct {
	Small   int64         // files up to this size are cached; 256 KiB
	Entries int           // files a task's cache holds; 1,024
	Bytes   int64         // bytes of content a task's cache holds; 16 MiB
	Fresh   time.Duration // how long a file is served without being looked at again; 1 s
}

func (o Options) withDefaults() Options {
	if o.Small == 0 {
		o.Small = 256 << 10
	}
	if o.Entries == 0 {
		o.Entries = 1024
	}
	if o.Bytes == 0 {
		o.Bytes = 16 << 20
	}
	if o.Fresh == 0 {
		o.Fresh = time.Second
	}
	return o
}

// Handler serves the files below one root.
type Handler struct {
	kernel sys.Kernel
	root   sys.FD
	opt    Options
}

// allowed is the Allow field of a 405.
const allowed = "GET, HEAD"

// New opens the directory root.
func New(k sys.Kernel, root string, o Options) (*Handler, error) {
	fd, e := k.OpenDir(root)
	if e != sys.OK {
		return nil, fmt.Errorf("root %q: %w", root, e)
	}
	return &Handler{kernel: k, root: fd, opt: o.withDefaults()}, nil
}

// Close gives the root's descriptor back. No exchange may be under way.
func (h *Handler) Close() { h.kernel.Close(h.root) }

// refusal is why a request is answered without looking at a file; nil: it is not.
func refusal(r *http1.Request) *http1.Error {
	switch r.Method {
	case http1.GET, http1.HEAD:
		return nil
	case http1.Other:
		return http1.ErrMethodUnknown
	default:
		return http1.ErrMethodNotAllowed
	}
}

// refuse answers x with e.
func refuse(x *exchange.Exchange, e *http1.Error) {
	allow := ""
	if e.Status == 405 {
		allow = allowed
	}
	x.Refuse(e, allow)
}

// Handle implements exchange.Handler: it opens the file.
func (h *Handler) Handle(x *exchange.Exchange) {
	stale, _ := x.Note.(*entry)
	x.Note = nil
	if e := refusal(&x.Request); e != nil {
		refuse(x, e)
		return
	}
	room, err := x.Pool().Alloc(len(x.Request.Path) + len(index))
	if err != nil {
		refuse(x, http1.ErrOverloaded)
		return
	}
	name, e := http1.DecodePath(room[:0], x.Request.Path)
	if e != nil {
		refuse(x, e)
		return
	}
	if http1.IsDirectory(name) {
		name = append(name, index...)
	}
	fd, stat, e := h.open(string(name))
	switch {
	case e != nil:
		refuse(x, e)
	case stat.Kind == sys.Directory:
		h.kernel.Close(fd)
		redirect(x)
	case stale != nil && stale.same(&stat):
		h.kernel.Close(fd)
		x.Note = &found{stale, rt.Now()}
		respond(x, &stale.meta, &content{body: stale.body})
	case stat.Size <= h.opt.Small:
		h.load(x, fd, string(name), &stat)
	default:
		m := describe(string(name), &stat)
		respond(x, &m, &content{kernel: h.kernel, fd: fd})
	}
}

// index is what a path that names a directory stands for.
const index = "index.html"

// open opens the file name below the root, if it is one that may be served.
func (h *Handler) open(name string) (sys.FD, sys.Stat, *http1.Error) {
	fd, e := h.kernel.OpenBeneath(h.root, name)
	if e != sys.OK {
		return sys.None, sys.Stat{}, openError(e)
	}
	stat, e := h.kernel.Fstat(fd)
	if e == sys.OK && stat.Kind != sys.Other {
		return fd, stat, nil
	}
	h.kernel.Close(fd)
	if e != sys.OK {
		return sys.None, sys.Stat{}, http1.ErrInternal
	}
	return sys.None, sys.Stat{}, http1.ErrNotFound
}

// openError is the answer to a file that could not be opened. What lies outside
// of the root is not there.
func openError(e sys.Errno) *http1.Error {
	switch e {
	case sys.EACCES, sys.EPERM:
		return http1.ErrForbidden
	case sys.EMFILE, sys.ENFILE, sys.ENOMEM, sys.ENOBUFS:
		return http1.ErrOverloaded
	case sys.EIO:
		return http1.ErrInternal
	default:
		return http1.ErrNotFound
	}
}

// load reads a small file whole, answers with it and leaves it to be cached.
func (h *Handler) load(x *exchange.Exchange, fd sys.FD, name string, stat *sys.Stat) {
	at := rt.Now()
	body := make([]byte, stat.Size)
	got := 0
	for got < len(body) {
		n, e := h.kernel.Pread(fd, body[got:], int64(got))
		if e == sys.EINTR {
			continue
		}
		if e != sys.OK {
			h.kernel.Close(fd)
			refuse(x, http1.ErrInternal)
			return
		}
		if n == 0 {
			break // it shrank meanwhile: what is there is what it is
		}
		got += n
	}
	h.kernel.Close(fd)
	stat.Size = int64(got)
	n := &entry{meta: describe(name, stat), body: body[:got], path: string(x.Request.Path)}
	x.Note = &found{n, at}
	respond(x, &n.meta, &content{body: n.body})
}

// redirect answers a path that names a directory without the slash at its end.
func redirect(x *exchange.Exchange) {
	path := x.Request.Path
	if n := len(path); n > maxLocation || n > 0 && path[n-1] == '/' { // its index is a directory itself
		refuse(x, http1.ErrNotFound)
		return
	}
	x.Begin(301)
	x.Append(func(dst []byte) []byte {
		dst = append(dst, "Location: "...)
		// A path that begins with two slashes would read as a host.
		for len(path) > 1 && path[1] == '/' {
			path = path[1:]
		}
		dst = append(append(dst, path...), '/')
		if q := x.Request.Query; q != nil && len(q) <= maxLocation {
			dst = append(append(dst, '?'), q...)
		}
		return append(dst, "\r\n"...)
	})
	x.ContentLength(0)
	x.End()
}

const maxLocation = 1 << 10
