package hb_test

import (
	"math"
	"testing"

	"brigade/core/rt"
	"brigade/sim/hb"
)

// step is one operation of a little run.
type step struct {
	task, object int32
	op           rt.Op
	mode         hb.Mode
}

func order(steps ...step) uint64 {
	var r hb.Recorder
	r.Begin()
	r.Task(0, 100, -1)
	r.Task(1, 101, -1)
	r.Task(2, 102, -1)
	for _, s := range steps {
		r.Step(s.task, s.op, 0, s.object, s.mode)
	}
	return r.Order()
}

// TestModesCommute swaps two neighbours of different tasks, with a third operation
// on the same object after them.
func TestModesCommute(t *testing.T) {
	const x = 0
	after := step{2, x, rt.OpAdd, hb.Write}
	for _, c := range []struct {
		a, b hb.Mode
		same bool
	}{
		{hb.Read, hb.Read, true},
		{hb.Read, hb.Write, false},
		{hb.Write, hb.Write, false},
		{hb.Own, hb.Own, false},
		{hb.Own, hb.OwnFailed, false},
		{hb.OwnFailed, hb.OwnFailed, true},
		{hb.Share, hb.Share, true},
		{hb.Share, hb.Unshare, true},
		{hb.Share, hb.Announce, false},
		{hb.Share, hb.Own, false},
		{hb.ShareFailed, hb.Announce, false},
		{hb.Announce, hb.Announce, true},
		{hb.Count, hb.Count, true},
		{hb.Count, hb.Join, false},
		{hb.Join, hb.Join, true},
	} {
		p, q := step{0, x, rt.OpLoad, c.a}, step{1, x, rt.OpStore, c.b}
		if same := order(p, q, after) == order(q, p, after); same != c.same || hb.Conflict(c.a, c.b) == c.same || hb.Conflict(c.b, c.a) == c.same {
			t.Errorf("modes %d and %d: the same order %v, want %v", c.a, c.b, same, c.same)
		}
	}
}

func TestObjectsAreNotMixed(t *testing.T) {
	p, q := step{0, 0, rt.OpAdd, hb.Write}, step{1, 1, rt.OpAdd, hb.Write}
	if order(p, q) != order(q, p) {
		t.Error("operations on two objects do not commute")
	}
	one := step{1, 0, rt.OpAdd, hb.Write}
	if order(p, q) == order(p, one) {
		t.Error("it does not show that two operations met")
	}
}

func TestBarrierOrders(t *testing.T) {
	run := func(first, second int32) uint64 {
		var r hb.Recorder
		r.Begin()
		r.Task(0, 100, -1)
		r.Task(1, 101, -1)
		r.Step(first, rt.OpYield, 0, -1, hb.None)
		r.Barrier()
		r.Step(second, rt.OpYield, 0, -1, hb.None)
		return r.Order()
	}
	if run(0, 1) == run(1, 0) {
		t.Error("what a barrier parts may not be exchanged")
	}
}

func TestDrawsShow(t *testing.T) {
	run := func(task int32, v uint64) uint64 {
		var r hb.Recorder
		r.Begin()
		r.Task(0, 100, -1)
		r.Step(0, rt.OpStart, 0, -1, hb.None)
		r.Draw(task, v)
		return r.Order()
	}
	seen := map[uint64]bool{}
	for _, task := range []int32{-1, 0} {
		for v := range uint64(3) {
			seen[run(task, v)] = true
		}
	}
	if len(seen) != 6 {
		t.Errorf("%d orders of six draws", len(seen))
	}
}

func TestSystemCallsConflict(t *testing.T) {
	look, do := hb.ModeOf(rt.OpFstat), hb.ModeOf(rt.OpWrite)
	if hb.Conflict(look, look) || !hb.Conflict(look, do) || !hb.Conflict(do, do) {
		t.Error("calls conflict unless both only look")
	}
}

func TestGoodTuring(t *testing.T) {
	for _, c := range []struct {
		counts map[uint64]int
		want   float64
	}{
		{nil, 1},
		{map[uint64]int{1: 1, 2: 1}, 1},
		{map[uint64]int{1: 3, 2: 1}, 0.25},
		{map[uint64]int{1: 50, 2: 50}, 0},
	} {
		if got := hb.GoodTuring(c.counts); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%v: %v, want %v", c.counts, got, c.want)
		}
	}
}
