package http1

import "brigade/core/rt"

// Digest tells d all that Reset has to reset.
func (r *Request) Digest(d rt.Digest) rt.Digest {
	d = d.Word(uint64(r.Method)).Word(uint64(r.Form)).Word(uint64(r.Minor))
	for _, b := range [...][]byte{
		r.MethodName, r.Target, r.Path, r.Query, r.Host, r.Range, r.IfRange, r.IfMatch, r.IfNoneMatch,
		r.IfModifiedSince, r.IfUnmodifiedSince, r.Referer, r.UserAgent, r.Upgrade,
		r.framing.host, r.framing.length, r.framing.coding, r.framing.upgrade,
	} {
		d = d.Bytes(b)
	}
	d = d.Int(len(r.Fields)).Word(uint64(r.ContentLength))
	for _, b := range [...]bool{
		r.Chunked, r.Framed, r.Close, r.KeepAlive, r.ExpectContinue, r.TakesTrailers, r.excess,
		r.framing.expect, r.framing.unknown, r.framing.switchy, r.framing.nominates,
	} {
		d = d.Bool(b)
	}
	d = d.Word(uint64(r.seen)).Word(uint64(r.repeated)).Int(r.used)
	for i := range r.store {
		if f := &r.store[i]; f.Name != nil || f.Value != nil {
			d = d.Int(i).Bytes(f.Name).Bytes(f.Value)
		}
	}
	return d
}

// Digest tells d how far the content has been taken apart.
func (c *Chunked) Digest(d rt.Digest) rt.Digest {
	for _, b := range c.name {
		d = d.Word(uint64(b))
	}
	return d.Word(uint64(c.state)).Word(uint64(c.digits)).Word(uint64(c.ext)).Word(uint64(c.size)).
		Int(c.excess).Int(c.trailer).Word(uint64(c.named)).Bool(c.failure != nil).Bool(c.kept != nil).Bool(c.mild)
}
