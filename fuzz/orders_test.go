package fuzz

import (
	"context"
	"encoding/binary"
	"math"
	"testing"

	"brigade/sim/schedule"
)

// Orders seen are counted exactly while they fit, whatever their sequence, and the
// state gives back what was counted.
func TestOrders(t *testing.T) {
	var o orders
	if o.unseen() != 1 {
		t.Error("nothing is known, and a new order is not certain")
	}
	var packed []byte
	for i := range uint64(1000) {
		packed = binary.LittleEndian.AppendUint64(packed, schedule.Finish(i%700))
	}
	o.addAll(packed)
	if o.distinct() != 700 || !o.exact() || o.unseen() != 0.4 {
		t.Errorf("%d orders, exact %v, unseen %v; want 700, 400 of them seen once by 1,000 runs", o.distinct(), o.exact(), o.unseen())
	}
	var again orders
	again.load(o.save())
	for _, x := range []*orders{&o, &again} {
		x.add(schedule.Finish(1))   // seen twice already
		x.add(schedule.Finish(500)) // seen once so far
		x.add(schedule.Finish(900)) // new
	}
	if again.distinct() != 701 || again.unseen() != o.unseen() || again.unseen() != 400.0/1003 {
		t.Errorf("after loading %d and %v, before %d and %v", again.distinct(), again.unseen(), o.distinct(), o.unseen())
	}
}

// Beyond the limit counts are estimates, near the truth.
func TestOrdersSampled(t *testing.T) {
	o := orders{limit: 1000}
	for i := range uint64(60_000) {
		o.add(schedule.Finish(i % 40_000))
	}
	if o.exact() || len(o.seen) > 1000 {
		t.Errorf("%d are kept, exact %v", len(o.seen), o.exact())
	}
	if d := float64(o.distinct()); math.Abs(d/40_000-1) > 0.15 {
		t.Errorf("%.0f orders, want about 40,000", d)
	}
	if p := o.unseen(); math.Abs(p*3-1) > 0.2 {
		t.Errorf("a new order with %v, want about a third", p)
	}
	var again orders
	again.load(o.save())
	if again.distinct() != o.distinct() || again.unseen() != o.unseen() {
		t.Errorf("after loading %d and %v", again.distinct(), again.unseen())
	}
}

// A campaign ends when there is little new to see, and counts the same however it
// is cut.
func TestUntilLittleIsNew(t *testing.T) {
	c := &Campaign{Scenarios: named(t, "lost-update"), First: 1, Seeds: 1 << 40, UntilNew: 0.1, Workers: 2, Command: testWorkers(t)}
	s, err := c.Run(context.Background())
	if err != nil || !s.Saturated || s.New >= 0.1 || s.Runs < 1000 || s.Orders < 2 || !s.OrdersExact {
		t.Errorf("%v: %d runs, %d orders, %v, saturated %v", err, s.Runs, s.Orders, s.New, s.Saturated)
	}
	one := campaign(t, named(t, "lost-update", "ping"), func(c *Campaign) { c.Workers = 1 })
	three := campaign(t, named(t, "lost-update", "ping"), func(c *Campaign) { c.Workers = 3 })
	if one.Orders != three.Orders || one.New != three.New || one.Orders < 2 || one.Orders >= one.Runs {
		t.Errorf("one worker: %d orders, %v; three: %d, %v", one.Orders, one.New, three.Orders, three.New)
	}
	off := campaign(t, named(t, "ping"), func(c *Campaign) { c.Unordered = true })
	if off.Orders != 0 || off.Ordered {
		t.Errorf("%d orders without looking", off.Orders)
	}
}

// A curve stays short however long a campaign lasts, and ends at the end.
func TestCurve(t *testing.T) {
	var c curve
	for i := range 100_000 {
		if s := float64(i) / 10; c.due(secondsOf(s)) {
			c.add(Moment{Seconds: s, Runs: uint64(i)})
		}
	}
	c.last(Moment{Seconds: 1e4, Runs: 1e5})
	n := len(c.moments)
	if n < maxMoments/4 || n > maxMoments || c.moments[0].Seconds != 0 || c.moments[n-1].Runs != 1e5 {
		t.Errorf("%d moments, from %+v to %+v", n, c.moments[0], c.moments[n-1])
	}
}
