// Command bench compares brigaded with nginx on this machine: the same work for
// both in turn, in pairs, and the ratio of processor time per request with its
// interval; or topologies of brigaded with one another.
//
//	go run ./cmd/bench --pairs 15 --tests k64,pipe,close,f100k
//	go run ./cmd/bench --targets event --peer fused
//
// It starts every server itself, on loopback addresses only, and ends what it
// started. It needs Linux with nginx, wrk and for HTTP/2 h2load (Debian: nginx-light,
// wrk, nghttp2-client); nothing else of the project does.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"brigade/cmd/bench/counts"
	"brigade/fuzz/outage"
)

// flags are what the command line says.
type flags struct {
	pairs    int
	duration time.Duration
	tests    string
	targets  string
	peer     string
	shards   int
	logging  bool
}

func main() {
	if outage.Played() {
		return
	}
	var f flags
	cmd := &cobra.Command{
		Use:           "bench",
		Short:         "Compare brigaded with nginx: processor time per request, in interleaved pairs",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(*cobra.Command, []string) error { return run(&f) },
	}
	cmd.Flags().IntVar(&f.pairs, "pairs", 15, "interleaved pairs of each test, at least 6")
	cmd.Flags().DurationVar(&f.duration, "duration", 2*time.Second, "how long each side of a pair runs")
	cmd.Flags().StringVar(&f.tests, "tests", "k64,pipe,close,f100k", "comma-separated; of "+strings.Join(testNames(), ", "))
	cmd.Flags().StringVar(&f.targets, "targets", "fused", "comma-separated topologies of brigaded, each as it is or with flags of brigaded, as in fused+stats+hand-over=32K")
	cmd.Flags().StringVar(&f.peer, "peer", "nginx", "what each is held against: nginx, or a topology of brigaded")
	cmd.Flags().IntVar(&f.shards, "shards", 2, "shards of brigaded, and worker processes of nginx")
	cmd.Flags().BoolVar(&f.logging, "logging", false, "write access logs on both sides")
	cmd.AddCommand(allocsCommand(), memoryCommand(), idleCommand(), slowCommand(), paneCommand(), amesCommand(), crowdCommand(), originCommand(), counts.Command())
	if err := cmd.Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run runs the tests asked for.
func run(f *flags) error {
	if f.pairs < 6 {
		return fmt.Errorf("--pairs %d: an interval needs at least 6", f.pairs)
	}
	tests, err := chosen(f.tests)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "brigade-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	x, err := startAll(f, tests, dir)
	defer x.stop()
	if err != nil {
		return err
	}
	fmt.Printf("%-9s %-8s %14s %14s %8s %19s %10s %7s\n", "test", "target", "cpu_s/100k", f.peer, "ratio", "interval", "req/s x", "errors")
	for _, t := range tests {
		for _, s := range x.rivals {
			r, err := compare(t, s, x.peer, f, stop)
			if err != nil {
				return err
			}
			r.print(t.name, s.name)
		}
	}
	return nil
}

// compare runs the pairs of one test.
func compare(t test, s, peer *server, f *flags, stop <-chan os.Signal) (*result, error) {
	r := new(result)
	for i := range f.pairs + 1 {
		select {
		case <-stop:
			return nil, errors.New("interrupted")
		default:
		}
		a, err := t.measure(s, f.duration)
		if err != nil {
			return nil, err
		}
		b, err := t.measure(peer, f.duration)
		if err != nil {
			return nil, err
		}
		if i > 0 { // the first pair warms up
			r.add(a, b)
		}
	}
	return r, nil
}

func chosen(list string) ([]test, error) {
	var tests []test
	for name := range strings.SplitSeq(list, ",") {
		i := slices.Index(testNames(), name)
		if i < 0 {
			return nil, fmt.Errorf("--tests: there is no %q; there are %s", name, strings.Join(testNames(), ", "))
		}
		tests = append(tests, allTests[i])
	}
	return tests, nil
}
