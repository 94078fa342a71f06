package main

// Ames's experiment (2004): 170 clients that think between the requests of their
// connections, served by few processors, since an idle connection occupies none; and
// then thousands of connections that only stay open, by which a request costs no more.
// Both with epoll, and with poll(2), whose cost grows with the connections.

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// ames is the experiment's measures.
type ames struct {
	clients    int
	processors int
	think      time.Duration
	duration   time.Duration
	idle       int
	pairs      int
	topology   string
	dir        string
	root       string
	binary     string
}

func amesCommand() *cobra.Command {
	var a ames
	cmd := &cobra.Command{
		Use: "ames", Short: "Serve clients that think, by few processors, beside thousands that are idle", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.run() },
	}
	f := cmd.Flags()
	f.IntVar(&a.clients, "clients", 170, "that think between requests")
	f.IntVar(&a.processors, "processors", 20, "of brigaded")
	f.DurationVar(&a.think, "think", time.Second, "the mean time between an answer and the next request; it is drawn evenly from none to twice that")
	f.DurationVar(&a.duration, "duration", 10*time.Second, "how long they go on")
	f.IntVar(&a.idle, "idle", 9800, "connections that stay open in the second part")
	f.IntVar(&a.pairs, "pairs", 15, "interleaved pairs of the second part, at least 6")
	f.StringVar(&a.topology, "topology", "event", "of brigaded")
	return cmd
}

func (a *ames) run() error {
	if a.pairs < 6 || a.clients < 1 || a.idle < 1 {
		return errors.New("--pairs is at least 6, since an interval needs as many; --clients and --idle are at least 1")
	}
	var err error
	if a.dir, err = os.MkdirTemp("", "brigade-ames-"); err != nil {
		return err
	}
	defer os.RemoveAll(a.dir)
	if a.root, err = files(a.dir); err != nil {
		return err
	}
	if a.binary, err = buildBrigade(a.dir); err != nil {
		return err
	}
	for _, poller := range []string{"epoll", "poll"} {
		if err := a.thinking(poller); err != nil {
			return err
		}
	}
	for _, poller := range []string{"epoll", "poll"} {
		if err := a.crowded(poller); err != nil {
			return err
		}
	}
	return nil
}

// start starts a brigaded.
func (a *ames) start(poller string) (*server, string, error) {
	addr, err := freeAddress()
	if err != nil {
		return nil, "", err
	}
	s, err := start(a.topology+" "+poller, addr, a.dir, a.binary, "--root", a.root, "--listen", addr, "--topology", a.topology, "--shards", "1",
		"--processors", strconv.Itoa(a.processors), "--poller", poller, "--idle-timeout", "10m")
	return s, addr, err
}

// thinking is the experiment's first part.
func (a *ames) thinking(poller string) error {
	s, addr, err := a.start(poller)
	if err != nil {
		return err
	}
	defer s.stop()
	before, err := s.processorTime()
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var took []time.Duration
	var failed error
	var all sync.WaitGroup
	end := time.Now().Add(a.duration)
	for range a.clients {
		all.Go(func() {
			list, err := a.client(addr, end)
			mu.Lock()
			defer mu.Unlock()
			took, failed = append(took, list...), errors.Join(failed, err)
		})
	}
	all.Wait()
	if failed != nil {
		return failed
	}
	after, err := s.processorTime()
	if err != nil {
		return err
	}
	slices.Sort(took)
	n := len(took)
	if n == 0 {
		return errors.New("no request was made: --duration is too short for --think")
	}
	fmt.Printf("%s, %s: %d clients, %d processors, %v: %d requests, none refused; p50 %v, p99 %v, longest %v; %.0f µs of processor time a request\n",
		a.topology, poller, a.clients, a.processors, a.duration, n, took[n/2].Round(time.Microsecond), took[n*99/100].Round(time.Microsecond),
		took[n-1].Round(time.Microsecond), (after-before)/float64(n)*1e6)
	return nil
}

// client makes requests on one connection until end, and returns how long each took.
func (a *ames) client(addr string, end time.Time) (took []time.Duration, err error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Close() }()
	for {
		time.Sleep(time.Duration(rand.Int64N(int64(2*a.think) + 1)))
		start := time.Now()
		if start.After(end) {
			return took, nil
		}
		if err := exchange(c); err != nil {
			return took, err
		}
		took = append(took, time.Since(start))
	}
}

// crowded is the second part: requests beside idle connections, against requests alone.
func (a *ames) crowded(poller string) error {
	alone, _, err := a.start(poller)
	if err != nil {
		return err
	}
	defer alone.stop()
	full, addr, err := a.start(poller)
	if err != nil {
		return err
	}
	defer full.stop()
	clients, err := hold(addr, a.idle)
	defer func() {
		for _, c := range clients {
			_ = c.Close() // it is over
		}
	}()
	if err != nil {
		return err
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	r, err := compare(allTests[0], full, alone, &flags{pairs: a.pairs, duration: time.Second}, stop)
	if err != nil {
		return err
	}
	low, high := interval(r.ratios)
	fmt.Printf("%s, %s, %d idle: %.1f µs of processor time a request, without them %.1f; ratio %.2f (%.2f .. %.2f), %d pairs, %d errors\n",
		a.topology, poller, a.idle, median(r.ours)*10, median(r.theirs)*10, median(r.ratios), low, high, a.pairs, r.errors)
	return nil
}
