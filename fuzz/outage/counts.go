package outage

// What came of it, and whether that may be.

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
)

// Counts are what clients got, and origins took.
type Counts struct {
	Requests int         // that clients sent
	Posts    int         // of those, such as may not be asked twice
	Answered int         // as they should be
	Gateway  map[int]int // 502, 503 and 504
	Lost     int         // that might have been asked twice, and had one of those; or that were cut
	Hung     int         // that had no answer within the patience
	Wrong    int         // that had another's answer, or nonsense
	Again    int         // that origins took twice or more, and may have
	Twice    int         // that origins took twice or more, and may not have

	first []string // what was wrong
}

// book is kept by all clients and origins.
type book struct {
	mu     sync.Mutex
	counts Counts         // guarded by mu
	taken  map[string]int // times that an origin has taken a request; guarded by mu
	done   int            // requests that are over; guarded by mu
	some   *sync.Cond     // done is more
}

func newBook() *book {
	b := &book{taken: make(map[string]int), counts: Counts{Gateway: make(map[int]int)}}
	b.some = sync.NewCond(&b.mu)
	return b
}

// takes is an origin that tells of a request.
func (b *book) takes(method, number string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taken[number]++
	switch n := b.taken[number]; {
	case n == 2 && method == "POST":
		b.counts.Twice++
		b.counts.note("%s %s was told to an origin twice", method, number)
	case n == 2:
		b.counts.Again++
	}
}

// outcome is what a client got for a request.
type outcome struct {
	method, number string
	status         int  // 0: no head
	right          bool // and all of the content that belongs to it
	hung           bool
	err            error
}

// over is a request that is.
func (b *book) over(o outcome) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := &b.counts
	c.Requests++
	if o.method == "POST" {
		c.Posts++
	}
	if o.status >= 502 && o.status <= 504 {
		c.Gateway[o.status]++
	}
	switch {
	case o.hung:
		c.Hung++
		c.note("%s %s had no answer in time: %v", o.method, o.number, o.err)
	case o.status == 200 && o.right:
		c.Answered++
	case o.status == 200, o.status != 0 && (o.status < 502 || o.status > 504):
		c.Wrong++
		c.note("%s %s was answered with status %d and what is not its own: %v", o.method, o.number, o.status, o.err)
	case o.status == 0:
		c.Lost++
		c.note("%s %s was cut: %v", o.method, o.number, o.err)
	case o.method != "POST":
		c.Lost++
		c.note("%s %s was answered with status %d, and another origin had been there", o.method, o.number, o.status)
	}
	b.done++
	b.some.Broadcast()
}

// note keeps the first few things that were wrong.
func (c *Counts) note(format string, args ...any) {
	if len(c.first) < 5 {
		c.first = append(c.first, fmt.Sprintf(format, args...))
	}
}

// Verdict is an error if anything came of the outage that may not.
func (c *Counts) Verdict() error {
	if c.Lost+c.Hung+c.Wrong+c.Twice == 0 {
		return nil
	}
	return fmt.Errorf("%d lost that another origin would have answered, %d hung, %d with what is not theirs, %d told twice that may be told once; the first:\n  %s",
		c.Lost, c.Hung, c.Wrong, c.Twice, strings.Join(c.first, "\n  "))
}

// useful is an error if too little happened for the rest to say anything.
func (c *Counts) useful() error {
	if c.Answered == 0 || c.Posts == 0 || c.Posts == c.Requests {
		return errors.New("nothing was answered, or nothing but one kind was asked: that says nothing")
	}
	return nil
}

// Print prints them, in a row of its own each.
func (c *Counts) Print(w io.Writer) {
	for _, row := range []struct {
		name  string
		n     int
		means string
	}{
		{"requests", c.Requests, fmt.Sprintf("%d of them POST, which may not be asked twice", c.Posts)},
		{"answered", c.Answered, "as they should be"},
		{"again", c.Again, "were taken by a second origin, or on a second connection, and may be"},
		{"502", c.Gateway[502], "all of them POST, unless some are lost"},
		{"503", c.Gateway[503], ""},
		{"504", c.Gateway[504], "likewise"},
		{"lost", c.Lost, "might have been asked again"},
		{"hung", c.Hung, "had no answer at all"},
		{"wrong", c.Wrong, "had an answer that is not theirs"},
		{"twice", c.Twice, "POST, taken twice"},
	} {
		fmt.Fprintf(w, "  %-9s %7d  %s\n", row.name, row.n, row.means)
	}
}
