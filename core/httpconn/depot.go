package httpconn

// The shard's list of Grydeland's proposal: what its tasks have in stock beyond a few
// of their own. A task that gave its http_conns away with their connections refills its
// stock from here when it needs one, and takes as many as it is short of at once; one
// that was given some returns what is more than its own few when their requests have
// ended. So http_conns go round among a shard's tasks, whichever way connections do.
//
// The proposal refills at the giving. Here it is at the next need: a giver that needs
// none meanwhile takes no lock for it, and what it would have taken serves others.

import (
	"brigade/core/mem"
	"brigade/core/rt"
)

// Depot is the list of one shard. Any of its tasks may use it.
type Depot struct {
	mu         rt.Mutex
	keep       int
	sizes      Sizes   // guarded by mu
	free       []*Conn // guarded by mu; nobody's memory
	generation rt.Uint64
}

// Init makes a Depot that keeps so many, of these sizes.
func (d *Depot) Init(keep int, s Sizes) {
	d.keep, d.sizes = keep, s
	d.mu.Label("depot.mu")
	d.generation.Label("depot.generation")
}

// Resize has http_conns be of other sizes from now on. Those in use are let go when
// their requests have ended, those in stock at their task's next turn, or here. scope
// is the caller's.
func (d *Depot) Resize(s Sizes, scope *mem.Scope) {
	d.mu.Lock()
	old := d.free
	d.free, d.sizes = nil, s
	d.mu.Unlock()
	d.generation.Add(1)
	free(old, scope)
}

// Close frees what is in stock; nobody uses d any more.
func (d *Depot) Close(scope *mem.Scope) {
	d.mu.Lock()
	old := d.free
	d.free = nil
	d.mu.Unlock()
	free(old, scope)
}

func free(list []*Conn, scope *mem.Scope) {
	for _, c := range list {
		c.Take(scope)
		c.Free()
	}
}

// get takes up to n out of stock, for scope.
func (d *Depot) get(to []*Conn, n int, scope *mem.Scope) []*Conn {
	d.mu.Lock()
	k := len(d.free) - min(n, len(d.free))
	from := len(to)
	to = append(to, d.free[k:]...)
	clear(d.free[k:])
	d.free = d.free[:k]
	d.mu.Unlock()
	for _, c := range to[from:] {
		c.Take(scope)
	}
	return to
}

// Stock is how many there are. Any task may call it.
func (d *Depot) Stock() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.free)
}

// put takes c, which is recycled; false: there are enough, or of other sizes.
func (d *Depot) put(c *Conn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.free) >= d.keep || c.sizes != d.sizes {
		return false
	}
	c.Give()
	d.free = append(d.free, c)
	return true
}

// now is the sizes and their generation.
func (d *Depot) now() (Sizes, uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.sizes, d.generation.Load()
}
