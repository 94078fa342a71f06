package stage_test

// Filters in every topology: what clients get, whatever the schedule, and what
// becomes of filters and handlers that break the rules.

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"brigade/core/bucket"
	"brigade/core/exchange"
	"brigade/core/filter"
	gz "brigade/core/filter/gzip"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/netsim"
	"brigade/netsim/client"
)

// texts answers with text of known or unknown length, and receives content.
type texts struct{ inline bool }

var text = []byte(strings.Repeat("all work and no play makes a dull server\n", 2000)) // 82,000 bytes

func (texts) Receives(x *exchange.Exchange) bool { return string(x.Request.Path) == "/echo" }

func (h texts) Local() exchange.Local { return textsLocal{h} }

func (h texts) Handle(x *exchange.Exchange) {
	x.Begin(200)
	x.Field("Content-Type", "text/plain")
	switch string(x.Request.Path) {
	case "/known":
		x.ContentLength(int64(len(text)))
		x.End()
		x.Shared(text)
	case "/echo":
		x.End()
		if err := x.Move(x.Content()); err != nil {
			panic(err)
		}
	case "/short":
		x.ContentLength(5)
		x.End()
		x.Shared([]byte("four"))
	case "/long":
		x.ContentLength(5)
		x.End()
		x.Shared([]byte("sixsix"))
	case "/headless":
		x.ContentLength(5)
		x.Shared([]byte("fives"))
	case "/twice":
		x.End()
		x.Begin(200)
	case "/fails":
		x.End()
		x.Shared(text)
		x.Error(errors.New("the disk is gone"))
	default:
		x.End()
		for b := text; len(b) > 0; {
			n := min(len(b), 5000)
			if len(b) < len(text)/2 {
				x.Shared(b) // what is copied is held in memory
				return
			}
			if err := x.Bytes(b[:n]); err != nil {
				panic(err)
			}
			x.Flush()
			b = b[n:]
		}
	}
}

type textsLocal struct{ h texts }

func (l textsLocal) Inline(x *exchange.Exchange) bool {
	if l.h.inline {
		l.h.Handle(x)
	}
	return l.h.inline
}

func (textsLocal) Learn(any) {}

// filtering is a setup with these filters.
func filtering(inline bool, list ...filter.Filter) setup {
	s := setup{}
	s.cfg.Handler = texts{inline}
	if list != nil {
		s.cfg.Filters = filter.NewChain(list...)
	}
	return s
}

func decoded(r *client.Response) []byte {
	if r.Header.Get("Content-Encoding") != "gzip" {
		return r.Body
	}
	z, err := gzip.NewReader(bytes.NewReader(r.Body))
	if err != nil {
		rt.Bug("what is called gzip is not: %v", err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		rt.Bug("what is called gzip cannot be decoded: %v", err)
	}
	return b
}

// Every chain gives the client the handler's bytes, of known length or not, and the
// connection stays open.
func TestFiltersPassTheBody(t *testing.T) {
	for _, c := range []struct {
		name string
		list []filter.Filter
	}{
		{"none", nil},
		{"count", []filter.Filter{filter.NewCount("body")}},
		{"gzip", []filter.Filter{gz.New(gz.Options{})}},
		{"range", []filter.Filter{filter.Range{}}},
		{"rate", []filter.Filter{filter.Rate{PerSecond: 200 << 10}}},
		{"all", []filter.Filter{filter.NewCount("body"), filter.Range{}, gz.New(gz.Options{}), filter.Rate{PerSecond: 2 << 10}, filter.NewCount("sent")}},
	} {
		for _, inline := range []bool{false, true} {
			if inline && len(c.list) == 1 {
				continue
			}
			everywhere(t, filtering(inline, c.list...), func(w *world) {
				k := w.dial()
				for _, path := range []string{"/known", "/unknown", "/known"} {
					k.send("GET " + path + " HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n")
					r := k.wantResponse(c.name+": "+path, 200)
					if got := decoded(r); !bytes.Equal(got, text) {
						rt.Bug("%s: %s: %d bytes, not the %d of the handler", c.name, path, len(got), len(text))
					}
					if r.Close {
						rt.Bug("%s: %s: the connection ends for no reason", c.name, path)
					}
				}
				k.send("HEAD /known HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n")
				if _, err := k.Response(client.Want{Method: "HEAD", Status: 200}); err != nil {
					rt.Bug("%s: HEAD: %v", c.name, err)
				}
				k.Close()
			})
		}
	}
}

// What a rate lets pass takes the time that it should, without keeping a processor.
func TestRatePaces(t *testing.T) {
	s := filtering(false, filter.Rate{PerSecond: 20000})
	s.cfg.Processors = 1
	everywhere(t, s, func(w *world) {
		began := rt.Now()
		var wg rt.WaitGroup
		for range 3 {
			wg.Go("client", func() {
				k := w.dial()
				k.get("/known")
				k.wantResponse("at 20,000 bytes a second", 200)
				k.Close()
			})
		}
		wg.Wait()
		// 82,000 bytes less a burst of 2,500 take 3.98 s.
		if took := rt.Now().Sub(began); took < 3900*time.Millisecond || took > 4300*time.Millisecond {
			rt.Bug("82,000 bytes at 20,000 a second took %v", took)
		}
	})
}

// Content comes to the handler through the input filters, cut as it may be.
func TestContentIsReceived(t *testing.T) {
	for _, input := range [][]filter.Filter{nil, {filter.Limit{Most: 5000}}, {filter.Slow{Nap: ms, Declared: true}, filter.Limit{Most: 5000}}} {
		s := filtering(false, filter.NewCount("body"))
		if input != nil {
			s.cfg.Input = filter.NewInput(input...)
		}
		everywhere(t, s, func(w *world) {
			k := w.dial()
			body := strings.Repeat("0123456789", 450)
			k.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4500\r\n\r\n" + body)
			if r := k.wantResponse("an echo", 200); string(r.Body) != body {
				rt.Bug("an echo of %d bytes has %d", len(body), len(r.Body))
			}
			// Chunked, and pipelined.
			k.send("GET /known HTTP/1.1\r\nHost: a\r\n\r\nPOST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nGET /known HTTP/1.1\r\nHost: a\r\n\r\n")
			k.wantResponse("before", 200)
			if r := k.wantResponse("an echo of chunks", 200); string(r.Body) != "hello world" {
				rt.Bug("an echo of chunks is %q", r.Body)
			}
			k.wantResponse("behind", 200)
			// A client that waits to be asked.
			k.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
			rt.Sleep(10 * ms)
			k.send("ok")
			if r := k.wantResponse("an echo that was asked for", 200); string(r.Body) != "ok" {
				rt.Bug("the echo is %q", r.Body)
			}
			if len(input) > 0 {
				k.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n" + strings.Repeat("x", 5000) + "\r\n1\r\ny\r\n0\r\n\r\n")
				k.wantClosing("a byte more than the limit", 413)
			}
			k.Close()
		})
	}
}

// Content that does not come is 408.
func TestContentTimer(t *testing.T) {
	everywhere(t, filtering(false), func(w *world) {
		k := w.dial()
		k.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf")
		began := rt.Now()
		k.wantClosing("the rest does not come", 408)
		wantNow("the time for content", began, 2500*ms)
		k.Close()
	})
}

// Content that is wanted may take its time, a piece at a time.
func TestContentTimerCountsProgress(t *testing.T) {
	everywhere(t, filtering(false), func(w *world) {
		k := w.dial()
		k.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n")
		for range 4 { // in all much longer than Body
			rt.Sleep(2 * time.Second)
			k.send("hi")
		}
		if r := k.wantResponse("an echo of what came slowly", 200); string(r.Body) != "hihihihi" {
			rt.Bug("the echo is %q", r.Body)
		}
		k.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhi")
		began := rt.Now()
		k.wantClosing("the rest does not come", 408)
		wantNow("the time for content, from its last piece on", began, 2500*ms)
		k.Close()
	})
}

// A handler whose bytes are not what it declared has not answered.
func TestHandlerBreaksItsWord(t *testing.T) {
	for _, path := range []string{"/short", "/long", "/headless", "/twice"} {
		for _, list := range [][]filter.Filter{nil, {filter.NewCount("body")}} {
			s := filtering(false, list...)
			everywhere(t, s, func(w *world) {
				k := w.dial()
				k.get(path)
				r, err := k.Response(client.Want{Status: 500})
				if err != nil && list == nil {
					rt.Bug("%s: %v", path, err)
				}
				if err == nil && !strings.HasPrefix(string(r.Body), "500 ") {
					rt.Bug("%s: %q", path, r.Body)
				}
				k.Close()
			})
		}
	}
}

// A body that cannot go on is cut, visibly.
func TestErrorCutsTheBody(t *testing.T) {
	everywhere(t, filtering(false, filter.NewCount("body")), func(w *world) {
		k := w.dial()
		k.get("/fails")
		if _, err := k.Response(client.Want{Status: 200}); err == nil {
			rt.Bug("a body whose disk is gone looks whole")
		}
		k.Close()
	})
}

// bad is a filter that breaks a rule.
type bad struct {
	name string
	pass func(s *filter.Stream, in, out *bucket.Brigade, kept *bucket.Brigade) error
}

func (b bad) Name() string { return "bad" }

func (b bad) New() filter.State { return &badState{of: b} }

type badState struct {
	of   bad
	kept bucket.Brigade
}

func (s *badState) Open(*filter.Stream) (filter.Use, error) { return filter.Inline, nil }

func (s *badState) Pass(st *filter.Stream, in, out *bucket.Brigade) error {
	s.kept.Init(st.Buckets)
	return s.of.pass(st, in, out, &s.kept)
}

func (s *badState) Close() {}

func (s *badState) Digest(d rt.Digest) rt.Digest { return d }

// ends is the bucket of the end of the stream in b; nil: it is not there.
func ends(b *bucket.Brigade, kind bucket.Kind) *bucket.Bucket {
	for k := b.Front(); k != nil; k = k.Next() {
		if k.Kind() == kind {
			return k
		}
	}
	return nil
}

var badFilters = []struct {
	bad
	note string // what the operator is told
}{
	{bad{"after the end", func(s *filter.Stream, in, out, _ *bucket.Brigade) error {
		over := ends(in, bucket.EndOfStream) != nil
		out.Concat(in)
		if over {
			return out.Write([]byte("and another thing"))
		}
		return nil
	}}, "filter bad writes 17 bytes after the end of the stream; nothing comes after that"},
	{bad{"keeps transient", func(s *filter.Stream, in, out, _ *bucket.Brigade) error {
		out.Concat(in)
		s.Held.Append(s.Buckets.Transient([]byte("dies at once")))
		return nil
	}}, "filter bad holds 1 transient buckets"},
	{bad{"ends twice", func(s *filter.Stream, in, out, _ *bucket.Brigade) error {
		over := ends(in, bucket.EndOfStream) != nil
		out.Concat(in)
		if over {
			out.Append(s.Buckets.EndOfStream())
		}
		return nil
	}}, "filter bad passes on an end-of-stream bucket more than it was given"},
	{bad{"swallows the end", func(_ *filter.Stream, in, out, _ *bucket.Brigade) error {
		if k := ends(in, bucket.EndOfStream); k != nil {
			k.Destroy()
		}
		out.Concat(in)
		return nil
	}}, "filter bad passes on the end of the request before the end of the stream"},
	{bad{"returns more than declared", func(s *filter.Stream, in, out, _ *bucket.Brigade) error {
		if ends(in, bucket.EndOfStream) != nil {
			if err := out.Write([]byte("more")); err != nil {
				return err
			}
		}
		out.Concat(in)
		return nil
	}}, "filter bad, or what is before it, passes on more bytes than the head says"},
	{bad{"returns less than declared", func(_ *filter.Stream, in, out, _ *bucket.Brigade) error {
		if k := in.Front(); !k.Kind().Metadata() {
			k.Destroy()
		}
		out.Concat(in)
		return nil
	}}, "filter bad, or what is before it, ends a message before all of it has come"},
	{bad{"leaves what came", func(*filter.Stream, *bucket.Brigade, *bucket.Brigade, *bucket.Brigade) error {
		return nil
	}}, "filter bad leaves 1 buckets where they came"},
	{bad{"holds for good", func(s *filter.Stream, in, out, _ *bucket.Brigade) error {
		s.Held.Append(s.Buckets.Immortal([]byte("for later")))
		out.Concat(in)
		return nil
	}}, "buckets when the request has ended; it passes them on before"},
	{bad{"keeps the end", func(s *filter.Stream, in, out, _ *bucket.Brigade) error {
		if k := ends(in, bucket.EndOfRequest); k != nil {
			in.Remove(k)
			s.Held.Append(k)
		}
		out.Concat(in)
		return nil
	}}, "filter bad keeps the end of the request"},
	{bad{"fails", func(*filter.Stream, *bucket.Brigade, *bucket.Brigade, *bucket.Brigade) error {
		return errors.New("filter bad: out of paper")
	}}, "out of paper"},
	{bad{"panics", func(*filter.Stream, *bucket.Brigade, *bucket.Brigade, *bucket.Brigade) error {
		panic("as planned")
	}}, "filter bad panicked: as planned"},
}

// A filter that breaks a rule is named together with the rule, its client gets no
// wrong byte, and nobody else is disturbed.
func TestBadFilters(t *testing.T) {
	for _, b := range badFilters {
		for _, topology := range topologies {
			s := filtering(false, b.bad)
			s.measures(topology)
			w := &world{net: netsim.New(netsim.Config{})}
			w.kernel, w.peer = w.net.Process("server"), w.net.Process("client")
			runJudged(t, w, func() {
				cfg := s.cfg
				cfg.Kernel = w.kernel
				var err error
				if w.server, err = stage.New(cfg); err != nil {
					rt.Bug("%v", err)
				}
				w.server.Start()
				k := w.dial()
				k.get("/known")
				if r, err := k.Response(client.Want{Status: 200}); err == nil && !bytes.Equal(r.Body, text) {
					rt.Bug("%s: wrong bytes, %d", b.name, len(r.Body))
				} else if err == nil {
					rt.Bug("%s: a response that looks right", b.name)
				} else if kind, _ := client.KindOf(err); kind == client.Wrong {
					rt.Bug("%s: %v", b.name, err)
				}
				k.Close()
				w.server.Drain(time.Second)
				w.totals = w.server.Wait()
			})
			if notes := strings.Join(w.totals.Notes, "\n"); !strings.Contains(notes, b.note) {
				t.Errorf("%v: %s: the operator is told %q, not %q", topology, b.name, notes, b.note)
			}
		}
	}
}
