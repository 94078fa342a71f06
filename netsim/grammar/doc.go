// Package grammar makes HTTP/1.1 requests from RFC 9112's grammar, and wrong ones
// by changing one production of a right one, each with what a strict server must
// say to it and the clause that decides.
//
// A Request is parts of text, the caller's own, without any state behind it. What
// is uncertain comes from a Source, which may be a scheduler's choices, a property
// test's draws or a fuzzer's bytes:
//
//	r := grammar.Derive(draw, "/a")
//	m := grammar.Mutations()[draw("mutation", len(grammar.Mutations()))]
//	m.Apply(&r, draw)
//	send(r.Text()) // and want one of m.Verdict.Statuses
//
// A request that was derived is right, and its meaning is known: method, target,
// content. A mutation changes one thing, so that what follows can be laid to it.
// The verdict is this project's reading: where the RFC leaves a choice, to refuse
// what two parties could read differently; Must tells those that leave none.
//
// The package leaves to others: sending, reading, and responses.
package grammar
