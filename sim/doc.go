// Package sim runs programs written on core/rt under a schedule of its own
// choosing: seeded, replayable, and without a real clock.
//
// Every operation of core/rt and every system call is a point at which another
// task may be chosen to run; everything uncertain is a choice drawn from one
// source (package schedule), so a run is its choices, and the same seed gives
// the same events on any machine. Time moves only when nothing can run. One task
// runs at a time, and what the scheduler, the world and the checkers own no task
// touches: requests and answers cross in the task's record.
//
// The smallest use is a test:
//
//	func TestTransfer(t *testing.T) {
//		sim.Test(t, func() {
//			var a account
//			rt.Go("payer", a.pay)
//			a.draw()
//		})
//	}
//
// The package knows nothing of HTTP: a simulated kernel plugs in as a World,
// checkers as Observers, and package strategy decides which schedules are worth
// a run. What a failed run was is written down by package traces.
package sim
