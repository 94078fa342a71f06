package main

import (
	"strings"
	"testing"
)

// A sample of what the command does at length: everybody is answered, and nobody reset.
func TestCrowdIsAnswered(t *testing.T) {
	c := crowd{clients: 1000, requests: 5, processors: 128, topologies: "fused,event,staged"}
	var out strings.Builder
	if err := c.run(&out); err != nil {
		t.Error(err)
	}
	if n := strings.Count(out.String(), " 5000 requests answered, 0 wrongly, 0 errors, 0 reset connections\n"); n != 3 {
		t.Errorf("%q; want three topologies that answer all", out.String())
	}
}

// Where there is no room for all, the command says who went without.
func TestCrowdIsCounted(t *testing.T) {
	var r came
	addr, err := freeAddress()
	if err != nil {
		t.Fatal(err)
	}
	r.client(addr, 1)
	if r.errors.Load() != 1 || r.first.Load() == nil {
		t.Errorf("nobody listens, and %d errors are counted", r.errors.Load())
	}
}
