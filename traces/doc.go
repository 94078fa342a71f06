// Package traces is the evidence: a failed run written down so that it can be
// read, replayed and kept.
//
// A trace is a text of lines: a header that says which run it was, the verdict,
// the departures of its schedule (all that a replay needs), and the events, for
// the reader. Whoever writes one owns it; nothing here runs anything.
//
//	t := traces.New(header, report)
//	path, err := t.Save("traces/new")
//	again, err := traces.Load(path)
//
// Replaying is the business of package fuzz, which knows the scenarios.
package traces
