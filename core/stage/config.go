package stage

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"brigade/core/accesslog"
	"brigade/core/cache"
	"brigade/core/exchange"
	"brigade/core/filter"
	"brigade/core/http1"
	"brigade/core/httpconn"
	"brigade/core/poll"
	"brigade/core/sys"
)

// Topology says which tasks perform which steps.
type Topology uint8

// The topologies.
const (
	Fused  Topology = iota // each loop accepts, reads, runs what cannot block, and writes
	Staged                 // listener, readers, processors and writers
	Event                  // a loop holds what waits, processors read, run and write (Ames 2004)
	topologies
)

var topologyNames = [topologies]string{"fused", "staged", "event"}

// processors are the steps that a processor performs.
func (t Topology) processors() roles {
	if t == Event {
		return reads | writes | blocks
	}
	return blocks
}

// String is the topology's name on the command line.
func (t Topology) String() string {
	if t < topologies {
		return topologyNames[t]
	}
	return fmt.Sprintf("topology %d", uint8(t))
}

// ParseTopology is String's inverse.
func ParseTopology(s string) (Topology, error) {
	if i := slices.Index(topologyNames[:], s); i >= 0 {
		return Topology(i), nil
	}
	return Fused, fmt.Errorf("topology %q is not known; there are %s", s, strings.Join(topologyNames[:], ", "))
}

// Config is what a server is made from. Zero values mean the defaults, given in
// brackets; Kernel, Listen and Handler have none.
type Config struct {
	Kernel  sys.Kernel
	Listen  netip.AddrPort
	Backlog int // [4096]
	// Congestion is how connections control congestion, as sys.ListenOptions has it.
	Congestion string // [the system's way]
	// Deferred has connections be accepted with their first bytes (sys.ListenOptions). Who
	// says nothing is accepted a second or so later, and has its Header then.
	Deferred bool // [no]
	Handler  exchange.Handler
	Log      *accesslog.Log // nil: none is written
	Filters  *filter.Chain  // of responses; nil: none
	Input    *filter.Chain  // of content that the handler receives; nil: none

	Topology   Topology
	Accept     Accept         // [listener if staged, else reuseport]
	Waker      poll.WakerKind // [flag]
	Poller     poll.Kind      // [epoll]
	Shards     int            // [1] independent sets of tasks that share nothing but the address
	Readers    int            // [1] per shard, staged
	Writers    int            // [1] per shard, staged
	Processors int            // [2] per shard
	Waiting    int            // [Processors] per shard: places for work that waits for a processor; -1: none

	Limits      http1.Limits
	Pages       httpconn.Sizes // [16 KiB each]
	Content     int64          // [1 MiB] longest request content that is skipped
	Connections int            // [16,384] per shard
	Buffers     int            // [16,384] of the process, each of Pages, beside a few kept for what is in hand; None: none yet
	Streams     int            // [100] of an HTTP/2 session at a time; -1: HTTP/2 is not spoken

	Stats bool // [no] workers show what they count, for Snapshot

	Connect []netip.AddrPort // where clients may be connected to by CONNECT
	Upgrade netip.AddrPort   // the backend that requests for another protocol go to; zero: the handler
	Kept    int              // [64] unused connections to one backend that a loop keeps
	Cache   cache.Options    // of answers that are fetched [none]
	// HandOver is how much has to be left of the body of an answer, or to have come of one
	// whose length is not known, for another loop to fetch the rest. [0: none does]
	HandOver int64
	Checks   []exchange.Checked // backends that are asked from time to time whether they are fit

	Header time.Duration // [10 s] from a connection's or request's first moment to its whole head
	Body   time.Duration // [30 s] for the next of a request's content
	Room   time.Duration // [30 s] for a processor to have room
	Idle   time.Duration // [60 s] between requests
	Write  time.Duration // [30 s] without the kernel reporting room for more of a response
	Linger time.Duration // [2 s] for the peer to close after the last response
	Dial   time.Duration // [10 s] for a backend to be connected to, and to answer an upgrade
	Tunnel time.Duration // [10 min] without a byte through a tunnel
	Half   time.Duration // [30 s] the same, when one end has said all
	Answer time.Duration // [60 s] for a backend to answer a request that is fetched from it
	More   time.Duration // [30 s] for more of its answer
	Spare  time.Duration // [20 s] that a connection to a backend is kept unused
	Warm   time.Duration // [500 ms] of that in which it takes requests, too, that may not be sent twice; negative: none
	Retry  time.Duration // [100 ms] before accepting again when the kernel refuses
	Pace   time.Duration // [20 ms] before a filter that paused is asked again
}

func orDefault[T int | int64 | time.Duration](v *T, d T) {
	if *v == 0 {
		*v = d
	}
}

// leadingLines is the length of the two empty lines that http1 overlooks before a
// request line and does not count as part of the head.
const leadingLines = len("\r\n\r\n")

// leastIn is the smallest input page: what is smaller holds no request that a
// client makes, and a page of one byte would leave no limit for the head at all.
const leastIn = 256

// complete fills in defaults and says what cannot be.
func (c *Config) complete() error {
	orDefault(&c.Shards, 1)
	orDefault(&c.Readers, 1)
	orDefault(&c.Writers, 1)
	orDefault(&c.Processors, 2)
	orDefault(&c.Waiting, c.Processors)
	orDefault(&c.Limits.Line, http1.DefaultLine)
	orDefault(&c.Limits.Head, http1.DefaultHead)
	orDefault(&c.Pages.In, 16<<10)
	orDefault(&c.Pages.Out, 16<<10)
	orDefault(&c.Content, 1<<20)
	orDefault(&c.Connections, 16384)
	orDefault(&c.Buffers, 16384)
	orDefault(&c.Streams, 100)
	c.times()
	orDefault(&c.Kept, 64)
	if c.Accept == AcceptUsual {
		c.Accept = AcceptReusePort
		if c.Topology == Staged {
			c.Accept = AcceptListener
		}
	}
	switch {
	case c.Kernel == nil:
		return errors.New("stage: no kernel")
	case c.Handler == nil:
		return errors.New("stage: no handler")
	case !c.Listen.IsValid():
		return errors.New("stage: no address to listen on")
	case c.Topology >= topologies:
		return fmt.Errorf("stage: topology %d is not known", c.Topology)
	case c.Accept >= accepting:
		return fmt.Errorf("stage: %v is not known", c.Accept)
	case c.Accept == AcceptListener && c.Topology != Staged:
		return fmt.Errorf("stage: accept mode %v goes with topology %v; there is no listener in topology %v", c.Accept, Staged, c.Topology)
	case c.Waker > poll.WakePipe:
		return fmt.Errorf("stage: %v is not known", c.Waker)
	case c.Poller > poll.Poll:
		return fmt.Errorf("stage: %v is not known", c.Poller)
	case c.Shards < 0 || c.Readers < 0 || c.Writers < 0 || c.Processors < 0 || c.Connections < 0 || c.Kept < 0:
		return errors.New("stage: numbers of tasks and connections are 1 or more")
	case c.Buffers < None:
		return fmt.Errorf("stage: %d buffers; there are 1 or more, or with %d none until ResizeBuffers", c.Buffers, None)
	case c.Streams < -1:
		return fmt.Errorf("stage: %d streams of a session; there are 1 or more, or with -1 no sessions", c.Streams)
	case c.Waiting < -1:
		return fmt.Errorf("stage: %d places before the processors; there are 1 or more, or with -1 none", c.Waiting)
	case c.Limits.Line < 0 || c.Limits.Head < 0 || c.Limits.Fields < 0 || c.Content < 0 || c.HandOver < 0:
		return errors.New("stage: limits are 0, for the default, or more")
	case min(c.Header, c.Body, c.Room, c.Idle, c.Write, c.Linger, c.Dial, c.Tunnel, c.Half, c.Answer, c.More, c.Spare, c.Retry, c.Pace) < 0:
		return errors.New("stage: times are 0, for the default, or more")
	}
	if err := fitting(c.Pages, leastIn); err != nil {
		return err
	}
	// A head that is too long must fit, with the empty lines that may come before
	// it, so that it can be told from one that is not.
	c.Limits.Head = min(c.Limits.Head, c.Pages.In-1-leadingLines)
	c.Limits.Line = min(c.Limits.Line, c.Limits.Head)
	return nil
}

// times fills in those that are left out.
func (c *Config) times() {
	orDefault(&c.Header, 10*time.Second)
	orDefault(&c.Body, 30*time.Second)
	orDefault(&c.Room, 30*time.Second)
	orDefault(&c.Idle, 60*time.Second)
	orDefault(&c.Write, 30*time.Second)
	orDefault(&c.Linger, 2*time.Second)
	orDefault(&c.Dial, 10*time.Second)
	orDefault(&c.Tunnel, 10*time.Minute)
	orDefault(&c.Half, 30*time.Second)
	orDefault(&c.Answer, 60*time.Second)
	orDefault(&c.More, 30*time.Second)
	orDefault(&c.Spare, 20*time.Second)
	orDefault(&c.Warm, 500*time.Millisecond)
	orDefault(&c.Retry, 100*time.Millisecond)
	orDefault(&c.Pace, 20*time.Millisecond)
}

// fitting says what is wrong with the sizes of pages, of which input takes so much.
func fitting(p httpconn.Sizes, in int) error {
	switch {
	case p.In < in:
		return fmt.Errorf("stage: input pages of %d bytes; they hold %d at least", p.In, in)
	case p.Out < 2*exchange.Room:
		return fmt.Errorf("stage: output pages of %d bytes; they hold %d at least", p.Out, 2*exchange.Room)
	}
	return nil
}
