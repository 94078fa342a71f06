package sim_test

import "strings"

// What tests keep of several tasks, out of the race detector's sight: only one
// runs at a time.

// count is a number that any task may raise.
type count int

//go:norace
func (c *count) up() { *c++ }

// journal is what tasks wrote down, in order.
type journal struct {
	n     int
	lines [100]string
}

//go:norace
func (j *journal) add(line string) {
	j.lines[j.n] = line
	j.n++
}

func (j *journal) String() string { return strings.Join(j.lines[:j.n], " ") }
