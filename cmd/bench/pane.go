package main

// Pane's open questions (2002), answered by measurement: how many readers and writers,
// a listener or none, what wakes a loop, and which tasks do what. Each line is a
// brigaded that differs from the others in its flags alone; the lines are measured in
// turn, round after round, so that what the machine does meanwhile hits all of them.

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// paneLoads are the loads of the table.
var paneLoads = []string{"k64", "k1000"}

// line is one server of the table, and what was measured of it under each load.
type line struct {
	flags []string
	cost  [][]float64 // seconds of processor time per 100,000 requests
	tail  [][]float64 // 99th percentile of the latency, in seconds
}

// paneLines are the table's lines: staged in all its forms, then event and fused.
func paneLines() (lines []*line) {
	add := func(flags ...string) {
		n := len(paneLoads)
		lines = append(lines, &line{flags, make([][]float64, n), make([][]float64, n)})
	}
	wakers := []string{"flag", "eventfd", "pipe"}
	for _, accept := range []string{"listener", "reuseport"} {
		for readers := 1; readers <= 2; readers++ {
			for writers := 1; writers <= 2; writers++ {
				for _, w := range wakers {
					add("--topology", "staged", "--accept", accept, "--readers", strconv.Itoa(readers), "--writers", strconv.Itoa(writers), "--waker", w)
				}
			}
		}
	}
	for _, t := range []string{"event", "fused"} {
		for _, w := range wakers {
			add("--topology", t, "--waker", w)
		}
	}
	return lines
}

func paneCommand() *cobra.Command {
	var rounds int
	var duration time.Duration
	cmd := &cobra.Command{
		Use: "pane", Short: "Compare topologies, numbers of tasks and wakers with each other", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return pane(rounds, duration) },
	}
	cmd.Flags().IntVar(&rounds, "rounds", 5, "rounds, from 1")
	cmd.Flags().DurationVar(&duration, "duration", time.Second, "how long each load lasts, in whole seconds")
	return cmd
}

func pane(rounds int, d time.Duration) error {
	if rounds < 1 {
		return fmt.Errorf("--rounds %d: there is at least 1", rounds)
	}
	dir, err := os.MkdirTemp("", "brigade-pane-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	root, err := files(dir)
	if err != nil {
		return err
	}
	binary, err := buildBrigade(dir)
	if err != nil {
		return err
	}
	loads, err := chosen(paneLoads[0] + "," + paneLoads[1])
	if err != nil {
		return err
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	lines := paneLines()
	for range rounds {
		for _, l := range lines {
			select {
			case <-stop:
				return errors.New("interrupted")
			default:
			}
			if err := l.measure(dir, root, binary, loads, d); err != nil {
				return err
			}
		}
	}
	table(os.Stdout, lines)
	return nil
}

// measure adds a round to l.
func (l *line) measure(dir, root, binary string, loads []test, d time.Duration) error {
	addr, err := freeAddress()
	if err != nil {
		return err
	}
	s, err := start(l.flags[1], addr, dir, binary, append([]string{"--root", root, "--listen", addr}, l.flags...)...)
	if err != nil {
		return err
	}
	defer s.stop()
	for i, t := range loads {
		m, err := t.measure(s, d)
		if err != nil {
			return err
		}
		if m.errors > 0 {
			return fmt.Errorf("%v: %d errors under %s", l.flags, m.errors, t.name)
		}
		l.cost[i] = append(l.cost[i], m.cost())
		l.tail[i] = append(l.tail[i], m.tail)
	}
	return nil
}

// table prints the lines, the cheapest at the first load first.
func table(w io.Writer, lines []*line) {
	sorted := slices.SortedFunc(slices.Values(lines), func(a, b *line) int { return cmp.Compare(median(a.cost[0]), median(b.cost[0])) })
	fmt.Fprintf(w, "| %-8s | %-9s | readers | writers | %-7s |", "topology", "accept", "waker")
	for _, name := range paneLoads {
		fmt.Fprintf(w, " %5s: µs a request | p99, ms |", name)
	}
	fmt.Fprintf(w, "\n|---|---|---|---|---|---|---|---|---|\n")
	for _, l := range sorted {
		fmt.Fprintf(w, "| %-8s | %-9s | %7s | %7s | %-7s |", l.flag("--topology"), l.flag("--accept"), l.flag("--readers"), l.flag("--writers"), l.flag("--waker"))
		for i := range paneLoads {
			fmt.Fprintf(w, " %19.1f | %7.2f |", median(l.cost[i])*10, median(l.tail[i])*1e3)
		}
		fmt.Fprintln(w)
	}
}

// flag is the value of one of l's flags; a dash: it is the default.
func (l *line) flag(name string) string {
	if i := slices.Index(l.flags, name); i >= 0 {
		return l.flags[i+1]
	}
	return "-"
}
