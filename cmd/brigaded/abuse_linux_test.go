package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestSlowReaders(t *testing.T) {
	root := newSite(t)
	want := pattern(largeSize)
	each(t, root, func(t *testing.T, d *daemon) {
		var wg sync.WaitGroup
		for i := range 8 {
			c := d.dialWith(2 << 10)
			c.get("/large.bin")
			wg.Go(func() {
				r := c.head("slow", "GET", 200)
				got, err := io.ReadAll(&sips{r: r.Body, most: 1 + i*997})
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("reader %d: %d bytes, %v; want all %d", i, len(got), err, len(want))
				}
			})
		}
		for range 50 {
			c := d.dial()
			c.wantOpen("slow readers are in nobody's way")
			_ = c.conn.Close()
		}
		wg.Wait()
	})
}

// sips reads up to most bytes at a time, or 256 if that is more.
type sips struct {
	r    io.Reader
	most int
}

func (s *sips) Read(p []byte) (int, error) { return s.r.Read(p[:min(len(p), max(s.most, 256))]) }

func TestHalfClose(t *testing.T) {
	root := newSite(t)
	want := string(pattern(largeSize))
	each(t, root, func(t *testing.T, d *daemon) {
		for _, target := range []string{"/small.txt", "/large.bin"} {
			c := d.dialWith(8 << 10)
			c.get(target)
			c.get(target)
			if err := c.conn.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if got := c.want("whoever has said all may still listen", 200); got != small && got != want {
					t.Errorf("%s: %d bytes", target, len(got))
				}
			}
			c.wantEnd("there is no further request")
		}
		c := d.dial()
		c.send("GET /small.txt HTTP/1.1\r\nHo")
		if err := c.conn.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		c.wantEnd("an unfinished head is no request, RFC 9112 §8")
	})
}

func TestResets(t *testing.T) {
	root := newSite(t)
	each(t, root, func(t *testing.T, d *daemon) {
		for i := range 50 {
			c := d.dialWith(4 << 10)
			switch i % 5 {
			case 0: // nothing said
			case 1:
				c.send("GET /small.txt HT")
			case 2:
				c.get("/large.bin")
			case 3:
				c.get("/large.bin")
				c.head("reset in the middle of the body", "GET", 200)
			case 4:
				c.send(strings.Repeat("GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n", 20))
				c.head("reset with requests waiting", "GET", 200)
			}
			if err := errors.Join(c.conn.SetLinger(0), c.conn.Close()); err != nil {
				t.Fatal(err)
			}
		}
		d.dial().wantOpen("after fifty resets")
	})
}

func TestManyConnections(t *testing.T) {
	root := newSite(t)
	limit, err := descriptors()
	if err != nil {
		t.Fatal(err)
	}
	const clients, rounds = 16, 3
	share := int(min(2000, limit/8) / clients)
	for _, top := range topologies {
		t.Run(top.name, func(t *testing.T) {
			d := start(t, root, top.flags...)
			var wg sync.WaitGroup
			for k := range clients {
				wg.Go(func() { manyRequests(d, share, rounds, k) })
			}
			wg.Wait()
			connections := share * clients
			if n := d.stop(); n.requests != connections*rounds || n.connections != connections {
				t.Errorf("%+v; want %d requests on %d connections", n, connections*rounds, connections)
			}
		})
	}
}

// manyRequests opens n connections and sends a request on each before it reads
// the first response, several times.
func manyRequests(d *daemon, n, rounds, k int) {
	var open []*talk
	for range n {
		open = append(open, d.dial())
	}
	for round := range rounds {
		for i, c := range open {
			_, _ = fmt.Fprintf(c.conn, "GET /many/%d.txt HTTP/1.1\r\nHost: a\r\n\r\n", (i+k+round)%40)
		}
		for i, c := range open {
			if got, want := c.want("one of two thousand", 200), fmt.Sprintf("file %d\n", (i+k+round)%40); got != want {
				d.t.Errorf("%q, want %q", got, want)
			}
		}
	}
	for _, c := range open {
		_ = c.conn.Close()
	}
}

// TestFullHouse: whoever finds no room waits until there is some.
func TestFullHouse(t *testing.T) {
	root := newSite(t)
	for _, top := range topologies[:3] {
		t.Run(top.name, func(t *testing.T) {
			d := start(t, root, append([]string{"--max-connections", "4"}, top.flags...)...)
			var open []*talk
			for range 40 {
				c := d.dial()
				c.send("GET /small.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
				open = append(open, c)
			}
			for i, c := range open {
				if got := c.want(fmt.Sprintf("connection %d of 4 at a time", i), 200); got != small {
					t.Errorf("%q", got)
				}
				c.wantEnd("its turn is over")
			}
			d.stop()
		})
	}
}

// TestEviction asks for more files, and more bytes, than a cache holds.
func TestEviction(t *testing.T) {
	root := newSite(t)
	const files = 1500
	content := func(i int) string {
		return strings.Repeat(fmt.Sprintf("file %d\n", i), 1+i%50*60)
	}
	dir := filepath.Join(root, "evicted")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range files {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), []byte(content(i)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	each(t, root, func(t *testing.T, d *daemon) {
		c := d.dial()
		for i := range 2 * files {
			i := i * 7 % files
			c.get(fmt.Sprintf("/evicted/%d", i))
			if got := c.want(fmt.Sprintf("file %d", i), 200); got != content(i) {
				t.Fatalf("file %d: %d bytes, %.40q", i, len(got), got)
			}
		}
	})
}

// TestReplaced renames another file over one that is being sent: what was begun
// is finished with the old one, and the next request gets the new one.
func TestReplaced(t *testing.T) {
	want := pattern(largeSize)
	each(t, newSite(t), func(t *testing.T, d *daemon) {
		root := d.cmd.Args[2]
		name, next := filepath.Join(root, "replaced.bin"), filepath.Join(root, "replaced.new")
		put := func(name string, b []byte) {
			t.Helper()
			if err := os.WriteFile(name, b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		put(name, want)
		put(next, want[1:])
		c := d.dialWith(4 << 10)
		c.get("/replaced.bin")
		r := c.head("the old file", "GET", 200)
		if err := os.Rename(next, name); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r.Body); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes, %v; want the old file's %d", len(got), err, len(want))
		}
		c.get("/replaced.bin")
		if got := c.want("the new file", 200); got != string(want[1:]) {
			t.Errorf("%d bytes; want the new file's %d", len(got), len(want)-1)
		}
	})
}

// TestTruncated cuts a file short while it is sent: the promised length cannot be
// kept, and the client has to learn it.
func TestTruncated(t *testing.T) {
	each(t, newSite(t), func(t *testing.T, d *daemon) {
		name := filepath.Join(d.cmd.Args[2], "truncated.bin")
		if err := errors.Join(os.WriteFile(name, nil, 0o644), os.Truncate(name, hugeSize)); err != nil {
			t.Fatal(err)
		}
		c := d.dialWith(4 << 10)
		c.get("/truncated.bin")
		r := c.head("a file of 1 GiB", "GET", 200)
		if err := os.Truncate(name, 1<<20); err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, r.Body); err == nil || n >= hugeSize {
			t.Errorf("%d bytes, %v; want less and an error", n, err)
		}
		d.dial().wantOpen("after a file that was cut short")
	})
}
