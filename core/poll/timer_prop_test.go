package poll

// The model of a Ring is a list sorted by deadline; since all of a ring's
// timeouts are equal and time does not go back, that is the order of arming.

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"brigade/core/rt"
)

type carrier struct {
	name  int
	timer Timer[carrier]
}

type armed struct {
	name     int
	deadline rt.Instant
}

func TestRingIsASortedList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		timeout := time.Duration(rapid.IntRange(0, 3).Draw(t, "timeout"))
		var ring Ring[carrier]
		ring.SetTimeout(timeout)
		list := make([]carrier, 6)
		for i := range list {
			list[i].name = i
		}
		var model []armed
		now := rt.Instant(0)
		for range rapid.IntRange(0, 50).Draw(t, "operations") {
			c := &list[rapid.IntRange(0, len(list)-1).Draw(t, "carrier")]
			at := slices.IndexFunc(model, func(a armed) bool { return a.name == c.name })
			switch rapid.IntRange(0, 2).Draw(t, "operation") {
			case 0:
				if at < 0 {
					ring.Arm(&c.timer, c, now)
					model = append(model, armed{c.name, now.Add(timeout)})
				}
			case 1:
				c.timer.Disarm() // also if it is not armed
				if at >= 0 {
					model = slices.Delete(model, at, at+1)
				}
			case 2:
				now += rt.Instant(rapid.IntRange(0, 4).Draw(t, "passes"))
				for len(model) > 0 && model[0].deadline <= now {
					if due := ring.Due(now); due == nil || due.name != model[0].name {
						t.Fatalf("due at %d: %v, want %d", now, due, model[0].name)
					} else if due.timer.Deadline() != model[0].deadline || due.timer.Armed() {
						t.Fatalf("%d was due at %d, and says %d", due.name, model[0].deadline, due.timer.Deadline())
					}
					model = model[1:]
				}
				if due := ring.Due(now); due != nil {
					t.Fatalf("%d is due at %d, before its time", due.name, now)
				}
			}
			check(t, &ring, list, model)
		}
	})
}

func check(t *rapid.T, ring *Ring[carrier], list []carrier, model []armed) {
	next, ok := ring.Next()
	oldest := ring.Oldest()
	if ok != (len(model) > 0) || (oldest != nil) != ok {
		t.Fatalf("next says %v, oldest %v, with %d armed", ok, oldest, len(model))
	}
	if ok && (next != model[0].deadline || oldest.name != model[0].name) {
		t.Fatalf("next is %d of %d, want %v", next, oldest.name, model[0])
	}
	for i := range list {
		at := slices.IndexFunc(model, func(a armed) bool { return a.name == i })
		timer := &list[i].timer
		if timer.Armed() != (at >= 0) || timer.In(ring) != (at >= 0) {
			t.Fatalf("timer %d: armed %v", i, timer.Armed())
		}
		if at >= 0 && timer.Deadline() != model[at].deadline {
			t.Fatalf("timer %d: deadline %d, want %d", i, timer.Deadline(), model[at].deadline)
		}
	}
}

func TestArmedTwiceIsABug(t *testing.T) {
	var a, b Ring[carrier]
	var c carrier
	a.Arm(&c.timer, &c, 0)
	defer func() {
		if _, ok := recover().(*rt.Fault); !ok {
			t.Error("a timer stood in two rings, and nobody said so")
		}
	}()
	b.Arm(&c.timer, &c, 0)
}
