package concurrency

type signal chan struct{} // want `channel type: the scheduler does not see it; use a queue of core/handoff`

func start(f func()) {
	go f() // want `go statement: the scheduler does not see it; use rt.Go`
}

func wait(a, b signal) {
	select { // want `select: the scheduler does not see it; use rt.Cond`
	case <-a: // want `channel receive`
	case <-b: // want `channel receive`
	}
}

func all(c signal) {
	c = make(signal, 1) // want `make of a channel`
	c <- struct{}{}     // want `channel send: .*; use a queue of core/handoff, or rt.Mutex with rt.Cond`
	for range c {       // want `range over a channel`
	}
	close(c) // want `close: the scheduler does not see it`
}

func builtins() {
	defer func() {
		recover() // want `recover: it would swallow the abort that ends a run; use rt.Recover`
	}()
	print("a")   // want `print: it writes to the process's standard error; use rt.Probe`
	println("a") // want `println: it writes`
}
