package static_test

import (
	"io"
	"strings"
	"time"

	"pgregory.net/rapid"

	"brigade/core/bucket"
	"brigade/core/exchange"
	"brigade/core/handler/static"
	"brigade/core/http1"
	"brigade/core/mem"
	"brigade/core/rt"
	"brigade/core/sys"
)

// disk is a kernel that has files only, by name, and counts what is open.
type disk struct {
	sys.Kernel
	files map[string]*file
	open  map[sys.FD]*file
	next  sys.FD
	opens int
	reads []func() (n int, e sys.Errno) // what the next reads do instead
	stats sys.Errno                     // what fstat does instead
}

type file struct {
	content string
	kind    sys.Kind
	mtime   time.Time
	inode   uint64
	errno   sys.Errno // of opening it
}

func newDisk() *disk {
	return &disk{files: make(map[string]*file), open: make(map[sys.FD]*file), next: 10}
}

// put puts a regular file there, or changes it.
func (d *disk) put(name, content string, at time.Time) *file {
	f := &file{content: content, kind: sys.Regular, mtime: at, inode: uint64(len(d.files) + 1)}
	d.files[name] = f
	return f
}

func (d *disk) OpenDir(name string) (sys.FD, sys.Errno) {
	if name != "/www" {
		return sys.None, sys.ENOENT
	}
	return 3, sys.OK
}

func (d *disk) OpenBeneath(dir sys.FD, name string) (sys.FD, sys.Errno) {
	d.opens++
	f := d.files[name]
	switch {
	case dir != 3:
		return sys.None, sys.EBADF
	case f == nil:
		return sys.None, sys.ENOENT
	case f.errno != sys.OK:
		return sys.None, f.errno
	}
	d.next++
	d.open[d.next] = f
	return d.next, sys.OK
}

func (d *disk) Fstat(fd sys.FD) (sys.Stat, sys.Errno) {
	f := d.open[fd]
	if f == nil {
		return sys.Stat{}, sys.EBADF
	}
	return sys.Stat{Kind: f.kind, Size: int64(len(f.content)), Mtime: f.mtime, Inode: f.inode, Device: 1}, d.stats
}

func (d *disk) Pread(fd sys.FD, p []byte, off int64) (int, sys.Errno) {
	if len(d.reads) > 0 {
		act := d.reads[0]
		d.reads = d.reads[1:]
		n, e := act()
		if e != sys.OK {
			return 0, e
		}
		p = p[:min(n, len(p))]
	}
	f := d.open[fd]
	if f == nil {
		return 0, sys.EBADF
	}
	if off >= int64(len(f.content)) {
		return 0, sys.OK
	}
	return copy(p, f.content[off:]), sys.OK
}

func (d *disk) Close(fd sys.FD) sys.Errno {
	if fd != 3 && d.open[fd] == nil {
		panic("closed twice")
	}
	delete(d.open, fd)
	return sys.OK
}

var (
	epoch = time.Date(2011, 11, 20, 12, 0, 0, 123456789, time.UTC)
	now   = time.Date(2011, 11, 21, 14, 35, 8, 0, time.UTC)
)

// site is a handler on a disk, and one task's cache.
type site struct {
	t     rapid.TB
	disk  *disk
	h     *static.Handler
	local exchange.Local
	clock rt.Instant
}

func newSite(t rapid.TB, o static.Options) *site {
	t.Helper()
	s := &site{t: t, disk: newDisk()}
	var err error
	if s.h, err = static.New(s.disk, "/www", o); err != nil {
		t.Fatal(err)
	}
	s.local = s.h.Local()
	return s
}

// answer is a response as text, and whether it was answered inline.
type answer struct {
	text   string
	status int
	inline bool
}

// do answers one request as a fused server does, and checks that no descriptor is
// left open.
func (s *site) do(text string) answer {
	s.t.Helper()
	m, scope := mem.NewAllocator(1, "memory", mem.Limits{}), &mem.Scope{Name: "test"}
	m.Take(scope)
	a := new(bucket.Allocator)
	a.Init(m, s.disk)
	x, out := new(exchange.Exchange), new(bucket.Brigade)
	out.Init(a)
	page, err := m.Alloc(16 << 10)
	if err != nil {
		s.t.Fatal(err)
	}
	x.SetOutput(out, page, 16<<10)
	pool := m.NewPool(mem.Request)
	scope.Enter(pool)
	x.Bind(over{}, pool)
	if n, e := x.Request.Parse([]byte(text), 0, nil); n == 0 || e != nil {
		s.t.Fatalf("%q is no request: %v", text, e)
	}
	// The cache dates entries by the real clock; the test's own is that much ahead.
	x.Date, x.Now, x.Clock = http1.AppendDate(nil, now.Unix()), now.Unix(), rt.Now()+s.clock
	got := answer{inline: s.local.Inline(x)}
	if !got.inline {
		s.h.Handle(x)
		s.local.Learn(x.Note)
	}
	got.status = x.Status
	x.Finish()
	got.text = s.drain(out)
	pool.Destroy()
	page.Drop()
	m.End()
	if len(s.disk.open) != 0 {
		s.t.Errorf("%q: %d descriptors are left open", text, len(s.disk.open))
	}
	return got
}

// over is a request that has ended.
type over struct{}

func (over) Ended() bool { return true }
func (over) GiveUp()     {}

// drain sends all of out.
func (s *site) drain(out *bucket.Brigade) string {
	var b strings.Builder
	for !out.Empty() {
		k := out.Front()
		if k.Kind() == bucket.File {
			f, off := k.File()
			io.WriteString(&b, s.disk.open[f.FD].content[off:off+k.Len()])
		} else {
			b.Write(k.Memory())
		}
		k.Destroy()
	}
	return b.String()
}

// get is a request with further field lines.
func get(target string, fields ...string) string {
	return "GET " + target + " HTTP/1.1\r\nHost: a\r\n" + lines(fields) + "\r\n"
}

func head(target string, fields ...string) string {
	return "HEAD" + strings.TrimPrefix(get(target, fields...), "GET")
}

func lines(fields []string) (text string) {
	for _, f := range fields {
		text += f + "\r\n"
	}
	return text
}
