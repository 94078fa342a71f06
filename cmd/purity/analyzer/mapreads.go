package analyzer

// Map reads. What a loop over a map may read: values, their parts, and what is
// computed from them without calling anything, except what the loop changes.
// What it collects in a slice nobody may read before it is sorted.

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
)

// reads judges an expression that the body evaluates.
func (l *mapLoop) reads(e ast.Expr) {
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if !l.computes(n) {
				l.blame(n, "a call for each element")
			}
		case *ast.FuncLit:
			l.blame(n, "a function for each element")
			return false
		case *ast.UnaryExpr:
			if n.Op == token.AND || n.Op == token.ARROW {
				l.blame(n, "its effect is not known")
			}
		case *ast.SelectorExpr:
			if l.changed[types.ExprString(n)] {
				l.blame(n, "it reads what it changes")
			}
			l.reads(n.X) // not Sel, which is no variable of that name
			return false
		case ast.Expr:
			if l.changed[types.ExprString(n)] {
				l.blame(n, "it reads what it changes")
				return false
			}
		}
		return true
	})
}

// computes says whether call only computes: a conversion, or len and its kind.
func (l *mapLoop) computes(call *ast.CallExpr) bool {
	if l.isConversion(call) {
		return true
	}
	switch l.builtin(call) {
	case "len", "cap", "min", "max", "real", "imag", "complex":
		return true
	}
	return false
}

// sorted requires that each slice which the loop appended to is next used as the
// argument of a sort.
func (l *mapLoop) sorted(loop inspector.Cursor) {
	var function inspector.Cursor
	for c := range loop.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		function = c
		break
	}
	for _, id := range l.appended {
		obj := l.TypesInfo.ObjectOf(id)
		for outer := range loop.Enclosing((*ast.ForStmt)(nil), (*ast.RangeStmt)(nil)) {
			if outer != loop && function.Contains(outer) && obj.Pos() < outer.Node().Pos() {
				l.blame(id, "the outer loop may use "+id.Name+" before it is sorted")
			}
		}
		next := false
		for c := range function.Preorder((*ast.Ident)(nil)) {
			use := c.Node().(*ast.Ident)
			if use.Pos() < l.loop.End() || l.TypesInfo.Uses[use] != obj {
				continue
			}
			next = true
			if !l.sortsArgument(c) {
				l.blame(use, id.Name+" is not sorted before it is used")
			}
			break
		}
		if !next {
			l.blame(id, id.Name+" is never sorted")
		}
	}
}

// sortsArgument says whether the use at c is the first argument of a sort that
// leaves no choice of order.
func (p *pass) sortsArgument(c inspector.Cursor) bool {
	kind, i := c.ParentEdge()
	if kind != edge.CallExpr_Args || i != 0 {
		return false
	}
	call := c.Parent().Node().(*ast.CallExpr)
	callee, ok := typeutil.Callee(p.TypesInfo, call).(*types.Func)
	if !ok {
		return false
	}
	switch qualified(callee) {
	case "slices.Sort", "sort.Strings", "sort.Ints", "sort.Float64s":
		return true
	case "slices.SortFunc", "slices.SortStableFunc":
		return p.isCompare(call.Args[1])
	}
	return false
}

// isCompare says whether e names a function Compare, which by custom gives 0 only
// for values that are the same.
func (p *pass) isCompare(e ast.Expr) bool {
	switch x := ast.Unparen(e).(type) {
	case *ast.IndexExpr:
		return p.isCompare(x.X)
	case *ast.SelectorExpr:
		f, ok := p.TypesInfo.Uses[x.Sel].(*types.Func)
		return ok && f.Name() == "Compare"
	}
	return false
}

// mapIterator refuses the iterators of package maps, except inside the sorts of
// package slices.
func (p *pass) mapIterator(c inspector.Cursor) {
	call, ok := c.Node().(*ast.CallExpr)
	if !ok {
		return
	}
	callee, ok := typeutil.Callee(p.TypesInfo, call).(*types.Func)
	if !ok || callee.Pkg() == nil || callee.Pkg().Path() != "maps" {
		return
	}
	switch callee.Name() {
	case "Keys", "Values", "All":
		if !p.sortsSequence(c) {
			p.refuse(call, "maps."+callee.Name(), mapOrder.rule, "wrap it in slices.Sorted")
		}
	case "DeleteFunc", "EqualFunc":
		p.refuse(call, "maps."+callee.Name(), "its function is called in the map's order", "use a loop over the map")
	}
}

// sortsSequence says whether the call at c is what slices.Sorted or SortedFunc
// sorts.
func (p *pass) sortsSequence(c inspector.Cursor) bool {
	kind, i := c.ParentEdge()
	if kind != edge.CallExpr_Args || i != 0 {
		return false
	}
	outer := c.Parent().Node().(*ast.CallExpr)
	callee, ok := typeutil.Callee(p.TypesInfo, outer).(*types.Func)
	if !ok {
		return false
	}
	switch qualified(callee) {
	case "slices.Sorted":
		return true
	case "slices.SortedFunc":
		return p.isCompare(outer.Args[1])
	}
	return false
}

func (p *pass) line(n ast.Node) string {
	return strconv.Itoa(p.Fset.Position(n.Pos()).Line)
}
