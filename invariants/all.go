package invariants

import "brigade/sim"

// Checker is one row of the table of checkers.
type Checker struct {
	Numbers []string // of the invariants it speaks for
	Name    string
	Allows  string // what may be, in a sentence
	World   string // what it takes from the world
	Probes  string // what it takes from probes; empty: nothing

	// New makes the checker of the server whose process has this index.
	New func(process int32) sim.Observer
}

// table is in the order in which checkers see an event: the first to fail names
// the invariant, so what others build on comes first.
var table = [...]Checker{
	{
		Numbers: []string{"I15", "I14"}, Name: "descriptor",
		Allows: "each descriptor is closed once, by whoever has it, and not used afterwards",
		World:  "results of all calls", Probes: "conn-open conn-close",
		New: func(p int32) sim.Observer { return &descriptor{judge: watching(p)} },
	},
	{
		Numbers: []string{"I02", "I24"}, Name: "count",
		Allows: "connections are told of from their open to their close, and are as many as descriptors that were accepted",
		World:  "accept, close", Probes: "all that name a connection",
		New: func(p int32) sim.Observer { return &count{judge: watching(p)} },
	},
	{
		Numbers: []string{"I01", "I32"}, Name: "owner",
		Allows: "a connection and its descriptor are touched by the task that took it last, until it hands it on",
		World:  "who calls on which descriptor", Probes: "owner loop, and all that name a connection",
		New: func(p int32) sim.Observer { return &owner{judge: watching(p)} },
	},
	{
		Numbers: []string{"I13", "I16", "I17"}, Name: "waiting",
		Allows: "a connection either runs or waits, with the deadline of its state, and no longer than that",
		World:  "who calls on which descriptor, poll_wait, time", Probes: "state, and all that name a connection",
		New: func(p int32) sim.Observer { return &waiting{judge: watching(p)} },
	},
	{
		Numbers: []string{"I22", "I23"}, Name: "account",
		Allows: "each request has one response and one log record, in order, of as many bytes as the kernel took",
		World:  "write, sendfile", Probes: "request response logged conn-open conn-close",
		New: func(p int32) sim.Observer { return &account{judge: watching(p)} },
	},
	{
		Numbers: []string{"I19"}, Name: "input",
		Allows: "requests come out of bytes that were read from their connection",
		World:  "read", Probes: "request conn-open",
		New: func(p int32) sim.Observer { return &input{judge: watching(p)} },
	},
	{
		Numbers: []string{"I10"}, Name: "block",
		Allows: "a loop blocks in its poller and nowhere else",
		World:  "calls and waits by task", Probes: "loop",
		New: func(p int32) sim.Observer { return &block{judge: watching(p)} },
	},
	{
		Numbers: []string{"I11"}, Name: "spin",
		Allows: "a task makes a limited number of calls at one instant that achieve nothing",
		World:  "results of all calls, time",
		New:    func(p int32) sim.Observer { return &spin{judge: watching(p)} },
	},
	{
		Numbers: []string{"I01", "I02", "I03", "I06", "I24", "I28", "I32"}, Name: "memory",
		Allows: "an allocator with its blocks and pools is touched by who took it last; each block is out once, and comes back",
		Probes: "memory block, and all of pools",
		New:    func(p int32) sim.Observer { return &memory{judge: watching(p)} },
	},
	{
		Numbers: []string{"I02", "I03", "I05", "I06", "I24"}, Name: "pool",
		Allows: "memory is taken out of the pool of the task's scope; a pool ends once, after its children, and is not used afterwards",
		Probes: "pool-open pool-use pool-close",
		New:    func(p int32) sim.Observer { return &pool{judge: watching(p)} },
	},
	{
		Numbers: []string{"I31"}, Name: "drain",
		Allows: "a server that drains hears no more, and is gone when its deadline has passed",
		World:  "listen, accept, close, time", Probes: "drain loop",
		New: func(p int32) sim.Observer { return &drain{judge: watching(p)} },
	},
	{
		Numbers: []string{"I06"}, Name: "leak",
		Allows: "no descriptor is open when the run has ended",
		World:  "calls that open and close",
		New:    func(p int32) sim.Observer { return &leak{judge: watching(p)} },
	},
}

// All is the table of checkers.
func All() []Checker { return table[:] }

// Server makes one of each checker, for a server whose process has this index.
func Server(process int32) []sim.Observer {
	list := make([]sim.Observer, len(table))
	for i := range table {
		list[i] = table[i].New(process)
	}
	return list
}
