package static_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"brigade/core/handler/static"
	"brigade/core/sys"
)

// read reads a response with net/http, which must find its end where it is.
func read(t *testing.T, method, text string) (*http.Response, string) {
	t.Helper()
	b := bufio.NewReader(strings.NewReader(text))
	r, err := http.ReadResponse(b, &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	if rest, _ := io.ReadAll(b); len(rest) > 0 {
		t.Fatalf("behind the response comes %q", rest)
	}
	return r, string(body)
}

// text is a file's content of which no two places look alike.
func text(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "%d,", i)
	}
	return b.String()[:size]
}

// small and large are the two ways a file is served.
var ways = []struct {
	name string
	size int
}{{"cached", 3000}, {"cached, in a bucket of its own", 9000}, {"from the disk", 30000}}

func way(t *testing.T, size int) (*site, string) {
	s := newSite(t, static.Options{Small: 10000, Fresh: time.Hour})
	body := text(size)
	s.disk.put("f.txt", body, epoch)
	return s, body
}

func TestWhole(t *testing.T) {
	for _, x := range ways {
		t.Run(x.name, func(t *testing.T) {
			s, body := way(t, x.size)
			for round := range 2 {
				a := s.do(get("/f.txt"))
				r, got := read(t, "GET", a.text)
				if r.StatusCode != 200 || got != body || r.Header.Get("Content-Type") != "text/plain; charset=utf-8" ||
					r.Header.Get("Accept-Ranges") != "bytes" || r.Header.Get("Last-Modified") != "Sun, 20 Nov 2011 12:00:00 GMT" {
					t.Errorf("round %d: %v, %d bytes", round, r, len(got))
				}
				if want := round == 1 && x.size <= 10000; a.inline != want {
					t.Errorf("round %d is inline: %v", round, a.inline)
				}
				a = s.do(head("/f.txt"))
				if r, got := read(t, "HEAD", a.text); r.StatusCode != 200 || got != "" || r.ContentLength != int64(x.size) {
					t.Errorf("HEAD: %v, %q", r, got)
				}
			}
		})
	}
}

func TestSingleRange(t *testing.T) {
	for _, x := range ways {
		s, body := way(t, x.size)
		for _, y := range []struct {
			field    string
			from, to int
		}{{"0-0", 0, 1}, {"10-99", 10, 100}, {"100-", 100, x.size}, {"-7", x.size - 7, x.size}, {"2990-999999", 2990, x.size}} {
			a := s.do(get("/f.txt", "Range: bytes="+y.field))
			r, got := read(t, "GET", a.text)
			want := fmt.Sprintf("bytes %d-%d/%d", y.from, y.to-1, x.size)
			if r.StatusCode != 206 || got != body[y.from:y.to] || r.Header.Get("Content-Range") != want {
				t.Errorf("%s, %s: %v, %d bytes", x.name, y.field, r, len(got))
			}
			a = s.do(head("/f.txt", "Range: bytes="+y.field))
			if r, _ := read(t, "HEAD", a.text); r.StatusCode != 200 {
				t.Errorf("%s, %s: HEAD gives %d; ranges are defined for GET, RFC 9110 §14.2", x.name, y.field, r.StatusCode)
			}
		}
		a := s.do(get("/f.txt", "Range: bytes=99999-"))
		if r, got := read(t, "GET", a.text); r.StatusCode != 416 || got != "" || r.Header.Get("Content-Range") != fmt.Sprintf("bytes */%d", x.size) {
			t.Errorf("%s: %v %q", x.name, r, got)
		}
	}
}

func TestMultipleRanges(t *testing.T) {
	many := make([]string, 16)
	for i := range many {
		many[i] = fmt.Sprintf("%d-%d", 100*i, 100*i+1+i)
	}
	bulky := append([]string{"0-1400"}, many[15:]...)
	for _, x := range ways {
		for _, list := range [][]string{{"0-0", "-1"}, {"5-9", "100-2000"}, many, bulky} {
			s, body := way(t, x.size)
			for range 2 {
				a := s.do(get("/f.txt", "Range: bytes="+strings.Join(list, ",")))
				r, got := read(t, "GET", a.text)
				if r.StatusCode != 206 || r.ContentLength != int64(len(got)) {
					t.Fatalf("%s: %v", x.name, r)
				}
				wantParts(t, r, got, body, len(list))
			}
		}
	}
}

// wantParts reads a multipart body with mime/multipart and holds every part
// against the file.
func wantParts(t *testing.T, r *http.Response, got, body string, count int) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/byteranges" {
		t.Fatalf("Content-Type %q", r.Header.Get("Content-Type"))
	}
	parts := multipart.NewReader(strings.NewReader(got), params["boundary"])
	for i := 0; ; i++ {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			if i != count {
				t.Errorf("%d parts, want %d", i, count)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		var from, to, size int
		if n, _ := fmt.Sscanf(p.Header.Get("Content-Range"), "bytes %d-%d/%d", &from, &to, &size); n != 3 || size != len(body) {
			t.Fatalf("Content-Range %q", p.Header.Get("Content-Range"))
		}
		if b, _ := io.ReadAll(p); string(b) != body[from:to+1] {
			t.Errorf("bytes %d to %d differ", from, to)
		}
	}
}

func TestConditions(t *testing.T) {
	for _, x := range ways {
		s, _ := way(t, x.size)
		r, _ := read(t, "GET", s.do(get("/f.txt")).text)
		tag, date := r.Header.Get("ETag"), r.Header.Get("Last-Modified")
		if tag == "" || strings.HasPrefix(tag, "W/") {
			t.Fatalf("ETag %q", tag)
		}
		for _, y := range []struct {
			field  string
			status int
		}{
			{"If-None-Match: " + tag, 304},
			{"If-None-Match: \"other\"", 200},
			{"If-Modified-Since: " + date, 304},
			{"If-Modified-Since: Sun, 20 Nov 2011 11:59:59 GMT", 200},
			{"If-Match: " + tag, 200},
			{"If-Match: \"other\"", 412},
			{"If-Unmodified-Since: Sun, 20 Nov 2011 11:59:59 GMT", 412},
			{"If-Unmodified-Since: " + date, 200},
			{"If-Range: " + tag + "\r\nRange: bytes=0-1", 206},
			{"If-Range: \"other\"\r\nRange: bytes=0-1", 200},
			{"If-None-Match: " + tag + "\r\nRange: bytes=0-1", 304},
		} {
			for method, request := range map[string]string{"GET": get("/f.txt", y.field), "HEAD": head("/f.txt", y.field)} {
				want := y.status
				if method == "HEAD" && want == 206 {
					want = 200
				}
				r, body := read(t, method, s.do(request).text)
				if r.StatusCode != want || want == 304 && (body != "" || r.Header.Get("ETag") != tag) {
					t.Errorf("%s, %s %s: %d, want %d", x.name, method, y.field, r.StatusCode, want)
				}
			}
		}
	}
}

func TestMethods(t *testing.T) {
	s, _ := way(t, 10)
	for method, status := range map[string]int{"POST": 405, "PUT": 405, "DELETE": 405, "OPTIONS": 405, "BREW": 501} {
		r, _ := read(t, method, s.do(method+" /f.txt HTTP/1.1\r\nHost: a\r\n\r\n").text)
		if r.StatusCode != status || (r.Header.Get("Allow") == "GET, HEAD") != (status == 405) {
			t.Errorf("%s: %d, Allow %q", method, r.StatusCode, r.Header.Get("Allow"))
		}
	}
	if s.disk.opens != 0 {
		t.Error("a method that is refused opened a file")
	}
}

func TestErrorsToStatuses(t *testing.T) {
	s, _ := way(t, 10)
	for errno, status := range map[sys.Errno]int{
		sys.EACCES: 403, sys.EPERM: 403, sys.ENOENT: 404, sys.ENOTDIR: 404, sys.ELOOP: 404, sys.EXDEV: 404, sys.ENAMETOOLONG: 404,
		sys.EMFILE: 503, sys.ENFILE: 503, sys.ENOMEM: 503, sys.EIO: 500,
	} {
		s.disk.put("bad", "", epoch).errno = errno
		if r, _ := read(t, "GET", s.do(get("/bad")).text); r.StatusCode != status {
			t.Errorf("%s gives %d, want %d", errno.Name(), r.StatusCode, status)
		}
	}
	s.disk.put("fifo", "", epoch).kind = sys.Other
	if r, _ := read(t, "GET", s.do(get("/fifo")).text); r.StatusCode != 404 {
		t.Errorf("a fifo gives %d", r.StatusCode)
	}
	s.disk.stats = sys.EIO
	if r, _ := read(t, "GET", s.do(get("/f.txt")).text); r.StatusCode != 500 {
		t.Errorf("fstat that fails gives %d", r.StatusCode)
	}
	s.disk.stats = sys.OK
	s.disk.reads = append(s.disk.reads, func() (int, sys.Errno) { return 0, sys.EIO })
	if r, _ := read(t, "GET", s.do(get("/f.txt")).text); r.StatusCode != 500 {
		t.Errorf("a read that fails gives %d", r.StatusCode)
	}
	if _, err := static.New(s.disk, "/none", static.Options{}); err == nil || !strings.Contains(err.Error(), `"/none"`) {
		t.Errorf("a root that is not there: %v", err)
	}
}

func TestDirectories(t *testing.T) {
	s, _ := way(t, 10)
	s.disk.put("index.html", "root", epoch)
	s.disk.put("dir/index.html", "in dir", epoch)
	for _, name := range []string{"dir", "evil.example", "evil.example/x", "a b"} {
		s.disk.put(name, "", epoch).kind = sys.Directory
	}
	for target, want := range map[string]string{"/": "root", "/dir/": "in dir", "/x/../dir/": "in dir", "/dir/index.html": "in dir"} {
		if r, body := read(t, "GET", s.do(get(target)).text); r.StatusCode != 200 || body != want {
			t.Errorf("%s: %d %q", target, r.StatusCode, body)
		}
	}
	base, _ := url.Parse("http://a/x")
	for target, want := range map[string]string{
		"/dir": "http://a/dir/", "/dir?q=1": "http://a/dir/?q=1", "/a%20b": "http://a/a%20b/", "/./dir": "http://a/dir/",
		"//evil.example": "http://a/evil.example/", "///evil.example": "http://a/evil.example/",
		"//evil.example/x": "http://a/evil.example/x/", "/.//evil.example": "http://a//evil.example/",
		"http://other//evil.example": "http://a/evil.example/",
	} {
		r, _ := read(t, "GET", s.do(get(target)).text)
		if r.StatusCode != 301 {
			t.Errorf("%s: %d", target, r.StatusCode)
			continue
		}
		to, err := base.Parse(r.Header.Get("Location"))
		if err != nil || to.String() != want && to.Host != "a" {
			t.Errorf("%s: leads to %v, want %s (%v)", target, to, want, err)
		}
	}
}

func TestFileShrinksWhileRead(t *testing.T) {
	s, body := way(t, 3000)
	s.disk.reads = append(s.disk.reads, func() (int, sys.Errno) { return 1000, sys.OK }, func() (int, sys.Errno) {
		s.disk.files["f.txt"].content = body[:1500]
		return 0, sys.EINTR
	})
	if r, got := read(t, "GET", s.do(get("/f.txt")).text); r.StatusCode != 200 || got != body[:1500] {
		t.Errorf("%d, %d bytes of what there is", r.StatusCode, len(got))
	}
}
