package fuzz

// Coverage: which states of the core and which answers of its world a campaign
// has seen. A cell is one of them; those that ought to come up are listed before,
// so that what a campaign never showed can be told. Everything is taken from
// events (probes and the results of system calls), nothing from the core's
// memory.

import (
	"brigade/core/rt"
	"brigade/core/stage"
	"brigade/core/sys"
	"brigade/fuzz/scenario"
	"brigade/netsim/client"
	"brigade/sim"
)

// Cell is a state that a campaign may see, by its group and name.
type Cell struct {
	Group, Name string
}

func (c Cell) key() string { return c.Group + "/" + c.Name }

// The groups of cells.
const (
	groupWait    = "wait"
	groupStep    = "step"
	groupStatus  = "status"
	groupProbe   = "probe"
	groupCall    = "system call"
	groupOutcome = "client's end"
	groupHandler = "handler"
	groupMove    = "takeover"
	groupBuffer  = "i/o buffer"
	groupHistory = "history"
)

// maxErrno is above every errno that the world gives.
const maxErrno = 136

// cover counts cells. It is an observer of every run of a worker.
type cover struct {
	paused bool // the run is made to examine another, and does not count
	waits  [32]uint64
	steps  [32]uint64
	probes [64]uint64
	calls  [rt.Ops][maxErrno]uint64
	status [600]uint64
	ends   [16]uint64
	acts   [16]uint64
	moves  uint64

	buffers   [2 * len(bufferWords)]uint64 // by what happened, those of the side that frees first
	histories [5]uint64

	refused, dropped uint64 // requests, log records

	waitNames, stepNames []string
}

func newCover() *cover {
	return &cover{waitNames: stage.WaitNames(), stepNames: stage.StepNames()}
}

// Ops implements sim.Observer.
func (c *cover) Ops() []rt.Op {
	ops := []rt.Op{rt.OpProbe}
	for op := rt.OpListen; op <= rt.OpPipe; op++ {
		ops = append(ops, op)
	}
	return ops
}

// Begin implements sim.Observer.
func (c *cover) Begin(*sim.Sim) {}

// Quiet implements sim.Observer.
func (c *cover) Quiet() {}

// End implements sim.Observer.
func (c *cover) End() {}

// Event implements sim.Observer. The server is process 0.
func (c *cover) Event(e *sim.Event) {
	switch {
	case c.paused:
	case e.Op == rt.OpProbe:
		c.probe(rt.Kind(e.Object), e)
	case e.A>>32 == 0 && e.C < maxErrno:
		c.calls[e.Op][e.C]++
	}
}

func (c *cover) probe(k rt.Kind, e *sim.Event) {
	if int(k) < len(c.probes) {
		c.probes[k]++
	}
	switch {
	case k == rt.ProbeBuffer && e.C < 2 && e.B > 0 && e.B <= uint64(len(bufferWords)):
		c.buffers[e.C*uint64(len(bufferWords))+e.B-1]++
	case k == rt.ProbeState && e.B < uint64(len(c.waits)):
		c.waits[e.B]++
	case k == rt.ProbeOwner && e.B < uint64(len(c.steps)):
		c.steps[e.B]++
	case k == rt.ProbeRequest && e.C == 0:
		c.refused++
	case k == rt.ProbeLogged && e.C == ^uint64(0):
		c.dropped++
	}
}

// run adds what a run's environment says.
func (c *cover) run(e *scenario.Env) {
	for i, n := range e.Statuses {
		c.status[i] += uint64(n)
	}
	for i, n := range e.Ends {
		c.ends[i] += uint64(n)
	}
	for i, n := range e.Acts {
		c.acts[i] += uint64(n)
	}
	c.moves += uint64(e.Moves)
	for i, n := range e.Histories {
		c.histories[i] += uint64(n)
	}
}

// take returns the cells that were seen since it was called last.
func (c *cover) take() map[string]uint64 {
	seen := make(map[string]uint64)
	each := func(group string, counts []uint64, name func(i int) string) {
		for i, n := range counts {
			if n > 0 {
				seen[Cell{group, name(i)}.key()] = n
			}
		}
	}
	each(groupWait, c.waits[:], nameIn(c.waitNames))
	each(groupStep, c.steps[:], nameIn(c.stepNames))
	each(groupProbe, c.probes[:], func(i int) string { return rt.Kind(i).String() })
	each(groupStatus, c.status[:], statusName)
	each(groupOutcome, c.ends[:], endName)
	each(groupHandler, c.acts[:], nameIn(scenario.ActNames()))
	each(groupMove, []uint64{c.moves}, nameIn(moves))
	each(groupBuffer, c.buffers[:], bufferName)
	each(groupHistory, c.histories[:], nameIn(scenario.HistoryNames()))
	each(groupProbe, []uint64{c.refused, c.dropped}, nameIn(specialProbes))
	for op := range c.calls {
		each(groupCall, c.calls[op][:], func(i int) string { return callName(rt.Op(op), sys.Errno(i)) })
	}
	*c = cover{paused: c.paused, waitNames: c.waitNames, stepNames: c.stepNames}
	return seen
}

var specialProbes = []string{"request, refused", "logged, dropped"}

// bufferWords are what happens to a buffer, as probes tell it (rt.BufferOut and what
// follows).
var bufferWords = [...]string{"out", "back", "joins", "leaves", "granted", "revoked", "taken", "passed", "refused"}

const _ = -uint(rt.BufferRefused ^ len(bufferWords))

func bufferName(i int) string {
	side := "frees"
	if i >= len(bufferWords) {
		side, i = "fills", i-len(bufferWords)
	}
	return bufferWords[i] + ", by the side that " + side
}

// moves is what connections do beside what the server has them do.
var moves = []string{"by another loop"}

// endName is how it ended for a client: 0, as it should.
func endName(i int) string {
	if i == 0 {
		return "content"
	}
	return client.Kind(i - 1).String()
}
