package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var logLine = regexp.MustCompile(`^127\.0\.0\.1 - - \[[^\]]+\] "([^"]*)" (\d{3}) (\d+) "([^"]*)" "([^"]*)"$`)

// logged are the lines of a log, split into their parts.
func logged(t *testing.T, text string) (lines [][]string) {
	t.Helper()
	for line := range strings.Lines(text) {
		m := logLine.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m == nil {
			t.Fatalf("not a line of the combined format: %q", line)
		}
		lines = append(lines, m)
	}
	return lines
}

// TestAccessLogCounts holds that a line's bytes are those the client received,
// head included, and that the account at the end is their sum.
func TestAccessLogCounts(t *testing.T) {
	root := newSite(t)
	requests := []struct {
		line, fields string
		status       int
	}{
		{"GET /small.txt?n=0 HTTP/1.1", "", 200},
		{"GET /small.txt?n=1 HTTP/1.0", "Referer: http://b/\r\nUser-Agent: a \"test\"\r\n", 200},
		{"HEAD /large.bin HTTP/1.1", "", 200},
		{"GET /large.bin HTTP/1.1", "", 200},
		{"GET /large.bin HTTP/1.1", "Range: bytes=7-3000006\r\n", 206},
		{"GET /large.bin HTTP/1.1", "Range: bytes=0-0,100000-200000,-1\r\n", 206},
		{"GET /medium.bin HTTP/1.1", "", 200},
		{"GET /empty.txt HTTP/1.1", "", 200},
		{"GET /none HTTP/1.1", "", 404},
		{"GET /sub HTTP/1.1", "", 301},
		{"GET /small.txt HTTP/1.1", "If-None-Match: *\r\n", 304},
		{"PUT /small.txt HTTP/1.1", "Content-Length: 0\r\n", 405},
		{"GET /../x HTTP/1.1", "", 400},
		{"GET /bad header HTTP/1.1", "", 400},
	}
	for _, top := range topologies {
		t.Run(top.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "access.log")
			d := start(t, root, append(top.flags, "--access-log", file)...)
			var received []int64
			var sum int64
			for _, q := range requests {
				c := d.dial()
				c.send(q.line + "\r\nHost: a\r\n" + q.fields + "Connection: close\r\n\r\n")
				if _, err := io.Copy(io.Discard, c.r); err != nil {
					t.Fatal(err)
				}
				_ = c.conn.Close()
				received = append(received, c.got)
				sum += c.got
			}
			account := d.stop()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			lines := logged(t, string(text))
			if len(lines) != len(requests) {
				t.Fatalf("%d lines for %d requests:\n%s", len(lines), len(requests), text)
			}
			for i, q := range requests {
				m := lines[i]
				if m[1] != q.line && q.line != "GET /bad header HTTP/1.1" || m[2] != strconv.Itoa(q.status) || m[3] != strconv.FormatInt(received[i], 10) {
					t.Errorf("request %d, %q: logged as %q; want status %d and the %d bytes received", i, q.line, m[0], q.status, received[i])
				}
			}
			if m := lines[1]; m[4] != "http://b/" || m[5] != `a \x22test\x22` {
				t.Errorf("Referer and User-Agent: %q", m[0])
			}
			if want := (totals{len(requests), len(requests), int(sum), 0}); account != want {
				t.Errorf("account %+v; want %+v", account, want)
			}
		})
	}
}

func TestAccessLogPipelined(t *testing.T) {
	root := newSite(t)
	const n = 300
	for _, top := range topologies {
		t.Run(top.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "access.log")
			d := start(t, root, append(top.flags, "--access-log", file)...)
			c := d.dial()
			var all strings.Builder
			for i := range n {
				fmt.Fprintf(&all, "GET /many/%d.txt HTTP/1.1\r\nHost: a\r\n\r\n", i%40)
			}
			c.send(all.String())
			before := int64(0)
			var sizes []int64
			for i := range n {
				c.want(fmt.Sprintf("response %d", i), 200)
				at := c.got - int64(c.r.Buffered())
				sizes = append(sizes, at-before)
				before = at
			}
			_ = c.conn.Close()
			d.stop()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			lines := logged(t, string(text))
			if len(lines) != n {
				t.Fatalf("%d lines; want %d", len(lines), n)
			}
			for i, m := range lines {
				if m[1] != fmt.Sprintf("GET /many/%d.txt HTTP/1.1", i%40) || m[3] != strconv.FormatInt(sizes[i], 10) {
					t.Fatalf("line %d is %q; want %d bytes", i, m[0], sizes[i])
				}
			}
		})
	}
}

func TestAccessLogToStandardOutput(t *testing.T) {
	d := start(t, newSite(t), "--access-log", "-")
	read := make(chan string, 1)
	go func() {
		b, _ := io.ReadAll(d.stdout)
		read <- string(b)
	}()
	c := d.dial()
	c.wantOpen("logged")
	d.signal(15)
	got := <-read
	d.wantExit("drained", statusClean)
	if lines := logged(t, got); len(lines) != 1 || lines[0][1] != "GET /small.txt HTTP/1.1" {
		t.Errorf("%q", got)
	}
}
