package fuzz

// Which configurations runs drew: for each value of each dimension, how many runs
// had it.

import (
	"brigade/fuzz/scenario"
)

// drawn counts, by index in scenario.Dimensions and one more than that of the
// value.
type drawn struct {
	table  []scenario.Dimension
	counts [][]uint64
}

func newDrawn() *drawn {
	d := &drawn{table: scenario.Dimensions()}
	for _, x := range d.table {
		d.counts = append(d.counts, make([]uint64, len(x.Values)+1))
	}
	return d
}

// run adds the run that e tells of.
func (d *drawn) run(e *scenario.Env) {
	for i := range d.counts {
		d.counts[i][e.Drawn[i]]++
	}
}

// take returns the counts since it was called last, by dimension and value.
func (d *drawn) take() map[string]uint64 {
	counts := make(map[string]uint64)
	for i, x := range d.table {
		for v, n := range d.counts[i] {
			if v > 0 && n > 0 {
				counts[Cell{x.Name, x.Values[v-1]}.key()] += n
			}
		}
		clear(d.counts[i])
	}
	return counts
}

// values are the cells of all values that can be drawn.
func values() []Cell {
	var list []Cell
	for _, d := range scenario.Dimensions() {
		for _, v := range d.Values {
			list = append(list, Cell{d.Name, v})
		}
	}
	return list
}
