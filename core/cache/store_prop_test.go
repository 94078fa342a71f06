package cache

// The store, held to a model: what is fetched, read, purged and left in any order by one
// task. What a reader gets is a prefix of what came, and all of it when it ends clean; the
// account of bytes never exceeds its limit, and is empty in the end.

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"brigade/core/http1"
	"brigade/core/rt"
)

// deaf is a waker that counts.
type deaf struct{ rung int }

func (d *deaf) Wake() { d.rung++ }

// customer is a reader and what it has read.
type customer struct {
	Reader
	ear   deaf
	query Query
	got   []byte
	feed  *supply // whose object it reads, if that is known
	head  bool
}

// supply is an object that is fetched, and what was fetched.
type supply struct {
	object *Object
	ear    deaf
	query  Query
	path   string
	sent   []byte
	length int64
	headed bool
	over   bool
	whole  bool
	failed bool
}

// shop is a store, with all that uses it.
type shop struct {
	t         *rapid.T
	store     *Store
	now       rt.Instant
	customers []*customer
	supplies  []*supply
	byObject  map[*Object]*supply
	serial    int
}

func (s *shop) query(path string) (q Query) {
	r := new(http1.Request)
	head := "GET " + path + " HTTP/1.1\r\nHost: h\r\nA: " + rapid.SampledFrom([]string{"1", "2"}).Draw(s.t, "variant") + "\r\n\r\n"
	if n, e := r.Parse([]byte(head), 0, nil); e != nil || n == 0 {
		s.t.Fatal(e)
	}
	q.Ask(r, AppendKey(nil, r, false), s.now)
	return q
}

func (s *shop) enters() {
	c := &customer{query: s.query(rapid.SampledFrom([]string{"/a", "/b", "/c"}).Draw(s.t, "path"))}
	c.Listens(&c.ear)
	s.finds(c)
}

func (s *shop) finds(c *customer) {
	c.query.Now = s.now
	found, o := s.store.Find(&c.query, &c.Reader)
	switch found {
	case Lead:
		f := &supply{object: o, query: c.query, path: string(c.query.Request.Path), length: None}
		o.Feeds(&f.ear)
		s.supplies = append(s.supplies, f)
		s.byObject[o] = f
	case Hit, Joined:
	case Alone, Absent:
		return
	}
	c.feed = s.byObject[o]
	s.customers = append(s.customers, c)
}

// reads has a customer look, or read a piece.
func (s *shop) reads() {
	if len(s.customers) == 0 {
		return
	}
	i := rapid.IntRange(0, len(s.customers)-1).Draw(s.t, "customer")
	c := s.customers[i]
	leaves := func() {
		c.Leave()
		s.customers = append(s.customers[:i], s.customers[i+1:]...)
	}
	if !c.head {
		c.query.Now = s.now
		switch c.Look(&c.query) {
		case Ready:
			c.head = true
		case Turned:
			s.customers = append(s.customers[:i], s.customers[i+1:]...)
			c.query.Turned++
			s.finds(c)
		case Broken:
			leaves()
		case Waiting, Ended, Last:
		}
		return
	}
	b, _, state := c.Next(rapid.IntRange(1, 9000).Draw(s.t, "most"))
	switch state {
	case Ready, Last:
		c.got = append(c.got, b...)
		if state == Last {
			if !c.feed.whole || len(c.got) != len(c.feed.sent) {
				s.t.Fatalf("a reader is told that %d bytes of %d are all (whole: %t)", len(c.got), len(c.feed.sent), c.feed.whole)
			}
			defer leaves()
		}
		if !bytes.HasPrefix(c.feed.sent, c.got) {
			s.t.Fatalf("a reader of %s got what did not come", c.feed.path)
		}
	case Ended:
		if !c.feed.whole || len(c.got) != len(c.feed.sent) {
			s.t.Fatalf("a reader ends clean after %d bytes of %d (whole: %t)", len(c.got), len(c.feed.sent), c.feed.whole)
		}
		leaves()
	case Broken:
		if !c.feed.failed {
			s.t.Fatal("a reader is told of a failure that was none")
		}
		leaves()
	case Waiting:
		if c.feed.over {
			s.t.Fatalf("a reader waits at %d of %d for a feed that has ended", len(c.got), len(c.feed.sent))
		}
	case Turned:
		s.t.Fatal("a reader that has its head is turned away")
	}
}

func (s *shop) goes() {
	if n := len(s.customers); n > 0 {
		i := rapid.IntRange(0, n-1).Draw(s.t, "who goes")
		s.customers[i].Leave()
		s.customers = append(s.customers[:i], s.customers[i+1:]...)
	}
}

// brings has a feed do something.
func (s *shop) brings() {
	var open []*supply
	for _, f := range s.supplies {
		if !f.over {
			open = append(open, f)
		}
	}
	if len(open) == 0 {
		return
	}
	f := open[rapid.IntRange(0, len(open)-1).Draw(s.t, "feed")]
	o := f.object
	switch what := rapid.IntRange(0, 9).Draw(s.t, "what comes"); {
	case o.GiveUp(false):
		s.ends(f, false)
	case what == 0:
		o.Fail(http1.ErrBadGateway)
		s.ends(f, false)
	case !f.headed:
		s.heads(f)
	case f.length != None && int64(len(f.sent)) == f.length, f.length == None && what < 3:
		o.End()
		s.ends(f, true)
	default:
		n := min(o.Room(), rapid.IntRange(1, 50_000).Draw(s.t, "bytes"))
		if f.length != None {
			n = min(n, int(f.length)-len(f.sent))
		}
		s.serial++
		b := bytes.Repeat([]byte{byte(s.serial)}, n)
		f.sent = append(f.sent, b...)
		if !o.Grow(b) {
			s.t.Fatal("no memory")
		}
	}
}

func (s *shop) heads(f *supply) {
	s.serial++
	control := rapid.SampledFrom([]string{"max-age=5", "max-age=1", "no-store", "max-age=9, no-cache", "s-maxage=3"}).Draw(s.t, "control")
	head := fmt.Sprintf("Cache-Control: %s\r\nX: %d\r\n", control, s.serial)
	if rapid.Bool().Draw(s.t, "varies") {
		head += "Vary: a\r\n"
	}
	if rapid.Bool().Draw(s.t, "tagged") {
		head += "ETag: \"" + f.path + "\"\r\n"
	}
	n := &News{Query: &f.query, Old: new(http1.Answer), Now: wall}
	f.query.Now = s.now
	f.headed = true
	if old := f.object.old; old != nil && rapid.Bool().Draw(s.t, "304") {
		n.Answer = answer(s.t, "HTTP/1.1 304 x\r\n"+head)
		f.sent = s.byObject[old].sent // before it is let go of
		ok := f.object.Validated(n)
		s.ends(f, ok)
		f.failed = false
		return
	}
	if rapid.Bool().Draw(s.t, "with length") {
		f.length = int64(rapid.SampledFrom([]int{0, 1, 3000, 9000, 40_000, 150_000}).Draw(s.t, "length"))
	}
	n.Answer = answer(s.t, "HTTP/1.1 200 OK\r\n"+head)
	f.object.Head(n, f.length)
}

func (s *shop) ends(f *supply, whole bool) {
	f.over, f.whole, f.failed = true, whole, !whole
	f.object.Leave()
}

// holds are the invariants.
func (s *shop) holds() {
	c := s.store.Counts()
	if c.Used < 0 || c.Used > c.Limit || c.Transit < 0 {
		s.t.Fatalf("the account: %+v", c)
	}
	listed := 0
	for _, f := range s.store.families {
		listed += len(f.stored)
		if len(f.asked)+len(f.stored) == 0 {
			s.t.Fatalf("%s has nothing, and is in the index", f.key)
		}
	}
	if listed != c.Objects {
		s.t.Fatalf("%d objects are in the index, %d in the order of eviction", listed, c.Objects)
	}
}

func TestStore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		store, err := New(Options{Bytes: int64(rapid.SampledFrom([]int{Least, 20_000, 200_000}).Draw(t, "limit")), Longest: 0, Alone: 2 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		s := &shop{t: t, store: store, now: 1, byObject: map[*Object]*supply{}}
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			switch rapid.IntRange(0, 11).Draw(t, "step") {
			case 0, 1, 2:
				s.enters()
			case 3, 4, 5:
				s.reads()
			case 6, 7, 8:
				s.brings()
			case 9:
				s.goes()
			case 10:
				s.now = s.now.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "seconds")) * time.Second)
			case 11:
				r := s.query("/a")
				store.Purge(r.Key)
			}
			s.holds()
		}
		for _, c := range s.customers {
			c.Leave()
		}
		for _, f := range s.supplies {
			if !f.over {
				f.object.Fail(nil)
				f.object.Leave()
			}
		}
		store.Close()
		if c := store.Counts(); c.Used != 0 || c.Transit != 0 || c.Objects != 0 || len(store.families) != 0 {
			t.Fatalf("all have left: %+v, %d keys", c, len(store.families))
		}
	})
}
