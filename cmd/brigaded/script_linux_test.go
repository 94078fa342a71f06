package main

import (
	"errors"
	"testing"

	"brigade/fuzz/peer"
	"brigade/netsim/script"
)

// TestKeptScripts holds the scripts, which the simulated server passes, against
// the real one: a process for each, in either topology.
func TestKeptScripts(t *testing.T) {
	scripts, err := script.Kept()
	if err != nil {
		t.Fatal(err)
	}
	site, err := peer.LayOut(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, top := range []int{1, 3} { // both topologies, two shards
		kind := peer.Brigaded(binary, topologies[top].flags...)
		t.Run(topologies[top].name, func(t *testing.T) {
			for _, s := range scripts {
				p, err := peer.Start(kind, site, s.Settings)
				if err != nil {
					t.Fatal(err)
				}
				if err := errors.Join(p.Run(s), p.Stop()); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
