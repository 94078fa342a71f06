package exchange

import (
	"slices"
	"strings"
	"testing"
)

// step is one that notes that it ran.
type step struct {
	name    string
	blocks  bool
	answers bool
	ran     *[]string
}

func (s step) Name() string { return s.name }

func (s step) MayBlock(*Exchange) bool { return s.blocks }

func (s step) Run(x *Exchange) bool {
	*s.ran = append(*s.ran, s.name)
	if s.answers {
		x.Begin(204)
		x.End()
	}
	return s.answers
}

// leaf is a handler that notes that it ran, and leaves a note.
type leaf struct {
	name   string
	inline bool
	ran    *[]string
	learnt *[]any
}

func (l leaf) Local() Local { return l }

func (l leaf) Handle(x *Exchange) {
	*l.ran = append(*l.ran, l.name)
	x.Begin(204)
	x.End()
	x.Note = l.name + "'s note"
}

func (l leaf) Inline(x *Exchange) bool {
	if l.inline {
		*l.ran = append(*l.ran, l.name+" inline")
		x.Begin(204)
		x.End()
	}
	return l.inline
}

func (l leaf) Learn(note any) { *l.learnt = append(*l.learnt, note) }

// Phases run in order, each step once, and from the first that may block on where
// blocking is allowed; notes go back to the handler whose they are.
func TestPhases(t *testing.T) {
	for _, c := range []struct {
		target         string
		blocks, denies bool
		inline, ran    string
		learnt         []any
	}{
		{"/a/x", false, false, "read authorise a inline", "", nil},
		{"/b/x", false, false, "read authorise", "b", []any{"b's note"}},
		{"/c", false, false, "read authorise", "rest", []any{"rest's note"}},
		{"/a/x", true, false, "read", "authorise a", []any{"a's note"}},
		{"/a/x", false, true, "read authorise", "", nil},
		{"/a/x", true, true, "read", "authorise", nil},
		{"/no/%2e%2e/no/x", false, false, "read authorise", "", nil},
	} {
		var ran []string
		var learnt []any
		p := &Phases{
			Read:      []Step{step{"read", false, false, &ran}},
			Authorise: []Step{step{"authorise", c.blocks, c.denies, &ran}, Deny("/no/")},
			Map:       []Route{Below("/a/", leaf{"a", true, &ran, &learnt}), Below("/b/", leaf{"b", false, &ran, &learnt})},
			Handler:   leaf{"rest", false, &ran, &learnt},
		}
		x, _ := fixture(t, "GET "+c.target+" HTTP/1.1\r\nHost: a\r\n\r\n")
		l := p.Local()
		done := l.Inline(x)
		if got := strings.Join(ran, " "); got != c.inline || done != (c.ran == "") {
			t.Errorf("%s: inline ran %q (done %t), not %q", c.target, got, done, c.inline)
		}
		if ran = nil; !done {
			p.Handle(x)
			l.Learn(x.Note)
		}
		if got := strings.Join(ran, " "); got != c.ran || !slices.Equal(learnt, c.learnt) {
			t.Errorf("%s: then ran %q and learnt %v, not %q and %v", c.target, got, learnt, c.ran, c.learnt)
		}
		if x.Status == 0 {
			t.Errorf("%s: nobody answered", c.target)
		}
	}
}

// There is one way to write a path that counts.
func TestBelow(t *testing.T) {
	for _, c := range []struct {
		prefix, path string
		want         bool
	}{
		{"/a/", "/a/x", true},
		{"/a/", "/a/", true},
		{"/a/", "/a", false},
		{"/a/", "/b/../a/x", true},
		{"/a/", "/%61/x", true},
		{"/a/", "/a/../b", false},
		{"/a", "/a", true},
		{"/a", "/a/x", false},
		{"/", "/anything", true},
	} {
		x, _ := fixture(t, "GET "+c.path+" HTTP/1.1\r\nHost: a\r\n\r\n")
		if got := Below(c.prefix, nil).Fits(x); got != c.want {
			t.Errorf("%s below %s: %t", c.path, c.prefix, got)
		}
	}
}
