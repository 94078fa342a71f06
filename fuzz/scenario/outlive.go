package scenario

// Memory of the wrong lifetime. A stream's step that takes memory out of its
// connection's pool appears to work, since the master usually outlives the slave;
// until a master is cleaned up first (Leggett, 2015). A scope convicts it where it
// happens, in the runs that would have gone well as in the others. Where a step even
// enters the wrong pool as its scope, all goes well until the day that it does not.

import (
	"brigade/core/bucket"
	"brigade/core/mem"
	"brigade/core/rt"
	"brigade/invariants"
	"brigade/sim"
)

// lifetime is whose memory a stream's answer is in.
type lifetime int

const (
	ownPool      lifetime = iota
	mastersPool           // taken out of it within the stream's scope
	mastersScope          // and the step says that it is its scope
	lifetimes    = iota
)

func outlive() *Scenario {
	return &Scenario{
		Name: "outlive", Apart: true,
		Story: "a stream's answer is in memory of its own or of its connection's, which ends after it, or before",
		Prepare: func(e *Env) func() {
			for _, c := range invariants.All() {
				if c.Name == "pool" {
					e.Observers = append(e.Observers, c.New(0))
				}
			}
			return func() {
				outlived(lifetime(sim.Choose("whose memory", lifetimes)), sim.Choose("which ends first", 2) == 1)
				e.Exchanged(1)
			}
		},
	}
}

// outlived makes a stream's answer and lets the stream and its connection end.
func outlived(whose lifetime, masterFirst bool) {
	scope := &mem.Scope{Name: "loop"}
	memory := mem.NewAllocator(1, "connection's memory", mem.Limits{})
	memory.Take(scope)
	var a bucket.Allocator
	a.Init(memory, nil)
	master, slave := memory.NewPool(mem.Connection), memory.NewPool(mem.Stream)
	in, from := slave, slave
	if whose != ownPool {
		from = master
	}
	if whose == mastersScope {
		in = master
	}
	scope.Enter(in)
	data, err := from.Copy([]byte("an answer"))
	if err != nil {
		rt.Bug("%v", err)
	}
	scope.Leave(nil)
	var out bucket.Brigade
	out.Init(&a)
	out.Append(a.Pool(from, data))

	if masterFirst {
		master.Destroy()
	}
	if got := string(out.Front().Memory()); got != "an answer" {
		sim.Failf("I18", "an answer is written as "+got)
	}
	out.Pop()
	slave.Destroy()
	if !masterFirst {
		master.Destroy()
	}
	memory.End()
}
