package iobuf

// Stats are a budget's counters, by class.
type Stats struct {
	Limit, Reserve int
	Classes        [classes]ClassStats // by Class
}

// ClassStats are those of one class.
type ClassStats struct {
	Used     int // by those who took them
	Cached   int // at hand in tasks
	Reserved int // for those whose turn has come
	Waiting  int

	Refused uint64 // at once, and sent into the line or away
	Granted uint64 // reservations made
	Taken   uint64 // of those
	Revoked uint64 // of those, for the side that frees, or by Resize
	Passed  uint64 // of those, by who did not want it any more
	Left    uint64 // the line, without a reservation
}

// Stats counts what there is now. Any task may call it.
func (b *Budget) Stats() Stats {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := Stats{Limit: b.limit, Reserve: b.reserve}
	for c := range s.Classes {
		t, n := &s.Classes[c], &b.counts[c]
		for _, k := range b.caches {
			t.Cached += int(k.kept[c].Load())
		}
		t.Reserved, t.Waiting = b.reserved[c].length, b.lines[c].length
		t.Used = b.held[c] - t.Cached - t.Reserved
		t.Refused, t.Granted, t.Taken = n.refused, n.granted, n.taken
		t.Revoked, t.Passed, t.Left = n.revoked, n.passed, n.left
	}
	return s
}
