// Package bucket holds a response on its way out: a brigade of buckets, each some
// bytes of one kind, with the ends of requests between them.
//
// A brigade belongs to one connection's http_conn and is touched by that
// connection's owner only. Bytes in its page are written once and then left
// alone until the brigade is empty; shared bytes are immutable.
//
//	b.Heap(from, to)          // a head rendered into the page
//	b.Shared(body)            // a cached file
//	b.EndOfRequest()          // passed when the last byte before it has left
//
// What follows from the end of a request (the log, the release of what it held)
// is its writer's business.
package bucket
