// Package iobuf is the budget of I/O buffers: memory for input and output exists only
// while bytes do, comes out of a fixed number of units for the whole process, and may
// be refused to anybody at any moment (HAProxy's note on dynamic buffers, 2014).
//
// Who is refused stands in line, stops the direction that needs the buffer, and goes
// on with whatever else there is to do, its timers included. A unit that comes back
// becomes the reservation of whoever is first, in the step in which it comes back:
// nothing is attached and nobody else can have it in between. The waiter takes it when
// its task runs it next, or gives it up when it times out, is cancelled, or moves to
// another task: then it is the next one's, in that same step.
//
// A unit is the right to have the pages of one http_conn, or those that a tunnel holds
// bytes in. The memory itself is its user's, from its own allocator.
//
//	if !cache.Want(&waiter) {
//		… // refused: pause, and run again when Next returns the waiter
//	}
//	…
//	cache.Put(iobuf.Filling)
//
// Who pauses what, and for how long, is package stage's business.
package iobuf
