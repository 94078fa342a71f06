package scenario

// A client of HTTP/2 that sends content for some streams while it receives others', and
// those that it sends for.

import (
	"net/http"
	"strconv"

	"brigade/netsim/client"
	"brigade/sim"
)

// transfer is one stream and what is still to be sent for it.
type transfer struct {
	*client.Stream
	rest    []byte
	trail   []string    // what trails it: name, value
	trailer http.Header // what has to trail the answer
	over    bool        // all of it was
	holds   bool        // it is held back until it is asked for
	cut     bool        // it may be refused when a part of its response has left
}

// together is how many transfers there are at once: less comes for them than a server
// that is not read from may hold, since this client reads when it has sent.
const together = 3

// leastWindow is the smallest window that it gives each of its streams.
const leastWindow = 1000

func interleaving(p *plan) behaviour {
	return behaviour{"interleaving", 2, func(c *client.Client) error {
		s, err := c.Open([]uint32{16_000, 4000, leastWindow}[sim.Choose("window", 3)])
		if err != nil {
			return err
		}
		defer s.Close()
		s.Duplex = true
		var list []*transfer
		left := 1 + sim.Choose("transfers", 5)
		for left > 0 || s.Waiting() > 0 {
			for ; left > 0 && s.Waiting() < min(together, s.Limit()) && !s.Going(); left-- {
				list = append(list, p.transfer(s))
			}
			for _, t := range list {
				if ended, _ := t.Ended(); t.holds && t.Interim == 0 && !ended {
					continue
				}
				if !t.over {
					t.rest = s.Upload(t.Stream, t.rest, len(t.trail) == 0)
					ended, _ := t.Ended()
					t.over = len(t.rest) == 0 || ended
					if t.over && !ended && len(t.trail) > 0 {
						s.Trail(t.Stream, t.trail...)
					}
				}
			}
			if s.Going() && s.Waiting() == 0 {
				return nil
			}
			if s.Waiting() == 0 {
				continue
			}
			if err := s.Step(); err != nil {
				return err
			}
			s.Sweep()
			if len(list) > 0 && sim.Choose("gives up", 30) == 1 {
				if t := list[sim.Choose("which", len(list))]; !t.over {
					s.Cancel(t.Stream)
				}
			}
		}
		return s.Judge(func(st *client.Stream) bool {
			for _, t := range list {
				if t.Stream == st {
					return t.cut
				}
			}
			return false
		})
	}}
}

// transfer begins one that is drawn.
func (p *plan) transfer(s *client.Session) *transfer {
	if p.origins != nil {
		return p.sendsOn(s)
	}
	also := append(p.also(), 408)
	if sim.Choose("downloads", 2) == 1 {
		i := sim.Choose("source", p.bodies.most)
		return &transfer{cut: p.net.SendBuffer < 4096, Stream: s.Ask("GET", client.File{Target: sources[i].target(), Body: p.bodies.list[i], Also: also}, true), over: true}
	}
	u := p.drawUpload(mostUpload)
	long := p.input == limited && len(u.body) > mostContent
	if long {
		also = append(also, 413)
	}
	var fields []string
	holds := sim.Choose("holds back", 4) == 1
	if holds {
		fields = []string{"expect", "100-continue"}
	}
	// What this client sends at once may take it longer than a server waits for a window.
	return &transfer{cut: long || p.net.SendBuffer < 4096, Stream: s.Ask("POST", client.File{Target: u.target, Body: u.answer, Also: also}, false, fields...), rest: u.body, holds: holds}
}

// sendsOn begins a transfer to an origin, which knows by the target what comes.
func (p *plan) sendsOn(s *client.Session) *transfer {
	i, size := sim.Choose("send to", len(fetchable)), p.sentOn()
	also := append(p.also(), 408, 413, 431, 502) // a kept connection may have been closed, and POST is not sent again
	text := target(i) + "?size=" + strconv.Itoa(size)
	t := &transfer{cut: true, rest: content("upload", size)}
	var fields []string
	if sim.Choose("trailers", 2) == 1 {
		fields = t.trails(p.origins, target(i))
	}
	t.Stream = s.Ask("POST", client.File{Target: text, Body: content(target(i), fetchable[i]), Also: also, Trailer: t.trailer}, false, fields...)
	return t
}
