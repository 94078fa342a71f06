package fuzz

// The course of a campaign: how far it was at moments that are about evenly spread
// over its time, a few hundred at most however long it lasts. When there are too
// many, every second is left out and the distance doubles.

import "time"

const (
	maxMoments  = 400
	firstMoment = 50 * time.Millisecond
)

// Moment is how far a campaign was.
type Moment struct {
	Seconds  float64 `json:"seconds"`
	Runs     uint64  `json:"runs"`
	Orders   uint64  `json:"distinct_orders"`
	New      float64 `json:"new_order_probability"` // 1 while nothing is known
	Failures int     `json:"failed_runs"`
	Kinds    int     `json:"failure_kinds"`
	Cells    int     `json:"states"` // of coverage
}

// curve is moments with a distance of at least every.
type curve struct {
	moments []Moment
	every   time.Duration
}

// due says whether it is time for another moment.
func (c *curve) due(now time.Duration) bool {
	if len(c.moments) == 0 {
		return true
	}
	return now.Seconds()-c.moments[len(c.moments)-1].Seconds >= max(c.every, firstMoment).Seconds()
}

func (c *curve) add(m Moment) {
	if c.moments = append(c.moments, m); len(c.moments) < maxMoments {
		return
	}
	half := c.moments[:0]
	for i := 0; i < len(c.moments); i += 2 {
		half = append(half, c.moments[i])
	}
	c.moments = half
	c.every = 2 * max(c.every, firstMoment)
}

// last replaces the last moment by the end, or adds it.
func (c *curve) last(m Moment) {
	if n := len(c.moments); n > 0 && c.moments[n-1].Runs == m.Runs {
		c.moments = c.moments[:n-1]
	}
	c.moments = append(c.moments, m)
}
