package scenario

// A reverse proxy between clients of both protocols and origins of every manner. What a
// client gets is judged to the byte. Where nothing goes wrong and no origin is ill,
// everything has to be answered: that an origin closes a connection which the proxy keeps
// at the very moment it is used again is nothing that a client may notice, unless it asks
// for what may not be asked twice.

import (
	"strconv"
	"time"

	"brigade/core/handler/proxy"
	"brigade/core/rt"
	"brigade/netsim/client"
	"brigade/sim"
)

// sentOn are sizes of content for origins: more than a page among them, and more than sockets
// hold.
var sentOn = []int{0, 1, 700, 9000, 40_000}

// sentOn draws one. What an input filter may block for is collected first, and stays small.
func (p *plan) sentOn() int {
	n := sentOn[sim.Choose("sent", len(sentOn))]
	if p.input == lazyInput {
		n = min(n, 9000)
	}
	return n
}

// uploadingTo sends content to an origin, which knows what it must be.
func uploadingTo(p *plan) behaviour {
	return behaviour{"sending", 1, func(c *client.Client) error {
		conn, err := c.Dial()
		if err != nil {
			return err
		}
		defer conn.Close()
		i := sim.Choose("send to", len(fetchable))
		body := content("upload", p.sentOn())
		number := p.origins.once.number()
		text := []string{"POST ", "PUT "}[sim.Choose("method", 2)] + target(i) + " HTTP/1.1\r\nHost: test\r\n" + private + "X-Size: " + strconv.Itoa(len(body)) + "\r\nX-Number: " + number + "\r\n"
		if sim.Choose("expect", 3) == 1 {
			text += "Expect: 100-continue\r\n"
		}
		if sim.Choose("in chunks", 2) == 1 {
			text += "Transfer-Encoding: chunked\r\n\r\n" + chunked(body)
		} else {
			text += "Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + string(body)
		}
		if err := conn.Send([]byte(text)); err != nil {
			return err
		}
		want := client.Want{Status: 200, Body: content(target(i), fetchable[i]), Also: append(c.Files[0].Also[:len(c.Files[0].Also):len(c.Files[0].Also)], 502)}
		much := p.input == limited && len(body) > mostContent
		if much {
			want.Also = append(want.Also[:len(want.Also):len(want.Also)], 413)
		}
		r, err := conn.Response(want)
		if err == nil && r.Status == 502 && !p.wicked() {
			p.origins.once.lost(number, text)
		}
		if kind, ok := client.KindOf(err); much && ok && kind == client.Truncated {
			return nil // the origin had begun to answer before it was too much
		}
		return err
	}}
}

// hangingUp asks for much, reads nothing of it, and goes: whoever fetches it must not go on.
func hangingUp() behaviour {
	return behaviour{"hangingup", 0, func(c *client.Client) error {
		conn, err := c.Dial()
		if err != nil {
			return err
		}
		defer conn.Close()
		if err := conn.Send(c.Get(target(len(fetchable) - 1))); err != nil {
			return err
		}
		rt.Sleep([]time.Duration{0, time.Millisecond, 20 * time.Millisecond, 500 * time.Millisecond}[sim.Choose("hangs up after", 4)])
		conn.Reset()
		return nil
	}}
}

// inOtherWords asks an origin by HEAD, or in HTTP/1.0, whose clients know no interim answers.
func inOtherWords() behaviour {
	return behaviour{"in other words", 2, func(c *client.Client) error {
		conn, err := c.Dial()
		if err != nil {
			return err
		}
		defer conn.Close()
		for range 1 + sim.Choose("asks", 2) {
			i := sim.Choose("asks for", len(fetchable))
			w := client.Want{Method: "GET", Status: 200, Body: content(target(i), fetchable[i]), Also: c.Files[0].Also}
			version := "1.1"
			if sim.Choose("in version", 2) == 1 {
				version, w.Close, w.Final = "1.0", true, true
			} else if sim.Choose("for a head", 3) > 0 {
				w.Method = "HEAD"
			}
			place, host := target(i), "test"
			if sim.Choose("names the host", 2) == 1 {
				place, host = "http://test"+place, "another" // RFC 9112 §3.2.2
			}
			if err := conn.Send([]byte(w.Method + " " + place + " HTTP/" + version + "\r\nHost: " + host + "\r\n" + private + "\r\n")); err != nil {
				return err
			}
			r, err := conn.Response(w)
			if err != nil {
				return err
			}
			if r.Close {
				return conn.NothingMore(true, true)
			}
		}
		return nil
	}}
}

// proxies is the scenario.
func proxies() *Scenario {
	return &Scenario{
		Name:  "proxy",
		Story: "clients of both protocols are answered by origins behind a proxy, which are slow, close, reset, lie, keep silent or talk nonsense; each client gets what is its own",
		Prepare: func(e *Env) func() {
			s := newSite(e)
			p := s.net.Process("origin")
			return func() {
				plan := s.draw(sim.Choose("faults", 2) == 1)
				s.soften(&plan)
				if sim.Choose("wicked", 2) == 1 && plan.net.Profile.String() == "none" {
					plan.net.Profile = s.profile().Of("F29")
					s.env.suffer(plan.net.Profile)
				}
				o := &origins{site: s, p: p}
				o.ail(plan.net.Profile)
				plan.origins = o
				plan.stage.Dial, plan.stage.Answer, plan.stage.More, plan.stage.Spare = 2*time.Second, 4*time.Second, 3500*time.Millisecond, 1500*time.Millisecond
				o.spare, o.warm, o.calm = plan.stage.Spare, 500*time.Millisecond, plan.net.Profile.String() == "none"
				plan.stage.Kept = []int{64, 1}[sim.Choose("kept", 2)]
				if plan.stage.HandOver = []int64{0, 1, 300, 5000}[sim.Choose("hand over", 4)]; plan.stage.HandOver > 0 {
					plan.stage.Shards = 2
				}
				options := proxy.Options{Backends: originAddrs[:2], Balance: proxy.Balance(sim.Choose("balance", 3))}
				if sim.Choose("one is absent", 3) == 1 {
					options.Backends = originAddrs[1:]
				}
				h, err := proxy.New(options)
				if err != nil {
					rt.Bug("a proxy: %v", err)
				}
				plan.proxy = h
				kinds := []func() behaviour{
					func() behaviour { return thoughtful(4) },
					func() behaviour { return pipelining(1 + sim.Choose("pipeline", 4)) },
					func() behaviour { return multiplexing(1 + sim.Choose("files", 6)) },
					func() behaviour { return uploadingTo(&plan) }, func() behaviour { return uploadingTo(&plan) }, func() behaviour { return interleaving(&plan) }, slow, resetting, halfClosing, vanishing,
					func() behaviour { return trailed(&plan) }, hangingUp, inOtherWords,
				}
				var list []behaviour
				for range 1 + sim.Choose("clients", 5) {
					list = append(list, kinds[sim.Choose("kind", len(kinds))]())
				}
				s.serve(plan, func() {
					o.begin()
					s.crowd(plan, list...)
					o.end()
				})
			}
		},
	}
}
