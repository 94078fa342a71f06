package main

import (
	"strings"
	"testing"
	"time"
)

// A sample of what the command does at length: both ways everybody gets all, and what is
// held for them is within what the buffers and the connections may take.
func TestSlowClientsAreHeldInBuffers(t *testing.T) {
	s := slow{clients: 300, buffers: 300, shards: 2, topology: "fused", gogc: "100", lasts: time.Second}
	var out strings.Builder
	if err := s.run(&out); err != nil {
		t.Error(err)
	}
	if n := strings.Count(out.String(), "300 of 300 slow clients got 1024 KiB"); n != 2 {
		t.Errorf("%q; want all to get all, twice", out.String())
	}
}
