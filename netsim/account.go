package netsim

// Accounts: what the judge asks after a run.

import "brigade/core/sys"

// Descriptor is an open descriptor of a process.
type Descriptor struct {
	FD         sys.FD
	Kind       string
	Generation uint32 // how often this number has been given out
}

var kindNames = [...]string{
	kindSocket: "socket", kindPoll: "poller", kindCounter: "eventfd",
	kindPipe: "pipe", kindNode: "file",
}

// OpenDescriptors lists what p has open: after a run that shut down, leaks.
func (n *Net) OpenDescriptors(p *Process) (open []Descriptor) {
	for fd, e := range p.table.entries {
		if e.file != nil {
			open = append(open, Descriptor{sys.FD(fd), kindNames[e.file.kind], e.generation})
		}
	}
	return open
}

// Endpoint is one end of a connection of the last run.
type Endpoint struct {
	Process  int    // the last that had it; -1: nobody accepted it
	FD       sys.FD // its number there
	Accepted uint64 // bytes that the kernel took for sending
	Arrived  uint64 // of those, bytes that reached the peer's host
	Taken    uint64 // of those, bytes that the peer's process read
	Closed   bool   // by its process
}

// Connection is one connection of the last run, by order of Connect.
type Connection struct {
	Client, Server Endpoint
	Disturbed      bool // by a fault
}

// Connections lists the connections of the last run.
func (n *Net) Connections() []Connection {
	list := make([]Connection, len(n.connections))
	for i, s := range n.connections {
		list[i] = Connection{Client: s.endpoint(), Server: s.peer.endpoint(), Disturbed: s.disturbed}
	}
	return list
}

// Accepted is how many bytes the kernel took for sending to the client of the
// i-th connection.
func (n *Net) Accepted(i int) uint64 { return n.connections[i].peer.out.accepted }

func (s *socket) endpoint() Endpoint {
	return Endpoint{
		Process: int(s.process), FD: sys.FD(s.fd), Accepted: s.out.accepted, Arrived: s.out.arrived,
		Taken: s.out.taken, Closed: s.orphan,
	}
}
