package main

// The command line: its flags, their defaults and what they may be. Every refusal
// is one line that names the flag, its value and what is allowed.

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"brigade/core/handler/proxy"
	"brigade/core/handler/stats"
	"brigade/core/poll"
	"brigade/core/stage"
)

// options are what the flags say.
type options struct {
	root       string
	listen     address
	topology   named[stage.Topology]
	congestion congestion
	deferred   bool
	accept     named[stage.Accept]
	waker      named[poll.WakerKind]
	poller     named[poll.Kind]
	shards     count
	readers    count
	writers    count
	processors count
	queue      count

	connections count
	buffers     count
	header      period
	body        period
	room        period
	idle        period
	write       period
	linger      period
	dial        period
	tunnel      period
	half        period
	connect     addresses
	upgrade     backend
	proxy       backends
	balance     named[proxy.Balance]
	below       string
	answer      period
	more        period
	spare       period
	drain       period

	gzip      count
	rate      size
	bodyLimit size
	deny      []string
	echo      string
	kv        string
	kvSize    size

	stats      bool
	statsAllow networks

	accessLog  string
	cpuProfile string
}

// program is one invocation.
type program struct {
	stderr io.Writer
	options
	status int
}

// run executes the command line and returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	p := &program{stderr: stderr}
	c := p.command()
	c.SetArgs(args)
	c.SetOut(stdout)
	c.SetErr(stderr)
	if err := c.Execute(); err != nil {
		p.say("%v", err)
		return statusUsage
	}
	return p.status
}

// say prints a line to standard error. Where that is gone, the exit status is left.
func (p *program) say(format string, args ...any) {
	line := strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "; ")
	_, _ = fmt.Fprintf(p.stderr, "brigaded: %s\n", line)
}

func (p *program) command() *cobra.Command {
	c := &cobra.Command{
		Use:   "brigaded --root DIR | --proxy HOST:PORT",
		Short: "Serve the files below a directory, or what backends answer, over HTTP/1.1 and cleartext HTTP/2",
		Long: `Brigaded serves the files below a directory (--root), or has backends answer
(--proxy), over HTTP/1.1, and over HTTP/2 to clients that know beforehand
(cleartext, on the same port).

SIGTERM or SIGINT drains it: responses under way are finished, and what is left
at the deadline (--drain) is cut. A second signal brings the deadline forward to
now and says what was lost by that, a third one leaves without waiting. SIGUSR1 or SIGHUP opens the access log
anew, as after it was renamed; no line is lost by that, and nothing else is read
again. SIGUSR2 has it say what it has in hand, and which handler, filter or
application has held a loop up, how often and for how long.

Exit status: 0 all was answered, 1 usage, 2 it could not start, 3 connections
were cut.`,
		Version:            version(),
		SilenceUsage:       true,
		SilenceErrors:      true,
		DisableSuggestions: true,
		CompletionOptions:  cobra.CompletionOptions{DisableDefaultCmd: true},
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("argument %q: there are only flags; the directory to serve is --root DIR", args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error {
			if err := p.check(c.Flags().Changed); err != nil {
				return err
			}
			p.status = p.serve()
			return nil
		},
	}
	c.SetVersionTemplate("{{.Version}}\n")
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return flagError(err) })
	p.flags(c.Flags())
	return c
}

// flags declares the flags. Task numbers that are left out depend on the topology.
func (p *program) flags(f *pflag.FlagSet) {
	f.SortFlags = false
	o := &p.options
	o.congestion = auto
	o.listen = address{addr: netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 8080)}
	f.StringVar(&o.root, "root", "", "the `DIR` whose files are served")
	f.Var(&o.listen, "listen", "`HOST:PORT` to accept at; HOST is an IP address or localhost, port 0 any free one")
	f.Var(&o.congestion, "congestion", "how connections control congestion: a `NAME` of sysctl net.ipv4.tcp_allowed_congestion_control; system, its default; auto, that too, but reno at a loopback address, where pacing (bbr) only costs")
	f.BoolVar(&o.deferred, "defer-accept", true, "accept a connection when its first bytes have come, or a second or so later; =false: as soon as it is made")
	o.topology = named[stage.Topology]{parse: stage.ParseTopology, names: "fused, event or staged"}
	o.accept = named[stage.Accept]{parse: stage.ParseAccept, names: "usual, reuseport, exclusive or listener"}
	o.waker = named[poll.WakerKind]{parse: poll.ParseWaker, names: "flag, eventfd or pipe"}
	o.poller = named[poll.Kind]{parse: poll.ParseKind, names: "epoll or poll"}
	f.Var(&o.topology, "topology", "which tasks do what: fused, each loop everything; event, a loop holds what waits, processors do the rest; staged, a pool for each step")

	f.Var(&o.accept, "accept", "who accepts: reuseport, each home with a socket of its own; exclusive, all from one; listener, a task of its own, staged only; usual, the topology's")
	f.Var(&o.waker, "waker", "what wakes a loop: flag, an event counter if the loop says that it sleeps; eventfd, always; pipe, a byte each time")
	f.Var(&o.poller, "poller", "what loops wait with: epoll, or poll, whose cost grows with the connections")
	number := func(n *count, name string, most int, usage string) {
		n.most = most
		f.Var(n, name, usage)
	}
	const tasks = 256
	number(&o.shards, "shards", tasks, "`N` independent sets of tasks (the number of CPUs; staged: 1)")
	number(&o.readers, "readers", tasks, "`N` readers in each shard, staged only (1)")
	number(&o.writers, "writers", tasks, "`N` writers in each shard, staged only (1)")
	number(&o.processors, "processors", tasks, "`N` tasks in each shard for what may block (2)")
	number(&o.queue, "queue", 1<<16, "`N` places in each shard for work on its way to them (as many; event: 32); more of it waits with its loop, and its timer")
	number(&o.connections, "max-connections", 10_000_000, "`N` connections at a time, in equal parts for each shard (16384 for each shard, or what fits)")
	number(&o.buffers, "buffers", 1<<24, "`N` I/O buffers for all that is under way, of 32 KiB each, and 4 more in reserve (16384: 512 MiB at most); who finds none waits, with its timer. Idle connections, sessions and tunnels have none")

	duration := func(d *period, name string, value time.Duration, usage string) {
		d.value, d.least = value, time.Millisecond
		f.Var(d, name, usage)
	}
	duration(&o.header, "header-timeout", 10*time.Second, "`D` for the head of a request to arrive")
	duration(&o.body, "body-timeout", 30*time.Second, "`D` for the content of a request to arrive")
	duration(&o.room, "queue-timeout", 30*time.Second, "`D` for a processor to have room for a request")
	duration(&o.idle, "idle-timeout", time.Minute, "`D` between two requests of a connection")
	duration(&o.write, "write-timeout", 30*time.Second, "`D` without room in the socket for more of a response")
	duration(&o.linger, "linger-timeout", 2*time.Second, "`D` for the peer to close after the last response")
	duration(&o.dial, "dial-timeout", 10*time.Second, "`D` for a backend to be connected to and to answer")
	duration(&o.tunnel, "tunnel-timeout", 10*time.Minute, "`D` without a byte through a tunnel")
	duration(&o.half, "half-close-timeout", 30*time.Second, "`D` the same, when one end has said all")
	duration(&o.answer, "answer-timeout", time.Minute, "`D` for a backend of --proxy to answer")
	duration(&o.more, "answer-idle-timeout", 30*time.Second, "`D` for more of its answer to come")
	duration(&o.spare, "spare-timeout", 20*time.Second, "`D` that an unused connection to one is kept")
	duration(&o.drain, "drain", 10*time.Second, "`D` for responses under way to finish after SIGTERM")

	o.gzip.most = 9
	f.Var(&o.gzip, "gzip", "compress text for clients that accept it; `LEVEL` 1, the default, is fast, 9 is small")
	f.Lookup("gzip").NoOptDefVal = "1"
	f.Var(&o.rate, "rate", "send each response with at most `SIZE` bytes a second")
	o.bodyLimit.n = 1 << 20
	f.Var(&o.bodyLimit, "body-limit", "refuse requests with more than `SIZE` bytes of content")
	f.StringArrayVar(&o.deny, "deny", nil, "answer 403 to `PATH`, or, if it ends with a slash, to all below it; may be given again")
	f.StringVar(&o.echo, "echo", "", "answer requests for `PATH`, or below it, with their own content or head, to try things out")
	f.StringVar(&o.kv, "kv", "", "keep values below `PATH`, which ends with a slash, in memory: GET, PUT, DELETE, If-Match, If-None-Match; to try things out")
	o.kvSize.n = 64 << 20
	f.Var(&o.kvSize, "kv-size", "`SIZE` of all keys and values; what does not fit is 507")
	f.Var(&o.connect, "connect", "let clients CONNECT to `HOST:PORT`, an address; may be given again for others (none)")
	f.Var(&o.upgrade, "upgrade-backend", "pass requests with Upgrade, such as WebSocket's, to the backend at `HOST:PORT` (none)")
	f.Var(&o.proxy, "proxy", "have the backends at `HOST:PORT,HOST:PORT...` answer, by HTTP/1.1, in the place of files; may be given again for others (none)")
	o.balance = named[proxy.Balance]{parse: proxy.ParseBalance, names: "round-robin, least or hash"}
	f.Var(&o.balance, "proxy-balance", "which of them: round-robin, each in turn; least, the one with the fewest requests; hash, for one target always the same")
	f.StringVar(&o.below, "proxy-below", "/", "only for `PATH` or, if it ends with a slash, below it; the others are files")
	f.BoolVar(&o.stats, "stats", false, "show what the server is doing at "+stats.Path+", as a page, as JSON and for Prometheus, to clients on this machine")
	f.Var(&o.statsAllow, "stats-allow", "to clients at `CIDR,CIDR...` instead; may be given again for others")
	f.StringVar(&o.accessLog, "access-log", "", "append a line for each request to `FILE`, which may be a fifo that somebody reads; - is standard output (none)")
	f.StringVar(&o.cpuProfile, "cpuprofile", "", "write a CPU profile of the whole run to `FILE`")
	f.BoolP("help", "h", false, "say all this")
	f.Bool("version", false, "print the version")
}

// check refuses what does not go together, and fills in what was left open.
func (p *program) check(given func(string) bool) error {
	o := &p.options
	if err := o.serves(given); err != nil {
		return err
	}
	if o.topology.value != stage.Staged {
		for _, name := range []string{"readers", "writers"} {
			if given(name) {
				return fmt.Errorf("--%s: there are none with --topology %v; it goes with --topology staged", name, o.topology.value)
			}
		}
	}
	if given("stats-allow") && !o.stats {
		return errors.New("--stats-allow goes with --stats, which is missing")
	}
	for _, path := range append(o.deny[:len(o.deny):len(o.deny)], o.echo) {
		if path != "" && path[0] != '/' {
			return fmt.Errorf("the path %q of --deny or --echo begins with a slash", path)
		}
	}
	if n := len(o.kv); n > 0 && (o.kv[0] != '/' || o.kv[n-1] != '/') {
		return fmt.Errorf("--kv %q: the path begins and ends with a slash, and keys stand below it", o.kv)
	}
	if given("kv-size") && o.kv == "" {
		return errors.New("--kv-size goes with --kv, which is missing")
	}
	if o.accept.value == stage.AcceptListener && o.topology.value != stage.Staged {
		return fmt.Errorf("--accept listener: there is none with --topology %v; it goes with --topology staged", o.topology.value)
	}
	if o.shards.n == 0 {
		o.shards.n = 1
		if o.topology.value != stage.Staged {
			o.shards.n = min(runtime.GOMAXPROCS(0), o.shards.most)
		}
	}
	if n := o.connections.n; n != 0 && n < o.shards.n {
		return fmt.Errorf("--max-connections %d: there are %d shards, and each needs one at least", n, o.shards.n)
	}
	return nil
}

// flagError says what the flag package says in the form of the others.
func flagError(err error) error {
	var value *pflag.InvalidValueError
	var missing *pflag.ValueRequiredError
	switch {
	case errors.As(err, &value):
		return fmt.Errorf("--%s %q: %w", value.GetFlag().Name, value.GetValue(), value.Unwrap())
	case errors.As(err, &missing):
		return fmt.Errorf("--%s: its value is missing", missing.GetFlag().Name)
	}
	return fmt.Errorf("%w; --help lists the flags", err)
}

// version tells one build from another.
func version() string {
	what := "brigaded"
	if b, ok := debug.ReadBuildInfo(); ok && b.Main.Version != "" {
		what += " " + b.Main.Version
	}
	return fmt.Sprintf("%s %s %s/%s", what, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
