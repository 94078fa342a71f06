package dpor

// Wakeup trees: plans, as sequences of tasks, in the order in which they were
// made. A plan that begins with what another already covers adds nothing.

import "brigade/sim/hb"

// sequence is a plan: events of the execution at hand, performed from node `from`
// on; the last is the one that comes before its time.
type sequence struct {
	from   int           // event whose place the plan starts at
	events []int         // not yet matched
	next   map[int32]int // of tasks matched: where to look for what they do next; -1: unknown
}

// plan implements search: it turns the new races around and goes back to the
// last node with something planned.
func (o *optimal) plan() bool {
	o.stack = o.stack[:o.depth]
	log := o.recorder.Log()
	o.trace.read(log)
	end := len(log.Events) + len(log.Left)
	if o.blocked {
		end = len(o.events)
	}
	for k := o.fresh; k < end; k++ {
		o.found = o.trace.reversals(k, o.found, func(i int) { o.reverse(i, k) })
	}
	return o.retreat()
}

// reverse plans that event k comes before event i.
func (o *optimal) reverse(i, k int) {
	n := o.stack[o.events[i]]
	if n.given {
		return // that is for the parts that begin otherwise
	}
	s := &o.seq
	s.from, s.events, s.next = i, s.events[:0], nil
	for m := i + 1; m < min(k, len(o.trace.log.Events)); m++ {
		if !o.trace.before(i, m) {
			s.events = append(s.events, m)
		}
	}
	s.events = append(s.events, k)
	for _, z := range n.sleep {
		if o.initial(s, k, z.proc, z.acts) && (!z.given || o.has(s, z.proc)) {
			return
		}
	}
	o.insert(n, s, k)
}

// initial reports whether proc, whose next operation has acts, is a weak initial
// of s: the plan, continued somehow, could begin with it.
func (o *optimal) initial(s *sequence, k int, proc int32, acts []hb.Access) bool {
	for at, m := range s.events {
		if o.procOf(m) != proc {
			continue
		}
		for _, l := range s.events[:at] {
			if o.ordered(l, m, k) {
				return false
			}
		}
		return true
	}
	for _, m := range s.events {
		if conflict(acts, o.acts(m, k)) {
			return false
		}
	}
	return true
}

// has reports whether proc has a part in s.
func (o *optimal) has(s *sequence, proc int32) bool {
	for _, m := range s.events {
		if o.procOf(m) == proc {
			return true
		}
	}
	return false
}

// ordered reports whether event l of a plan has to come before event m of it. For
// the last event, k, what it came after in the execution counts only as far as
// its task or a direct conflict decides it.
func (o *optimal) ordered(l, m, k int) bool {
	if m != k {
		return o.trace.before(l, m)
	}
	return o.trace.beforeBase(l, m) || conflict(o.acts(l, k), o.acts(m, k))
}

// acts is what event m acts on; event k comes out of its time and may have
// another outcome, so the strongest.
func (o *optimal) acts(m, k int) []hb.Access {
	e := o.trace.event(m)
	if m != k {
		return e.Accesses()
	}
	return strongest(e)
}

func strongest(e *hb.Event) []hb.Access {
	a := e.Acts
	for i := range e.Len {
		a[i].Mode = hb.ModeOf(a[i].Op)
	}
	return a[:e.Len]
}

func (o *optimal) procOf(m int) int32 { return o.ids.proc[o.trace.event(m).Task] }

// insert adds s to the tree of n, unless what is there covers it.
func (o *optimal) insert(n *node, s *sequence, k int) {
	list := &n.tree
	top := true
descend:
	for len(s.events) > 0 {
		for _, b := range *list {
			acts, known := b.acts, b.known
			if !known {
				acts, known = o.pending(s, b.proc)
			}
			if !known || !o.initial(s, k, b.proc, acts) {
				continue
			}
			if len(b.children) == 0 {
				return
			}
			s.consume(o, b.proc)
			list, top = &b.children, false
			continue descend
		}
		if top {
			n.width++
		}
		o.graft(list, s, k)
		return
	}
}

// consume takes the first event of proc out of s.
func (s *sequence) consume(o *optimal, proc int32) {
	if s.next == nil {
		s.next = make(map[int32]int)
	}
	for at, m := range s.events {
		if o.procOf(m) == proc {
			s.events = append(s.events[:at], s.events[at+1:]...)
			s.next[proc] = m + 1
			return
		}
	}
	s.next[proc] = -1
}

// graft appends what is left of s as a branch of its own.
func (o *optimal) graft(list *[]*branch, s *sequence, k int) {
	limit := int32(o.trace.log.Events[s.from].Objects)
	for _, m := range s.events {
		b := &branch{proc: o.procOf(m), draws: o.drawn(m), known: true}
		b.acts = append(b.acts, o.acts(m, k)...)
		for _, a := range b.acts {
			b.known = b.known && a.Object < limit // later ones are numbered otherwise in other executions
		}
		*list = append(*list, b)
		list = &b.children
	}
}

// drawn are the values drawn in event m's course.
func (o *optimal) drawn(m int) (values []uint64) {
	if m >= len(o.events) {
		return nil
	}
	for d := o.events[m] + 1; d < len(o.stack) && o.stack[d].draw; d++ {
		values = append(values, (o.stack[d].first+o.stack[d].taken)%o.stack[d].n)
	}
	return values
}

// pending is what proc would do next where s starts, or after what was matched: its
// next event from there on, whose operation was announced already.
func (o *optimal) pending(s *sequence, proc int32) ([]hb.Access, bool) {
	from, ok := s.next[proc]
	if !ok {
		from = s.from
	}
	if from < 0 {
		return nil, false
	}
	total := len(o.trace.log.Events) + len(o.trace.log.Left)
	for m := from; m < total; m++ {
		if o.procOf(m) == proc {
			return strongest(o.trace.event(m)), true
		}
	}
	return nil, false
}

// retreat drops what is done, from the end of the stack, and takes up the next
// plan. False: there is none.
func (o *optimal) retreat() bool {
	for len(o.stack) > 0 {
		n := o.stack[len(o.stack)-1]
		if n.given {
			return false
		}
		if n.draw {
			if n.taken++; n.taken < n.n {
				n.plan = nil
				o.resume()
				return true
			}
		} else {
			n.sleep = append(n.sleep[:len(n.sleep):len(n.sleep)], sleeper{proc: n.proc, acts: n.acts})
			if len(n.tree) > 0 {
				n.plan, n.tree = n.tree[0], n.tree[1:]
				n.proc, n.acts = n.plan.proc, nil
				o.resume()
				return true
			}
		}
		o.stack = o.stack[:len(o.stack)-1]
	}
	return false
}

// resume notes which events the next execution has in common with this one.
func (o *optimal) resume() {
	o.fresh = 0
	for o.fresh < len(o.events) && o.events[o.fresh] < len(o.stack)-1 {
		o.fresh++
	}
}

// state implements search.
func (o *optimal) state() state {
	st, share := state{blocked: o.blocked, fixed: o.fixed, astray: o.astray}, 1.0
	for _, n := range o.stack {
		width, taken := float64(n.width), float64(n.width-len(n.tree)-1)
		if n.draw {
			width, taken = float64(n.n), float64(n.taken)
		}
		share /= width
		st.done += share * taken
	}
	return st
}

func conflict(a, b []hb.Access) bool {
	for i := range a {
		for j := range b {
			if a[i].Object == b[j].Object && hb.Conflict(a[i].Mode, b[j].Mode) {
				return true
			}
		}
	}
	return false
}
