package shrink

// Values that were drawn: towards 0, the default. A draw that is needed at all is
// made as small as will do, by halving and then by one.

import "strconv"

func (m *minimizer) values() {
	for i := 0; i < len(m.base.Departures) && !m.stopped(); i++ {
		d := m.base.Departures[i]
		if isSwitch(&d) {
			continue
		}
		for v, err := strconv.ParseUint(d.Value, 10, 64); err == nil && v > 1; {
			lower := m.lower(i, v)
			if lower == v {
				break
			}
			v = lower
		}
	}
}

// lower tries smaller values for the i-th departure and returns the one that
// did, or v.
func (m *minimizer) lower(i int, v uint64) uint64 {
	for _, w := range []uint64{1, v / 2, v - 1} {
		if w == 0 || w >= v {
			continue
		}
		list := cat(m.base.Departures)
		list[i].Value = strconv.FormatUint(w, 10)
		key := list[i].Key
		if m.improve(list) {
			if i < len(m.base.Departures) && m.base.Departures[i].Key == key {
				return w
			}
			return v // it is gone, or stands elsewhere now
		}
	}
	return v
}
