package exchange

import (
	"net/netip"

	"brigade/core/bucket"
	"brigade/core/filter"
	"brigade/core/http1"
	"brigade/core/mem"
	"brigade/core/rt"
	"brigade/core/sys"
)

// Room is how much of the page a response head may take; a step makes sure of it
// before it calls a handler.
const Room = 4 << 10

// inline is the longest shared body that is copied behind its head, so that both
// leave in one piece.
const inline = 4 << 10

// Exchange is a request and the response to it.
type Exchange struct {
	Request http1.Request
	Date    []byte // the Date field's value, for now
	Now     int64  // seconds since 1970
	Clock   rt.Instant
	Peer    netip.AddrPort // whose connection it is
	Status  int            // of the response; 0: none yet
	Close   bool           // the connection closes after this response
	Note    any            // what Handle leaves for the loop's Local to learn

	buckets  *bucket.Allocator
	out      *bucket.Brigade
	request  bucket.Request // what the end of the response carries; nil: it is queued, or there is none
	pool     *mem.Pool      // the request's
	block    *mem.Block     // where heads are rendered
	page     []byte         // len: what is used of it
	room     int            // its capacity
	mark     int            // where the part not yet in a bucket begins
	stowed   int            // bytes at the page's end that are no output
	file     *bucket.OpenFile
	part     part
	declared int64 // bytes of the body, as the head says; filter.Unknown: it does not
	paged    int   // where in the page the body begins
	behind   int64 // bytes of the body that are not in the page
	silent   bool  // there is no body, whatever the handler writes
	failure  error // why the body ends before its time; nil: it does not

	filtered filtered
	content  content
	live     live
	app      Application    // to which the connection goes; nil: it goes nowhere
	origin   Origin         // from which the answer is to be fetched; nil: the handler has it
	holds    bool           // the client waits to be asked for the content
	relayed  bool           // the response is another server's, as are its Date and Server
	trailers http1.Trailers // of the response
	phases   progress
}

// part is how far a response has come.
type part uint8

const (
	partNone  part = iota
	partHead       // Begin was called
	partBody       // End was
	partWhole      // a refusal, which is all of it
)

var partNames = [...]string{"has not begun", "is in its head", "is in its body", "is whole"}

// must stops a handler that does things out of their order.
func (x *Exchange) must(p part, what string) {
	if x.request == nil {
		rt.Bug("exchange: a response is %s after its end; nothing comes after that", what)
	}
	if x.part != p {
		rt.Bug("exchange: a response is %s, but it %s; it begins once, has its fields, ends its head, then has its body", what, partNames[x.part])
	}
}

// Handler answers requests. One value serves all tasks: it holds no state that
// changes.
type Handler interface {
	// Local makes what one task keeps for itself.
	Local() Local
	// Handle answers x on a processor, where it may block.
	Handle(x *Exchange)
}

// Local is a handler's part that belongs to one task.
type Local interface {
	// Inline answers x if that takes no blocking call, and reports whether it did.
	Inline(x *Exchange) bool
	// Learn takes what Handle left in an exchange's Note.
	Learn(note any)
}

// SetOutput tells where responses go: heads are rendered into a block of size bytes
// at least. It is the connection's to call.
func (x *Exchange) SetOutput(out *bucket.Brigade, block *mem.Block, size int) {
	x.buckets, x.out, x.block = out.Allocator(), out, block
	x.page, x.room, x.mark = block.Bytes()[:0:size], size, 0
	x.declared = filter.Unknown
	x.filtered.source.Init(x.buckets)
	x.content.init(x.buckets)
	x.live.crossing.Init(x.buckets)
}

// Bind begins the exchange of request r, whose memory is pool's.
func (x *Exchange) Bind(r bucket.Request, pool *mem.Pool) {
	x.request, x.pool = r, pool
	x.phases = progress{}
	x.restart()
}

// restart makes the response one that has not begun.
func (x *Exchange) restart() {
	x.Status = 0
	x.part, x.declared, x.paged, x.behind, x.silent, x.failure = partNone, filter.Unknown, 0, 0, false, nil
	x.relayed = false
}

// Pool is the request's: memory taken out of it is there until the last byte of the
// response has left.
func (x *Exchange) Pool() *mem.Pool { return x.pool }

// Free is how much room the page has.
func (x *Exchange) Free() int { return cap(x.page) - len(x.page) - x.stowed }

// Rewind makes the whole page free again. Nothing of it may be queued.
func (x *Exchange) Rewind() {
	x.block.Rewind()
	x.page, x.mark = x.page[:0], 0
}

// Next forgets the response, but not what it queued, and the note.
func (x *Exchange) Next() {
	x.Close, x.Note, x.app, x.origin, x.phases = false, nil, nil, nil, progress{}
	x.stowed, x.holds = 0, false
	x.trailers.Reset()
	x.live.end()
	x.restart()
}

// Mark remembers where the response begins, for Rollback.
func (x *Exchange) Mark() (buckets int) { return x.out.Len() }

// Rollback forgets the response since mark. False: parts of it are queued
// already.
func (x *Exchange) Rollback(mark int) bool {
	if x.Lives() {
		return x.retract()
	}
	if x.out.Len() != mark {
		return false
	}
	x.forget()
	x.page = x.page[:x.mark]
	x.restart()
	return true
}

// Begin starts the response with its status line and the fields that every
// response has.
func (x *Exchange) Begin(status int) {
	x.must(partNone, "begun")
	x.part = partHead
	x.Status = status
	if x.filtered.chain != nil {
		x.beginFiltered(status)
		return
	}
	x.statusLine(status)
}

func (x *Exchange) statusLine(status int) {
	x.page = http1.AppendStatusLine(x.page, status)
	if x.relayed {
		return
	}
	x.page = append(x.page, "Server: brigade\r\nDate: "...)
	x.page = append(x.page, x.Date...)
	x.page = append(x.page, "\r\n"...)
}

// Field adds a field to the head. Those that frame the body are not for it.
func (x *Exchange) Field(name, value string) {
	if x.filtered.on {
		x.filtered.head.Add(name, value)
		return
	}
	x.page = http1.AppendFieldString(x.page, name, value)
}

// Lines adds whole field lines, each with its CRLF.
func (x *Exchange) Lines(lines []byte) {
	if x.filtered.on {
		x.filtered.head.Append(func(dst []byte) []byte { return append(dst, lines...) })
		return
	}
	x.page = append(x.page, lines...)
}

// Append lets f add to the head or, after End, to the body.
func (x *Exchange) Append(f func(dst []byte) []byte) {
	if x.silent {
		return
	}
	if x.filtered.on {
		x.appendFiltered(f)
		x.spill()
		return
	}
	x.page = f(x.page)
	x.spill()
}

// ContentLength declares the length of the body, which is held to it. A response
// without is sent in chunks.
func (x *Exchange) ContentLength(n int64) {
	x.declared = n
	if x.filtered.on {
		x.filtered.head.Length = n
		return
	}
	x.page = http1.AppendContentLength(x.page, n)
}

// End ends the head.
func (x *Exchange) End() {
	x.must(partHead, "given the end of its head")
	x.part, x.silent = partBody, x.Bodyless()
	if x.unasked() {
		x.Close = true // nobody knows whether the content comes all the same (RFC 9110 §10.1.1)
	}
	if x.filtered.on {
		return // it is written when the filters have seen it
	}
	if x.declared < 0 && !x.silent {
		x.frame()
	}
	x.endHead()
}

// unasked reports whether the client holds its content back, and has not been asked for it.
func (x *Exchange) unasked() bool { return x.Lives() && x.live.Expects || x.holds }

func (x *Exchange) endHead() {
	x.page = http1.AppendEnd(http1.AppendConnection(x.page, &x.Request, !x.Close))
	x.paged = len(x.page)
}

// Bytes adds to the body by copying. What does not fit into the page goes behind it.
// Where there is no body (HEAD, 204, 304) all that is added to it is dropped.
func (x *Exchange) Bytes(b []byte) error {
	if x.silent {
		return x.live.gone
	}
	if !x.Lives() {
		return x.write(b)
	}
	for len(b) > 0 && x.live.gone == nil { // a piece at a time: more would be here whole
		part := b[:min(len(b), x.live.Bound)]
		if err := x.write(part); err != nil {
			return err
		}
		b = b[len(part):]
		x.spill()
	}
	return x.live.gone
}

func (x *Exchange) write(b []byte) error {
	if x.filtered.on {
		return x.source().Write(b)
	}
	if len(b) <= x.Free() {
		x.page = append(x.page, b...)
		return nil
	}
	x.flush()
	x.behind += int64(len(b))
	return x.out.Write(b)
}

// Shared adds immutable bytes to the body.
func (x *Exchange) Shared(b []byte) {
	if x.silent {
		return
	}
	if x.filtered.on {
		x.source().Append(x.buckets.Immortal(b))
		x.spill()
		return
	}
	if len(b) <= inline && len(b) <= x.Free()-Room/2 {
		x.page = append(x.page, b...)
		x.spill()
		return
	}
	x.queue(x.buckets.Immortal(b))
}

// Own adds bytes of the request's pool to the body.
func (x *Exchange) Own(b []byte) { x.queue(x.buckets.Pool(x.pool, b)) }

// queue adds a bucket to the body.
func (x *Exchange) queue(k *bucket.Bucket) {
	if x.silent {
		k.Destroy()
		return
	}
	if x.filtered.on {
		x.source().Append(k)
		x.spill()
		return
	}
	x.flush()
	x.behind += max(k.Len(), 0)
	x.out.Append(k)
	x.spill()
}

// File adds a part of an open file to the body. last: it is the last of that file,
// which is closed when all have left.
func (x *Exchange) File(fd sys.FD, off, length int64, last bool) {
	if x.file == nil {
		x.file = x.buckets.Open(fd)
	}
	f := x.file
	if last {
		x.file = nil
	} else {
		f.Share()
	}
	x.queue(x.buckets.File(f, off, length))
}

// Bodyless reports whether the response has no body, whatever its head says.
func (x *Exchange) Bodyless() bool {
	return x.Request.Method == http1.HEAD || http1.NoContent(x.Status)
}

// Finished reports whether the response has been finished.
func (x *Exchange) Finished() bool { return x.request == nil }

// Verdict is what a handler did wrong whose response is as it left it; nil: nothing.
// What was declared and what was written differ, or the head has no end.
func (x *Exchange) Verdict() error {
	switch x.part {
	case partHead:
		return &filter.Misuse{Who: "a handler", What: "does not end the head of its response; End does, before the body"}
	case partNone:
		return &filter.Misuse{Who: "a handler", What: "writes a body without a head, or nothing; a response begins with Begin"}
	case partBody, partWhole:
	}
	if x.failure != nil {
		return x.failure
	}
	if x.filtered.on || x.part == partWhole {
		return nil // the filters' line counts
	}
	if x.written() != x.declared && !x.silent {
		return &filter.Misuse{Who: "a handler", What: "writes a body that is not as long as its head says; a response has the length that was declared"}
	}
	return nil
}

// written is how many bytes the body has so far.
func (x *Exchange) written() int64 { return int64(len(x.page)-x.paged) + x.behind }

// Finish ends the response. The connection does it when the handler has returned.
func (x *Exchange) Finish() {
	if x.request == nil {
		rt.Bug("exchange: a response is finished, but its request has been, or never began; each is, once")
	}
	if x.file != nil {
		x.file.Drop()
		x.file = nil
	}
	x.content.drop()
	end := x.out
	if x.filtered.on {
		end = &x.filtered.source
		end.Append(x.buckets.EndOfStream())
	} else {
		x.flush()
	}
	end.Append(x.buckets.EndOfRequest(x.request))
	x.request = nil
	if !x.filtered.on {
		x.pool = nil
	}
}

func (x *Exchange) flush() {
	if cap(x.page) != x.room {
		rt.Bug("exchange: a response head of %d bytes outgrew its page of %d; a head has %d", len(x.page)-x.mark, x.room, Room)
	}
	if n := len(x.page); n > x.mark {
		x.block.Extend(n)
		x.block.Share()
		x.out.Append(x.buckets.Heap(x.block, x.mark, n-x.mark))
		x.mark = n
	}
}

// Refuse answers with an error response.
// It passes no filter.
func (x *Exchange) Refuse(e *http1.Error, allow string) {
	x.must(partNone, "refused")
	x.part = partWhole
	x.Status = e.Status
	if x.Request.Minor == 0 || x.unasked() {
		x.Close = true // an HTTP/1.0 client would have to be told otherwise; for the other see End
	}
	x.page = http1.AppendErrorResponse(x.page, e, http1.ErrorResponse{
		Now: x.Now, Allow: allow, Head: x.Request.Method == http1.HEAD, Close: x.Close,
	})
}
