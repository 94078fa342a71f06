package cache

// A store that several tasks use at once: who asks first has the object fetched by a task
// of its own, others join, read at their own pace, leave early; one purges, and time goes
// by. Each byte says which fetch it is of, and the head what that was to bring; so whatever
// the schedule, a reader gets the beginning of one fetch, all of it if it ends clean, fresh
// as it was asked for, and none that began before the last purge (I36). Nobody is rung
// twice, or for ever, and nothing is left.

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"brigade/core/http1"
	"brigade/core/mem"
	"brigade/core/rt"
	"brigade/sim"
)

// kiosk is a store in use.
type kiosk struct {
	store   *Store
	request *http1.Request
	key     []byte
	begun   rt.Int64 // fetches
	purged  rt.Int64 // of these: those that had begun before the last purge
	between rt.Int64 // clients that do not know yet of which fetch they read
	readers [8]rt.Int64
	found   [Lead + 1]rt.Int64
	turned  rt.Int64
	all     rt.WaitGroup
}

// doorbell is a waker that may be rung once until somebody has heard.
type doorbell struct {
	gate mem.Gate
	rung rt.Bool
}

// Wake implements mem.Waker.
func (b *doorbell) Wake() {
	if b.rung.Swap(true) {
		rt.Bug("one who has not heard is rung again")
	}
	b.gate.Wake()
}

func (b *doorbell) wait() {
	b.gate.Wait()
	b.rung.Store(false)
}

func newDoorbell(name string) *doorbell {
	b := new(doorbell)
	b.gate.Init(name)
	return b
}

// plan is what a fetch is to bring; its head says so.
type plan struct {
	nth    int64
	length int
	whole  bool
	came   int64 // by rt.Now
	life   int64 // seconds
	secret bool  // it is not to be stored; the head says so otherwise
}

func (p *plan) head() string {
	return fmt.Sprintf("X: %d %d %t %d %d\r\n", p.nth, p.length, p.whole, p.came, p.life)
}

func planOf(text []byte) (p plan) {
	at := bytes.Index(text, []byte("X: "))
	if n, err := fmt.Sscanf(string(text[max(at, 0):]), "X: %d %d %t %d %d\r\n", &p.nth, &p.length, &p.whole, &p.came, &p.life); n != 5 || err != nil {
		rt.Bug("a reader gets the head %q", text)
	}
	return p
}

func TestStoreIsShared(t *testing.T) {
	sim.Test(t, func() {
		bytes := []int64{Least, 40_000, 400_000}[sim.Choose("bytes", 3)]
		store, err := New(Options{Bytes: bytes, Longest: bytes * 3 / 4, Alone: time.Second})
		if err != nil {
			rt.Bug("%v", err)
		}
		k := &kiosk{store: store, request: new(http1.Request)}
		if n, e := k.request.Parse([]byte("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), 0, nil); n == 0 || e != nil {
			rt.Bug("a request of a test: %v", e)
		}
		k.key = AppendKey(nil, k.request, false)
		k.all.Label("all")
		for range 1 + sim.Choose("clients", 3) {
			k.all.Go("client", k.client)
		}
		if sim.Choose("purges", 3) == 1 {
			k.all.Go("purger", func() {
				before := k.begun.Load()
				store.Purge(k.key)
				k.purged.Store(before)
			})
		}
		k.all.Wait()
		c := store.Counts()
		for f, n := range map[Finding]uint64{Alone: c.Alone, Absent: c.Refused, Hit: c.Hits, Joined: c.Joined, Lead: c.Led} {
			if uint64(k.found[f].Load()) != n {
				rt.Bug("the store counts %+v; %d were told %d", c, k.found[f].Load(), f)
			}
		}
		if uint64(k.turned.Load()) != c.Turned {
			rt.Bug("the store counts %+v; %d were turned away", c, k.turned.Load())
		}
		store.Close()
		if c := store.Counts(); c.Used != 0 || c.Transit != 0 || c.Objects != 0 || len(store.families) != 0 {
			rt.Bug("all have left: %+v, %d keys", c, len(store.families))
		}
	})
}

// client asks once or twice.
func (k *kiosk) client() {
	r, bell := new(Reader), newDoorbell("reader")
	r.Listens(bell)
	for range 1 + sim.Choose("requests", 2) {
		if sim.Choose("pauses", 3) == 1 {
			rt.Sleep(1500 * time.Millisecond)
		}
		old := k.purged.Load()
		k.between.Add(1)
		var q Query
		q.Ask(k.request, k.key, rt.Now())
		found, o := k.store.Find(&q, r)
		k.found[found].Add(1)
		switch found {
		case Lead:
			nth := k.begun.Add(1)
			bell := newDoorbell("feed")
			o.Feeds(bell)
			k.all.Go("feed", func() { k.feed(o, bell, nth) })
		case Alone, Absent:
			k.between.Add(-1)
			continue
		case Hit, Joined:
		}
		k.reads(r, bell, &q, found, old)
		for !r.Silent(k.store) {
			bell.wait()
			if !r.Heard(k.store) {
				rt.Bug("a reader that has left reads")
			}
		}
	}
}

// heard waits for r's bell.
func (k *kiosk) heard(r *Reader, bell *doorbell) {
	bell.wait()
	if r.Heard(k.store) {
		rt.Bug("a reader that waits reads nothing")
	}
}

// reads is one reader's way. old: so many fetches had begun before the last purge that it
// knows of.
func (k *kiosk) reads(r *Reader, bell *doorbell, q *Query, found Finding, old int64) {
	for state := r.Look(q); state != Ready; state = r.Look(q) {
		switch {
		case state == Waiting && found != Hit:
			k.heard(r, bell)
		case state == Turned: // it has seen nothing yet
			k.turned.Add(1)
			k.between.Add(-1)
			return
		case state == Broken && found != Hit:
			r.Leave()
			k.between.Add(-1)
			return
		default:
			rt.Bug("a reader that found %d is told %d", found, state)
		}
	}
	text, _ := r.Head()
	p := planOf(text)
	reading := &k.readers[p.nth]
	reading.Add(1)
	k.between.Add(-1)
	defer func() {
		k.between.Add(1)
		reading.Add(-1)
		r.Leave()
		k.between.Add(-1)
	}()
	switch {
	case found != Lead && p.nth <= old:
		rt.Bug("a reader gets fetch %d, and %d had begun when it was purged", p.nth, old)
	case found == Hit && time.Duration(int64(q.Now)-p.came) >= time.Duration(p.life)*time.Second:
		rt.Bug("a reader finds what is fresh for %ds, and came %v ago", p.life, time.Duration(int64(q.Now)-p.came))
	}
	patience := []int{0, 2, 1 << 30, 1 << 30}[sim.Choose("leaves", 4)]
	most := []int{1 << 20, 900, 30_000}[sim.Choose("most", 3)]
	for got := 0; patience > 0; patience-- {
		piece, _, state := r.Next(most)
		for _, b := range piece {
			if b != byte(p.nth) {
				rt.Bug("a reader of fetch %d gets a byte of %d", p.nth, b)
			}
		}
		got += len(piece)
		switch state {
		case Waiting:
			k.heard(r, bell)
		case Ended, Last:
			if got != p.length || !p.whole {
				rt.Bug("a reader ends clean after %d bytes of %+v", got, p)
			}
			return
		case Broken:
			if p.whole || got > p.length {
				rt.Bug("a reader is told of a failure after %d bytes of %+v", got, p)
			}
			return
		case Ready, Turned:
			if len(piece) == 0 || state == Turned {
				rt.Bug("a reader is told %d, with %d bytes", state, len(piece))
			}
		}
	}
}

// feed fetches o, which is the nth.
func (k *kiosk) feed(o *Object, bell *doorbell, nth int64) {
	p := plan{nth: nth, length: []int{10, 0, 3000, 70_000, 200_000}[sim.Choose("length", 5)], whole: sim.Choose("fails", 4) != 1, life: int64(1 + 8*sim.Choose("max-age", 2))}
	defer func() {
		if !o.Leave() {
			bell.wait()
			if !o.Heard() {
				rt.Bug("a feed that has left goes on")
			}
		}
	}()
	switch sim.Choose("before", 5) {
	case 1:
		o.Fail(http1.ErrBadGateway)
		return
	case 2:
		o.Void()
		return
	}
	if o.GiveUp(false) {
		return
	}
	p.came = int64(rt.Now())
	var q Query
	q.Ask(k.request, k.key, rt.Now())
	control := "max-age=%d"
	if p.secret = sim.Choose("control", 2) == 1; p.secret {
		control = "no-store, max-age=%d"
	}
	text := "HTTP/1.1 200 x\r\nCache-Control: " + fmt.Sprintf(control, p.life) + "\r\n" + p.head() + "\r\n"
	a := new(http1.Answer)
	if n, e := a.Parse([]byte(text), 0, 1000); n != len(text) || e != nil {
		rt.Bug("a head of a test: %v", e)
	}
	length := int64(p.length)
	if sim.Choose("length is known", 2) == 1 {
		length = None
	}
	o.Head(&News{Answer: a, Query: &q, Now: 1}, length)
	k.brings(o, bell, &p)
}

// brings brings the content.
func (k *kiosk) brings(o *Object, bell *doorbell, p *plan) {
	end := p.length
	if !p.whole {
		end /= 2
	}
	for sent := 0; sent < end; {
		// A client is between before it is counted, and after.
		alone := k.between.Load() == 0 && k.readers[p.nth].Load() == 0 && k.between.Load() == 0
		gone := o.GiveUp(false)
		switch {
		case gone && k.readers[p.nth].Load() > 0:
			rt.Bug("fetch %d is given up, and somebody reads it", p.nth)
		case !gone && alone && p.secret:
			rt.Bug("fetch %d goes on, and nobody reads it or will", p.nth)
		case gone:
			return
		}
		room := o.Room()
		if room == 0 {
			bell.wait()
			if o.Heard() {
				rt.Bug("a feed that waits has ended")
			}
			continue
		}
		piece := bytes.Repeat([]byte{byte(p.nth)}, min(room, end-sent, 25_000))
		if !o.Grow(piece) {
			rt.Bug("there is no memory for an object")
		}
		sent += len(piece)
	}
	if p.whole {
		o.End()
		return
	}
	o.Fail(nil)
}
