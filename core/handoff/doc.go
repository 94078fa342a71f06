// Package handoff holds the places where ownership changes: an Inbox that an
// event loop empties, and a Crew of processors that wait for work.
//
// Whoever puts an item in lets go of it with that call and does not look back;
// whoever takes it out owns it from then on and says so (rt.Taken), so that the
// race detector convicts the giver who did look back. Both are intrusive: an item
// carries its link, is in at most one place, and handing it over allocates
// nothing, so an inbox cannot be full; room with a crew is reserved before.
//
//	inbox.Push(c)          // any task; wake the loop if Push says so
//	for c := inbox.Take(); c != nil; c = inbox.Next(c) { … }
//
// Waking a loop that sleeps in a poller is package poll's business.
package handoff
