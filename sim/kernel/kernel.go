// Package kernel holds the classic small programs with known concurrency bugs,
// by which schedule search is measured.
//
// Each is a program on core/rt, the root task of a run, with its story, the
// verdict it ends in when the bug shows, and where one is natural a corrected
// variant that never fails. What is wrong shows under the race detector as the
// same verdict and not as a race: what tasks share outside of locks is atomic.
//
//	for _, k := range kernel.All() {
//		result := kernel.Search(kernel.Contender("portfolio"), 0, 10_000, k)
//	}
//
// Table measures strategies on them; servers and their scenarios are package
// fuzz's.
package kernel

import (
	"fmt"

	"brigade/core/rt"
	"brigade/sim"
)

// Kernel is one program with a bug.
type Kernel struct {
	Name    string
	Story   string          // what goes wrong, in a sentence
	Verdict sim.VerdictKind // what a failing run ends in
	Main    func()
	Fixed   func() // the same without the bug; nil: there is none
}

// All are the kernels, in the order in which their table lists them.
func All() []Kernel {
	var all []Kernel
	for _, group := range [][]Kernel{
		updateKernels(), lockKernels(), philosopherKernels(), reorderKernels(), stageKernels(),
		waitKernels(), freeKernels(), lifetimeKernels(), orderKernels(), unseenKernels(),
	} {
		all = append(all, group...)
	}
	return all
}

// Find returns the kernel called name.
func Find(name string) (Kernel, error) {
	for _, k := range All() {
		if k.Name == name {
			return k, nil
		}
	}
	return Kernel{}, fmt.Errorf("there is no kernel %q", name)
}

// together runs tasks and returns when all have ended.
func together(tasks ...func()) {
	var wg rt.WaitGroup
	for _, f := range tasks {
		wg.Go("task", f)
	}
	wg.Wait()
}

// crowd is n tasks of one kind.
func crowd(n int, f func(i int)) []func() {
	var tasks []func()
	for i := range n {
		tasks = append(tasks, func() { f(i) })
	}
	return tasks
}
