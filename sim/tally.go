package sim

// tally counts by hash how often each came up in a run. A table with linear
// probing, in which a run's entries are those that bear its number: a new run
// begins at once, where a map would have to be cleared.
type tally struct {
	slots []tallySlot // a power of two of them
	used  int
	run   uint32
}

type tallySlot struct {
	hash  uint64
	run   uint32
	count uint32
}

// begin forgets everything.
func (y *tally) begin() {
	y.used = 0
	if y.run++; y.run == 0 || y.slots == nil {
		y.slots, y.run = make([]tallySlot, 256), 1
	}
}

// up counts hash once more and returns how often that was.
func (y *tally) up(hash uint64) uint32 {
	if 2*y.used >= len(y.slots) {
		y.grow()
	}
	p := y.find(hash)
	if p.run != y.run {
		*p = tallySlot{hash: hash, run: y.run}
		y.used++
	}
	p.count++
	return p.count
}

// find is where hash is or would be. The lowest bits of these hashes are good
// enough once the higher ones have been folded in.
func (y *tally) find(hash uint64) *tallySlot {
	mask := uint64(len(y.slots) - 1)
	for i := hash ^ hash>>32; ; i++ {
		p := &y.slots[i&mask]
		if p.run != y.run || p.hash == hash {
			return p
		}
	}
}

func (y *tally) grow() {
	old := y.slots
	y.slots = make([]tallySlot, 2*len(old))
	for i := range old {
		if p := &old[i]; p.run == y.run {
			*y.find(p.hash) = *p
		}
	}
}
