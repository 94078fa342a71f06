// Package http1 is the HTTP/1.1 protocol as functions over bytes: heads parsed,
// bodies unwrapped, paths, ranges, dates and conditions read, responses written
// (RFC 9110, RFC 9112).
//
// It knows nothing of its host. There is no I/O, no clock and no goroutine here,
// and nothing is allocated per request: a Request is reused, and what it shows
// are slices of the buffer it was parsed from, valid for as long as the owner of
// that buffer leaves the bytes alone. Whoever owns the connection owns its
// Request and its Chunked; no value here may be used by two tasks at once.
//
// The smallest use is: Request.Parse, DecodePath, and the Append functions, as
// the package's Example shows. Parse returns 0 for a head that is not all there;
// call it again with more bytes, telling how many it has seen. Parsing is
// strict: what two parties could read differently, such as a bare LF, a repeated
// Content-Length or a space before a colon, is refused, because a server behind
// a proxy that read it otherwise would take part in request smuggling. Each
// refusal is an *Error, with the status to send and the clause that was broken.
//
// The package leaves to others: sockets, buffers and time-outs; what a method
// means; opening files; the reading of queries, cookies and content; HTTP/2.
package http1
