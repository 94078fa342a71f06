package main

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

const (
	small     = "a small file\n"
	indexPage = "<!doctype html><title>home</title>\n"
	secret    = "this lies outside of the root\n"
	largeSize = 5 << 20
	hugeSize  = 1 << 30
)

// pattern is what large files hold: every 4 bytes differ from those before.
func pattern(n int) []byte {
	b := make([]byte, n)
	x := uint32(2463534242)
	for i := range b {
		if i%4 == 0 {
			x ^= x << 13
			x ^= x >> 17
			x ^= x << 5
		}
		b[i] = byte(x >> (i % 4 * 8))
	}
	return b
}

// newSite makes a directory to serve, with all that a path may meet.
func newSite(t *testing.T) string {
	t.Helper()
	base := t.TempDir()
	root := filepath.Join(base, "root")
	put := func(name string, content []byte) {
		t.Helper()
		path := filepath.Join(base, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("secret.txt", []byte(secret))
	put("root/index.html", []byte(indexPage))
	put("root/small.txt", []byte(small))
	put("root/empty.txt", nil)
	put("root/with blank.txt", []byte(small))
	put("root/sub/index.html", []byte("sub\n"))
	put("root/sub/page.html", []byte("page\n"))
	put("root/bare/file.txt", []byte("no index here\n"))
	put("root/medium.bin", pattern(100_000))
	put("root/text.txt", longText)
	put("root/large.bin", pattern(largeSize))
	// More than any socket's buffers hold; nothing but its length is stored.
	put("root/huge.bin", nil)
	if err := os.Truncate(filepath.Join(root, "huge.bin"), hugeSize); err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		put(fmt.Sprintf("root/many/%d.txt", i), fmt.Appendf(nil, "file %d\n", i))
	}
	for name, target := range map[string]string{
		"out.txt": "../secret.txt", "out": "..", "absolute.txt": filepath.Join(base, "secret.txt"),
		"in.txt": "small.txt", "loop": "loop", "proc": "/proc/self/root",
	} {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(root, "fifo"), 0o644); err != nil {
		t.Fatal(err)
	}
	return root
}

// topologies are the shapes a server is run in.
var topologies = []struct {
	name  string
	flags []string
}{
	{"fused-1", []string{"--shards", "1"}},
	{"fused-2", []string{"--shards", "2"}},
	{"staged-1", []string{"--topology", "staged"}},
	{"staged-2", []string{"--topology", "staged", "--shards", "2", "--readers", "2", "--writers", "2", "--processors", "3"}},
}

// each runs test with a server of every shape, and lets it end cleanly.
func each(t *testing.T, root string, test func(t *testing.T, d *daemon), flags ...string) {
	for _, top := range topologies {
		t.Run(top.name, func(t *testing.T) {
			d := start(t, root, append(flags, top.flags...)...)
			test(t, d)
			if !t.Failed() {
				d.stop()
			}
		})
	}
}
