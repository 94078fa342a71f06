package uses

import (
	"context"
	"fmt"
	"iter"
	"reflect"
	"runtime"
	"time"

	"brigade/core/rt"
)

func clocks(t time.Time) {
	_ = time.Now()    // want `time.Now: the clock is the run's; take now from the caller, or use rt.Now`
	_ = time.Since(t) // want `time.Since: the clock is the run's; subtract`
	_ = time.Until(t) // want `time.Until: `
	now := time.Now   // want `time.Now: `
	_, _ = now, t.Unix()
}

func timers(f func(), d time.Duration) {
	time.Sleep(d)        // want `time.Sleep: the scheduler does not see it; use rt.Sleep`
	time.After(d)        // want `time.After: the timer is Go's, not the run's; use rt.Sleep`
	time.AfterFunc(d, f) // want `time.AfterFunc: `
	time.NewTimer(d)     // want `time.NewTimer: `
	time.NewTicker(d)    // want `time.NewTicker: `
	time.Tick(d)         // want `time.Tick: `
}

type holder struct {
	t *time.Timer // want `time.Timer: `
}

func zones(t time.Time) {
	_ = t.Local()            // want `time.Time.Local: the zone is the machine's; use time.UTC`
	_ = t.In(time.Local)     // want `time.Local: the zone is the machine's`
	time.LoadLocation("CET") // want `time.LoadLocation: `
	_ = t.In(time.UTC)
}

func contexts(c context.Context, f func(), t time.Time) {
	context.WithDeadline(c, t)           // want `context.WithDeadline: the timer behind it is Go's, not the run's; pass the deadline as a time`
	context.WithTimeout(c, 1)            // want `context.WithTimeout: `
	context.WithTimeoutCause(c, 1, nil)  // want `context.WithTimeoutCause: `
	context.WithDeadlineCause(c, t, nil) // want `context.WithDeadlineCause: `
	context.AfterFunc(c, f)              // want `context.AfterFunc: it starts a goroutine; use rt.Go`
	_ = context.WithValue(c, holder{}, 1)
}

func runtimes(p *int) {
	_ = runtime.NumCPU()                   // want `runtime.NumCPU: what it tells or does differs from run to run; take the number from the configuration`
	runtime.GOMAXPROCS(1)                  // want `runtime.GOMAXPROCS: `
	_ = runtime.NumGoroutine()             // want `runtime.NumGoroutine: `
	runtime.Gosched()                      // want `runtime.Gosched: .*rt.Cond`
	runtime.SetFinalizer(p, nil)           // want `runtime.SetFinalizer: .*; give the object an owner`
	runtime.AddCleanup(p, func(int) {}, 1) // want `runtime.AddCleanup: .*; give the object an owner`
	runtime.GC()                           // want `runtime.GC: `
	_ = runtime.GOOS                       // want `runtime.GOOS: `
	runtime.KeepAlive(p)
}

func misc(c *rt.Cond, seq iter.Seq[int], v reflect.Value) {
	c.Wait()         // want `brigade/core/rt.Cond.Wait: it cannot tell a lost wakeup from a long sleep; use rt.Cond.Await`
	iter.Pull(seq)   // want `iter.Pull: `
	fmt.Println("a") // want `fmt.Println: it uses the process's standard streams`
	fmt.Printf("a")  // want `fmt.Printf: `
	_ = v.Pointer()  // want `reflect.Value.Pointer: an address differs from run to run; give the object a number`
	_ = v.MapKeys()  // want `reflect.Value.MapKeys: the order of a map shows; sort the keys first`
	c.Await(func() bool { return true })
}
