package main

// Heap allocations of keep-alive requests: a fused server and its clients in this
// process, so many requests of varying paths on so many connections, and what the
// runtime counted between the first and the last. Clients write and read in buffers
// of their own; caches are warm and stay fresh.

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"brigade/core/handler/static"
	"brigade/core/stage"
	"brigade/core/sys/linux"
)

// asked is how much is asked for.
type asked struct {
	requests, connections int
	two                   bool // over HTTP/2, batch at a time on each connection
}

func allocsCommand() *cobra.Command {
	var a asked
	cmd := &cobra.Command{
		Use: "allocs", Short: "Count the heap allocations of keep-alive requests of varying paths", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			n, err := a.count()
			if err == nil {
				fmt.Printf("%d heap allocations in %d requests on %d connections\n", n, a.requests, a.connections)
				if a.two {
					fmt.Printf("x/net's Framer makes one for each frame that is not DATA: %d\n", a.frames())
				}
			}
			return err
		},
	}
	cmd.Flags().IntVar(&a.requests, "requests", 1_000_000, "in all")
	cmd.Flags().IntVar(&a.connections, "connections", 1000, "kept open")
	cmd.Flags().BoolVar(&a.two, "h2", false, "over HTTP/2")
	return cmd
}

// frames is how many frames the clients send: a HEADERS frame each, and a WINDOW_UPDATE
// for each batch.
func (a *asked) frames() int { return a.requests + a.requests/batch }

const (
	paths   = 64 // different files
	drivers = 8  // clients at a time
)

// count makes the requests and returns how often the process allocated meanwhile.
func (a *asked) count() (uint64, error) {
	if a.connections < drivers || a.requests < a.connections {
		return 0, fmt.Errorf("%d requests on %d connections: there are %d connections at least, and a request for each", a.requests, a.connections, drivers)
	}
	root, err := os.MkdirTemp("", "brigade-allocs-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(root)
	requests, err := site(root)
	if err != nil {
		return 0, err
	}
	k := linux.New()
	h, err := static.New(k, root, static.Options{Fresh: time.Hour})
	if err != nil {
		return 0, err
	}
	defer h.Close()
	s, err := stage.New(stage.Config{Kernel: k, Handler: h, Listen: netip.MustParseAddrPort("127.0.0.1:0"), Idle: time.Hour})
	if err != nil {
		return 0, err
	}
	s.Start()
	clients := make([]*client, 0, a.connections)
	defer func() {
		for _, c := range clients {
			_ = c.Close() // it is over
		}
		s.Drain(5 * time.Second)
		s.Wait()
	}()
	for range a.connections {
		c, err := net.Dial("tcp", s.Addr().String())
		if err != nil {
			return 0, err
		}
		clients = append(clients, &client{Conn: c, buffer: make([]byte, 16<<10)})
	}
	each, warm := a.requests/a.connections, 2*paths
	if a.two {
		each, warm = each/batch, 2*paths/batch
		for _, c := range clients {
			if err := c.greet(); err != nil {
				return 0, err
			}
		}
	}
	if err := drive(clients, requests, warm); err != nil { // every cache learns every file
		return 0, err
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	err = drive(clients, requests, each)
	runtime.ReadMemStats(&after)
	return after.Mallocs - before.Mallocs, err
}

// site makes files of different names and lengths, and a request for each.
func site(root string) (requests [][]byte, err error) {
	for i := range paths {
		name := fmt.Sprintf("%s-%d.txt", bytes.Repeat([]byte{'f'}, 1+i), i)
		if err := os.WriteFile(filepath.Join(root, name), make([]byte, 100*i), 0o600); err != nil {
			return nil, err
		}
		requests = append(requests, fmt.Appendf(nil, "GET /%s HTTP/1.1\r\nHost: a\r\nUser-Agent: allocs\r\n\r\n", name))
	}
	return requests, nil
}

// client is one connection with its buffer.
type client struct {
	net.Conn
	buffer []byte
	next   int    // which file
	stream uint32 // the next; 0: it speaks HTTP/1.1
}

// drive makes each client ask each times, drivers of them at a time.
func drive(clients []*client, requests [][]byte, each int) error {
	var all sync.WaitGroup
	var failed [drivers]error
	for d := range drivers {
		all.Go(func() {
			for range each {
				for i := d; i < len(clients) && failed[d] == nil; i += drivers {
					failed[d] = clients[i].exchange(requests)
				}
			}
		})
	}
	all.Wait()
	return errors.Join(failed[:]...)
}

var (
	ok       = []byte("HTTP/1.1 200 ")
	headEnds = []byte("\r\n\r\n")
)

// exchange asks for the next file and reads the response.
func (c *client) exchange(requests [][]byte) error {
	if c.stream > 0 {
		return c.multiplex()
	}
	i := c.next % paths
	c.next++
	if _, err := c.Write(requests[i]); err != nil {
		return err
	}
	size := -1
	for n := 0; n != size; {
		m, err := c.Read(c.buffer[n:])
		if err != nil {
			return err
		}
		n += m
		if end := bytes.Index(c.buffer[:n], headEnds); end >= 0 {
			size = end + len(headEnds) + 100*i
		}
	}
	if !bytes.HasPrefix(c.buffer, ok) {
		return fmt.Errorf("%.60q", c.buffer)
	}
	return nil
}
