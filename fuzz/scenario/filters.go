package scenario

// Filters: which chain responses pass, which one content passes, and clients that see
// what became of it. A chain is a dimension of every scenario that draws its server;
// clients who know nothing of filters must get the same bytes as without, and those who
// ask for a coding decode it themselves. The handlers stand in phases, with an echo
// below a path of its own.

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"brigade/core/bucket"
	"brigade/core/exchange"
	"brigade/core/filter"
	gz "brigade/core/filter/gzip"
	echoes "brigade/core/handler/echo"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/netsim/client"
	"brigade/sim"
)

// chain is a way to filter responses; input, one to filter content.
type (
	chain uint8
	input uint8
)

const (
	unfiltered chain = iota
	counted
	compressed
	chunks // every response is of unknown length
	paced  // so slowly that each takes several pauses
	ranged
	restless // pieces are split, held and delayed
	lazy     // a filter that blocks, and says so
	entire   // all of them
)

var chainNames = [...]string{"none", "count", "gzip", "chunks", "rate", "range", "restless", "slow", "all"}

// String is the chain's name.
func (c chain) String() string { return chainNames[c] }

const (
	plainInput input = iota
	limited
	lazyInput
)

// String is the input chain's name.
func (i input) String() string { return [...]string{"none", "limit", "slow"}[i] }

// mostContent is what the limit lets pass.
const mostContent = 4000

// filters are the filters of a chain, made for one run.
func (c chain) filters() []filter.Filter {
	count := filter.NewCount("count")
	switch c {
	case counted:
		return []filter.Filter{count}
	case compressed:
		return []filter.Filter{count, gz.New(gz.Options{Least: 200, Keep: 1})}
	case chunks:
		return []filter.Filter{unsized{}}
	case paced:
		return []filter.Filter{filter.Rate{PerSecond: int64(c.rate())}}
	case ranged:
		return []filter.Filter{filter.Range{}}
	case restless:
		return []filter.Filter{fidget{}}
	case lazy:
		return []filter.Filter{filter.Slow{Nap: time.Millisecond, Declared: true}}
	case entire:
		return []filter.Filter{filter.Range{}, count, gz.New(gz.Options{Least: 200, Keep: 1}), unsized{}, fidget{}, filter.Rate{PerSecond: int64(c.rate())}}
	case unfiltered:
	}
	return nil
}

// surround puts the phases and filters that were drawn around the handler.
func (p *plan) surround(server **stage.Server) {
	if list := p.chain.filters(); list != nil {
		p.stage.Filters = filter.NewChain(list...)
	}
	switch p.input {
	case limited:
		p.stage.Input = filter.NewInput(filter.Limit{Most: mostContent})
	case lazyInput:
		p.stage.Input = filter.NewInput(filter.Slow{Nap: time.Millisecond, Declared: true})
	case plainInput:
	}
	phases := &exchange.Phases{Handler: p.stage.Handler}
	if p.watch {
		phases.Map = append(phases.Map, p.watched(server))
	}
	if p.proxy != nil {
		phases.Map = append(phases.Map, exchange.Below(proxied, p.proxy))
	}
	if p.values != nil {
		phases.Map = append(phases.Map, exchange.Below(valuesPath, p.values.handler))
	}
	if p.phased() {
		phases.Authorise = append(phases.Authorise, exchange.Deny(denied))
		phases.Map = append(phases.Map, exchange.Below(echoPath, echoes.Handler{}))
	}
	if phases.Map != nil {
		p.stage.Handler = phases
	}
}

// phased reports whether there are phases around the handler, and among them an echo.
func (p *plan) phased() bool { return p.chain != unfiltered || p.input != plainInput }

// echo is where content is sent back; empty: nowhere.
func (p *plan) echo() string {
	if p.phased() {
		return echoPath
	}
	return ""
}

const (
	echoPath = "/echo"
	denied   = "/denied/"
)

// unsized makes every length unknown, as a filter does that changes the bytes.
type unsized struct{}

// Name implements filter.Filter.
func (unsized) Name() string { return "unsized" }

// New implements filter.Filter.
func (unsized) New() filter.State { return unsized{} }

// Open implements filter.State.
func (unsized) Open(s *filter.Stream) (filter.Use, error) {
	if !s.Bodyless {
		s.Head.Length = filter.Unknown
	}
	return filter.Inline, nil
}

// Pass implements filter.State.
func (unsized) Pass(_ *filter.Stream, in, out *bucket.Brigade) error {
	out.Concat(in)
	return nil
}

// Close implements filter.State.
func (unsized) Close() {}

// Digest implements filter.State.
func (unsized) Digest(d rt.Digest) rt.Digest { return d }

// fidget splits what comes, holds the last piece until another comes, and pauses at
// times.
type fidget struct{}

// Name implements filter.Filter.
func (fidget) Name() string { return "fidget" }

// New implements filter.Filter.
func (fidget) New() filter.State { return new(fidgets) }

type fidgets struct{ calls int }

// Open implements filter.State.
func (f *fidgets) Open(*filter.Stream) (filter.Use, error) { return filter.Inline, nil }

// Pass implements filter.State.
func (f *fidgets) Pass(s *filter.Stream, in, out *bucket.Brigade) error {
	f.calls++
	out.Concat(s.Held)
	if in.Empty() {
		return nil
	}
	for k := in.Front(); k != nil; k = in.Front() {
		if k.Len() > 700 {
			k.Split(k.Len() / 3)
		}
		in.Remove(k)
		last := in.Empty() && !k.Kind().Metadata()
		if !last {
			out.Append(k)
			continue
		}
		if err := k.SetAside(s.Pool); err != nil {
			k.Destroy()
			return err
		}
		s.Held.Append(k)
	}
	if f.calls%3 == 0 {
		s.Pause(s.Now.Add(5 * time.Millisecond))
	}
	return nil
}

// Close implements filter.State.
func (f *fidgets) Close() { f.calls = 0 }

// Digest implements filter.State.
func (f *fidgets) Digest(d rt.Digest) rt.Digest { return d.Int(f.calls) }

// decoding asks for files in a coding, and decodes what comes.
func decoding(p *plan) behaviour {
	return behaviour{"decoding", 3, func(c *client.Client) error {
		conn, err := c.Dial()
		if err != nil {
			return err
		}
		defer conn.Close()
		for range 1 + sim.Choose("codings", 3) {
			f := withBody(c.Files, sim.Choose("coded file", len(c.Files)))
			accept := []string{"gzip", "br, gzip;q=0.5", "gzip;q=0", "*"}[sim.Choose("accept", 4)]
			if err := conn.Send(c.Get(f.Target, "Accept-Encoding: "+accept)); err != nil {
				return err
			}
			r, err := conn.Response(client.Want{Status: 200, Also: append(p.also(), f.Also...), Target: f.Target})
			if err != nil {
				return err
			}
			if err := p.decodes(f, r, accept); err != nil {
				return err
			}
			if r.Close {
				return conn.NothingMore(true, true)
			}
		}
		return nil
	}}
}

// compresses reports whether c has a filter that does.
func (c chain) compresses() bool { return c == compressed || c == entire }

// decodes judges a response to a client who accepts a coding.
func (p *plan) decodes(f client.File, r *client.Response, accept string) error {
	if r.Status != 200 {
		return nil
	}
	body, coding := r.Body, r.Header.Get("Content-Encoding")
	varies := strings.EqualFold(r.Header.Get("Vary"), "Accept-Encoding")
	switch tag := r.Header.Get("ETag"); {
	case p.chain.compresses() && strings.HasPrefix(f.Type, "text/") && !varies:
		return fmt.Errorf("%s has Vary %q, and is sent as the client accepts it (RFC 9110 §12.5.5)", f.Target, r.Header.Get("Vary"))
	case coding != "" && strings.HasPrefix(tag, `"`):
		return fmt.Errorf("%s has coding %q and the strong tag %s of what is not coded (RFC 9110 §8.8.1)", f.Target, coding, tag)
	}
	switch {
	case coding == "gzip" && accept != "gzip;q=0":
		z, err := gzip.NewReader(bytes.NewReader(r.Body))
		if err == nil {
			body, err = io.ReadAll(z)
		}
		if err != nil {
			return fmt.Errorf("%s is not gzip, as it says: %w", f.Target, err)
		}
	case coding != "":
		return fmt.Errorf("%s has coding %q for a client that accepts %q", f.Target, coding, accept)
	}
	if !bytes.Equal(body, f.Body) {
		return fmt.Errorf("%s has %d bytes when it is decoded, and differs from its %d", f.Target, len(body), len(f.Body))
	}
	return nil
}

// timing asks for a long file, and holds what paces it to that.
func timing(p *plan) behaviour {
	return behaviour{"timing", 1, func(c *client.Client) error {
		var long client.File
		for _, f := range c.Files {
			if f.Status == 0 && len(f.Body) > len(long.Body) {
				long = f
			}
		}
		conn, err := c.Dial()
		if err != nil {
			return err
		}
		defer conn.Close()
		began := rt.Now()
		if err := conn.Send(c.Get(long.Target)); err != nil {
			return err
		}
		r, err := conn.Response(client.Want{Status: 200, Body: long.Body, Also: p.also(), Target: long.Target})
		if err != nil || r.Status != 200 {
			return err
		}
		rate := p.chain.rate()
		if took, least := rt.Now().Sub(began), paceOf(len(r.Body), rate); took < least {
			sim.Failf("I17", fmt.Sprintf("%d bytes came within %v, and %d a second may pass: that takes %v", len(r.Body), took, rate, least))
		}
		return nil
	}}
}

// paceOf is the least that so many bytes may take, at so many a second; an eighth of a
// second's are there at once, or a kibibyte.
func paceOf(n, rate int) time.Duration {
	if rate == 0 {
		return 0
	}
	n -= max(rate/8, 1<<10)
	return time.Duration(max(n, 0)) * time.Second / time.Duration(rate)
}

// rate is how many bytes of a body pass c in a second; 0: any.
func (c chain) rate() int {
	switch c {
	case paced:
		return 20_000
	case entire:
		return 50_000
	case unfiltered, counted, compressed, chunks, ranged, restless, lazy:
	}
	return 0
}

// echoing sends content, whole or in chunks, and must get it back.
func echoing(p *plan) behaviour {
	return behaviour{"echoing", 2, func(c *client.Client) error {
		conn, err := c.Dial()
		if err != nil {
			return err
		}
		defer conn.Close()
		for range 1 + sim.Choose("echoes", 3) {
			body := content("echo", []int{0, 1, 100, 1500, mostContent, mostContent + 1}[sim.Choose("echo size", 6)])
			if err := conn.SendSlowly(upload(body), 1+len(body)/(1+sim.Choose("echo pieces", 4)), time.Millisecond); err != nil {
				return err
			}
			w := client.Want{Status: 200, Body: body, Also: append(p.also(), 408)}
			switch {
			case len(body) == 0:
				w.Body = nil // the head
			case len(body) > mostContent && p.input == limited:
				w.Status, w.Body, w.Close = 413, nil, true
			}
			r, err := conn.Response(w)
			if err != nil {
				return err
			}
			if r.Close {
				return conn.NothingMore(true, true)
			}
			if err := refused(c, conn, p); err != nil {
				return err
			}
		}
		return nil
	}}
}

// refused asks for what is denied.
func refused(c *client.Client, conn *client.Conn, p *plan) error {
	if sim.Choose("denied", 3) != 1 {
		return nil
	}
	if err := conn.Send(c.Get("/x/../%64enied/file")); err != nil {
		return err
	}
	_, err := conn.Response(client.Want{Status: 403, Also: p.also()})
	return err
}

// upload is a request with content for the echo.
func upload(body []byte) []byte { return uploadTo(echoPath, body) }

// uploadTo is a request with content, framed as drawn.
func uploadTo(target string, body []byte) []byte {
	text := "POST " + target + " HTTP/1.1\r\nHost: test\r\n"
	if sim.Choose("echo chunked", 2) == 0 {
		return append([]byte(text+"Content-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"), body...)
	}
	var b strings.Builder
	b.WriteString(text + "Transfer-Encoding: chunked\r\n\r\n")
	for len(body) > 0 {
		n := min(len(body), 1+sim.Choose("chunk", 900))
		fmt.Fprintf(&b, "%x\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	b.WriteString("0\r\n\r\n")
	return []byte(b.String())
}

// filters is a crowd before filters and phases.
func filters() *Scenario {
	return &Scenario{
		Name:  "filters",
		Story: "responses pass filters that count, compress, cut, pace, hold and block, content passes others; clients decode what they get",
		Prepare: func(e *Env) func() {
			s := newSite(e)
			return func() {
				p := s.draw(sim.Choose("faults", 2) == 1)
				if p.chain == unfiltered {
					p.chain = counted // so that the echo is there
				}
				kinds := []func() behaviour{
					func() behaviour { return thoughtful(3) },
					func() behaviour { return pipelining(1 + sim.Choose("pipeline", 4)) },
					curiously, slow, resetting, halfClosing,
					func() behaviour { return decoding(&p) },
					func() behaviour { return echoing(&p) },
					func() behaviour { return timing(&p) },
				}
				list := []behaviour{decoding(&p), echoing(&p)}
				for range sim.Choose("more", 4) {
					list = append(list, kinds[sim.Choose("kind", len(kinds))]())
				}
				s.serve(p, func() { s.crowd(p, list...) })
			}
		},
	}
}
