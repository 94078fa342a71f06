package main

// The settings. This is the one table of them: a row is a flag on the command line and,
// by the same name, a key of the file that --config names (key.go has the rule). Its
// rows stand in the order of --help, by heading.

import (
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"brigade/core/cache"
	"brigade/core/handler/stats"
	"brigade/core/poll"
	"brigade/core/stage"
)

// heading is some of the flags, and what they have in common.
type heading struct {
	title string
	*pflag.FlagSet
}

func under(title string) heading {
	h := heading{title, pflag.NewFlagSet(title, pflag.ContinueOnError)}
	h.SortFlags = false
	return h
}

// number declares a count.
func (h heading) number(n *count, name string, most int, usage string) {
	n.most = most
	h.Var(n, name, usage)
}

// duration declares a period.
func (h heading) duration(d *period, name string, value time.Duration, usage string) {
	d.value, d.least = value, time.Millisecond
	h.Var(d, name, usage)
}

// tables are all flags. Task numbers that are left out depend on the topology.
func (o *options) tables() []heading {
	return []heading{o.file(), o.served(), o.backends(), o.reached(), o.tasks(), o.limits(), o.timeouts(), o.passed(), o.accounts()}
}

func (o *options) file() heading {
	h := under("Settings")
	h.StringVar(&o.configFile, "config", "", "read the settings that no flag gives from `FILE`, in TOML; each flag is a key, those of backends stand in [proxy]")
	h.BoolVar(&o.rehearse, "check", false, "say what is wrong with the settings, or ok, and end")
	h.BoolP("help", "h", false, "say all this")
	h.Bool("version", false, "print the version")
	return h
}

func (o *options) served() heading {
	h := under("What is served")
	h.StringVar(&o.root, "root", "", "the `DIR` whose files are served")
	h.StringArrayVar(&o.deny, "deny", nil, "answer 403 to `PATH`, or, if it ends with a slash, to all below it; may be given again")
	h.StringVar(&o.echo, "echo", "", "answer requests for `PATH`, or below it, with their own content or head, to try things out")
	h.StringVar(&o.kv, "kv", "", "keep values below `PATH`, which ends with a slash, in memory: GET, PUT, DELETE, If-Match, If-None-Match; to try things out")
	o.kvSize.n = 64 << 20
	h.Var(&o.kvSize, "kv-size", "`SIZE` of all keys and values; what does not fit is 507")
	h.Var(&o.connect, "connect", "let clients CONNECT to `HOST:PORT`, an address; may be given again for others (none)")
	h.Var(&o.upgrade, "upgrade-backend", "pass requests with Upgrade, such as WebSocket's, to the backend at `HOST:PORT` (none)")
	return h
}

func (o *options) backends() heading {
	h := under("Backends, in the place of files")
	o.group.declare(h)
	return h
}

func (o *options) reached() heading {
	h := under("How it is reached")
	o.congestion = auto
	o.listen = address{addr: netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 8080)}
	h.Var(&o.listen, "listen", "`HOST:PORT` to accept at; HOST is an IP address or localhost, port 0 any free one")
	h.Var(&o.congestion, "congestion", "how connections control congestion: a `NAME` of sysctl net.ipv4.tcp_allowed_congestion_control; system, its default; auto, that too, but reno at a loopback address, where pacing (bbr) only costs")
	h.BoolVar(&o.deferred, "defer-accept", true, "accept a connection when its first bytes have come, or a second or so later; =false: as soon as it is made")
	return h
}

func (o *options) tasks() heading {
	h := under("Tasks")
	o.topology = named[stage.Topology]{parse: stage.ParseTopology, names: "fused, event or staged"}
	o.accept = named[stage.Accept]{parse: stage.ParseAccept, names: "usual, reuseport, exclusive or listener"}
	o.waker = named[poll.WakerKind]{parse: poll.ParseWaker, names: "flag, eventfd or pipe"}
	o.poller = named[poll.Kind]{parse: poll.ParseKind, names: "epoll or poll"}
	h.Var(&o.topology, "topology", "which tasks do what: fused, each loop everything; event, a loop holds what waits, processors do the rest; staged, a pool for each step")
	h.Var(&o.accept, "accept", "who accepts: reuseport, each home with a socket of its own; exclusive, all from one; listener, a task of its own, staged only; usual, the topology's")
	h.Var(&o.waker, "waker", "what wakes a loop: flag, an event counter if the loop says that it sleeps; eventfd, always; pipe, a byte each time")
	h.Var(&o.poller, "poller", "what loops wait with: epoll, or poll, whose cost grows with the connections")
	const tasks = 256
	h.number(&o.shards, "shards", tasks, "`N` independent sets of tasks (the number of CPUs; staged: 1)")
	h.number(&o.readers, "readers", tasks, "`N` readers in each shard, staged only (1)")
	h.number(&o.writers, "writers", tasks, "`N` writers in each shard, staged only (1)")
	h.number(&o.processors, "processors", tasks, "`N` tasks in each shard for what may block (2)")
	o.handOver.none = true
	h.Var(&o.handOver, "hand-over", "have another loop than the client's fetch what is left of a backend's answer, from `SIZE` bytes on, if there are two shards or readers; 0: never (0)")
	h.number(&o.queue, "queue", 1<<16, "`N` places in each shard for work on its way to them (as many; event: 32); more of it waits with its loop, and its timer")
	return h
}

func (o *options) limits() heading {
	h := under("Limits")
	o.bodyLimit.n = 1 << 20
	o.cache.least = cache.Least
	h.number(&o.connections, "max-connections", 10_000_000, "`N` connections at a time, in equal parts for each shard (16384 for each shard, or what fits)")
	h.number(&o.buffers, "buffers", 1<<24, "`N` I/O buffers for all that is under way, of 32 KiB each, and 4 more in reserve (16384: 512 MiB at most); who finds none waits, with its timer. Idle connections, sessions and tunnels have none")
	h.Var(&o.bodyLimit, "body-limit", "refuse requests with more than `SIZE` bytes of content")
	h.Var(&o.cache, "cache", "keep answers of backends that may be stored (RFC 9111) in `SIZE` of memory, from 4K on, of which one takes an eighth at most, and fetch only once what many ask for at the same time (none)")
	return h
}

func (o *options) timeouts() heading {
	h := under("Times")
	h.duration(&o.header, "header-timeout", 10*time.Second, "`D` for the head of a request to arrive")
	h.duration(&o.body, "body-timeout", 30*time.Second, "`D` for the content of a request to arrive")
	h.duration(&o.room, "queue-timeout", 30*time.Second, "`D` for a processor to have room for a request")
	h.duration(&o.idle, "idle-timeout", time.Minute, "`D` between two requests of a connection")
	h.duration(&o.write, "write-timeout", 30*time.Second, "`D` without room in the socket for more of a response")
	h.duration(&o.linger, "linger-timeout", 2*time.Second, "`D` for the peer to close after the last response")
	h.duration(&o.dial, "dial-timeout", 10*time.Second, "`D` for a backend to be connected to and to answer")
	h.duration(&o.tunnel, "tunnel-timeout", 10*time.Minute, "`D` without a byte through a tunnel")
	h.duration(&o.half, "half-close-timeout", 30*time.Second, "`D` the same, when one end has said all")
	h.duration(&o.answer, "answer-timeout", time.Minute, "`D` for a backend of --proxy to answer")
	h.duration(&o.more, "answer-idle-timeout", 30*time.Second, "`D` for more of its answer to come")
	h.duration(&o.spare, "spare-timeout", 20*time.Second, "`D` that an unused connection to one is kept")
	o.warm.value = 500 * time.Millisecond
	h.Var(&o.warm, "spare-warm", "`D` of that in which it takes requests, too, that may not be sent twice (POST); later they go on a new one; 0s: always")
	h.duration(&o.drain, "drain", 10*time.Second, "`D` for responses under way to finish after SIGTERM")
	return h
}

func (o *options) passed() heading {
	h := under("What responses pass")
	o.gzip.most = 9
	h.Var(&o.gzip, "gzip", "compress text for clients that accept it; `LEVEL` 1, the default, is fast, 9 is small")
	h.Lookup("gzip").NoOptDefVal = "1"
	h.Var(&o.rate, "rate", "send each response with at most `SIZE` bytes a second")
	return h
}

func (o *options) accounts() heading {
	h := under("Accounts")
	h.BoolVar(&o.stats, "stats", false, "show what the server is doing at "+stats.Path+", as a page, as JSON and for Prometheus, to clients on this machine")
	h.Var(&o.statsAllow, "stats-allow", "to clients at `CIDR,CIDR...` instead; may be given again for others")
	h.StringVar(&o.accessLog, "access-log", "", "append a line for each request to `FILE`, which may be a fifo that somebody reads; - is standard output (none)")
	h.StringVar(&o.cpuProfile, "cpuprofile", "", "write a CPU profile of the whole run to `FILE`")
	return h
}

// flags gives c all flags, and its --help their headings.
func (o *options) flags(c *cobra.Command) {
	c.Flags().SortFlags = false
	tables := o.tables()
	for _, h := range tables {
		c.Flags().AddFlagSet(h.FlagSet)
	}
	c.SetUsageFunc(func(c *cobra.Command) error {
		const width = 100
		var text strings.Builder
		text.WriteString("Usage:\n  " + c.UseLine() + "\n")
		for _, h := range tables {
			text.WriteString("\n" + h.title + ":\n" + h.FlagUsagesWrapped(width))
		}
		c.Print(text.String())
		return nil
	})
}
