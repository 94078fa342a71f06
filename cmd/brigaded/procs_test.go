package main

import (
	"testing"

	"brigade/core/stage"
)

// While all loops have a P there are idle ones, whatever the topology.
func TestPsAreLeftOver(t *testing.T) {
	for _, c := range []struct {
		processors, shards, readers, writers int
		topology                             stage.Topology
		accept                               stage.Accept
		loops, ps                            int
	}{
		{2, 2, 0, 0, stage.Fused, stage.AcceptUsual, 2, 4},
		{2, 8, 0, 0, stage.Event, stage.AcceptExclusive, 8, 10},
		{16, 1, 0, 0, stage.Fused, stage.AcceptUsual, 1, 18},
		{2, 1, 0, 0, stage.Staged, stage.AcceptUsual, 3, 5},
		{2, 2, 2, 1, stage.Staged, stage.AcceptReusePort, 6, 8},
	} {
		o := options{shards: count{n: c.shards}, readers: count{n: c.readers}, writers: count{n: c.writers}}
		o.topology.value, o.accept.value = c.topology, c.accept
		if l := o.loops(); l != c.loops || ps(c.processors, l) != c.ps {
			t.Errorf("%+v: %d loops, %d Ps", c, l, ps(c.processors, l))
		}
	}
}
