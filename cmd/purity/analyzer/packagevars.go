package analyzer

// Package variables. What a run changes hangs on a root made for that run, so that
// the next run in the process starts from the same state. A package variable is
// therefore a table or an error: set where it is declared, and only read from
// there on. This file judges declarations; reading.go follows each use.
//
// An exported variable of a type that shares memory is refused, since its readers
// are not all in sight, and so is one that holds what a call made and may go on
// changing: an interface, a pointer to anything but an error, a function.

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"
)

const (
	keptOver = "it would be kept from one run to the next"
	runRoot  = "hang it on the run's root, or make it a read-only table"
)

// packageVars judges the declarations of this package, if it is governed, and its
// uses of every governed package's variables.
func (p *pass) packageVars() {
	if governed(p.Pkg.Path()) {
		for c := range p.root.Preorder((*ast.GenDecl)(nil)) {
			decl := c.Node().(*ast.GenDecl)
			if decl.Tok != token.VAR || p.inTest(decl.Pos()) {
				continue
			}
			if _, top := c.Parent().Node().(*ast.File); !top {
				continue
			}
			for _, spec := range decl.Specs {
				p.declares(spec.(*ast.ValueSpec))
			}
		}
	}
	for c := range p.root.Preorder((*ast.Ident)(nil)) {
		if v, ok := p.TypesInfo.Uses[c.Node().(*ast.Ident)].(*types.Var); ok && p.isCoreVar(v) {
			p.useOfVar(c, v)
		}
	}
	p.sharedErrors()
}

// isCoreVar says whether v is a package variable that the rules hold for.
func (p *pass) isCoreVar(v *types.Var) bool {
	if v.Pkg() == nil || v.Parent() != v.Pkg().Scope() || !governed(v.Pkg().Path()) {
		return false
	}
	return v.Pkg() != p.Pkg || !p.inTest(v.Pos())
}

// declares judges the variables of one declaration by type and first value.
func (p *pass) declares(spec *ast.ValueSpec) {
	for i, name := range spec.Names {
		v, ok := p.TypesInfo.Defs[name].(*types.Var)
		if !ok || name.Name == "_" {
			continue
		}
		thing := "package variable " + name.Name
		var value ast.Expr
		if len(spec.Values) == len(spec.Names) {
			value = spec.Values[i]
		}
		switch {
		case name.IsExported() && shares(v.Type()):
			p.refuse(name, thing, "every importer can change what it holds", "export a function that reads it, or make it an array")
		case holdsPointer(v.Type(), value, p):
			p.refuse(name, thing, "what it points to may change: "+keptOver, runRoot)
		case value != nil && p.callMakesFunc(value):
			p.refuse(name, thing, "a function that a call returned may keep state of its own", "declare a function")
		}
	}
}

// holdsPointer says whether a value of type t reaches memory otherwise than
// through slices and maps: by a pointer or in an interface. An interface that
// nothing assigns to holds what it was given first, which is judged instead.
func holdsPointer(t types.Type, value ast.Expr, p *pass) bool {
	if _, ok := t.Underlying().(*types.Interface); ok && !immutable(t) {
		return value == nil || shares(p.typeOf(value))
	}
	return reaches(t, func(t types.Type) bool {
		switch t.Underlying().(type) {
		case *types.Pointer, *types.Interface:
			return true
		}
		return false
	}, map[types.Type]bool{})
}

// callMakesFunc says whether a call in e, outside function bodies, returns
// something with a function in it.
func (p *pass) callMakesFunc(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			found = found || !p.isConversion(n) && holdsFunc(p.typeOf(n))
		}
		return true
	})
	return found
}

func holdsFunc(t types.Type) bool {
	return t != nil && reaches(t, func(t types.Type) bool {
		_, ok := t.Underlying().(*types.Signature)
		return ok
	}, map[types.Type]bool{})
}

// shares says whether copies of a value of type t share memory that can be
// written: whether it holds a slice, map, pointer or interface that is not known
// to be immutable.
func shares(t types.Type) bool {
	return t != nil && reaches(t, func(t types.Type) bool {
		switch t.Underlying().(type) {
		case *types.Slice, *types.Map, *types.Pointer, *types.Interface, *types.Chan:
			return true
		}
		_, param := types.Unalias(t).(*types.TypeParam)
		return param
	}, map[types.Type]bool{})
}

// reaches says whether is holds for t or for a type that a value of t holds, as
// far as elements and fields go.
func reaches(t types.Type, is func(types.Type) bool, seen map[types.Type]bool) bool {
	if seen[t] || immutable(t) {
		return false
	}
	seen[t] = true
	if is(t) {
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Array:
		return reaches(u.Elem(), is, seen)
	case *types.Slice:
		return reaches(u.Elem(), is, seen)
	case *types.Map:
		return reaches(u.Key(), is, seen) || reaches(u.Elem(), is, seen)
	case *types.Struct:
		for f := range u.Fields() {
			if reaches(f.Type(), is, seen) {
				return true
			}
		}
	case *types.Tuple:
		for v := range u.Variables() {
			if reaches(v.Type(), is, seen) {
				return true
			}
		}
	}
	return false
}

// immutable says whether nothing that a value of type t refers to ever changes.
// Errors count: their fields are set where they are made, which sharedErrors sees
// to for those of package variables.
func immutable(t types.Type) bool {
	if types.Implements(t, errorType) {
		switch t.Underlying().(type) {
		case *types.Pointer, *types.Interface:
			return true
		}
	}
	if named, ok := types.Unalias(t).(*types.Named); ok && named.Obj().Pkg() != nil {
		switch qualified(named.Obj()) {
		case "time.Time", "net/netip.Addr", "net/netip.AddrPort", "net/netip.Prefix", "reflect.Type":
			return true
		}
	}
	return false
}

var errorType = types.Universe.Lookup("error").Type().Underlying().(*types.Interface)

// sharedErrors refuses to write a field of an error through a pointer whose type
// some package variable has: it may be that variable's.
func (p *pass) sharedErrors() {
	for c := range p.root.Preorder((*ast.SelectorExpr)(nil)) {
		sel := c.Node().(*ast.SelectorExpr)
		s, ok := p.TypesInfo.Selections[sel]
		if !ok || s.Kind() != types.FieldVal || !isWritten(c) {
			continue
		}
		t := p.typeOf(sel.X)
		named := namedOf(t)
		if _, ptr := t.Underlying().(*types.Pointer); !ptr || named == nil || !immutable(t) || named.Obj().Pkg() == nil {
			continue
		}
		if name := holderOf(named.Obj().Pkg().Scope(), t); name != "" && governed(named.Obj().Pkg().Path()) {
			p.refuse(sel, "write to a field of an error", "it may be "+name+", which is a package variable", "make a new error with the field set")
		}
	}
}

// holderOf is the name of a package variable of type t in the scope, or "".
func holderOf(scope *types.Scope, t types.Type) string {
	for _, name := range scope.Names() {
		if v, ok := scope.Lookup(name).(*types.Var); ok && types.Identical(v.Type(), t) {
			return name
		}
	}
	return ""
}

// isWritten says whether the expression at c is assigned to, or its address taken.
func isWritten(c inspector.Cursor) bool {
	switch n := c.Parent().Node().(type) {
	case *ast.AssignStmt:
		for _, e := range n.Lhs {
			if e == c.Node() {
				return true
			}
		}
	case *ast.IncDecStmt:
		return true
	case *ast.UnaryExpr:
		return n.Op == token.AND
	}
	return false
}
