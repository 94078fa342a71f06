package analyzer

// Concurrency. Whatever starts a task or makes one wait must be a point at which
// the simulated scheduler decides, so it goes through core/rt. Channels have no
// counterpart there: what a core hands from task to task has an owner, and a
// queue in core/handoff says who.

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"
)

const (
	unscheduled = "the scheduler does not see it"
	useQueue    = "use a queue of core/handoff, or rt.Mutex with rt.Cond"
)

// concurrency refuses go statements, select, and all that channels can do.
func (p *pass) concurrency(c inspector.Cursor) {
	switch n := c.Node().(type) {
	case *ast.GoStmt:
		p.refuse(n, "go statement", unscheduled, "use rt.Go")
	case *ast.SelectStmt:
		p.refuse(n, "select", unscheduled, "use rt.Cond with one predicate over all that is awaited")
	case *ast.ChanType:
		p.refuse(n, "channel type", unscheduled, useQueue)
	case *ast.SendStmt:
		p.refuse(n, "channel send", unscheduled, useQueue)
	case *ast.UnaryExpr:
		if n.Op == token.ARROW {
			p.refuse(n, "channel receive", unscheduled, useQueue)
		}
	case *ast.RangeStmt:
		if isChan(p.typeOf(n.X)) {
			p.refuse(n, "range over a channel", unscheduled, useQueue)
		}
	case *ast.CallExpr:
		p.channelCall(n)
	}
}

// channelCall refuses close, and make of a named channel type; make of a type
// written out is found at the type.
func (p *pass) channelCall(call *ast.CallExpr) {
	switch p.builtin(call) {
	case "close":
		p.refuse(call, "close", unscheduled, useQueue)
	case "make":
		if _, spelled := call.Args[0].(*ast.ChanType); !spelled && isChan(p.typeOf(call)) {
			p.refuse(call, "make of a channel", unscheduled, useQueue)
		}
	}
}

func isChan(t types.Type) bool {
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Chan)
	return ok
}

// builtins refuses the built-in functions that reach past the seams.
func (p *pass) builtins(c inspector.Cursor) {
	call, ok := c.Node().(*ast.CallExpr)
	if !ok {
		return
	}
	switch name := p.builtin(call); name {
	case "print", "println":
		p.refuse(call, name, "it writes to the process's standard error", "use rt.Probe, or the log queue")
	case "recover":
		p.refuse(call, name, "it would swallow the abort that ends a run", "use rt.Recover")
	}
}
