package analyzer

// Reading. From the name of a package variable this climbs to what is done with
// it: through fields, elements and slices, for as long as they are the variable's
// own memory, until it meets a read, which ends well, or a write, an address, or
// another name for the same memory, which does not. Into a local variable or a
// function of the same package it follows, and asks the same of every use there.

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
)

// useOfVar refuses the use of v at c if it may change it.
func (p *pass) useOfVar(c inspector.Cursor, v *types.Var) {
	if kind, _ := c.ParentEdge(); kind == edge.SelectorExpr_Sel {
		c = c.Parent() // package.Variable
	}
	r := reading{pass: p, followed: map[*types.Var]bool{}}
	if fault := r.fault(c, true); fault != "" {
		p.refuse(c.Node().(ast.Expr), "package variable "+v.Name(), fault+": "+keptOver, runRoot)
	}
}

// reading follows the uses of one variable.
type reading struct {
	*pass
	followed map[*types.Var]bool // locals and parameters already judged
}

// fault says what changes, or may change, the memory that the expression at c
// denotes, or "". shared says whether that memory is the variable's; a local copy
// of a struct is not, until a pointer, slice or map of it is followed.
func (r *reading) fault(c inspector.Cursor, shared bool) string {
	e := c.Node().(ast.Expr)
	up := c.Parent()
	kind, i := c.ParentEdge()
	switch kind {
	case edge.ParenExpr_X, edge.TypeAssertExpr_X:
		return r.fault(up, shared)
	case edge.StarExpr_X:
		return r.fault(up, true)
	case edge.IndexExpr_X:
		return r.fault(up, shared || !isArray(r.typeOf(e)))
	case edge.SliceExpr_X:
		return r.fault(up, shared || !isArray(r.typeOf(e)))
	case edge.SelectorExpr_X:
		return r.selected(up, shared)
	case edge.AssignStmt_Lhs, edge.IncDecStmt_X, edge.RangeStmt_Key, edge.RangeStmt_Value:
		if shared {
			return "it is assigned to"
		}
		return ""
	case edge.UnaryExpr_X:
		if up.Node().(*ast.UnaryExpr).Op == token.AND && (shared || shares(r.typeOf(e))) {
			return "its address is taken"
		}
		return ""
	case edge.AssignStmt_Rhs:
		return r.assigned(up.Node().(*ast.AssignStmt), i, r.typeOf(e))
	case edge.ValueSpec_Values:
		return r.named(up.Node().(*ast.ValueSpec).Names, i, r.typeOf(e))
	case edge.RangeStmt_X:
		return r.ranged(up.Node().(*ast.RangeStmt))
	case edge.CallExpr_Fun, edge.ExprStmt_X, edge.BinaryExpr_X, edge.BinaryExpr_Y,
		edge.SwitchStmt_Tag, edge.CaseClause_List, edge.IndexExpr_Index:
		return ""
	case edge.CallExpr_Args:
		return r.passed(up, i, r.typeOf(e), shared)
	default: // returned, kept in a composite, sent …
		return r.alias(r.typeOf(e))
	}
}

// alias is the fault of a second name for a value of type t.
func (r *reading) alias(t types.Type) string {
	if shares(t) {
		return "its memory gets another name"
	}
	return ""
}

// selected judges a field or method of the variable.
func (r *reading) selected(c inspector.Cursor, shared bool) string {
	sel := r.TypesInfo.Selections[c.Node().(*ast.SelectorExpr)]
	if sel == nil {
		return ""
	}
	if sel.Kind() == types.FieldVal {
		return r.fault(c, shared || sel.Indirect())
	}
	method, recv := sel.Obj().(*types.Func), sel.Recv()
	_, byPointer := method.Signature().Recv().Type().Underlying().(*types.Pointer)
	switch {
	case immutable(recv) || !shared && !shares(recv):
		return ""
	case byPointer:
		return "its method " + method.Name() + " has a pointer receiver"
	case !shares(method.Signature().Recv().Type()):
		return ""
	}
	return r.callee(method.Origin(), -1, "its method "+method.Name()+" may change it")
}

// assigned judges the i-th value on the right of an assignment.
func (r *reading) assigned(s *ast.AssignStmt, i int, t types.Type) string {
	if !shares(t) {
		return ""
	}
	if i >= len(s.Lhs) || len(s.Lhs) > 1 && len(s.Rhs) == 1 {
		i = 0 // v, ok := table[k]
	}
	if id, ok := s.Lhs[i].(*ast.Ident); ok {
		return r.local(id)
	}
	return r.alias(t)
}

// named judges the i-th value of a variable declaration.
func (r *reading) named(names []*ast.Ident, i int, t types.Type) string {
	if !shares(t) || i >= len(names) {
		return ""
	}
	return r.local(names[i])
}

// ranged judges the element that a loop names.
func (r *reading) ranged(s *ast.RangeStmt) string {
	for _, e := range [...]ast.Expr{s.Key, s.Value} {
		if e == nil || !shares(r.typeOf(e)) {
			continue
		}
		id, ok := e.(*ast.Ident)
		if !ok {
			return r.alias(r.typeOf(e))
		}
		if fault := r.local(id); fault != "" {
			return fault
		}
	}
	return ""
}

// local judges every use of a local variable that holds what the variable does.
func (r *reading) local(id *ast.Ident) string {
	if id.Name == "_" {
		return ""
	}
	v, ok := r.TypesInfo.ObjectOf(id).(*types.Var)
	if !ok || v.Parent() == nil || v.Parent() == r.Pkg.Scope() {
		return "its memory gets another name"
	}
	return r.follow(v)
}

// follow judges every use of a local variable or parameter of this package.
func (r *reading) follow(v *types.Var) string {
	if r.followed[v] {
		return ""
	}
	r.followed[v] = true
	for c := range r.root.Preorder((*ast.Ident)(nil)) {
		if r.TypesInfo.Uses[c.Node().(*ast.Ident)] != v {
			continue
		}
		if fault := r.fault(c, false); fault != "" {
			return fault + ", as " + v.Name()
		}
	}
	return ""
}

// passed judges the i-th argument of the call at c.
func (r *reading) passed(c inspector.Cursor, i int, t types.Type, shared bool) string {
	call := c.Node().(*ast.CallExpr)
	if name := r.builtin(call); name != "" {
		return r.passedBuiltin(name, call, i, t, shared)
	}
	if r.isConversion(call) {
		to := r.typeOf(call)
		if copies(t, to) {
			return ""
		}
		return r.fault(c, shared)
	}
	callee, ok := typeutil.Callee(r.TypesInfo, call).(*types.Func)
	switch {
	case !shares(t):
		return ""
	case !ok:
		return "it is passed to a function that is not known"
	case readsOnly(callee):
		return ""
	}
	return r.callee(callee.Origin(), i, "it is passed to "+callee.Name()+", which may keep or change it")
}

// passedBuiltin judges an argument of a built-in function.
func (r *reading) passedBuiltin(name string, call *ast.CallExpr, i int, t types.Type, shared bool) string {
	switch {
	case name == "append" && i == 0:
		if shared || shares(t) {
			return "append may write behind its end"
		}
	case name == "append" && !call.Ellipsis.IsValid():
		return r.alias(t)
	case name == "append", name == "copy" && i == 1:
		return r.alias(elem(t))
	case i == 0 && (name == "copy" || name == "clear" || name == "delete"):
		return name + " changes it"
	case name == "panic":
		return r.alias(t)
	}
	return ""
}

// elem is the element type of a slice; nil for a string.
func elem(t types.Type) types.Type {
	if s, ok := t.Underlying().(*types.Slice); ok {
		return s.Elem()
	}
	return nil
}

// copies says whether a conversion makes a copy: of a slice to a string or array,
// or of a string.
func copies(from, to types.Type) bool {
	_, slice := from.Underlying().(*types.Slice)
	_, basic := to.Underlying().(*types.Basic)
	return !shares(from) || slice && (basic || isArray(to))
}

func isArray(t types.Type) bool {
	_, ok := t.Underlying().(*types.Array)
	return ok
}

// callee follows a value into parameter i of a function of this package, or into
// its receiver if i is negative; otherwise is the fault if its body is not in
// sight.
func (r *reading) callee(f *types.Func, i int, otherwise string) string {
	if f.Pkg() != r.Pkg || !r.hasBody(f) {
		return otherwise
	}
	sig := f.Signature()
	if i < 0 {
		return r.follow(sig.Recv())
	}
	if fixed := sig.Params().Len(); i >= fixed || sig.Variadic() && i == fixed-1 {
		return otherwise
	}
	return r.follow(sig.Params().At(i))
}

// hasBody says whether f is declared with a body in this package; the methods of
// interfaces are not.
func (r *reading) hasBody(f *types.Func) bool {
	for c := range r.root.Preorder((*ast.FuncDecl)(nil)) {
		decl := c.Node().(*ast.FuncDecl)
		if r.TypesInfo.Defs[decl.Name] == f {
			return decl.Body != nil
		}
	}
	return false
}
