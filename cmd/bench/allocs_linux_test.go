package main

import "testing"

// A sample of what the command does at full length: the runtime allocates now and
// then by itself, for a thread or its collector.
func TestRequestsDoNotAllocate(t *testing.T) {
	a := asked{requests: 20_000, connections: 50}
	n, err := a.count()
	if err != nil {
		t.Fatal(err)
	}
	if n > 100 {
		t.Errorf("%d allocations in %d requests", n, a.requests)
	}
}

// Over HTTP/2 the Framer makes one for each frame that is not DATA, and that is all.
func TestStreamsAllocateTheFramersOne(t *testing.T) {
	a := asked{requests: 20_000, connections: 50, two: true}
	n, err := a.count()
	if err != nil {
		t.Fatal(err)
	}
	if most := uint64(a.frames() + a.requests/100); n > most {
		t.Errorf("%d allocations in %d requests; x/net's Framer makes %d", n, a.requests, a.frames())
	}
}
