package static_test

import (
	"bytes"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"brigade/core/handler/static"
	"brigade/core/stage"
	"brigade/core/sys/linux"
)

// In the steady state a keep-alive request for a cached file allocates nothing,
// from read to write, in a whole fused server on a loopback connection.
func TestKeepAliveRequestDoesNotAllocate(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "f.txt"), []byte(text(3000)), 0o644); err != nil {
		t.Fatal(err)
	}
	k := linux.New()
	h, err := static.New(k, root, static.Options{Fresh: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	s, err := stage.New(stage.Config{Kernel: k, Handler: h, Listen: netip.MustParseAddrPort("127.0.0.1:0")})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	c, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	request := []byte(get("/f.txt"))
	answer := make([]byte, 1<<16)
	exchange := func() []byte {
		if _, err := c.Write(request); err != nil {
			t.Fatal(err)
		}
		n, size := 0, -1
		for n != size {
			m, err := c.Read(answer[n:])
			if err != nil {
				t.Fatal(err)
			}
			n += m
			if i := bytes.Index(answer[:n], []byte("\r\n\r\n")); i >= 0 {
				size = i + 4 + 3000
			}
		}
		return answer[:n]
	}
	if !bytes.HasPrefix(exchange(), []byte("HTTP/1.1 200 ")) {
		t.Fatalf("%.100q", answer)
	}
	for range 100 {
		exchange()
	}
	const rounds = 2000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range rounds {
		exchange()
	}
	runtime.ReadMemStats(&after)
	// The runtime allocates now and then by itself, for a thread or its collector.
	if n := after.Mallocs - before.Mallocs; n > rounds/20 {
		t.Errorf("%d allocations in %d requests", n, rounds)
	}
	c.Close()
	s.Drain(time.Second)
	if totals := s.Wait(); totals.Requests != rounds+101 || len(totals.Notes) != 0 {
		t.Errorf("%+v", totals)
	}
}
