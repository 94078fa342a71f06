package main

import (
	"net/netip"
	"testing"
	"time"

	"brigade/core/exchange"
	"brigade/core/stage"
	"brigade/core/sys/linux"
	"brigade/netsim/client"
)

// blocking is a handler that blocks on the loop without having said so.
type blocking struct{ inline time.Duration }

func (b blocking) Name() string                { return "the blocking one" }
func (b blocking) Local() exchange.Local       { return b }
func (b blocking) Handle(x *exchange.Exchange) { panic("never asked") }
func (b blocking) Learn(any)                   {}
func (b blocking) Inline(x *exchange.Exchange) bool {
	for end := time.Now().Add(b.inline); time.Now().Before(end); {
	}
	x.Begin(200)
	x.ContentLength(0)
	x.End()
	return true
}

// Who holds a loop up is told by name, with the request's target.
func TestDelaysHaveNames(t *testing.T) {
	k := linux.New()
	s, err := stage.New(stage.Config{Kernel: k, Listen: netip.MustParseAddrPort("127.0.0.1:0"), Handler: blocking{3 * stage.Tolerable}})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	c, err := client.Dial(client.Waiting(k), s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Send([]byte("GET /slowly HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Response(client.Want{Status: 200}); err != nil {
		t.Fatal(err)
	}
	c.Close()
	s.Drain(time.Minute)
	s.Wait()
	for _, d := range s.Delays() {
		if d.Who == "handler the blocking one" && d.Target == "/slowly" && d.Longest >= 3*stage.Tolerable {
			return
		}
	}
	t.Errorf("%v; want the blocking handler, and its request", s.Delays())
}
