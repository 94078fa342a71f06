package netsim

// Adjust sets how the machine, its wires and its faults are from now on, within a
// run: a scenario's root task calls it before anything else happens, with what it
// drew.
//
// The scheduler reads this after the task has passed the turn, which orders the
// two; the other way round nothing does, so the detector must not look.
//
//go:norace
func (n *Net) Adjust(cfg Config) {
	limit := n.cfg.Descriptors
	profile := n.cfg.Profile
	n.cfg = cfg.withDefaults()
	n.cfg.Descriptors, n.cfg.Profile = limit, profile
	n.faults.set(cfg.Profile)
}
