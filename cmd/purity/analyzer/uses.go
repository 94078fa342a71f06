package analyzer

// Uses. Some packages are pure but for a few names: time tells the hour, context
// starts timers, runtime counts processors. The table lists those names with what
// to write instead. runtime is the other way round: nearly all of it varies, so
// the names that may be used are listed.

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"
)

// banned is a name that may not be used, and why.
type banned struct{ rule, instead string }

var (
	clock    = banned{"the clock is the run's", "take now from the caller, or use rt.Now, or rt.Wall for the time of day"}
	elapsed  = banned{"the clock is the run's", "subtract from a now taken from the caller, or from rt.Now"}
	timer    = banned{"the timer is Go's, not the run's", "use rt.Sleep, rt.Cond with a deadline, or core/poll's timers"}
	zone     = banned{"the zone is the machine's", "use time.UTC"}
	deadline = banned{"the timer behind it is Go's, not the run's", "pass the deadline as a time and compare it with now"}
	printer  = banned{"it uses the process's standard streams", "use rt.Probe, or the log queue"}
	switcher = banned{"the scheduler does not see its coroutine", "use rt.Go, or push the values to a function"}
	address  = banned{"an address differs from run to run", "give the object a number"}
	mapOrder = banned{"the order of a map shows", "sort the keys first"}
)

// bannedNames are names of packages that may otherwise be used, as
// "package.Name" and "package.Type.Method".
var bannedNames = map[string]banned{
	"time.Now":       clock,
	"time.Since":     elapsed,
	"time.Until":     elapsed,
	"time.Sleep":     {"the scheduler does not see it", "use rt.Sleep"},
	"time.After":     timer,
	"time.AfterFunc": timer,
	"time.NewTimer":  timer,
	"time.NewTicker": timer,
	"time.Tick":      timer,
	"time.Timer":     timer,
	"time.Ticker":    timer,

	"time.Local":        zone,
	"time.LoadLocation": zone,
	"time.Time.Local":   zone,

	"context.WithDeadline":      deadline,
	"context.WithDeadlineCause": deadline,
	"context.WithTimeout":       deadline,
	"context.WithTimeoutCause":  deadline,
	"context.AfterFunc":         {"it starts a goroutine", "use rt.Go"},

	"fmt.Print":   printer,
	"fmt.Printf":  printer,
	"fmt.Println": printer,
	"fmt.Scan":    printer,
	"fmt.Scanf":   printer,
	"fmt.Scanln":  printer,

	"iter.Pull":  switcher,
	"iter.Pull2": switcher,

	"reflect.Value.Pointer":       address,
	"reflect.Value.UnsafePointer": address,
	"reflect.Value.UnsafeAddr":    address,
	"reflect.Value.MapKeys":       mapOrder,
	"reflect.Value.MapRange":      mapOrder,
	"reflect.Select":              {"the scheduler does not see it", "use rt.Cond"},
	"reflect.ChanOf":              {"the scheduler does not see it", useQueue},
	"reflect.MakeChan":            {"the scheduler does not see it", useQueue},

	rtPath + ".Cond.Wait": {"it cannot tell a lost wakeup from a long sleep", "use rt.Cond.Await with the predicate"},
}

// runtimeNames are what may be used of package runtime.
var runtimeNames = [...]string{
	"Caller", "Callers", "CallersFrames", "Error", "Frame", "Frames", "Func",
	"FuncForPC", "KeepAlive", "TypeAssertionError",
}

// runtimeInstead is advice on the names of package runtime that tempt most.
var runtimeInstead = map[string]string{
	"NumCPU":       "take the number from the configuration",
	"GOMAXPROCS":   "take the number from the configuration",
	"NumGoroutine": "count with rt.WaitGroup or a counter of your own",
	"Gosched":      "wait for what is awaited with rt.Cond",
	"SetFinalizer": "give the object an owner that frees it",
	"AddCleanup":   "give the object an owner that frees it",
}

// uses refuses the names of the tables wherever they stand, called or not.
func (p *pass) uses(c inspector.Cursor) {
	id, ok := c.Node().(*ast.Ident)
	if !ok {
		return
	}
	obj := p.TypesInfo.Uses[id]
	if obj == nil || obj.Pkg() == nil {
		return
	}
	name := qualified(obj)
	if no, ok := bannedNames[name]; ok {
		p.refuse(id, name, no.rule, no.instead)
		return
	}
	if obj.Pkg().Path() == "runtime" && obj.Parent() == obj.Pkg().Scope() && !usableOfRuntime(obj.Name()) {
		instead, ok := runtimeInstead[obj.Name()]
		if !ok {
			instead = "take the answer from the caller"
		}
		p.refuse(id, name, "what it tells or does differs from run to run", instead)
	}
}

func usableOfRuntime(name string) bool {
	for _, usable := range runtimeNames {
		if name == usable {
			return true
		}
	}
	return false
}

// qualified is "package.Name" for what a package declares and
// "package.Type.Method" for a method; "" for anything else.
func qualified(obj types.Object) string {
	if obj.Pkg() == nil {
		return ""
	}
	if obj.Parent() == obj.Pkg().Scope() {
		return obj.Pkg().Path() + "." + obj.Name()
	}
	if f, ok := obj.(*types.Func); ok && f.Signature().Recv() != nil {
		if named := namedOf(f.Signature().Recv().Type()); named != nil {
			return obj.Pkg().Path() + "." + named.Obj().Name() + "." + f.Name()
		}
	}
	return ""
}

// namedOf is the named type that t is or points to, or nil.
func namedOf(t types.Type) *types.Named {
	if ptr, ok := types.Unalias(t).(*types.Pointer); ok {
		t = ptr.Elem()
	}
	named, _ := types.Unalias(t).(*types.Named)
	return named
}
