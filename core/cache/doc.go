// Package cache is a shared HTTP cache in memory: what RFC 9111 says, as functions over
// heads.
//
// A Wish is what a request asks for, a Meta what a response says of itself; from the two
// follow whether a response may be stored (Storable), for how long it is fresh (Lifetime),
// and what may become of it later (UseFor). What is stored is found by its key and variant
// (AppendKey, AppendVariant), as a text that http1.Answer parses (AppendHead).
//
// All are pure: they know no clock, no lock and no socket.
package cache
