// Package hb holds the happens-before order of a run: which of its operations
// came before which, whatever the schedule that produced it.
//
// Two schedules that differ only in the order of operations that commute are one
// and the same order (Mazurkiewicz 1977). A Recorder is told of each operation
// as it is granted and folds the order into one number, so that campaigns can
// count orders instead of schedules; with a log it also keeps what package dpor
// needs to turn races around.
//
//	r.Step(task, rt.OpAdd, counter, hb.Write)
//	r.Order() // equal for equivalent schedules
//
// Which operations commute is decided here and nowhere else (see Mode). What a
// task does to plain memory between operations is not seen: programs free of data
// races are ordered by their operations, and the race mode of package sim finds
// the others.
package hb
