// Package gzip compresses responses (RFC 1952) whose client accepts it and whose type
// says that it pays. It computes for long and may read files, and says so: a processor
// runs it. What it made of a response is another representation: the length is unknown
// before its end, a strong validator becomes a weak one (RFC 9110 §8.8.1), and Vary
// tells caches.
//
// A writer takes some hundred kilobytes. A few are kept, for whichever task needs one
// next; the rest is the collector's.
package gzip

// Flushes: a flush bucket ends a deflate block on a byte, so that all that came before
// it can be read by the client (RFC 1951 §3.2.4, an empty stored block).

import (
	"bytes"

	"github.com/klauspost/compress/gzip"

	"brigade/core/bucket"
	"brigade/core/filter"
	"brigade/core/rt"
)

// Options are the filter's measures. Zero values mean the defaults.
type Options struct {
	Level int   // 1, fast, to 9, small; 1
	Least int64 // a body that is known to be shorter is left as it is; 256
	Keep  int   // writers that are kept; 8
}

// Gzip is the filter.
type Gzip struct {
	opt  Options
	mu   rt.Mutex
	free []*gzip.Writer // guarded by mu
}

// New makes the filter.
func New(o Options) *Gzip {
	if o.Level == 0 {
		o.Level = 1
	}
	if o.Least == 0 {
		o.Least = 256
	}
	if o.Keep == 0 {
		o.Keep = 8
	}
	g := &Gzip{opt: o}
	g.mu.Label("gzip.mu")
	return g
}

// Name implements filter.Filter.
func (g *Gzip) Name() string { return "gzip" }

// New implements filter.Filter.
func (g *Gzip) New() filter.State { return &state{of: g} }

// get takes a writer out of stock, or makes one.
func (g *Gzip) get(to *sink) (*gzip.Writer, error) {
	g.mu.Lock()
	var w *gzip.Writer
	if n := len(g.free); n > 0 {
		w = g.free[n-1]
		g.free = g.free[:n-1]
	}
	g.mu.Unlock()
	if w != nil {
		w.Reset(to)
		return w, nil
	}
	return gzip.NewWriterLevel(to, g.opt.Level)
}

// put takes a writer back.
func (g *Gzip) put(w *gzip.Writer) {
	w.Reset(nil)
	g.mu.Lock()
	if len(g.free) < g.opt.Keep {
		g.free = append(g.free, w)
	}
	g.mu.Unlock()
}

// state implements filter.State.
type state struct {
	of *Gzip
	w  *gzip.Writer // nil: nothing has come yet
	to sink
}

// sink is where the writer writes.
type sink struct{ out *bucket.Brigade }

// Write implements io.Writer.
func (s *sink) Write(b []byte) (int, error) {
	if err := s.out.Write(b); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Open implements filter.State.
func (t *state) Open(s *filter.Stream) (filter.Use, error) {
	h := s.Head
	if h.Status != 200 || h.Get("Content-Encoding") != nil || h.Get("Content-Range") != nil || !pays(h.Get("Content-Type")) {
		return filter.Aside, nil
	}
	h.Add("Vary", "Accept-Encoding") // whatever this client accepts
	if h.Length != filter.Unknown && h.Length < t.of.opt.Least || !s.Request.Accepts("gzip") {
		return filter.Aside, nil
	}
	h.Length = filter.Unknown
	h.Add("Content-Encoding", "gzip")
	h.Remove("Accept-Ranges") // of another representation
	if tag := h.Get("ETag"); len(tag) > 0 && tag[0] == '"' {
		h.Set("ETag", "W/"+string(tag))
	}
	if s.Bodyless {
		return filter.Aside, nil
	}
	return filter.MayBlock, nil
}

// Pass implements filter.State.
func (t *state) Pass(s *filter.Stream, in, out *bucket.Brigade) (err error) {
	if t.to.out = out; t.w == nil {
		if t.w, err = t.of.get(&t.to); err != nil {
			return err
		}
	}
	for k := in.Front(); k != nil && err == nil; k = in.Front() {
		switch k.Kind() {
		case bucket.Flush:
			err = t.w.Flush()
		case bucket.EndOfStream:
			err = t.w.Close()
		case bucket.EndOfRequest, bucket.Error:
		default:
			var data []byte
			if data, err = k.Read(); err == nil {
				_, err = t.w.Write(data)
			}
			k.Destroy()
			continue
		}
		in.Remove(k)
		out.Append(k)
	}
	t.to.out = nil
	return err
}

// Close implements filter.State.
func (t *state) Close() {
	if t.w != nil {
		t.of.put(t.w)
	}
	t.w, t.to.out = nil, nil
}

// Digest implements filter.State.
func (t *state) Digest(d rt.Digest) rt.Digest { return d.Bool(t.w != nil).Bool(t.to.out != nil) }

// pays reports whether content of that type is worth compressing: text, and what is
// text but is not called that.
func pays(kind []byte) bool {
	kind, _, _ = bytes.Cut(kind, []byte(";"))
	kind = bytes.ToLower(bytes.TrimSpace(kind))
	switch string(kind) {
	case "application/javascript", "application/json", "application/xml", "application/wasm", "image/svg+xml":
		return true
	}
	return bytes.HasPrefix(kind, []byte("text/")) || bytes.HasSuffix(kind, []byte("+xml")) || bytes.HasSuffix(kind, []byte("+json"))
}
