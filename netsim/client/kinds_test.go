package client_test

// Every kind of client in both directions: a right server is never blamed, and each
// flaw that the kind is there to find is convicted.

import (
	"testing"
	"time"

	"brigade/netsim"
	"brigade/netsim/client"
	"brigade/netsim/grammar"
	"brigade/sim"
)

// kind is a kind of client, with the flaws that it convicts.
type kind struct {
	name  string
	act   func(c *client.Client) error
	flaws []string
}

func kinds() []kind {
	return []kind{
		{"well behaved", func(c *client.Client) error { return c.WellBehaved(4, time.Second) }, []string{"mistakes a byte", "greets"}},
		{"pipelining", func(c *client.Client) error { return c.Pipelining(4) }, []string{"mistakes a byte", "resets instead of closing"}},
		{"slow", func(c *client.Client) error {
			return c.Slow(client.Pace{Write: 1 + sim.Choose("piece", 20), WritePause: time.Second, Read: 1000, ReadPause: 1})
		}, []string{"wants heads whole", "mistakes a byte"}},
		{"dribbling", func(c *client.Client) error { return c.Dribbling(3, 1+sim.Choose("piece", 9)) }, []string{"wants heads whole", "mistakes a byte"}},
		{"stalling", func(c *client.Client) error { return c.Stalling(3, 10*time.Second, 1000) }, []string{"drops what does not fit", "mistakes a byte"}},
		{"half-closing", func(c *client.Client) error { return c.HalfClosing() }, []string{"forgets a request at the end"}},
		{"cutting short", func(c *client.Client) error { return c.CutShort(sim.Choose("cut", 70)) }, []string{"answers half a head", "forgets a request at the end"}},
		{"resetting", func(c *client.Client) error { return c.Resetting(sim.Choose("reset", 300)) }, []string{"mistakes a byte"}},
		{"abandoning", func(c *client.Client) error { return c.Abandoning([]byte("GET / HT"), time.Second) }, []string{"greets"}},
		{"leaving", func(c *client.Client) error { return c.Leaving(3) }, []string{"mistakes a byte"}},
		{"malformed", func(c *client.Client) error { return c.Malformed(client.BadRequests()) }, []string{"takes what may not be"}},
		{
			"grammatical", func(c *client.Client) error { return c.Grammatical(sim.Choose, 4) },
			[]string{"finds requests in content", "gives HEAD a body", "mistakes a byte"},
		},
		{
			"mutated", func(c *client.Client) error {
				return c.Mutated(sim.Choose, sim.Choose("mutation", len(grammar.Mutations())))
			},
			[]string{"takes what may not be", "goes on behind bad chunks"},
		},
		{"excessive", func(c *client.Client) error { return c.Excessive(sim.Choose, toyLimits, 1+sim.Choose("over", 5)) }, []string{"knows no limits"}},
	}
}

// attempt runs one client against a toy.
func attempt(t *testing.T, k kind, flaw string, seed uint64) (err error) {
	t.Helper()
	n := netsim.New(netsim.Config{Latency: time.Duration(seed%2) * time.Millisecond, SendBuffer: 8192, RecvBuffer: 8192})
	s := &toy{p: n.Process("server"), flaw: flaw}
	p := n.Process("client")
	r := sim.Run(sim.Options{Seed: seed, World: n}, func() {
		s.serve(20)
		c := &client.Client{Process: p, Addr: address, Files: files, Patience: 2 * time.Minute}
		for range sim.Choose("first file", len(files)) {
			c.Files = append(c.Files[1:len(c.Files):len(c.Files)], c.Files[0])
		}
		err = k.act(c)
	})
	if r.Verdict != nil {
		t.Fatalf("%s, %q, seed %d: %v\n%s", k.name, flaw, seed, r.Verdict, r.Verdict.Stack)
	}
	return err
}

func TestKindsBlameNoRightServer(t *testing.T) {
	for _, k := range kinds() {
		for seed := range uint64(60) {
			if err := attempt(t, k, "", seed); err != nil {
				t.Errorf("%s, seed %d: %v", k.name, seed, err)
				break
			}
		}
	}
}

// TestKindsConvict wants each flaw convicted within 60 seeds by each kind that is
// there for it.
func TestKindsConvict(t *testing.T) {
	for _, k := range kinds() {
		for _, flaw := range k.flaws {
			convicted := false
			for seed := uint64(0); seed < 60 && !convicted; seed++ {
				convicted = client.Blames(attempt(t, k, flaw, seed))
			}
			if !convicted {
				t.Errorf("%s: a server that %s is not convicted", k.name, flaw)
			}
		}
	}
}
