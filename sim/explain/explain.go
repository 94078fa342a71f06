package explain

// The explanation: causes by experiment, the slice that leads to the failure, and
// a timeline of both.

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"brigade/sim"
	"brigade/sim/schedule"
)

// Run makes a run by departures; with record its events are kept even if it
// holds.
type Run func(departures []schedule.Departure, record bool) *sim.Report

// most is how many departures are tried one by one: a run with more has to be
// shrunk first.
const most = 40

// Explanation is why a run failed.
type Explanation struct {
	Report  *sim.Report
	Causes  []Cause // one a departure, in order; none if there are too many
	Culprit *Cause  // the one with the pair nearest to the failure; nil: no pair was found
	Slice   []int   // indices of the events that led to the failure
}

// Explain explains failing, which is recorded. run may be nil: then nothing is
// tried, and the explanation has a slice only.
func Explain(run Run, failing *sim.Report, signature func(*sim.Report) string) *Explanation {
	x := &Explanation{Report: failing}
	if run != nil && len(failing.Departures) <= most {
		for i := range failing.Departures {
			x.Causes = append(x.Causes, cause(run, failing, i, signature))
		}
	}
	for i := range x.Causes {
		if c := &x.Causes[i]; c.Paired() {
			x.Culprit = c
		}
	}
	if last := failed(failing); last >= 0 {
		x.Slice = slice(failing, append(x.marked(), last)...)
	}
	return x
}

// failed is the event at which the failure is told: the last of the task it
// happened in.
func failed(r *sim.Report) int {
	last := -1
	for i := range r.Events {
		if !r.Events[i].Acts() {
			continue
		}
		if r.Verdict == nil || r.Verdict.Task == "" || taskName(r, r.Events[i].Task) == r.Verdict.Task {
			last = i
		}
	}
	if last < 0 {
		last = len(r.Events) - 1
	}
	return last
}

// Write writes the explanation and the timeline, width columns wide.
func (x *Explanation) Write(w io.Writer, width int) error {
	var b strings.Builder
	x.culprit(&b)
	x.causes(&b)
	b.WriteByte('\n')
	x.timeline(&b, width)
	_, err := io.WriteString(w, b.String())
	return err
}

func (x *Explanation) culprit(b *strings.Builder) {
	c := x.Culprit
	switch {
	case c == nil && len(x.Causes) == 0 && len(x.Report.Departures) > most:
		fmt.Fprintf(b, "culprit  not looked for among %d choices; shrink the trace first\n", len(x.Report.Departures))
	case c == nil && len(x.Report.Departures) == 0:
		b.WriteString("culprit  none: it fails by the default schedule, without a choice\n")
	case c == nil:
		b.WriteString("culprit  no pair of events: what was chosen is why, see below\n")
	default:
		r := x.Report
		fmt.Fprintf(b, "culprit  %s: %s (step %d)\n", taskName(r, r.Events[c.First].Task), Text(r, c.First), r.Events[c.First].Step)
		if c.Second >= 0 {
			fmt.Fprintf(b, "  before %s: %s (step %d)\n", taskName(r, r.Events[c.Second].Task), Text(r, c.Second), r.Events[c.Second].Step)
		} else {
			fmt.Fprintf(b, "  before %s: %s (which never came)\n", c.Departure.Key.Task, c.After)
		}
		fmt.Fprintf(b, "         the other way round the run %s\n", c.Instead)
	}
}

func (x *Explanation) causes(b *strings.Builder) {
	for i := range x.Causes {
		c := &x.Causes[i]
		word := "needed "
		if !c.Needed {
			word = "spare  "
		}
		fmt.Fprintf(b, "%s  %s", word, choiceText(&c.Departure))
		if c.Needed {
			fmt.Fprintf(b, "; without, the run %s", c.Instead)
		}
		b.WriteByte('\n')
	}
}

// choiceText says what a departure is.
func choiceText(d *schedule.Departure) string {
	k := d.Key
	switch k.Op {
	case "choose":
		return fmt.Sprintf("%s draws %s for %q, the %s", k.Task, d.Value, k.Object, ordinal(k.N))
	case "draw":
		return fmt.Sprintf("the world draws %s for %s at %s, the %s", d.Value, k.Task, k.Object, ordinal(k.N))
	}
	at := k.Op
	if k.Object != "-" {
		at += " " + objectName(k.Object)
	}
	return fmt.Sprintf("%s runs when %s comes to its %s %s", d.Value, k.Task, ordinal(k.N), at)
}

func ordinal(n uint32) string {
	switch {
	case n%100 >= 11 && n%100 <= 13:
	case n%10 == 1:
		return fmt.Sprintf("%dst", n)
	case n%10 == 2:
		return fmt.Sprintf("%dnd", n)
	case n%10 == 3:
		return fmt.Sprintf("%drd", n)
	}
	return fmt.Sprintf("%dth", n)
}

// marked are the events of the culprit pair.
func (x *Explanation) marked() []int {
	var list []int
	if c := x.Culprit; c != nil {
		list = append(list, c.First)
		if c.Second >= 0 {
			list = append(list, c.Second)
		}
	}
	slices.Sort(list)
	return list
}
