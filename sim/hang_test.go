package sim_test

// Hangs: a task that never comes to a point cannot be stopped, so these happen
// in child processes.

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"brigade/core/rt"
	"brigade/sim"
	"brigade/sim/schedule"
)

func init() {
	children["hang"] = func() { sim.Run(hangOptions, hang) }
	children["hang, baton"] = func() {
		o := hangOptions
		o.Engine = sim.Baton
		sim.Run(o, hang)
	}
	children["hang, told"] = func() {
		sim.OnHang(func(v *sim.Verdict) {
			fmt.Printf("told: %s, task %s\n", v.Kind, v.Task)
			os.Exit(3)
		})
		sim.Run(hangOptions, hang)
	}
	children["hang of the strategy"] = func() {
		o := hangOptions
		o.Strategy = picker(func(*schedule.Point) int { spinForEver(); return 0 })
		sim.Run(o, counter(2, 1))
	}
	children["short runs"] = func() {
		for began := time.Now(); time.Since(began) < 3*hangOptions.Watch; {
			sim.Run(hangOptions, counter(1, 1))
		}
		fmt.Println("not hung")
	}
}

var hangOptions = sim.Options{Watch: 100 * time.Millisecond}

func hang() {
	rt.Go("waiter", func() {
		rt.Sleep(time.Second)
	})
	rt.Go("spinner", spinForEver)
}

var spins int

func spinForEver() {
	for {
		spins++
	}
}

func TestHang(t *testing.T) {
	for _, name := range []string{"hang", "hang, baton"} {
		out, status := child(t, name)
		if status != 5 || !strings.Contains(out, "hang I11: a task has run for 100ms of real time") || !strings.Contains(out, "main/spinner.1") {
			t.Errorf("%s: status %d\n%s", name, status, out)
		}
		_, stacks, _ := strings.Cut(out, "\ngoroutine ")
		if first, _, _ := strings.Cut(stacks, "\n\n"); !strings.Contains(first, "spinForEver") {
			t.Errorf("%s: the first stack is not the spinner's:\n%s", name, first)
		}
	}
	if out, status := child(t, "hang, told"); status != 3 || out != "told: hang, task main/spinner.1\n" {
		t.Errorf("status %d: %s", status, out)
	}
	out, status := child(t, "hang of the strategy")
	if status != 5 || !strings.Contains(out, "the world, a checker or the strategy has run for 100ms") {
		t.Errorf("status %d: %s", status, out)
	}
}

// Many runs of few steps are no hang, however long they take together.
func TestShortRunsAreNoHang(t *testing.T) {
	if out, status := child(t, "short runs"); status != 0 || out != "not hung\n" {
		t.Errorf("status %d: %s", status, out)
	}
}
