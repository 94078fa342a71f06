package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestAnswers(t *testing.T) {
	root := newSite(t)
	each(t, root, func(t *testing.T, d *daemon) {
		for _, c := range []struct {
			name   string
			method string
			target string
			fields string
			status int
			body   string // "*": any
			want   string // Name: value of a field the response has
		}{
			{"a file", "GET", "/small.txt", "", 200, small, "Content-Type: text/plain; charset=utf-8"},
			{"the index", "GET", "/", "", 200, indexPage, "Accept-Ranges: bytes"},
			{"an empty file", "GET", "/empty.txt", "", 200, "", "Content-Length: 0"},
			{"an escaped name", "GET", "/with%20blank.txt", "", 200, small, ""},
			{"a query", "GET", "/small.txt?a=b/../c", "", 200, small, ""},
			{"absolute form", "GET", "http://a/small.txt", "", 200, small, ""},
			{"no body to HEAD", "HEAD", "/small.txt", "", 200, "", "Content-Length: 13"},
			{"no body to HEAD of a large file", "HEAD", "/large.bin", "", 200, "", "Content-Length: 5242880"},
			{"a directory without its slash", "GET", "/sub", "", 301, "", "Location: /sub/"},
			{"a directory without an index", "GET", "/bare/", "", 404, "*", ""},
			{"no such file", "GET", "/none", "", 404, "*", "Content-Type: text/plain; charset=utf-8"},
			{"a part", "GET", "/small.txt", "Range: bytes=2-6\r\n", 206, "small", "Content-Range: bytes 2-6/13"},
			{"the end", "GET", "/small.txt", "Range: bytes=-5\r\n", 206, "file\n", "Content-Range: bytes 8-12/13"},
			{"beyond the end", "GET", "/small.txt", "Range: bytes=13-\r\n", 416, "", "Content-Range: bytes */13"},
			{"Range is for GET, RFC 9110 §14.2", "HEAD", "/small.txt", "Range: bytes=2-6\r\n", 200, "", "Content-Length: 13"},
			{"a range nobody understands", "GET", "/small.txt", "Range: lines=1-2\r\n", 200, small, ""},
			{"unchanged since", "GET", "/small.txt", "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n", 304, "", ""},
			{"changed since", "GET", "/small.txt", "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n", 200, small, ""},
			{"any version", "GET", "/small.txt", "If-None-Match: *\r\n", 304, "", ""},
			{"another version", "GET", "/small.txt", "If-Match: \"x\"\r\n", 412, "*", ""},
			{"a method for others", "DELETE", "/small.txt", "", 405, "*", "Allow: GET, HEAD"},
			{"an unknown method", "BREW", "/small.txt", "", 501, "*", ""},
			{"POST without content", "POST", "/small.txt", "Content-Length: 0\r\n", 405, "*", "Allow: GET, HEAD"},
		} {
			// Once off the disk, once out of the cache.
			for _, again := range []string{"", ", again"} {
				conn := d.dial()
				conn.send(c.method + " " + c.target + " HTTP/1.1\r\nHost: a\r\n" + c.fields + "Connection: close\r\n\r\n")
				r := conn.head(c.name+again, c.method, c.status)
				body, err := io.ReadAll(r.Body)
				if err != nil || string(body) != c.body && c.body != "*" || c.body == "*" && len(body) == 0 {
					t.Errorf("%s%s: body %q, %v; want %q", c.name, again, body, err, c.body)
				}
				if name, value, ok := strings.Cut(c.want, ": "); ok && r.Header.Get(name) != value {
					t.Errorf("%s%s: %s is %q, want %q", c.name, again, name, r.Header.Get(name), value)
				}
				conn.wantEnd(c.name + ", after the response that was asked to be the last")
			}
		}
	})
}

func TestRefusals(t *testing.T) {
	root := newSite(t)
	each(t, root, func(t *testing.T, d *daemon) {
		for _, c := range []struct {
			name, request string
			status        int
		}{
			{"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
			{"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
			{"no request at all", "\x16\x03\x01\x02\x00\x01\r\n\r\n", 400},
			{"a folded line", "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n", 400},
			{"a length twice", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
			{"a length and a coding", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
			{"HTTP/2", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
			{"a long target", "GET /" + strings.Repeat("a", 15<<10) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
			{"a long head", "GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("a", 64<<10) + "\r\n\r\n", 431},
			{"much content", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999\r\n\r\n", 413},
		} {
			conn := d.dial()
			conn.send(c.request + "GET /small.txt HTTP/1.1\r\nHost: a\r\n\r\n")
			conn.want(c.name, c.status)
			conn.wantEnd(c.name + ": what follows a request that cannot be understood is not one")
		}
	})
}

func TestPersistence(t *testing.T) {
	root := newSite(t)
	each(t, root, func(_ *testing.T, d *daemon) {
		c := d.dial()
		c.wantOpen("HTTP/1.1 keeps alive by default, RFC 9112 §9.3")
		c.wantOpen("second request")
		c.send("POST /small.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345")
		c.want("content is skipped", 405)
		c.send("POST /small.txt HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n")
		c.want("chunked content is skipped", 405)
		c.wantOpen("a request after refused ones")
		c.send("GET /small.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
		c.want("the last one", 200)
		c.wantEnd("Connection: close")

		c = d.dial()
		c.send("GET /small.txt HTTP/1.0\r\n\r\n")
		c.want("HTTP/1.0", 200)
		c.wantEnd("HTTP/1.0 closes by default, RFC 9112 §9.3")

		c = d.dial()
		c.send("GET /small.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
		if r := c.head("HTTP/1.0 that stays", "GET", 200); !strings.EqualFold(r.Header.Get("Connection"), "keep-alive") {
			c.t.Errorf("HTTP/1.0 is told that the connection stays; it was told %q", r.Header.Get("Connection"))
		} else {
			_, _ = io.Copy(io.Discard, r.Body)
		}
		c.wantOpen("after keep-alive")
	})
}

func TestPipeline(t *testing.T) {
	root := newSite(t)
	const n = 200
	each(t, root, func(t *testing.T, d *daemon) {
		var all strings.Builder
		for i := range n {
			target := fmt.Sprintf("/many/%d.txt", i%40)
			if i%50 == 49 {
				target = "/large.bin"
			}
			fmt.Fprintf(&all, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", target)
		}
		c := d.dial()
		sent := make(chan error, 1)
		go func() { // the responses fill the buffers, and then the requests do
			_, err := io.WriteString(c.conn, all.String())
			sent <- err
		}()
		large := string(pattern(largeSize))
		for i := range n {
			want := fmt.Sprintf("file %d\n", i%40)
			if i%50 == 49 {
				want = large
			}
			if got := c.want(fmt.Sprintf("response %d", i), 200); got != want {
				t.Fatalf("response %d: %d bytes, %.40q; want %d, %.40q", i, len(got), got, len(want), want)
			}
		}
		if err := <-sent; err != nil {
			t.Fatal(err)
		}
		c.wantOpen("after the pipeline")
	})
}

func TestBytewise(t *testing.T) {
	root := newSite(t)
	each(t, root, func(_ *testing.T, d *daemon) {
		c := d.dial()
		for range 3 {
			for _, b := range []byte("GET /small.txt HTTP/1.1\r\nHost: a\r\n\r\n") {
				c.send(string([]byte{b}))
			}
		}
		for i := range 3 {
			if got := c.want(fmt.Sprintf("request %d, a byte at a time", i), 200); got != small {
				c.t.Fatalf("%q", got)
			}
		}
	})
}

func TestSlowHeader(t *testing.T) {
	root := newSite(t)
	each(t, root, func(_ *testing.T, d *daemon) {
		c := d.dial()
		c.send("GET /small.txt HTTP/1.1\r\nHost:")
		c.want("half a head", 408)
		c.wantEnd("after 408")

		c = d.dial()
		c.wantEnd("whoever says nothing gets no answer")

		c = d.dial()
		c.wantOpen("a request in time")
		c.send("G")
		c.want("the head of the second request is late", 408)
		c.wantEnd("after 408")
	}, "--header-timeout", "100ms")
}

func TestIdleTimeout(t *testing.T) {
	root := newSite(t)
	each(t, root, func(_ *testing.T, d *daemon) {
		c := d.dial()
		c.wantOpen("first request")
		c.wantEnd("idle for too long")
	}, "--idle-timeout", "50ms")
}

func TestPathsStayInside(t *testing.T) {
	root := newSite(t)
	each(t, root, func(t *testing.T, d *daemon) {
		for target, status := range map[string]int{
			"/../secret.txt": 400, "/sub/../../secret.txt": 400, "/%2e%2e/secret.txt": 400, "/.%2E/secret.txt": 400,
			"/sub/%2e%2e/%2e%2e/secret.txt": 400, "/..%2fsecret.txt": 404, "/sub%2fpage.html": 404, "/..%5csecret.txt": 404,
			"/small.txt%00": 400, "/%00": 400, "/small.txt%zz": 400, "/small.txt%2": 400,
			"/out.txt": 404, "/out/secret.txt": 404, "/absolute.txt": 404, "/loop": 404, "/loop/x": 404, "/proc/etc/passwd": 404,
			"/fifo": 404, "/small.txt/": 404, "/small.txt/x": 404, "/" + strings.Repeat("n", 300): 404,
			"/sub/../small.txt": 200, "/./small.txt": 200, "//small.txt": 200, "/sub/%2e%2e/small.txt": 200, "/in.txt": 200,
			"/%73mall.txt": 200,
		} {
			for range 2 {
				c := d.dial()
				c.get(target)
				got := c.want(target, status)
				_ = c.conn.Close()
				if strings.Contains(got, secret) || status == 200 && got != small {
					t.Errorf("%s: %q", target, got)
				}
			}
		}
	})
}

func TestLargeFile(t *testing.T) {
	root := newSite(t)
	want := pattern(largeSize)
	each(t, root, func(t *testing.T, d *daemon) {
		client := &http.Client{Transport: &http.Transport{}, Timeout: patience}
		defer client.CloseIdleConnections()
		for _, part := range []struct {
			field    string
			from, to int
		}{{"", 0, largeSize}, {"bytes=1000001-4000000", 1_000_001, 4_000_001}, {"bytes=-1", largeSize - 1, largeSize}} {
			q, err := http.NewRequest("GET", "http://"+d.addr+"/large.bin", nil)
			if err != nil {
				t.Fatal(err)
			}
			if part.field != "" {
				q.Header.Set("Range", part.field)
			}
			r, err := client.Do(q)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r.Body)
			_ = r.Body.Close()
			if err != nil || !bytes.Equal(got, want[part.from:part.to]) {
				t.Errorf("%q: %d bytes, %v; want those from %d to %d", part.field, len(got), err, part.from, part.to)
			}
		}
	})
}
