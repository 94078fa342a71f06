// Package poll is an event loop's view of time and readiness: a poller with its
// waker, a table of slots in which descriptors keep their place, and timers.
//
// All of it belongs to one loop, but for Wake, which any task may call. A slot
// stays the loop's while the connection in it is away with another task: what
// becomes ready meanwhile is latched in the slot and looked at when the
// connection is back. A slot's generation is part of its token, so an event that
// was armed for an earlier occupant reaches nobody.
//
//	n := p.Wait(timers.Next(now))
//
// What to do with an event is package stage's business.
package poll
