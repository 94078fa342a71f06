package stage_test

// What the topologies are for, read off a run's events.

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/sim"
)

// touching are the kinds of the tasks that touched the server's only connection
// from its first events to its last: by a call on its descriptor, or by a probe
// that names it.
func touching(w *world, r *sim.Report, from, to func(e *sim.Event) bool) []string {
	fd, id, inside := uint64(0), uint64(0), false
	kinds := make(map[string]bool)
	for i := range r.Events {
		e := &r.Events[i]
		probe := e.Op == rt.OpProbe
		if probe && rt.Kind(e.Object) == rt.ProbeConnOpen {
			id, fd = e.A, e.B
		}
		inside = inside || from(e)
		call := e.Op >= rt.OpListen && e.Op < rt.OpPage && e.A>>32 == uint64(w.kernel.ID()) && uint64(uint32(e.A)) == fd
		if inside && fd != 0 && (call || probe && e.A == id && rt.Kind(e.Object) < rt.ProbeLoop) {
			kinds[kindOf(r.TaskPaths[e.Task])] = true
		}
		if inside && to(e) {
			break
		}
	}
	return slices.Sorted(maps.Keys(kinds))
}

// kindOf is a task's kind: the last part of its path without its number.
func kindOf(path string) string {
	last := path[strings.LastIndexByte(path, '/')+1:]
	return strings.TrimRight(last, "0123456789.#")
}

func probed(kind rt.Kind, sequence uint64) func(e *sim.Event) bool {
	return func(e *sim.Event) bool {
		return e.Op == rt.OpProbe && rt.Kind(e.Object) == kind && (sequence == 0 || e.B == sequence)
	}
}

func TestStagedIsFourTasks(t *testing.T) {
	var at *world
	r := serve(t, setup{}, stage.Staged, 1, func(w *world) {
		at = w
		c := w.dial()
		c.get("/hello")
		c.wantResponse("a simple request", 200)
		c.Close()
	})
	got := touching(at, r, probed(rt.ProbeConnOpen, 0), probed(rt.ProbeResponse, 1))
	if want := []string{"listener", "processor", "reader", "writer"}; !slices.Equal(got, want) {
		t.Errorf("a request was touched by %q, want %q", got, want)
	}
}

func TestEventIsTwoTasks(t *testing.T) {
	var at *world
	r := serve(t, setup{}, stage.Event, 1, func(w *world) {
		at = w
		c := w.dial()
		for range 2 {
			c.get("/inline")
			c.wantResponse("a request between two waits", 200)
		}
		c.Close()
	})
	got := touching(at, r, probed(rt.ProbeResponse, 1), probed(rt.ProbeResponse, 2))
	if want := []string{"loop", "processor"}; !slices.Equal(got, want) {
		t.Errorf("a request was touched by %q, want %q", got, want)
	}
}

func TestFusedIsOneTask(t *testing.T) {
	var at *world
	r := serve(t, setup{}, stage.Fused, 1, func(w *world) {
		at = w
		c := w.dial()
		for range 2 {
			c.get("/inline")
			c.wantResponse("a request that is answered inline", 200)
		}
		c.Close()
	})
	got := touching(at, r, probed(rt.ProbeResponse, 1), probed(rt.ProbeResponse, 2))
	if want := []string{"loop"}; !slices.Equal(got, want) {
		t.Errorf("a request was touched by %q, want %q", got, want)
	}
	if at.totals.Handoffs != 0 {
		t.Errorf("%d handoffs, want none", at.totals.Handoffs)
	}
}
