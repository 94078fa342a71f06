// Package http2 is the server's side of one HTTP/2 connection (RFC 9113), without
// its I/O: frames go in, requests come out, and what has to be sent is collected.
//
// A Session belongs to the task that its connection belongs to, and blocks nowhere:
// it is given bytes that were read, takes whole frames off their front, and tells
// one event for each.
//
//	n, event := s.Next(bytes, now)   // Opened: a request's head is in s.Head()
//	s.Respond(stream, head, false)   // HEADERS, from a head in HTTP/1.1's form
//	n := s.Grant(stream, want)       // what flow control has room for
//	s.Data(stream, n, end)           // the header of a DATA frame
//	w.Write(s.Out())                 // all that has to be sent so far
//
// Framing and field compression are x/net's Framer and hpack, in codec.go alone.
// What streams are for (handlers, memory, timers) is package stage's business.
package http2
