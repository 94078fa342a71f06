package netsim

// arena: objects of one type that live to the end of the run and are used again
// in the next, so that a run allocates nothing once a process has done a few.
// The taker resets what it takes.

type arena[T any] struct {
	all  []*T
	used int
}

func (a *arena[T]) take() *T {
	if a.used == len(a.all) {
		a.all = append(a.all, new(T))
	}
	a.used++
	return a.all[a.used-1]
}

func (a *arena[T]) reset() { a.used = 0 }
