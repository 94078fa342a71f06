// Package filter is what stands between a handler and the writer, and between the
// reader and a handler: a chain of filters, each of which takes a brigade, may hold,
// split, grow or add buckets, and passes the rest on.
//
// A Filter is configured once and serves all tasks. The State that it makes belongs
// to one connection, with which it moves from task to task, and works on one message
// after another: after Close it is as new. Flushes, errors, the end of the stream and
// the end of the request pass every filter in order, exactly once; a chain looks at
// what each filter returns, and what breaks a rule is an error that names the filter
// and the rule, before a byte of it is sent.
//
//	chain := filter.NewChain(gzip.New(gzip.Options{}), filter.Rate{PerSecond: 1 << 20})
//	line := chain.Line()
//	head, err := line.Open(stream)         // each filter looks at the head, and may change it
//	state, err := line.Pump(source, out, room)
//
// Where a response's head and bytes come from is package exchange's business, and
// which task runs a chain is package stage's.
package filter
