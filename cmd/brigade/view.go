package main

// The view command.

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"brigade/fuzz"
	"brigade/sim"
	"brigade/sim/explain"
	"brigade/traces"
)

// viewFlags are the flags of brigade view.
type viewFlags struct {
	chrome string
	width  int
}

func (p *program) view() *cobra.Command {
	f := new(viewFlags)
	c := &cobra.Command{
		Use:   "view FILE",
		Short: "Explain the run of a trace",
		Long: `View shows what a trace is of, why its run failed, and a timeline with a column
for each task concerned. To tell why, it makes runs that leave out one choice
each; where the trace does not replay any more, what it holds is shown as it is.`,
		Args: exactly("trace file"),
		RunE: func(_ *cobra.Command, files []string) error {
			if f.width < 60 {
				return fmt.Errorf("--width is %d; a timeline needs at least 60", f.width)
			}
			return p.viewFile(f, files[0])
		},
	}
	c.Flags().StringVar(&f.chrome, "chrome", "", "write the run to `FILE` for chrome://tracing or ui.perfetto.dev instead")
	c.Flags().IntVar(&f.width, "width", 100, "columns of text")
	return c
}

func (p *program) viewFile(f *viewFlags, path string) error {
	t, err := traces.Load(path)
	if err != nil {
		return err
	}
	if t.Verdict.Kind == sim.DataRace && !fuzz.RaceBuilt() {
		return p.underRace()
	}
	v, err := fuzz.View(p.set, t)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if f.chrome != "" {
		return p.export(f.chrome, v.Report)
	}
	p.printf("%s\n", traceHeadline(t))
	p.printf("  scenario %s   strategy %s   seed %#x   commit %s   %s\n", t.Scenario, t.Strategy, t.Seed, t.Build, t.Go)
	p.printf("  %s, %s simulated, %s\n", plural(uint64(t.Steps), "step"), short(t.Virtual), plural(uint64(len(t.Departures)), "choice"))
	if v.Stale != "" {
		p.printf("  as recorded; it cannot be run again to find out why: %s\n", v.Stale)
	}
	p.printf("\n")
	return v.Explanation.Write(p.stdout, f.width)
}

// export writes r as a Chrome trace.
func (p *program) export(path string, r *sim.Report) error {
	write := func(w io.Writer) error { return explain.Chrome(w, r) }
	if err := traces.WriteFile(path, write); err != nil {
		return fmt.Errorf("%s was not written: %w", path, err)
	}
	p.printf("%s of %s in %s; open it in chrome://tracing or https://ui.perfetto.dev\n",
		plural(uint64(len(r.Events)), "event"), plural(uint64(len(r.TaskPaths)), "task"), quoted(path))
	return nil
}
