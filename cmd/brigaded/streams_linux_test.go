package main

// What streams of HTTP/2 have besides content, on the real server: urgency, interim
// responses, trailers.

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/net/http2"
)

// Of two streams that are asked for together, the more urgent is sent first, whole, and one
// that becomes urgent while it waits overtakes (RFC 9218).
func TestUrgencyIsHonoured(t *testing.T) {
	root := newSite(t)
	content := pattern(100 << 10)
	if err := os.WriteFile(filepath.Join(root, "hundred.bin"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	d := start(t, root, "--topology", "fused", "--shards", "1")
	for _, x := range []struct {
		name           string
		first, second  string // their priorities
		update         string // of the first, later; empty: none
		ends           uint32 // which ends first
		before, beside int    // bytes of the other by then, at most and at least
	}{
		{"the second is more urgent", "u=5", "u=1", "", 5, 0, 0},
		{"equal: the first goes first", "u=3", "u=3", "", 3, 0, 0},
		{"they share", "u=3, i", "u=3, i", "", 3, 100 << 10, 60 << 10},
		{"the first becomes urgent", "u=7", "u=4", "u=0", 3, 0, 0},
	} {
		f := newFlooder(t, d, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 20})
		_ = f.framer.WriteWindowUpdate(0, 4<<20)
		f.ask(true, "/hundred.bin") // whatever the loop does not have yet
		f.send()
		f.bodies(t, 1)
		f.ask(true, "/hundred.bin", "priority", x.first)
		f.ask(true, "/hundred.bin", "priority", x.second)
		if x.update != "" {
			_ = f.framer.WritePriorityUpdate(3, x.update)
		}
		f.send()
		got, ended := f.bodies(t, 2)
		other := 8 - ended[0]
		if ended[0] != x.ends || got.at[other] > x.before || got.at[other] < x.beside {
			t.Errorf("%s: stream %d ends first, and of the other there are %d bytes; want stream %d, and %d to %d bytes",
				x.name, ended[0], got.at[other], x.ends, x.beside, x.before)
		}
		for _, id := range ended {
			if !bytes.Equal(got.all[id], content) {
				t.Errorf("%s: stream %d: %d bytes that are not the file's", x.name, id, len(got.all[id]))
			}
		}
		_ = f.conn.Close()
	}
	d.stop()
}

// bodies is what came, by stream: all of it, and how much by the end of the first.
type bodies struct {
	all map[uint32][]byte
	at  map[uint32]int
}

// bodies reads until n streams have ended, in this order.
func (f *flooder) bodies(t *testing.T, n int) (got bodies, ended []uint32) {
	t.Helper()
	got = bodies{all: map[uint32][]byte{}, at: map[uint32]int{}}
	for len(ended) < n {
		frame, err := f.framer.ReadFrame()
		if err != nil {
			t.Fatal(err)
		}
		x, ok := frame.(*http2.DataFrame)
		if !ok {
			continue
		}
		got.all[x.StreamID] = append(got.all[x.StreamID], x.Data()...)
		if !x.StreamEnded() {
			continue
		}
		if ended = append(ended, x.StreamID); len(ended) == 1 {
			for id, b := range got.all {
				got.at[id] = len(b)
			}
		}
	}
	return got, ended
}

// Who expects 100 gets it before its content is sent; trailers end content, and padding is
// no part of it.
func TestContinueAndTrailers(t *testing.T) {
	each(t, newSite(t), func(t *testing.T, d *daemon) {
		f := newFlooder(t, d)
		id := f.next
		f.next += 2
		block := f.head("/echo", "expect", "100-continue", "content-length", "5")
		block[0] = 0x83 // :method: POST, in the static table
		_ = f.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block, EndHeaders: true})
		f.send()
		statuses := f.heads(t, 1)
		_ = f.framer.WriteDataPadded(id, false, []byte("he"), make([]byte, 200))
		_ = f.framer.WriteData(id, false, []byte("llo"))
		f.block.Reset()
		trailer := []byte{0x00, 5, 'x', '-', 's', 'u', 'm', 1, '1'}
		_ = f.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: trailer, EndHeaders: true, EndStream: true})
		f.send()
		statuses = append(statuses, f.heads(t, 1)...)
		got, _ := f.bodies(t, 1)
		if len(statuses) != 2 || statuses[0] != "100" || statuses[1] != "200" || string(got.all[id]) != "hello" {
			t.Errorf("%q, %q; want 100, 200 and hello", statuses, got.all[id])
		}
		_ = f.conn.Close()
	}, "--echo", "/echo")
}

// heads reads until n heads have come, and returns their statuses.
func (f *flooder) heads(t *testing.T, n int) (statuses []string) {
	t.Helper()
	for len(statuses) < n {
		frame, err := f.framer.ReadFrame()
		if err != nil {
			t.Fatal(err)
		}
		if h, ok := frame.(*http2.HeadersFrame); ok {
			statuses = append(statuses, statusIn(h.HeaderBlockFragment()))
		}
	}
	return statuses
}

// statusIn is the status that a field block of this server begins with.
func statusIn(b []byte) string {
	switch {
	case len(b) > 0 && b[0] == 0x88:
		return "200"
	case len(b) >= 5 && b[1] == 3:
		return string(b[2:5])
	}
	return ""
}
