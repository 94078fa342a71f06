package main

// The command line, and what has to be settled before a server starts. Every refusal is
// one line that names the flag, or the place in the file, its value and what is allowed.

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"brigade/core/poll"
	"brigade/core/stage"
)

// options are what the flags and the file say.
type options struct {
	configFile string // "": none
	rehearse   bool

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
	cache       size
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
	answer      period
	more        period
	spare       period
	warm        period
	drain       period

	group           // of backends: the flags', or [proxy]
	groups []*group // those of the file that have names

	gzip      count
	rate      size
	bodyLimit size
	handOver  size
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
	said   said
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
		Use:   "brigaded --root DIR | --proxy HOST:PORT | --config FILE",
		Short: "Serve the files below a directory, or what backends answer, over HTTP/1.1 and cleartext HTTP/2",
		Long: `Brigaded serves the files below a directory (--root), or has backends answer
(--proxy), over HTTP/1.1, and over HTTP/2 to clients that know beforehand
(cleartext, on the same port). What a flag can say a file can say, too (--config);
where both do, the flag wins.

SIGTERM or SIGINT drains it: responses under way are finished, and what is left
at the deadline (--drain) is cut. A second signal brings the deadline forward to
now and says what was lost by that, a third one leaves without waiting. SIGUSR1 or
SIGHUP opens the access log anew, as after it was renamed; no line is lost by that,
and nothing else is read again. SIGUSR2 has it say what it has in hand, and which handler, filter or
application has held a loop up, how often and for how long.

Exit status: 0 all was answered, 1 usage, 2 it could not start, or its file says
what cannot be, 3 connections were cut.`,
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
		Run: func(c *cobra.Command, _ []string) { p.status = p.start(c) },
	}
	c.SetVersionTemplate("{{.Version}}\n")
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return flagError(err) })
	p.flags(c)
	return c
}

// start settles what was said, and serves, or says what is wrong. It returns the exit
// status.
func (p *program) start(c *cobra.Command) int {
	p.said = said{flag: c.Flags().Changed}
	status := statusUsage
	var wrong []error
	if p.configFile != "" {
		status = statusStart
		if wrong = p.read(c.Flags()); wrong == nil {
			wrong = p.check()
		}
	} else {
		wrong = p.check()
	}
	for _, err := range wrong {
		p.say("%v", err)
	}
	switch {
	case wrong != nil:
		return status
	case p.rehearse:
		return p.rehearsal(c.OutOrStdout())
	}
	return p.serve()
}

// check says what does not go together, and fills in what was left open.
func (p *program) check() (wrong []error) {
	o := &p.options
	wrong = o.serves(&p.said)
	if o.topology.value != stage.Staged {
		for _, name := range []string{"readers", "writers"} {
			if p.said.given(name) {
				wrong = append(wrong, fmt.Errorf("%s: there are none with %s %v; it goes with %[2]s staged", p.said.where(name), p.said.call("topology"), o.topology.value))
			}
		}
	}
	for _, x := range []struct {
		name, with string
		there      bool
	}{{"stats-allow", "stats", o.stats}, {"kv-size", "kv", o.kv != ""}} {
		if p.said.given(x.name) && !x.there {
			wrong = append(wrong, fmt.Errorf("%s goes with %s, which is missing", p.said.where(x.name), p.said.call(x.with)))
		}
	}
	for _, path := range append(o.deny[:len(o.deny):len(o.deny)], o.echo) {
		if path != "" && path[0] != '/' {
			wrong = append(wrong, fmt.Errorf("the path %q of %s or %s begins with a slash", path, p.said.call("deny"), p.said.call("echo")))
		}
	}
	if n := len(o.kv); n > 0 && (o.kv[0] != '/' || o.kv[n-1] != '/') {
		wrong = append(wrong, fmt.Errorf("%s %q: the path begins and ends with a slash, and keys stand below it", p.said.where("kv"), o.kv))
	}
	if o.accept.value == stage.AcceptListener && o.topology.value != stage.Staged {
		wrong = append(wrong, fmt.Errorf("%s listener: there is none with %s %v; it goes with %[2]s staged", p.said.where("accept"), p.said.call("topology"), o.topology.value))
	}
	if o.shards.n == 0 {
		o.shards.n = 1
		if o.topology.value != stage.Staged {
			o.shards.n = min(runtime.GOMAXPROCS(0), o.shards.most)
		}
	}
	if n := o.connections.n; n != 0 && n < o.shards.n {
		wrong = append(wrong, fmt.Errorf("%s %d: there are %d shards, and each needs one at least", p.said.where("max-connections"), n, o.shards.n))
	}
	return wrong
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
