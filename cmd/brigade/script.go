package main

// The script command: scripts against the simulated server, the real one, nginx,
// or any server on the loopback.

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"brigade/core/sys/linux"
	"brigade/fuzz"
	"brigade/fuzz/peer"
	"brigade/fuzz/scenario"
	"brigade/netsim/client"
	"brigade/netsim/script"
	"brigade/sim"
)

// scriptFlags are the flags of brigade script.
type scriptFlags struct {
	server  string
	against string
	binary  string
	seeds   uint64
	site    string
}

// servers are what --server may name.
var servers = []string{"sim", "brigaded", "nginx"}

func (p *program) script() *cobra.Command {
	f := new(scriptFlags)
	c := &cobra.Command{
		Use: "script [FILE...]", Short: "Hold scripted conversations against a server",
		Long: scriptHelp(), Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, files []string) error {
			if f.seeds == 0 {
				return errors.New("--seeds must be at least 1")
			}
			if f.site != "" {
				site, err := peer.LayOut(f.site)
				if err == nil {
					p.printf("a server for --against serves %s\n", site.Root)
				}
				return err
			}
			scripts, err := readScripts(files)
			if err != nil {
				return err
			}
			return p.hold(f, scripts)
		},
	}
	c.Flags().StringVar(&f.server, "server", "sim", "the `SERVER`: sim, simulated; brigaded or nginx, started for each script")
	c.Flags().StringVar(&f.against, "against", "", "`HOST:PORT` of a server that runs already, on the loopback, with the scripts' files; --server says which it is")
	c.Flags().StringVar(&f.site, "site", "", "only put the files that scripts ask for below the directory `DIR`, for --against")
	c.Flags().StringVar(&f.binary, "binary", "", "the server's `FILE` (brigaded is built; nginx is looked for)")
	c.Flags().Uint64Var(&f.seeds, "seeds", 8, "`N` simulated runs of each script, of servers of different shapes")
	return c
}

// scriptHelp describes the language.
func scriptHelp() string {
	var b strings.Builder
	b.WriteString(`Script runs conversations with a server that are written down, one a file; without
FILE those that are kept (netsim/script/kept). Each run prints a line; the exit
status is 2 if a server departs from one.

Statements:
`)
	for _, v := range script.Verbs() {
		fmt.Fprintf(&b, "  %s\n      %s\n", v.Form, v.Does)
	}
	fmt.Fprintf(&b, `
A line that begins with | is text that belongs to the statement above. A # begins
a comment. Strings are Go's, and "ab"*3 is ababab. VERB[SERVER] is for one server
alone (%s); if that is not this project's, a comment names the clause that
lets it differ.
`, strings.Join(script.Servers(), ", "))
	return b.String()
}

// readScripts parses files; those that are kept, if there are none.
func readScripts(files []string) (list []*script.Script, err error) {
	if len(files) == 0 {
		return script.Kept()
	}
	for _, name := range files {
		text, err := readScript(name)
		if err != nil {
			return nil, err
		}
		s, err := script.Parse(name, string(text))
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// longestScript is how many bytes a script may have.
const longestScript = 1 << 20

// readScript reads a script, which may come out of a pipe.
func readScript(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // nothing was written
	text, err := io.ReadAll(io.LimitReader(f, longestScript+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > longestScript:
		return nil, fmt.Errorf("%s is no script: it has more than %d bytes, which is the most", name, longestScript)
	}
	return text, nil
}

// hold runs the scripts and prints how each went.
func (p *program) hold(f *scriptFlags, scripts []*script.Script) error {
	one, done, err := f.holder()
	if err != nil {
		return err
	}
	defer done()
	var bad, left int
	for _, s := range scripts {
		switch err := one(s); {
		case errors.Is(err, script.ErrNotOurs):
			left++
			p.printf("left out  %s: %v\n", s.Title(), err)
		case err != nil:
			bad++
			p.printf("FAILED    %v\n", err)
		default:
			p.printf("ok        %s\n", s.Title())
		}
	}
	p.printf("%s against %s: %d failed, %d left out\n", plural(uint64(len(scripts)), "script"), f.name(), bad, left)
	if bad > 0 {
		p.class = fuzz.ClassProperty
	}
	return nil
}

func (f *scriptFlags) name() string {
	if f.against != "" {
		if f.server != "nginx" {
			return script.Own + " at " + f.against
		}
		return f.server + " at " + f.against
	}
	return f.server
}

// holder makes the function that runs one script, and what is to be called after
// the last.
func (f *scriptFlags) holder() (one func(*script.Script) error, done func(), err error) {
	done = func() {}
	switch {
	case !slices.Contains(servers, f.server):
		return nil, done, fmt.Errorf("--server %q: there are %s", f.server, strings.Join(servers, ", "))
	case f.against != "":
		one, err = f.foreign()
		return one, done, err
	case f.server == "sim":
		return f.simulated, done, nil
	case linux.Available() != nil:
		return nil, done, errors.New("real servers are talked to on Linux only; --server sim works everywhere")
	}
	dir, err := os.MkdirTemp("", "brigade-script")
	if err != nil {
		return nil, done, err
	}
	done = func() { _ = os.RemoveAll(dir) } // the system's own cleaning takes what is left
	kind, err := f.kind(dir)
	if err != nil {
		return nil, done, err
	}
	site, err := peer.LayOut(dir)
	if err != nil {
		return nil, done, err
	}
	if err := os.Chmod(dir, 0o755); err != nil { // for a server that gives up its rights
		return nil, done, err
	}
	return func(s *script.Script) error {
		if err := s.Fits(f.server); err != nil {
			return err
		}
		p, err := peer.Start(kind, site, s.Settings)
		if err != nil {
			return err
		}
		return errors.Join(p.Run(s), p.Stop())
	}, done, nil
}

// kind finds the server's binary.
func (f *scriptFlags) kind(dir string) (peer.Kind, error) {
	if f.server == "nginx" {
		binary := f.binary
		if binary == "" {
			binary = "nginx"
		}
		path, err := exec.LookPath(binary)
		if err != nil {
			return peer.Kind{}, fmt.Errorf("%w; bash .ci/peers installs it, --binary says where it is", err)
		}
		return peer.Nginx(path), nil
	}
	if f.binary != "" {
		return peer.Brigaded(f.binary), nil
	}
	binary := filepath.Join(dir, "brigaded")
	if out, err := exec.Command("go", "build", "-o", binary, "brigade/cmd/brigaded").CombinedOutput(); err != nil {
		return peer.Kind{}, fmt.Errorf("building brigaded: %w: %s", err, out)
	}
	return peer.Brigaded(binary), nil
}

// foreign talks to a server that runs already.
func (f *scriptFlags) foreign() (func(*script.Script) error, error) {
	addr, err := netip.ParseAddrPort(f.against)
	if err != nil || !addr.Addr().IsLoopback() {
		return nil, fmt.Errorf("--against %q is an address of the loopback and a port, such as 127.0.0.1:8080", f.against)
	}
	if err := linux.Available(); err != nil {
		return nil, err
	}
	name := f.server
	if name != "nginx" {
		name = script.Own
	}
	return func(s *script.Script) error {
		if s.Settings != (script.Settings{}) {
			return fmt.Errorf("it needs timeouts or a store of its own: %w", script.ErrNotOurs)
		}
		return s.Run(script.Runner{Machine: client.Waiting(linux.New()), Addr: addr, Server: name})
	}, nil
}

// simulated runs a script under some seeds.
func (f *scriptFlags) simulated(s *script.Script) error {
	one := scenario.Talk(s)
	env := &scenario.Env{}
	for seed := range f.seeds {
		env.Observers = nil
		main := one.Prepare(env)
		r := sim.Run(sim.Options{Seed: seed, World: env.World, Observers: env.Observers}, main)
		if r.Verdict != nil {
			return fmt.Errorf("seed %d: %w", seed, r.Verdict)
		}
	}
	return nil
}
