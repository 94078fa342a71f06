package linux

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"brigade/core/sys"
)

func TestFstat(test *testing.T) {
	t := newTalk(test)
	dir, root := t.tree([2]string{"f", "12345"}, [2]string{"d/", ""})
	when := time.Date(2020, 2, 3, 4, 5, 6, 789, time.UTC)
	if err := os.Chtimes(filepath.Join(root, "f"), when, when); err != nil {
		t.Fatal(err)
	}
	f := t.own(t.OpenBeneath(dir, "f"))
	st, e := t.Fstat(f)
	t.want("Fstat", e, sys.OK)
	if st.Kind != sys.Regular || st.Size != 5 || !st.Mtime.Equal(when) || st.Mode != 0o640 || st.LinkCnt != 1 || st.Inode == 0 {
		t.Fatalf("Fstat of a file: %+v", st)
	}
	if err := os.Remove(filepath.Join(root, "f")); err != nil {
		t.Fatal(err)
	}
	if st, e = t.Fstat(f); e != sys.OK || st.LinkCnt != 0 {
		t.Fatalf("Fstat of a removed file: %+v, %s", st, e.Name())
	}
	if st, e = t.Fstat(t.own(t.OpenBeneath(dir, "d"))); e != sys.OK || st.Kind != sys.Directory {
		t.Fatalf("Fstat of a directory: %+v, %s", st, e.Name())
	}
	if st, e = t.Fstat(t.own(t.EventFD())); e != sys.OK || st.Kind != sys.Other {
		t.Fatalf("Fstat of an event counter: %+v, %s", st, e.Name())
	}
	_, e = t.Fstat(sys.None)
	t.want("Fstat of nothing", e, sys.EBADF)
	_, e = t.OpenDir(filepath.Join(root, "nowhere"))
	t.want("OpenDir of nothing", e, sys.ENOENT)
}

func TestPread(test *testing.T) {
	t := newTalk(test)
	dir, _ := t.tree([2]string{"f", "0123456789"}, [2]string{"d/", ""})
	f := t.own(t.OpenBeneath(dir, "f"))
	p := make([]byte, 4)
	for _, c := range []struct {
		off  int64
		want string
	}{{0, "0123"}, {8, "89"}, {10, ""}, {0, "0123"}} {
		n, e := t.Pread(f, p, c.off)
		if string(p[:n]) != c.want || e != sys.OK {
			t.Fatalf("Pread at %d: %q, %s, want %q", c.off, p[:n], e.Name(), c.want)
		}
	}
	_, e := t.Pread(f, p, -1)
	t.want("Pread before the file", e, sys.EINVAL)
	_, e = t.Pread(t.own(t.OpenBeneath(dir, "d")), p, 0)
	t.want("Pread of a directory", e, sys.EISDIR)
	r, w, e := t.Pipe()
	t.own(w, e)
	_, e = t.Pread(t.own(r, e), p, 0)
	t.want("Pread of a pipe", e, sys.ESPIPE)
}

// Both ways to resolve a name hold the bound; where they differ, the walk is stricter.
func TestOpenBeneath(test *testing.T) {
	t := newTalk(test)
	outside := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir, root := t.tree(
		[2]string{"f", "file"}, [2]string{"d/e/f", "deep"}, [2]string{"x y\xff", "odd"},
		[2]string{"in", "@d/e"}, [2]string{"d/in", "@../f"}, [2]string{"loop", "@loop"}, [2]string{"gone", "@nothing"},
		[2]string{"up", "@.."}, [2]string{"d/out", "@../../"}, [2]string{"abs", "@" + outside}, [2]string{"root", "@/"},
		[2]string{"magic", "@/proc/self/cwd"}, [2]string{"d/proc", "@/proc/self/root/"})
	if err := unix.Mkfifo(filepath.Join(root, "fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	const none = sys.OK
	for _, c := range []struct {
		name         string
		kernel, walk sys.Errno
		want         string // content, if it opens a file
	}{
		{"f", none, none, "file"},
		{"d/e/f", none, none, "deep"},
		{"./d//e/./f", none, none, "deep"},
		{"x y\xff", none, none, "odd"},
		{"fifo", none, none, ""},
		{"d", none, none, ""},
		{"d/", none, none, ""},
		{".", none, none, ""},
		{"d/.", none, none, ""},
		{"", sys.ENOENT, sys.ENOENT, ""},
		{"no", sys.ENOENT, sys.ENOENT, ""},
		{"no/f", sys.ENOENT, sys.ENOENT, ""},
		{"f/", sys.ENOTDIR, sys.ENOTDIR, ""},
		{"f/x", sys.ENOTDIR, sys.ENOTDIR, ""},
		{"f\x00", sys.EINVAL, sys.EINVAL, ""},
		{"gone", sys.ENOENT, sys.ELOOP, ""},
		{"loop", sys.ELOOP, sys.ELOOP, ""},
		{"in/f", none, sys.ELOOP, "deep"},
		{"d/in", none, sys.ELOOP, "file"},
		{"d/../f", none, sys.EXDEV, "file"},
		{"..", sys.EXDEV, sys.EXDEV, ""},
		{"../" + filepath.Base(root) + "/f", sys.EXDEV, sys.EXDEV, ""},
		{"d/e/../../../f", sys.EXDEV, sys.EXDEV, ""},
		{"/", sys.EXDEV, sys.EXDEV, ""},
		{outside, sys.EXDEV, sys.EXDEV, ""},
		{"up/f", sys.EXDEV, sys.ELOOP, ""},
		{"d/out", sys.EXDEV, sys.ELOOP, ""},
		{"d/out/", sys.EXDEV, sys.ELOOP, ""},
		{"abs", sys.EXDEV, sys.ELOOP, ""},
		{"root" + outside, sys.EXDEV, sys.ELOOP, ""},
		{"magic/x", sys.EXDEV, sys.ELOOP, ""},
		{"d/proc" + outside, sys.EXDEV, sys.ELOOP, ""},
	} {
		for how, k := range map[string]*Kernel{"openat2": New(), "walk": {walk: true}} {
			want := c.kernel
			if k.walk {
				want = c.walk
			}
			fd, e := k.OpenBeneath(dir, c.name)
			if e != want {
				t.Errorf("%s of %q: %s, want %s", how, c.name, e.Name(), want.Name())
			}
			if e != sys.OK {
				if fd != sys.None {
					t.Errorf("%s of %q failed and returned %d", how, c.name, fd)
				}
				continue
			}
			p := make([]byte, 99)
			if n, _ := t.Pread(t.own(fd, e), p, 0); string(p[:max(n, 0)]) != c.want {
				t.Errorf("%s of %q holds %q, want %q", how, c.name, p[:n], c.want)
			}
		}
	}
}

// The walk closes what it opened on the way.
func TestWalkLeaksNothing(test *testing.T) {
	t := newTalk(test)
	dir, _ := t.tree([2]string{"a/b/c/f", "x"}, [2]string{"a/l", "@b"})
	next := t.own(t.EventFD())
	t.want("Close", t.Close(next), sys.OK)
	k := &Kernel{walk: true}
	for _, name := range []string{"a/b/c/f", "a/l/c/f", "a/b/../f", "a/b/no/f", "a/b/c/"} {
		if fd, e := k.OpenBeneath(dir, name); e == sys.OK {
			t.want("Close", t.Close(fd), sys.OK)
		}
		if fd := t.own(t.EventFD()); fd != next {
			t.Fatalf("after %q the lowest free descriptor is %d, was %d", name, fd, next)
		} else {
			t.want("Close", t.Close(fd), sys.OK)
		}
	}
}

// A magic link is refused even where it leads back inside.
func TestOpenBeneathMagicLink(test *testing.T) {
	t := newTalk(test)
	proc := t.own(t.OpenDir("/proc/self"))
	for _, k := range []*Kernel{New(), {walk: true}} {
		for _, name := range []string{"exe", "root/etc", "cwd", "fd/0"} {
			if fd, e := k.OpenBeneath(proc, name); e != sys.ELOOP && e != sys.EXDEV {
				t.Errorf("%q by a magic link, walk %v: %d, %s", name, k.walk, fd, e.Name())
			}
		}
	}
}
