package netsim_test

import (
	"strings"
	"testing"

	"brigade/core/sys"
	"brigade/netsim"
)

// site is a tree with ways out of it.
func site() *netsim.Net {
	n := netsim.New(netsim.Config{})
	n.BuildFile("/secret", "secret")
	n.BuildFile("/www/index.html", "hello")
	n.BuildFile("/www/sub/deep/file", "deep")
	n.Build("/www/closed", netsim.Entry{Content: "x", Mode: 0o200})
	n.Build("/www/dark", netsim.Entry{Dir: true, Mode: 0o600})
	n.BuildFile("/www/dark/file", "dark")
	n.Build("/www/fifo", netsim.Entry{Fifo: true})
	for name, target := range map[string]string{
		"in": "sub/deep/file", "up": "sub/../index.html", "out": "../secret", "far": "sub/../../secret",
		"absolute": "/www/index.html", "loop": "loop", "dangling": "nothing", "dir": "sub", "chain": "in",
		"sub/back": "../index.html", "root": "/",
	} {
		n.Build("/www/"+name, netsim.Entry{Link: target})
	}
	return n
}

func TestBeneath(t *testing.T) {
	names := map[string]string{
		"index.html": "hello", "./index.html": "hello", "sub//deep/./file": "deep", "sub/../index.html": "hello",
		"in": "deep", "up": "hello", "chain": "deep", "dir/deep/file": "deep", "sub/back": "hello", "dir/back": "hello",
		"": "ENOENT", "/www/index.html": "EXDEV", "..": "EXDEV", "../secret": "EXDEV", "sub/../../secret": "EXDEV",
		"out": "EXDEV", "far": "EXDEV", "absolute": "EXDEV", "root": "EXDEV", "root/secret": "EXDEV", "loop": "ELOOP",
		"loop/x": "ELOOP", "dangling": "ENOENT", "missing": "ENOENT", "missing/..": "ENOENT", "index.html/x": "ENOTDIR",
		"index.html/": "ENOTDIR", "index.html/.": "ENOTDIR", "index.html/..": "ENOTDIR", "closed": "EACCES", "dark/file": "EACCES", "dark/.": "EACCES",
		strings.Repeat("a", 256): "ENAMETOOLONG", strings.Repeat("a/", 2048): "ENAMETOOLONG", "a\x00b": "EINVAL",
		"sub": "EISDIR", "dir": "EISDIR", "sub/": "EISDIR", ".": "EISDIR", "fifo": "",
	}
	runOn(t, site(), 1, func(w *world) {
		dir, e := w.s.OpenDir("/www")
		w.want("open", e, 0)
		for name, want := range names {
			w.equal(name, w.s.contents(dir, name), want)
		}
		file, _ := w.s.OpenBeneath(dir, "index.html")
		_, e = w.s.OpenBeneath(file, "x")
		w.want("below a file", e, sys.ENOTDIR)
		_, e = w.s.OpenBeneath(99, "x")
		w.want("below nothing", e, sys.EBADF)
		_, e = w.s.OpenDir("/www/index.html")
		w.want("a file as a directory", e, sys.ENOTDIR)
	})
}

// contents is what reading name below dir gives, or the error's name.
func (p *processTalk) contents(dir sys.FD, name string) string {
	fd, e := p.OpenBeneath(dir, name)
	if e != 0 {
		return e.Name()
	}
	defer p.Close(fd)
	buf := make([]byte, 100)
	n, e := p.Read(fd, buf)
	if e != 0 {
		return e.Name()
	}
	return string(buf[:n])
}

func TestFileChangesMeanwhile(t *testing.T) {
	n := site()
	for round := range 2 { // the second run must find the tree as it was built
		runOn(t, n, uint64(round), func(w *world) {
			dir, _ := w.s.OpenDir("/www")
			old, _ := w.s.OpenBeneath(dir, "index.html")
			before, _ := w.s.Fstat(old)
			w.equal("size", before.Size, 5)
			w.want("replace", w.s.WriteFile("/www/index.html", []byte("new content")), 0)
			w.equal("the name is the new file's", w.s.contents(dir, "index.html"), "new content")
			after, _ := w.s.Fstat(old)
			w.equal("the old file has no name", after.LinkCnt, 0)
			buf := make([]byte, 9)
			k, _ := w.s.Pread(old, buf, 1)
			w.equal("but its content", string(buf[:k]), "ello")
			w.want("cut", w.s.Truncate("/www/index.html", 3), 0)
			w.equal("cut", w.s.contents(dir, "index.html"), "new")
			w.want("remove", w.s.Remove("/www/index.html"), 0)
			w.equal("removed", w.s.contents(dir, "index.html"), "ENOENT")
			st, e := w.s.Fstat(dir)
			w.want("fstat", e, 0)
			w.equal("kind", st.Kind, sys.Directory)
		})
	}
}

func TestLogRotation(t *testing.T) {
	n := site()
	n.Build("/log", netsim.Entry{Dir: true})
	for range 2 {
		runOn(t, n, 1, func(w *world) {
			a, e := w.s.OpenAppend("/log/access")
			w.want("open", e, 0)
			w.equal("write", w.s.write(a, "one\n"), "4")
			w.want("rotate", w.s.Rename("/log/access", "/log/access.1"), 0)
			w.equal("write", w.s.write(a, "two\n"), "4")
			b, _ := w.s.OpenAppend("/log/access")
			w.equal("write", w.s.write(b, "three\n"), "6")
			got, _ := w.s.ReadFile("/log/access.1")
			w.equal("old log", string(got), "one\ntwo\n")
			_, e = w.s.OpenAppend("/nowhere/access")
			w.want("no directory", e, sys.ENOENT)
		})
		got, found := n.Content("/log/access")
		if !found || string(got) != "three\n" {
			t.Errorf("the log after the run is %q, %v", got, found)
		}
	}
}

func TestSendfile(t *testing.T) {
	n := site()
	runOn(t, n, 1, func(w *world) {
		c, s := w.pair()
		dir, _ := w.s.OpenDir("/www")
		file, _ := w.s.OpenBeneath(dir, "index.html")
		k, e := w.s.Sendfile(s, file, 1, 100)
		w.equal("sent", k, 4)
		w.want("sent", e, 0)
		w.equal("arrived", w.c.read(c), `"ello"`)
		k, e = w.s.Sendfile(s, file, 5, 100)
		w.equal("at the end", k, 0)
		w.want("at the end", e, 0)
		_, e = w.s.Sendfile(s, s, 0, 1)
		w.want("from a socket", e, sys.ESPIPE)
		_, e = w.s.Sendfile(s, dir, 0, 1)
		w.want("from a directory", e, sys.EINVAL)
		w.c.Reset(c)
		_, e = w.s.Sendfile(s, file, 0, 1)
		w.want("to a reset socket", e, sys.ECONNRESET)
		_, e = w.s.Sendfile(s, file, 0, 1)
		w.want("again", e, sys.EPIPE)
	})
}
