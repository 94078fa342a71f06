package check

// core/rt.Once: whoever comes back from Do finds it done, and it was done once.

import "brigade/core/rt"

func onceComponent() Component {
	return Component{
		Name: "once", Tasks: 3, Ops: 1, Type: typeName[rt.Once](), program: onceProgram,
		Story: "tasks call Do: the function runs once, and has returned when any Do returns",
	}
}

func onceProgram(tasks, ops int) func() {
	return func() {
		once := new(rt.Once)
		done := 0 // plain: Once orders it
		for range tasks {
			rt.Go("caller", func() {
				for range ops {
					once.Do(func() {
						rt.Sleep(0) // others may come meanwhile
						done++
					})
					if done != 1 {
						rt.Bug("Do returned when its function had been done %d times", done)
					}
				}
			})
		}
	}
}
