package scenario

// Sessions on processors: each holds a processor for as long as it lasts, and waits
// for its streams, whose producers need processors of the same crew. Some are kept
// for those (handoff.Depended): without, sessions that hold all of them would wait
// for ever (Varnish's pool reserve, 2018). Nothing is lent here: a stream that has
// no processor yet returns nothing.

import (
	"brigade/core/handoff"
	"brigade/core/mem"
	"brigade/core/rt"
	"brigade/sim"
)

// hall is the processors that sessions and their streams share.
type hall struct {
	crew   handoff.Crew[work, *work]
	places []handoff.Member[work, *work]
	tasks  rt.WaitGroup
}

// work is what a processor does next: a session, or a stream of one.
type work struct {
	link handoff.Link[work]
	do   func()
}

// HandoffLink implements handoff.Linked.
func (w *work) HandoffLink() *handoff.Link[work] { return &w.link }

// open starts common processors that do anything, and kept ones that are for streams.
func (h *hall) open(common, kept, waiting int) {
	h.crew.Init("hall", common+kept, kept, waiting)
	h.places = make([]handoff.Member[work, *work], common+kept)
	for i := range h.places {
		place := &h.places[i]
		h.crew.Join(place)
		h.tasks.Go("processor", func() {
			for w := h.crew.Next(place); w != nil; w = h.crew.Next(place) {
				rt.Taken(w)
				w.do()
			}
		})
	}
}

// doorman waits for room on behalf of the root task.
type doorman struct{ gate mem.Gate }

// Rouse implements handoff.Rouser.
func (d *doorman) Rouse() { d.gate.Wake() }

// Rouse implements handoff.Rouser: there is room for a stream.
func (m *master) Rouse() { m.gate.Wake() }

// sessions runs up to three sessions in a hall of a drawn size.
func sessions(e *Env) {
	h := new(hall)
	h.open(1+sim.Choose("common", 2), 1+sim.Choose("kept", 2), sim.Choose("places", 2))
	var d doorman
	d.gate.Init("door")
	var claim handoff.Claim
	claim.InitClaim("door.claim", handoff.Common, &d)
	var all rt.WaitGroup
	all.Label("sessions")
	n := 1 + sim.Choose("sessions", 3)
	all.Add(n)
	for i := range n {
		streams := 1 + sim.Choose("streams", 3)
		w := &work{do: func() {
			m := newMaster(e, uint64(1+i)*100, streams)
			m.hall = h
			m.claim.InitClaim("master.claim", handoff.Depended, m)
			m.run()
			all.Done()
		}}
		for h.crew.Reserve(&claim, 1) == 0 {
			d.gate.Wait()
		}
		h.crew.Give(w, handoff.Common)
	}
	h.crew.Yield(&claim)
	all.Wait()
	h.crew.Close()
	h.tasks.Wait()
}

// dispatch has as many of the streams that wait begun as there is room for.
func (m *master) dispatch() {
	if len(m.waiting) == 0 {
		return
	}
	n := m.hall.crew.Reserve(&m.claim, len(m.waiting))
	for _, s := range m.waiting[:n] {
		m.hall.crew.Give(&s.work, handoff.Depended)
	}
	m.waiting = m.waiting[n:]
}
