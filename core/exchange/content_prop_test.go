package exchange

// The model of a request's content is a string: it comes in pieces, passes what filters
// there are as it comes, and is the handler's when all of it is there, or it is refused
// by the first filter that will not have it. Nothing of it is left behind.

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"brigade/core/bucket"
	"brigade/core/filter"
	"brigade/core/http1"
	"brigade/core/mem"
	"brigade/core/rt"
)

// gate is an input filter that may block, pause, flush, or refuse to open.
type gate struct {
	blocks, pauses bool
	refuses        error
}

func (g gate) Name() string      { return "gate" }
func (g gate) New() filter.State { return g }
func (g gate) Open(*filter.Stream) (filter.Use, error) {
	if g.blocks {
		return filter.MayBlock, g.refuses
	}
	return filter.Inline, g.refuses
}

func (g gate) Pass(s *filter.Stream, in, out *bucket.Brigade) error {
	if g.pauses {
		s.Pause(s.Now.Add(1))
	}
	out.Concat(in)
	return nil
}
func (gate) Close()                       {}
func (gate) Digest(d rt.Digest) rt.Digest { return d }

func TestContentIsAString(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := newYard(t)
		g := gate{rapid.Bool().Draw(t, "blocks"), rapid.IntRange(0, 5).Draw(t, "pauses") == 0, nil}
		switch rapid.IntRange(0, 7).Draw(t, "refuses") {
		case 0:
			g.refuses = http1.ErrForbidden
		case 1:
			g.refuses = errDisk
		}
		most := int64(rapid.SampledFrom([]int{0, 100, 5000}).Draw(t, "most"))
		var input *filter.Chain
		bare := rapid.IntRange(0, 3).Draw(t, "bare") == 0
		if !bare {
			input = filter.NewInput(filter.Limit{Most: most}, g)
		}
		y.x.Filters(y.chain, input)
		fresh := y.x.Digest(0)
		for range rapid.IntRange(1, 3).Draw(t, "requests") {
			data := strings.Repeat("content.", rapid.SampledFrom([]int{0, 1, 12, 13, 100, 1000}).Draw(t, "length"))
			said := rapid.Bool().Draw(t, "said")
			var want *http1.Error
			switch {
			case bare:
			case said && int64(len(data)) > most:
				want = http1.ErrContentTooLarge
			case errors.Is(g.refuses, errDisk):
				want = http1.ErrInternal
			case g.refuses != nil:
				want = http1.ErrForbidden
			}
			c, p := new(counter), y.memory.NewPool(mem.Request)
			y.scope.Enter(p)
			y.x.Bind(c, p)
			head := "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
			if said {
				head = fmt.Sprintf("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", len(data))
			}
			if n, e := y.x.Request.Parse([]byte(head), 0, nil); n == 0 || e != nil {
				t.Fatal(e)
			}
			e := y.x.Receive()
			if e != want {
				t.Fatalf("content of %d bytes is begun with %v, not %v", len(data), e, want)
			}
			if y.x.InputMayBlock() != (e == nil && g.blocks && !bare) || y.x.Waiting() {
				t.Fatal("it may block, or waits, and has not come")
			}
			if e == nil {
				var errs []error
				if !bare && int64(len(data)) > most {
					errs = append(errs, http1.ErrContentTooLarge)
				}
				if !bare && g.pauses {
					errs = append(errs, &filter.Misuse{Who: "an input filter", What: "pauses; only the filters of responses may"})
				}
				y.arrive(data, errs)
			}
			y.after(c, p)
			if y.x.Digest(0) != fresh {
				t.Fatalf("something of the content is left: %+v", y.x)
			}
		}
		y.settled()
	})
}

// arrive has data come, which passes, or is refused for one of these reasons.
func (y *yard) arrive(data string, reasons []error) {
	t, x := y.t, &y.x
	for rest := data; ; {
		n := rapid.IntRange(0, len(rest)).Draw(t, "piece")
		b := []byte(rest[:n])
		if err := x.Arrived(b); err != nil {
			t.Fatal(err)
		}
		clear(b) // it was copied
		rest = rest[n:]
		if rest == "" {
			x.Complete()
		}
		if x.Waiting() != (n > 0 || rest == "") {
			t.Fatalf("%d bytes came, waiting: %t", n, x.Waiting())
		}
		if err := x.Admit(); err != nil {
			if !slices.ContainsFunc(reasons, func(r error) bool { return r.Error() == err.Error() }) {
				t.Fatalf("it is refused with %v, not for one of %v", err, reasons)
			}
			return
		}
		if x.Waiting() {
			t.Fatal("something waits that was let in")
		}
		if rest == "" {
			break
		}
	}
	if len(reasons) > 0 {
		t.Fatalf("content of %d bytes passes, in spite of %v", len(data), reasons)
	}
	got := ""
	for k := x.Content().Front(); k != nil; k = k.Next() {
		got += string(k.Memory())
	}
	if got != data || x.Content().Len() > 0 && x.Content().Back().Kind() == bucket.EndOfStream {
		t.Fatalf("the handler has %d bytes, not %d, or others", len(got), len(data))
	}
}

// after answers with nothing and ends the request.
func (y *yard) after(c *counter, p *mem.Pool) {
	x := &y.x
	x.Refuse(http1.ErrForbidden, "")
	x.Finish()
	y.take(1 << 40)
	if !c.ended || y.ends != 1 {
		y.t.Fatal("the request has no end")
	}
	y.ends, y.taken = 0, nil
	x.Rewind()
	x.Next()
	x.Request.Reset()
	p.Destroy()
}

// Whoever holds content back is asked for it, once, before anything else.
func TestContinueComesFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := newYard(t)
		c, p := new(counter), y.memory.NewPool(mem.Request)
		y.scope.Enter(p)
		y.x.Bind(c, p)
		y.x.Continue()
		y.take(1 << 40)
		if got := string(y.taken); got != "HTTP/1.1 100 Continue\r\n\r\n" || y.x.Finished() {
			t.Fatalf("%q", got)
		}
		y.after(c, p)
		y.settled()
	})
}

// play is an application that counts how often it was ended.
type play struct{ ended int }

func (*play) Step([]byte, bool, []byte) (taken, given int, done bool) { return 0, 0, true }

func (p *play) End() { p.ended++ }

// A connection is taken over if it is offered, by 101 and the fields that the handler
// names; else nothing has been said.
func TestSwitchIsOffered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := newYard(t)
		fresh := y.x.Digest(0)
		c, p := new(counter), y.memory.NewPool(mem.Request)
		y.scope.Enter(p)
		y.x.Bind(c, p)
		offered, loaded := rapid.Bool().Draw(t, "offered"), rapid.Bool().Draw(t, "content")
		head := "GET / HTTP/1.1\r\nHost: a\r\n"
		if offered {
			head += "Connection: upgrade\r\nUpgrade: talk\r\n"
		}
		if loaded {
			head += "Content-Length: 1\r\n"
		}
		if n, e := y.x.Request.Parse([]byte(head+"\r\n"), 0, nil); n == 0 || e != nil {
			t.Fatal(e)
		}
		y.x.Date = []byte("a date")
		fields := []string{"X-A", "1", "X-B", "2", "X-C"}[:rapid.IntRange(0, 5).Draw(t, "fields")]
		want := "HTTP/1.1 101 Switching Protocols\r\nServer: brigade\r\nDate: a date\r\nConnection: Upgrade\r\nUpgrade: talk\r\n"
		for i := 0; i+1 < len(fields); i += 2 {
			want += fields[i] + ": " + fields[i+1] + "\r\n"
		}
		app := new(play)
		switched := y.x.Switch("talk", app, fields...)
		if switched != (offered && !loaded) || y.x.Switched() != switched || (y.x.Status == 101) != switched {
			t.Fatalf("switched: %t, status %d", switched, y.x.Status)
		}
		if !switched {
			if y.x.Refuse(http1.ErrForbidden, ""); y.x.Verdict() != nil {
				t.Fatal(y.x.Verdict())
			}
			y.x.Decline()
		} else if err := y.x.Verdict(); err != nil {
			t.Fatal(err)
		} else if rapid.Bool().Draw(t, "declined") {
			y.x.Decline()
			y.x.Decline()
			if app.ended != 1 || y.x.Switched() {
				t.Fatalf("an application that is declined is ended %d times", app.ended)
			}
		} else {
			if y.x.TakeOver() != app || y.x.Switched() || app.ended != 0 {
				t.Fatal("the application is not that of the connection")
			}
			if y.take(1 << 40); string(y.taken) != want+"\r\n" {
				t.Fatalf("%q, not %q", y.taken, want)
			}
		}
		if stops(func() { y.x.Begin(200) }) == "" {
			t.Fatal("a response begins twice")
		}
		y.x.Finish()
		y.take(1 << 40)
		y.x.Rewind()
		y.x.Next()
		y.x.Request.Reset()
		y.x.Date = nil
		p.Destroy()
		if y.x.Digest(0) != fresh || app.ended > 1 {
			t.Fatalf("something of the application is left: %+v", y.x)
		}
		y.settled()
	})
}
