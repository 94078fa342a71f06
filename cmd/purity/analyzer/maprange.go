package analyzer

// Map ranges. Go varies the order of a map on purpose, so a loop over one must
// come to the same whatever the order. Whether it does cannot be decided in
// general; this recognises loops that do, and refuses the rest:
//
//   - counting and summing of integers, min and max, bits set or cleared;
//   - storing under the loop's key in another map, deleting under it;
//   - setting something to one constant;
//   - appending the key or an integer, string or float to a slice, if the slice is
//     sorted before anything else is done with it;
//   - returning one constant, if the loop does nothing else (is there any …?);
//
// under any conditions, as long as what is read is not what the loop changes.

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"
)

const sortFirst = "collect the keys, sort them, and range over those"

// mapRange refuses a range over a map whose order may show.
func (p *pass) mapRange(c inspector.Cursor) {
	loop, ok := c.Node().(*ast.RangeStmt)
	if !ok || !isMap(p.typeOf(loop.X)) {
		return
	}
	l := &mapLoop{pass: p, loop: loop, changed: map[string]bool{}, ways: map[string]string{}}
	if loop.Tok == token.ASSIGN {
		l.blame(loop.Key, "the last key stays behind")
	}
	l.collect(loop.Body)
	l.block(loop.Body.List)
	if l.returns != "" && len(l.changed) > 0 {
		l.blame(loop, "it changes something and returns early")
	}
	if l.fault == nil {
		l.sorted(c)
	}
	if l.fault != nil {
		p.refuse(loop, "range over a map", "the order may show ("+l.reason+" in line "+p.line(l.fault)+")", sortFirst)
	}
}

// isMap says whether t is a map, or a type parameter that may be one.
func isMap(t types.Type) bool {
	if t == nil {
		return false
	}
	if param, ok := types.Unalias(t).(*types.TypeParam); ok {
		return anyTerm(param.Constraint().Underlying(), isMap)
	}
	_, ok := t.Underlying().(*types.Map)
	return ok
}

// anyTerm says whether is holds for a term of the constraint.
func anyTerm(constraint types.Type, is func(types.Type) bool) bool {
	switch u := constraint.(type) {
	case *types.Interface:
		for i := range u.NumEmbeddeds() {
			if anyTerm(u.EmbeddedType(i), is) {
				return true
			}
		}
	case *types.Union:
		for term := range u.Terms() {
			if is(term.Type()) {
				return true
			}
		}
	default:
		return is(constraint) || constraint != constraint.Underlying() && anyTerm(constraint.Underlying(), is)
	}
	return false
}

// mapLoop is one range over a map under judgement.
type mapLoop struct {
	*pass
	loop     *ast.RangeStmt
	changed  map[string]bool   // what the body changes, as text
	ways     map[string]string // how each is changed: the operator or the constant
	appended []*ast.Ident      // slices that must be sorted after the loop
	returns  string            // the constants returned, as text
	fault    ast.Node          // the first thing in the way, or nil
	reason   string
}

func (l *mapLoop) blame(n ast.Node, reason string) {
	if l.fault == nil {
		l.fault, l.reason = n, reason
	}
}

// collect notes all that the body changes, so that reading it can be refused.
func (l *mapLoop) collect(body ast.Node) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				for _, e := range n.Lhs {
					l.changed[types.ExprString(place(e))] = true
				}
			}
		case *ast.IncDecStmt:
			l.changed[types.ExprString(place(n.X))] = true
		case *ast.CallExpr:
			if l.builtin(n) == "delete" {
				l.changed[types.ExprString(n.Args[0])] = true
			}
		}
		return true
	})
}

// place is what an assignment to e changes: e, or the map, slice or array of it.
func place(e ast.Expr) ast.Expr {
	switch x := ast.Unparen(e).(type) {
	case *ast.IndexExpr:
		return place(x.X)
	default:
		return x
	}
}

func (l *mapLoop) block(list []ast.Stmt) {
	for _, s := range list {
		l.stmt(s)
	}
}

// stmt judges one statement of the body.
func (l *mapLoop) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.AssignStmt:
		l.assign(s)
	case *ast.IncDecStmt:
		l.sum(s.X, "sum")
	case *ast.IfStmt:
		if s.Init != nil {
			l.stmt(s.Init)
		}
		l.reads(s.Cond)
		l.block(s.Body.List)
		if s.Else != nil {
			l.stmt(s.Else)
		}
	case *ast.BlockStmt:
		l.block(s.List)
	case *ast.BranchStmt:
		if s.Tok != token.CONTINUE || s.Label != nil {
			l.blame(s, "where it stops depends on the order")
		}
	case *ast.ExprStmt:
		l.call(s)
	case *ast.ReturnStmt:
		l.result(s)
	case *ast.EmptyStmt:
	default:
		l.blame(s, "the effect is not known to be the same in any order")
	}
}

// call accepts delete under the loop's key.
func (l *mapLoop) call(s *ast.ExprStmt) {
	call, ok := s.X.(*ast.CallExpr)
	if !ok || l.builtin(call) != "delete" || !l.isKey(call.Args[1]) {
		l.blame(s, "a call for each element")
		return
	}
	l.once(s, call.Args[0], "by key")
}

// result accepts a return of constants, the same at each place.
func (l *mapLoop) result(s *ast.ReturnStmt) {
	text := "return"
	for _, e := range s.Results {
		if !l.isConstant(e) {
			l.blame(s, "it returns what it meets first")
			return
		}
		text += " " + types.ExprString(e)
	}
	if l.returns != "" && l.returns != text {
		l.blame(s, "it returns by what it meets first")
	}
	l.returns = text
}

// assign judges an assignment.
func (l *mapLoop) assign(s *ast.AssignStmt) {
	if s.Tok == token.DEFINE {
		l.define(s)
		return
	}
	if len(s.Lhs) != 1 || len(s.Rhs) != 1 {
		l.blame(s, "an assignment of several values")
		return
	}
	left, right := s.Lhs[0], s.Rhs[0]
	switch s.Tok {
	case token.ADD_ASSIGN, token.SUB_ASSIGN, token.OR_ASSIGN, token.AND_ASSIGN, token.XOR_ASSIGN, token.AND_NOT_ASSIGN:
		l.reads(right)
		how := s.Tok.String()
		if s.Tok == token.ADD_ASSIGN || s.Tok == token.SUB_ASSIGN {
			how = "sum"
		}
		l.sum(left, how)
	case token.ASSIGN:
		l.set(s, left, right)
	default:
		l.blame(s, "its operator does not commute")
	}
}

// set judges left = right.
func (l *mapLoop) set(s *ast.AssignStmt, left, right ast.Expr) {
	if index, ok := ast.Unparen(left).(*ast.IndexExpr); ok && isMap(l.typeOf(index.X)) && l.isKey(index.Index) {
		l.reads(right)
		l.once(s, left, "by key")
		return
	}
	if l.isConstant(right) {
		l.once(s, left, types.ExprString(right))
		return
	}
	call, ok := ast.Unparen(right).(*ast.CallExpr)
	if !ok || len(call.Args) == 0 || types.ExprString(call.Args[0]) != types.ExprString(left) {
		l.blame(s, "the last one stays")
		return
	}
	for _, e := range call.Args[1:] {
		l.reads(e)
	}
	switch name := l.builtin(call); {
	case name == "append":
		l.append(s, left, call)
	case name == "min" || name == "max":
		if !isInteger(l.typeOf(left)) {
			l.blame(s, "not of integers")
		}
		l.once(s, left, name)
	default:
		l.blame(s, "the last one stays")
	}
}

// once accepts left being changed in one way only, named how, and judges what
// its indices read.
func (l *mapLoop) once(s ast.Node, left ast.Expr, how string) {
	text := types.ExprString(place(left))
	if before, ok := l.ways[text]; ok && before != how {
		l.blame(s, "it is changed in two ways")
	}
	l.ways[text] = how
	for {
		index, ok := ast.Unparen(left).(*ast.IndexExpr)
		if !ok {
			return
		}
		l.reads(index.Index)
		left = index.X
	}
}

// append accepts what sorts the same whatever order it came in.
func (l *mapLoop) append(s ast.Stmt, left ast.Expr, call *ast.CallExpr) {
	id, ok := ast.Unparen(left).(*ast.Ident)
	if !ok || call.Ellipsis.IsValid() {
		l.blame(s, "it appends to what is not seen to be sorted")
		return
	}
	for _, e := range call.Args[1:] {
		if _, basic := l.typeOf(e).Underlying().(*types.Basic); !basic && !l.isKey(e) {
			l.blame(s, "elements that compare equal may differ")
		}
	}
	l.once(s, left, "append")
	l.appended = append(l.appended, id)
}

// sum accepts an integer changed by an operator that commutes with itself.
func (l *mapLoop) sum(left ast.Expr, how string) {
	if !isInteger(l.typeOf(left)) {
		l.blame(left, "only integers add up the same in any order")
	}
	l.once(left, left, how)
}

// define accepts a name for a value that nothing else can change.
func (l *mapLoop) define(s *ast.AssignStmt) {
	for _, e := range s.Rhs {
		l.reads(e)
	}
	for _, e := range s.Lhs {
		id, ok := e.(*ast.Ident)
		if !ok || id.Name == "_" {
			continue
		}
		if obj := l.TypesInfo.Defs[id]; obj != nil && shares(obj.Type()) {
			l.blame(s, "what "+id.Name+" refers to may be changed under another name")
		}
	}
}

func isInteger(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsInteger != 0
}

// isKey says whether e is the loop's key.
func (l *mapLoop) isKey(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	key, named := l.loop.Key.(*ast.Ident)
	return ok && named && l.TypesInfo.ObjectOf(id) == l.TypesInfo.ObjectOf(key)
}

// isConstant says whether e is a constant or nil.
func (l *mapLoop) isConstant(e ast.Expr) bool {
	tv := l.TypesInfo.Types[e]
	return tv.Value != nil || tv.IsNil()
}
