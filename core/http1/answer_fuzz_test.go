package http1

// net/http is the model: what is taken here it takes, too, and finds to end where it
// ends here. It takes more, which is what strictness is.

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"testing"
)

func FuzzAnswer(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.0 200 OK\r\n\r\nto the end",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "HTTP/1.1 304 x\r\nContent-Length: 9\r\n\r\n",
		"HTTP/1.1 204 x\r\n\r\n", "HTTP/1.1 200 OK\r\nConnection: close, x\r\nX: y\r\n\r\n", "HTTP/1.1 103\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
	} {
		f.Add([]byte(s), uint16(3), false)
	}
	f.Fuzz(func(t *testing.T, b []byte, cut uint16, head bool) {
		whole, parts := new(Answer), new(Answer)
		n, e := whole.Parse(b, 0, 4096)
		// In two pieces the verdict is the same, if a little earlier.
		k := int(cut) % (len(b) + 1)
		first, early := parts.Parse(b[:k], 0, 4096)
		if first == 0 && early == nil {
			first, early = parts.Parse(b, k, 4096)
		}
		if first != n || early != e {
			t.Fatalf("whole: %d, %v; cut at %d: %d, %v", n, e, k, first, early)
		}
		if n > 0 {
			agree(t, whole, b, n, head)
		}
	})
}

// agree holds a, the head of n bytes at b's start, against net/http's reading.
func agree(t *testing.T, a *Answer, b []byte, n int, head bool) {
	t.Helper()
	request := &http.Request{Method: "GET"}
	if head {
		request.Method = "HEAD"
	}
	source := bytes.NewReader(b)
	in := bufio.NewReader(source)
	r, err := http.ReadResponse(in, request)
	if err != nil {
		t.Fatalf("net/http refuses %q: %v", b[:n], err)
	}
	if r.StatusCode != a.Status {
		t.Fatalf("status %d, net/http has %d", a.Status, r.StatusCode)
	}
	if read := len(b) - source.Len() - in.Buffered(); read != n {
		t.Fatalf("the head has %d bytes, net/http reads %d", n, read)
	}
	body, err := io.ReadAll(r.Body)
	switch end := a.Ending(head); {
	case end == EndNone && len(body) > 0:
		t.Fatalf("net/http finds %d bytes of content where there are none", len(body))
	case end == EndLength && err == nil && int64(len(body)) != a.ContentLength:
		t.Fatalf("content of %d bytes, net/http finds %d", a.ContentLength, len(body))
	case end == EndClose && len(body) != len(b)-n:
		t.Fatalf("content up to the end, %d bytes; net/http finds %d", len(b)-n, len(body))
	case end == EndChunk && (len(r.TransferEncoding) != 1 || r.TransferEncoding[0] != "chunked"):
		t.Fatalf("chunked content; net/http has %q", r.TransferEncoding)
	}
}
