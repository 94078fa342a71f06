package main

// The check command: every order of a component's operations, and a certificate.

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"brigade/fuzz"
	"brigade/fuzz/check"
	"brigade/sim/dpor"
)

// checkFlags are the flags of brigade check.
type checkFlags struct {
	tasks int
	ops   int
	bound int
	limit time.Duration
	json  bool
	jobs  int
	parts bool // it is a worker
}

func (p *program) check() *cobra.Command {
	f := new(checkFlags)
	long := `Check runs a program around one of the core's own types until every order of its
operations has been seen, each once, and prints a certificate: what was checked
and in which build, how many executions and distinct orders there were, and
whether that is all there is. It stops at the first failure.

With --bound, first no schedule with a preemption is run, then those with one,
and so on up to K. With -j, as many processes share the orders between them.

Components:
`
	for _, c := range check.Components() {
		long += fmt.Sprintf("  %-10s %s\n", c.Name, c.Story)
	}
	c := &cobra.Command{
		Use: "check COMPONENT", Short: "See every order of a component's operations, and certify it", Long: long,
		Args: exactly("component"),
		RunE: func(c *cobra.Command, names []string) error {
			o := check.Options{Tasks: f.tasks, Ops: f.ops, Bound: dpor.Unbounded, MaxTime: f.limit}
			switch set := c.Flags().Changed; {
			case set("bound") && f.bound < 0:
				return errors.New("--bound is a number of preemptions, 0 at least")
			case set("for") && f.limit <= 0 && !f.parts:
				return errors.New("--for must be longer than nothing")
			case set("tasks") && f.tasks < 1, set("ops") && f.ops < 1:
				return errors.New("--tasks and --ops are 1 at least")
			case set("bound"):
				o.Bound = f.bound
			}
			switch o.Jobs = f.jobs; {
			case f.jobs < 1:
				return errors.New("-j is a number of processes, 1 at least")
			case f.parts:
				return check.Serve(names[0], o, os.Stdin, p.stdout)
			}
			return p.certify(names[0], o, f.json)
		},
	}
	c.Flags().IntVar(&f.tasks, "tasks", 0, "`N` tasks of the kind that there are several of")
	c.Flags().IntVar(&f.ops, "ops", 0, "`M` operations of each")
	c.Flags().IntVar(&f.bound, "bound", 0, "at most `K` preemptions in a schedule (any number, if not given)")
	c.Flags().DurationVar(&f.limit, "for", 0, "stop when `D`, such as 10m, has passed")
	c.Flags().BoolVar(&f.json, "json", false, "print one JSON object")
	c.Flags().IntVarP(&f.jobs, "jobs", "j", 1, "worker `PROCESSES`; not with --bound")
	c.Flags().BoolVar(&f.parts, "parts", false, "be a worker")
	_ = c.Flags().MarkHidden("parts")
	return c
}

// checkWorker starts this program as a worker of a check.
func checkWorker(name string, o check.Options) func() *exec.Cmd {
	return func() *exec.Cmd {
		args := []string{"check", name, "--parts", "--for", o.MaxTime.String()}
		if o.Tasks > 0 {
			args = append(args, "--tasks", strconv.Itoa(o.Tasks))
		}
		if o.Ops > 0 {
			args = append(args, "--ops", strconv.Itoa(o.Ops))
		}
		c := exec.Command(checkProgram(), args...)
		c.Stderr = os.Stderr
		return c
	}
}

// checkProgram is this program's file.
func checkProgram() string {
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

// certify runs the check and prints what it showed. While it runs, what is left
// goes to standard error.
func (p *program) certify(name string, o check.Options, asJSON bool) error {
	last := time.Duration(0)
	o.Progress = func(r dpor.Result) {
		if r.Elapsed-last >= time.Second {
			last = r.Elapsed
			_, _ = fmt.Fprintf(p.stderr, "%d executions, %d orders, about %.0f left\n", r.Executions, r.Orders, r.Left)
		}
	}
	run := check.Run
	if o.Jobs > 1 {
		run = func(name string, o check.Options) (*check.Certificate, error) {
			return check.RunJobs(name, o, checkWorker(name, o))
		}
	}
	z, err := run(name, o)
	if err != nil {
		return err
	}
	if z.Report != nil {
		p.class = fuzz.ClassOf(z.Report.Verdict.Kind)
	}
	if asJSON {
		return json.NewEncoder(p.stdout).Encode(z)
	}
	p.printf("%s", z)
	return nil
}
