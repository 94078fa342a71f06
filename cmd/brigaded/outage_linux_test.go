package main

// Origins that are killed, stalled and started again while clients ask: package outage has
// the story, and this is who stands in the middle of it.

import (
	"strings"
	"testing"
	"time"

	"brigade/fuzz/outage"
)

func TestProxyOutlivesItsOrigins(t *testing.T) {
	c, err := outage.Run(func(origins []string) (string, func() error, error) {
		d := launch(t, "--listen", "127.0.0.1:0", "--linger-timeout", "100ms", "--proxy", strings.Join(origins, ","), "--proxy-rest", "500ms", "--answer-timeout", "2s")
		d.addr = d.want("it says where it listens", `listening on (\S+), topology`)[1]
		return d.addr, func() error {
			d.signal(15)
			d.wantExit("it drains when all is over", 0)
			return nil
		}, nil
	}, outage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	c.Print(&b)
	t.Logf("%d requests:\n%s", c.Requests, &b)
}

// TestWhoTriesNothingAgainIsConvicted: a proxy without retries and timeouts loses requests,
// and has others hang.
func TestWhoTriesNothingAgainIsConvicted(t *testing.T) {
	c, err := outage.Run(outage.Plain, outage.Options{Round: 16, Patience: 500 * time.Millisecond})
	if err == nil || c == nil || c.Lost == 0 || c.Hung == 0 {
		t.Fatalf("%+v, %v; want some that are lost, and some that hang", c, err)
	}
	t.Log(err)
}
