package exchange

import (
	"encoding/binary"

	"brigade/core/rt"
)

// Digest tells d all that may not be left from one request to the next.
func (x *Exchange) Digest(d rt.Digest) rt.Digest {
	d = x.Request.Digest(d).Bytes(x.Date).Word(uint64(x.Now)).Word(uint64(x.Clock))
	d = x.live.digest(x.content.digest(x.filtered.digest(d))).Int(int(x.part)).Word(uint64(x.declared)).Int(x.paged).Word(uint64(x.behind)).Bool(x.silent).Bool(x.failure != nil).Int(x.phases.step).Int(x.phases.route)
	d = d.Int(len(x.phases.slow.kind)).Bool(x.phases.slow.who != nil).Word(uint64(x.phases.slow.took))
	peer := x.Peer.Addr().As16()
	d = d.Bool(x.Peer.IsValid()).Word(binary.BigEndian.Uint64(peer[:8])).Word(binary.BigEndian.Uint64(peer[8:])).Word(uint64(x.Peer.Port()))
	d = x.trailers.Digest(x.content.passing.trailers.Digest(d))
	return d.Int(x.Status).Bool(x.Close).Bool(x.Note != nil).
		Bool(x.buckets != nil).Bool(x.out != nil).Bool(x.block != nil).Bool(x.request != nil).Bool(x.pool != nil).Bool(x.file != nil).Bool(x.app != nil).Bool(x.origin != nil).Bool(x.relayed).Bool(x.holds).Int(x.stowed).
		Int(len(x.page)).Bool(cap(x.page) == x.room).Int(x.mark)
}
