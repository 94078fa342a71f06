package httpconn

// Recycled is fresh (I21): what leaves the pool is what New makes, but for the bytes
// in its pages and what its allocator keeps. The owner tells the judge.

import "brigade/core/rt"

// tell tells the judge what c is, new or as Recycle left it.
func (c *Conn) tell(fresh uint64) {
	if rt.Checking() {
		rt.Probe(rt.ProbeReset, rt.ClassHTTPConn, fresh, uint64(c.digest()))
	}
}

func (c *Conn) digest() rt.Digest {
	d := c.X.Digest(0).Int(c.Out.Len()).Int(c.buckets.Live())
	k := &c.Content
	d = k.decoder.Digest(d.Word(uint64(k.left)).Word(uint64(k.allowed)).Bool(k.chunked).Bool(k.wanted).Bool(k.whole))
	d = d.Bool(c.memory != nil).Bool(c.pool != nil).Bool(c.block != nil).Bool(c.outBlock != nil)
	d = d.Bool(c.requests.first != nil).Bool(c.requests.last != nil)
	// Sizes may change while a server runs, so only that they fit is told.
	d = d.Bool(len(c.in) == c.sizes.In).Bool(c.X.Free() == c.sizes.Out)
	d = d.Bool(c.charged).Int(int(c.class))
	return d.Int(c.start).Int(c.end).Int(c.scanned).Int(c.head)
}
