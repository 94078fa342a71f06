package stats

// Prometheus' text exposition format, version 0.0.4: a family of metrics has one HELP and
// one TYPE line, and then its samples. Units are seconds and bytes; what only grows ends
// in _total (https://prometheus.io/docs/instrumenting/exposition_formats/).

import (
	"math"
	"strconv"
	"strings"

	"brigade/core/histogram"
)

// family begins a family of metrics, whose name is brigade_ and name.
func (p *pen) family(name, kind, help string) {
	p.add([]byte("# HELP brigade_" + name + " " + help + "\n# TYPE brigade_" + name + " " + kind + "\n"))
}

// sample writes one. labels are names and values in turn.
func (p *pen) sample(name string, value float64, labels ...string) {
	b := append(p.text, "brigade_"...)
	b = append(b, name...)
	for i := 0; i+1 < len(labels); i += 2 {
		mark := byte(',')
		if i == 0 {
			mark = '{'
		}
		b = append(append(append(b, mark), labels[i]...), '=', '"')
		b = append(label(b, labels[i+1]), '"')
	}
	if len(labels) > 0 {
		b = append(b, '}')
	}
	b = append(b, ' ')
	p.text = strconv.AppendFloat(b, value, 'g', -1, 64)
	p.add([]byte{'\n'})
}

// label is a label's value, between its quotes.
func label(b []byte, value string) []byte {
	for _, c := range []byte(strings.ToValidUTF8(value, "\uFFFD")) {
		switch c {
		case '\\', '"':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		default:
			b = append(b, c)
		}
	}
	return b
}

// single is a family of one sample without labels.
func (p *pen) single(name, kind string, value float64, help string) {
	p.family(name, kind, help)
	p.sample(name, value)
}

// metrics writes r in the format.
func (p *pen) metrics(r *Report) {
	p.family("info", "gauge", "What server this is; always 1.")
	p.sample("info", 1, "version", r.Server.Version, "topology", r.Server.Topology, "state", r.Server.State)
	p.single("uptime_seconds", "gauge", r.Server.Uptime, "Time since the server was started.")
	p.single("shards", "gauge", float64(r.Server.Shards), "Independent sets of tasks.")
	p.single("snapshots_total", "counter", float64(r.Server.Looks), "Looks at these numbers, this one included.")
	p.traffic(r)
	p.inHand(r)
	p.budget(&r.Buffers)
	p.sessions(r)
	p.loopsOf(r)
	p.rest(r)
}

// traffic is connections, requests and bytes.
func (p *pen) traffic(r *Report) {
	p.single("connections_accepted_total", "counter", float64(r.Connections.Accepted), "Connections that were accepted.")
	p.single("connections_open", "gauge", float64(r.Connections.Open), "Connections of clients that are open.")
	p.single("connections_limit", "gauge", float64(r.Connections.Limit), "Connections that may be open.")
	p.single("connections_shed_total", "counter", float64(r.Connections.Shed), "Idle connections that were asked to go because others were refused something.")
	p.single("connections_cut_total", "counter", float64(r.Connections.Cut), "Connections that the deadline of a drain cut.")
	p.single("requests_total", "counter", float64(r.Requests.Total), "Requests that have begun.")
	p.family("responses_total", "counter", "Responses that have left, or were given up, by the class of their status.")
	a := &r.Requests.Answers
	for _, c := range [...]struct {
		class string
		n     uint64
	}{{"1xx", a.Info}, {"2xx", a.Success}, {"3xx", a.Redirect}, {"4xx", a.Client}, {"5xx", a.Server}, {"other", a.Other}} {
		p.sample("responses_total", float64(c.n), "class", c.class)
	}
	p.histogram("request_duration_seconds", &r.Latency, "From a request's whole head to the last byte of its response, but for tunnels.")
	p.single("received_bytes_total", "counter", float64(r.Bytes.In), "Bytes read from clients.")
	p.single("sent_bytes_total", "counter", float64(r.Bytes.Out), "Bytes that the kernel took for clients.")
}

// inHand is what waits, and who works.
func (p *pen) inHand(r *Report) {
	p.family("waiting", "gauge", "Connections, and streams of them, by what they wait for.")
	for _, w := range r.Waits {
		p.sample("waiting", float64(w.Count), "state", w.State)
	}
	p.family("processors", "gauge", "Tasks for what may block.")
	p.sample("processors", float64(r.Processors.Busy), "state", "busy")
	p.sample("processors", float64(r.Processors.Idle), "state", "idle")
	p.single("processors_kept", "gauge", float64(r.Processors.Kept), "Processors that take only what others wait for.")
	p.family("processor_queue", "gauge", "Connections that are on their way to a processor, and those for which there is no room on that way.")
	p.sample("processor_queue", float64(r.Processors.Queued), "place", "queued")
	p.sample("processor_queue", float64(r.Processors.Waiting), "place", "waiting")
	p.single("handoffs_total", "counter", float64(r.Processors.Handoffs), "Connections handed from one task to another.")
	p.single("bodies_handed_over_total", "counter", float64(r.Processors.Bodies), "Bodies of backends' answers that another loop than their client's fetched.")
	p.single("wakeups_total", "counter", float64(r.Processors.Wakeups), "System calls that woke a loop.")
}

// budget is the I/O buffers.
func (p *pen) budget(b *Buffers) {
	p.single("buffers_limit", "gauge", float64(b.Limit), "I/O buffers that there may be.")
	p.single("buffers_reserve", "gauge", float64(b.Reserve), "I/O buffers beside them, for what frees others.")
	p.single("buffer_size_bytes", "gauge", float64(b.Size), "Bytes of one I/O buffer.")
	sides := [...]struct {
		name string
		of   *Class
	}{{"filling", &b.Filling}, {"freeing", &b.Freeing}}
	p.family("buffers", "gauge", "I/O buffers that are out, by the side that has them and where they are.")
	for _, s := range sides {
		p.sample("buffers", float64(s.of.Used), "side", s.name, "state", "used")
		p.sample("buffers", float64(s.of.Cached), "side", s.name, "state", "cached")
		p.sample("buffers", float64(s.of.Reserved), "side", s.name, "state", "reserved")
	}
	p.family("buffers_waiting", "gauge", "Connections, sessions and tunnels in line for an I/O buffer.")
	for _, s := range sides {
		p.sample("buffers_waiting", float64(s.of.Waiting), "side", s.name)
	}
	p.family("buffers_refused_total", "counter", "I/O buffers that were not to be had at once.")
	for _, s := range sides {
		p.sample("buffers_refused_total", float64(s.of.Refused), "side", s.name)
	}
	p.family("buffer_reservations_total", "counter", "What became of places in line, and of I/O buffers reserved for them.")
	for _, s := range sides {
		p.sample("buffer_reservations_total", float64(s.of.Granted), "side", s.name, "event", "granted")
		p.sample("buffer_reservations_total", float64(s.of.Taken), "side", s.name, "event", "taken")
		p.sample("buffer_reservations_total", float64(s.of.Revoked), "side", s.name, "event", "revoked")
		p.sample("buffer_reservations_total", float64(s.of.Passed), "side", s.name, "event", "passed")
		p.sample("buffer_reservations_total", float64(s.of.Left), "side", s.name, "event", "left")
	}
}

// sessions is HTTP/2, tunnels, and what is kept for the next request.
func (p *pen) sessions(r *Report) {
	p.family("http_conns_unused", "gauge", "Pooled http_conns that wait for a request, by who keeps them.")
	p.sample("http_conns_unused", float64(r.Memory.Tasks), "where", "tasks")
	p.sample("http_conns_unused", float64(r.Memory.Shards), "where", "shards")
	x := &r.HTTP2
	p.single("http2_sessions", "gauge", float64(x.Sessions), "Connections that speak HTTP/2.")
	p.single("http2_sessions_total", "counter", float64(x.AllSessions), "Connections that have.")
	p.single("streams", "gauge", float64(x.Streams), "Requests of theirs, and of handlers that stream, that are under way.")
	p.single("streams_total", "counter", float64(x.AllStreams), "Requests of theirs that have been.")
	p.single("http2_resets_total", "counter", float64(x.Resets), "Streams that were reset, of sessions that have ended.")
	p.single("http2_refused_total", "counter", float64(x.Refused), "Streams for which there was no room, of sessions that have ended.")
	p.single("http2_large_heads_total", "counter", float64(x.Large), "Requests whose heads were too long, of sessions that have ended.")
	p.family("http2_floods_total", "counter", "Sessions that were ended because there was too much of something.")
	for _, f := range x.Floods {
		p.sample("http2_floods_total", float64(f.Count), "kind", f.Kind)
	}
	p.single("tunnels", "gauge", float64(r.Tunnels.Open), "Connections that are tunnels.")
	p.single("tunnels_total", "counter", float64(r.Tunnels.All), "Connections that became one.")
	p.single("tunnel_pages", "gauge", float64(r.Tunnels.Pages), "Pages of bytes that tunnels hold.")
}

// loopsOf is the loops, and what holds them up.
func (p *pen) loopsOf(r *Report) {
	p.histogram("loop_turn_duration_seconds", &r.Loops.Turns, "From a loop's waking to its next waiting: for how long others had to wait.")
	p.family("loop_connections", "gauge", "Connections by their home loop.")
	for _, l := range r.Loops.Each {
		p.sample("loop_connections", float64(l.Connections), "loop", l.Name)
	}
	p.family("loop_requests_total", "counter", "Requests that have begun, by the loop that read them.")
	for _, l := range r.Loops.Each {
		p.sample("loop_requests_total", float64(l.Requests), "loop", l.Name)
	}
	p.family("held_up_total", "counter", "Calls and turns that held a loop up for 5 ms or more, by whose they were.")
	for i := range r.Delays {
		p.sample("held_up_total", float64(r.Delays[i].Times), "who", r.Delays[i].Who)
	}
	p.family("held_up_seconds_total", "counter", "How long they took in all.")
	for i := range r.Delays {
		p.sample("held_up_seconds_total", r.Delays[i].Total, "who", r.Delays[i].Who)
	}
}

// rest is the log, the process and the backends.
func (p *pen) rest(r *Report) {
	p.single("log_lines_dropped_total", "counter", float64(r.Log.Dropped), "Lines of the access log that found no room.")
	if m := &r.Memory.Process; m.Known {
		p.single("process_resident_memory_bytes", "gauge", float64(m.Resident), "Memory that the process has.")
		p.single("process_heap_bytes", "gauge", float64(m.Heap), "Memory of Go's heap that is in use.")
		p.single("process_goroutines", "gauge", float64(m.Routines), "Goroutines.")
		p.single("process_collections_total", "counter", float64(m.Collected), "Runs of Go's collector.")
	}
	if c := &r.Cache; c.Limit > 0 {
		p.single("cache_limit_bytes", "gauge", float64(c.Limit), "Memory that stored answers may take.")
		p.single("cache_used_bytes", "gauge", float64(c.Used), "Memory that they take.")
		p.single("cache_transit_bytes", "gauge", float64(c.Transit), "Memory of answers that only pass through.")
		p.single("cache_objects", "gauge", float64(c.Objects), "Answers that are stored.")
		p.family("cache_requests_total", "counter", "Requests, by where their answers came from: what was there, a fetch for all, or one of their own.")
		p.sample("cache_requests_total", float64(c.Hits), "from", "stored")
		p.sample("cache_requests_total", float64(c.Led), "from", "fetched")
		p.sample("cache_requests_total", float64(c.Alone), "from", "alone")
		p.single("cache_shared_total", "counter", float64(c.Shared), "Requests that read what was still being fetched for another.")
		p.single("cache_joined_total", "counter", float64(c.Joined), "Requests that waited for the head of another's fetch.")
		p.single("cache_validated_total", "counter", float64(c.Validated), "Stored answers that were found to be good still.")
		p.single("cache_failed_total", "counter", float64(c.Failed), "Fetches that failed or were given up.")
		p.family("cache_dropped_total", "counter", "Answers that are stored no more, by why.")
		p.sample("cache_dropped_total", float64(c.Evicted), "why", "room")
		p.sample("cache_dropped_total", float64(c.Purged), "why", "changed")
	}
	if len(r.Backends) == 0 {
		return
	}
	each := func(name, kind, help string, value func(b *Backend) float64) {
		p.family(name, kind, help)
		for i := range r.Backends {
			p.sample(name, value(&r.Backends[i]), "backend", r.Backends[i].Name)
		}
	}
	each("backend_requests_active", "gauge", "Requests that are with a backend.", func(b *Backend) float64 { return float64(b.Active) })
	each("backend_requests_total", "counter", "Requests that have been with it.", func(b *Backend) float64 { return float64(b.Requests) })
	each("backend_errors_total", "counter", "Of those, the ones that it did not answer.", func(b *Backend) float64 { return float64(b.Errors) })
	each("backend_fit", "gauge", "Whether it is asked: 1, or 0 while it is left alone.", func(b *Backend) float64 {
		if b.Fit {
			return 1
		}
		return 0
	})
	p.family("backend_state", "gauge", "What is known of it: 1 for the state that it is in, and 0 for the others.")
	for i := range r.Backends {
		for _, state := range [...]string{"fit", "starting", "resting", "unfit"} {
			in := 0.0
			if r.Backends[i].State == state {
				in = 1
			}
			p.sample("backend_state", in, "backend", r.Backends[i].Name, "state", state)
		}
	}
	each("backend_checks_total", "counter", "Checks of it that have ended.", func(b *Backend) float64 { return float64(b.Checks) })
	each("backend_checks_failed_total", "counter", "Of those, the ones that found it unfit.", func(b *Backend) float64 { return float64(b.Failed) })
	each("backend_checks_unknown_total", "counter", "Of those, the ones that said nothing of it, for want of a buffer or a descriptor here.", func(b *Backend) float64 { return float64(b.Unknown) })
}

// The octaves of a histogram that are told: bounds from 8 µs to 69 s. Prometheus counts a
// bound itself as below it; here it is not, which is less than a nanosecond's difference.
const (
	firstOctave = 2
	lastOctave  = histogram.Groups - 1
)

// histogram is a family of that type, its buckets octaves.
func (p *pen) histogram(name string, l *Latency, help string) {
	p.family(name, "histogram", help)
	below, k := uint64(0), 0
	for g := firstOctave; g <= lastOctave; g++ {
		from, _ := histogram.Bounds(g * histogram.Fine)
		for ; k < len(l.Buckets) && l.Buckets[k].Bound <= from.Seconds(); k++ {
			below += l.Buckets[k].Count
		}
		p.sample(name+"_bucket", float64(below), "le", strconv.FormatFloat(from.Seconds(), 'g', -1, 64))
	}
	p.sample(name+"_bucket", float64(l.Count), "le", "+Inf")
	p.sample(name+"_sum", math.Max(l.Sum, 0))
	p.sample(name+"_count", float64(l.Count))
}
