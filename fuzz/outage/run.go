package outage

// The story: what happens to which origin, and when the next thing does.

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// Options are how a run is made. Zero values mean the defaults, in brackets.
type Options struct {
	Clients  int           // at a time [8]
	Round    int           // requests of one step of the story [4 for each client]
	Times    int           // that the story is told [1]
	Patience time.Duration // that clients have [30 s]: more than a proxy waits for an answer, twice
	Out      io.Writer     // told of each step [nobody is]
}

// place is where origins listen: where no connection has its other end, so that nobody
// takes the port of one that is gone, nor connects to himself.
const place = "127.0.0.2:0"

// Proxy starts a proxy in front of origins at these addresses; it asks one again within
// moments after it has failed. end ends it.
type Proxy func(origins []string) (at string, end func() error, err error)

// play is a run.
type play struct {
	Options
	book    *book
	origins [2]*origin
	tickets chan struct{}
	given   int // tickets
}

// Run tells the story with this proxy, and returns what came of it. The error is the
// verdict, or says why there is none.
func Run(start Proxy, o Options) (_ *Counts, err error) {
	p := &play{Options: o, book: newBook(), tickets: make(chan struct{})}
	p.complete()
	for i := range p.origins {
		p.origins[i] = &origin{at: place, tells: p.book.takes}
		if err := p.origins[i].start(); err != nil {
			return nil, errors.Join(err, p.end())
		}
	}
	defer func() { err = errors.Join(err, p.end()) }()
	at, end, err := start([]string{p.origins[0].at, p.origins[1].at})
	if err != nil {
		return nil, err
	}
	var serial atomic.Int64
	var clients sync.WaitGroup
	for range p.Clients {
		c := &client{to: at, patience: p.Patience, serial: &serial, book: p.book}
		clients.Go(func() { c.run(p.tickets) })
	}
	err = p.tell()
	close(p.tickets)
	clients.Wait()
	err = errors.Join(err, end())
	c := &p.book.counts // nobody else is there any more
	return c, errors.Join(c.Verdict(), err, c.useful())
}

func (p *play) complete() {
	if p.Clients == 0 {
		p.Clients = 8
	}
	if p.Round == 0 {
		p.Round = 4 * p.Clients
	}
	p.Times = max(p.Times, 1)
	if p.Patience == 0 {
		p.Patience = 30 * time.Second
	}
	if p.Out == nil {
		p.Out = io.Discard
	}
}

// end ends what is left of the origins.
func (p *play) end() (err error) {
	for _, o := range p.origins {
		if o != nil {
			err = errors.Join(err, o.kill())
		}
	}
	return err
}

// tell tells the story.
func (p *play) tell() error {
	steps := []struct {
		what string
		do   func(o *origin) error
		asks bool // afterwards o can answer, and is asked again
	}{
		{"nothing happens", func(*origin) error { return nil }, true},
		{"is killed", (*origin).kill, false},
		{"is started again", (*origin).start, true},
		{"is stalled", func(o *origin) error { return o.signal(stall) }, false},
		{"goes on", func(o *origin) error { return o.signal(goOn) }, true},
		{"is stalled", func(o *origin) error { return o.signal(stall) }, false},
		{"is killed while it is stalled", (*origin).kill, false},
		{"is started again", (*origin).start, true},
	}
	for range p.Times {
		for i, o := range p.origins {
			for _, s := range steps {
				fmt.Fprintf(p.Out, "origin %d, after %d requests: %s\n", i+1, p.given, s.what)
				if err := p.step(o, s.do, s.asks); err != nil {
					return fmt.Errorf("origin %d: %s: %w", i+1, s.what, err)
				}
			}
		}
	}
	return nil
}

// step does something to o in the middle of a round. asks: it is good for o, is done at
// once, and the round goes on until o has taken something.
func (p *play) step(o *origin, do func(*origin) error, asks bool) error {
	half := p.Round / 2
	if asks {
		half = 0
	}
	p.give(half)
	if err := do(o); err != nil {
		return err
	}
	before := o.taken.Load()
	p.give(p.Round - half)
	p.settle()
	for until := time.Now().Add(p.Patience); asks && o.taken.Load() == before; {
		if time.Now().After(until) {
			return errors.New("it can answer, and is asked for nothing any more")
		}
		p.give(p.Clients)
		p.settle()
	}
	return nil
}

// give has so many more requests be made, and returns when the last of them is begun.
func (p *play) give(n int) {
	for range n {
		p.tickets <- struct{}{}
		p.given++
	}
}

// settle returns when all that was begun is over.
func (p *play) settle() {
	b := p.book
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.done < p.given {
		b.some.Wait()
	}
}
