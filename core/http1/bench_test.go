package http1

import (
	"bufio"
	"bytes"
	"net/http"
	"testing"
)

// The heads that load generators and browsers send.
const (
	curlHead = "GET /index.html HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n" +
		"Accept-Encoding: gzip, br\r\nConnection: keep-alive\r\n\r\n"
	browserHead = "GET /static/app.3f2a1c.js?v=17 HTTP/1.1\r\nHost: www.example.com\r\nConnection: keep-alive\r\n" +
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36\r\n" +
		"Accept: */*\r\nReferer: https://www.example.com/\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n" +
		"Accept-Language: en-GB,en;q=0.9\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: script\r\n" +
		"Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\nIf-None-Match: \"3f2a1c-5d\"\r\n" +
		"If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n"
)

func BenchmarkParse(b *testing.B) {
	for _, c := range []struct{ name, head string }{
		{"2-fields", "GET / HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n"},
		{"5-fields", curlHead},
		{"13-fields", browserHead},
	} {
		b.Run(c.name, func(b *testing.B) {
			head, r := []byte(c.head), new(Request)
			b.ReportAllocs()
			b.SetBytes(int64(len(head)))
			for b.Loop() {
				if n, _ := r.Parse(head, 0, nil); n == 0 {
					b.Fatal("refused")
				}
			}
		})
		b.Run(c.name+"/net-http", func(b *testing.B) {
			src := bytes.NewReader(nil)
			buf := bufio.NewReader(src)
			b.ReportAllocs()
			b.SetBytes(int64(len(c.head)))
			head := []byte(c.head)
			for b.Loop() {
				src.Reset(head)
				buf.Reset(src)
				if _, e := http.ReadRequest(buf); e != nil {
					b.Fatal(e)
				}
			}
		})
	}
}

func BenchmarkParseDribbled(b *testing.B) {
	head, r := []byte(browserHead), new(Request)
	b.ReportAllocs()
	for b.Loop() {
		for i := range len(head) + 1 {
			_, _ = r.Parse(head[:i], max(i-1, 0), nil)
		}
	}
}

func BenchmarkDecodePath(b *testing.B) {
	target, dst := []byte("/static/a%20b/../app.3f2a1c.js?v=17"), make([]byte, 0, 64)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = DecodePath(dst, target)
	}
}

func BenchmarkResponseHead(b *testing.B) {
	dst, r := make([]byte, 0, 512), parse(b, curlHead)
	b.ReportAllocs()
	for b.Loop() {
		dst = appendFileHead(dst[:0], r)
	}
}

// appendFileHead is the head with which a file is answered.
func appendFileHead(dst []byte, r *Request) []byte {
	dst = AppendStatusLine(dst, 200)
	dst = AppendFieldDate(dst, "Date", 784111777)
	dst = AppendFieldString(dst, "Content-Type", ContentType(r.Path))
	dst = AppendContentLength(dst, 12345)
	dst = AppendFieldDate(dst, "Last-Modified", 784111777)
	dst = AppendField(dst, "ETag", []byte(`"5d-3f2a1c"`))
	dst = AppendConnection(dst, r, r.Persistent())
	return AppendEnd(dst)
}

func BenchmarkEvaluate(b *testing.B) {
	r, etag := parse(b, browserHead), []byte(`"3f2a1c-5d"`)
	b.ReportAllocs()
	for b.Loop() {
		if r.Evaluate(etag, 784111777, 784111999) != NotModified {
			b.Fatal("modified")
		}
	}
}

func BenchmarkParseDate(b *testing.B) {
	date := []byte("Sun, 06 Nov 1994 08:49:37 GMT")
	for b.Loop() {
		_, _ = ParseDate(date, 0)
	}
}

func BenchmarkChunked(b *testing.B) {
	content := append([]byte("4000\r\n"), make([]byte, 0x4000)...)
	content = append(content, "\r\n0\r\n\r\n"...)
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	for b.Loop() {
		c, rest := Chunked{}, content
		for done := false; !done; {
			var n int
			_, n, done, _ = c.Next(rest)
			rest = rest[n:]
		}
	}
}
