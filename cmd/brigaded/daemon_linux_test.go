package main

// The real binary on a real network: the loopback. Tests wait for what the server
// prints and sends, never for time to pass; patience only ends a test that hangs.

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"brigade/fuzz/outage"
)

const patience = time.Minute

var binary string // what TestMain built

func TestMain(m *testing.M) {
	if outage.Played() {
		os.Exit(0)
	}
	if n := os.Getenv(role); n != "" {
		os.Exit(played(n))
	}
	os.Exit(buildAndTest(m))
}

func buildAndTest(m *testing.M) int {
	dir, err := os.MkdirTemp("", "brigaded")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "brigaded")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// daemon is a running brigaded.
type daemon struct {
	t      *testing.T
	cmd    *exec.Cmd
	addr   string
	lines  chan string // of standard error; closed at its end
	stdout io.Reader   // nil unless asked for
}

// start runs brigaded on a free port and waits until it listens.
func start(t *testing.T, root string, flags ...string) *daemon {
	t.Helper()
	// Clients here keep connections open while the server drains, so it lingers.
	d := launch(t, append([]string{"--root", root, "--listen", "127.0.0.1:0", "--linger-timeout", "100ms"}, flags...)...)
	d.addr = d.want("it says where it listens", `listening on (\S+), topology (?:fused|staged), \d+ shards?$`)[1]
	return d
}

// launch runs brigaded and does not wait for anything.
func launch(t *testing.T, args ...string) *daemon {
	t.Helper()
	d := &daemon{t: t, cmd: exec.Command(binary, args...), lines: make(chan string, 1024)}
	stderr, err := d.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if d.stdout, err = d.cmd.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(d.lines)
		for s := bufio.NewScanner(stderr); s.Scan(); {
			d.lines <- s.Text()
		}
	}()
	t.Cleanup(func() {
		if d.cmd.ProcessState == nil {
			_ = d.cmd.Process.Kill()
			_ = d.cmd.Wait()
		}
	})
	return d
}

// want reads lines until one matches, and returns the match.
func (d *daemon) want(reason, pattern string) []string {
	d.t.Helper()
	re := regexp.MustCompile(pattern)
	var seen []string
	for {
		select {
		case line, ok := <-d.lines:
			if !ok {
				d.t.Fatalf("%s: standard error ended without %q; it was\n%s", reason, pattern, strings.Join(seen, "\n"))
			}
			if m := re.FindStringSubmatch(line); m != nil {
				return m
			}
			seen = append(seen, line)
		case <-time.After(patience):
			d.t.Fatalf("%s: no line %q; there was\n%s", reason, pattern, strings.Join(seen, "\n"))
		}
	}
}

func (d *daemon) signal(s syscall.Signal) {
	d.t.Helper()
	if err := d.cmd.Process.Signal(s); err != nil {
		d.t.Fatalf("%v: %v", s, err)
	}
}

// wantExit waits for the end and returns what remained of standard error.
func (d *daemon) wantExit(reason string, status int) string {
	d.t.Helper()
	hung := time.AfterFunc(patience, func() { _ = d.cmd.Process.Signal(syscall.SIGQUIT) })
	defer hung.Stop()
	var rest strings.Builder
	for line := range d.lines {
		rest.WriteString(line + "\n")
	}
	err := d.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		d.t.Fatalf("%s: %v", reason, err)
	}
	if got := d.cmd.ProcessState.ExitCode(); got != status {
		d.t.Fatalf("%s: exit status %d, want %d\n%s", reason, got, status, &rest)
	}
	return rest.String()
}

// totals are what brigaded prints at the end.
type totals struct{ requests, connections, bytes, dropped int }

// stop drains a daemon that has nothing left to do.
func (d *daemon) stop() (n totals) {
	d.t.Helper()
	d.signal(syscall.SIGTERM)
	line := d.want("the end is an account", `\d+ requests on .*dropped`)[0]
	if _, err := fmt.Sscanf(line, "%d requests on %d connections, %d bytes sent, %d log lines dropped", &n.requests, &n.connections, &n.bytes, &n.dropped); err != nil {
		d.t.Fatalf("%q: %v", line, err)
	}
	if rest := d.wantExit("nothing was cut", statusClean); rest != "" {
		d.t.Errorf("after the account there came %q", rest)
	}
	return n
}

// talk is a client's connection.
type talk struct {
	t    *testing.T
	conn *net.TCPConn
	r    *bufio.Reader
	got  int64 // bytes received
}

func (d *daemon) dial() *talk { d.t.Helper(); return d.dialWith(0) }

// dialWith connects with a receive buffer of so many bytes; 0: the usual one.
func (d *daemon) dialWith(buffer int) *talk {
	d.t.Helper()
	dialer := net.Dialer{Timeout: patience, Control: func(_, _ string, raw syscall.RawConn) error {
		if buffer == 0 {
			return nil
		}
		var err error
		return errors.Join(raw.Control(func(fd uintptr) {
			err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, buffer)
		}), err)
	}}
	conn, err := dialer.Dial("tcp", d.addr)
	if err != nil {
		d.t.Fatal(err)
	}
	c := &talk{t: d.t, conn: conn.(*net.TCPConn)}
	c.r = bufio.NewReader(c)
	_ = conn.SetDeadline(time.Now().Add(patience))
	d.t.Cleanup(func() { _ = conn.Close() })
	return c
}

// Read counts.
func (c *talk) Read(p []byte) (int, error) {
	n, err := c.conn.Read(p)
	c.got += int64(n)
	return n, err
}

func (c *talk) send(s string) {
	c.t.Helper()
	if _, err := io.WriteString(c.conn, s); err != nil {
		c.t.Fatalf("send %.60q: %v", s, err)
	}
}

// get sends a GET.
func (c *talk) get(target string) {
	c.t.Helper()
	c.send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n")
}

// head reads a response's head; its body is still to be read.
func (c *talk) head(reason, method string, status int) *http.Response {
	c.t.Helper()
	r, err := http.ReadResponse(c.r, &http.Request{Method: method})
	if err != nil {
		c.t.Fatalf("%s: %v", reason, err)
	}
	if r.StatusCode != status {
		c.t.Fatalf("%s: status %d, want %d", reason, r.StatusCode, status)
	}
	return r
}

// want reads a response to a GET and returns its body.
func (c *talk) want(reason string, status int) string {
	c.t.Helper()
	return c.wantTo(reason, "GET", status)
}

// wantTo is want for any method.
func (c *talk) wantTo(reason, method string, status int) string {
	c.t.Helper()
	body, err := io.ReadAll(c.head(reason, method, status).Body)
	if err != nil {
		c.t.Fatalf("%s: after %d bytes of the body: %v", reason, len(body), err)
	}
	return string(body)
}

// wantEnd holds that the server sends nothing more and closes, without a reset.
// The client closes, too, so that the server need not linger.
func (c *talk) wantEnd(reason string) {
	c.t.Helper()
	if b, err := io.ReadAll(c.r); err != nil || len(b) > 0 {
		c.t.Fatalf("%s: %q, %v; want the end of the stream", reason, b, err)
	}
	_ = c.conn.Close()
}

// wantOpen holds that the connection still serves.
func (c *talk) wantOpen(reason string) {
	c.t.Helper()
	c.get("/small.txt")
	if got := c.want(reason, 200); got != small {
		c.t.Fatalf("%s: %q, want %q", reason, got, small)
	}
}
