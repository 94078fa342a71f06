package cache

// Trailers of what is stored, and of what has no room for them.

import (
	"strings"
	"testing"

	"brigade/core/http1"
	"brigade/core/rt"
)

// trailed begins an object of s, and has content and trailers come.
func trailed(t *testing.T, s *Store, content, lines string) *Reader {
	t.Helper()
	r := new(Reader)
	r.Listens(&deaf{})
	q := &Query{Key: []byte("http://a/"), Request: new(http1.Request), Now: rt.Instant(1)}
	q.Wish.Method = http1.GET
	found, o := s.Find(q, r)
	if found != Lead {
		t.Fatalf("nothing is stored, and what is found is %d", found)
	}
	o.Feeds(&deaf{})
	o.Head(&News{Answer: answer(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: A\r\nCache-Control: max-age=5\r\n"), Query: q, Now: wall}, None)
	if text, _ := r.Head(); !strings.Contains(string(text), "Trailer: A\r\n") || !r.Trails() {
		t.Errorf("trailers may come, and the head of what is stored is %q", text)
	}
	if !o.Grow([]byte(content)) {
		t.Fatal("there is no memory")
	}
	before := s.Counts()
	o.Trail([]byte(lines))
	if c := s.Counts(); c.Used+c.Transit != before.Used+before.Transit+int64(len(lines)) && c.Outgrown == 0 {
		t.Errorf("%d bytes of trailers make %d+%d bytes %d+%d", len(lines), before.Used, before.Transit, c.Used, c.Transit)
	}
	o.End()
	o.Leave()
	for _, _, state := r.Next(100); state == Ready; {
		_, _, state = r.Next(100)
	}
	if got := string(r.Trailers()); got != lines || !r.Trails() {
		t.Errorf("who has read all of it is given the trailers %q", got)
	}
	return r
}

// They are there as long as what they trail, and count with it.
func TestTrailersAreStored(t *testing.T) {
	s, err := New(Options{Bytes: 20_000, Longest: 8000})
	if err != nil {
		t.Fatal(err)
	}
	trailed(t, s, "abc", "A: b\r\n").Leave()
	if c := s.Counts(); c.Objects != 1 || c.Outgrown != 0 {
		t.Fatalf("it is not stored: %+v", c)
	}
	s.Close()
	if c := s.Counts(); c.Used != 0 || c.Transit != 0 {
		t.Errorf("when all has gone %d bytes count as used, %d as in transit", c.Used, c.Transit)
	}
}

// What is too long with them is not kept, and read all the same.
func TestTrailersThatAreTooMuch(t *testing.T) {
	s, err := New(Options{Bytes: 20_000, Longest: 3000})
	if err != nil {
		t.Fatal(err)
	}
	r := trailed(t, s, "abc", "A: "+strings.Repeat("b", 3000)+"\r\n")
	if c := s.Counts(); c.Outgrown != 1 || c.Transit < 3000 {
		t.Errorf("what is longer than may be is stored: %+v", c)
	}
	r.Leave()
	s.Close()
	if c := s.Counts(); c.Used != 0 || c.Transit != 0 {
		t.Errorf("when all has gone %d bytes count as used, %d as in transit", c.Used, c.Transit)
	}
}
