//go:build race

package sim_test

// What sim.Test says of a data race: in a process of its own, with the race
// detector as go test sets it up, which reports a pair of places once.

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"brigade/core/rt"
	"brigade/sim"
)

// parcel is handed from one task to another.
type parcel struct{ n int }

// handedOn is a program whose giver touches the parcel again, if late.
func handedOn(late bool) func() {
	return func() {
		var slot rt.Pointer[parcel]
		rt.Go("giver", func() {
			b := &parcel{n: 1}
			slot.Store(b)
			if late {
				b.n++
			}
		})
		rt.Go("taker", func() {
			if b := slot.Load(); b != nil {
				rt.Taken(b)
			}
		})
	}
}

func init() {
	for name, late := range map[string]bool{"handed on": true, "handed on and let go": false} {
		children[name] = func() {
			r := &recorder{name: "TestX"}
			sim.Test(r, handedOn(late))
			print(r.text)
		}
	}
	children["handed on, from a later seed"] = func() {
		if r := sim.Run(sim.Options{Seed: 7}, handedOn(true)); r.Verdict != nil {
			print(r.Verdict.Error())
		}
	}
}

// plainChild is child with the race detector as it is by default.
func plainChild(name string) string {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childVariable+"="+name, "GORACE=")
	out, _ := c.CombinedOutput()
	return string(out)
}

func TestRaceIsToldWithItsSeed(t *testing.T) {
	out := plainChild("handed on")
	for _, want := range []string{"report_race_test.go:25", "data-race: the race detector reported", "seed 0x", "go test -race", "func TestX_Kept"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if out := plainChild("handed on and let go"); out != "" {
		t.Errorf("without a late touch: %s", out)
	}
	if out := plainChild("handed on, from a later seed"); !strings.Contains(out, "data-race") {
		t.Errorf("a lesson raced, and it was not told: %s", out)
	}
}
