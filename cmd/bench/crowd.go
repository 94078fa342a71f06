package main

// A thousand clients at once, and 128 processors in a shard (the sizes at which a
// server that hands connections to threads has lost some): every topology has to
// answer each request whole, and reset nobody. A fifth of the requests are for a file
// that is larger than what loops keep, so that it is opened by a processor each time.

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/spf13/cobra"
)

// crowd is how many there are of what.
type crowd struct {
	clients    int
	requests   int
	processors int
	topologies string
}

// came is what became of the requests.
type came struct {
	answered, wrong, resets, errors atomic.Int64
	first                           atomic.Pointer[error] // of the errors and resets
}

// The files: one that loops keep, one that they do not.
const (
	smallSize = 1 << 10
	largeSize = 300 << 10
)

func crowdCommand() *cobra.Command {
	var c crowd
	cmd := &cobra.Command{
		Use: "crowd", Short: "Count errors and reset connections under a thousand clients", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return c.run(os.Stdout) },
	}
	f := cmd.Flags()
	f.IntVar(&c.clients, "clients", 1000, "each with a connection, all at once")
	f.IntVar(&c.requests, "requests", 200, "of each client")
	f.IntVar(&c.processors, "processors", 128, "of brigaded")
	f.StringVar(&c.topologies, "topologies", "fused,event,staged", "comma-separated")
	return cmd
}

// run has each topology serve the crowd. An error: not everything was answered.
func (c *crowd) run(out io.Writer) error {
	dir, err := os.MkdirTemp("", "brigade-crowd-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for name, size := range map[string]int{"1k.bin": smallSize, "300k.bin": largeSize} {
		if err := os.WriteFile(filepath.Join(dir, name), bytes.Repeat([]byte("x"), size), 0o600); err != nil {
			return err
		}
	}
	binary, err := buildBrigade(dir)
	if err != nil {
		return err
	}
	var failed error
	for topology := range strings.SplitSeq(c.topologies, ",") {
		failed = errors.Join(failed, c.serve(out, dir, binary, topology))
	}
	return failed
}

// serve has one topology serve it.
func (c *crowd) serve(out io.Writer, dir, binary, topology string) error {
	addr, err := freeAddress()
	if err != nil {
		return err
	}
	s, err := start(topology, addr, dir, binary, "--root", dir, "--listen", addr, "--topology", topology, "--shards", "1",
		"--processors", strconv.Itoa(c.processors))
	if err != nil {
		return err
	}
	defer s.stop()
	var r came
	var all sync.WaitGroup
	for range c.clients {
		all.Go(func() { r.client(addr, c.requests) })
	}
	all.Wait()
	fmt.Fprintf(out, "%s, %d processors, %d clients: %d requests answered, %d wrongly, %d errors, %d reset connections\n",
		topology, c.processors, c.clients, r.answered.Load(), r.wrong.Load(), r.errors.Load(), r.resets.Load())
	if want := int64(c.clients * c.requests); r.answered.Load() != want || r.wrong.Load() > 0 {
		err := fmt.Errorf("%s: %d requests of %d were answered, %d of them wrongly", topology, r.answered.Load(), want, r.wrong.Load())
		if first := r.first.Load(); first != nil {
			err = fmt.Errorf("%w; the first error: %w", err, *first)
		}
		return err
	}
	return nil
}

// client makes its requests, on one connection.
func (r *came) client(addr string, requests int) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		r.fails(err)
		return
	}
	defer func() { _ = c.Close() }() // everything has been read
	in := bufio.NewReader(c)
	for i := range requests {
		name, size := "1k.bin", int64(smallSize)
		if i%5 == 4 {
			name, size = "300k.bin", largeSize
		}
		if _, err := fmt.Fprintf(c, "GET /%s HTTP/1.1\r\nHost: a\r\n\r\n", name); err != nil {
			r.fails(err)
			return
		}
		answer, err := http.ReadResponse(in, nil)
		if err != nil {
			r.fails(err)
			return
		}
		n, err := io.Copy(io.Discard, answer.Body)
		if err != nil {
			r.fails(err)
			return
		}
		if r.answered.Add(1); answer.StatusCode != http.StatusOK || n != size {
			r.wrong.Add(1)
		}
	}
}

func (r *came) fails(err error) {
	r.first.CompareAndSwap(nil, &err)
	if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) {
		r.resets.Add(1)
		return
	}
	r.errors.Add(1)
}
