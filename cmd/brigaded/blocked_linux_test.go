package main

// A thousand sessions of HTTP/2, each with a stream whose window is shut, hold no processor,
// no task, and a bounded amount of memory; and much content goes up and down through
// windows of the usual size, byte for byte.

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"brigade/core/handler/static"
	"brigade/core/stage"
	"brigade/core/sys/linux"
)

// blocked opens a session whose stream may get a hundred bytes, and reads those.
func blocked(addr string) (net.Conn, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	var out, block bytes.Buffer
	fr := http2.NewFramer(&out, c)
	out.WriteString(http2.ClientPreface)
	_ = fr.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 100})
	enc := hpack.NewEncoder(&block)
	for _, f := range [][2]string{{":method", "GET"}, {":scheme", "http"}, {":path", "/large.bin"}, {":authority", "a"}} {
		_ = enc.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]})
	}
	_ = fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndStream: true, EndHeaders: true})
	if _, err := c.Write(out.Bytes()); err != nil {
		return nil, err
	}
	for got := 0; got < 100; {
		f, err := fr.ReadFrame()
		if err != nil {
			return nil, err
		}
		if d, ok := f.(*http2.DataFrame); ok {
			got += len(d.Data())
		}
	}
	return c, nil
}

func TestBlockedSessionsHoldLittle(t *testing.T) {
	n := 1000
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r); err != nil {
		t.Fatal(err)
	}
	n = min(n, int(r.Cur)/4)
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "large.bin"), pattern(largeSize), 0o600); err != nil {
		t.Fatal(err)
	}
	k := linux.New()
	h, err := static.New(k, root, static.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	s, err := stage.New(stage.Config{Kernel: k, Handler: h, Listen: netip.MustParseAddrPort("127.0.0.1:0")})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	before, tasks := used(), runtime.NumGoroutine()
	conns := make([]net.Conn, 0, n)
	for range n {
		c, err := blocked(s.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, c)
	}
	// The client's side, in the same process, is a few kilobytes of each.
	each := float64(used()-before) / float64(n)
	t.Logf("%d sessions with a stream that waits: %+v, %d tasks more, %.0f bytes of heap each, the client's included", n, s.Load(), runtime.NumGoroutine()-tasks, each)
	if x := s.Load(); x.Connections != n || x.Working != 0 {
		t.Errorf("%+v; want %d connections, and no processor at work", x, n)
	}
	if more := runtime.NumGoroutine() - tasks; more > 0 {
		t.Errorf("%d tasks more than without sessions", more)
	}
	if most := 64.0 * 1024; each > most {
		t.Errorf("%.0f bytes of heap for each session; want %.0f at most: its stream's two pages, and a piece of its file", each, most)
	}
	for _, c := range conns {
		_ = c.Close()
	}
	s.Drain(time.Minute)
	s.Wait()
}

// A hundred mebibytes each way, fifty streams at a time, with windows of 64 KiB.
func TestMuchGoesUpAndDown(t *testing.T) {
	const streams, rounds = 50, 2
	root := newSite(t)
	want := pattern(100 << 20 / streams / rounds)
	if err := os.WriteFile(filepath.Join(root, "much.bin"), want, 0o600); err != nil {
		t.Fatal(err)
	}
	// A session holds four contents of the longest kind: here all that come at once.
	d := start(t, root, "--echo", "/echo", "--body-limit", "16M")
	tr := &http.Transport{
		Protocols: new(http.Protocols), MaxConnsPerHost: 1,
		HTTP2: &http.HTTP2Config{MaxReceiveBufferPerConnection: 64 << 10, MaxReceiveBufferPerStream: 64 << 10},
	}
	tr.Protocols.SetUnencryptedHTTP2(true)
	c := &http.Client{Transport: tr, Timeout: 5 * time.Minute}
	var all sync.WaitGroup
	for range streams {
		all.Go(func() {
			for range rounds {
				down, err := c.Get("http://" + d.addr + "/much.bin")
				if err != nil {
					t.Errorf("down: %v", err)
					return
				}
				if got, err := io.ReadAll(down.Body); err != nil || !bytes.Equal(got, want) {
					t.Errorf("down: %d bytes, %v; want %d", len(got), err, len(want))
				}
				_ = down.Body.Close()
			}
			for range rounds {
				up, err := c.Post("http://"+d.addr+"/echo", "text/plain", bytes.NewReader(want))
				if err != nil {
					t.Errorf("up: %v", err)
					return
				}
				if got, err := io.ReadAll(up.Body); err != nil || up.StatusCode != 200 || !bytes.Equal(got, want) {
					t.Errorf("up: status %d, %d bytes, %v; want %d", up.StatusCode, len(got), err, len(want))
				}
				_ = up.Body.Close()
			}
		})
	}
	all.Wait()
	tr.CloseIdleConnections()
	if most, got := 300<<20, peak(t, d.cmd.Process.Pid); got > most {
		t.Errorf("the server had %d bytes of memory at a time; want %d at most", got, most)
	}
	d.stop()
}

// peak is the most memory that a process has had, in bytes.
func peak(t *testing.T, pid int) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(b, []byte("VmHWM:"))
	n := 0
	if _, err := fmt.Sscan(string(rest), &n); err != nil {
		t.Fatal(err)
	}
	return n << 10
}
