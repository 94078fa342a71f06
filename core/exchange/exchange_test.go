package exchange

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"brigade/core/bucket"
	"brigade/core/http1"
	"brigade/core/mem"
	"brigade/core/rt"
)

// fixture is an exchange whose request is text.
func fixture(t rapid.TB, text string) (*Exchange, *bucket.Brigade) {
	m, scope := mem.NewAllocator(1, "memory", mem.Limits{}), &mem.Scope{Name: "test"}
	m.Take(scope)
	a := new(bucket.Allocator)
	a.Init(m, nil)
	x, out := new(Exchange), new(bucket.Brigade)
	out.Init(a)
	page, err := m.Alloc(16 << 10)
	if err != nil {
		t.Fatal(err)
	}
	x.SetOutput(out, page, 16<<10)
	x.Bind(over{}, m.NewPool(mem.Request))
	if n, e := x.Request.Parse([]byte(text), 0, nil); n == 0 || e != nil {
		t.Fatalf("%q: %d, %v", text, n, e)
	}
	x.Date, x.Now = []byte("Mon, 21 Nov 2011 14:35:08 GMT"), 1321886108
	return x, out
}

// over is a request that has ended.
type over struct{}

func (over) Ended() bool { return true }
func (over) GiveUp()     {}

const plain = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

// sent is all that is queued.
func sent(out *bucket.Brigade) string {
	iov, _ := out.Iovec(make([][]byte, 0, 64), 1<<30)
	return string(bytes.Join(iov, nil))
}

func TestResponseIsReadByNetHTTP(t *testing.T) {
	for _, x := range []struct {
		name, request string
		close         bool
		connection    string
		closes        bool
	}{
		{"kept open", plain, false, "", false},
		{"closing", plain, true, "close", true},
		{"HTTP/1.0 kept open", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false, "keep-alive", false},
		{"HTTP/1.0 closing", "GET / HTTP/1.0\r\n\r\n", true, "close", true},
	} {
		t.Run(x.name, func(t *testing.T) {
			e, out := fixture(t, x.request)
			e.Close = x.close
			e.Begin(200)
			e.Field("Content-Type", "text/plain")
			e.Lines([]byte("X-A: 1\r\nX-B: 2\r\n"))
			e.ContentLength(10)
			e.End()
			e.Bytes([]byte("hello"))
			e.Shared([]byte("world"))
			e.Finish()
			text := sent(out)
			if got := strings.Contains(text, "Connection: "+x.connection+"\r\n"); got != (x.connection != "") {
				t.Errorf("%q, want Connection %q", text, x.connection)
			}
			r, err := http.ReadResponse(bufio.NewReader(strings.NewReader(text)), nil)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(r.Body)
			if r.StatusCode != 200 || string(body) != "helloworld" || r.Header.Get("X-B") != "2" || r.Header.Get("Date") != string(e.Date) || r.Close != x.closes {
				t.Errorf("%v %q", r, body)
			}
		})
	}
}

// Small shared bodies are copied behind their head, large ones are not.
func TestSharedInlineOrBucket(t *testing.T) {
	for _, x := range []struct{ length, buckets int }{{0, 2}, {1, 2}, {inline, 2}, {inline + 1, 3}, {1 << 20, 3}} {
		e, out := fixture(t, plain)
		e.Begin(200)
		e.ContentLength(int64(x.length))
		e.End()
		body := bytes.Repeat([]byte{'b'}, x.length)
		e.Shared(body)
		e.Finish()
		if out.Len() != x.buckets {
			t.Errorf("a body of %d bytes makes %d buckets, want %d", x.length, out.Len(), x.buckets)
		}
		if !strings.HasSuffix(sent(out), "\r\n\r\n"+string(body)) {
			t.Errorf("a body of %d bytes does not follow its head", x.length)
		}
	}
}

// However full the page, what is copied into it leaves room for the heads of
// parts that may follow.
func TestSharedLeavesRoom(t *testing.T) {
	e, out := fixture(t, plain)
	for e.Free() >= Room {
		e.Begin(200)
		e.End()
		for range 4 {
			e.Shared(bytes.Repeat([]byte{'b'}, 1500))
		}
		e.Finish()
		e.Bind(over{}, nil)
	}
	if e.Free() < Room/2-200 {
		queued, _ := out.Bytes()
		t.Errorf("%d bytes are free, of %d queued", e.Free(), queued)
	}
}

func TestRollback(t *testing.T) {
	e, out := fixture(t, plain)
	e.Begin(200)
	e.End()
	e.Bytes([]byte("first"))
	e.Finish()
	e.Bind(over{}, nil)
	before := sent(out)

	mark := e.Mark()
	e.Begin(200)
	e.Field("X-Half", "done")
	if !e.Rollback(mark) || e.Status != 0 {
		t.Fatal("nothing was queued, but it cannot be taken back")
	}
	e.Refuse(http1.ErrInternal, "")
	e.Finish()
	e.Bind(over{}, nil)
	text := strings.TrimPrefix(sent(out), before)
	if !strings.HasPrefix(text, "HTTP/1.1 500 ") || strings.Contains(text, "X-Half") {
		t.Errorf("%q", text)
	}

	mark = e.Mark()
	e.Begin(200)
	e.ContentLength(inline + 1)
	e.End()
	e.Shared(make([]byte, inline+1))
	if e.Rollback(mark) {
		t.Error("a part was queued, and taken back")
	}
}

func TestRefuse(t *testing.T) {
	for _, x := range []struct {
		request string
		close   bool
		body    bool
	}{
		{plain, false, true},
		{plain, true, true},
		{"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", false, false},
	} {
		e, out := fixture(t, x.request)
		e.Close = x.close
		e.Refuse(http1.ErrMethodNotAllowed, "GET, HEAD")
		e.Finish()
		text := sent(out)
		r, err := http.ReadResponse(bufio.NewReader(strings.NewReader(text)), &http.Request{Method: strings.Fields(x.request)[0]})
		if err != nil || r.StatusCode != 405 || r.Header.Get("Allow") != "GET, HEAD" || r.Close != x.close {
			t.Errorf("%v, %q", err, text)
		}
		if _, body, _ := strings.Cut(text, "\r\n\r\n"); (body != "") != x.body {
			t.Errorf("body %q", body)
		}
	}
}

func TestNextForgetsTheResponse(t *testing.T) {
	e, _ := fixture(t, plain)
	e.Begin(200)
	e.Close, e.Note = true, "a note"
	e.Next()
	if e.Status != 0 || e.Close || e.Note != nil {
		t.Errorf("%+v", e)
	}
}

func TestNoAllocation(t *testing.T) {
	e, out := fixture(t, plain)
	body := []byte("hello")
	allocs := testing.AllocsPerRun(100, func() {
		e.Next()
		e.Begin(200)
		e.Field("Content-Type", "text/plain")
		e.ContentLength(5)
		e.Append(func(dst []byte) []byte { return append(dst, "X: y\r\n"...) })
		e.End()
		e.Shared(body)
		e.Finish()
		out.Destroy()
		e.Rewind()
		e.Bind(over{}, nil)
	})
	if allocs != 0 {
		t.Errorf("%v allocations a response", allocs)
	}
}

// A response that is finished cannot be written to, or finished again.
func TestFinishedOnce(t *testing.T) {
	e, _ := fixture(t, plain)
	e.Refuse(http1.ErrInternal, "")
	e.Finish()
	defer func() {
		if f, ok := recover().(*rt.Fault); !ok || !strings.Contains(f.Message, "is finished, but its request has been") {
			t.Errorf("finished twice, and nobody said so: %v", f)
		}
	}()
	e.Finish()
}
