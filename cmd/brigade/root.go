package main

// The commands and what they have in common: where they write, which scenarios
// there are, and the exit status.

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"brigade/fuzz"
	"brigade/fuzz/scenario"
)

// program is one invocation.
type program struct {
	args   []string
	set    scenario.Set
	stdout io.Writer
	stderr io.Writer
	class  fuzz.Class
}

// run executes the command line and returns the exit status.
func run(args []string, stdout, stderr io.Writer, set scenario.Set) int {
	p := &program{args: args, set: set, stdout: stdout, stderr: stderr}
	root := p.root()
	root.SetArgs(args)
	if err := root.Execute(); err != nil {
		_, _ = fmt.Fprintln(stderr, "brigade:", oneLine(err)) // the status says it, too
		return int(fuzz.ClassUsage)
	}
	return int(p.class)
}

// printf prints to standard output. Where that is gone, the exit status is left.
func (p *program) printf(format string, args ...any) {
	_, _ = fmt.Fprintf(p.stdout, format, args...)
}

// oneLine joins an error's lines: each of them was meant for a line of its own.
func oneLine(err error) string {
	return strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "brigade",
		Short: "Test an HTTP server core under simulated schedules and faults",
		Long: `Brigade tests an HTTP server core before it touches a network: under seeded
schedules, in a simulated kernel, with checkers that see every step.

Exit status: 0 all held, 1 usage, 2 a property does not hold, 3 an assertion
failed, 4 a panic or a data race, 5 a deadlock, lost wakeup, hang or livelock,
6 nondeterminism or a goroutine that is no task. Of several, the smallest.`,
		SilenceUsage:       true,
		SilenceErrors:      true,
		DisableSuggestions: true,
		CompletionOptions:  cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w (%s --help lists the flags)", plain(err), c.CommandPath())
	})
	root.AddCommand(p.list(), p.fuzz(), p.check(), p.table(), p.replay(), p.shrink(), p.view(), p.script(), p.zoo(), p.mutate(), p.worker())
	return root
}

// worker is what a campaign starts; people do not.
func (p *program) worker() *cobra.Command {
	return &cobra.Command{
		Use: "worker", Short: "Run units of work from standard input", Hidden: true, Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return fuzz.ServeProcess(p.set) },
	}
}

// choose finds the scenarios called names; all, if there are none.
func (p *program) choose(names []string) (scenario.Set, error) {
	if len(names) == 0 {
		if len(p.set) == 0 {
			return nil, errors.New("there is no scenario to run")
		}
		var usual scenario.Set
		for _, s := range p.set {
			if !s.Apart {
				usual = append(usual, s)
			}
		}
		return usual, nil
	}
	var chosen scenario.Set
	for _, name := range names {
		s, err := p.set.Find(name)
		if err != nil {
			return nil, err
		}
		if _, err := chosen.Find(name); err == nil {
			return nil, fmt.Errorf("scenario %q is named twice", name)
		}
		chosen = append(chosen, s)
	}
	return chosen, nil
}
