// Package invariants is the judge: checkers that watch a run of a server and say
// what may not be and was, each by its number in the list of invariants.
//
// The judge does not read the internals of the accused. What the world witnesses
// (descriptors, bytes, who calls, when) it takes from the events of system calls;
// probes, which are words and never pointers, tell the rest. Where both tell the
// same thing they have to agree, so that a probe that is missing or lies is found
// by some checker.
//
//	for _, o := range invariants.Server(0) {
//		options.Observers = append(options.Observers, o)
//	}
//
// A checker keeps its tables from one run to the next and allocates nothing in
// the steady state. What bytes a client has to get is the clients' to judge, and
// lost wakeups, deadlocks and pages are package sim's.
package invariants
