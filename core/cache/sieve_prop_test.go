package cache

// What is found, and what went to make room, against a model that knows the bytes: a list
// from the oldest to the newest, marks for what was used, and a hand (SIEVE). Every fetch
// ends before the next request comes, and nobody reads on.

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"brigade/core/http1"
	"brigade/core/rt"
)

// ware is what a store has in the model.
type ware struct {
	path  string
	size  int64
	used  bool
	mark  bool // what is asked for is not to be shared
	until rt.Instant
	came  rt.Instant
	life  time.Duration
	old   time.Duration // when it came
	kept  int           // the status that Age gives
	tag   bool
	body  int
}

// shelf is the model.
type shelf struct {
	limit int64
	list  []*ware
	hand  *ware
	gone  uint64
}

func (m *shelf) total() (n int64) {
	for _, w := range m.list {
		n += w.size
	}
	return n
}

func (m *shelf) drop(w *ware) {
	i := slices.Index(m.list, w)
	if m.hand == w {
		m.hand = nil
		if i+1 < len(m.list) {
			m.hand = m.list[i+1]
		}
	}
	m.list = slices.Delete(m.list, i, i+1)
}

// fits makes room for n bytes. held: what is in use besides.
func (m *shelf) fits(n int64, held *ware) bool {
	if n > m.limit {
		return false
	}
	for left := 2 * len(m.list); m.total()+n > m.limit; left-- {
		if left == 0 {
			return false
		}
		w := m.hand
		if w == nil {
			w = m.list[0]
		}
		i := slices.Index(m.list, w)
		switch {
		case w == held:
		case w.used:
			w.used = false
		default:
			m.gone++
			m.drop(w)
			continue
		}
		m.hand = nil
		if i+1 < len(m.list) {
			m.hand = m.list[i+1]
		}
	}
	return true
}

// find is what there is for path: what is stored, or a mark. Marks that have ended go.
func (m *shelf) find(path string, now rt.Instant) (found *ware) {
	for _, w := range slices.Clone(m.list) {
		switch {
		case w.path != path:
		case w.mark && w.until <= now:
			m.drop(w)
		case found == nil || found.mark:
			found = w
		}
	}
	return found
}

// clears drops all of path, or its marks alone.
func (m *shelf) clears(path string, marks bool) (n uint64) {
	for _, w := range slices.Clone(m.list) {
		if w.path == path && (w.mark || !marks) {
			m.drop(w)
			n++
		}
	}
	return n
}

// till is a store with its model.
type till struct {
	*shelf
	t     *rapid.T
	store *Store
	now   rt.Instant
	want  Counts
}

func TestStoreIsASieve(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := int64(rapid.SampledFrom([]int{Least, 8_000, 20_000}).Draw(t, "limit"))
		store, err := New(Options{Bytes: limit, Longest: limit / 2, Alone: 3 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		s := &till{t: t, store: store, now: 1, shelf: &shelf{limit: limit}}
		for range rapid.IntRange(1, 60).Draw(t, "requests") {
			s.now = s.now.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "seconds")) * time.Second)
			if rapid.IntRange(0, 19).Draw(t, "purges") == 0 {
				s.purges()
				continue
			}
			s.asks()
			s.want.Objects, s.want.Used, s.want.Limit, s.want.Evicted = len(s.list), s.total(), limit, s.gone
			if got := store.Counts(); got != s.want {
				t.Fatalf("the store counts\n%+v, not\n%+v", got, s.want)
			}
		}
		store.Close()
		if c := store.Counts(); c.Used != 0 || c.Objects != 0 {
			t.Fatalf("a closed store has %+v", c)
		}
	})
}

func (s *till) question(path string) (q Query) {
	r := new(http1.Request)
	if n, e := r.Parse([]byte("GET "+path+" HTTP/1.1\r\nHost: h\r\n\r\n"), 0, nil); e != nil || n == 0 {
		s.t.Fatal(e)
	}
	q.Ask(r, AppendKey(nil, r, false), s.now)
	return q
}

func (s *till) purges() {
	path := fmt.Sprint("/", rapid.IntRange(0, 9).Draw(s.t, "purged"))
	q := s.question(path)
	s.store.Purge(q.Key)
	s.want.Purged += s.clears(path, false)
}

// asks has one request come and go.
func (s *till) asks() {
	path := fmt.Sprint("/", rapid.IntRange(0, 9).Draw(s.t, "path"))
	q := s.question(path)
	w := s.find(path, s.now)
	want := Lead
	switch {
	case w != nil && w.mark:
		want = Alone
		s.want.Alone++
	case w != nil && w.life > w.old+s.now.Sub(w.came):
		want = Hit
		w.used = true
		s.want.Hits++
	default:
		s.want.Led++
	}
	var r Reader
	got, o := s.store.Find(&q, &r)
	if got != want {
		s.t.Fatalf("%s finds %d (%s), not %d", path, got, q.Why, want)
	}
	switch got {
	case Hit:
		s.reads(&r, &q, w)
		r.Leave()
	case Lead:
		s.fetches(o, &q, &r, path, w)
	default:
	}
}

// reads judges what a reader is told of w, and reads it.
func (s *till) reads(r *Reader, q *Query, w *ware) {
	if state := r.Look(q); state != Ready {
		s.t.Fatalf("a reader of what is there is told %d", state)
	}
	age, life, status := r.Age(s.now)
	if age != w.old+s.now.Sub(w.came) || life != w.life || status != w.kept || r.Length() != int64(w.body) {
		s.t.Fatalf("%s is %v old of %v, status %d, and has %d bytes; the model has %+v", w.path, age, life, status, r.Length(), w)
	}
	n := 0
	for {
		piece, _, state := r.Next(1000)
		n += len(piece)
		if state == Last || state == Ended {
			break
		}
		if state != Ready {
			s.t.Fatalf("what is whole gives %d", state)
		}
	}
	if n != w.body {
		s.t.Fatalf("%s has %d bytes, not %d", w.path, n, w.body)
	}
}

// fetches brings o, in the place of old, and has its reader leave.
func (s *till) fetches(o *Object, q *Query, r *Reader, path string, old *ware) {
	t := s.t
	w := &ware{path: path, came: s.now, tag: rapid.Bool().Draw(t, "tagged"), body: rapid.SampledFrom([]int{0, 1, 500, 1500, 3000, 6000}).Draw(t, "length")}
	w.life = time.Duration(rapid.IntRange(0, 6).Draw(t, "max-age")) * time.Second
	w.old = time.Duration(rapid.IntRange(0, 2).Draw(t, "age")) * time.Second
	secret := rapid.IntRange(0, 5).Draw(t, "no-store") == 0
	delay := time.Duration(rapid.IntRange(0, 1).Draw(t, "delay")) * 500 * time.Millisecond
	head := fmt.Sprintf("Date: %s\r\nCache-Control: max-age=%d\r\nAge: %d\r\n", date(0), w.life/time.Second, w.old/time.Second)
	w.old += delay
	if w.tag {
		head += "ETag: \"t\"\r\n"
	}
	if secret {
		head += "Cache-Control: no-store\r\n"
	}
	n := &News{Query: q, Old: new(http1.Answer), Now: wall, Delay: delay}
	defer r.Leave()
	defer o.Leave()
	if rapid.IntRange(0, 9).Draw(t, "fails") == 0 {
		o.Fail(http1.ErrBadGateway)
		s.want.Failed++
		if state := r.Look(q); state != Broken || r.Failure() != http1.ErrBadGateway {
			t.Fatalf("a fetch has failed, and its reader is told %d", state)
		}
		return
	}
	if old != nil && old.tag && rapid.Bool().Draw(t, "304") {
		s.validates(o, n, r, head, w, old, secret)
		return
	}
	broken := rapid.IntRange(0, 7).Draw(t, "503") == 0
	n.Answer = answer(t, "HTTP/1.1 200 OK\r\n"+head)
	if broken {
		n.Answer = answer(t, "HTTP/1.1 503 x\r\n"+head)
	}
	w.size = 768 + int64(len(q.Key)+len(AppendHead(nil, n.Answer, wall))+w.body)
	if w.tag {
		w.size += 3
	}
	holds := old
	if old == nil || !old.tag { // it is not validated, and so held by nobody
		holds = nil
	}
	shared := !secret && !broken && (w.life > 0 || w.tag) && int64(w.body) <= s.limit/2 && s.fits(w.size, holds)
	if shared {
		s.clears(path, false)
		w.kept = 200
		s.list = append(s.list, w)
	} else if !broken { // which is no sign that what is stored has changed
		s.alone(w, q, holds)
		if holds != nil && slices.Contains(s.list, holds) {
			s.drop(holds) // what it was is not what it is now
		}
	}
	o.Head(n, int64(w.body))
	if !o.Grow(make([]byte, w.body)) {
		t.Fatal("no memory")
	}
	o.End()
	s.reads(r, q, w)
}

// alone marks in the model that what w was asked for is not to be shared.
func (s *till) alone(w *ware, q *Query, holds *ware) {
	m := &ware{path: w.path, mark: true, until: s.now.Add(3 * time.Second), size: 768 + int64(len(q.Key))}
	if s.fits(m.size, holds) {
		s.clears(w.path, true)
		s.list = append(s.list, m)
	}
}

// validates has old be brought up to date, unless that is not to be stored any more.
func (s *till) validates(o *Object, n *News, r *Reader, head string, w, old *ware, secret bool) {
	t := s.t
	n.Answer = answer(t, "HTTP/1.1 304 x\r\n"+head)
	text := int64(len(AppendHead(nil, answer(t, "HTTP/1.1 200 OK\r\n"+head), wall))) // its tag is that of what is stored
	if !w.tag {
		text += int64(len("ETag: \"t\"\r\n"))
	}
	worth := !secret
	switch rapid.IntRange(0, 5).Draw(t, "of another") { // so it is not what is stored that holds
	case 0:
		n.Answer = answer(t, "HTTP/1.1 304 x\r\n"+strings.ReplaceAll(head, `"t"`, `"u"`))
		worth = worth && !w.tag
	case 1:
		n.Answer = answer(t, "HTTP/1.1 304 x\r\n"+head+"Set-Cookie: a\r\n")
		worth = false
	}
	if ok := o.Validated(n); ok != worth {
		t.Fatalf("a 304 of %q brings up to date: %t, not %t", head, ok, worth)
	}
	if !worth {
		s.drop(old)
		s.want.Turned++
		if state := r.Look(n.Query); state != Turned {
			t.Fatalf("what was stored is not for its reader, who is told %d", state)
		}
		return
	}
	s.want.Validated++
	w.tag, w.body, w.kept = true, old.body, 304
	w.size = 768 + int64(len(n.Query.Key)) + text + 3
	body := int64(old.body)
	if s.fits(w.size, old) {
		s.clears(w.path, false)
		w.size += body
		s.list = append(s.list, w)
	}
	s.reads(r, n.Query, w)
}
