package scenario

// What a scenario's program and those who run it have in common. The program
// tells what it drew and what its clients saw, in words; tasks do, so the
// functions that they call are kept from the race detector: only one task runs at
// a time, and the baton that orders them is hidden from it.

import (
	"errors"
	"fmt"
	"strings"

	"brigade/fuzz/linear"
	"brigade/netsim"
	"brigade/netsim/client"
	"brigade/sim"
	"brigade/sim/schedule"
)

// Env is one process's state of one scenario, for all its runs.
type Env struct {
	// World is the simulated kernel; nil: the program makes no system calls.
	// Prepare sets it, and may keep it from one run to the next: a world's Begin
	// leaves nothing of the run before.
	World sim.World

	// Observers are the checkers. Prepare appends them; the list is empty then.
	Observers []sim.Observer

	// Faults names the fault profile that was asked for; empty: the scenario's own.
	Faults string

	// Exchanges counts requests that were answered, by Exchanged.
	Exchanges uint64

	// Drawn has, for each of Dimensions, one more than the index of the value that
	// the run drew; 0: it drew none.
	Drawn [maxDimensions]uint8

	// Profile is the faults that the run's world had.
	Profile netsim.Profile

	// Outcome is what clients saw, as one number: equal for runs in which they saw
	// the same, in whatever order.
	Outcome uint64

	// Statuses counts final and interim responses by status.
	Statuses [600]uint32

	// Acts counts what handlers did, by ActNames.
	Acts [maxActs]uint32

	// Moves counts connections that a loop took from another.
	Moves uint32

	// Histories counts what clients of a store saw, by HistoryNames.
	Histories [5]uint32

	// Ends counts how it ended for clients: 0, as it should, else one more than the
	// client.Kind of the error.
	Ends [16]uint32

	// What clients saw, response by response, as far as there is room.
	sights [256]sight
	seen   int

	// How many final ones those were, by the hundreds of their status.
	classes [6]uint64
}

const maxDimensions = 48

// Exchanged tells that n requests were answered and judged. Any task may call it.
//
//go:norace
func (e *Env) Exchanged(n int) { e.Exchanges += uint64(n) }

// Restart begins the count anew.
//
//go:norace
func (e *Env) Restart() {
	e.Exchanges, e.Outcome, e.seen = 0, 0, 0
	e.Drawn, e.Profile = [maxDimensions]uint8{}, netsim.Profile{}
	e.Moves, e.Histories = 0, [5]uint32{}
	e.Statuses, e.Ends, e.Acts = [600]uint32{}, [16]uint32{}, [maxActs]uint32{}
}

// begin forgets what clients saw of an earlier server: one environment may serve
// several runs, such as those in which a strategy takes its lessons.
//
//go:norace
func (e *Env) begin() { e.seen, e.classes = 0, [6]uint64{} }

// draw tells which value of a dimension was drawn.
//
//go:norace
func (e *Env) draw(dimension, value int) { e.Drawn[dimension] = uint8(value + 1) }

// suffer tells which faults there are.
//
//go:norace
func (e *Env) suffer(p netsim.Profile) { e.Profile = p }

// answered tells of a response that a client judged right.
//
//go:norace
func (e *Env) answered(r *client.Response) {
	status := r.Status
	if e.seen < len(e.sights) {
		e.sights[e.seen] = sight{r.Target, status, r.Bytes}
	}
	e.seen++
	if status >= 0 && status < len(e.Statuses) {
		e.Statuses[status]++
	}
	if status >= 200 && status < 600 {
		e.classes[status/100]++
	}
	e.Outcome += schedule.Finish(uint64(status))
}

// miscounted says which statuses a server counts fewer of than its clients saw; empty: none.
// What becomes a tunnel has 101 where a stream has 200.
//
//go:norace
func (e *Env) miscounted(counted []uint64) string {
	told := counted[1] + counted[2]
	for class := 2; class < len(e.classes); class++ {
		if class > 2 {
			told = counted[class]
		}
		if seen := e.classes[class]; told < seen {
			return fmt.Sprintf("clients saw %d whole answers of %dxx, and the server counts %d", seen, class, told)
		}
	}
	return ""
}

// acted tells what a handler did.
//
//go:norace
func (e *Env) acted(i int) { e.Acts[i]++ }

// moved tells that a connection changes loops.
//
//go:norace
func (e *Env) moved() { e.Moves++ }

// HistoryNames name what Env.Histories counts.
func HistoryNames() []string {
	return []string{"linearizable", "operations", "answers lost", "pairs that overlap", "unknown"}
}

// remember tells of a store's history, and what came of judging it.
//
//go:norace
func (e *Env) remember(s *linear.Store, v linear.Verdict) {
	if v == linear.Linearizable {
		e.Histories[0]++
	} else {
		e.Histories[4]++
	}
	for i, n := range []int{s.Operations, s.Lost, s.Pairs} {
		e.Histories[1+i] += uint32(n)
	}
}

// left tells how it ended for the i-th client.
//
//go:norace
func (e *Env) left(i int, err error) {
	kind := uint64(0)
	var broken *client.Error
	if errors.As(err, &broken) {
		kind = 1 + uint64(broken.Kind)
	}
	if kind < uint64(len(e.Ends)) {
		e.Ends[kind]++
	}
	e.Outcome += schedule.Finish(uint64(i)<<32 | 1<<16 | kind)
}

// Told says what the run drew, in words: "topology staged, shards 2; faults
// short-read=0.3"; empty if it drew nothing.
func (e *Env) Told() string {
	var parts []string
	for i, d := range dimensions {
		if v := e.Drawn[i]; v > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", d.name, d.values[v-1]))
		}
	}
	text := strings.Join(parts, ", ")
	if p := e.Profile.String(); p != "none" {
		text += "; faults " + p
	}
	return strings.TrimPrefix(text, "; ")
}
