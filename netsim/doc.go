// Package netsim is a simulated Linux for TCP servers, system call by system
// call: descriptors, stream sockets, epoll, event counters, pipes and files.
//
// It is a relation: what it answers, Linux could have answered in that state, and
// with no fault profile and no latency it answers what Linux's loopback does. A
// Net is the kernel and the wires; each Process is a descriptor table in it and a
// sys.Kernel. A connection is two sockets and two wires:
//
//	process ─ write ─► send buffer ─ packets ─► receive buffer ─ read ─► process
//	                        ▲                         │
//	                        └── acknowledged, window ──┘
//
// Bytes never overtake one another; a reset overtakes nothing but destroys what
// was not sent yet. All state belongs to the scheduler: the Process methods only
// fill in a sim.Call and copy bytes, so a task never touches it.
//
//	net := netsim.New(netsim.Config{})
//	server, client := net.Process("server"), net.Process("client")
//	sim.Run(sim.Options{World: net}, func() { serve(server); talk(client) })
//
// Processes and files are made before a run; what a run does to them is undone
// when the next begins. What goes wrong in the world is in faults.go, in one
// table, and drawn through the scheduler, so that it replays. Tasks, time and
// choices are package sim's; clients that judge are netsim/client.
package netsim
