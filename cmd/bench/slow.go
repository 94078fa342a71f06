package main

// Slow clients: thousands of them download a large file at once, each a little at a time,
// from files and through the proxy. What the server holds for them is bounded by its I/O
// buffers: its resident memory at its highest, less what it has before they come, is to be
// less than the buffers' budget and a little for each connection. The kernel's own buffers
// for sockets are in neither; on a loopback interface one of them may have room for all of a
// download, and then the server holds nothing. So --confined gives each little room.

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
)

// slow is who downloads what.
type slow struct {
	clients  int
	buffers  int
	shards   int
	topology string
	gogc     string
	ways     string
	lasts    time.Duration
	confined bool
}

// The measures of it.
const (
	slowSize  = 1 << 20  // what each client downloads
	slowSip   = 16 << 10 // bytes that it takes at a time
	bufferIs  = 32 << 10 // bytes of an I/O buffer: two pages
	eachMay   = 2 << 10  // bytes besides, for each connection
	slowSleep = 20 * time.Millisecond
)

func slowCommand() *cobra.Command {
	var s slow
	cmd := &cobra.Command{
		Use: "slow", Short: "Tell what memory clients cost that download 1 MiB slowly, from files and through the proxy", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if s.confined && os.Getenv(confinement) == "" {
				return confine()
			}
			return s.run(os.Stdout)
		},
	}
	f := cmd.Flags()
	f.IntVar(&s.clients, "clients", 2000, "all at once")
	f.IntVar(&s.buffers, "buffers", 2000, "of brigaded: 32 KiB each")
	f.IntVar(&s.shards, "shards", 2, "of brigaded")
	f.StringVar(&s.topology, "topology", "fused", "of brigaded")
	f.StringVar(&s.gogc, "gogc", "100", "GOGC of brigaded")
	f.StringVar(&s.ways, "ways", "files,proxy", "comma-separated; what they download from")
	f.DurationVar(&s.lasts, "lasts", 8*time.Second, "how long each download takes")
	f.BoolVar(&s.confined, "confined", false, "in a network of its own, where the kernel holds 64 KiB at most of what a socket is to send; needs root, unshare and ip")
	return cmd
}

// confinement is set in the environment of who is in a network of its own.
const confinement = "BRIGADE_CONFINED"

// confine does what this process was to do in one, with small buffers.
func confine() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	const script = `ip link set lo up && echo "4096 16384 65536" >/proc/sys/net/ipv4/tcp_wmem && exec "$0" "$@"`
	c := exec.Command("unshare", append([]string{"-n", "sh", "-c", script, self}, os.Args[1:]...)...)
	c.Stdin, c.Stdout, c.Stderr, c.Env = os.Stdin, os.Stdout, os.Stderr, append(os.Environ(), confinement+"=1")
	if err := c.Run(); err != nil {
		return fmt.Errorf("--confined: %w; it needs root, unshare (util-linux) and ip (iproute2)", err)
	}
	return nil
}

// run measures both ways. An error says that one of them takes more than it may.
func (s *slow) run(out io.Writer) error {
	dir, err := os.MkdirTemp("", "brigade-slow-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for name, size := range map[string]int{"1k.bin": 1 << 10, "1m.bin": slowSize} {
		if err := os.WriteFile(filepath.Join(dir, name), bytes.Repeat([]byte("x"), size), 0o600); err != nil {
			return err
		}
	}
	binary, err := buildBrigade(dir)
	if err != nil {
		return err
	}
	if err := os.Setenv("GOGC", s.gogc); err != nil { // the servers inherit it
		return err
	}
	origin, err := s.start(dir, binary, 2*s.clients+100, "--root", dir)
	if err != nil {
		return err
	}
	defer origin.stop()
	var over error
	for way := range strings.SplitSeq(s.ways, ",") {
		args := []string{"--root", dir}
		if way == "proxy" {
			args = []string{"--proxy", origin.url[len("http://"):]}
		} else if way != "files" {
			return fmt.Errorf("--ways: there is no %q; there are files and proxy", way)
		}
		over = errors.Join(over, s.measure(out, dir, binary, way, args...))
	}
	return over
}

// start starts a server with so many buffers.
func (s *slow) start(dir, binary string, buffers int, args ...string) (*server, error) {
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	return start(s.topology, addr, dir, binary, append(args, "--listen", addr, "--topology", s.topology, "--shards", strconv.Itoa(s.shards),
		"--buffers", strconv.Itoa(buffers), "--max-connections", strconv.Itoa(2*s.clients+100), "--write-timeout", "5m")...)
}

// measure has the clients download from one server.
func (s *slow) measure(out io.Writer, dir, binary, name string, args ...string) error {
	served, err := s.start(dir, binary, s.buffers, args...)
	if err != nil {
		return err
	}
	defer served.stop()
	pid := served.cmd.Process.Pid
	before, err := resident(pid)
	if err != nil {
		return err
	}
	whole, first := s.crowd(served.url[len("http://"):])
	most, err := memoryOf(pid, "VmHWM:")
	if err != nil {
		return err
	}
	took := most - before
	fmt.Fprintf(out, "%s, %s, GOGC=%s: %d of %d slow clients got %d KiB; %.1f MiB resident before, at most %.1f MiB more; budget and %d bytes a connection: %.1f MiB\n",
		name, s.topology, s.gogc, whole, s.clients, slowSize>>10, mebibytes(before), mebibytes(took), eachMay, mebibytes(s.may()))
	return s.verdict(name, whole, took, first)
}

// may is how much a server may take for all clients.
func (s *slow) may() int64 { return int64(s.buffers)*bufferIs + int64(s.clients)*eachMay }

// verdict is an error if not all clients got all, or the server took more than it may.
func (s *slow) verdict(name string, whole int, took int64, first error) error {
	switch {
	case whole < s.clients:
		return fmt.Errorf("%s: %d clients of %d did not get all: %w", name, s.clients-whole, s.clients, first)
	case took > s.may():
		return fmt.Errorf("%s: %.1f MiB are more than %.1f", name, mebibytes(took), mebibytes(s.may()))
	}
	return nil
}

func mebibytes(n int64) float64 { return float64(n) / (1 << 20) }

// crowd has all clients download at once, and tells how many got all, and what went
// wrong first.
func (s *slow) crowd(addr string) (whole int, first error) {
	var got atomic.Int64
	var failed atomic.Pointer[error]
	var all sync.WaitGroup
	gate := make(chan struct{}, 64) // who may connect at a time
	for range s.clients {
		all.Go(func() {
			gate <- struct{}{}
			c, err := net.Dial("tcp", addr)
			<-gate
			if err == nil {
				err = s.download(c)
				_ = c.Close() // it has all
			}
			if err != nil {
				failed.CompareAndSwap(nil, &err)
				return
			}
			got.Add(1)
		})
	}
	all.Wait()
	if e := failed.Load(); e != nil {
		first = *e
	}
	return int(got.Load()), first
}

// download takes a file slowly.
func (s *slow) download(c net.Conn) error {
	if t, ok := c.(*net.TCPConn); ok {
		if err := t.SetReadBuffer(slowSip); err != nil {
			return err
		}
	}
	if _, err := io.WriteString(c, "GET /1m.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"); err != nil {
		return err
	}
	r, err := http.ReadResponse(bufio.NewReaderSize(c, slowSip), nil)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	sip := make([]byte, slowSip)
	began := time.Now()
	for n := 0; n < slowSize; {
		for due := time.Duration(float64(s.lasts) * float64(n) / slowSize); time.Since(began) < due; {
			time.Sleep(slowSleep)
		}
		m, err := r.Body.Read(sip)
		if n += m; err != nil && n < slowSize {
			return fmt.Errorf("after %d bytes: %w", n, err)
		}
	}
	return nil
}
