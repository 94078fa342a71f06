// Package report tells people what a campaign showed: as text, and as one page for
// the browser that needs nothing beside itself.
//
// The page has the figures, how the campaign went over time, each kind of failure
// with the commands that repeat it, what faults did, and which states were seen.
// What ought to have come up and did not is red.
//
//	err := report.HTML(w, summary)
//
// What is told is package fuzz's Summary; where it is written, cmd/brigade's
// business.
package report
