package sim

// Why a run failed, in text. Departures are taken away for as long as the run
// goes on failing in the same way: what is left matters, each of it. Then comes
// how the run ended. (Packages shrink and explain do more: input, faults, pairs of
// events, a column a task. They know whole scenarios and cost thousands of runs;
// this is for a test's failure text.)

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"brigade/core/rt"
	"brigade/sim/schedule"
)

const (
	whyRuns  = 400        // runs made to find out what matters, at most
	whySteps = 20_000_000 // and steps
	whyShown = 24         // events shown of the run's end
)

// Explain tells why the failed run failed: which of its choices matter, what they
// are, and how it ended. It makes some hundreds of runs. Empty: none failed.
func (r Result) Explain() string {
	if r.Failure == nil {
		return ""
	}
	return explanation(r.Minimal(), r.Failure)
}

// Minimal is the failed run with no more departures than it takes to fail in the
// same way; nil: none failed.
func (r Result) Minimal() *Report {
	best := r.Failure
	if best == nil || !repeats(best.Verdict) {
		return best
	}
	o := r.options
	o.Seed, o.Strict, o.Record, o.Twice, o.Fingerprint = best.Seed, false, false, false, false
	budget := min(whyRuns, whySteps/(best.Steps+1))
	for size := len(best.Departures); size > 0 && budget > 0; size /= 2 {
		for at := len(best.Departures); at > 0 && budget > 0; budget-- {
			from := max(0, at-size)
			o.Departures = slices.Delete(slices.Clone(best.Departures), from, min(at, len(best.Departures)))
			one := Run(o, r.main)
			if one.Verdict != nil && one.Verdict.Signature() == best.Verdict.Signature() && len(one.Departures) < len(best.Departures) {
				best = one
			}
			at = min(from, len(best.Departures))
		}
	}
	return best
}

// repeats reports whether a run that ended so can be tried again in this process.
// The race detector reports a pair of stacks once, unless told otherwise.
func repeats(v *Verdict) bool {
	switch v.Kind {
	case DataRace:
		return strings.Contains(os.Getenv("GORACE"), "suppress_equal_stacks=0")
	case Hang, Foreign, Nondeterminism:
		return false
	}
	return true
}

// explanation is best, which is what was left of all, in text.
func explanation(best, all *Report) string {
	var b strings.Builder
	switch n := len(best.Departures); {
	case !repeats(all.Verdict):
		fmt.Fprintf(&b, "  because  it was not tried which of %d choices matter\n", n)
	case n == 0:
		b.WriteString("  because  it fails by the default schedule, whatever is chosen\n")
	default:
		fmt.Fprintf(&b, "  because  of %d choices %s:\n", all.Choices, plural(n, "matters", "matter"))
		for i := range best.Departures {
			fmt.Fprintf(&b, "           %s\n", choiceText(&best.Departures[i]))
		}
	}
	b.WriteString(ending(best))
	return b.String()
}

// choiceText says what a departure is.
func choiceText(d *schedule.Departure) string {
	k := d.Key
	switch k.Op {
	case rt.OpChoose.String():
		return fmt.Sprintf("%s draws %s for %q (%d)", k.Task, d.Value, k.Object, k.N)
	case "draw":
		return fmt.Sprintf("the world draws %s for %s at %s (%d)", d.Value, k.Task, k.Object, k.N)
	}
	return fmt.Sprintf("%s runs when %s comes to %s %s (%d)", d.Value, k.Task, k.Op, k.Object, k.N)
}

// ending is the last events of r, one a line.
func ending(r *Report) string {
	var events []*Event
	for i := range r.Events {
		if e := &r.Events[i]; e.Task >= 0 {
			events = append(events, e)
		}
	}
	events = events[max(0, len(events)-whyShown):]
	width := 0
	for _, e := range events {
		width = max(width, len(r.TaskPaths[e.Task]))
	}
	var b strings.Builder
	for i, e := range events {
		head := "         "
		if i == 0 {
			head = "  the end"
		}
		object := ""
		if e.Op != rt.OpProbe && e.Op < rt.OpListen && e.Object >= 0 {
			object = " " + r.ObjectPaths[e.Object]
		}
		fmt.Fprintf(&b, "%s  %5d  %-*s  %s%s\n", head, e.Step, width, r.TaskPaths[e.Task], e.Op, object)
	}
	return b.String()
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
