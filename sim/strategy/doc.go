// Package strategy holds the strategies by which schedules are searched, one a
// file, each with its paper, its bound and where it departs from them.
//
// A strategy is an oracle behind schedule.Strategy: it sees the tasks that can
// run, what each would do and to what, and says which goes on. None dominates:
// each is ten to a thousand times worse than another somewhere. The default is
// therefore the portfolio, which takes them in turn.
//
//	s, err := strategy.Named("pct:3", 0)
//	report := sim.Run(sim.Options{Seed: 7, Strategy: s}, program)
//
// Some strategies learn from their runs. What a run may know is a function of
// its seed alone (see Learner), so that a seed means the same run in every
// process. Exhaustive search by partial orders is package hb's business and
// sim's; DFS here is the plain enumeration that it is compared with.
package strategy
