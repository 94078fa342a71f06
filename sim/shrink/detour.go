package shrink

// Detours. Where no single step makes the run smaller, it may stand on a plateau:
// another kind of client fails just so, and only from there does a request go.
// So failing runs that cost about as much as the base are remembered, and where
// the base is not easy to follow yet, reduced too.

import "brigade/sim"

// What a reader follows without effort; a run above it is worth a detour.
const (
	easySize        = 2
	easyFaults      = 3
	easyPreemptions = 3
)

// detours is how many runs are remembered at a time.
const detours = 24

func (m *minimizer) easy() bool {
	return m.cost.Size <= easySize && m.cost.Faults <= easyFaults && m.cost.Preemptions <= easyPreemptions
}

// remember keeps r, which costs c and is no cheaper than the base, if it is not
// much dearer.
func (m *minimizer) remember(r *sim.Report, c cost) {
	if c.Size <= m.cost.Size && c.Inputs <= m.cost.Inputs+1 && len(m.plateau) < detours {
		m.plateau = append(m.plateau, r)
	}
}

// detour reduces what is remembered, until the base is easy to follow, and
// searches once more, at first among thinner inputs.
func (m *minimizer) detour() {
	var thinned uint64 // the base of which thinner inputs were tried
	for !m.easy() && !m.stopped() {
		best, cost := m.base, m.cost
		if thinned != m.base.Hash {
			thinned = m.base.Hash
			m.thin(m.opt.Runs / thinnedAgain)
		}
		switch {
		case m.cost != cost: // there is one
		case len(m.plateau) == 0:
			if !m.search(m.opt.Runs / searchedAgain) {
				return
			}
		default:
			last := len(m.plateau) - 1
			m.base = m.plateau[last]
			m.plateau = m.plateau[:last]
			m.cost = m.costOf(m.base)
			m.cost.Steps++ // what it led to itself is no news
		}
		m.reduce()
		if !m.cost.less(cost) {
			m.base, m.cost = best, cost
		} else {
			m.plateau = m.plateau[:0]
		}
	}
}
