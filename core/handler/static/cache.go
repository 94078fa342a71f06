package static

// A task's cache of small files, by the path as it was sent. When it is full, the
// entry that came first goes: cheap, and good enough for what a site asks for
// most, which comes back at once.

import (
	"brigade/core/exchange"
	"brigade/core/rt"
)

// cache implements exchange.Local.
type cache struct {
	h     *Handler
	files map[string]*cached
	order []string // oldest first
	bytes int64
}

// cached is an entry and when it was last known to be what the disk has.
type cached struct {
	entry   *entry
	checked rt.Instant
}

// found is what Handle leaves in a Note: an entry, and when it was looked at.
type found struct {
	entry *entry
	at    rt.Instant
}

// Local implements exchange.Handler.
func (h *Handler) Local() exchange.Local {
	return &cache{h: h, files: make(map[string]*cached)}
}

// Inline implements exchange.Local. An entry that is no longer fresh goes along
// to the processor, which looks whether it still holds.
func (c *cache) Inline(x *exchange.Exchange) bool {
	if e := refusal(&x.Request); e != nil {
		refuse(x, e)
		return true
	}
	f := c.files[string(x.Request.Path)]
	if f == nil {
		return false
	}
	if x.Clock.Sub(f.checked) > c.h.opt.Fresh {
		x.Note = f.entry
		return false
	}
	respond(x, &f.entry.meta, &content{body: f.entry.body})
	return true
}

// Learn implements exchange.Local.
func (c *cache) Learn(note any) {
	n, ok := note.(*found)
	if !ok {
		return
	}
	path, size := n.entry.path, int64(len(n.entry.body))
	if size > c.h.opt.Bytes {
		return // it alone would be too much
	}
	if f := c.files[path]; f != nil {
		c.bytes += size - int64(len(f.entry.body))
		f.entry, f.checked = n.entry, n.at
	} else {
		c.bytes += size
		c.files[path] = &cached{n.entry, n.at}
		c.order = append(c.order, path)
	}
	for len(c.order) > c.h.opt.Entries || c.bytes > c.h.opt.Bytes {
		old := c.order[0]
		c.order = c.order[1:]
		c.bytes -= int64(len(c.files[old].entry.body))
		delete(c.files, old)
	}
}
