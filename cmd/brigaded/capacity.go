package main

// How many connections fit into the limit of open files. A connection has its
// socket and, while a file that is too large for the cache is sent, that file.

import "brigade/core/stage"

const (
	perConnection = 2
	perLoop       = 3  // poller, waker, listening socket
	reserve       = 16 // standard streams, root, log, profile, the runtime's poller
)

// usualConnections is how many connections a shard takes that was not told.
const usualConnections = 16384

// capacity is how many connections limit descriptors are enough for.
func (o *options) capacity(limit uint64) int {
	loops := uint64(o.shards.n) * uint64(1+max(o.readers.n, 1)+max(o.writers.n, 1))
	used := loops*perLoop + reserve
	if limit <= used {
		return 0
	}
	return int(min((limit-used)/perConnection, 1<<30))
}

// eventPlaces is how many places there are for work that waits for a processor where
// all requests do: with fewer a loop hands over a few, waits, and wakes for the next.
const eventPlaces = 32

// places settles --queue; 0: the core's own way.
func (o *options) places() int {
	if o.queue.n == 0 && o.topology.value == stage.Event {
		return eventPlaces
	}
	return o.queue.n
}

// connectionsPerShard settles --max-connections, and says so if it does not fit.
func (p *program) connectionsPerShard() int {
	shards := p.shards.n
	limit, err := descriptors()
	if err != nil {
		p.say("the limit of open files stays at %d: %v", limit, err)
	}
	fit := p.capacity(limit)
	asked := p.connections.n
	if asked == 0 {
		return max(min(usualConnections, fit/shards), 1)
	}
	if asked > fit {
		p.say("--max-connections %d does not fit into %d open files, the hard limit; %d do. "+
			"Beyond that connections wait and large files are answered with 503; raise it (ulimit -Hn, LimitNOFILE=)", asked, limit, fit)
	}
	return (asked + shards - 1) / shards
}
