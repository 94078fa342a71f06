package explain

// The timeline: one column a task, one row an event, time running down. Shown are
// the tasks concerned, six at most, and of their events those that led to the
// failure or stand next to a switch; what is left out is counted.

import (
	"fmt"
	"slices"
	"strings"

	"brigade/sim"
)

const (
	maxColumns = 6
	maxRows    = 60
	minWidth   = 14
	gutter     = 2
	margin     = 20 // step and time
)

// timeline draws x's run.
func (x *Explanation) timeline(b *strings.Builder, width int) {
	columns := x.columns(min(maxColumns, (width-margin)/(minWidth+gutter)))
	rows := x.rows(columns)
	if len(rows) == 0 {
		return
	}
	t := &table{b: b, columns: columns, width: (width-margin)/len(columns) - gutter}
	short := shortTasks(x.Report)
	heads := make([]string, len(columns))
	for i, c := range columns {
		heads[i] = short[c]
	}
	t.row("  step  time", heads)
	x.body(t, rows, short)
}

// body draws the rows. A line between two rows counts what is left out.
func (x *Explanation) body(t *table, rows []int, short []string) {
	r := x.Report
	marks, last := x.marked(), failed(r)
	switches := x.switches()
	from := 0
	for _, i := range rows {
		t.gap(elided(r, from, i))
		from = i + 1
		e := &r.Events[i]
		cells := make([]string, len(t.columns))
		c := slices.Index(t.columns, e.Task)
		cells[c] = Text(r, i)
		if slices.Contains(marks, i) {
			cells[c] = "*" + cells[c]
		}
		if i == last && r.Verdict != nil && r.Verdict.Task != "" {
			cells[c] = "!" + cells[c]
		}
		t.row(fmt.Sprintf("%6d  %s", e.Step, e.Time.Sub(0)), cells)
		if s, ok := switches[i]; ok {
			cells = make([]string, len(t.columns))
			cells[c] = "-> " + short[s]
			t.row("", cells)
		}
	}
	t.gap(elided(r, from, len(r.Events)))
}

func elided(r *sim.Report, from, to int) (n int) {
	for i := from; i < to; i++ {
		if r.Events[i].Acts() {
			n++
		}
	}
	return n
}

// switches are the departures of the schedule: by the event after which its task
// was left, the task that went on.
func (x *Explanation) switches() map[int]int32 {
	r := x.Report
	place := places(r.Keys())
	list := make(map[int]int32)
	for i := range r.Departures {
		d := &r.Departures[i]
		to := slices.Index(r.TaskPaths, d.Value)
		task := int32(slices.Index(r.TaskPaths, d.Key.Task))
		if to < 0 || task < 0 {
			continue
		}
		end, ok := place[d.Key]
		if !ok {
			end = len(r.Events) // it never did what it had come to
		}
		for j := end - 1; j >= 0; j-- {
			if r.Events[j].Acts() && r.Events[j].Task == task {
				list[j] = int32(to)
				break
			}
		}
	}
	return list
}

// columns are the tasks to show: the culprits', the one that failed, those that
// were switched from and to, then those with the most events in the slice.
func (x *Explanation) columns(most int) []int32 {
	r := x.Report
	var list []int32
	add := func(t int32) {
		if t >= 0 && len(list) < most && !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	for _, i := range x.marked() {
		add(r.Events[i].Task)
	}
	if x.Culprit != nil {
		add(int32(slices.Index(r.TaskPaths, x.Culprit.Departure.Key.Task)))
	}
	if last := failed(r); last >= 0 {
		add(r.Events[last].Task)
	}
	if len(x.Causes) > 0 {
		for i := range r.Departures {
			add(int32(slices.Index(r.TaskPaths, r.Departures[i].Key.Task)))
			add(int32(slices.Index(r.TaskPaths, r.Departures[i].Value)))
		}
	}
	count := make(map[int32]int)
	for _, i := range x.Slice {
		count[r.Events[i].Task]++
	}
	for len(count) > 0 && len(list) < most {
		best := int32(-1)
		for t := range int32(len(r.TaskPaths)) {
			if count[t] > 0 && (best < 0 || count[t] > count[best]) {
				best = t
			}
		}
		if best < 0 {
			break
		}
		delete(count, best)
		add(best)
	}
	slices.Sort(list)
	return list
}

// rows are the events to show, of the tasks to show: the last of them, where
// there are too many.
func (x *Explanation) rows(columns []int32) []int {
	r := x.Report
	want := make(map[int]bool)
	for _, i := range x.Slice {
		want[i] = true
	}
	for i := range x.switches() {
		want[i] = true
		for j := i + 1; j < len(r.Events); j++ {
			if r.Events[j].Acts() {
				want[j] = true
				break
			}
		}
	}
	for _, i := range x.marked() {
		want[i] = true
	}
	var list []int
	for i := range r.Events {
		if want[i] && slices.Contains(columns, r.Events[i].Task) {
			list = append(list, i)
		}
	}
	if cut := len(list) - maxRows; cut > 0 {
		keep := x.marked()
		list = slices.DeleteFunc(list, func(i int) bool {
			if cut > 0 && !slices.Contains(keep, i) {
				cut--
				return true
			}
			return false
		})
	}
	return list
}

// table writes rows of columns of equal width.
type table struct {
	b       *strings.Builder
	columns []int32
	width   int
}

func (t *table) row(head string, cells []string) {
	line := fmt.Sprintf("%-*s", margin, head)
	for _, c := range cells {
		if len(c) > t.width {
			c = c[:t.width-1] + "~"
		}
		line += fmt.Sprintf("%-*s", t.width+gutter, c)
	}
	t.b.WriteString(strings.TrimRight(line, " ") + "\n")
}

func (t *table) gap(n int) {
	switch {
	case n == 1:
		t.b.WriteString("     .  1 step\n")
	case n > 1:
		fmt.Fprintf(t.b, "     .  %d steps\n", n)
	}
}
