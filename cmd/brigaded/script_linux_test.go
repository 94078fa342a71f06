package main

import (
	"errors"
	"testing"

	"brigade/fuzz/peer"
	"brigade/netsim/script"
)

// TestKeptScripts holds the scripts, which the simulated server passes, against
// the real one: a process for each, in every topology.
func TestKeptScripts(t *testing.T) {
	scripts, err := script.Kept()
	if err != nil {
		t.Fatal(err)
	}
	site, err := peer.LayOut(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, flags := range [][]string{
		{"--topology", "fused", "--shards", "2"},
		{"--topology", "staged", "--shards", "2", "--readers", "2", "--writers", "2"},
		{"--topology", "event"},
	} {
		kind := peer.Brigaded(binary, flags...)
		t.Run(flags[1], func(t *testing.T) {
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
