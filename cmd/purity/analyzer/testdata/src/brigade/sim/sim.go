package sim

import "brigade/core/vars"

// Outside the core nothing is refused but a change of the core's variables.
func Seed() {
	ch := make(chan int, 1)
	ch <- vars.Limits[0]
	vars.Limits[0] = 1 // want `package variable Limits: it is assigned to: it would be kept from one run to the next; hang it on the run's root`
}
