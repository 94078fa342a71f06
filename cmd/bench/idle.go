package main

// What an idle keep-alive connection costs: the memory of a server that holds many,
// each of which has had a request answered, less that of one made for one connection
// alone. It is the process's resident memory, as Linux counts it; what the kernel
// itself keeps for a socket is in neither.

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/spf13/cobra"
)

// idle is what is held.
type idle struct {
	connections int
	shards      int
	topology    string
	gogc        string
	pairs       int
}

func idleCommand() *cobra.Command {
	var i idle
	cmd := &cobra.Command{
		Use: "idle", Short: "Tell what memory an idle keep-alive connection costs", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return i.run() },
	}
	cmd.Flags().IntVar(&i.connections, "connections", 19_000, "kept open")
	cmd.Flags().IntVar(&i.shards, "shards", 2, "shards of brigaded")
	cmd.Flags().StringVar(&i.topology, "topology", "fused", "topology of brigaded")
	cmd.Flags().StringVar(&i.gogc, "gogc", "100", "GOGC of brigaded")
	cmd.Flags().IntVar(&i.pairs, "pairs", 3, "how often it is measured")
	return cmd
}

func (i *idle) run() error {
	dir, err := os.MkdirTemp("", "brigade-idle-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "1k.bin"), make([]byte, 1<<10), 0o600); err != nil {
		return err
	}
	binary, err := buildBrigade(dir)
	if err != nil {
		return err
	}
	if err := os.Setenv("GOGC", i.gogc); err != nil { // the servers inherit it
		return err
	}
	var each []float64
	for range max(i.pairs, 1) {
		one, err := i.memory(dir, binary, 1)
		if err != nil {
			return err
		}
		all, err := i.memory(dir, binary, i.connections)
		if err != nil {
			return err
		}
		per := float64(all-one) / float64(i.connections-1)
		fmt.Printf("%d idle connections: %d KiB; one: %d KiB; %.0f bytes each\n", i.connections, all>>10, one>>10, per)
		each = append(each, per)
	}
	fmt.Printf("%s, %d shards, GOGC=%s: %.0f bytes an idle connection (asked: 600)\n", i.topology, i.shards, i.gogc, median(each))
	return nil
}

// memory starts a server that is made for n connections, has it hold as many, and
// returns its resident memory in bytes.
func (i *idle) memory(dir, binary string, n int) (int64, error) {
	addr, err := freeAddress()
	if err != nil {
		return 0, err
	}
	room := n + 1 + n/10 // one asks whether it is up, and shards have unequal parts
	s, err := start(i.topology, addr, dir, binary, "--root", dir, "--listen", addr, "--topology", i.topology,
		"--shards", strconv.Itoa(i.shards), "--max-connections", strconv.Itoa(max(room, i.shards)), "--idle-timeout", "10m")
	if err != nil {
		return 0, err
	}
	defer s.stop()
	if n > 1 {
		clients, err := hold(addr, n-1)
		defer func() {
			for _, c := range clients {
				_ = c.Close() // it is over
			}
		}()
		if err != nil {
			return 0, err
		}
	}
	return resident(s.cmd.Process.Pid)
}

// hold opens n connections, and has a request answered on each.
func hold(addr string, n int) (clients []net.Conn, err error) {
	const drivers = 16
	clients = make([]net.Conn, 0, n)
	var mu sync.Mutex
	var all sync.WaitGroup
	for d := range drivers {
		all.Go(func() {
			for i := d; i < n; i += drivers {
				c, e := answered(addr)
				mu.Lock()
				if e != nil {
					err = fmt.Errorf("connection %d of %d: %w", len(clients)+1, n, e)
				} else {
					clients = append(clients, c)
				}
				failed := err != nil
				mu.Unlock()
				if failed {
					return
				}
			}
		})
	}
	all.Wait()
	return clients, err
}

// answered is a connection that has had a request answered.
func answered(addr string) (net.Conn, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return c, exchange(c)
}

// exchange asks for a file of 1 KiB and reads the whole answer.
func exchange(c net.Conn) error {
	if _, err := c.Write([]byte("GET /1k.bin HTTP/1.1\r\nHost: a\r\n\r\n")); err != nil {
		return err
	}
	buffer := make([]byte, 4<<10)
	for n := 0; ; {
		m, err := c.Read(buffer[n:])
		if err != nil {
			return err
		}
		n += m
		if end := bytes.Index(buffer[:n], headEnds); end >= 0 && n == end+len(headEnds)+1<<10 {
			return nil
		}
	}
}

// resident is the resident memory of a process, in bytes.
func resident(pid int) (int64, error) { return memoryOf(pid, "VmRSS:") }

// memoryOf is a line of a process's status that is about memory, in bytes.
func memoryOf(pid int, line string) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for each := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(each, line); ok {
			n, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return n << 10, err
		}
	}
	return 0, fmt.Errorf("/proc/%d/status has no %s", pid, line)
}
