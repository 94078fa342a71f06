package main

// Clients of HTTP/2 that flood, on the real server: each is told so (ENHANCE_YOUR_CALM) or
// refused, the server counts it by kind, and an innocent client beside it is served.

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// flooder is a client that says what it likes.
type flooder struct {
	t      *testing.T
	conn   net.Conn
	out    bytes.Buffer
	framer *http2.Framer
	block  bytes.Buffer
	fields *hpack.Encoder
	next   uint32
}

func newFlooder(t *testing.T, d *daemon, settings ...http2.Setting) *flooder {
	t.Helper()
	c, err := net.Dial("tcp", d.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	f := &flooder{t: t, conn: c, next: 1}
	f.framer = http2.NewFramer(&f.out, c)
	f.framer.AllowIllegalWrites = true
	f.fields = hpack.NewEncoder(&f.block)
	f.out.WriteString(http2.ClientPreface)
	_ = f.framer.WriteSettings(settings...)
	return f
}

// head compresses a request for path with more fields.
func (f *flooder) head(path string, more ...string) []byte {
	f.block.Reset()
	list := append([]string{":method", "GET", ":scheme", "http", ":path", path, ":authority", "a"}, more...)
	for i := 0; i < len(list); i += 2 {
		_ = f.fields.WriteField(hpack.HeaderField{Name: list[i], Value: list[i+1]})
	}
	return f.block.Bytes()
}

// ask begins a request.
func (f *flooder) ask(end bool, path string, more ...string) (id uint32) {
	id = f.next
	f.next += 2
	_ = f.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: f.head(path, more...), EndStream: end, EndHeaders: true})
	return id
}

// send sends what was written; the server may have hung up by then.
func (f *flooder) send() {
	_, _ = f.conn.Write(f.out.Bytes())
	f.out.Reset()
}

// outcome reads until GOAWAY, or the answer to stream 3.
func (f *flooder) outcome() string {
	_ = f.conn.SetReadDeadline(time.Now().Add(time.Minute))
	for {
		frame, err := f.framer.ReadFrame()
		if err != nil {
			return err.Error()
		}
		switch x := frame.(type) {
		case *http2.GoAwayFrame:
			return x.ErrCode.String()
		case *http2.DataFrame: // a byte at a time, if it has to be
			_ = f.framer.WriteWindowUpdate(x.StreamID, max(x.Length, 1))
			f.send()
		case *http2.HeadersFrame:
			if x.StreamID == 3 && x.StreamEnded() {
				return "answered"
			}
			if x.StreamID == 3 {
				f.next = 0 // its content tells why; it is refused
				return "refused"
			}
		}
	}
}

const calm = "ENHANCE_YOUR_CALM"

// floods are what flooders do, and what the server notes of it.
var floods = []struct {
	name, outcome, note string
	settings            []http2.Setting
	do                  func(f *flooder)
}{
	{"rapid reset", calm, "1 connections of HTTP/2 were ended for too many resets", nil, func(f *flooder) {
		for range 2000 {
			_ = f.framer.WriteRSTStream(f.ask(true, "/large.bin"), http2.ErrCodeCancel)
		}
	}},
	{"made to reset", calm, "1 connections of HTTP/2 were ended for too many resets", nil, func(f *flooder) {
		for range 2000 { // CVE-2025-8671
			_ = f.framer.WriteWindowUpdate(f.ask(true, "/large.bin"), 0)
		}
	}},
	{"continuation", calm, "1 connections of HTTP/2 were ended for too many continuations", nil, func(f *flooder) {
		_ = f.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: f.head("/")})
		for range 2000 {
			_ = f.framer.WriteContinuation(1, false, []byte{0x00, 1, 'a', 1, 'b'})
		}
	}},
	{"ping", calm, "1 connections of HTTP/2 were ended for too many pings", nil, func(f *flooder) {
		for range 2000 {
			_ = f.framer.WritePing(false, [8]byte{})
		}
	}},
	{"settings", calm, "1 connections of HTTP/2 were ended for too many settings", nil, func(f *flooder) {
		for range 2000 {
			_ = f.framer.WriteSettings()
		}
	}},
	{"settings in one frame", calm, "1 connections of HTTP/2 were ended for too many settings", nil, func(f *flooder) {
		var list []http2.Setting
		for i := range 2000 {
			list = append(list, http2.Setting{ID: http2.SettingInitialWindowSize, Val: uint32(i % 2)})
		}
		_ = f.framer.WriteSettings(list...)
	}},
	{"tables", calm, "1 connections of HTTP/2 were ended for too many continuations", nil, func(f *flooder) {
		_ = f.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: bytes.Repeat([]byte{0x20}, 16384)})
		_ = f.framer.WriteContinuation(1, false, bytes.Repeat([]byte{0x20}, 16384))
		_ = f.framer.WriteContinuation(1, false, bytes.Repeat([]byte{0x20}, 16384))
		_ = f.framer.WriteContinuation(1, true, f.head("/"))
	}},
	{"priorities", calm, "1 connections of HTTP/2 were ended for too many priorities", nil, func(f *flooder) {
		for i := range uint32(2000) {
			_ = f.framer.WritePriority(2*i+1, http2.PriorityParam{StreamDep: 2*i + 3})
		}
	}},
	{"late frames", calm, "1 connections of HTTP/2 were ended for too many late frames", nil, func(f *flooder) {
		for range 2000 {
			_ = f.framer.WriteGoAway(0, http2.ErrCodeNo, nil)
		}
	}},
	{"empty frames", calm, "1 connections of HTTP/2 were ended for too many empty frames", nil, func(f *flooder) {
		id := f.ask(false, "/small.txt")
		for range 2000 {
			_ = f.framer.WriteDataPadded(id, false, nil, make([]byte, 9))
		}
	}},
	{"window updates", calm, "1 connections of HTTP/2 were ended for too many window updates", nil, func(f *flooder) {
		for range 2000 {
			_ = f.framer.WriteWindowUpdate(0, 1)
		}
	}},
	{"small windows", calm, "1 connections of HTTP/2 were ended for too many small windows", []http2.Setting{{ID: http2.SettingInitialWindowSize, Val: 1}}, func(f *flooder) {
		f.ask(true, "/large.bin")
	}},
	{"header bomb", "refused", "1 requests of HTTP/2 had heads beyond the limit", nil, func(f *flooder) {
		bomb := strings.Repeat("v", 3900)
		f.ask(true, "/small.txt", "x-bomb", bomb)
		var list []string
		for range 4000 {
			list = append(list, "x-bomb", bomb)
		}
		f.ask(true, "/small.txt", list...)
	}},
}

func TestFloods(t *testing.T) {
	root := newSite(t)
	for _, x := range floods {
		t.Run(x.name, func(t *testing.T) {
			d := start(t, root)
			innocent := client2()
			f := newFlooder(t, d, x.settings...)
			x.do(f)
			f.send()
			for i := range 20 {
				resp, err := innocent.Get("http://" + d.addr + "/small.txt")
				if err != nil {
					t.Fatalf("innocent request %d: %v", i, err)
				}
				if got, err := io.ReadAll(resp.Body); err != nil || string(got) != small || resp.StatusCode != http.StatusOK {
					t.Fatalf("innocent request %d: status %d, %d bytes, %v", i, resp.StatusCode, len(got), err)
				}
				_ = resp.Body.Close()
			}
			if got := f.outcome(); got != x.outcome && !(x.outcome == calm && strings.Contains(got, "reset")) {
				t.Errorf("the flooder hears %q; want %q", got, x.outcome)
			}
			innocent.CloseIdleConnections()
			_ = f.conn.Close()
			d.signal(syscall.SIGTERM)
			d.want("it counts", x.note)
		})
	}
}

// A drain is told of in two steps, and what is on its way by then is answered.
func TestDrainInTwoSteps(t *testing.T) {
	root := newSite(t)
	for _, top := range topologies {
		d := start(t, root, top.flags...)
		f := newFlooder(t, d)
		f.ask(true, "/small.txt")
		f.send()
		answers, last := 0, []uint32(nil)
		for {
			frame, err := f.framer.ReadFrame()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			switch x := frame.(type) {
			case *http2.DataFrame:
				if x.StreamEnded() {
					if answers++; answers == 1 {
						d.signal(syscall.SIGTERM)
					}
				}
			case *http2.GoAwayFrame:
				last = append(last, x.LastStreamID)
				if len(last) == 1 { // it crosses with a request
					f.ask(true, "/small.txt")
				}
			case *http2.PingFrame:
				_ = f.framer.WritePing(true, x.Data)
				f.ask(true, "/small.txt") // too late
				f.send()
			}
		}
		if answers != 2 || len(last) != 2 || last[0] != 1<<31-1 || last[1] != 3 {
			t.Errorf("%s: %d answers, and last streams %d; want 2, and first none, then 3", top.name, answers, last)
		}
		_ = f.conn.Close()
		d.wantExit("all was answered", statusClean)
	}
}
