package static_test

import (
	"fmt"
	"testing"
	"time"

	"brigade/core/handler/static"
)

func TestFreshStaleChanged(t *testing.T) {
	s := newSite(t, static.Options{Fresh: time.Hour})
	s.disk.put("f", "one", epoch)
	want := func(why, body string, inline bool, opens int) {
		t.Helper()
		s.disk.opens = 0
		a := s.do(get("/f"))
		if _, got := read(t, "GET", a.text); got != body || a.inline != inline || s.disk.opens != opens {
			t.Errorf("%s: %q, inline %v, %d files opened", why, got, a.inline, s.disk.opens)
		}
	}
	want("not cached yet", "one", false, 1)
	want("fresh", "one", true, 0)
	s.disk.files["f"].content = "two"
	want("changed, but fresh", "one", true, 0)
	s.clock += 2 * 3600e9
	want("stale, and changed with size, time and inode kept", "one", false, 1)
	s.disk.files["f"].content = "one"
	s.clock += 2 * 3600e9
	want("stale, and the same", "one", false, 1)
	s.disk.put("f", "two", epoch.Add(1))
	want("stale, and changed by a nanosecond", "two", false, 1)
	delete(s.disk.files, "f")
	if r, _ := read(t, "GET", s.do(get("/f")).text); r.StatusCode != 404 {
		t.Errorf("stale, and gone: %d", r.StatusCode)
	}
	s.clock = 0
}

// Paths that name one file are several entries; each is found by what was sent.
func TestPathsAsSent(t *testing.T) {
	s := newSite(t, static.Options{Fresh: time.Hour})
	s.disk.put("a b", "x", epoch)
	for _, target := range []string{"/a%20b", "/./a%20b", "/%61%20b", "/a%20b?q"} {
		s.do(get(target))
		if a := s.do(get(target)); !a.inline || a.status != 200 {
			t.Errorf("%s is not cached", target)
		}
	}
}

func TestEntriesAreBounded(t *testing.T) {
	s := newSite(t, static.Options{Fresh: time.Hour, Entries: 3})
	for i := range 5 {
		s.disk.put(fmt.Sprint("f", i), "x", epoch)
		s.do(get(fmt.Sprint("/f", i)))
	}
	for i := range 5 {
		// Asked from the newest on: a miss would push another out.
		name := fmt.Sprint("/f", 4-i)
		a := s.do(get(name))
		if want := i < 3; a.inline != want {
			t.Errorf("%s is cached: %v", name, a.inline)
		}
		if i == 2 {
			break
		}
	}
	if a := s.do(get("/f0")); a.inline {
		t.Error("/f0 is cached: a fourth")
	}
}
