package analyzer

// Printing. A call prints if its function ends in ...any: fmt's, rt.Bug, and what
// is built like them. With a constant format before the arguments each is judged
// by its verb, otherwise as %v.

import (
	"go/ast"
	"go/constant"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
)

// printing refuses to print what shows an address.
func (p *pass) printing(c inspector.Cursor) {
	call, ok := c.Node().(*ast.CallExpr)
	if !ok || call.Ellipsis.IsValid() {
		return
	}
	callee, ok := typeutil.Callee(p.TypesInfo, call).(*types.Func)
	if !ok || !printsAny(callee.Signature()) {
		return
	}
	last := callee.Signature().Params().Len() - 1
	verbs := p.verbs(call, last)
	if strings.IndexByte(verbs, 'p') >= 0 {
		p.refuse(call, "%p", address.rule, address.instead)
	}
	for i := last; i < len(call.Args); i++ {
		verb := byte('v')
		if i-last < len(verbs) {
			verb = verbs[i-last]
		}
		p.printed(call.Args[i], verb)
	}
}

// printed judges one argument under its verb.
func (p *pass) printed(arg ast.Expr, verb byte) {
	t := p.typeOf(arg)
	switch {
	case verb == 'p' || verb == 'T' || t == nil:
	case showsAddress(t, strings.IndexByte("vswxXq", verb) >= 0):
		name := types.TypeString(t, types.RelativeTo(p.Pkg))
		p.refuse(arg, "printing a "+name, "an address would show", "print a number or name of the object, or give its type a String method")
	}
}

// printsAny says whether the last parameter is ...any, or rather of any empty
// interface.
func printsAny(sig *types.Signature) bool {
	if !sig.Variadic() {
		return false
	}
	last := sig.Params().At(sig.Params().Len() - 1).Type()
	slice, ok := last.Underlying().(*types.Slice)
	if !ok {
		return false
	}
	elem, ok := slice.Elem().Underlying().(*types.Interface)
	return ok && elem.Empty()
}

// verbs are the verbs of the constant format that stands before argument last of
// call, one for each argument that it takes; a * takes one as 'd'. There are none
// if the format numbers its arguments.
func (p *pass) verbs(call *ast.CallExpr, last int) string {
	if last == 0 || last > len(call.Args) {
		return ""
	}
	format := p.TypesInfo.Types[call.Args[last-1]].Value
	if format == nil || format.Kind() != constant.String {
		return ""
	}
	var verbs []byte
	text := constant.StringVal(format)
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			continue
		}
		for i++; i < len(text) && strings.IndexByte("+-# 0123456789.*", text[i]) >= 0; i++ {
			if text[i] == '*' {
				verbs = append(verbs, 'd')
			}
		}
		switch {
		case i >= len(text) || text[i] == '%':
		case text[i] == '[':
			return ""
		default:
			verbs = append(verbs, text[i])
		}
	}
	return string(verbs)
}
