package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestRotation renames the log again and again while requests go on, as logrotate does,
// and asks for a new one by either signal: each request has its line, whole, in one of the
// files, and a file that has been replaced grows no more.
func TestRotation(t *testing.T) {
	root := newSite(t)
	const rotations, each = 6, 40
	for _, top := range topologies {
		t.Run(top.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "access.log")
			d := start(t, root, append(top.flags, "--access-log", file)...)
			c := d.dial()
			asked := 0
			ask := func() {
				for range each {
					c.get(fmt.Sprintf("/small.txt?n=%d", asked))
					c.want("while the log is rotated", 200)
					asked++
				}
			}
			size := make(map[string]int64)
			for i := range rotations {
				ask()
				old := fmt.Sprintf("%s.%d", file, i)
				if err := os.Rename(file, old); err != nil {
					t.Fatal(err)
				}
				ask() // into the old file, whatever its name
				d.signal([]syscall.Signal{syscall.SIGUSR1, syscall.SIGHUP}[i%2])
				d.want("it says so", "^brigaded: the access log "+file+" has been opened anew$")
				st, err := os.Stat(old)
				if err != nil {
					t.Fatal(err)
				}
				size[old] = st.Size()
				ask()
			}
			d.stop()
			var all strings.Builder
			for i := range rotations + 1 {
				name := fmt.Sprintf("%s.%d", file, i)
				if i == rotations {
					name = file
				}
				text, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				if want, replaced := size[name]; len(text) == 0 || replaced && int64(len(text)) != want {
					t.Errorf("%s has %d bytes; it had %d when it was replaced", name, len(text), want)
				}
				all.Write(text)
			}
			lines := logged(t, all.String())
			if len(lines) != asked {
				t.Fatalf("%d lines for %d requests", len(lines), asked)
			}
			for i, m := range lines {
				if m[1] != fmt.Sprintf("GET /small.txt?n=%d HTTP/1.1", i) {
					t.Fatalf("line %d is %q", i, m[0])
				}
			}
		})
	}
}

// TestRotationFails: the directory is gone, so the old file is written on.
func TestRotationFails(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	d := start(t, newSite(t), "--access-log", dir+"/access.log")
	kept, err := os.Open(dir + "/access.log")
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	d.signal(syscall.SIGUSR1)
	d.want("why not", "^brigaded: the access log .* could not be opened anew: no such file or directory; the old file is written on$")
	d.dial().wantOpen("served on")
	d.stop()
	text, err := io.ReadAll(kept)
	if err != nil {
		t.Fatal(err)
	}
	if lines := logged(t, string(text)); len(lines) != 1 {
		t.Errorf("%d lines in the old file", len(lines))
	}
}

// TestLogReader: a fifo whose reader leaves, and comes back. What was logged meanwhile is
// lost, and that is said; the server serves on.
func TestLogReader(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "log")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	reader := func() *os.File {
		t.Helper()
		f, err := os.OpenFile(fifo, os.O_RDONLY|syscall.O_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	r := reader()
	d := start(t, newSite(t), "--access-log", fifo)
	c := d.dial()
	ask := func(n int) {
		c.get(fmt.Sprintf("/small.txt?n=%d", n))
		c.want("whoever reads the log", 200)
	}
	next := func(r *os.File, n int) {
		t.Helper()
		line, err := bufio.NewReader(r).ReadString('\n')
		if err != nil || !strings.Contains(line, fmt.Sprintf("?n=%d ", n)) {
			t.Errorf("%q, %v; want the line of request %d", line, err, n)
		}
	}
	ask(1)
	next(r, 1)
	_ = r.Close()
	ask(2)
	d.want("the loss is said", `^brigaded: the access log loses lines: 0 found no room, .* and [1-9]\d* bytes were not taken`)
	r = reader()
	defer r.Close()
	ask(3)
	next(r, 3)
	d.signal(syscall.SIGTERM)
	d.want("and in the end", `^brigaded: note: the access log lacks [1-9]\d* bytes that were not taken`)
	d.wantExit("drained", statusClean)
}

// TestSlowLogReader: a fifo that nobody empties. Requests are answered all the same, what
// finds no room is counted, and the server ends.
func TestSlowLogReader(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "log")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := os.OpenFile(fifo, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	d := start(t, newSite(t), "--access-log", fifo)
	c := d.dial()
	target := "/small.txt?" + strings.Repeat("%22", 1300)
	asked := 0
	for range 2 * logRoom / len(target) {
		c.get(target)
		c.want("whoever reads the log", 200)
		asked++
	}
	d.want("the loss is said", `^brigaded: the access log loses lines: [1-9]\d* found no room`)
	d.signal(syscall.SIGTERM)
	m := d.want("and in the end", `(\d+) requests on 1 connections, \d+ bytes sent, (\d+) log lines dropped`)
	if m[1] != fmt.Sprint(asked) || m[2] == "0" {
		t.Errorf("%q; %d requests were made", m[0], asked)
	}
	d.wantExit("it does not wait for the reader for ever", statusClean)
}
