package scenario

// Watchers: somebody who looks at the statistics page, in each of its forms, while others
// are served. What it is told never falls from one look to the next (I24), and is JSON,
// or what it says it is, to the last byte; a look holds nobody up but a processor. The
// judge compares each look with what was seen of the server (checker stats).

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"brigade/core/exchange"
	"brigade/core/handler/stats"
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/netsim/client"
	"brigade/sim"
)

// watched puts the page before what p's server has. server is where it will be.
func (p *plan) watched(server **stage.Server) exchange.Route {
	p.stage.Stats = true
	return stats.New(stats.Options{Snapshot: func() *stage.Snapshot { return (*server).Snapshot() }}).Route()
}

// glimpse is what a watcher was told last.
type glimpse struct{ Requests, Answers, Out, Accepted uint64 }

// falls says what is less than it was; empty: nothing.
func (x glimpse) falls(last glimpse) string {
	switch {
	case x.Requests < last.Requests:
		return "requests"
	case x.Answers < last.Answers:
		return "answers"
	case x.Out < last.Out:
		return "bytes"
	case x.Accepted < last.Accepted:
		return "connections"
	}
	return ""
}

// watching asks for the page now and then.
func watching(p *plan) behaviour {
	return behaviour{"watching", 3, func(c *client.Client) error {
		var last glimpse
		for range 1 + sim.Choose("looks", 3) {
			conn, err := c.Dial()
			if err != nil {
				return err
			}
			form := sim.Choose("form", 3)
			if err := conn.Send(c.Get(stats.Path + []string{"/json", "/metrics", ""}[form])); err != nil {
				conn.Close()
				return err
			}
			r, err := conn.Response(client.Want{Status: 200, Also: p.also()})
			conn.Close()
			if err != nil {
				return err
			}
			if r.Status == 200 {
				last = told(form, r.Body, last)
			}
			rt.Sleep([]time.Duration{0, 50 * time.Millisecond, time.Second}[sim.Choose("looks again after", 3)])
		}
		return nil
	}}
}

// told is what a body says, which comes after last.
func told(form int, body []byte, last glimpse) glimpse {
	if form != 0 {
		if end := []string{"", "\n", "</html>\n"}[form]; len(body) < 1000 || !bytes.HasSuffix(body, []byte(end)) {
			sim.Failf("I18", "a watcher gets a page of other than all of it")
		}
		return last
	}
	var r stats.Report
	if err := json.Unmarshal(body, &r); err != nil {
		sim.Failf("I18", "a watcher gets what is no JSON: "+err.Error())
		return last
	}
	a := &r.Requests.Answers
	now := glimpse{r.Requests.Total, a.Info + a.Success + a.Redirect + a.Client + a.Server + a.Other, r.Bytes.Out, r.Connections.Accepted}
	if what := now.falls(last); what != "" {
		sim.Failf("I24", "a watcher is told of fewer "+what+" than before")
	}
	return now
}

// unsettled says what the last look at a server tells otherwise than its totals do, or has
// as under way when all is over; empty: nothing.
func (p *plan) unsettled(t *stage.Totals, x *stage.Snapshot) string {
	waits := 0
	for _, w := range x.Waits {
		waits += w.Count
	}
	turns := uint64(0)
	for _, l := range x.Loops {
		turns += l.Turns
	}
	crew := x.Processors
	type pair struct {
		what          string
		told, counted uint64
	}
	pairs := []pair{
		{"connections", x.Accepted, t.Connections},
		{"requests", x.Requests, t.Requests},
		{"bytes heard", x.In, t.Heard},
		{"bytes sent", x.Out, t.Bytes},
		{"handoffs", x.Handoffs, t.Handoffs},
		{"bodies handed over", x.Bodies, t.HandedOver},
		{"dropped lines", x.Dropped, t.Dropped},
		{"connections shed", x.Shed, t.Shed},
		{"tunnels", x.Tunnelled, t.Tunnels},
		{"wakeups", x.Wakeups, t.Wakeups},
		{"losses", uint64(x.Losses), uint64(t.Losses)},
		{"streams that were reset", x.HTTP2.Resets, t.HTTP2.Resets},
		{"streams that were refused", x.HTTP2.Refused, t.HTTP2.Refused},
		{"heads that were too large", x.HTTP2.Large, t.HTTP2.Large},
		{"turns of loops", x.Turns.Total(), turns},
		{"connections and what waits in them", uint64(x.Open + x.Tunnels + x.Held + waits), 0},
		{"sessions and streams", uint64(x.Sessions + x.Streams), 0},
		{"processors at work, and who waits for one", uint64(crew.Busy + crew.Queued + crew.Waiting), 0},
	}
	for _, k := range pairs {
		if k.told != k.counted {
			return fmt.Sprintf("when all is over a look tells of %d %s, and there were %d", k.told, k.what, k.counted)
		}
	}
	// What begins at 0 has begun at no time, for who measures; a coarse clock says 0 for long.
	timed := p.net.Latency > 0 && p.net.Profile.String() == "none"
	if n := x.Latency.Total(); x.Answers != t.Statuses || n > t.Answers || n+t.Tunnels < t.Answers && timed {
		return fmt.Sprintf("when all is over a look tells of %v answers, of which %d are timed; there were %v", x.Answers, n, t.Statuses)
	}
	return ""
}
