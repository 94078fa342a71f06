// Package strategy holds the strategies by which schedules are searched, one a
// file, each with its paper and its bound.
//
// A strategy is an oracle behind schedule.Strategy: it sees the tasks that can
// run, what each would do and to what, and says which goes on.
package strategy
