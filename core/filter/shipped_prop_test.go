package filter_test

// Each filter that ships, against the obvious reference.

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"testing"
	"time"

	"pgregory.net/rapid"

	"brigade/core/filter"
	gz "brigade/core/filter/gzip"
	"brigade/core/http1"
	"brigade/core/rt"
)

// bodies are drawn as runs, so that some compress.
func bodies(t *rapid.T) []byte {
	var b []byte
	for range rapid.IntRange(0, 6).Draw(t, "runs") {
		b = append(b, bytes.Repeat([]byte(rapid.StringMatching(`[ -~]{1,9}`).Draw(t, "run")), rapid.IntRange(1, 900).Draw(t, "times"))...)
	}
	return b
}

// through passes a body of known length through filters and returns what came out.
func through(t *rapid.T, fields string, head func(h *filter.Head), body []byte, list ...filter.Filter) (*bench, []byte) {
	b := newBench(t, fields)
	l := filter.NewChain(list...).Line(&b.buckets)
	b.head.Length = int64(len(body))
	if head != nil {
		head(&b.head)
	}
	flushes := b.cut(t, body)
	if err := l.Open(b.stream(0)); err != nil {
		t.Fatal(err)
	}
	p := b.pump(t, l, 0)
	b.settled(t, l, p, flushes)
	if b.head.Chunked() {
		return b, unchunked(t, p.text)
	}
	if int64(len(p.text)) != b.head.Length {
		t.Fatalf("%d bytes, and the head says %d", len(p.text), b.head.Length)
	}
	return b, p.text
}

func TestGzipIsReadByCompressGzip(t *testing.T) {
	g := gz.New(gz.Options{Level: 6, Keep: 2})
	rapid.Check(t, func(t *rapid.T) {
		body := bodies(t)
		b, text := through(t, "Accept-Encoding: br, gzip\r\n", func(h *filter.Head) {
			h.Add("Content-Type", "text/plain")
			h.Add("ETag", `"x"`)
		}, body, g)
		if string(b.head.Get("Vary")) != "Accept-Encoding" {
			t.Fatal("caches are not told")
		}
		if len(body) < 256 {
			if !bytes.Equal(text, body) {
				t.Fatal("what is too short is not as it was")
			}
			return
		}
		if string(b.head.Get("Content-Encoding")) != "gzip" || string(b.head.Get("ETag")) != `W/"x"` {
			t.Fatalf("%q", b.head.Lines())
		}
		z, err := gzip.NewReader(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := io.ReadAll(z); err != nil || !bytes.Equal(plain, body) {
			t.Fatalf("%d bytes became %d, %v", len(body), len(plain), err)
		}
	})
}

// What was flushed can be read before the rest has come.
func TestGzipFlushes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBench(t, "Accept-Encoding: gzip\r\n")
		b.head.Add("Content-Type", "text/html")
		l := filter.NewChain(gz.New(gz.Options{Level: rapid.IntRange(1, 9).Draw(t, "level")})).Line(&b.buckets)
		if err := l.Open(b.stream(0)); err != nil {
			t.Fatal(err)
		}
		first := bodies(t)
		b.source.Append(b.buckets.Transient(first))
		b.source.Append(b.buckets.Flush())
		if _, err := l.Pump(&b.source, &b.out, 1<<30, 0); err != nil {
			t.Fatal(err)
		}
		p := new(passed)
		p.take(b, 1<<40)
		z, err := gzip.NewReader(bytes.NewReader(unchunked(t, append(p.text, "0\r\n\r\n"...))))
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(first))
		if _, err := io.ReadFull(z, got); err != nil || !bytes.Equal(got, first) {
			t.Fatalf("%d flushed bytes cannot be read: %v", len(first), err)
		}
		l.Close(&b.out)
	})
}

func TestRangeIsSlicing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := bodies(t)
		text := "bytes="
		n := rapid.IntRange(1, 3).Draw(t, "ranges")
		for i := range n {
			if i > 0 {
				text += ","
			}
			first := rapid.IntRange(0, len(body)+2).Draw(t, "first")
			switch rapid.IntRange(0, 2).Draw(t, "form") {
			case 0:
				text += fmt.Sprintf("%d-", first)
			case 1:
				text += fmt.Sprintf("-%d", first)
			default:
				text += fmt.Sprintf("%d-%d", first, first+rapid.IntRange(0, 2000).Draw(t, "more"))
			}
		}
		var store [http1.MaxRanges]http1.Range
		want, verdict := http1.ParseRange([]byte(text), int64(len(body)), store[:0])
		b, got := through(t, "Range: "+text+"\r\n", func(h *filter.Head) { h.Add("Content-Type", "text/x") }, body, filter.Range{})
		switch {
		case verdict == http1.RangeIgnored:
			if b.head.Status != 200 || !bytes.Equal(got, body) {
				t.Fatalf("%s: %d, %d bytes", text, b.head.Status, len(got))
			}
		case verdict == http1.RangeUnsatisfiable:
			if b.head.Status != 416 || len(got) != 0 {
				t.Fatalf("%s: %d, %d bytes", text, b.head.Status, len(got))
			}
		case len(want) == 1:
			if r := want[0]; b.head.Status != 206 || !bytes.Equal(got, body[r.Start:r.Start+r.Length]) {
				t.Fatalf("%s: %d, %d bytes", text, b.head.Status, len(got))
			}
		default:
			_, params, err := mime.ParseMediaType(string(b.head.Get("Content-Type")))
			if err != nil {
				t.Fatal(err)
			}
			parts := multipart.NewReader(bytes.NewReader(got), params["boundary"])
			for _, r := range want {
				p, err := parts.NextPart()
				if err != nil {
					t.Fatal(err)
				}
				if b, err := io.ReadAll(p); err != nil || !bytes.Equal(b, body[r.Start:r.Start+r.Length]) {
					t.Fatalf("%s: %v: %d bytes, %v", text, r, len(b), err)
				}
			}
			if _, err := parts.NextPart(); !errors.Is(err, io.EOF) {
				t.Fatalf("%s: after the last part: %v", text, err)
			}
		}
	})
}

// Whatever the times of the calls, no more passes than the rate lets.
func TestRateBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := int64(rapid.IntRange(1, 100_000).Draw(t, "rate"))
		burst := max(rate/8, 1<<10)
		b := newBench(t, "")
		b.head.Length = 30_000
		l := filter.NewChain(filter.Rate{PerSecond: rate}).Line(&b.buckets)
		if err := l.Open(b.stream(0)); err != nil {
			t.Fatal(err)
		}
		b.source.Append(b.buckets.Immortal(make([]byte, 30_000)))
		b.source.Append(b.buckets.EndOfStream())
		b.source.Append(b.buckets.EndOfRequest(&b.over))
		now := rt.Instant(rapid.IntRange(0, 1<<40).Draw(t, "start"))
		start := now
		p := new(passed)
		for {
			state, err := l.Pump(&b.source, &b.out, 1<<30, now)
			if err != nil {
				t.Fatal(err)
			}
			p.take(b, 1<<30)
			if most := burst + int64(now.Sub(start).Seconds()*float64(rate)) + 1; int64(len(p.text)) > most {
				t.Fatalf("%d bytes after %v at %d a second; %d at most", len(p.text), now.Sub(start), rate, most)
			}
			if state == filter.Passed {
				break
			}
			now = max(now, l.Until()).Add(time.Duration(rapid.IntRange(0, int(20*time.Millisecond)).Draw(t, "late")))
		}
		// Who calls in time loses nothing but the lateness.
		if took := now.Sub(start).Seconds(); rate > 2000 && took > 2*(30_000/float64(rate))+0.1 {
			t.Fatalf("30,000 bytes at %d a second took %v s", rate, took)
		}
	})
}

// A limit lets exactly so many bytes pass.
func TestLimitIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := bodies(t)
		most := int64(rapid.IntRange(0, 2*len(body)+1).Draw(t, "most"))
		b := newBench(t, "")
		l := filter.NewInput(filter.Limit{Most: most}).Line(&b.buckets)
		s := b.stream(0)
		s.Head = nil
		if err := l.Open(s); err != nil {
			t.Fatal(err)
		}
		b.cut(t, body)
		b.over.ended = true
		b.source.Back().Destroy() // content has no end of a request
		state, err := filter.More, error(nil)
		for state == filter.More && err == nil {
			state, err = l.Pump(&b.source, &b.out, 1<<30, 0)
		}
		var e *http1.Error
		if over := int64(len(body)) > most; over != errors.As(err, &e) || over && e.Status != 413 {
			t.Fatalf("%d bytes, %d at most: %v", len(body), most, err)
		}
		l.Close(&b.out)
	})
}
