package sim

// Disturbance: what a world does to tasks, clock and memory, beside what it answers to
// calls. A world that implements Disturber is asked where the scheduler would otherwise
// go on plainly; each answer is a choice that the world draws, so that it replays.
//
// Checkers that measure time ask Excused: nobody is late while the world itself holds
// tasks up, or right after its clock has jumped.

import (
	"time"

	"brigade/core/rt"
)

// Disturber is a World that disturbs.
type Disturber interface {
	// Jump is how much further than to its next timer the clock moves: all that is due
	// on the way comes about at one instant.
	Jump() time.Duration
	// Start is how long a task that was just made takes until it first runs.
	Start() time.Duration
	// Stir is after how long a task that now parks on a condition is woken though
	// nobody signalled it; 0: not at all.
	Stir() time.Duration
	// Refuse reports whether the page source has none.
	Refuse() bool
}

// disturbance is what a run's world has done to the clock.
type disturbance struct {
	by      Disturber // nil: nobody disturbs
	excused rt.Instant
	leapt   rt.Instant // the sum of the clock's jumps
	grain   rt.Instant // of the clock that tasks read; 0: exact
	shown   rt.Instant // what they read
}

// Clock is the run's exact time, for worlds and checkers. What tasks read is Now.
func (s *Sim) Clock() rt.Instant { return s.now }

// Coarse makes the clock that tasks read move in steps of grain; 0: exactly.
func (s *Sim) Coarse(grain time.Duration) {
	s.disturbed.grain = rt.Instant(grain)
	s.show()
}

// StepWall moves the time of day by d, as an operator or NTP does. The clock of Now
// does not move.
func (s *Sim) StepWall(d time.Duration) { s.wall = s.wall.Add(d) }

// Excuse says that until then, and a little longer, tasks may be late through no fault of
// theirs.
func (s *Sim) Excuse(until rt.Instant) {
	s.disturbed.excused = max(s.disturbed.excused, until.Add(60*time.Millisecond))
}

// Excused reports whether the world is to blame for tasks that are late now.
func (s *Sim) Excused() bool { return s.disturbed.excused > 0 && s.now <= s.disturbed.excused }

// Leapt is by how much the clock has jumped so far: nobody had that time to do anything in.
func (s *Sim) Leapt() rt.Instant { return s.disturbed.leapt }

// show sets what tasks read from the clock.
func (s *Sim) show() {
	s.disturbed.shown = s.now
	if g := s.disturbed.grain; g > 0 {
		s.disturbed.shown -= s.now % g
	}
}

// jump is where the clock gets to when its next timer is due at to.
func (s *Sim) jump(to rt.Instant) rt.Instant {
	if s.disturbed.by == nil {
		return to
	}
	d := s.disturbed.by.Jump()
	if d <= 0 {
		return to
	}
	s.disturbed.leapt = s.disturbed.leapt.Add(d)
	to = to.Add(d)
	s.Excuse(to)
	return to
}

// delay files a new task t as runnable, now or later.
func (s *Sim) delay(t *Task) {
	if s.disturbed.by != nil && t.parent >= 0 {
		if d := s.disturbed.by.Start(); d > 0 {
			t.state = stateSleeping
			t.timer = s.schedule(s.after(d), t, nil)
			s.Excuse(s.now.Add(d))
			return
		}
	}
	s.insert(t)
}

// stir sets the time of a wakeup that nobody asks for, for t, which parks.
func (s *Sim) stir(t *Task) {
	if s.disturbed.by == nil {
		return
	}
	if d := s.disturbed.by.Stir(); d > 0 {
		t.timer = s.schedule(s.after(d), t, nil)
	}
}

// stirred wakes t, which nobody has signalled.
func (s *Sim) stirred(t *Task) {
	c := &s.objects[t.object]
	for i, p := range c.parked {
		if p == t {
			c.parked = append(c.parked[:i], c.parked[i+1:]...)
			break
		}
	}
	s.unpark(t)
}

// Due is when the next wait of a task ends because its time is up; false: none does.
func (s *Sim) Due() (due rt.Instant, set bool) {
	for i := range s.timers {
		t := &s.timers[i]
		if t.task != nil && t.task.timer == t.sequence && (!set || t.when < due) {
			due, set = t.when, true
		}
	}
	return due, set
}
