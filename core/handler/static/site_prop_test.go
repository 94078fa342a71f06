package static_test

// The model of a handler of files is net/http's ServeContent over what the disk had when
// it was looked at last: within Fresh that may be what it was, and afterwards it is what
// it is, unless it was written in itself with its size and time kept, which no look at a
// file tells. The model of a cache is a line of those that came, the oldest first; who is in
// it is answered on the spot, and no file is opened.

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"brigade/core/handler/static"
	"brigade/core/rt"
	"brigade/core/sys"
	"brigade/sim"
)

// version is what a file is at a time.
type version struct {
	body  string
	mtime time.Time
	inode uint64
}

func (v *version) etag() string {
	n := uint64(v.mtime.UnixNano())
	return `"` + strconv.FormatUint(n, 36) + "-" + strconv.FormatInt(int64(len(v.body)), 36) + "-" + strconv.FormatUint(v.inode, 36) + `"`
}

// held is a line of the model's cache.
type held struct {
	path string
	version
	at rt.Instant
}

// target is what may be asked for, and the file that it stands for.
type target struct{ path, query, file string }

var targets = []target{
	{"/f0.txt", "", "f0.txt"},
	{"/f1.bin", "", "f1.bin"},
	{"/%660.txt", "", "f0.txt"},
	{"/f0.txt", "?q", "f0.txt"},
	{"/x/../f1.bin", "", "f1.bin"},
	{"/", "", "index.html"},
	{"/dir", "", "dir"},
	{"/dir", "?a=b", "dir"},
	{"/dir/", "", "dir/index.html"},
	{"//dir", "", "dir"},
	{"/none", "", "none"},
	{"/no/%00", "", ""},
	{"/" + strings.Repeat("./", 600) + "dir", "", "dir"},
	{"/dir", "?" + strings.Repeat("q", 1025), "dir"},
	{"/dir", "?" + strings.Repeat("q", 1024), "dir"},
	{"/" + strings.Repeat("./", 510) + "dir", "", "dir"},
}

// act is a thing that happens: somebody asks, the disk changes, or time passes.
type act struct {
	kind   int
	target target
	method string
	fields []int
	file   string
	size   int
	as     sys.Kind
	errno  sys.Errno
	stat   sys.Errno
	reads  []int // of the next reads: bytes at most; -1: interrupted, -2: failed, 0: there is no more
	wait   time.Duration
	keep   bool // the file keeps its time
}

const fresh = time.Second

// drawAct draws one that is about one of few targets, so that much happens to each.
func drawAct(t *rapid.T, few []target) act {
	a := act{
		kind:   rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "kind"),
		target: rapid.SampledFrom(few).Draw(t, "target"),
		method: rapid.SampledFrom([]string{"GET", "GET", "GET", "HEAD", "POST", "BREW"}).Draw(t, "method"),
		fields: rapid.SliceOfN(rapid.IntRange(0, len(conditions)-1), 0, 2).Draw(t, "fields"),
		size:   rapid.SampledFrom([]int{0, 1, 30, 99, 100, 101, 5000, 20_000}).Draw(t, "size"),
		as:     rapid.SampledFrom([]sys.Kind{sys.Regular, sys.Regular, sys.Regular, sys.Regular, sys.Directory, sys.Other}).Draw(t, "as"),
		errno:  rapid.SampledFrom([]sys.Errno{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, sys.EACCES, sys.EPERM, sys.EMFILE, sys.ENFILE, sys.ENOMEM, sys.ENOBUFS, sys.EIO, sys.ENOENT}).Draw(t, "errno"),
		wait:   rapid.SampledFrom([]time.Duration{1, fresh / 2, fresh - 1, fresh, fresh + 1}).Draw(t, "wait"),
		keep:   rapid.Bool().Draw(t, "keep"),
	}
	if a.file = a.target.file; a.file == "" || a.file == "none" || a.file == "dir" {
		a.file = "f0.txt"
	}
	if rapid.IntRange(0, 9).Draw(t, "stat fails") == 0 {
		a.stat = sys.EIO
	}
	if rapid.IntRange(0, 3).Draw(t, "reads") == 0 {
		a.reads = rapid.SliceOfN(rapid.SampledFrom([]int{7, -1, -1, -2, 0, 1000}), 1, 4).Draw(t, "read")
	}
	return a
}

// conditions are fields that a request may have, for a version of the file.
var conditions = []func(v *version) string{
	func(*version) string { return "Range: bytes=0-0" },
	func(v *version) string { return fmt.Sprintf("Range: bytes=%d-", len(v.body)/3) },
	func(v *version) string { return fmt.Sprintf("Range: bytes=%d-%d", len(v.body)/3, len(v.body)/2) },
	func(v *version) string { return fmt.Sprintf("Range: bytes=%d-", len(v.body)) },
	func(*version) string { return "Range: bytes=-1" },
	func(v *version) string { return fmt.Sprintf("Range: bytes=0-0,%d-%d", len(v.body)/2, len(v.body)/2) },
	func(*version) string { return "Range: bytes=x" },
	func(v *version) string { return "If-None-Match: " + v.etag() },
	func(*version) string { return "If-None-Match: *" },
	func(*version) string { return `If-None-Match: "other"` },
	func(v *version) string { return "If-Match: " + v.etag() },
	func(*version) string { return `If-Match: "other"` },
	func(v *version) string { return "If-Range: " + v.etag() },
	func(*version) string { return `If-Range: "other"` },
	func(v *version) string { return "If-Modified-Since: " + v.mtime.UTC().Format(http.TimeFormat) },
	func(v *version) string {
		return "If-Modified-Since: " + v.mtime.Add(-time.Second).UTC().Format(http.TimeFormat)
	},
	func(v *version) string { return "If-Unmodified-Since: " + v.mtime.UTC().Format(http.TimeFormat) },
	func(v *version) string {
		return "If-Unmodified-Since: " + v.mtime.Add(-time.Second).UTC().Format(http.TimeFormat)
	},
}

// town is a site and its model.
type town struct {
	*site
	o     static.Options
	cache []held
	dated time.Time
	nodes uint64
}

// find is the line of path.
func (w *town) find(path string) int {
	return slices.IndexFunc(w.cache, func(h held) bool { return h.path == path })
}

// learns has the model's cache learn of what was found at path.
func (w *town) learns(path string, v version) {
	if int64(len(v.body)) > w.o.Bytes {
		return
	}
	if i := w.find(path); i >= 0 {
		w.cache[i] = held{path, v, rt.Now()}
	} else {
		w.cache = append(w.cache, held{path, v, rt.Now()})
	}
	for {
		n := 0
		for _, h := range w.cache {
			n += len(h.body)
		}
		if len(w.cache) <= w.o.Entries && int64(n) <= w.o.Bytes {
			return
		}
		w.cache = w.cache[1:]
	}
}

// expect is what has to come of a request: the status, unless it is that of ServeContent
// over v; and the reason for a redirection.
func (w *town) expect(a *act) (v *version, status int, inline bool) {
	switch a.method {
	case "POST":
		return nil, 405, true
	case "BREW":
		return nil, 501, true
	}
	path := a.target.path
	i := w.find(path)
	if i >= 0 && rt.Now().Sub(w.cache[i].at) <= fresh {
		return &w.cache[i].version, 0, true
	}
	if a.target.file == "" {
		return nil, 400, false
	}
	f := w.disk.files[a.target.file]
	switch {
	case f == nil:
		return nil, 404, false
	case f.errno != sys.OK:
		return nil, map[sys.Errno]int{sys.EACCES: 403, sys.EPERM: 403, sys.EMFILE: 503, sys.ENFILE: 503, sys.ENOMEM: 503, sys.ENOBUFS: 503, sys.EIO: 500, sys.ENOENT: 404}[f.errno], false
	case w.disk.stats != sys.OK:
		return nil, 500, false
	case f.kind == sys.Other:
		return nil, 404, false
	case f.kind == sys.Directory && (strings.HasSuffix(path, "/") || len(path) > 1024):
		return nil, 404, false
	case f.kind == sys.Directory:
		return nil, 301, false
	}
	v = &version{f.content, f.mtime, f.inode}
	if i >= 0 && w.cache[i].etag() == v.etag() {
		*v = w.cache[i].version // nothing that is looked at changed: it is not read, whatever it has
		w.learns(path, *v)
		return v, 0, false
	}
	if int64(len(f.content)) > w.o.Small {
		return v, 0, false
	}
	// It is read whole, as far as that goes.
	got := 0
	for _, n := range a.reads {
		switch {
		case got == len(f.content) || n == -1:
			continue
		case n == -2:
			return nil, 500, false
		case n == 0:
			v.body = f.content[:got]
			w.learns(path, *v)
			return v, 0, false
		}
		got = min(got+n, len(f.content))
	}
	w.learns(path, *v)
	return v, 0, false
}

// ask asks, and compares.
func (w *town) ask(a *act) {
	seen := &version{mtime: epoch}
	if f := w.disk.files[a.target.file]; f != nil {
		seen = &version{f.content, f.mtime, f.inode}
	}
	text := a.method + " " + a.target.path + a.target.query + " HTTP/1.1\r\nHost: a\r\n"
	for _, i := range a.fields {
		field := conditions[i](seen)
		name, _, _ := strings.Cut(field, ":")
		if !strings.Contains(text, "\r\n"+name+":") {
			text += field + "\r\n"
		}
	}
	text += "\r\n"
	w.disk.stats, w.disk.opens, w.disk.reads = a.stat, 0, nil
	for _, n := range a.reads {
		w.disk.reads = append(w.disk.reads, func() (int, sys.Errno) {
			switch n {
			case -1:
				return 0, sys.EINTR
			case -2:
				return 0, sys.EIO
			}
			return n, sys.OK
		})
	}
	v, status, inline := w.expect(a)
	got := w.do(text)
	w.disk.reads = nil
	opens := 1
	if inline || a.target.file == "" {
		opens = 0
	}
	if got.inline != inline || w.disk.opens != opens {
		rt.Bug("%s: inline %t, and %d files opened, not %t and %d", a.target.path, got.inline, w.disk.opens, inline, opens)
	}
	r, body := reads(a.method, got.text)
	if v != nil {
		compare(text, a.target.file, v, r, body)
		return
	}
	if r.StatusCode != status {
		rt.Bug("%s is answered %d, not %d", a.target.path, r.StatusCode, status)
	}
	location, allow := "", ""
	switch status {
	case 301:
		location = "/" + strings.TrimLeft(a.target.path, "/") + "/"
		if len(a.target.query) <= 1025 {
			location += a.target.query
		}
		if body != "" {
			rt.Bug("a redirection has a body")
		}
	case 405:
		allow = "GET, HEAD"
	}
	if r.Header.Get("Location") != location || r.Header.Get("Allow") != allow {
		rt.Bug("%s leads to %q, not %q; allowed is %q", a.target.path, r.Header.Get("Location"), location, r.Header.Get("Allow"))
	}
}

// reads reads a response, which must end where it ends.
func reads(method, text string) (*http.Response, string) {
	b := bufio.NewReader(strings.NewReader(text))
	r, err := http.ReadResponse(b, &http.Request{Method: method})
	if err != nil {
		rt.Bug("%q is no response: %v", text, err)
	}
	body, err := io.ReadAll(r.Body)
	if rest, _ := io.ReadAll(b); err != nil || len(rest) > 0 {
		rt.Bug("%q does not end where it says: %v, %q", text, err, rest)
	}
	return r, string(body)
}

// compare compares a response with that of ServeContent.
func compare(text, name string, v *version, r *http.Response, body string) {
	q, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		rt.Bug("%v", err)
	}
	if q.Header.Get("Range") == "bytes=x" || q.Method == "HEAD" {
		q.Header.Del("Range") // RFC 9110 §14.2: what is no range is ignored, and it is GET's alone
	}
	nothing := v.body == "" && q.Header.Get("Range") != ""
	if nothing {
		q.Header.Del("Range") // of nothing there is no part: it is sent whole, or refused
	}
	types := map[string]string{".txt": "text/plain; charset=utf-8", ".bin": "application/octet-stream", ".html": "text/html; charset=utf-8"}
	rec := httptest.NewRecorder()
	rec.Header().Set("Etag", v.etag())
	rec.Header().Set("Content-Type", types[name[strings.LastIndex(name, "."):]])
	http.ServeContent(rec, q, name, v.mtime, strings.NewReader(v.body))
	want := rec.Result()
	if nothing && r.StatusCode == 416 && want.StatusCode == 200 {
		want.StatusCode = 416
		want.Header.Set("Content-Range", "bytes */0")
	}
	wanted, _ := io.ReadAll(want.Body)
	if r.StatusCode != want.StatusCode {
		rt.Bug("%q, of %d bytes, is answered %d, and by net/http %d", text, len(v.body), r.StatusCode, want.StatusCode)
	}
	names := []string{"Content-Range", "Content-Length"}
	switch r.StatusCode {
	case 412:
		return // it says why
	case 416:
		names = names[:1]
	case 304:
		names = []string{"Etag", "Last-Modified"}
		want.Header.Set("Last-Modified", v.mtime.UTC().Format(http.TimeFormat)) // which net/http leaves out beside an ETag
	case 200, 206:
		names = append(names, "Etag", "Last-Modified", "Accept-Ranges", "Content-Type")
	}
	if kind := want.Header.Get("Content-Type"); strings.HasPrefix(kind, "multipart/") && q.Method == "GET" {
		if got, other := parts(r.Header.Get("Content-Type"), body), parts(kind, string(wanted)); !slices.Equal(got, other) {
			rt.Bug("%q has parts %q, and by net/http %q", text, got, other)
		}
		names, body = names[2:5], string(wanted)
	} else if strings.HasPrefix(kind, "multipart/") {
		names = names[2:5]
	}
	for _, h := range names {
		if r.Header.Get(h) != want.Header.Get(h) {
			rt.Bug("%q, of %d bytes, has %s %q, and by net/http %q", text, len(v.body), h, r.Header.Get(h), want.Header.Get(h))
		}
	}
	if r.StatusCode != 416 && body != string(wanted) {
		rt.Bug("%q has %d bytes, and by net/http %d, or others", text, len(body), len(wanted))
	}
}

// parts are the parts of a body in several, each with its place.
func parts(kind, body string) (list []string) {
	_, params, err := mime.ParseMediaType(kind)
	if err != nil {
		rt.Bug("%q: %v", kind, err)
	}
	for m := multipart.NewReader(bytes.NewReader([]byte(body)), params["boundary"]); ; {
		p, err := m.NextPart()
		if err != nil {
			return list
		}
		b, _ := io.ReadAll(p)
		list = append(list, p.Header.Get("Content-Type")+" "+p.Header.Get("Content-Range")+" "+string(b))
	}
}

func TestSiteIsServeContent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := static.Options{
			Small:   int64(rapid.SampledFrom([]int{99, 100, 5000, 20_000}).Draw(t, "small")),
			Entries: rapid.SampledFrom([]int{1, 2, 10}).Draw(t, "entries"),
			Bytes:   int64(rapid.SampledFrom([]int{100, 5000, 1 << 20}).Draw(t, "bytes")),
			Fresh:   fresh,
		}
		few := rapid.SliceOfN(rapid.SampledFrom(targets), 1, 3).Draw(t, "targets")
		acts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) act { return drawAct(t, few) }), 10, 60).Draw(t, "acts")
		if r := sim.Run(sim.Options{Seed: 1}, func() {
			w := &town{site: newSite(t, o), o: o, dated: epoch}
			for _, name := range []string{"f0.txt", "f1.bin", "index.html", "dir/index.html"} {
				w.change(&act{file: name, size: 30, as: sys.Regular})
			}
			w.change(&act{file: "dir", as: sys.Directory})
			for i := range acts {
				switch a := &acts[i]; a.kind {
				case 0:
					w.ask(a)
				case 1:
					w.change(a)
				default:
					rt.Sleep(a.wait)
				}
			}
		}); r.Verdict != nil {
			t.Fatalf("%v", r.Verdict)
		}
	})
}

// change changes a file, by a new one in its place or in itself.
func (w *town) change(a *act) {
	if !a.keep || w.disk.files[a.file] == nil {
		w.dated = w.dated.Add(1500 * time.Millisecond)
		w.nodes++
		f := w.disk.put(a.file, "", w.dated)
		f.inode = w.nodes
	}
	f := w.disk.files[a.file]
	f.content, f.kind, f.errno = strings.Repeat(fmt.Sprint(w.nodes), a.size)[:a.size], a.as, a.errno
}
