// Package bucket holds output on its way: a brigade is a sequence of buckets, each
// some bytes of one kind, or metadata (a flush, an error, the end of a stream, the
// end of a request) between them.
//
// Buckets come from an Allocator, which has one owner, and a brigade holds buckets
// of one allocator: what comes from another is copied, or sent through a Beam, the
// bounded brigade between two tasks. Bytes that several buckets stand for do not
// change. A transient bucket's bytes die when whoever made it goes on, a pool
// bucket's with the pool: what is kept longer is set aside first.
//
//	b.Append(a.Heap(block, 0, 100))    // a head, rendered into a block
//	b.Append(a.Immortal(body))         // a cached file
//	b.Append(a.EndOfRequest(request))  // passed when all before it has left
//
// What follows from the end of a request (the log, the end of its pool) is its
// writer's business.
package bucket
