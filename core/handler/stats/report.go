package stats

// The report: the one source of all three forms. Its JSON names are what others read by,
// and the page names them in its markup: times are in seconds, sizes in bytes, and what
// ends in _total only grows.

import (
	"time"

	"brigade/core/histogram"
	"brigade/core/http2"
	"brigade/core/iobuf"
	"brigade/core/rt"
	"brigade/core/stage"
)

// Report is what is told.
type Report struct {
	Server      Server      `json:"server"`
	Requests    Requests    `json:"requests"`
	Latency     Latency     `json:"latency"`
	Connections Connections `json:"connections"`
	Waits       []Wait      `json:"waits"`
	Bytes       Bytes       `json:"bytes"`
	Processors  Processors  `json:"processors"`
	Buffers     Buffers     `json:"buffers"`
	Memory      Memory      `json:"memory"`
	HTTP2       HTTP2       `json:"http2"`
	Tunnels     Tunnels     `json:"tunnels"`
	Cache       Cache       `json:"cache"`
	Log         Log         `json:"log"`
	Loops       Loops       `json:"loops"`
	Delays      []Delay     `json:"delays"`
	Backends    []Backend   `json:"backends"`
}

// Server is which one it is.
type Server struct {
	Version  string  `json:"version"`
	Topology string  `json:"topology"`
	Shards   int     `json:"shards"`
	State    string  `json:"state"`
	Time     string  `json:"time"`
	Uptime   float64 `json:"uptime_seconds"`
	Looks    uint64  `json:"snapshots_total"`
}

// Requests are counted when they begin, and by their answers when those have ended.
type Requests struct {
	Total   uint64  `json:"total"`
	Answers Answers `json:"answers"`
}

// Answers are by the class of their status. Other is what has none.
type Answers struct {
	Info     uint64 `json:"1xx"`
	Success  uint64 `json:"2xx"`
	Redirect uint64 `json:"3xx"`
	Client   uint64 `json:"4xx"`
	Server   uint64 `json:"5xx"`
	Other    uint64 `json:"other"`
}

// Latency is the time from a whole head to the last byte's leaving.
type Latency struct {
	Count   uint64   `json:"count"`
	Sum     float64  `json:"sum_seconds"`
	P50     float64  `json:"p50_seconds"`
	P90     float64  `json:"p90_seconds"`
	P99     float64  `json:"p99_seconds"`
	P999    float64  `json:"p999_seconds"`
	Longest float64  `json:"max_seconds"`
	Buckets []Bucket `json:"buckets"` // those that are not empty, in order
}

// Bucket is how many were below a bound, and not below the bucket's before it.
type Bucket struct {
	Bound float64 `json:"below_seconds"`
	Count uint64  `json:"count"`
}

// Connections are clients'.
type Connections struct {
	Open     int    `json:"open"`
	Limit    int    `json:"limit"`
	Accepted uint64 `json:"accepted_total"`
	Shed     uint64 `json:"shed_total"`
	Cut      int    `json:"cut_total"`
}

// Wait is how many connections, or streams of them, wait for something.
type Wait struct {
	State string `json:"state"`
	For   string `json:"for"`
	Count int    `json:"count"`
}

// Bytes are those of clients.
type Bytes struct {
	In  uint64 `json:"in_total"`
	Out uint64 `json:"out_total"`
}

// Processors are the tasks for what may block.
type Processors struct {
	Total    int    `json:"total"`
	Busy     int    `json:"busy"`
	Idle     int    `json:"idle"`
	Kept     int    `json:"kept"`
	Queued   int    `json:"queued"`
	Waiting  int    `json:"waiting"`
	Handoffs uint64 `json:"handoffs_total"`
	Bodies   uint64 `json:"bodies_handed_over_total"`
	Wakeups  uint64 `json:"wakeups_total"`
}

// Buffers are the I/O buffers' budget.
type Buffers struct {
	Limit   int   `json:"limit"`
	Reserve int   `json:"reserve"`
	Size    int   `json:"size_bytes"`
	Used    int   `json:"used"`
	Waiting int   `json:"waiting"`
	Filling Class `json:"filling"`
	Freeing Class `json:"freeing"`
}

// Class is one side of the budget.
type Class struct {
	Used     int    `json:"used"`
	Cached   int    `json:"cached"`
	Reserved int    `json:"reserved"`
	Waiting  int    `json:"waiting"`
	Refused  uint64 `json:"refused_total"`
	Granted  uint64 `json:"granted_total"`
	Taken    uint64 `json:"taken_total"`
	Revoked  uint64 `json:"revoked_total"`
	Passed   uint64 `json:"passed_total"`
	Left     uint64 `json:"left_total"`
}

// Memory is what is kept for later, and what the process has, if that is known.
type Memory struct {
	Tasks   int     `json:"stock_tasks"`
	Shards  int     `json:"stock_shards"`
	Process Process `json:"process"`
}

// Process is what the machine says of the process. Known is false where it says nothing.
type Process struct {
	Known     bool   `json:"known"`
	Resident  uint64 `json:"resident_bytes"`
	Heap      uint64 `json:"heap_bytes"`
	Routines  uint64 `json:"goroutines"`
	Collected uint64 `json:"collections_total"`
}

// HTTP2 is its sessions. Floods are connections that were ended for too much of something.
type HTTP2 struct {
	Sessions    int     `json:"sessions"`
	AllSessions uint64  `json:"sessions_total"`
	Streams     int     `json:"streams"`
	AllStreams  uint64  `json:"streams_total"`
	Resets      uint64  `json:"resets_total"`
	Refused     uint64  `json:"refused_total"`
	Large       uint64  `json:"large_heads_total"`
	AllFloods   uint64  `json:"floods_total"`
	Floods      []Flood `json:"floods"`
}

// Flood is one kind.
type Flood struct {
	Kind  string `json:"kind"`
	Count uint64 `json:"count_total"`
}

// Tunnels are connections that carry bytes to another end.
type Tunnels struct {
	Open  int    `json:"open"`
	All   uint64 `json:"opened_total"`
	Pages int    `json:"pages"`
}

// Cache is what is kept of answers that were fetched. Its limit is 0 where there is none.
type Cache struct {
	Limit     int64  `json:"limit_bytes"`
	Used      int64  `json:"used_bytes"`
	Transit   int64  `json:"transit_bytes"`
	Objects   int    `json:"objects"`
	Hits      uint64 `json:"hits_total"`
	Joined    uint64 `json:"joined_total"`
	Shared    uint64 `json:"shared_total"`
	Led       uint64 `json:"led_total"`
	Alone     uint64 `json:"alone_total"`
	Validated uint64 `json:"validated_total"`
	Failed    uint64 `json:"failed_total"`
	Evicted   uint64 `json:"evicted_total"`
	Purged    uint64 `json:"purged_total"`
}

// Log is the access log.
type Log struct {
	Dropped uint64 `json:"dropped_total"`
}

// Loops are the event loops: how long their turns take, and each by itself.
type Loops struct {
	Turns Latency `json:"turns"`
	Each  []Loop  `json:"each"`
}

// Loop is one.
type Loop struct {
	Name        string  `json:"name"`
	Connections int     `json:"connections"`
	Requests    uint64  `json:"requests_total"`
	Turns       uint64  `json:"turns_total"`
	P99         float64 `json:"p99_seconds"`
}

// Delay is who held a loop up.
type Delay struct {
	Who     string  `json:"who"`
	Times   int     `json:"times_total"`
	Longest float64 `json:"longest_seconds"`
	Total   float64 `json:"seconds_total"`
	Target  string  `json:"target"`
}

// Backend is one that requests are passed to.
type Backend struct {
	Name     string `json:"name"`
	Active   int    `json:"active"`
	Requests uint64 `json:"requests_total"`
	Errors   uint64 `json:"errors_total"`
	Fit      bool   `json:"fit"`
	State    string `json:"state"` // fit, starting (it comes slowly to its full share), resting (a request failed) or unfit (its checks did)
	Checks   uint64 `json:"checks_total"`
	Failed   uint64 `json:"checks_failed_total"`
	Unknown  uint64 `json:"checks_unknown_total"` // for want of a buffer or a descriptor
}

// report asks for the numbers.
func (h *Handler) report() *Report {
	s := h.Snapshot()
	r := &Report{
		Server: Server{
			Version: h.Version, Topology: s.Topology.String(), Shards: s.Shards, State: "serving", Uptime: s.Age.Seconds(),
			Time: rt.Wall().UTC().Format(time.RFC3339), Looks: s.Number,
		},
		Requests: Requests{Total: s.Requests, Answers: Answers{
			s.Answers[1], s.Answers[2], s.Answers[3], s.Answers[4], s.Answers[5], s.Answers[0],
		}},
		Latency:     latency(&s.Latency),
		Connections: Connections{Open: s.Open, Limit: s.Most, Accepted: s.Accepted, Shed: s.Shed, Cut: s.Losses},
		Waits:       make([]Wait, 0, len(s.Waits)),
		Bytes:       Bytes{s.In, s.Out},
		Processors: Processors{
			Total: s.Processors.Total, Busy: s.Processors.Busy, Idle: max(s.Processors.Total-s.Processors.Busy, 0),
			Kept: s.Processors.Kept, Queued: s.Processors.Queued, Waiting: s.Processors.Waiting, Handoffs: s.Handoffs, Bodies: s.Bodies, Wakeups: s.Wakeups,
		},
		Buffers: buffers(&s.Buffers, s.BufferSize),
		Memory:  Memory{Tasks: s.Stock, Shards: s.Shelved},
		HTTP2:   sessions(s),
		Tunnels: Tunnels{s.Tunnels, s.Tunnelled, s.Held},
		Cache: Cache{
			s.Cache.Limit, s.Cache.Used, s.Cache.Transit, s.Cache.Objects, s.Cache.Hits, s.Cache.Joined, s.Cache.Shared, s.Cache.Led, s.Cache.Alone,
			s.Cache.Validated, s.Cache.Failed, s.Cache.Evicted, s.Cache.Purged,
		},
		Log:      Log{s.Dropped},
		Loops:    loops(s),
		Delays:   make([]Delay, 0, len(s.Delays)),
		Backends: []Backend{},
	}
	if s.Draining {
		r.Server.State = "draining"
	}
	for _, w := range s.Waits {
		r.Waits = append(r.Waits, Wait(w))
	}
	for _, d := range s.Delays {
		r.Delays = append(r.Delays, Delay{d.Who, d.Times, d.Longest.Seconds(), d.Total.Seconds(), d.Target})
	}
	if h.Backends != nil {
		r.Backends = append(r.Backends, h.Backends()...)
	}
	if h.Process != nil {
		r.Memory.Process = h.Process()
	}
	return r
}

func latency(h *histogram.Histogram) Latency {
	l := Latency{
		Count: h.Total(), Sum: h.Sum.Seconds(), Longest: h.Quantile(1).Seconds(), Buckets: []Bucket{},
		P50: h.Quantile(0.5).Seconds(), P90: h.Quantile(0.9).Seconds(), P99: h.Quantile(0.99).Seconds(), P999: h.Quantile(0.999).Seconds(),
	}
	for i, n := range h.Counts {
		if n > 0 {
			_, to := histogram.Bounds(i)
			l.Buckets = append(l.Buckets, Bucket{to.Seconds(), n})
		}
	}
	return l
}

func buffers(s *iobuf.Stats, size int) Buffers {
	side := func(c iobuf.Class) Class {
		k := s.Classes[c]
		return Class{k.Used, k.Cached, k.Reserved, k.Waiting, k.Refused, k.Granted, k.Taken, k.Revoked, k.Passed, k.Left}
	}
	b := Buffers{Limit: s.Limit, Reserve: s.Reserve, Size: size, Filling: side(iobuf.Filling), Freeing: side(iobuf.Freeing)}
	b.Used, b.Waiting = b.Filling.Used+b.Freeing.Used, b.Filling.Waiting+b.Freeing.Waiting
	return b
}

func sessions(s *stage.Snapshot) HTTP2 {
	x := HTTP2{
		Sessions: s.Sessions, AllSessions: s.AllSessions, Streams: s.Streams, AllStreams: s.AllStreams,
		Resets: s.HTTP2.Resets, Refused: s.HTTP2.Refused, Large: s.HTTP2.Large,
	}
	for kind, n := range s.HTTP2.Floods {
		if f := http2.Flood(kind); f != http2.FloodNone {
			x.Floods = append(x.Floods, Flood{f.String(), n})
			x.AllFloods += n
		}
	}
	return x
}

func loops(s *stage.Snapshot) Loops {
	x := Loops{Turns: latency(&s.Turns), Each: make([]Loop, 0, len(s.Loops))}
	for _, l := range s.Loops {
		x.Each = append(x.Each, Loop{l.Name, l.Homed, l.Requests, l.Turns, l.P99.Seconds()})
	}
	return x
}
