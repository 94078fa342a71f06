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
	least   int // the least size of the table that was announced since the last block; -1: none was
}

func newReader(h *Heads) *reader {
	r := &reader{least: -1}
	r.s.Init(Limits{Streams: 10, Head: 8 << 10}, h, 0)
	r.s.Flush()
	r.decoder = hpack.NewDecoder(4096, func(f hpack.HeaderField) { r.fields = append(r.fields, f.Name+": "+f.Value) })
	return r
}

// respond has a stream answered and returns the fields as they arrive, sorted.
func (r *reader) respond(t *rapid.T, id uint32, text, trailers string) []string {
	st := r.s.streams.add(id)
	r.s.Respond(st, []byte(text), false)
	r.read(t)
	fields := r.fields
	if trailers != "" {
		st.answered = true
		r.s.Trail(st, []byte(trailers))
		r.read(t)
		fields = append(fields, r.fields...)
	}
	r.s.Cancel(st, Cancel)
	r.s.Release(st)
	r.s.Flush()
	if !strings.HasPrefix(fields[0], ":status: ") {
		t.Fatalf("the first field is %q", fields[0])
	}
	slices.Sort(fields)
	return fields
}

// read decompresses the block that was sent.
func (r *reader) read(t *rapid.T) {
	framer := http2.NewFramer(nil, bytesOf(r.s.Out()))
	r.fields = nil
	for whole := false; !whole; {
		f, err := framer.ReadFrame()
		if err != nil {
			t.Fatalf("frame: %v", err)
		}
		var block []byte
		switch f := f.(type) {
		case *http2.HeadersFrame:
			whole, block = f.HeadersEnded(), f.HeaderBlockFragment()
		case *http2.ContinuationFrame:
			whole, block = f.HeadersEnded(), f.HeaderBlockFragment()
		default:
			continue
		}
		if r.least >= 0 {
			r.shrunk(t, block)
		}
		if _, err := r.decoder.Write(block); err != nil {
			t.Fatalf("block: %v", err)
		}
	}
	if err := r.decoder.Close(); err != nil {
		t.Fatalf("block: %v", err)
	}
	r.s.Flush()
}

// shrunk holds that a block begins with the size that was announced (RFC 7541 §4.2).
func (r *reader) shrunk(t *rapid.T, block []byte) {
	size := int(block[0] & 0x1f)
	for i, shift := 1, 0; size >= 0x1f && i < len(block); i, shift = i+1, shift+7 {
		if size += int(block[i]&0x7f) << shift; block[i]&0x80 == 0 {
			break
		}
	}
	if block[0]>>5 != 1 || size > r.least {
		t.Fatalf("a block begins with %x, and the table has %d bytes", block[0], r.least)
	}
	r.least = -1
}

// announce tells the session how large the table is.
func (r *reader) announce(size uint32) {
	r.s.codec.table(size)
	if r.least < 0 || int(size) < r.least {
		r.least = int(size)
	}
}

func bytesOf(b []byte) *strings.Reader { return strings.NewReader(string(b)) }

func TestHeadsArriveAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		heads := new(Heads)
		readers := []*reader{newReader(heads), newReader(heads)}
		value := []string{"", "a", "bytes", "text/plain; charset=utf-8", "Sun, 22 Nov 2026 04:30:14 GMT", strings.Repeat("long ", 30), strings.Repeat("\xff", 9000), "\x01\xff", "z"}
		name := []string{"Server", "Date", "date", "Content-Type", "Vary", "Cache-Control", "ETag", "Content-Length", "X-Own", "Set-Cookie", "Connection", "Last-Modified", "Accept-Ranges", "Content-Encoding", "Zz-AZ", "KEEP-Alive", "Transfer-Encoding", "Upgrade", "Proxy-Connection", "Vara", "Content-Typ", "[x", "@x"}
		for id := uint32(1); id < 60; id += 2 {
			r := readers[choose(t, 2, "session")]
			if choose(t, 10, "resize") == 0 {
				r.announce(pick(t, []uint32{0, 60, 100, 4096, 1 << 20}, "table"))
			}
			status := pick(t, []string{"200", "404", "103", "429", "304", "204", "206", "400", "500", "299"}, "status")
			text, want := "HTTP/1.1 "+status+" Reason\r\n", []string{":status: " + status}
			for range choose(t, 9, "fields") {
				n, v := pick(t, name, "name"), pick(t, value, "value")
				if n == "Content-Length" {
					v = fmt.Sprint(len(v))
				}
				text += n + ": " + v + "\r\n"
				if !slices.Contains(about[:], strings.ToLower(n)) {
					want = append(want, strings.ToLower(n)+": "+v)
				}
			}
			trailers := ""
			for range choose(t, 3, "trailers") {
				trailers += "X-Sum:  a b\t\r\n"
				want = append(want, "x-sum: a b")
			}
			slices.Sort(want)
			if p, _ := heads.of([]byte(text + "\r\n")); cap(p.text) > max(keep, 2*len(p.text)) {
				t.Fatalf("%d bytes are kept for a head of %d", cap(p.text), len(p.text))
			}
			if got := r.respond(t, id, text+"\r\n", trailers); !slices.Equal(got, want) {
				t.Fatalf("got %q\nwant %q", got, want)
			}
		}
	})
}

// A text that is no head is whoever writes it's mistake.
func TestWhatIsNoHead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := []byte("HTTP/1.1 200")
		sound := true
		if i := 9 + choose(t, 3, "place"); rapid.Bool().Draw(t, "changed") {
			line[i] = pick(t, []byte("09/:x "), "byte")
			sound = line[i] == '0' || line[i] == '9'
		}
		if choose(t, 4, "cut") == 0 {
			line, sound = line[:len(line)-1-choose(t, 12, "by")], false
		}
		text := string(line) + pick(t, []string{"\r\n\r\n", " OK\r\nA: b\r\n\r\n"}, "rest")
		if !sound && len(line) < 12 {
			text = string(line) + "\r\n\r\n"
		}
		defer func() {
			if p := recover(); (p == nil) != sound {
				t.Fatalf("%q is a head: %t (%v)", text, p == nil, p)
			}
		}()
		newReader(new(Heads)).respond(t, 1, text, "")
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
