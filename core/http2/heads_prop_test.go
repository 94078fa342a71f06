package http2

// What a client decompresses is what the handler wrote, whatever came before it: other
// heads in the same place, other sessions, dates that change, tables that the peer makes
// smaller or larger.

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"pgregory.net/rapid"
)

// reader decompresses the field blocks of one session.
type reader struct {
	s       Session
	decoder *hpack.Decoder
	fields  []string
}

func newReader(h *Heads) *reader {
	r := new(reader)
	r.s.Init(Limits{Streams: 10, Head: 8 << 10}, h, 0)
	r.s.Flush()
	r.decoder = hpack.NewDecoder(4096, func(f hpack.HeaderField) { r.fields = append(r.fields, f.Name+": "+f.Value) })
	return r
}

// respond has a stream answered and returns the fields as they arrive, sorted.
func (r *reader) respond(t *rapid.T, id uint32, text string) []string {
	st := r.s.streams.add(id)
	r.s.Respond(st, []byte(text), false)
	framer := http2.NewFramer(nil, bytesOf(r.s.Out()))
	r.fields = nil
	for {
		f, err := framer.ReadFrame()
		if err != nil {
			t.Fatalf("frame: %v", err)
		}
		whole, block := false, []byte(nil)
		switch f := f.(type) {
		case *http2.HeadersFrame:
			whole, block = f.HeadersEnded(), f.HeaderBlockFragment()
		case *http2.ContinuationFrame:
			whole, block = f.HeadersEnded(), f.HeaderBlockFragment()
		default:
			continue
		}
		if _, err := r.decoder.Write(block); err != nil {
			t.Fatalf("block: %v", err)
		}
		if whole {
			break
		}
	}
	if err := r.decoder.Close(); err != nil {
		t.Fatalf("block: %v", err)
	}
	r.s.Flush()
	r.s.Cancel(st, Cancel)
	r.s.Release(st)
	r.s.Flush()
	if !strings.HasPrefix(r.fields[0], ":status: ") {
		t.Fatalf("the first field is %q", r.fields[0])
	}
	slices.Sort(r.fields)
	return r.fields
}

func bytesOf(b []byte) *strings.Reader { return strings.NewReader(string(b)) }

func TestHeadsArriveAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		heads := new(Heads)
		readers := []*reader{newReader(heads), newReader(heads)}
		value := rapid.SampledFrom([]string{"", "a", "bytes", "text/plain; charset=utf-8", "Sun, 22 Nov 2026 04:30:14 GMT", strings.Repeat("long ", 30), strings.Repeat("v", 3000), "\x01\xff"})
		name := rapid.SampledFrom([]string{"Server", "Date", "date", "Content-Type", "Vary", "Cache-Control", "ETag", "Content-Length", "X-Own", "Set-Cookie", "Connection", "Last-Modified"})
		for id := uint32(1); id < 60; id += 2 {
			r := readers[rapid.IntRange(0, 1).Draw(t, "session")]
			if rapid.IntRange(0, 9).Draw(t, "resize") == 0 {
				size := rapid.SampledFrom([]uint32{0, 60, 100, 4096}).Draw(t, "table")
				r.s.codec.table(size)
			}
			status := rapid.SampledFrom([]string{"200", "404", "103", "429", "304"}).Draw(t, "status")
			text, want := "HTTP/1.1 "+status+" Reason\r\n", []string{":status: " + status}
			for range rapid.IntRange(0, 8).Draw(t, "fields") {
				n, v := name.Draw(t, "name"), value.Draw(t, "value")
				if n == "Content-Length" {
					v = fmt.Sprint(len(v))
				}
				text += n + ": " + v + "\r\n"
				if n != "Connection" {
					want = append(want, strings.ToLower(n)+": "+v)
				}
			}
			slices.Sort(want)
			if got := r.respond(t, id, text+"\r\n"); !slices.Equal(got, want) {
				t.Fatalf("got %q\nwant %q", got, want)
			}
		}
	})
}

// Of heads that come again each field whose value lasts takes a byte.
func TestHeadsAreShort(t *testing.T) {
	r := newReader(new(Heads))
	size := 0
	for id := uint32(1); id < 7; id += 2 {
		st := r.s.streams.add(id)
		r.s.Respond(st, []byte("HTTP/1.1 200 OK\r\nServer: brigade\r\nDate: Sun, 22 Nov 2026 04:30:14 GMT\r\nContent-Type: text/plain\r\n\r\n"), false)
		size = len(r.s.Out())
		r.s.Flush()
	}
	if want := headerLength + 1 + 3; size != want {
		t.Errorf("the third head takes %d bytes; want %d", size, want)
	}
}
