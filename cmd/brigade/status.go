package main

// The status of a campaign while it runs: one line that is rewritten on a
// terminal, else a line now and then. It goes to standard error.

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"brigade/fuzz"
)

const (
	liveEvery  = 250 * time.Millisecond
	plainEvery = 5 * time.Second
)

// status prints how far a campaign is.
type status struct {
	c    *fuzz.Campaign
	w    io.Writer
	live bool
	end  chan struct{}
	wg   sync.WaitGroup
}

// watch prints c's status until it is stopped. quiet leaves out the plain lines.
func (p *program) watch(c *fuzz.Campaign, quiet bool) *status {
	s := &status{c: c, w: p.stderr, end: make(chan struct{})}
	if f, ok := p.stderr.(*os.File); ok {
		s.live = term.IsTerminal(int(f.Fd()))
	}
	if quiet && !s.live {
		s.w = io.Discard
	}
	every := plainEvery
	if s.live {
		every = liveEvery
	}
	s.wg.Go(func() { s.run(every) })
	return s
}

func (s *status) run(every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.print()
		case <-s.end:
			return
		}
	}
}

func (s *status) print() {
	c := s.c.Progress()
	text := fmt.Sprintf("%s  %s runs (%s/s)  %s steps (%s/s)  %s exchanges  %s orders  %s",
		c.Elapsed.Truncate(100*time.Millisecond), grouped(c.Runs), rate(c.Runs, c.Elapsed),
		grouped(c.Steps), rate(c.Steps, c.Elapsed), grouped(c.Exchanges), grouped(c.Orders), plural(uint64(c.Failures), "failure"))
	if s.live {
		s.write("\r" + text + "\x1b[K")
		return
	}
	s.write(text + "\n")
}

// stop ends the status and leaves no live line behind.
func (s *status) stop() {
	close(s.end)
	s.wg.Wait()
	if s.live {
		s.write("\r\x1b[K")
	}
}

// write writes text. A status that nobody can read is no reason to stop.
func (s *status) write(text string) { _, _ = io.WriteString(s.w, text) }
