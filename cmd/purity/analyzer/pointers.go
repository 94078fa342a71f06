package analyzer

// Pointers. Where an object lies differs from run to run, so no address may be
// printed, ordered or hashed. Go compares pointers for equality only; an address
// gets out as a number or as text.

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"
)

// pointers refuses to make an address a number.
func (p *pass) pointers(c inspector.Cursor) {
	call, ok := c.Node().(*ast.CallExpr)
	if !ok || !p.isConversion(call) || len(call.Args) != 1 {
		return
	}
	if isBasic(p.typeOf(call), types.Uintptr) && isBasic(p.typeOf(call.Args[0]), types.UnsafePointer) {
		p.refuse(call, "uintptr of a pointer", address.rule, address.instead)
	}
}

func isBasic(t types.Type, kind types.BasicKind) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Kind() == kind
}

// showsAddress says whether fmt may print an address for a value of type t.
// methods says whether the verb lets a type print itself.
func showsAddress(t types.Type, methods bool) bool {
	return printed{seen: map[types.Type]bool{}}.shows(t, methods)
}

// printed walks a type as fmt walks a value, each type once.
type printed struct{ seen map[types.Type]bool }

func (w printed) shows(t types.Type, methods bool) bool {
	if methods && printsItself(t) || w.seen[t] {
		return false
	}
	w.seen[t] = true
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		// fmt follows an outermost one, to print the addresses that lie behind it.
		return true
	case *types.Chan, *types.Signature:
		return true
	case *types.Basic:
		return u.Kind() == types.UnsafePointer
	case *types.Slice:
		return w.shows(u.Elem(), methods)
	case *types.Array:
		return w.shows(u.Elem(), methods)
	case *types.Map:
		return w.shows(u.Key(), methods) || w.shows(u.Elem(), methods)
	case *types.Struct:
		for f := range u.Fields() {
			// fmt cannot call the methods of what it cannot reach.
			if w.shows(f.Type(), methods && f.Exported()) {
				return true
			}
		}
	}
	return false
}

// printsItself says whether t has a method by which fmt prints it.
func printsItself(t types.Type) bool {
	for _, name := range [...]string{"Error", "String", "Format", "GoString"} {
		obj, _, _ := types.LookupFieldOrMethod(t, false, nil, name)
		if _, ok := obj.(*types.Func); ok {
			return true
		}
	}
	return false
}
