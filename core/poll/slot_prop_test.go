package poll

// The model of Slots is a map from token to occupant. Tokens are never used
// again, so an event with an old one reaches nobody.

import (
	"testing"

	"pgregory.net/rapid"

	"brigade/core/sys"
)

type occupant struct {
	name   int
	place  Slot
	parked bool
	ready  sys.Events
}

func TestSlotsAreAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var slots Slots[occupant]
		model := make(map[Slot]*occupant)
		var tokens []Slot // all there ever were
		pick := func() *occupant {
			var live []*occupant
			for _, p := range tokens {
				if o := model[p]; o != nil {
					live = append(live, o)
				}
			}
			if len(live) == 0 {
				return nil
			}
			return live[rapid.IntRange(0, len(live)-1).Draw(t, "occupant")]
		}
		bits := rapid.SampledFrom([]sys.Events{sys.In, sys.Out, sys.In | sys.RdHup, sys.Hup, sys.Err, sys.In | sys.Out})
		for range rapid.IntRange(0, 60).Draw(t, "operations") {
			operation := rapid.SampledFrom([]string{"take", "take", "release", "park", "unpark", "event", "event", "fetch"}).Draw(t, "operation")
			switch {
			case operation == "take":
				o := &occupant{name: len(tokens)}
				o.place = slots.Take(o)
				if model[o.place] != nil || o.place == NoSlot {
					t.Fatalf("place %#x is given twice", o.place)
				}
				model[o.place] = o
				tokens = append(tokens, o.place)
			case operation != "event":
				if o := pick(); o != nil {
					act(t, &slots, model, o, operation)
				}
			case len(tokens) > 0:
				p := rapid.SampledFrom(tokens).Draw(t, "token")
				e := sys.Event{Events: bits.Draw(t, "event"), Token: p.Token()}
				if got, want := slots.Latch(e), latch(model[p], e.Events); got != want {
					t.Fatalf("event %#x of %#x reaches %v, want %v", e.Events, p, got, want)
				}
			}
			agree(t, &slots, model)
		}
	})
}

// latch is what an event does to the occupant of its token, if that is still
// there; it returns whom it reaches.
func latch(o *occupant, e sys.Events) *occupant {
	if o == nil {
		return nil
	}
	if o.ready |= e; e&(sys.Hup|sys.Err) != 0 {
		o.ready |= sys.In | sys.Out
	}
	if !o.parked {
		return nil
	}
	return o
}

func act(t *rapid.T, slots *Slots[occupant], model map[Slot]*occupant, o *occupant, operation string) {
	switch operation {
	case "release":
		slots.Release(o.place)
		delete(model, o.place)
	case "park":
		slots.Park(o.place)
		o.parked = true
	case "unpark":
		slots.Unpark(o.place)
		o.parked = false
	case "fetch":
		if got := slots.Fetch(o.place); got != o.ready {
			t.Fatalf("place %#x was said to be ready for %#x, want %#x", o.place, got, o.ready)
		}
		o.ready = 0
	}
}

func agree(t *rapid.T, slots *Slots[occupant], model map[Slot]*occupant) {
	if slots.Len() != len(model) {
		t.Fatalf("%d places taken, want %d", slots.Len(), len(model))
	}
	parked := 0
	for _, o := range model {
		if o.parked {
			parked++
		}
	}
	slots.Each(func(o *occupant) {
		if model[o.place] != o || !o.parked {
			t.Fatalf("occupant %d does not wait", o.name)
		}
		parked--
	})
	if parked != 0 {
		t.Fatalf("%d more wait than Each says", parked)
	}
}

// A token is the waker's or the gate's for no generation, not even after 2^31
// occupants.
func TestGenerationsGoRound(t *testing.T) {
	var slots Slots[occupant]
	p := slots.Take(&occupant{})
	slots.list[0].generation = 0x7fffffff
	p = Slot(uint64(0x7fffffff)<<32) | p
	slots.Release(p)
	if q := slots.Take(&occupant{}); q.generation() != 0 || q == NoSlot {
		t.Errorf("after the last generation comes %#x", q)
	}
	if slots.Latch(sys.Event{Events: sys.In, Token: 1<<32 - 1}) != nil {
		t.Error("an event of a place that never was reaches somebody")
	}
}
