package cache

import "testing"

// One task feeds what another reads: no more is held than was said, both are rung when they
// can go on, and each may go before the other.
func TestCarry(t *testing.T) {
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	var ear, bell deaf
	var r Reader
	r.Listens(&ear)
	o := s.Carry(&r, None, 3000)
	o.Feeds(&bell)
	if _, _, state := r.Next(100); state != Waiting {
		t.Fatalf("nothing has come, and the reader is told %d", state)
	}
	if n := o.Room(); n != 3000 || !o.Grow(make([]byte, n)) || ear.rung != 1 {
		t.Fatalf("there is room for %d bytes, not 3000; the reader was rung %d times", n, ear.rung)
	}
	if n := o.Room(); n != 0 {
		t.Fatalf("3000 bytes are held, and there is room for %d", n)
	}
	if over := r.Heard(s); over {
		t.Fatal("the reader has not left")
	}
	got := 0
	for b, steady, state := r.Next(700); state == Ready; b, steady, state = r.Next(700) {
		if got += len(b); steady {
			t.Fatal("what only passes through is there for good")
		}
	}
	if got != 3000 || bell.rung != 1 || o.Heard() || o.Room() != 3000 {
		t.Fatalf("%d bytes were read, and the feed was rung %d times", got, bell.rung)
	}
	o.Trail([]byte("A: b\r\n"))
	o.End()
	o.Leave()
	if _, _, state := r.Next(700); state != Ended || string(r.Trailers()) != "A: b\r\n" {
		t.Fatalf("all has come, and the reader is told %d and %q", state, r.Trailers())
	}
	r.Leave()
	if c := s.Counts(); c.Transit != 0 || c.Used != 0 {
		t.Errorf("when all have gone %d bytes are in transit, %d stored", c.Transit, c.Used)
	}
}

// Who reads it leaves, and the feed has to hear of that.
func TestCarryIsLeft(t *testing.T) {
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	var bell deaf
	var r Reader
	r.Listens(&deaf{})
	o := s.Carry(&r, 10, 3000)
	o.Feeds(&bell)
	o.Grow([]byte("half "))
	r.Leave()
	if bell.rung != 1 || !o.GiveUp(false) {
		t.Fatalf("the reader has left, and the feed was rung %d times", bell.rung)
	}
	o.Leave()
	if c := s.Counts(); c.Transit != 0 {
		t.Errorf("when all have gone %d bytes are in transit", c.Transit)
	}
}
